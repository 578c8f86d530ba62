/* test_smtp_client_request.c - what a server is asked for, and what becomes of it. */
#include "dialogue.h"
#include "dialogue_words.h"
#include "tests/support/unit.h"

#define OFFERS(lines) "S: 220 hi\nC: EHLO client.example\nS: 250-hi\n" lines
#define ASKS(parameters) "C: MAIL FROM:<from@a.example>" parameters "\nS: 550 no\n" BYE
#define REFUSED TOLD("permanent 550 at MAIL")
#define HERE TOLD("permanent at MAIL")
#define EIGHT_BIT "MIME-Version: 1.0\nContent-Transfer-Encoding: 8bit\n\nh\xc3\xa9\n"

struct request_case {
    const char *name;
    struct smtp_mail_request request;
    const char *octets;
    const char *script;
    const char *told;
};

/* clang-format off */
static const struct request_case mail_requests[] = {
    {"DSN is asked for where it is offered", {.ret = SMTP_RET_FULL, .envid = OCTETS("q+1")}, MESSAGE,
     OFFERS("S: 250 DSN\n") ASKS(" RET=FULL ENVID=q+2B1"), REFUSED},
    {"and left out where it is not (RFC 3461 5.2.2)", {.ret = SMTP_RET_FULL}, MESSAGE,
     OFFERS("S: 250 HELP\n") ASKS(""), REFUSED},
    {"BY", {.by_mode = SMTP_BY_RETURN, .by_s = 60}, MESSAGE,
     OFFERS("S: 250 DELIVERBY 60\n") ASKS(" BY=60;R"), REFUSED},
    {"BY below the minimum (RFC 2852 4.1.4.1)", {.by_mode = SMTP_BY_RETURN, .by_s = 59}, MESSAGE,
     OFFERS("S: 250 DELIVERBY 60\n") BYE, HERE},
    {"the minimum is for mode R", {.by_mode = SMTP_BY_NOTIFY, .by_s = 59}, MESSAGE,
     OFFERS("S: 250 DELIVERBY 60\n") ASKS(" BY=59;N"), REFUSED},
    {"BY with R is not relayed without", {.by_mode = SMTP_BY_RETURN, .by_s = 60}, MESSAGE,
     OFFERS("S: 250 HELP\n") BYE, HERE},
    {"BY with N is (RFC 2852 4.1.4.2)", {.by_mode = SMTP_BY_NOTIFY, .by_s = 60}, MESSAGE,
     OFFERS("S: 250 HELP\n") ASKS(""), REFUSED},
    {"HOLDFOR", {.holdfor_s = 60}, MESSAGE,
     OFFERS("S: 250 FUTURERELEASE 60 2030-01-01T00:00:00Z\n") ASKS(" HOLDFOR=60"), REFUSED},
    {"HOLDFOR above the maximum (RFC 4865 4.1)", {.holdfor_s = 61}, MESSAGE,
     OFFERS("S: 250 FUTURERELEASE 60 2030-01-01T00:00:00Z\n") BYE, HERE},
    {"HOLDUNTIL", {.holduntil = OCTETS("2030-01-01T00:00:00Z")}, MESSAGE,
     OFFERS("S: 250 FUTURERELEASE 60 2030-01-01T00:00:00Z\n") ASKS(" HOLDUNTIL=2030-01-01T00:00:00Z"),
     REFUSED},
    {"HOLDUNTIL too late", {.holduntil = OCTETS("2030-01-01T00:00:01Z")}, MESSAGE,
     OFFERS("S: 250 FUTURERELEASE 60 2030-01-01T00:00:00Z\n") BYE, HERE},
    {"nothing is held by a server that cannot", {.holdfor_s = 60}, MESSAGE,
     OFFERS("S: 250 HELP\n") BYE, HERE},
    {"MT-PRIORITY", {.has_mt_priority = true, .mt_priority = -3}, MESSAGE,
     OFFERS("S: 250 MT-PRIORITY MIXER\n") ASKS(" MT-PRIORITY=-3"), REFUSED},
    {"is left out (RFC 6710 4.3)", {.has_mt_priority = true, .mt_priority = -3}, MESSAGE,
     OFFERS("S: 250 HELP\n") ASKS(""), REFUSED},
    {"REQUIRETLS never without TLS (RFC 8689 2)", {.requiretls = true}, MESSAGE,
     OFFERS("S: 250 REQUIRETLS\n") BYE, HERE},
    {"SMTPUTF8 where it is asked for", {.smtputf8 = true}, MESSAGE,
     OFFERS("S: 250 SMTPUTF8 foo\n") ASKS(" SMTPUTF8"), REFUSED},
    {"but not offered", {.smtputf8 = true}, MESSAGE, OFFERS("S: 250 UTF8SMTP\n") BYE, HERE},
    {"a header in UTF-8", {.smtputf8 = false}, "Subject: \xc3\xa9\n\nx\n",
     OFFERS("S: 250-8BITMIME\nS: 250 SMTPUTF8\n") ASKS(" SMTPUTF8"), REFUSED},
    {"a header in UTF-8 and a body of 8 bit", {.smtputf8 = false}, "Subject: \xc3\xa9\n" EIGHT_BIT,
     OFFERS("S: 250-8BITMIME\nS: 250 SMTPUTF8\n") ASKS(" BODY=8BITMIME SMTPUTF8"), REFUSED},
    {"not without SMTPUTF8 (RFC 6531 3.2)", {.smtputf8 = false}, "Subject: \xc3\xa9\n\nx\n",
     OFFERS("S: 250 8BITMIME\n") BYE, HERE},
    {"and not in another charset (RFC 6532 3.1)", {.smtputf8 = false}, "Subject: \xe9\n\nx\n",
     OFFERS("S: 250-8BITMIME\nS: 250 SMTPUTF8\n") BYE, HERE},
    {"8 bit that is no MIME (RFC 5321 2.4)", {.smtputf8 = false}, "Subject: x\n\n\xe9\n",
     OFFERS("S: 250 8BITMIME\n") BYE, HERE},
    {"8 bit that is MIME", {.smtputf8 = false}, EIGHT_BIT, OFFERS("S: 250 8BITMIME\n")
     ASKS(" BODY=8BITMIME"), REFUSED},
    {"7BIT on demand", {.body = SMTP_BODY_7BIT}, MESSAGE, OFFERS("S: 250 8BITMIME\n")
     ASKS(" BODY=7BIT"), REFUSED},
    {"7BIT of 8 bit", {.body = SMTP_BODY_7BIT}, EIGHT_BIT, OFFERS("S: 250 8BITMIME\n") BYE, HERE},
    {"8BITMIME on demand, where it is not needed", {.body = SMTP_BODY_8BITMIME}, MESSAGE,
     OFFERS("S: 250 HELP\n") ASKS(""), REFUSED},
    {"BINARYMIME", {.body = SMTP_BODY_BINARYMIME}, "Content-Type: image/png\r\n\r\n\r\n\n\xff",
     OFFERS("S: 250-BINARYMIME\nS: 250 CHUNKING\n") ASKS(" BODY=BINARYMIME"), REFUSED},
    {"BINARYMIME without CHUNKING (RFC 3030 3)", {.body = SMTP_BODY_BINARYMIME}, MESSAGE,
     OFFERS("S: 250 BINARYMIME\n") BYE, HERE},
    {"BINARYMIME not offered", {.body = SMTP_BODY_BINARYMIME}, MESSAGE,
     OFFERS("S: 250-8BITMIME\nS: 250 CHUNKING\n") BYE, HERE},
    {"nonsense is asked of nobody", {.holdfor_s = 1, .holduntil = OCTETS("2030-01-01T00:00:00Z")},
     MESSAGE, OFFERS("S: 250 FUTURERELEASE 60 2030-01-01T00:00:00Z\n") BYE, HERE},
};
/* clang-format on */

static void a_server_is_asked_for_what_it_offers_and_nothing_else(void **state)
{
    struct smtp_client_options options = dialogue_options();
    struct bytes path = BYTES_LITERAL("b@b.example");

    (void)state;
    for (size_t i = 0; i < COUNT_OF(mail_requests); i++) {
        struct smtp_message message = {.reverse_path = BYTES_LITERAL("from@a.example"),
                                       .forward_paths = &path,
                                       .forward_path_count = 1,
                                       .request = mail_requests[i].request,
                                       .octets = bytes_of(mail_requests[i].octets)};

        print_message("  %s\n", mail_requests[i].name);
        check_message(&options, &message, mail_requests[i].script, mail_requests[i].told);
    }
}

static void dsn_of_recipients_is_asked_for_or_left_out(void **state)
{
    struct smtp_client_options options = dialogue_options();
    struct bytes paths[] = {BYTES_LITERAL("b@b.example"), BYTES_LITERAL("c@b.example"),
                            BYTES_LITERAL("d@b.example")};
    struct smtp_rcpt_request requests[] = {
        {SMTP_NOTIFY_SUCCESS | SMTP_NOTIFY_DELAY, BYTES_LITERAL("rfc822;b+x@b.example")},
        {0,                                       BYTES_NONE                           },
        {SMTP_NOTIFY_NEVER | SMTP_NOTIFY_DELAY,   BYTES_NONE                           }
    };
    struct smtp_message message = {.reverse_path = BYTES_LITERAL("from@a.example"),
                                   .forward_paths = paths,
                                   .forward_path_count = 3,
                                   .rcpt_requests = requests,
                                   .octets = BYTES_LITERAL(MESSAGE)};
    const char *told = "b@b.example permanent 550 at RCPT\nc@b.example permanent 550 at RCPT\n"
                       "d@b.example permanent at RCPT\nmessage permanent 550 at RCPT";

    (void)state;
    check_message(&options, &message,
                  OFFERS("S: 250 DSN\n") MAIL
                  "S: 250 ok\nC: RCPT TO:<b@b.example> NOTIFY=SUCCESS,DELAY "
                  "ORCPT=rfc822;b+2Bx@b.example\nS: 550 no\n" TO_C "S: 550 no\n" BYE,
                  told);
    check_message(&options, &message,
                  HELLO MAIL "S: 250 ok\n" TO_B "S: 550 no\n" TO_C "S: 550 no\n" BYE, told);
}

/* The seconds that are left, as close to the sending as can be (RFC 2852 4.1.4). */
static void by_time_is_what_remains_of_it(void **state)
{
    struct smtp_client_options options = dialogue_options();
    struct bytes path = BYTES_LITERAL("b@b.example");
    struct smtp_message message = {
        .reverse_path = BYTES_LITERAL("from@a.example"),
        .forward_paths = &path,
        .forward_path_count = 1,
        .request = {.by_mode = SMTP_BY_RETURN, .by_s = 60},
        .octets = BYTES_LITERAL(MESSAGE)
    };
    struct dialogue dialogue;

    (void)state;
    options.now_ms = 1000;
    dialogue_begin(&dialogue, &options);
    dialogue_submit_message(&dialogue, &message);
    dialogue.now_ms = 21999;
    dialogue_play(&dialogue,
                  OFFERS("S: 250 DELIVERBY\n") "C: MAIL FROM:<from@a.example> BY=40;R\n");
    dialogue_end(&dialogue);
    dialogue_begin(&dialogue, &options);
    dialogue_submit_message(&dialogue, &message);
    smtp_client_finish(dialogue.client);
    dialogue.now_ms = 61000;
    dialogue_play(&dialogue, OFFERS("S: 250 DELIVERBY\n") BYE);
    assert_string_equal(dialogue_told(&dialogue), HERE);
    dialogue_end(&dialogue);
}

static void mailboxes_beyond_ascii_need_smtputf8_or_a_labels(void **state)
{
    struct smtp_client_options options = dialogue_options();
    struct bytes paths[] = {BYTES_LITERAL("b@\xc3\xbc.example"),
                            BYTES_LITERAL("\xc3\xa9@b.example")};
    struct bytes ascii[] = {BYTES_LITERAL("b@xn--tda.example"), BYTES_NONE};
    struct smtp_message message = {.reverse_path = BYTES_LITERAL("from@\xc3\xbc.example"),
                                   .reverse_path_ascii = BYTES_LITERAL("from@xn--tda.example"),
                                   .forward_paths = paths,
                                   .forward_paths_ascii = ascii,
                                   .forward_path_count = 2,
                                   .octets = BYTES_LITERAL(MESSAGE)};

    (void)state;
    check_message(
        &options, &message,
        OFFERS("S: 250-8BITMIME\nS: 250 SMTPUTF8\n") "C: MAIL FROM:<from@\xc3\xbc.example> "
                                                     "SMTPUTF8\nS: 250 ok\n"
                                                     "C: RCPT TO:<b@\xc3\xbc.example>\nS: 551 see "
                                                     "<\xc3\xa9@c.example>\n"
                                                     "C: RCPT TO:<\xc3\xa9@b.example>\nS: 550 "
                                                     "no\n" BYE,
        "b@\xc3\xbc.example permanent 551 at RCPT\n"
        "\xc3\xa9@b.example permanent 550 at RCPT\nmessage permanent 551 at RCPT");
    check_message(&options, &message,
                  OFFERS("S: 250 8BITMIME\n") "C: MAIL FROM:<from@xn--tda.example>\nS: 250 ok\n"
                                              "C: RCPT TO:<b@xn--tda.example>\nS: 550 no\n" BYE,
                  "b@\xc3\xbc.example permanent 550 at RCPT\n"
                  "\xc3\xa9@b.example permanent at RCPT\nmessage permanent 550 at RCPT");
    message.forward_paths_ascii = NULL;
    check_message(&options, &message, HELLO BYE,
                  "b@\xc3\xbc.example permanent at RCPT\n"
                  "\xc3\xa9@b.example permanent at RCPT\nmessage permanent at RCPT");
    message.reverse_path_ascii = BYTES_NONE;
    check_message(&options, &message, HELLO BYE,
                  "b@\xc3\xbc.example permanent at MAIL\n"
                  "\xc3\xa9@b.example permanent at MAIL\nmessage permanent at MAIL");
}

/* RFC 6531 3.4: SHOULD NOT be there where nothing needs it. */
static void smtputf8_is_not_asked_for_without_need(void **state)
{
    struct smtp_client_options options = dialogue_options();

    (void)state;
    check_session(&options, "b@b.example", EIGHT_BIT,
                  OFFERS("S: 250-8BITMIME\nS: 250 SMTPUTF8\n") ASKS(" BODY=8BITMIME"), REFUSED);
    check_session(&options, "b@b.example", MESSAGE,
                  OFFERS("S: 250-8BITMIME\nS: 250 SMTPUTF8\n") ASKS(""), REFUSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server_is_asked_for_what_it_offers_and_nothing_else),
        cmocka_unit_test(dsn_of_recipients_is_asked_for_or_left_out),
        cmocka_unit_test(by_time_is_what_remains_of_it),
        cmocka_unit_test(mailboxes_beyond_ascii_need_smtputf8_or_a_labels),
        cmocka_unit_test(smtputf8_is_not_asked_for_without_need),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
