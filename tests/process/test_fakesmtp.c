/* A scenario played inside this process, as tests of others do it. */
#include "harness/api/fakesmtp.h"

#include "tests/install/example/notify.h"

#include <arpa/inet.h>
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEAD "title  a test\n"

static struct fakesmtp *play(const char *text, const struct fakesmtp_options *options)
{
    struct fakesmtp_error error = {0};
    struct fakesmtp *server = fakesmtp_start_text(text, options, &error);
    ck_assert_msg(server != NULL, "%s", error.what);
    return server;
}

static struct fakesmtp *play_named(const char *name)
{
    struct fakesmtp_error error = {0};
    struct fakesmtp *server = fakesmtp_start(name, NULL, &error);
    ck_assert_msg(server != NULL, "%s", error.what);
    return server;
}

/* What the client says; nothing is claimed yet. */
static enum notify_outcome send_note(struct fakesmtp *server, int *ret_code)
{
    struct notify_note note = {.host = fakesmtp_host(server),
                               .port = fakesmtp_port(server),
                               .from = fakesmtp_fact(server, "from"),
                               .to = fakesmtp_fact(server, "to"),
                               .text = fakesmtp_message(server, 1, NULL)};
    return notify_send(&note, ret_code);
}

static void expect_findings(const struct fakesmtp *server, const char *words)
{
    ck_assert_msg(strstr(fakesmtp_findings(server), words) != NULL, "no \"%s\" in:\n%s", words,
                  fakesmtp_findings(server));
}

/* A connection and nothing more; -1 = refused. */
static int dial(const struct fakesmtp *server)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((unsigned short)fakesmtp_port(server))};
    int opened = socket(AF_INET, SOCK_STREAM, 0);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(opened, (struct sockaddr *)&to, sizeof(to)) == 0)
        return opened;
    close(opened);
    return -1;
}

START_TEST(a_good_client_passes_and_its_mail_is_there)
{
    size_t octets = 0, given = 0;
    int code = 0;
    struct fakesmtp *server = play(HEAD "message \"Subject: x\\r\\n\\r\\n.dot\\r\\n\"\n\n...\n"
                                        "expect outcome sent\nexpect message intact\n",
                                   NULL);
    ck_assert_uint_gt(fakesmtp_port(server), 0);
    ck_assert_str_eq(fakesmtp_findings(server), "");
    ck_assert_ptr_null(fakesmtp_mail(server, 1, NULL));
    ck_assert_int_eq(send_note(server, &code), NOTIFY_SENT);
    ck_assert(fakesmtp_claim(server, NULL, "sent", 250));
    ck_assert_int_eq(fakesmtp_finish(server), FAKESMTP_PASS);
    expect_findings(server, "pass scenario");
    const char *mail = fakesmtp_mail(server, 1, &octets);
    ck_assert_ptr_nonnull(fakesmtp_message(server, 1, &given));
    ck_assert_uint_eq(octets, given);
    ck_assert_mem_eq(mail, fakesmtp_message(server, 1, NULL), octets);
    ck_assert_ptr_null(fakesmtp_mail(server, 2, NULL));
    ck_assert_ptr_null(fakesmtp_mail(server, 0, NULL));
    ck_assert_ptr_null(fakesmtp_message(server, 2, NULL));
    ck_assert_int_eq(fakesmtp_finish(server), FAKESMTP_PASS);
    ck_assert(!fakesmtp_claim(server, NULL, "sent", 250)); /* it is finished */
    fakesmtp_free(server);
}
END_TEST

START_TEST(a_false_claim_fails)
{
    int code = 0;
    struct fakesmtp *server =
        play(HEAD "\n...\nC: .\nS: 452 4.3.1 no room\n...\nexpect outcome temporary\n", NULL);
    ck_assert_int_eq(send_note(server, &code), NOTIFY_SENT); /* the mistake of notify.c */
    ck_assert(fakesmtp_claim(server, NULL, "sent", 0));
    ck_assert_int_eq(fakesmtp_finish(server), FAKESMTP_FAIL);
    expect_findings(server, "FAIL scenario");
    expect_findings(server, "expected outcome temporary (line 7); got sent");
    expect_findings(server, "5321-4.1.1.10-d");
    fakesmtp_free(server);
}
END_TEST

START_TEST(a_true_claim_of_the_same_dialogue_passes)
{
    int code = 0;
    struct fakesmtp *server = play(
        HEAD "\n...\nC: .\nS: 452 4.3.1 no room\n...\nexpect outcome temporary code 452\n", NULL);
    (void)send_note(server, &code);
    ck_assert(fakesmtp_claim(server, NULL, "temporary", (unsigned)code));
    ck_assert_int_eq(fakesmtp_finish(server), FAKESMTP_PASS);
    fakesmtp_free(server);
}
END_TEST

START_TEST(who_says_only_failed_is_judged_on_that)
{
    int code = 0;
    struct fakesmtp *server =
        play(HEAD "\n...\nC: RCPT\nS: 452 full\n...\nexpect outcome temporary\n", NULL);
    (void)send_note(server, &code);
    ck_assert(fakesmtp_claim(server, NULL, "failed", 0));
    ck_assert_int_eq(fakesmtp_finish(server), FAKESMTP_PASS);
    fakesmtp_free(server);
}
END_TEST

START_TEST(each_recipient_can_be_claimed)
{
    const char *const outcomes[] = {"sent", "permanent"};
    for (int i = 0; i < 2; i++) {
        int code = 0;
        struct fakesmtp *server = play(HEAD "\n...\nC: RCPT\nS: 550 5.1.1 nobody\n...\n"
                                            "expect rcpt@server.example permanent\n",
                                       NULL);
        (void)send_note(server, &code);
        ck_assert(fakesmtp_claim(server, "rcpt@server.example", outcomes[i], 0));
        ck_assert_int_eq(fakesmtp_finish(server), i == 0 ? FAKESMTP_FAIL : FAKESMTP_PASS);
        fakesmtp_free(server);
    }
}
END_TEST

START_TEST(what_it_tells_its_user_is_judged)
{
    const char *const told[] = {"the server said: 550 5.1.1 nobody", "it did not work"};
    for (int i = 0; i < 2; i++) {
        int code = 0;
        struct fakesmtp *server =
            play(HEAD "\n...\nC: RCPT\nS: 550 5.1.1 nobody\n...\nexpect report 550\n", NULL);
        (void)send_note(server, &code);
        ck_assert(fakesmtp_claim(server, NULL, "permanent", 0));
        ck_assert(fakesmtp_told(server, told[i]));
        ck_assert_int_eq(fakesmtp_finish(server), i == 0 ? FAKESMTP_PASS : FAKESMTP_FAIL);
        fakesmtp_free(server);
    }
}
END_TEST

START_TEST(a_word_that_is_no_outcome_is_refused)
{
    struct fakesmtp *server = play_named("model");
    ck_assert(!fakesmtp_claim(server, NULL, "delivered", 0));
    ck_assert(!fakesmtp_claim(server, NULL, "", 0));
    ck_assert_ptr_null(fakesmtp_fact(server, "colour"));
    ck_assert_str_eq(fakesmtp_fact(server, "user"), "");
    fakesmtp_free(server);
}
END_TEST

START_TEST(who_never_connects_did_not_reach_the_point)
{
    struct fakesmtp *server = play(HEAD "\n...\nC: MAIL\nS: 550 no\n...\n", NULL);
    ck_assert_int_eq(fakesmtp_finish(server), FAKESMTP_NOT_REACHED);
    expect_findings(server, "the client never connected");
    fakesmtp_free(server);
}
END_TEST

START_TEST(errors_name_line_and_column)
{
    static const struct {
        const char *text;
        unsigned line, column;
        const char *what;
    } rows[] = {
        {"title x\n\nS: 220\nX: y\n",                4, 1, "scenario:4:1: "     },
        {"titel x\n",                                1, 1, "title"              },
        {HEAD "server no-such-personality\n\n...\n", 0, 0, "no-such-personality"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fakesmtp_error error = {0};
        ck_assert_ptr_null(fakesmtp_start_text(rows[i].text, NULL, &error));
        ck_assert_uint_eq(error.line, rows[i].line);
        ck_assert_uint_eq(error.column, rows[i].column);
        ck_assert_msg(strstr(error.what, rows[i].what) != NULL, "%s", error.what);
    }
}
END_TEST

START_TEST(names_that_are_none_are_refused)
{
    static const struct {
        const char *name, *what;
    } rows[] = {
        {"no/such/scenario",                        "there is no scenario and no personality"},
        {"providers/163.com/mail-before-auth[x=1]", "no instances to choose from"            },
        {"",                                        "there is no scenario"                   },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fakesmtp_error error = {0};
        ck_assert_ptr_null(fakesmtp_start(rows[i].name, NULL, &error));
        ck_assert_msg(strstr(error.what, rows[i].what) != NULL, "%s", error.what);
    }
    ck_assert_ptr_null(fakesmtp_start("model", &(struct fakesmtp_options){.data = "/nowhere"},
                                      &(struct fakesmtp_error){0}));
    ck_assert_ptr_null(fakesmtp_start("no-such", NULL, NULL)); /* who does not ask is not told */
}
END_TEST

START_TEST(a_personality_serves_by_its_name)
{
    int code = 0;
    struct fakesmtp *server = play_named("postfix");
    ck_assert_int_eq(send_note(server, &code), NOTIFY_SENT);
    ck_assert_int_eq(fakesmtp_finish(server), FAKESMTP_PASS);
    ck_assert_ptr_nonnull(fakesmtp_mail(server, 1, NULL));
    fakesmtp_free(server);
}
END_TEST

START_TEST(an_instance_of_a_sweep_is_played)
{
    struct fakesmtp_error error = {0};
    struct fakesmtp *server;
    ck_assert_ptr_null(fakesmtp_start("rfc5321/reply-codes/data", NULL, &error));
    const char *from = strchr(error.what, '['), *to = strrchr(error.what, ']');
    ck_assert_msg(from != NULL && to != NULL, "%s", error.what);
    char name[256];
    snprintf(name, sizeof(name), "rfc5321/reply-codes/data%.*s", (int)(to - from) + 1, from);
    server = play_named(name);
    fakesmtp_free(server);
}
END_TEST

START_TEST(under_tls_there_is_a_ca_as_long_as_the_server)
{
    struct fakesmtp *server = play(
        HEAD "send tls=starttls user=joe password=s3cret-word\n\n...\nexpect outcome sent\n", NULL);
    char path[600];
    snprintf(path, sizeof(path), "%s", fakesmtp_fact(server, "ca"));
    ck_assert_str_eq(fakesmtp_fact(server, "tls"), "starttls");
    ck_assert_str_eq(fakesmtp_fact(server, "tls-name"), "localhost");
    ck_assert_str_eq(fakesmtp_host(server), "localhost");
    ck_assert_str_eq(fakesmtp_fact(server, "user"), "joe");
    ck_assert_str_eq(fakesmtp_fact(server, "password"), "s3cret-word");
    ck_assert_int_eq(access(path, R_OK), 0);
    ck_assert_int_eq(access(fakesmtp_fact(server, "client-cert"), R_OK), 0);
    ck_assert_int_eq(access(fakesmtp_fact(server, "client-key"), R_OK), 0);
    fakesmtp_free(server);
    ck_assert_int_ne(access(path, F_OK), 0);
}
END_TEST

START_TEST(no_secret_is_in_what_is_printed)
{
    struct fakesmtp *server =
        play(HEAD "send user=joe password=s3cret-word\n\n...\nexpect report \"xyz\"\n", NULL);
    char path[] = "/tmp/fakesmtp-XXXXXX";
    char text[65536] = "";
    int code = 0;
    (void)send_note(server, &code);
    ck_assert(fakesmtp_told(server, "I logged in with s3cret-word"));
    (void)fakesmtp_finish(server);
    ck_assert_ptr_null(strstr(fakesmtp_findings(server), "s3cret-word"));
    close(mkstemp(path));
    ck_assert(fakesmtp_keep(server, path, NULL));
    FILE *kept = fopen(path, "r");
    ck_assert_uint_gt(fread(text, 1, sizeof(text) - 1, kept), 0);
    fclose(kept);
    unlink(path);
    ck_assert_ptr_null(strstr(text, "I logged in with s3cret-word"));
    ck_assert_ptr_nonnull(strstr(text, "I logged in with {secret}"));
    fakesmtp_free(server);
}
END_TEST

START_TEST(a_connection_left_open_does_not_hold_it_up)
{
    struct fakesmtp *server =
        play(HEAD "\n...\n", &(struct fakesmtp_options){.settle_ms = 50, .client = "leaker"});
    int opened = dial(server);
    ck_assert_int_ge(opened, 0);
    (void)fakesmtp_finish(server); /* the test's time limit is what is tested */
    close(opened);
    fakesmtp_free(server);
}
END_TEST

START_TEST(a_silent_server_lets_go_at_the_limit)
{
    int code = 0;
    struct fakesmtp *server = play(HEAD "\n!stall\n", &(struct fakesmtp_options){.limit_ms = 200});
    ck_assert_int_eq(send_note(server, &code), NOTIFY_LATER);
    ck_assert(fakesmtp_claim(server, NULL, "temporary", 0));
    ck_assert_int_eq(fakesmtp_finish(server), FAKESMTP_UNSUPPORTED);
    expect_findings(server, "as it may (RFC 5321 4.5.3.2)");
    fakesmtp_free(server);
}
END_TEST

START_TEST(it_can_be_freed_at_any_time)
{
    fakesmtp_free(NULL);
    fakesmtp_free(play_named("model"));
    struct fakesmtp *server = play(HEAD "\n...\n", NULL);
    int opened = dial(server);
    fakesmtp_free(server);
    close(opened);
}
END_TEST

START_TEST(several_are_played_at_once)
{
    enum { COUNT = 8 };
    struct fakesmtp *servers[COUNT];
    int code = 0;
    for (int i = 0; i < COUNT; i++)
        servers[i] = play(HEAD "\n...\nexpect outcome sent\n", NULL);
    for (int i = COUNT - 1; i >= 0; i--) {
        ck_assert_int_eq(send_note(servers[i], &code), NOTIFY_SENT);
        ck_assert(fakesmtp_claim(servers[i], NULL, i % 2 ? "sent" : "permanent", 0));
    }
    for (int i = 0; i < COUNT; i++) {
        ck_assert_int_eq(fakesmtp_finish(servers[i]), i % 2 ? FAKESMTP_PASS : FAKESMTP_FAIL);
        fakesmtp_free(servers[i]);
    }
}
END_TEST

START_TEST(the_process_keeps_its_signals)
{
    struct sigaction before, after;
    sigset_t mask;
    ck_assert_int_eq(sigaction(SIGPIPE, NULL, &before), 0);
    struct fakesmtp *server = play_named("model");
    (void)fakesmtp_finish(server);
    fakesmtp_free(server);
    ck_assert_int_eq(sigaction(SIGPIPE, NULL, &after), 0);
    ck_assert(before.sa_handler == after.sa_handler);
    ck_assert_int_eq(sigprocmask(SIG_SETMASK, NULL, &mask), 0);
    ck_assert_int_eq(sigismember(&mask, SIGTERM), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fakesmtp");
    TCase *all = tcase_create("in the process");
    tcase_set_timeout(all, 60);
    tcase_add_test(all, a_good_client_passes_and_its_mail_is_there);
    tcase_add_test(all, a_false_claim_fails);
    tcase_add_test(all, a_true_claim_of_the_same_dialogue_passes);
    tcase_add_test(all, who_says_only_failed_is_judged_on_that);
    tcase_add_test(all, each_recipient_can_be_claimed);
    tcase_add_test(all, what_it_tells_its_user_is_judged);
    tcase_add_test(all, a_word_that_is_no_outcome_is_refused);
    tcase_add_test(all, who_never_connects_did_not_reach_the_point);
    tcase_add_test(all, errors_name_line_and_column);
    tcase_add_test(all, names_that_are_none_are_refused);
    tcase_add_test(all, a_personality_serves_by_its_name);
    tcase_add_test(all, an_instance_of_a_sweep_is_played);
    tcase_add_test(all, under_tls_there_is_a_ca_as_long_as_the_server);
    tcase_add_test(all, no_secret_is_in_what_is_printed);
    tcase_add_test(all, a_connection_left_open_does_not_hold_it_up);
    tcase_add_test(all, a_silent_server_lets_go_at_the_limit);
    tcase_add_test(all, it_can_be_freed_at_any_time);
    tcase_add_test(all, several_are_played_at_once);
    tcase_add_test(all, the_process_keeps_its_signals);
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
