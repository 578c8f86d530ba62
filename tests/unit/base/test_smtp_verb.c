#include "base/smtp_verb.h"

#include "tests/support/unit.h"

static void every_verb_is_found_by_its_word_in_any_case(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SMTP_VERB_OTHER; i++) {
        struct bytes word = bytes_of(smtp_verb_word((enum smtp_verb)i));

        assert_int_equal(smtp_verb_from(word), i);
    }
    assert_int_equal(smtp_verb_from(BYTES_LITERAL("eHlO")), SMTP_VERB_EHLO);
    assert_int_equal(smtp_verb_from(BYTES_LITERAL("EHL")), SMTP_VERB_OTHER);
    assert_int_equal(smtp_verb_from(BYTES_LITERAL("EHLOX")), SMTP_VERB_OTHER);
    assert_int_equal(smtp_verb_from(BYTES_NONE), SMTP_VERB_OTHER);
    assert_string_equal(smtp_verb_word(SMTP_VERB_OTHER), "?");
}

static void an_unknown_verb_ends_a_command_group(void **state)
{
    (void)state;
    assert_true(smtp_verb_ends_group(SMTP_VERB_OTHER));
    assert_true(smtp_verb_ends_group(SMTP_VERB_DATA));
    assert_true(smtp_verb_ends_group(SMTP_VERB_NOOP));
    assert_false(smtp_verb_ends_group(SMTP_VERB_RCPT));
    assert_false(smtp_verb_ends_group(SMTP_VERB_BDAT));
}

static void every_stage_is_found_by_its_word(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SMTP_STAGE_COUNT; i++) {
        enum smtp_stage stage;

        assert_true(smtp_stage_from_word(bytes_of(smtp_stage_word((enum smtp_stage)i)), &stage));
        assert_int_equal(stage, i);
    }
    assert_false(smtp_stage_from_word(BYTES_LITERAL("nowhere"), &(enum smtp_stage){0}));
}

static void a_verb_belongs_to_the_stage_of_its_name_or_to_none(void **state)
{
    (void)state;
    assert_int_equal(smtp_stage_of_verb(SMTP_VERB_MAIL), SMTP_STAGE_MAIL);
    assert_int_equal(smtp_stage_of_verb(SMTP_VERB_STARTTLS), SMTP_STAGE_STARTTLS);
    assert_int_equal(smtp_stage_of_verb(SMTP_VERB_ETRN), SMTP_STAGE_OTHER);
    assert_int_equal(smtp_stage_of_verb(SMTP_VERB_OTHER), SMTP_STAGE_OTHER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_verb_is_found_by_its_word_in_any_case),
        cmocka_unit_test(an_unknown_verb_ends_a_command_group),
        cmocka_unit_test(every_stage_is_found_by_its_word),
        cmocka_unit_test(a_verb_belongs_to_the_stage_of_its_name_or_to_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
