#include "base/smtp_outcome.h"

#include "tests/support/unit.h"

static void every_outcome_is_found_by_its_word(void **state)
{
    enum smtp_outcome outcome;

    (void)state;
    for (unsigned i = 0; i < SMTP_OUTCOME_COUNT; i++) {
        assert_true(
            smtp_outcome_from_word(bytes_of(smtp_outcome_word((enum smtp_outcome)i)), &outcome));
        assert_int_equal(outcome, i);
    }
    assert_false(smtp_outcome_from_word(BYTES_LITERAL("delivered"), &outcome));
    assert_false(smtp_outcome_from_word(BYTES_NONE, &outcome));
}

static void only_sent_ends_with_status_zero(void **state)
{
    (void)state;
    assert_int_equal(smtp_outcome_status(SMTP_OUTCOME_SENT), 0);
    for (unsigned i = 1; i < SMTP_OUTCOME_COUNT; i++)
        assert_in_range(smtp_outcome_status((enum smtp_outcome)i), 64, 78); /* sysexits */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_outcome_is_found_by_its_word),
        cmocka_unit_test(only_sent_ends_with_status_zero),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
