#include "fakeserver/match.h"

#include "tests/support/unit.h"
#include "tests/unit/scenario/fixture.h"

#include <stdio.h>

struct pattern_case {
    const char *pattern;
    const char *line;
    bool matches;
};

static const struct pattern_case commands[] = {
    {"MAIL",                                 "mail FROM:<a@b>\r\n",                                    true },
    {"EHLO|HELO",                            "HELO x\r\n",                                             true },
    {"EHLO|HELO",                            "LHLO x\r\n",                                             false},
    {"*",                                    "ANYTHING\r\n",                                           true },
    {"MAIL FROM:<*>",                        "MAIL FROM:<>\r\n",                                       true },
    {"MAIL FROM:<>",                         "MAIL FROM:<a@b>\r\n",                                    false},
    {"MAIL FROM:<a@B>",                      "MAIL FROM:<a@b>\r\n",                                    true },
    {"MAIL FROM:<A@b>",                      "MAIL FROM:<a@b>\r\n",                                    false},
    {"MAIL FROM:<*@b>",                      "MAIL FROM:<x@B>\r\n",                                    true },
    {"MAIL FROM:<*@b>",                      "MAIL FROM:<x@c>\r\n",                                    false},
    {"RCPT TO:<a@b>",                        "RCPT TO:<@r:a@b>\r\n",                                   true },
    {"RCPT TO:<postmaster>",                 "RCPT TO:<Postmaster>\r\n",                               true },
    {"MAIL FROM:<a@b> SIZE=5 BODY=8BITMIME", "MAIL FROM:<a@b> body=8bitmime size=5\r\n",               true },
    {"MAIL FROM:<a@b> SIZE=5",               "MAIL FROM:<a@b>\r\n",                                    false},
    {"MAIL FROM:<a@b> SIZE=5",               "MAIL FROM:<a@b> SIZE=6\r\n",                             false},
    {"MAIL FROM:<a@b> SIZE=*",               "MAIL FROM:<a@b> SIZE=6\r\n",                             true },
    {"MAIL FROM:<a@b>",                      "MAIL FROM:<a@b> X=1\r\n",                                true },
    {"AUTH PLAIN",                           "auth plain AAAA\r\n",                                    true },
    {"AUTH PLAIN",                           "AUTH LOGIN\r\n",                                         false},
    {"AUTH PLAIN AAAA",                      "AUTH PLAIN\r\n",                                         false},
    {"AUTH PLAIN AAAA",                      "AUTH PLAIN aaaa\r\n",                                    false},
    {"EHLO a.example",                       "ehlo A.EXAMPLE\r\n",                                     true },
    {"XFOO",                                 "xfoo bar\r\n",                                           true },
    {"/^RCPT.*@b>$/",                        "RCPT TO:<a@b>\r\n",                                      true },
    {"/^rcpt/",                              "RCPT TO:<a@b>\r\n",                                      false},
    {"/^rcpt/i",                             "RCPT TO:<a@b>\r\n",                                      true },
    {"/(a+)+$/",                             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\r\n", false},
    {".",                                    "RSET\r\n",                                               false},
};

static void patterns_are_held_against_the_meaning(void **state)
{
    struct match_scratch *scratch = match_scratch_new();

    (void)state;
    assert_non_null(scratch);
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        struct fixture fixture;
        struct command command;
        char text[200];
        bool matches;

        snprintf(text, sizeof(text), "title x\n\n...\nC: %s\nS: 250 x\n", commands[i].pattern);
        fixture_init(&fixture);
        fixture_must_parse(&fixture, text);
        command_read(bytes_of(commands[i].line), &command);
        matches = match_pattern(fixture.scenario.steps[1].pattern, &command, false, scratch, NULL);
        if (matches != commands[i].matches)
            print_error("%s against %s", commands[i].pattern, commands[i].line);
        assert_int_equal(commands[i].matches, matches);
        fixture_release(&fixture);
    }
    match_scratch_free(scratch);
}

static void stars_stand_for_any_octets(void **state)
{
    static const struct {
        const char *pattern, *text;
        bool without_case, matches;
    } cases[] = {
        {"",      "",       false, true },
        {"*",     "",       false, true },
        {"a*c",   "abbc",   false, true },
        {"a*c",   "abbd",   false, false},
        {"*b*",   "abc",    false, true },
        {"a*bc*", "axbxbc", false, true },
        {"ABC",   "abc",    false, false},
        {"ABC",   "abc",    true,  true },
        {"a",     "aa",     false, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(
            cases[i].matches,
            match_glob(bytes_of(cases[i].pattern), bytes_of(cases[i].text), cases[i].without_case));
}

static void under_asks_for_tls_or_its_absence(void **state)
{
    struct pattern_choice any = {.kind = PATTERN_ANY};
    struct pattern pattern = {.choices = &any, .choice_count = 1, .under = PATTERN_UNDER_TLS};
    struct command command;

    (void)state;
    command_read(BYTES_LITERAL("NOOP\r\n"), &command);
    assert_true(match_pattern(&pattern, &command, true, NULL, NULL));
    assert_false(match_pattern(&pattern, &command, false, NULL, NULL));
    pattern.under = PATTERN_UNDER_PLAIN;
    assert_false(match_pattern(&pattern, &command, true, NULL, NULL));
}

static void mail_data_matches_a_dot_only(void **state)
{
    struct pattern_choice dot = {.kind = PATTERN_END_OF_DATA};
    struct pattern pattern = {.choices = &dot, .choice_count = 1};
    struct command command;

    (void)state;
    command_of_kind(TRANSCRIPT_MAIL_DATA, &command);
    assert_true(match_pattern(&pattern, &command, false, NULL, NULL));
    command_of_kind(TRANSCRIPT_CHUNK, &command);
    assert_false(match_pattern(&pattern, &command, false, NULL, NULL));
    command.last = true;
    assert_true(match_pattern(&pattern, &command, false, NULL, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_are_held_against_the_meaning),
        cmocka_unit_test(stars_stand_for_any_octets),
        cmocka_unit_test(under_asks_for_tls_or_its_absence),
        cmocka_unit_test(mail_data_matches_a_dot_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
