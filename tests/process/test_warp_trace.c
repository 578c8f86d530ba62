/* smtpdrill run --warp with programs that load nothing: they are traced. */
#include "tests/process/warp_support.h"

#include <stdlib.h>

static const char *forbid;
static const char *go_source;

START_TEST(a_signal_that_ends_the_client_is_told)
{
    (void)run("$D run --warp --scenarios s --report json=j silent -- $C signal {port} 300");
    ck_assert_int_eq(run("grep -c '\"signal\": 10' j"), 0);
}
END_TEST

START_TEST(what_a_traced_client_executes_is_traced)
{
    int status = run("$D run -v --warp --scenarios s --keep kept silent -- $C exec {port} 300");
    ck_assert_msg(status == 0, "status %d:\n%.3000s", status, scratch_output);
    (void)run("grep report kept/silent*");
    has("waited 300 s, by the wall clock 300 s");
}
END_TEST

/* ---- where it is not allowed ----------------------------------------------------------------- */

static void is_an_error(const char *call, const char *why)
{
    setenv("FORBID", forbid, 1);
    ck_assert_int_eq(run("ASAN_OPTIONS=detect_leaks=0 $FORBID %s $D run --warp --scenarios s "
                         "silent -- $C poll {port} 300",
                         call),
                     2);
    has("ERROR silent[least=200s]");
    has(why);
    has_not("FAIL");
}

START_TEST(without_ptrace_there_is_an_error_and_no_verdict)
{
    is_an_error("101", "--warp could not warp the client: it cannot be traced (ptrace): "
                       "Operation not permitted");
}
END_TEST

START_TEST(without_seccomp_there_is_an_error_and_no_verdict)
{
    is_an_error("317", "--warp could not warp the client: no filter of system calls (seccomp) can "
                       "be set: Operation not permitted");
}
END_TEST

/* ---- Go -------------------------------------------------------------------------------------- */

static void waits_in_go(const char *cgo)
{
    setenv("GO_SOURCE", go_source, 1);
    if (run("command -v go") != 0)
        return;
    ck_assert_int_eq(run("GOCACHE=$PWD/cache HOME=$PWD CGO_ENABLED=%s go build -o waiting "
                         "$GO_SOURCE",
                         cgo),
                     0);
    int status = run("$D run -v --warp --scenarios s --keep kept silent -- ./waiting {port} 300");
    ck_assert_msg(status == 0, "status %d:\n%.3000s", status, scratch_output);
    (void)run("grep report kept/silent*");
    has("waited 300 s, by the wall clock 300 s");
}

START_TEST(a_deadline_of_go_passes_at_once)
{
    waits_in_go("0");
}
END_TEST

/* It has a loader, and makes its system calls by itself. */
START_TEST(so_it_does_in_one_that_loads_libraries)
{
    waits_in_go("1");
}
END_TEST

int main(int argc, char **argv)
{
    if (argc != 5)
        return 2;
    scratch_smtpdrill = argv[1];
    scratch_client = argv[2];
    forbid = argv[3];
    go_source = argv[4];
    Suite *suite = suite_create("warp_trace");
    TCase *tests = tcase_create("warp_trace");
    tcase_set_timeout(tests, 240);
    tcase_add_checked_fixture(tests, warp_set_up, scratch_tear_down);
    warp_add_tests(tests);
    tcase_add_test(tests, a_signal_that_ends_the_client_is_told);
    tcase_add_test(tests, what_a_traced_client_executes_is_traced);
    tcase_add_test(tests, without_ptrace_there_is_an_error_and_no_verdict);
    tcase_add_test(tests, without_seccomp_there_is_an_error_and_no_verdict);
    tcase_add_test(tests, a_deadline_of_go_passes_at_once);
    tcase_add_test(tests, so_it_does_in_one_that_loads_libraries);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
