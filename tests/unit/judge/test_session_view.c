#include "fakeserver/session_view.h"

#include "tests/support/unit.h"
#include "tests/unit/judge/judge_fixture.h"

#include <stdio.h>

/* The state after all records, of the first connection. */
struct replay {
    struct judge_fixture fixture;
    struct session_view view;
    const struct session *session;
};

static void replay(struct replay *replay, const char *run)
{
    const struct transcript_record *record;
    struct session *session;
    struct err err;

    judge_fixture_init(&replay->fixture);
    judge_fixture_run(&replay->fixture, run);
    session_view_init(&replay->view, replay->fixture.transcript, replay->fixture.arena);
    do
        assert_true(session_view_next(&replay->view, &record, &session, &err));
    while (record);
    replay->session = replay->view.session_count ? &replay->view.sessions[0] : NULL;
}

static void done(struct replay *replay)
{
    judge_fixture_release(&replay->fixture);
}

static void what_is_offered_is_read_from_the_octets_that_were_sent(void **state)
{
    struct replay after;

    (void)state;
    replay(&after,
           GREETING "C: EHLO c.example\n"
                    "+0.010 1 reply - \"250-mail SIZE\\r\\n250-PIPE\"\n"
                    "+0.011 1 reply - \"LINING\\r\\n250-size 77\\r\\n250 AUTH=plain\\r\\n\"\n");
    assert_int_equal(after.session->hello, SESSION_HELLO_EHLO);
    assert_true(session_has(after.session, SMTP_EXTENSION_PIPELINING));
    assert_true(after.session->offered.size_octets == 77);
    assert_true(smtp_extensions_has_mechanism(&after.session->offered, SMTP_MECHANISM_PLAIN));
    assert_false(session_has(after.session, SMTP_EXTENSION_8BITMIME));
    assert_false(after.session->odd);
    done(&after);
}

static void a_refused_hello_and_tls_leave_nothing_offered(void **state)
{
    struct replay after;

    (void)state;
    replay(&after, GREETING "C: EHLO c.example\nS: 550-PIPELINING\nS: 550 no\n");
    assert_int_equal(after.session->hello, SESSION_HELLO_NONE);
    assert_true(after.session->hello_refused);
    done(&after);
    replay(&after, PIPELINING "C: HELO c.example\nS: 250 mail\n");
    assert_int_equal(after.session->hello, SESSION_HELLO_HELO);
    assert_false(session_has(after.session, SMTP_EXTENSION_PIPELINING));
    done(&after);
    replay(&after, PIPELINING "C: STARTTLS\nS: 220 go\n!tls\n");
    assert_int_equal(after.session->hello, SESSION_HELLO_NONE);
    assert_true(after.session->secure);
    done(&after);
}

static void replies_are_matched_by_counting(void **state)
{
    struct replay after;

    (void)state;
    replay(&after, PIPELINING "C: MAIL FROM:<a@x.example>\nC{early} RCPT TO:<b@y.example>\n"
                              "C{early} RCPT TO:<c@y.example>\nC{early} DATA\nS: 250 ok\n"
                              "S: 550-no\nS: 550 no\nS: 251 ok\nS: 354 go\nD: ended octets=3\n"
                              "S: 250 ok\n");
    assert_int_equal(after.view.transaction_count, 1);
    assert_int_equal(after.view.recipient_count, 2);
    assert_int_equal(after.view.recipients[0].code, 550);
    assert_string(after.view.recipients[0].path, "b@y.example");
    assert_int_equal(after.view.recipients[1].code, 251);
    assert_int_equal(after.view.transactions[0].mail_code, 250);
    assert_int_equal(after.view.transactions[0].data_code, 354);
    assert_int_equal(after.view.transactions[0].end.code, 250);
    assert_int_equal(after.view.transactions[0].rcpt_accepted, 1);
    assert_true(after.view.transactions[0].ended);
    assert_false(after.session->transaction_open);
    assert_false(after.session->odd);
    done(&after);
}

static void lmtp_has_an_end_for_each_recipient(void **state)
{
    struct replay after;

    (void)state;
    replay(&after, GREETING "C: LHLO client.example\nS: 250-mail.example\nS: 250 HELP\n" MAIL RCPT
                            "C: RCPT TO:<c@y.example>\nS: 550 no\n"
                            "C: RCPT TO:<d@y.example>\nS: 250 ok\n" DATA
                            "D: ended octets=3\nS: 250 ok\nS: 452 full\n");
    assert_int_equal(after.session->hello, SESSION_HELLO_LHLO);
    assert_true(session_has(after.session, SMTP_EXTENSION_HELP));
    assert_true(after.view.transactions[0].lmtp);
    assert_int_equal(session_end_of(&after.view, &after.view.recipients[0])->code, 250);
    assert_int_equal(session_end_of(&after.view, &after.view.recipients[1])->code, 0);
    assert_int_equal(session_end_of(&after.view, &after.view.recipients[2])->code, 452);
    assert_false(after.session->odd);
    done(&after);
}

static void an_exchange_of_auth_goes_on_until_its_last_reply(void **state)
{
    struct replay after;

    (void)state;
    replay(&after, AUTH "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nR{user} dXNlcg==\n");
    assert_true(after.session->auth_open);
    assert_int_equal(after.session->responses, 1);
    assert_int_equal(after.session->mechanism, SMTP_MECHANISM_LOGIN);
    done(&after);
    replay(&after, AUTH "C: AUTH PLAIN {secret}\nS: 235 ok\n");
    assert_true(after.session->authenticated);
    assert_false(after.session->auth_open);
    done(&after);
    replay(&after, AUTH "C: AUTH PLAIN {secret}\nS: 535 no\n");
    assert_false(after.session->authenticated);
    assert_int_equal(after.session->auth_refused, 1);
    done(&after);
}

/* What the server does first is its own fault. */
static const struct {
    const char *run;
    bool odd;
} servers[] = {
    {PLAIN BYE,                                                    false},
    {PLAIN "S: 421 down\n",                                        false},
    {PLAIN "S: 250 unasked\n",                                     true },
    {PLAIN "C: NOOP\nS: 250\n",                                    false},
    {PLAIN "C: NOOP\nS: 250 \n",                                   false},
    {PLAIN "C: NOOP\nS: 250-a\nS: 250\n",                          false},
    {PLAIN "C: NOOP\nS: 250-a\nS: 251 b\n",                        true },
    {PLAIN "C: NOOP\nS: 250_a\n",                                  true },
    {PLAIN "C: NOOP\nS: 25 a\n",                                   true },
    {PLAIN "C: NOOP\nS: 299 a\n",                                  false},
    {PLAIN "C: NOOP\nS: 199 a\n",                                  true },
    {PLAIN "C: NOOP\nS: 600 a\n",                                  true },
    {PLAIN "C: NOOP\nS: 354 a\n",                                  true },
    {PLAIN MAIL RCPT "C: DATA\nS: 250 a\n",                        true },
    {PLAIN MAIL RCPT "C: DATA\nS: 399 a\n",                        false},
    {PLAIN SENT,                                                   false},
    {PLAIN MAIL RCPT DATA "D: ended octets=1\nS: 354 a\n",         true },
    {AUTH "C: AUTH LOGIN\nS: 334 !!!\n",                           false},
    {"!connected\nS: 354 a\n",                                     true },
    {"!connected\nS: 554 a\n",                                     false},
    {PLAIN "C: NOOP\n+0.100 1 reply - \"250 a\\n\"\n",             true },
    {PLAIN "C: NOOP\n+0.100 1 reply - \"250 a\\0b\\r\\n\"\n",      true },
    {PLAIN "C: NOOP\n+0.100 1 reply - \"250 a\\rb\\r\\n\"\n",      true },
    {PLAIN "C: NOOP\n+0.100 1 reply - \"250 \\xc4\\xe3\\r\\n\"\n", false},
};

static void a_server_that_breaks_the_protocol_is_known_by_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(servers); i++) {
        struct replay after;

        replay(&after, servers[i].run);
        if (after.session->odd != servers[i].odd)
            fail_msg("%s", servers[i].run);
        done(&after);
    }
}

static void a_line_of_512_octets_is_the_longest_of_a_reply(void **state)
{
    char run[2000];

    (void)state;
    for (size_t octets = 511; octets <= 513; octets++) {
        struct replay after;
        int at = snprintf(run, sizeof(run), "%s", PLAIN "C: NOOP\nS: 250 ");

        memset(run + at, 'x', octets - 6);
        run[(size_t)at + octets - 6] = '\n';
        run[(size_t)at + octets - 5] = '\0';
        replay(&after, run);
        assert_int_equal(after.session->odd, octets > 512);
        done(&after);
    }
}

static void connections_have_states_of_their_own(void **state)
{
    struct replay after;

    (void)state;
    replay(&after,
           PLAIN MAIL "@2\n" GREETING "@1\n" RCPT "@2\nC: EHLO c.example\nS: 550 no\n@1\n" BYE);
    assert_int_equal(after.view.session_count, 2);
    assert_true(after.view.sessions[0].quit_answered);
    assert_true(after.view.sessions[1].hello_refused);
    assert_int_equal(after.view.transactions[0].rcpt_accepted, 1);
    done(&after);
}

static void an_empty_transcript_has_no_session(void **state)
{
    struct replay after;

    (void)state;
    replay(&after, "");
    assert_null(after.session);
    done(&after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_offered_is_read_from_the_octets_that_were_sent),
        cmocka_unit_test(a_refused_hello_and_tls_leave_nothing_offered),
        cmocka_unit_test(replies_are_matched_by_counting),
        cmocka_unit_test(lmtp_has_an_end_for_each_recipient),
        cmocka_unit_test(an_exchange_of_auth_goes_on_until_its_last_reply),
        cmocka_unit_test(a_server_that_breaks_the_protocol_is_known_by_it),
        cmocka_unit_test(a_line_of_512_octets_is_the_longest_of_a_reply),
        cmocka_unit_test(connections_have_states_of_their_own),
        cmocka_unit_test(an_empty_transcript_has_no_session),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
