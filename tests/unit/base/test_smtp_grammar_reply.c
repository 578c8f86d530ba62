#include "base/smtp_grammar.h"

#include "tests/support/guard_page.h"
#include "tests/support/unit.h"

typedef bool recogniser(struct bytes text, struct err *err);

static const struct {
    recogniser *is;
    const char *text;
} valid_replies[] = {
    {smtp_grammar_reply_line,    "250 ok\r\n"                                             },
    {smtp_grammar_reply_line,    "250\r\n"                                                },
    {smtp_grammar_reply_line,    "250-\r\n"                                               },
    {smtp_grammar_reply_line,    "334 \r\n"                                               },
    {smtp_grammar_reply_line,    "553 a\tb\r\n"                                           },
    {smtp_grammar_reply,         "250-a\r\n250-\r\n250 b\r\n"                             },
    {smtp_grammar_reply,         "250-a\r\n250\r\n"                                       },
    {smtp_grammar_greeting,      "220 mail.example\r\n"                                   },
    {smtp_grammar_greeting,      "220 mail.example ESMTP at your service\r\n"             },
    {smtp_grammar_greeting,      "220-[127.0.0.1] a\r\n220-\r\n220 b\r\n"                 },
    {smtp_grammar_ehlo_response, "250 mail.example\r\n"                                   },
    {smtp_grammar_ehlo_response, "250-mail hello \x01\r\n250-SIZE 1\r\n250 AUTH PLAIN\r\n"},
};

static const struct {
    recogniser *is;
    const char *text;
    unsigned line, column;
} invalid_replies[] = {
    {smtp_grammar_reply_line,    "",                                   1, 1 },
    {smtp_grammar_reply_line,    "150 x\r\n",                          1, 1 },
    {smtp_grammar_reply_line,    "260 x\r\n",                          1, 2 },
    {smtp_grammar_reply_line,    "25x x\r\n",                          1, 3 },
    {smtp_grammar_reply_line,    "2500\r\n",                           1, 4 },
    {smtp_grammar_reply_line,    "250 \r\n",                           1, 5 },
    {smtp_grammar_reply_line,    "250 a\n",                            1, 6 },
    {smtp_grammar_reply_line,    "250 a\r",                            1, 6 },
    {smtp_grammar_reply_line,    "250 \xc3\xbc\r\n",                   1, 5 },
    {smtp_grammar_reply_line,    "250 a\r\nb",                         1, 8 },
    {smtp_grammar_reply,         "250-a\r\n",                          2, 1 },
    {smtp_grammar_reply,         "250-a\r\n251 b\r\n",                 2, 1 },
    {smtp_grammar_reply,         "250 a\r\n250 b\r\n",                 0, 0 },
    {smtp_grammar_greeting,      "220\r\n",                            1, 4 },
    {smtp_grammar_greeting,      "220 a_b\r\n",                        1, 6 },
    {smtp_grammar_greeting,      "554 a\r\n",                          1, 1 },
    {smtp_grammar_ehlo_response, "250-a\r\n250-\r\n250 HELP\r\n",      2, 5 },
    {smtp_grammar_ehlo_response, "250-a\r\n250 AUTH=LOGIN\r\n",        2, 9 },
    {smtp_grammar_ehlo_response, "250-a\r\n250-SIZE \r\n250 HELP\r\n", 2, 10},
    {smtp_grammar_ehlo_response, "250 [127.0.0.1]\r\n",                1, 5 },
};

static void a_reply_of_the_abnf_is_taken(void **state)
{
    struct guard_page page;

    (void)state;
    assert_true(guard_page_init(&page, 1000));
    for (size_t i = 0; i < COUNT_OF(valid_replies); i++) {
        struct err err = {ERR_NONE, 0, 0, ""};
        struct bytes text = bytes_of(valid_replies[i].text);

        if (!valid_replies[i].is(guard_page_put(&page, text), &err))
            fail_msg("%s: %u:%u: %s", valid_replies[i].text, err.line, err.column, err.what);
        for (size_t size = 0; size < text.size; size++)
            valid_replies[i].is(guard_page_put(&page, bytes_slice(text, 0, size)), NULL);
    }
    guard_page_release(&page);
}

static void any_other_is_refused_where_it_goes_wrong(void **state)
{
    struct guard_page page;

    (void)state;
    assert_true(guard_page_init(&page, 1000));
    for (size_t i = 0; i < COUNT_OF(invalid_replies); i++) {
        struct err err = {ERR_NONE, 0, 0, ""};
        struct bytes text = bytes_of(invalid_replies[i].text);

        if (invalid_replies[i].is(guard_page_put(&page, text), &err))
            fail_msg("%s: taken", invalid_replies[i].text);
        if (err.line != invalid_replies[i].line || err.column != invalid_replies[i].column)
            fail_msg("%s: %u:%u: %s", invalid_replies[i].text, err.line, err.column, err.what);
    }
    guard_page_release(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reply_of_the_abnf_is_taken),
        cmocka_unit_test(any_other_is_refused_where_it_goes_wrong),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
