/* Each line of a dialogue, each event, each rule, as a client hears them. */
#include "tests/unit/fakeserver/talk.h"

#include <stdio.h>

#define HEAD "title x\nsend from=me@client.example to=you@server.example\noffer none\n"

static void begin(struct talk *talk, const char *scenario)
{
    talk_init(talk);
    talk->segments = true;
    talk_begin(talk, scenario, NULL);
}

static void a_dialogue_is_followed_line_by_line(void **state)
{
    struct talk talk;

    (void)state;
    begin(&talk, HEAD "\nS: 220 hi\nC: EHLO|HELO\nS: 250-a\nS: 250 b\nC: MAIL\nS: 553 no\n"
                      "C? RSET\nC: QUIT\nS: 221 bye\n");
    talk_hears(&talk, "|220 hi\r\n");
    talk_says_and_hears(&talk, "HELO x\r\n", "|250-a\r\n250 b\r\n");
    talk_noted(&talk, "command dialogue:6 \"HELO x\\r\\n\"\nreply dialogue:7 ");
    talk_says_and_hears(&talk, "MAIL FROM:<a@b>\r\n", "|553 no\r\n");
    talk_says_and_hears(&talk, "QUIT\r\n", "|221 bye\r\n");
    assert_int_equal(ENGINE_WISH_CLOSE, talk.carried_out);
    talk_end(&talk, ENGINE_END_FIN);
    talk_not_noted(&talk, "unreached");
    talk_not_noted(&talk, "departure");
    talk_release(&talk);
}

static void an_optional_line_may_come(void **state)
{
    struct talk talk;

    (void)state;
    begin(&talk, HEAD "\nS: 220 hi\nC: EHLO\nS: 250 a\nC? NOOP\nS: 250 noop\nC: QUIT\nS: 221 b\n");
    talk_say(&talk, "EHLO x\r\n");
    talk.said_seen = talk.said.size;
    talk_says_and_hears(&talk, "NOOP\r\n", "|250 noop\r\n");
    talk_says_and_hears(&talk, "QUIT\r\n", "|221 b\r\n");
    talk_release(&talk);
}

static void a_line_without_an_answer_is_answered_by_the_model(void **state)
{
    struct talk talk;

    (void)state;
    begin(&talk, HEAD "\nS: 220 hi\nC: EHLO\nC? RSET\nC: QUIT\nS: 221 b\n");
    talk_say(&talk, "EHLO x\r\n");
    talk_noted(&talk, "reply model:0 \"250 ");
    talk_say(&talk, "RSET\r\n");
    talk.said_seen = talk.said.size;
    talk_says_and_hears(&talk, "QUIT\r\n", "|221 b\r\n");
    talk_not_noted(&talk, "departure");
    talk_release(&talk);
}

static void the_model_serves_until_the_next_line_matches(void **state)
{
    struct talk talk;

    (void)state;
    begin(&talk, HEAD "\n...\nC: RCPT TO:<c@B>\nS: 550 no\n...\nC: DATA\nS: 354 go\n...\n");
    talk_say(&talk, "EHLO x\r\n");
    talk_say(&talk, "MAIL FROM:<a@b>\r\n");
    talk_say(&talk, "RCPT TO:<C@b>\r\n");
    talk_noted(&talk, "command model:0 \"RCPT TO:<C@b>");
    talk_say(&talk, "RCPT TO:<c@b>\r\n");
    talk_noted(&talk, "command dialogue:6 \"RCPT TO:<c@b>");
    talk.said_seen = talk.said.size;
    talk_says_and_hears(&talk, "DATA\r\n", "|354 go\r\n");
    talk_says_and_hears(&talk, "x\r\n.\r\n", "|250 message accepted\r\n");
    talk_release(&talk);
}

static void another_command_in_a_strict_part_is_a_departure(void **state)
{
    struct talk talk;

    (void)state;
    begin(&talk, HEAD "\nS: 220 hi\nC: EHLO\nS: 250 a\nC: MAIL FROM:<x@y>\nS: 250 b\nC: QUIT\n");
    talk_say(&talk, "EHLO x\r\n");
    talk.said_seen = talk.said.size;
    talk_says_and_hears(&talk, "MAIL FROM:<a@b>\r\n", "|250 sender ok\r\n");
    talk_noted(&talk, "command model:8 departure \"MAIL FROM:<a@b>\\r\\n\"\n");
    talk_end(&talk, ENGINE_END_FIN);
    talk_noted(&talk, "client-closed -:8 unreached");
    talk_release(&talk);
}

static void raw_octets_join_the_segment_before_them(void **state)
{
    struct talk talk;

    (void)state;
    begin(&talk, HEAD "\nS: 220 hi\nS= \"250 a\\r\\n25\"\n!flush\nS= \"0 b\\r\\n\"\nC: EHLO\n");
    talk_hears(&talk, "|220 hi\r\n250 a\r\n25|0 b\r\n");
    talk_release(&talk);
}

static void a_reply_is_cut_at_the_offsets_of_split(void **state)
{
    struct talk talk;

    (void)state;
    begin(&talk, HEAD "\n!split 3,7\nS: 220 hi\nC: EHLO\nS: 250 whole\n");
    talk_hears(&talk, "|220| hi\r|\n");
    talk_says_and_hears(&talk, "EHLO x\r\n", "|250 whole\r\n");
    talk_release(&talk);
}

static void a_pace_holds_from_there_on(void **state)
{
    struct talk talk;

    (void)state;
    begin(&talk, HEAD "\n!pace 4/10ms\nS: 220 hi\n...\n");
    talk_hears(&talk, "|220 ");
    talk_wait(&talk, 9);
    talk_hears(&talk, "");
    talk_wait(&talk, 1);
    talk_hears(&talk, "|hi\r\n");
    talk_say(&talk, "NOOP\r\n");
    talk_wait(&talk, 100);
    talk_hears(&talk, "|250 |ok\r\n");
    talk_release(&talk);
}

static void a_clock_prefix_waits_first(void **state)
{
    struct talk talk;

    (void)state;
    begin(&talk, HEAD "\nS: 220 hi\nC: EHLO\n+5s S: 250 a\n+1s !close\n");
    talk_hears(&talk, "|220 hi\r\n");
    talk_say(&talk, "EHLO x\r\n");
    talk_wait(&talk, 4999);
    talk_hears(&talk, "");
    talk_wait(&talk, 1);
    talk_hears(&talk, "|250 a\r\n");
    talk_wait(&talk, 999);
    assert_int_equal(ENGINE_WISH_NONE, talk.carried_out);
    talk_wait(&talk, 1);
    assert_int_equal(ENGINE_WISH_CLOSE, talk.carried_out);
    talk_noted(&talk, "server-closed dialogue:8 \"\"\n");
    talk_release(&talk);
}

static void a_reply_nobody_asked_for_makes_nobody_early(void **state)
{
    struct talk talk;

    (void)state;
    begin(&talk, HEAD "\n...\nC: MAIL\nS: 250 a\nS= \"250 b\\r\\n\"\n...\n");
    talk_say(&talk, "HELO x\r\n");
    talk_say(&talk, "MAIL FROM:<a@b>\r\n");
    talk_say(&talk, "RCPT TO:<a@b>\r\nDATA\r\n");
    talk_not_noted(&talk, "early");
    talk_release(&talk);
}

static void close_and_reset_are_carried_out_after_what_was_said(void **state)
{
    static const struct {
        const char *event;
        enum engine_wish wish;
        const char *noted;
    } cases[] = {
        {"!close",      ENGINE_WISH_CLOSE,      "server-closed dialogue:8 \"\"\n"     },
        {"!half-close", ENGINE_WISH_HALF_CLOSE, "server-half-closed dialogue:8 \"\"\n"},
        {"!reset",      ENGINE_WISH_RESET,      "server-reset dialogue:8 \"\"\n"      },
        {"!tls",        ENGINE_WISH_TLS,        "tls dialogue:8 \"\"\n"               },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct talk talk;
        char text[200];

        snprintf(text, sizeof(text), HEAD "\nS: 220 hi\nC: EHLO\nS: 250 a\n%s\n", cases[i].event);
        begin(&talk, text);
        talk_says_and_hears(&talk, "EHLO x\r\n", "|220 hi\r\n|250 a\r\n");
        assert_int_equal(cases[i].wish, talk.carried_out);
        talk_noted(&talk, cases[i].noted);
        if (cases[i].wish == ENGINE_WISH_CLOSE) {
            talk_says_and_hears(&talk, "MAIL FROM:<a@b>\r\n", "");
            talk_end(&talk, ENGINE_END_FIN);
            talk_not_noted(&talk, "unreached");
        }
        talk_release(&talk);
    }
}

static void a_server_that_stalls_listens_and_says_nothing(void **state)
{
    struct talk talk;

    (void)state;
    begin(&talk, HEAD "\n...\nC: MAIL\n!stall\n");
    talk_say(&talk, "EHLO x\r\n");
    talk.said_seen = talk.said.size;
    talk_says_and_hears(&talk, "MAIL FROM:<a@b>\r\n", "");
    talk_noted(&talk, "stalled dialogue:7");
    talk_says_and_hears(&talk, "QUIT\r\n", "");
    talk_noted(&talk, "command -:0 early \"QUIT\\r\\n\"\n");
    talk_end(&talk, ENGINE_END_FIN);
    talk_not_noted(&talk, "unreached");
    assert_true(fake_server_is_over(talk.server));
    talk_release(&talk);
}

static void a_client_that_keeps_quiet_is_noted(void **state)
{
    struct talk talk;

    (void)state;
    begin(&talk, HEAD "\n!quiet 1s\nS: 220 hi\n...\n");
    talk_wait(&talk, 1000);
    talk_hears(&talk, "|220 hi\r\n");
    talk_noted(&talk, "quiet dialogue:5");
    talk_say(&talk, "EHLO x\r\n");
    talk_not_noted(&talk, "departure");
    talk_release(&talk);
}

static void an_octet_while_quiet_is_asked_for_is_a_departure(void **state)
{
    struct talk talk;

    (void)state;
    begin(&talk, HEAD "\n!quiet 1s\nS: 220 hi\n...\n");
    assert_int_equal(0, talk_offer(&talk, "EHLO x\r\n"));
    talk_wait(&talk, 1000);
    talk_hears(&talk, "|220 hi\r\n");
    talk_say(&talk, "EHLO x\r\n");
    talk_noted(&talk, "command model:5 early,departure \"EHLO x\\r\\n\"\n");
    talk_not_noted(&talk, "quiet dialogue");
    talk_release(&talk);
}

static void while_deaf_nothing_is_taken_and_nothing_is_held_against_the_client(void **state)
{
    struct talk talk;

    (void)state;
    begin(&talk, HEAD "\n...\nC: NOOP\nS: 250 ok\n!deaf 2m\n...\n");
    talk_say(&talk, "NOOP\r\n");
    talk_noted(&talk, "deaf dialogue:8");
    assert_int_equal(0, talk_offer(&talk, "EHLO x\r\n"));
    talk_wait(&talk, 119999);
    assert_int_equal(0, talk_offer(&talk, "EHLO x\r\n"));
    talk_wait(&talk, 1);
    assert_int_equal(8, talk_offer(&talk, "EHLO x\r\n"));
    talk_not_noted(&talk, "departure");
    talk_not_noted(&talk, "early");
    talk_release(&talk);
}

static void a_client_that_must_close_departs_with_a_command(void **state)
{
    struct talk talk;

    (void)state;
    begin(&talk, HEAD "\nS: 554 no\n!closed\n");
    talk_says_and_hears(&talk, "EHLO x\r\n", "|554 no\r\n|503 no service here, only QUIT\r\n");
    talk_noted(&talk, "command model:6 departure \"EHLO x\\r\\n\"\n");
    talk_end(&talk, ENGINE_END_FIN);
    talk_not_noted(&talk, "unreached");
    talk_release(&talk);
}

static void the_first_line_that_matches_picks_the_branch(void **state)
{
    static const char *const text = HEAD
        "\nS: 220 hi\nC: EHLO\nS: 250 a\neither\n  C: MAIL\n  S: 250 mail\n  C: RCPT\n  S: 250 "
        "rcpt\nor\n  C: NOOP\n  S: 250 noop\nor\n  !closed\nend\nC: QUIT\nS: 221 end\n";
    struct talk talk;

    (void)state;
    begin(&talk, text);
    talk_say(&talk, "EHLO x\r\n");
    talk.said_seen = talk.said.size;
    talk_says_and_hears(&talk, "NOOP\r\n", "|250 noop\r\n");
    talk_says_and_hears(&talk, "QUIT\r\n", "|221 end\r\n");
    talk_release(&talk);
    begin(&talk, text);
    talk_say(&talk, "EHLO x\r\n");
    talk_end(&talk, ENGINE_END_FIN);
    talk_not_noted(&talk, "unreached");
    talk_release(&talk);
    begin(&talk, text);
    talk_say(&talk, "EHLO x\r\n");
    talk_say(&talk, "MAIL FROM:<a@b>\r\n");
    talk_end(&talk, ENGINE_END_FIN);
    talk_noted(&talk, "client-closed -:11 unreached");
    talk_release(&talk);
}

static void exactly_so_many_octets_are_read(void **state)
{
    struct talk talk;

    (void)state;
    begin(&talk, HEAD "\n...\nC: DATA\nS: 354 go\nC= 8 octets\n!close\n");
    talk_say(&talk, "HELO x\r\n");
    talk_say(&talk, "MAIL FROM:<a@b>\r\n");
    talk_say(&talk, "RCPT TO:<a@b>\r\n");
    talk_say(&talk, "DATA\r\n");
    talk_say(&talk, "a\r\nb");
    assert_int_equal(ENGINE_WISH_NONE, talk.carried_out);
    talk_say(&talk, "\r\nc\r\nd\r\n");
    assert_int_equal(ENGINE_WISH_CLOSE, talk.carried_out);
    talk_noted(&talk, "octets dialogue:8 \"a\\r\\nb\\r\\nc\\r\"\n");
    talk_release(&talk);
}

static void a_rule_answers_so_many_times(void **state)
{
    struct talk talk;

    (void)state;
    begin(&talk, HEAD "\non RCPT x2\n  S: 450 later\non RCPT TO:<no@b> when accepted\n"
                      "  S: 550 never\non NOOP when authenticated\n  S: 500 no\n\n...\n");
    talk_say(&talk, "HELO x\r\n");
    talk_say(&talk, "MAIL FROM:<a@b>\r\n");
    talk.said_seen = talk.said.size;
    talk_says_and_hears(&talk, "RCPT TO:<a@b>\r\n", "|450 later\r\n");
    talk_says_and_hears(&talk, "RCPT TO:<a@b>\r\n", "|450 later\r\n");
    talk_says_and_hears(&talk, "RCPT TO:<no@b>\r\n", "|550 never\r\n");
    talk_says_and_hears(&talk, "RCPT TO:<a@b>\r\n", "|250 recipient ok\r\n");
    talk_says_and_hears(&talk, "NOOP\r\n", "|250 ok\r\n");
    talk_says_and_hears(&talk, "RSET\r\n", "|250 ok\r\n");
    talk_says_and_hears(&talk, "RCPT TO:<no@b>\r\n", "|503 send MAIL first\r\n");
    talk_release(&talk);
}

static void a_rule_may_greet(void **state)
{
    struct talk talk;

    (void)state;
    begin(&talk, HEAD "\non connect\n  S: 421 full\n  !close\n\n...\n");
    talk_hears(&talk, "|421 full\r\n");
    assert_int_equal(ENGINE_WISH_CLOSE, talk.carried_out);
    talk_release(&talk);
}

static void what_the_dialogue_offers_is_offered(void **state)
{
    struct talk talk;

    (void)state;
    begin(&talk, HEAD "\nS: 220 hi\nC: EHLO\nS= \"250-a\\r\\n250-SI\"\n!flush\nS= \"ZE 5\\r\\n250 "
                      "8BITMIME\\r\\n\"\n...\n");
    talk_say(&talk, "EHLO x\r\n");
    talk.said_seen = talk.said.size;
    talk_says_and_hears(&talk, "MAIL FROM:<a@b> SIZE=6\r\n", "|552 message too large\r\n");
    talk_says_and_hears(&talk, "MAIL FROM:<a@b> BODY=8BITMIME\r\n", "|250 sender ok\r\n");
    talk_release(&talk);
}

static void a_second_connection_has_its_own_dialogue(void **state)
{
    static const char *const text = HEAD "\nS: 220 one\n...\nconnection 2\nS: 220 two\n...\n";
    struct talk talk;

    (void)state;
    for (unsigned connection = 1; connection <= 3; connection++) {
        talk_init(&talk);
        talk.connection = connection;
        talk_begin(&talk, text, NULL);
        talk_hears(&talk, connection == 1 ? "220 one\r\n" : "220 two\r\n");
        talk_end(&talk, ENGINE_END_FIN);
        if (connection > 1)
            talk_noted(&talk, "client-closed -:0 harmless (second-connection)");
        talk_release(&talk);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dialogue_is_followed_line_by_line),
        cmocka_unit_test(an_optional_line_may_come),
        cmocka_unit_test(a_line_without_an_answer_is_answered_by_the_model),
        cmocka_unit_test(the_model_serves_until_the_next_line_matches),
        cmocka_unit_test(another_command_in_a_strict_part_is_a_departure),
        cmocka_unit_test(raw_octets_join_the_segment_before_them),
        cmocka_unit_test(a_reply_is_cut_at_the_offsets_of_split),
        cmocka_unit_test(a_pace_holds_from_there_on),
        cmocka_unit_test(a_clock_prefix_waits_first),
        cmocka_unit_test(a_reply_nobody_asked_for_makes_nobody_early),
        cmocka_unit_test(close_and_reset_are_carried_out_after_what_was_said),
        cmocka_unit_test(a_server_that_stalls_listens_and_says_nothing),
        cmocka_unit_test(a_client_that_keeps_quiet_is_noted),
        cmocka_unit_test(while_deaf_nothing_is_taken_and_nothing_is_held_against_the_client),
        cmocka_unit_test(an_octet_while_quiet_is_asked_for_is_a_departure),
        cmocka_unit_test(a_client_that_must_close_departs_with_a_command),
        cmocka_unit_test(the_first_line_that_matches_picks_the_branch),
        cmocka_unit_test(exactly_so_many_octets_are_read),
        cmocka_unit_test(a_rule_answers_so_many_times),
        cmocka_unit_test(a_rule_may_greet),
        cmocka_unit_test(what_the_dialogue_offers_is_offered),
        cmocka_unit_test(a_second_connection_has_its_own_dialogue),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
