/* smtpdrill run --warp with programs that load nothing: they are traced. */
#include "tests/process/warp_support.h"

static const char *forbid;
static const char *go_source;

START_TEST(five_minutes_pass_at_once)
{
    int status =
        run("$D run -v --warp --scenarios s --keep kept ways -- $C {from} {port} %s%s", "300", "");
    ck_assert_msg(status == 0, "status %d:\n%.3000s", status, output);
    has(ALL_WAYS " passed, 0 failed of " ALL_WAYS " runs");
    has("; " ALL_WAYS " warped");
    (void)run("grep -c '^report \"waited 30[0-9] s, by the wall clock 30[0-9] s' kept/ways* | "
              "grep -vc '[^:]*:1$'",
              "", ""); /* by its own clocks, too */
    ck_assert_str_eq(output, "0\n");
}
END_TEST

START_TEST(a_client_that_waits_too_short_is_found_out)
{
    ck_assert_int_eq(run("$D run -v --warp --scenarios s silent -- $C %s {port} %s", "poll", "100"),
                     1);
    has("FAIL silent[least=200s]");
    has("got the end after ");
}
END_TEST

START_TEST(what_is_said_at_the_end_of_a_wait_is_heard_then)
{
    int status =
        run("$D run -v --warp --scenarios s farewell -- $C farewell {port} 300%s%s", "", "");
    ck_assert_msg(status == 0, "status %d:\n%.3000s", status, output);
}
END_TEST

START_TEST(two_seconds_are_two_seconds)
{
    int status =
        run("$D run -v --warp --scenarios s --keep kept short -- $C {from} {port} %s%s", "2", "");
    ck_assert_msg(status == 0, "status %d:\n%.3000s", status, output);
    has("; " ALL_WAYS " warped");
    (void)run(LATE_OR_NOT, "", "");
    ck_assert_str_eq(output, "0\n");
}
END_TEST

START_TEST(a_send_timeout_passes_at_once)
{
    ck_assert_int_eq(run("$D run -v --warp --scenarios s --keep kept deaf -- $C %s {port} %s",
                         "send-timeout", "300"),
                     0);
    (void)run("grep report kept/deaf*", "", "");
    has("waited 30");
}
END_TEST

START_TEST(the_servers_own_delays_pass_at_once)
{
    (void)run("$D run -v --warp --scenarios s --keep kept late -- $C %s {port} %s", "poll", "600");
    has("; 1 warped");
    (void)run("grep 'reply dialogue' kept/late*", "", "");
    has("+240.");
}
END_TEST

START_TEST(a_client_that_never_gives_up_comes_to_its_limit_at_once)
{
    (void)run("$D run -v --warp --scenarios s silent -- $C %s {port} %s", "poll", "100000");
    has("   warped: 11"); /* of 1200 s */
    has("it still waited when the run was ended");
}
END_TEST

START_TEST(a_signal_that_ends_the_client_is_told)
{
    (void)run("$D run --warp --scenarios s --report json=j silent -- $C %s {port} %s", "signal",
              "300");
    ck_assert_int_eq(run("grep -c '\"signal\": 10' j", "", ""), 0);
}
END_TEST

START_TEST(what_a_traced_client_executes_is_traced)
{
    int status =
        run("$D run -v --warp --scenarios s --keep kept silent -- $C %s {port} %s", "exec", "300");
    ck_assert_msg(status == 0, "status %d:\n%.3000s", status, output);
    (void)run("grep report kept/silent*", "", "");
    has("waited 300 s, by the wall clock 300 s");
}
END_TEST

/* ---- where it is not allowed ----------------------------------------------------------------- */

static void is_an_error(const char *call, const char *why)
{
    setenv("FORBID", forbid, 1);
    ck_assert_int_eq(
        run("ASAN_OPTIONS=detect_leaks=0 $FORBID %s $D run --warp --scenarios s silent -- $C %s {port} 300", call, "poll"), 2);
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
    if (run("command -v go%s%s", "", "") != 0)
        return;
    ck_assert_int_eq(run("GOCACHE=$PWD/cache HOME=$PWD CGO_ENABLED=%s go build -o waiting%s "
                         "$GO_SOURCE",
                         cgo, ""),
                     0);
    int status = run("$D run -v --warp --scenarios s --keep kept silent -- ./waiting {port} %s%s",
                     "300", "");
    ck_assert_msg(status == 0, "status %d:\n%.3000s", status, output);
    (void)run("grep report kept/silent*", "", "");
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
    smtpdrill = argv[1];
    client = argv[2];
    forbid = argv[3];
    go_source = argv[4];
    Suite *suite = suite_create("warp_trace");
    TCase *tests = tcase_create("warp_trace");
    tcase_set_timeout(tests, 240);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, five_minutes_pass_at_once);
    tcase_add_test(tests, a_client_that_waits_too_short_is_found_out);
    tcase_add_test(tests, what_is_said_at_the_end_of_a_wait_is_heard_then);
    tcase_add_test(tests, two_seconds_are_two_seconds);
    tcase_add_test(tests, a_send_timeout_passes_at_once);
    tcase_add_test(tests, the_servers_own_delays_pass_at_once);
    tcase_add_test(tests, a_client_that_never_gives_up_comes_to_its_limit_at_once);
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
