#include "client/smtp_command.h"

#include "base/smtp_grammar.h"
#include "tests/support/unit.h"

static const struct {
    const char *name;
    struct bytes mailbox;
} valid_mailboxes[] = {
    {"plain",           OCTETS("a@b.example")         },
    {"with +",          OCTETS("user+tag@b.example")  },
    {"quoted",          OCTETS("\"a b\"@b.example")   },
    {"quoted @",        OCTETS("\"a@b\"@b.example")   },
    {"a literal",       OCTETS("a@[192.0.2.1]")       },
    {"an IPv6 literal", OCTETS("a@[IPv6:2001:db8::1]")},
    {"one label",       OCTETS("a@b")                 },
    {"any case",        OCTETS("User.Name@B.Example") },
};

static const struct {
    const char *name;
    struct bytes mailbox;
} invalid_mailboxes[] = {
    {"CR LF",           OCTETS("a@b.example>\r\nRSET\r\n")},
    {"CR",              OCTETS("a\r@b.example")           },
    {"LF",              OCTETS("a\n@b.example")           },
    {"CR LF in quotes", OCTETS("\"a\r\nb\"@b.example")    },
    {"NUL",             OCTETS("a\0@b.example")           },
    {"a tab",           OCTETS("a\t@b.example")           },
    {"DEL",             OCTETS("a\x7f@b.example")         },
    {"above 127",       OCTETS("m\xc3\xbcller@b.example") },
    {"SP",              OCTETS("a b@b.example")           },
    {"no domain",       OCTETS("a")                       },
    {"no local-part",   OCTETS("@b.example")              },
    {"a source route",  OCTETS("@x.example:a@b.example")  },
    {"two dots",        OCTETS("a..b@b.example")          },
    {"brackets",        OCTETS("<a@b.example>")           },
    {"a display name",  OCTETS("A <a@b.example>")         },
    {"an underscore",   OCTETS("a@b_c.example")           },
    {"parameters",      OCTETS("a@b.example> SIZE=1")     },
};

static void what_rfc_5321_calls_a_mailbox_is_taken(void **state)
{
    struct err err;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(valid_mailboxes); i++) {
        if (!smtp_command_check_forward_path(valid_mailboxes[i].mailbox, SMTP_CHARSET_ASCII, &err))
            fail_msg("%s: %s", valid_mailboxes[i].name, err.what);
        assert_true(
            smtp_command_check_reverse_path(valid_mailboxes[i].mailbox, SMTP_CHARSET_ASCII, &err));
    }
    assert_true(smtp_command_check_reverse_path(BYTES_NONE, SMTP_CHARSET_ASCII, &err));
    assert_false(smtp_command_check_forward_path(BYTES_NONE, SMTP_CHARSET_ASCII, &err));
    assert_true(
        smtp_command_check_forward_path(BYTES_LITERAL("Postmaster"), SMTP_CHARSET_ASCII, &err));
    assert_false(
        smtp_command_check_reverse_path(BYTES_LITERAL("Postmaster"), SMTP_CHARSET_ASCII, &err));
}

static void nothing_else_reaches_a_command(void **state)
{
    struct err err;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(invalid_mailboxes); i++) {
        if (smtp_command_check_forward_path(invalid_mailboxes[i].mailbox, SMTP_CHARSET_ASCII, &err))
            fail_msg("%s was taken", invalid_mailboxes[i].name);
        assert_false(smtp_command_check_reverse_path(invalid_mailboxes[i].mailbox,
                                                     SMTP_CHARSET_ASCII, &err));
    }
}

static void paths_are_at_most_256_octets_long(void **state)
{
    char mailbox[300];
    size_t size = SMTP_PATH_OCTETS_MAX - 2;
    struct err err;

    (void)state;
    memset(mailbox, 'a', sizeof mailbox);
    for (size_t i = 10; i < sizeof mailbox; i += 50)
        mailbox[i] = '.';
    mailbox[1] = '@';
    assert_true(
        smtp_command_check_forward_path((struct bytes){mailbox, size}, SMTP_CHARSET_ASCII, &err));
    assert_false(smtp_command_check_forward_path((struct bytes){mailbox, size + 1},
                                                 SMTP_CHARSET_ASCII, &err));
    assert_int_equal(err.kind, ERR_LIMIT);
}

/* Law: the strict grammar takes every line that is written here. */
static void every_command_is_in_the_strict_grammar(void **state)
{
    struct smtp_extensions offered = {0};
    struct smtp_mail_request request = {.body = SMTP_BODY_8BITMIME};
    struct smtp_rcpt_request rcpt = {.notify = SMTP_NOTIFY_NEVER};
    struct smtp_mail_parameters parameters = {
        .has_size = true, .size_octets = UINT64_MAX, .request = &request};
    struct bytes response = BYTES_LITERAL("\0user\0secret");
    bool with_response;
    struct buf line;

    (void)state;
    buf_init(&line, 600);
#define CHECK(call, text)                                                                          \
    do {                                                                                           \
        struct err err = {0};                                                                      \
        assert_true(buf_init_whole(&line, 600));                                                   \
        assert_true(call);                                                                         \
        assert_string(buf_bytes(&line), text);                                                     \
        if (!smtp_grammar_command(buf_bytes(&line), SMTP_CHARSET_ASCII, NULL, &err))               \
            fail_msg("%s: %s", text, err.what);                                                    \
        buf_release(&line);                                                                        \
    } while (0)
    assert_true(smtp_extensions_add(&offered, BYTES_LITERAL("SIZE"), NULL));
    assert_true(smtp_extensions_add(&offered, BYTES_LITERAL("8BITMIME"), NULL));
    CHECK(smtp_command_ehlo(&line, BYTES_LITERAL("a.example"), &err), "EHLO a.example\r\n");
    CHECK(smtp_command_ehlo(&line, BYTES_LITERAL("[127.0.0.1]"), &err), "EHLO [127.0.0.1]\r\n");
    CHECK(smtp_command_helo(&line, BYTES_LITERAL("a.example"), &err), "HELO a.example\r\n");
    CHECK(smtp_command_mail(&line, BYTES_LITERAL("a@b"), &parameters, &offered, &err),
          "MAIL FROM:<a@b> SIZE=18446744073709551615 BODY=8BITMIME\r\n");
    parameters = (struct smtp_mail_parameters){.has_size = false};
    CHECK(smtp_command_mail(&line, BYTES_NONE, &parameters, &offered, &err), "MAIL FROM:<>\r\n");
    CHECK(smtp_command_rcpt(&line, BYTES_LITERAL("a@b"), NULL, &offered, &err),
          "RCPT TO:<a@b>\r\n");
    CHECK(smtp_command_rcpt(&line, BYTES_LITERAL("Postmaster"), NULL, &offered, &err),
          "RCPT TO:<Postmaster>\r\n");
    request = (struct smtp_mail_request){.ret = SMTP_RET_HDRS,
                                         .envid = BYTES_LITERAL("a+b=c d"),
                                         .by_mode = SMTP_BY_NOTIFY,
                                         .by_trace = true,
                                         .by_s = -12,
                                         .holdfor_s = 60,
                                         .has_mt_priority = true,
                                         .mt_priority = -9,
                                         .requiretls = true,
                                         .smtputf8 = true,
                                         .body = SMTP_BODY_BINARYMIME};
    parameters.request = &request;
    CHECK(smtp_command_mail(&line, BYTES_LITERAL("a@b"), &parameters, &offered, &err),
          "MAIL FROM:<a@b> RET=HDRS ENVID=a+2Bb+3Dc+20d BODY=BINARYMIME SMTPUTF8 REQUIRETLS "
          "BY=-12;NT HOLDFOR=60 MT-PRIORITY=-9\r\n");
    request = (struct smtp_mail_request){.ret = SMTP_RET_FULL,
                                         .by_mode = SMTP_BY_RETURN,
                                         .by_s = 1,
                                         .holduntil = BYTES_LITERAL("2030-01-01T00:00:00Z"),
                                         .has_mt_priority = true};
    CHECK(smtp_command_mail(&line, BYTES_NONE, &parameters, &offered, &err),
          "MAIL FROM:<> RET=FULL BY=1;R HOLDUNTIL=2030-01-01T00:00:00Z MT-PRIORITY=0\r\n");
    CHECK(smtp_command_rcpt(&line, BYTES_LITERAL("a@b"), &rcpt, &offered, &err),
          "RCPT TO:<a@b> NOTIFY=NEVER\r\n");
    rcpt = (struct smtp_rcpt_request){.notify = SMTP_NOTIFY_SUCCESS | SMTP_NOTIFY_FAILURE |
                                                SMTP_NOTIFY_DELAY,
                                      .orcpt = BYTES_LITERAL("rfc822;user+tag@b.example")};
    CHECK(smtp_command_rcpt(&line, BYTES_LITERAL("a@b"), &rcpt, &offered, &err),
          "RCPT TO:<a@b> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;user+2Btag@b.example\r\n");
    rcpt = (struct smtp_rcpt_request){.orcpt = BYTES_LITERAL("utf-8;m\xc3\xbcller=x+@b.example")};
    CHECK(smtp_command_rcpt(&line, BYTES_LITERAL("a@b"), &rcpt, &offered, &err),
          "RCPT TO:<a@b> ORCPT=utf-8;m\\x{FC}ller\\x{3D}x\\x{2B}@b.example\r\n");
    CHECK(smtp_command_bdat(&line, 0, true, &err), "BDAT 0 LAST\r\n");
    CHECK(smtp_command_bdat(&line, 65536, false, &err), "BDAT 65536\r\n");
    CHECK(smtp_command_lhlo(&line, BYTES_LITERAL("a.example"), &err), "LHLO a.example\r\n");
    CHECK(smtp_command_plain(&line, SMTP_VERB_DATA, &err), "DATA\r\n");
    CHECK(smtp_command_plain(&line, SMTP_VERB_RSET, &err), "RSET\r\n");
    CHECK(smtp_command_plain(&line, SMTP_VERB_QUIT, &err), "QUIT\r\n");
    CHECK(smtp_command_auth(&line, SMTP_MECHANISM_PLAIN, &response, &with_response, &err),
          "AUTH PLAIN AHVzZXIAc2VjcmV0\r\n");
    assert_true(with_response);
    CHECK(smtp_command_auth(&line, SMTP_MECHANISM_LOGIN, NULL, &with_response, &err),
          "AUTH LOGIN\r\n");
    assert_false(with_response);
    response = BYTES_NONE;
    CHECK(smtp_command_auth(&line, SMTP_MECHANISM_EXTERNAL, &response, &with_response, &err),
          "AUTH EXTERNAL =\r\n");
#undef CHECK
}

static void an_auth_line_is_at_most_512_octets_long(void **state)
{
    char password[400] = {0};
    struct buf line;
    bool with_response;

    (void)state;
    assert_true(buf_init_whole(&line, 1000));
    /* "AUTH PLAIN " and CRLF leave 499 octets: 372 octets make 496 of base64, 373 make 500. */
    assert_true(smtp_command_auth(&line, SMTP_MECHANISM_PLAIN, &(struct bytes){password, 372},
                                  &with_response, NULL));
    assert_true(with_response);
    assert_true(line.size <= SMTP_COMMAND_LINE_OCTETS_MAX);
    buf_clear(&line);
    assert_true(smtp_command_auth(&line, SMTP_MECHANISM_PLAIN, &(struct bytes){password, 373},
                                  &with_response, NULL));
    assert_false(with_response);
    assert_string(buf_bytes(&line), "AUTH PLAIN\r\n");
    buf_release(&line);
}

static void a_line_without_room_leaves_nothing_behind(void **state)
{
    struct smtp_extensions offered = {0};
    struct smtp_mail_parameters parameters = {.has_size = true, .size_octets = 12345};
    struct buf line;

    (void)state;
    for (size_t room = 1; room < 31; room++) {
        assert_true(buf_init_whole(&line, room));
        assert_false(
            smtp_command_mail(&line, BYTES_LITERAL("a@b.example"), &parameters, &offered, NULL));
        assert_int_equal(line.size, 0);
        buf_release(&line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_rfc_5321_calls_a_mailbox_is_taken),
        cmocka_unit_test(nothing_else_reaches_a_command),
        cmocka_unit_test(paths_are_at_most_256_octets_long),
        cmocka_unit_test(every_command_is_in_the_strict_grammar),
        cmocka_unit_test(an_auth_line_is_at_most_512_octets_long),
        cmocka_unit_test(a_line_without_room_leaves_nothing_behind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
