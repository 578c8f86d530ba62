/* The tests of notify.c: each plays one scenario against it, in this process (cmocka). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <fakesmtp.h>

#include "notify.h"

static const char *const words[] = {
    [NOTIFY_SENT] = "sent", [NOTIFY_LATER] = "temporary", [NOTIFY_REFUSED] = "permanent"};

/* What the scenario asks for is done by the client, and what that says is claimed. */
static void run_client(struct fakesmtp *server)
{
    int code = 0;
    struct notify_note note = {.host = fakesmtp_host(server),
                               .port = fakesmtp_port(server),
                               .from = fakesmtp_fact(server, "from"),
                               .to = fakesmtp_fact(server, "to"),
                               .text = fakesmtp_message(server, 1, NULL)};
    enum notify_outcome outcome = notify_send(&note, &code);
    assert_true(fakesmtp_claim(server, NULL, words[outcome], (unsigned)code));
}

static void hold(struct fakesmtp *server)
{
    enum fakesmtp_verdict verdict = fakesmtp_finish(server);
    if (verdict != FAKESMTP_PASS && verdict != FAKESMTP_WARN)
        fputs(fakesmtp_findings(server), stderr);
    assert_true(verdict == FAKESMTP_PASS || verdict == FAKESMTP_WARN);
}

static void a_note_arrives_as_it_was_written(void **state)
{
    static const char scenario[] = "title   a message with dots arrives intact\n"
                                   "send    from=joe@client.example to=ann@server.example\n"
                                   "message \"Subject: dots\\r\\n\\r\\n.one\\r\\n..two\\r\\n\"\n"
                                   "\n"
                                   "...\n"
                                   "expect  outcome sent\n"
                                   "expect  message intact\n";
    struct fakesmtp_error error;
    struct fakesmtp *server = fakesmtp_start_text(scenario, NULL, &error);
    (void)state;
    if (server == NULL)
        fail_msg("%s", error.what);
    run_client(server);
    hold(server);
    assert_non_null(strstr(fakesmtp_mail(server, 1, NULL), "\r\n.one\r\n..two\r\n"));
    fakesmtp_free(server);
}

static void a_provider_is_asked_by_its_name(void **state)
{
    struct fakesmtp_error error;
    struct fakesmtp *server = fakesmtp_start("providers/163.com/mail-before-auth", NULL, &error);
    (void)state;
    if (server == NULL)
        fail_msg("%s", error.what);
    run_client(server);
    assert_int_not_equal(fakesmtp_finish(server), FAKESMTP_ERROR);
    fakesmtp_free(server);
}

static void a_full_disk_is_no_success(void **state)
{
    static const char scenario[] = "title   a message that was refused at its end was not sent\n"
                                   "\n"
                                   "...\n"
                                   "C: .\n"
                                   "S: 452 4.3.1 no room left\n"
                                   "...\n"
                                   "expect  outcome temporary\n";
    struct fakesmtp_error error;
    struct fakesmtp *server = fakesmtp_start_text(scenario, NULL, &error);
    (void)state;
    if (server == NULL)
        fail_msg("%s", error.what);
    run_client(server);
    hold(server);
    fakesmtp_free(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_note_arrives_as_it_was_written),
        cmocka_unit_test(a_provider_is_asked_by_its_name),
        cmocka_unit_test(a_full_disk_is_no_success),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
