/* The model serves: whole sessions, mail data, AUTH, endings. */
#include "tests/unit/fakeserver/talk.h"

#define HEAD "title x\nsend from=me@client.example to=you@server.example\n"
#define WITH_USER                                                                                  \
    "title x\nsend from=me@client.example to=you@server.example user=joker password=s3cret-pass\n"
#define EHLO_REPLY                                                                                 \
    "250-server.example\r\n250-PIPELINING\r\n250-SIZE 10485760\r\n250-8BITMIME\r\n"                \
    "250-ENHANCEDSTATUSCODES\r\n250-HELP\r\n250 VRFY\r\n"

static void begin(struct talk *talk, const char *scenario)
{
    talk_init(talk);
    talk_begin(talk, scenario, NULL);
}

static void a_whole_session_is_served_by_the_model(void **state)
{
    struct talk talk;

    (void)state;
    begin(&talk, HEAD "\n...\n");
    talk_hears(&talk, "220 server.example ESMTP ready\r\n");
    talk_says_and_hears(&talk, "EHLO client.example\r\n", EHLO_REPLY);
    talk_says_and_hears(&talk, "MAIL FROM:<me@client.example>\r\n", "250 2.1.0 sender ok\r\n");
    talk_says_and_hears(&talk, "RCPT TO:<you@server.example>\r\n", "250 2.1.5 recipient ok\r\n");
    talk_says_and_hears(&talk, "DATA\r\n", "354 send the mail data, end with <CRLF>.<CRLF>\r\n");
    talk_says_and_hears(&talk, "Subject: x\r\n\r\nhello\r\n..\r\n.\r\n",
                        "250 2.0.0 message accepted\r\n");
    talk_says_and_hears(&talk, "QUIT\r\n", "221 2.0.0 bye\r\n");
    assert_int_equal(ENGINE_WISH_CLOSE, talk.carried_out);
    talk_noted(&talk, "data model:0 \"\" content=24\n");
    talk_noted(&talk, "server-closed model:0");
    assert_false(fake_server_is_over(talk.server));
    talk_end(&talk, ENGINE_END_FIN);
    assert_true(fake_server_is_over(talk.server));
    talk_not_noted(&talk, "unreached");
    talk_not_noted(&talk, "early");
    talk_release(&talk);
}

static void lmtp_answers_for_each_recipient(void **state)
{
    struct talk talk;

    (void)state;
    begin(&talk, "title x\nsend protocol=lmtp\noffer CHUNKING\n\n...\n");
    talk_hears(&talk, "220 server.example ESMTP ready\r\n");
    talk_says_and_hears(&talk, "EHLO x\r\n", "500 command not recognized\r\n");
    talk_says_and_hears(&talk, "LHLO x\r\n", "250-server.example\r\n250 CHUNKING\r\n");
    talk_says_and_hears(&talk, "MAIL FROM:<a@b>\r\n", "250 sender ok\r\n");
    talk_says_and_hears(&talk, "RCPT TO:<c@d>\r\n", "250 recipient ok\r\n");
    talk_says_and_hears(&talk, "RCPT TO:<c d>\r\n", "501 bad forward-path\r\n");
    talk_says_and_hears(&talk, "RCPT TO:<c@d>\r\n", "250 recipient ok\r\n");
    talk_says_and_hears(&talk, "DATA\r\n", "354 send the mail data, end with <CRLF>.<CRLF>\r\n");
    talk_says_and_hears(&talk, "x: y\r\n\r\n.\r\n",
                        "250 message accepted\r\n250 message accepted\r\n");
    talk_says_and_hears(&talk, "MAIL FROM:<a@b>\r\n", "250 sender ok\r\n");
    /* No recipient, no reply (RFC 2033 4.3). */
    talk_says_and_hears(&talk, "BDAT 4 LAST\r\nx\r\n\n", "");
    talk_says_and_hears(&talk, "NOOP\r\n", "250 ok\r\n");
    talk_says_and_hears(&talk, "QUIT\r\n", "221 bye\r\n");
    talk_not_noted(&talk, "early");
    talk_release(&talk);
}

static void sequence_errors_and_unknown_commands_are_refused(void **state)
{
    struct talk talk;

    (void)state;
    begin(&talk, HEAD "offer none\n\n...\n");
    talk_hears(&talk, "220 server.example ESMTP ready\r\n");
    talk_says_and_hears(&talk, "MAIL FROM:<a@b>\r\n", "503 send EHLO or HELO first\r\n");
    talk_says_and_hears(&talk, "HELO x\r\n", "250 server.example\r\n");
    talk_says_and_hears(&talk, "RCPT TO:<a@b>\r\n", "503 send MAIL first\r\n");
    talk_says_and_hears(&talk, "WHAT\r\n", "500 command not recognized\r\n");
    talk_says_and_hears(&talk, "MAIL FROM:<a@b> SIZE=1\r\n", "555 unknown parameter\r\n");
    talk_says_and_hears(&talk, "RCPT TO:<a@b>\r\n", "503 send MAIL first\r\n");
    talk_says_and_hears(&talk, "DATA\r\n", "503 no valid recipients\r\n");
    talk_says_and_hears(&talk, "STARTTLS\r\n", "502 STARTTLS is not offered\r\n");
    talk_says_and_hears(&talk, "EHLO\r\n", "501 expected EHLO domain\r\n");
    talk_release(&talk);
}

static void size_is_held_against_what_is_offered(void **state)
{
    struct talk talk;

    (void)state;
    begin(&talk, HEAD "offer SIZE 10\noffer 8BITMIME\n\n...\n");
    talk_say(&talk, "EHLO x\r\n");
    talk_hears(&talk, "220 server.example ESMTP ready\r\n250-server.example\r\n250-SIZE 10\r\n250 "
                      "8BITMIME\r\n");
    talk_says_and_hears(&talk, "MAIL FROM:<a@b> SIZE=11\r\n", "552 message too large\r\n");
    talk_says_and_hears(&talk, "MAIL FROM:<a@b> SIZE=x\r\n", "501 bad value of a parameter\r\n");
    talk_says_and_hears(&talk, "MAIL FROM:<a@b> BODY=9BIT\r\n", "501 bad value of a parameter\r\n");
    talk_says_and_hears(&talk, "MAIL FROM:<a@b> body=8bitmime SIZE=10\r\n", "250 sender ok\r\n");
    talk_say(&talk, "RCPT TO:<a@b>\r\nDATA\r\n");
    talk_hears(&talk, "250 recipient ok\r\n354 send the mail data, end with <CRLF>.<CRLF>\r\n");
    talk_says_and_hears(&talk, "123456789\r\n.\r\n", "552 message too large\r\n");
    talk_release(&talk);
}

static void a_command_before_the_reply_to_its_predecessor_is_early(void **state)
{
    struct talk talk;

    (void)state;
    begin(&talk, HEAD "offer none\n\n...\n");
    talk_say(&talk, "HELO x\r\nMAIL FROM:<a@b>\r\n");
    talk_noted(&talk, "command model:0 \"HELO x\\r\\n\"\n");
    talk_noted(&talk, "command model:0 early \"MAIL FROM:<a@b>\\r\\n\"\n");
    talk_release(&talk);
}

static void a_command_before_the_greeting_is_early(void **state)
{
    struct talk talk;

    (void)state;
    begin(&talk, HEAD "\n+1s S: 220 hello\n...\n");
    talk_say(&talk, "EHLO x\r\n");
    talk_noted(&talk, "command model:0 early \"EHLO x\\r\\n\"\n");
    assert_int_equal(1000, talk.now_ms);
    talk_release(&talk);
}

static void the_replies_to_a_group_go_out_in_one_segment(void **state)
{
    struct talk talk;

    (void)state;
    begin(&talk, HEAD "offer PIPELINING\n\n...\n");
    talk_say(&talk, "EHLO x\r\n");
    talk.segments = true;
    talk.said_seen = talk.said.size;
    talk_say(&talk, "MAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n");
    talk_hears(&talk, "|250 sender ok\r\n250 recipient ok\r\n250 recipient ok\r\n"
                      "354 send the mail data, end with <CRLF>.<CRLF>\r\n");
    talk_noted(&talk, "early,harmless (pipelining) \"DATA\\r\\n\"\n");
    talk_release(&talk);
}

static void auth_plain_is_verified(void **state)
{
    struct talk talk;

    (void)state;
    begin(&talk, WITH_USER "\n...\n");
    talk_say(&talk, "EHLO x\r\n");
    talk.said_seen = talk.said.size;
    talk_says_and_hears(&talk, "AUTH PLAIN AGpva2VyAHMzY3JldC13cm9uZw==\r\n",
                        "535 5.7.8 credentials invalid\r\n");
    talk_noted(&talk, "command model:0 wrong-credentials \"AUTH PLAIN {secret}\\r\\n\"\n");
    talk_says_and_hears(&talk, "AUTH PLAIN\r\n", "334 \r\n");
    talk_says_and_hears(&talk, "*\r\n", "501 5.7.0 cancelled\r\n");
    talk_noted(&talk, "response model:0 cancel \"*\\r\\n\"\n");
    talk_says_and_hears(&talk, "AUTH PLAIN\r\n", "334 \r\n");
    talk_says_and_hears(&talk, "!!\r\n", "501 5.5.2 this is no base64\r\n");
    talk_noted(&talk, "response model:0 not-base64 \"{secret}\\r\\n\"\n");
    talk_says_and_hears(&talk, "AUTH PLAIN =\r\n", "535 5.7.8 credentials invalid\r\n");
    talk_noted(&talk, "command model:0 empty,wrong-credentials \"AUTH PLAIN =\\r\\n\"\n");
    talk_says_and_hears(&talk, "AUTH plain AGpva2VyAHMzY3JldC1wYXNz\r\n",
                        "235 2.7.0 authenticated\r\n");
    talk_noted(&talk, "password,authenticated \"AUTH plain {secret}\\r\\n\"\n");
    talk_says_and_hears(&talk, "AUTH PLAIN\r\n", "503 5.5.1 already authenticated\r\n");
    talk_not_noted(&talk, "AGpva2VyAHMzY3JldC1wYXNz");
    talk_release(&talk);
}

static void auth_login_is_verified(void **state)
{
    struct talk talk;

    (void)state;
    begin(&talk, WITH_USER "\n...\n");
    talk_say(&talk, "EHLO x\r\n");
    talk.said_seen = talk.said.size;
    talk_says_and_hears(&talk, "AUTH LOGIN\r\n", "334 VXNlcm5hbWU6\r\n");
    talk_says_and_hears(&talk, "am9rZXI=\r\n", "334 UGFzc3dvcmQ6\r\n");
    talk_says_and_hears(&talk, "czNjcmV0LXBhc3M=\r\n", "235 2.7.0 authenticated\r\n");
    talk_noted(&talk, "response model:0 user \"am9rZXI=\\r\\n\"\n");
    talk_noted(&talk, "response model:0 password,authenticated \"{secret}\\r\\n\"\n");
    talk_not_noted(&talk, "czNjcmV0");
    talk_release(&talk);
}

static void a_command_instead_of_a_response_is_a_command(void **state)
{
    struct talk talk;

    (void)state;
    begin(&talk, WITH_USER "\n...\n");
    talk_say(&talk, "EHLO x\r\nAUTH LOGIN\r\n");
    talk_say(&talk, "MAIL FROM:<a@b>\r\n");
    talk_noted(&talk, "command model:0 \"MAIL FROM:<a@b>\\r\\n\"\n");
    talk_say(&talk, "RSET\r\nAUTH LOGIN\r\n");
    talk.said_seen = talk.said.size;
    talk_says_and_hears(&talk, "QUIT\r\n", "221 2.0.0 bye\r\n");
    talk_release(&talk);
}

static void a_password_in_another_command_is_redacted(void **state)
{
    struct talk talk;

    (void)state;
    begin(&talk, WITH_USER "\n...\n");
    talk_say(&talk, "EHLO s3cret-pass\r\nNOOP czNjcmV0LXBhc3M= s3cret-pass\r\n");
    talk_noted(&talk, "secret-elsewhere \"EHLO {secret}\\r\\n\"\n");
    talk_noted(&talk, "\"NOOP {secret}c3M= {secret}\\r\\n\"\n");
    talk_not_noted(&talk, "s3cret");
    talk_release(&talk);
}

static void content_after_a_refused_data_is_uninvited(void **state)
{
    struct talk talk;

    (void)state;
    begin(&talk, HEAD "\n...\nC: DATA\nS: 554 no\n...\n");
    talk_say(&talk, "EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nDATA\r\n");
    talk.said_seen = talk.said.size;
    talk_says_and_hears(&talk, "Subject: x\r\n\r\nMAIL FROM:<no@command>\r\n.\r\n",
                        "503 5.5.1 no mail data was asked for\r\n");
    talk_noted(&talk, "data model:0 uninvited");
    talk_not_noted(&talk, "no@command");
    talk_says_and_hears(&talk, "QUIT\r\n", "221 2.0.0 bye\r\n");
    talk_release(&talk);
}

static void after_an_odd_invitation_quit_is_a_command(void **state)
{
    struct talk talk;

    (void)state;
    begin(&talk, HEAD "odd\n\n...\nC: DATA\nS: 355 hm\n...\n");
    talk_say(&talk, "EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nDATA\r\n");
    talk_say(&talk, "quit\r\n");
    talk_noted(&talk, "command model:0 harmless (lower-case-verbs) \"quit\\r\\n\"\n");
    talk_release(&talk);
    begin(&talk, HEAD "odd\n\n...\nC: DATA\nS: 355 hm\n...\n");
    talk_say(&talk, "EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nDATA\r\n");
    talk.cut = 1;
    talk_say(&talk, "QUIt or not\r\n.\r\n");
    talk_noted(&talk, "data model:0 \"\" content=13\n");
    talk_release(&talk);
}

static void bdat_is_served_where_chunking_is_offered(void **state)
{
    struct talk talk;

    (void)state;
    begin(&talk, HEAD "offer CHUNKING\n\n...\n");
    talk_say(&talk, "EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\n");
    talk.said_seen = talk.said.size;
    talk_says_and_hears(&talk, "BDAT 5\r\nab\r\nc", "250 chunk taken\r\n");
    talk_says_and_hears(&talk, "BDAT 3 LAST\r\nd\r\n", "250 message accepted\r\n");
    talk_noted(&talk, "command model:0 \"BDAT 5\\r\\n\"\nchunk model:0 \"\" content=5\n");
    talk_noted(&talk, "chunk model:0 \"\" content=8\n");
    talk_says_and_hears(&talk, "BDAT 0 LAST\r\n", "503 no valid recipients\r\n");
    talk_release(&talk);
}

/* A chunk that was refused, and RSET or a new MAIL: nothing of it is part of the next message. */
static void chunks_of_a_refused_message_are_not_part_of_the_next(void **state)
{
    static const char *const between[] = {"RSET\r\n", "EHLO x\r\n", ""};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(between); i++) {
        struct talk talk;

        begin(&talk, HEAD "offer CHUNKING\non BDAT x1\n  S: 554 no\n\n...\n");
        talk_say(&talk, "EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nBDAT 5\r\nab\r\nc");
        talk_say(&talk, between[i]);
        talk_say(&talk, "MAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\n");
        talk.said_seen = talk.said.size;
        talk_says_and_hears(&talk, "BDAT 3 LAST\r\nd\r\n", "250 message accepted\r\n");
        talk_noted(&talk, "chunk model:0 \"\" content=3\n");
        talk_release(&talk);
    }
}

static void bdat_is_refused_where_it_is_not_offered(void **state)
{
    struct talk talk;

    (void)state;
    begin(&talk, HEAD "\n...\n");
    talk_say(&talk, "EHLO x\r\n");
    talk.said_seen = talk.said.size;
    talk_says_and_hears(&talk, "BDAT 5\r\n", "502 5.5.1 BDAT is not offered\r\n");
    talk_release(&talk);
}

static void what_the_connection_cuts_is_recorded(void **state)
{
    struct talk talk;

    (void)state;
    begin(&talk, WITH_USER "\n...\n");
    talk_say(&talk, "EHLO x\r\n");
    talk_say(&talk, "AUTH PLAIN AGpva2V");
    talk_end(&talk, ENGINE_END_FIN);
    talk_noted(&talk, "command -:0 cut \"AUTH PLAIN {secret}\"\nclient-closed -:0 \"\"\n");
    assert_int_equal(ENGINE_WISH_CLOSE, talk.carried_out);
    talk_release(&talk);
    begin(&talk, HEAD "\n...\n");
    talk_say(&talk, "EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nDATA\r\n");
    talk_say(&talk, "Subject: x\r\n");
    talk_end(&talk, ENGINE_END_RESET);
    talk_noted(&talk, "data -:0 cut \"\" content=12\nclient-reset -:0 \"\"\n");
    assert_true(fake_server_is_over(talk.server));
    talk_release(&talk);
}

static void faults_of_line_ends_are_noted(void **state)
{
    struct talk talk;

    (void)state;
    begin(&talk, HEAD "\n...\n");
    talk_say(&talk, "EHLO x\n");
    talk_noted(&talk, "command model:0 bare-lf \"EHLO x\\n\"\n");
    talk_say(&talk, "NOOP a\rb\r\n");
    talk_noted(&talk, "bare-cr \"NOOP a\\rb\\r\\n\"\n");
    talk_say_bytes(&talk, BYTES_LITERAL("NOOP a\0b\r\n"));
    talk_noted(&talk, "nul \"NOOP a\\0b\\r\\n\"\n");
    talk_release(&talk);
}

static void a_line_that_never_ends_is_told_so(void **state)
{
    static char line[20000];
    struct talk talk;

    (void)state;
    memset(line, 'x', sizeof(line));
    begin(&talk, HEAD "\n...\n");
    talk.said_seen = talk.said.size;
    talk.cut = 1000;
    talk_say_bytes(&talk, (struct bytes){line, sizeof(line)});
    talk_says_and_hears(&talk, "\r\n", "500 line too long\r\n");
    talk_noted(&talk, "command model:0 too-long");
    talk_release(&talk);
}

static void starttls_is_wished_for_and_forgets_the_session(void **state)
{
    struct talk talk;

    (void)state;
    begin(&talk, HEAD "offer STARTTLS\n\n...\n");
    talk_say(&talk, "EHLO x\r\n");
    talk_say(&talk, "STARTTLS\r\n");
    assert_int_equal(ENGINE_WISH_TLS, talk.carried_out);
    talk_noted(&talk, "tls model:0");
    talk.said_seen = talk.said.size;
    talk_says_and_hears(&talk, "MAIL FROM:<a@b>\r\n", "503 send EHLO or HELO first\r\n");
    talk_release(&talk);
}

static void a_transport_that_cannot_do_tls_fails_it(void **state)
{
    struct talk talk;

    (void)state;
    talk_init(&talk);
    talk.refuses_tls = true;
    talk_begin(&talk, HEAD "offer STARTTLS\n\n...\n", NULL);
    talk_say(&talk, "EHLO x\r\n");
    talk_say(&talk, "STARTTLS\r\n");
    talk_noted(&talk, "tls-failed model:0 \"\"\nclient-reset");
    assert_true(fake_server_is_over(talk.server));
    talk_release(&talk);
}

static void the_run_ends_at_its_limit(void **state)
{
    struct talk talk;

    (void)state;
    talk_init(&talk);
    talk.limit_ms = 5000;
    talk_begin(&talk, HEAD "\n...\nC: RCPT\nS: 250 ok\n", NULL);
    talk_wait(&talk, 4999);
    talk_not_noted(&talk, "expired");
    talk_wait(&talk, 1);
    talk_noted(&talk, "expired -:5 unreached");
    assert_int_equal(ENGINE_WISH_RESET, talk.carried_out);
    assert_true(fake_server_is_over(talk.server));
    talk_release(&talk);
}

static void a_personality_dresses_the_model(void **state)
{
    struct talk talk;

    (void)state;
    talk_init(&talk);
    talk_begin(&talk, HEAD "server y\n\non MAIL x1\n  S: 451 mine\n\n...\n",
               "title y\noffer PIPELINING\noffer AUTH LOGIN\nsay greeting 220 hello\n"
               "say EHLO 250 mail\nsay other 500 Error: bad syntax\nsay MAIL 250 Mail\n"
               "say MAIL 250 OK\n\non MAIL\n  S: 553 theirs\n");
    talk_hears(&talk, "220 hello\r\n");
    talk_says_and_hears(&talk, "EHLO x\r\n", "250-mail\r\n250-PIPELINING\r\n250 AUTH LOGIN\r\n");
    talk_says_and_hears(&talk, "XX\r\n", "500 Error: bad syntax\r\n");
    talk_says_and_hears(&talk, "MAIL FROM:<a@b>\r\n", "451 mine\r\n");
    talk_says_and_hears(&talk, "MAIL FROM:<a@b>\r\n", "553 theirs\r\n");
    talk_noted(&talk, "command rule:5 \"MAIL");
    talk_noted(&talk, "command personality:10 \"MAIL");
    talk_release(&talk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_session_is_served_by_the_model),
        cmocka_unit_test(lmtp_answers_for_each_recipient),
        cmocka_unit_test(sequence_errors_and_unknown_commands_are_refused),
        cmocka_unit_test(size_is_held_against_what_is_offered),
        cmocka_unit_test(a_command_before_the_reply_to_its_predecessor_is_early),
        cmocka_unit_test(a_command_before_the_greeting_is_early),
        cmocka_unit_test(the_replies_to_a_group_go_out_in_one_segment),
        cmocka_unit_test(auth_plain_is_verified),
        cmocka_unit_test(auth_login_is_verified),
        cmocka_unit_test(a_command_instead_of_a_response_is_a_command),
        cmocka_unit_test(a_password_in_another_command_is_redacted),
        cmocka_unit_test(content_after_a_refused_data_is_uninvited),
        cmocka_unit_test(after_an_odd_invitation_quit_is_a_command),
        cmocka_unit_test(bdat_is_served_where_chunking_is_offered),
        cmocka_unit_test(chunks_of_a_refused_message_are_not_part_of_the_next),
        cmocka_unit_test(bdat_is_refused_where_it_is_not_offered),
        cmocka_unit_test(what_the_connection_cuts_is_recorded),
        cmocka_unit_test(faults_of_line_ends_are_noted),
        cmocka_unit_test(a_line_that_never_ends_is_told_so),
        cmocka_unit_test(starttls_is_wished_for_and_forgets_the_session),
        cmocka_unit_test(a_transport_that_cannot_do_tls_fails_it),
        cmocka_unit_test(the_run_ends_at_its_limit),
        cmocka_unit_test(a_personality_dresses_the_model),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
