#include "base/smtp_grammar.h"

#include "tests/support/fail_alloc.h"
#include "tests/support/guard_page.h"
#include "tests/support/unit.h"

static const char *const valid_lines[] = {
    "EHLO client.example\r\n",
    "ehlo [127.0.0.1]\r\n",
    "HELO client\r\n",
    "HELO [127.0.0.1]\r\n",
    "LHLO client\r\n",
    "MAIL FROM:<>\r\n",
    "mail from:<a@b> SIZE=100 BODY=8BITMIME\r\n",
    "RCPT TO:<a@b>\r\n",
    "RCPT TO:<Postmaster> NOTIFY=SUCCESS,FAILURE\r\n",
    "DATA\r\n",
    "RSET\r\n",
    "QUIT\r\n",
    "STARTTLS\r\n",
    "NOOP\r\n",
    "NOOP word\r\n",
    "HELP \"two words\"\r\n",
    "VRFY Crispin\r\n",
    "VRFY a@b\r\n",
    "EXPN list\r\n",
    "AUTH PLAIN\r\n",
    "AUTH PLAIN AHUAcA==\r\n",
    "auth plain =\r\n",
    "BDAT 0 LAST\r\n",
    "BDAT 18446744073709551615\r\n",
    "BURL imap://a@b/c LAST\r\n",
    "ETRN @example.org\r\n",
    "XYZZY any thing\r\n",
};

static const struct {
    const char *line;
    unsigned column;
    enum err_kind kind;
} invalid_lines[] = {
    {"",                               1,  ERR_SYNTAX},
    {"\r\n",                           1,  ERR_SYNTAX},
    {"QUIT",                           5,  ERR_SYNTAX},
    {"QUIT\n",                         5,  ERR_SYNTAX},
    {"QUIT\r",                         5,  ERR_SYNTAX},
    {"QU\nIT\r\n",                     3,  ERR_SYNTAX},
    {"QUIT\r\r\n",                     5,  ERR_SYNTAX},
    {"QUIT \r\n",                      5,  ERR_SYNTAX},
    {" QUIT\r\n",                      1,  ERR_SYNTAX},
    {"DATA now\r\n",                   5,  ERR_SYNTAX},
    {"EHLO\r\n",                       5,  ERR_SYNTAX},
    {"EHLO \r\n",                      6,  ERR_SYNTAX},
    {"EHLO a_b\r\n",                   7,  ERR_SYNTAX},
    {"EHLO a b\r\n",                   7,  ERR_SYNTAX},
    {"MAIL FROM: <a@b>\r\n",           11, ERR_SYNTAX},
    {"MAIL FROM:a@b\r\n",              11, ERR_SYNTAX},
    {"MAIL <a@b>\r\n",                 5,  ERR_SYNTAX},
    {"MAIL FROM:<a@b>SIZE=1\r\n",      16, ERR_SYNTAX},
    {"MAIL FROM:<a@b>  SIZE=1\r\n",    17, ERR_SYNTAX},
    {"MAIL FROM:<a@b> \r\n",           17, ERR_SYNTAX},
    {"RCPT TO:<>\r\n",                 10, ERR_SYNTAX},
    {"RCPT TO:<J\xc3\xb6@b>\r\n",      11, ERR_SYNTAX},
    {"VRFY\r\n",                       5,  ERR_SYNTAX},
    {"NOOP two words\r\n",             9,  ERR_SYNTAX},
    {"AUTH\r\n",                       5,  ERR_SYNTAX},
    {"AUTH \r\n",                      6,  ERR_SYNTAX},
    {"AUTH PLAIN \r\n",                12, ERR_SYNTAX},
    {"AUTH PLAIN AHUAcA=\r\n",         18, ERR_SYNTAX},
    {"AUTH PLAIN a b\r\n",             13, ERR_SYNTAX},
    {"AUTH ABCDEFGHIJKLMNOPQRSTU\r\n", 26, ERR_SYNTAX},
    {"BDAT\r\n",                       5,  ERR_SYNTAX},
    {"BDAT x\r\n",                     6,  ERR_SYNTAX},
    {"BDAT 1 FIRST\r\n",               7,  ERR_SYNTAX},
    {"BDAT 18446744073709551616\r\n",  6,  ERR_LIMIT },
    {"XYZZY \x01\r\n",                 7,  ERR_SYNTAX},
};

static void a_command_of_the_abnf_is_taken(void **state)
{
    struct guard_page page;

    (void)state;
    assert_true(guard_page_init(&page, 1000));
    for (size_t i = 0; i < COUNT_OF(valid_lines); i++) {
        struct err err = {ERR_NONE, 0, 0, ""};
        struct bytes line = guard_page_put(&page, bytes_of(valid_lines[i]));

        if (!smtp_grammar_command(line, SMTP_CHARSET_ASCII, NULL, &err))
            fail_msg("%s: column %u: %s", valid_lines[i], err.column, err.what);
        for (size_t size = 0; size < line.size; size++)
            smtp_grammar_command(guard_page_put(&page, (struct bytes){valid_lines[i], size}),
                                 SMTP_CHARSET_ASCII, NULL, NULL);
    }
    guard_page_release(&page);
}

static void any_other_is_refused_where_it_goes_wrong(void **state)
{
    struct guard_page page;

    (void)state;
    assert_true(guard_page_init(&page, 1000));
    for (size_t i = 0; i < COUNT_OF(invalid_lines); i++) {
        struct err err = {ERR_NONE, 0, 0, ""};
        struct bytes line = guard_page_put(&page, bytes_of(invalid_lines[i].line));

        if (smtp_grammar_command(line, SMTP_CHARSET_ASCII, NULL, &err))
            fail_msg("%s: taken", invalid_lines[i].line);
        if (err.column != invalid_lines[i].column || err.kind != invalid_lines[i].kind)
            fail_msg("%s: column %u: %s", invalid_lines[i].line, err.column, err.what);
    }
    guard_page_release(&page);
}

static void a_command_is_taken_apart(void **state)
{
    struct smtp_command_line line;

    (void)state;
    assert_true(smtp_grammar_command(BYTES_LITERAL("Mail From:<a@b> SIZE=100 SMTPUTF8\r\n"),
                                     SMTP_CHARSET_ASCII, &line, NULL));
    assert_int_equal(line.verb, SMTP_VERB_MAIL);
    assert_string(line.path.mailbox.domain, "b");
    assert_int_equal(line.parameter_count, 2);
    assert_string(line.parameters[0].keyword, "SIZE");
    assert_string(line.parameters[0].value, "100");
    assert_string(line.parameters[1].keyword, "SMTPUTF8");
    assert_null(line.parameters[1].value.data);
    assert_string(line.argument, "From:<a@b> SIZE=100 SMTPUTF8");

    assert_true(
        smtp_grammar_command(BYTES_LITERAL("AUTH PLAIN =\r\n"), SMTP_CHARSET_ASCII, &line, NULL));
    assert_string(line.mechanism, "PLAIN");
    assert_string(line.initial_response, "=");
    assert_true(
        smtp_grammar_command(BYTES_LITERAL("BDAT 86 LAST\r\n"), SMTP_CHARSET_ASCII, &line, NULL));
    assert_int_equal(line.chunk_octets, 86);
    assert_true(line.last);
    assert_true(smtp_grammar_command(BYTES_LITERAL("XYZZY\r\n"), SMTP_CHARSET_ASCII, &line, NULL));
    assert_int_equal(line.verb, SMTP_VERB_OTHER);
}

static void more_parameters_than_the_maximum_are_a_limit(void **state)
{
    struct buf line;
    struct err err;

    (void)state;
    buf_init(&line, 1000);
    assert_true(buf_append_string(&line, "MAIL FROM:<a@b>"));
    for (int i = 0; i < SMTP_PARAMETERS_MAX + 1; i++)
        assert_true(buf_append_string(&line, " A=1"));
    assert_true(buf_append_string(&line, "\r\n"));
    assert_false(smtp_grammar_command(buf_bytes(&line), SMTP_CHARSET_ASCII, NULL, &err));
    assert_int_equal(err.kind, ERR_LIMIT);
    buf_release(&line);
}

static void utf8_is_let_through_where_it_was_asked_for(void **state)
{
    (void)state;
    assert_true(smtp_grammar_command(BYTES_LITERAL("RCPT TO:<J\xc3\xb6@b\xc3\xbc.example>\r\n"),
                                     SMTP_CHARSET_UTF8, NULL, NULL));
    assert_true(smtp_grammar_command(BYTES_LITERAL("VRFY J\xc3\xb6 SMTPUTF8\r\n"),
                                     SMTP_CHARSET_UTF8, NULL, NULL));
    assert_false(smtp_grammar_command(BYTES_LITERAL("RCPT TO:<J\xff@b>\r\n"), SMTP_CHARSET_UTF8,
                                      NULL, NULL));
}

static void a_client_response_is_base64_or_a_star(void **state)
{
    struct err err;

    (void)state;
    assert_true(smtp_grammar_auth_response(BYTES_LITERAL("\r\n"), NULL));
    assert_true(smtp_grammar_auth_response(BYTES_LITERAL("*\r\n"), NULL));
    assert_true(smtp_grammar_auth_response(BYTES_LITERAL("am9rZXI=\r\n"), NULL));
    assert_false(smtp_grammar_auth_response(BYTES_LITERAL("=\r\n"), NULL));
    assert_false(smtp_grammar_auth_response(BYTES_LITERAL("**\r\n"), NULL));
    assert_false(smtp_grammar_auth_response(BYTES_LITERAL("am9rZXI=\n"), NULL));
    assert_false(smtp_grammar_auth_response(BYTES_LITERAL("am9rZX_=\r\n"), &err));
    assert_int_equal(err.column, 7);
}

static bool check_auth(void *context)
{
    (void)context;
    return smtp_grammar_command(BYTES_LITERAL("AUTH PLAIN AHUAcA==\r\n"), SMTP_CHARSET_ASCII, NULL,
                                NULL);
}

static void without_memory_it_says_so(void **state)
{
    (void)state;
    assert_int_equal(fail_alloc_each(check_auth, NULL), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_command_of_the_abnf_is_taken),
        cmocka_unit_test(any_other_is_refused_where_it_goes_wrong),
        cmocka_unit_test(a_command_is_taken_apart),
        cmocka_unit_test(more_parameters_than_the_maximum_are_a_limit),
        cmocka_unit_test(utf8_is_let_through_where_it_was_asked_for),
        cmocka_unit_test(a_client_response_is_base64_or_a_star),
        cmocka_unit_test(without_memory_it_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
