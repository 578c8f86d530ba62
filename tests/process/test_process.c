/* The sum of what foreign programs do to whoever runs them. */
#include "harness/process/process.h"
#include "harness/process/process_capture.h"
#include "transport/loop.h"

#include <check.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LIMIT_MS = 10000, SHORT_MS = 150, GRACE_MS = 100, MANY = 100 };

static struct loop *loop;
static struct process_keeper *keeper;
static struct process_end end; /* of the last process; its octets until tear_down */
static struct process *last;
static size_t ended;
static size_t wanted;
static char folder[] = "/tmp/process-XXXXXX";
static const char *const environment[] = {"PATH=/usr/bin:/bin", "LANG=C", NULL};

static void set_up(void)
{
    struct err err = {0};

    loop = loop_new(&err);
    ck_assert_ptr_nonnull(loop);
    keeper = process_keeper_new(loop, &err);
    ck_assert_ptr_nonnull(keeper);
    ck_assert_ptr_nonnull(mkdtemp(folder));
    last = NULL;
    ended = 0;
    wanted = 1;
}

static void tear_down(void)
{
    char command[64];

    process_free(last);
    process_keeper_free(keeper);
    loop_free(loop);
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    ck_assert_int_eq(system(command), 0);
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1); /* nobody stayed behind */
    ck_assert_int_eq(errno, ECHILD);
}

static void over(void *owner, const struct process_end *how)
{
    (void)owner;
    end = *how;
    if (++ended == wanted)
        loop_stop(loop);
}

static void run_argv(const char *const *argv, const char *input, uint64_t limit_ms)
{
    struct process_options options = {argv, environment, folder, input, limit_ms, GRACE_MS};
    struct err err = {0};

    last = process_new(keeper, &options, over, NULL, &err);
    ck_assert_msg(last != NULL, "%s", err.what);
    ck_assert(loop_run(loop, &err));
    ck_assert_uint_eq(ended, 1);
}

static void run(const char *script, uint64_t limit_ms)
{
    const char *const argv[] = {"sh", "-c", script, NULL};

    run_argv(argv, NULL, limit_ms);
}

static bool is_alive(int pid)
{
    return kill(pid, 0) == 0;
}

/* A process that was killed is gone when its parent, which is this process, has reaped it. */
static bool goes_away(int pid)
{
    struct err err = {0};
    struct timer *timer = timer_new(loop, (void (*)(void *))loop_stop, loop);
    unsigned rounds;

    for (rounds = 0; rounds < 100 && is_alive(pid); rounds++) {
        timer_set(timer, loop_now_ms(loop) + 10);
        loop_run(loop, &err);
    }
    timer_free(timer);
    return !is_alive(pid);
}

static int printed_pid(void)
{
    unsigned long long pid = 0;

    ck_assert(bytes_to_number(bytes_trim(end.output), INT_MAX, &pid));
    return (int)pid;
}

static void ck_assert_printed(struct bytes printed, const char *text)
{
    ck_assert_uint_eq(printed.size, strlen(text));
    ck_assert_mem_eq(printed.data, text, strlen(text));
}

/* ---- ends ------------------------------------------------------------------------------------ */

START_TEST(an_exit_status_is_told)
{
    run("exit 75", LIMIT_MS);
    ck_assert_int_eq(end.status, 75);
    ck_assert_int_eq(end.signal, 0);
    ck_assert(!end.hung);
    ck_assert(end.took_ms < LIMIT_MS);
}
END_TEST

START_TEST(a_crash_is_told)
{
    run("kill -SEGV $$", LIMIT_MS);
    ck_assert_int_eq(end.status, -1);
    ck_assert_int_eq(end.signal, SIGSEGV);
    ck_assert(!end.hung);
}
END_TEST

START_TEST(signals_have_their_default_meaning_again)
{
    run("kill -PIPE $$", LIMIT_MS);
    ck_assert_int_eq(end.signal, SIGPIPE);
}
END_TEST

START_TEST(a_process_that_never_ends_is_terminated)
{
    run("exec sleep 1000", SHORT_MS);
    ck_assert(end.hung);
    ck_assert(!end.ignored_terminate);
    ck_assert_int_eq(end.signal, SIGTERM);
    ck_assert_uint_ge(end.took_ms, SHORT_MS);
}
END_TEST

START_TEST(a_process_that_ignores_sigterm_is_killed)
{
    run("trap '' TERM; echo deaf; while :; do sleep 1; done", SHORT_MS);
    ck_assert(end.hung);
    ck_assert(end.ignored_terminate);
    ck_assert_int_eq(end.signal, SIGKILL);
    ck_assert_uint_ge(end.took_ms, SHORT_MS + GRACE_MS);
    ck_assert_printed(end.output, "deaf\n");
}
END_TEST

START_TEST(a_stopped_process_is_terminated)
{
    run("kill -STOP $$", SHORT_MS);
    ck_assert(end.hung);
    ck_assert_int_eq(end.signal, SIGTERM);
}
END_TEST

START_TEST(a_process_that_goes_on_without_its_outputs_is_waited_for)
{
    run("exec >&- 2>&-; sleep 0.1; exit 3", LIMIT_MS);
    ck_assert_int_eq(end.status, 3);
}
END_TEST

/* ---- what stays behind ----------------------------------------------------------------------- */

START_TEST(children_in_the_background_die_with_it)
{
    run("sleep 1000 & echo $!", LIMIT_MS);
    ck_assert_int_eq(end.status, 0);
    ck_assert_int_gt(printed_pid(), 1);
    ck_assert(goes_away(printed_pid()));
}
END_TEST

START_TEST(an_orphan_in_a_session_of_its_own_is_found)
{
    run("setsid sh -c 'echo $$; echo > here; exec sleep 1000' & until [ -s here ]; do :; done",
        LIMIT_MS);
    ck_assert_int_eq(end.status, 0);
    ck_assert_uint_eq(end.strays, 1);
    ck_assert(goes_away(printed_pid()));
}
END_TEST

START_TEST(freeing_a_process_kills_it)
{
    static const char *const argv[] = {"sleep", "1000", NULL};
    struct process_options options = {argv, environment, NULL, NULL, LIMIT_MS, GRACE_MS};
    struct err err = {0};
    struct process *process = process_new(keeper, &options, over, NULL, &err);
    int pid = process_id(process);

    ck_assert(is_alive(pid));
    process_free(process);
    ck_assert(goes_away(pid));
    ck_assert_uint_eq(ended, 0);
}
END_TEST

START_TEST(freeing_the_keeper_kills_all)
{
    static const char *const argv[] = {"sh", "-c", "setsid sleep 1000 & sleep 1000", NULL};
    struct process_options options = {argv, environment, NULL, NULL, LIMIT_MS, GRACE_MS};
    struct err err = {0};
    struct process *process = process_new(keeper, &options, over, NULL, &err);
    int pid = process_id(process);

    process_keeper_free(keeper);
    ck_assert(!is_alive(pid));
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
    ck_assert_int_eq(errno, ECHILD);
    keeper = process_keeper_new(loop, &err);
}
END_TEST

/* ---- what it prints -------------------------------------------------------------------------- */

START_TEST(both_outputs_are_kept_apart)
{
    run("echo out; echo err >&2", LIMIT_MS);
    ck_assert_printed(end.output, "out\n");
    ck_assert_printed(end.errors, "err\n");
}
END_TEST

START_TEST(a_flood_is_read_to_the_end_and_kept_in_part)
{
    run("echo first; yes | head -c 20000000; echo last", LIMIT_MS);
    ck_assert_int_eq(end.status, 0);
    ck_assert_uint_eq(end.output_octets, 20000000 + 11);
    ck_assert_uint_le(end.output.size, PROCESS_CAPTURE_FIRST + PROCESS_CAPTURE_LAST + 100);
    ck_assert(bytes_starts_with(end.output, BYTES_LITERAL("first\ny\ny\n")));
    ck_assert(
        bytes_equal(bytes_after(end.output, end.output.size - 7), BYTES_LITERAL("y\nlast\n")));
    ck_assert(bytes_find_bytes(end.output, BYTES_LITERAL("octets left out]")) != BYTES_NOT_FOUND);
}
END_TEST

START_TEST(an_endless_flood_ends_at_the_limit)
{
    run("exec yes", SHORT_MS);
    ck_assert(end.hung);
    ck_assert_int_eq(end.signal, SIGTERM);
    ck_assert_uint_gt(end.output_octets, end.output.size);
}
END_TEST

/* ---- what it is given ------------------------------------------------------------------------ */

START_TEST(it_gets_the_environment_that_was_given_and_no_other)
{
    static const char *const argv[] = {"env", NULL};

    setenv("NOT_FOR_THE_CHILD", "1", 1);
    run_argv(argv, NULL, LIMIT_MS);
    ck_assert(bytes_starts_with(end.output, BYTES_LITERAL("PATH=/usr/bin:/bin\nLANG=C\n")));
    ck_assert(bytes_find_bytes(end.output, BYTES_LITERAL("NOT_FOR")) == BYTES_NOT_FOUND);
}
END_TEST

START_TEST(it_reads_the_file_that_was_given_or_nothing)
{
    static const char *const argv[] = {"cat", NULL};
    char path[64];
    FILE *file;

    run_argv(argv, NULL, LIMIT_MS);
    ck_assert_uint_eq(end.output_octets, 0);
    process_free(last);
    snprintf(path, sizeof(path), "%s/message", folder);
    file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs("Subject: x\r\n\r\n", file);
    fclose(file);
    ended = 0;
    run_argv(argv, path, LIMIT_MS);
    ck_assert_printed(end.output, "Subject: x\r\n\r\n");
}
END_TEST

START_TEST(it_runs_in_its_folder_without_our_descriptors)
{
    int held = dup(0);
    unsigned long long highest = 0;

    run("pwd; for f in /proc/self/fd/*; do [ -e $f ] && echo ${f##*/}; done | sort -n | tail -1",
        LIMIT_MS);
    close(held);
    ck_assert(bytes_starts_with(end.output, bytes_of(folder)));
    /* The shell may hold one more for itself while it expands the pattern. */
    ck_assert(
        bytes_to_number(bytes_trim(bytes_after(end.output, strlen(folder))), INT_MAX, &highest));
    ck_assert_uint_le(highest, 3);
}
END_TEST

START_TEST(it_has_no_terminal_to_ask)
{
    run("(: < /dev/tty) 2> /dev/null && echo asked", LIMIT_MS);
    ck_assert_uint_eq(end.output_octets, 0);
}
END_TEST

/* ---- what cannot be run ---------------------------------------------------------------------- */

static const struct bad_start {
    const char *program;
    const char *folder;
    const char *input;
    const char *says;
} bad_starts[] = {
    {"no-such-client",  NULL,       NULL,               "no-such-client: no such program in PATH"   },
    {"/nowhere/client", NULL,       NULL,               "/nowhere/client: No such file or directory"},
    {"/etc/passwd",     NULL,       NULL,               "/etc/passwd: Permission denied"            },
    {"/",               NULL,       NULL,               "Permission denied"                         },
    {"true",            "/nowhere", NULL,               "no folder /nowhere"                        },
    {"true",            NULL,       "/nowhere/message", "cannot read its input /nowhere/message"    },
    {"",                NULL,       NULL,               "without a name"                            },
};

START_TEST(what_cannot_be_run_is_an_error_with_its_name)
{
    const struct bad_start *bad = &bad_starts[_i];
    const char *const argv[] = {bad->program, NULL};
    struct process_options options = {argv,       environment, bad->folder,
                                      bad->input, LIMIT_MS,    GRACE_MS};
    struct err err = {0};

    ck_assert_ptr_null(process_new(keeper, &options, over, NULL, &err));
    ck_assert_int_eq(err.kind, ERR_IO);
    ck_assert_msg(strstr(err.what, bad->says) != NULL, "%s", err.what);
}
END_TEST

/* ---- many ------------------------------------------------------------------------------------ */

START_TEST(a_hundred_processes_run_at_once)
{
    static const char *const argv[] = {"sh", "-c", "echo x; exit 4", NULL};
    struct process_options options = {argv, environment, NULL, NULL, LIMIT_MS, GRACE_MS};
    struct process *processes[MANY];
    struct err err = {0};
    size_t index;

    wanted = MANY;
    for (index = 0; index < MANY; index++) {
        processes[index] = process_new(keeper, &options, over, NULL, &err);
        ck_assert_msg(processes[index] != NULL, "%s", err.what);
    }
    loop_run(loop, &err);
    ck_assert_uint_eq(ended, MANY);
    for (index = 0; index < MANY; index++)
        process_free(processes[index]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("process");
    TCase *tests = tcase_create("process");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 30);
    tcase_add_test(tests, an_exit_status_is_told);
    tcase_add_test(tests, a_crash_is_told);
    tcase_add_test(tests, signals_have_their_default_meaning_again);
    tcase_add_test(tests, a_process_that_never_ends_is_terminated);
    tcase_add_test(tests, a_process_that_ignores_sigterm_is_killed);
    tcase_add_test(tests, a_stopped_process_is_terminated);
    tcase_add_test(tests, a_process_that_goes_on_without_its_outputs_is_waited_for);
    tcase_add_test(tests, children_in_the_background_die_with_it);
    tcase_add_test(tests, an_orphan_in_a_session_of_its_own_is_found);
    tcase_add_test(tests, freeing_a_process_kills_it);
    tcase_add_test(tests, freeing_the_keeper_kills_all);
    tcase_add_test(tests, both_outputs_are_kept_apart);
    tcase_add_test(tests, a_flood_is_read_to_the_end_and_kept_in_part);
    tcase_add_test(tests, an_endless_flood_ends_at_the_limit);
    tcase_add_test(tests, it_gets_the_environment_that_was_given_and_no_other);
    tcase_add_test(tests, it_reads_the_file_that_was_given_or_nothing);
    tcase_add_test(tests, it_runs_in_its_folder_without_our_descriptors);
    tcase_add_test(tests, it_has_no_terminal_to_ask);
    tcase_add_loop_test(tests, what_cannot_be_run_is_an_error_with_its_name, 0,
                        (int)(sizeof(bad_starts) / sizeof(bad_starts[0])));
    tcase_add_test(tests, a_hundred_processes_run_at_once);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
