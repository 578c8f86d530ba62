#include "tests/process/warp_support.h"

#define WAYS                                                                                       \
    "poll ppoll ticks select pselect epoll nanosleep clock-nanosleep alarm setitimer timer "       \
    "timerfd condition monotonic-condition receive-timeout semaphore sigtimedwait thread child"
#define ALL_WAYS "19"

/* The test's own limit is less than the five minutes that the client waits. */
START_TEST(five_minutes_pass_at_once)
{
    int status = run("$D run -v --warp --scenarios s --keep kept ways -- $C {from} {port} 300");
    ck_assert_msg(status == 0, "status %d:\n%.3000s", status, scratch_output);
    has(ALL_WAYS " passed, 0 failed of " ALL_WAYS " runs");
    has("; " ALL_WAYS " warped");
    (void)run("grep -c '^report \"waited 30[0-9] s, by the wall clock 30[0-9] s' kept/ways* | "
              "grep -vc '[^:]*:1$'"); /* by its own clocks, too */
    ck_assert_str_eq(scratch_output, "0\n");
}
END_TEST

START_TEST(a_client_that_waits_too_short_is_found_out)
{
    ck_assert_int_eq(run("$D run -v --warp --scenarios s silent -- $C poll {port} 100"), 1);
    has("FAIL silent[least=200s]");
    has("got the end after ");
}
END_TEST

START_TEST(what_is_said_at_the_end_of_a_wait_is_heard_then)
{
    int status = run("$D run -v --warp --scenarios s farewell -- $C farewell {port} 300");
    ck_assert_msg(status == 0, "status %d:\n%.3000s", status, scratch_output);
}
END_TEST

START_TEST(two_seconds_are_two_seconds)
{
    int status = run("$D run -v --warp --scenarios s --keep kept short -- $C {from} {port} 2");
    ck_assert_msg(status == 0, "status %d:\n%.3000s", status, scratch_output);
    has("; " ALL_WAYS " warped");
    (void)run(LATE_OR_NOT);
    ck_assert_str_eq(scratch_output, "0\n");
}
END_TEST

START_TEST(a_send_timeout_passes_at_once)
{
    ck_assert_int_eq(
        run("$D run -v --warp --scenarios s --keep kept deaf -- $C send-timeout {port} 300"), 0);
    (void)run("grep report kept/deaf*");
    has("waited 30");
}
END_TEST

START_TEST(the_servers_own_delays_pass_at_once)
{
    (void)run("$D run -v --warp --scenarios s --keep kept late -- $C poll {port} 600");
    has("; 1 warped");
    (void)run("grep 'reply dialogue' kept/late*");
    has("+240.");
}
END_TEST

START_TEST(a_client_that_never_gives_up_comes_to_its_limit_at_once)
{
    (void)run("$D run -v --warp --scenarios s silent -- $C poll {port} 100000");
    has("; 1 warped");
    has("   warped: 11"); /* of 1200 s */
    has("it still waited when the run was ended");
}
END_TEST

void warp_add_tests(TCase *tests)
{
    tcase_add_test(tests, five_minutes_pass_at_once);
    tcase_add_test(tests, a_client_that_waits_too_short_is_found_out);
    tcase_add_test(tests, what_is_said_at_the_end_of_a_wait_is_heard_then);
    tcase_add_test(tests, two_seconds_are_two_seconds);
    tcase_add_test(tests, a_send_timeout_passes_at_once);
    tcase_add_test(tests, the_servers_own_delays_pass_at_once);
    tcase_add_test(tests, a_client_that_never_gives_up_comes_to_its_limit_at_once);
}

/* What the servers see of a wait is loose: on a machine with much to do they come late. How long it
 * was the client says. */
void warp_set_up(void)
{
    scratch_make();
    put_file("s/silent.drill", "title the client gives up after {least} or longer\nsource -\n"
                               "limit 20m\nsweep least 200s\n\n!stall\n\n"
                               "expect gives up between {least} and 400s\n");
    put_file("s/ways.drill", "title by {way} the client gives up after {least} or longer\n"
                             "source -\nlimit 20m\nsend from={way}@client.example\n"
                             "sweep way " WAYS "\nsweep least 200s\n\n!stall\n\n"
                             "expect gives up between {least} and 400s\n");
    put_file("s/short.drill", "title by {way} the client gives up after two seconds\n"
                              "source -\nlimit 2m\nsend from={way}@client.example\n"
                              "sweep way " WAYS "\n\n!stall\n\n"
                              "expect gives up between 0s and 60s\n");
    put_file("s/late.drill", "title the greeting comes after four minutes\nsource -\n"
                             "limit 20m\n\n+4m S: 220 server.example\n...\n\n"
                             "expect gives up between 0s and 20m\nexpect count EHLO|HELO <= 0\n");
    put_file("s/farewell.drill",
             "title what is said at the end of a wait is heard then\nsource -\n"
             "limit 20m\n\nS: 220 server.example\nC: EHLO\nS: 250 ok\nC: MAIL\n!stall\n\n"
             "expect gives up between 290s and 320s\n");
    put_file("s/block.drill", "title a block of mail data is not taken\nsource -\nlimit 45m\n\n"
                              "...\nC: DATA\nS: 354 go ahead\n!deaf 2h\n...\n\n"
                              "expect gives up between 3m and 40m\n");
    put_file("s/deaf.drill", "title the server reads nothing\nsource -\n"
                             "limit 20m\n\n!deaf 19m\n...\n\nexpect never MAIL\n");
}
