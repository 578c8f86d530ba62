/* smtpdrill run --warp: a client's five minutes pass, and nobody waits for them. */
#include "tests/process/warp_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- each way to wait ------------------------------------------------------------------------ */

START_TEST(two_seconds_are_two_seconds_without_a_warp)
{
    int status = run("$D run -v --scenarios s --keep kept short -- $C {from} {port} 2");
    ck_assert_msg(status == 0, "status %d:\n%.3000s", status, scratch_output);
    has_not("warped");
    (void)run(LATE_OR_NOT);
    ck_assert_str_eq(scratch_output, "0\n");
}
END_TEST

/* ---- what is told of it -----------------------------------------------------------------------
 */

START_TEST(every_report_says_that_time_was_warped)
{
    ck_assert_int_eq(run("$D run --warp --scenarios s --report json=j --report junit=x "
                         "--report tap silent -- $C poll {port} 300"),
                     0);
    has("# warped: ");
    ck_assert_int_eq(run("grep -c '\"warped_ms\": 29[0-9]*\\|\"warped_ms\": 30[0-9]*' j"), 0);
    ck_assert_int_eq(run("grep -c '\"warped\": 1' j"), 0);
    ck_assert_int_eq(run("grep -c 'name=\"warped_ms\"' x"), 0);
}
END_TEST

/* 64 octets that say that they are a program, of no machine, with no part that asks for a loader.
 */
#define NO_LOADER                                                                                  \
    "{ printf '\\177ELF\\2\\1\\1'; head -c 100 /dev/zero; } >no-loader && chmod +x no-loader && "

START_TEST(what_was_measured_is_printed_beside_what_is_asked_for)
{
    (void)run("$D run --warp --scenarios s --report text --report json=j silent -- "
              "$C poll {port} 100");
    has("timeouts           required      measured\n   greeting           300 s     ");
    double measured_s = strtod(strstr(scratch_output, "300 s     ") + 10, NULL);
    ck_assert(measured_s > 95 && measured_s < 115); /* the server sees it late at both ends */
    has("warped too short\n");
    ck_assert_int_eq(run("grep -c '\"required_ms\": 300000' j"), 0);
    (void)run("$D run --warp --scenarios s silent -- $C poll {port} 100000");
    has("warped it still waited when the run was ended\n");
}
END_TEST

/* Not from when it closed, which nobody hears, but from when it ended. */
START_TEST(so_it_is_for_a_block_of_mail_data)
{
    (void)run("$D run --warp --scenarios s block -- $C block {port} 240");
    has("   data block         180 s     24");
    has("1 passed, 0 failed");
    (void)run("$D run --warp --scenarios s block -- $C block {port} 1");
    has("too short\n");
    has("1 failed of 1 runs");
    (void)run("$D run --warp --scenarios s block -- $C block {port} 100000");
    has("warped it still waited when the run was ended\n");
    has("1 unsupported of 1 runs");
}
END_TEST

START_TEST(a_program_that_cannot_be_traced_is_refused)
{
    ck_assert_int_eq(run(NO_LOADER "$D run --warp --scenarios s silent -- ./no-loader {port}"), 2);
    has("smtpdrill: --warp cannot warp ./no-loader: it loads nothing, and such programs are traced "
        "on x86-64 alone");
}
END_TEST

START_TEST(a_script_is_what_runs_it)
{
    ck_assert_int_eq(run(NO_LOADER "echo \"#!$PWD/no-loader\" >script && chmod +x script && "
                                   "$D run --warp --scenarios s silent -- ./script {port}"),
                     2);
    has("no-loader: it loads nothing");
}
END_TEST

START_TEST(a_program_with_rights_of_its_own_is_refused)
{
    ck_assert_int_eq(run("cp $C own && chmod u+s own && "
                         "$D run --warp --scenarios s silent -- ./own poll {port} 300"),
                     2);
    has("it runs with rights of its own");
}
END_TEST

/* ---- who loses the shim ---------------------------------------------------------------------- */

/* By a client that waits for so long, and by one of which nothing tells how long it waits. */
START_TEST(a_client_without_the_shim_is_an_error_and_no_wait)
{
    static const char *const ways[] = {"poll", "nanosleep", "epoll", "receive-timeout", "alarm"};
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        ck_assert_int_eq(run("timeout 60 $D run --warp --scenarios s silent -- "
                             "sh -c 'env -i $C %s $0 300' {port}",
                             ways[i]),
                         2);
        has("ERROR silent[least=200s]");
        has("waiting_client waits without the shim (LD_PRELOAD was taken from it, or it loads "
            "nothing)");
        has_not("FAIL");
    }
}
END_TEST

/* What only waits for others has no time of its own. */
START_TEST(a_process_without_the_shim_that_waits_for_no_time_does_no_harm)
{
    int status = run("$D run -v --warp --scenarios s silent -- sh -c '$C poll $0 300; "
                     "s=$?; exit $s' {port}");
    ck_assert_msg(status == 0, "status %d:\n%.3000s", status, scratch_output);
    status = run("$D run -v --warp --scenarios s silent -- "
                 "sh -c '{ $C poll $0 300; echo $? >&3; } 3>told | env -i cat >/dev/null; "
                 "exit $(cat told)' {port}");
    ck_assert_msg(status == 0, "status %d:\n%.3000s", status, scratch_output);
    has("; 1 warped");
}
END_TEST

/* ---- a second opinion ------------------------------------------------------------------------ */

/* libfaketime makes a client's time run a hundred times as fast: it waits as long, by its clocks.
 */
START_TEST(libfaketime_agrees)
{
    if (run("command -v faketime") != 0)
        return;
    (void)run("faketime -f '+0 x100' $C nanosleep - 300 </dev/zero");
    long waited_s = 0;
    ck_assert_int_eq(sscanf(scratch_output, "waited %ld s", &waited_s), 1);
    ck_assert_int_ge(waited_s, 300);
    ck_assert_int_lt(waited_s, 1000); /* a tenth of a second late is ten seconds */
    ck_assert_int_eq(
        run("$D run -v --warp --scenarios s --keep kept silent -- $C nanosleep {port} 300"), 0);
    (void)run("grep report kept/silent*");
    has("waited 300 s");
}
END_TEST

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    scratch_smtpdrill = argv[1];
    scratch_client = argv[2];
    Suite *suite = suite_create("warp");
    TCase *tests = tcase_create("warp");
    tcase_set_timeout(tests, 120);
    tcase_add_checked_fixture(tests, warp_set_up, scratch_tear_down);
    warp_add_tests(tests);
    tcase_add_test(tests, two_seconds_are_two_seconds_without_a_warp);
    tcase_add_test(tests, every_report_says_that_time_was_warped);
    tcase_add_test(tests, what_was_measured_is_printed_beside_what_is_asked_for);
    tcase_add_test(tests, so_it_is_for_a_block_of_mail_data);
    tcase_add_test(tests, a_program_that_cannot_be_traced_is_refused);
    tcase_add_test(tests, a_script_is_what_runs_it);
    tcase_add_test(tests, a_program_with_rights_of_its_own_is_refused);
    tcase_add_test(tests, a_client_without_the_shim_is_an_error_and_no_wait);
    tcase_add_test(tests, a_process_without_the_shim_that_waits_for_no_time_does_no_harm);
    tcase_add_test(tests, libfaketime_agrees);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
