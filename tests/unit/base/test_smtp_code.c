#include "base/smtp_code.h"

#include "tests/support/unit.h"

static void the_first_digit_decides(void **state)
{
    (void)state;
    assert_int_equal(smtp_code_class(0), SMTP_CODE_OTHER);
    assert_int_equal(smtp_code_class(199), SMTP_CODE_OTHER);
    assert_int_equal(smtp_code_class(200), SMTP_CODE_2YZ);
    assert_int_equal(smtp_code_class(299), SMTP_CODE_2YZ);
    assert_int_equal(smtp_code_class(354), SMTP_CODE_3YZ);
    assert_int_equal(smtp_code_class(421), SMTP_CODE_4YZ);
    assert_int_equal(smtp_code_class(599), SMTP_CODE_5YZ);
    assert_int_equal(smtp_code_class(600), SMTP_CODE_OTHER);
    assert_string_equal(smtp_code_class_word(SMTP_CODE_5YZ), "5yz");
    assert_string_equal(smtp_code_class_word(SMTP_CODE_OTHER), "out of range");
}

static void the_grammar_allows_a_second_digit_up_to_five(void **state)
{
    (void)state;
    assert_true(smtp_code_is_grammatical(259));
    assert_false(smtp_code_is_grammatical(260));
    assert_false(smtp_code_is_grammatical(199));
    assert_false(smtp_code_is_grammatical(600));
}

static void a_code_is_read_from_three_digits(void **state)
{
    unsigned code = 7;

    (void)state;
    assert_true(smtp_code_from(BYTES_LITERAL("250-ok"), &code));
    assert_int_equal(code, 250);
    assert_true(smtp_code_from(BYTES_LITERAL("009"), &code));
    assert_int_equal(code, 9);
    assert_false(smtp_code_from(BYTES_LITERAL("25"), &code));
    assert_false(smtp_code_from(BYTES_LITERAL("2 50"), &code));
    assert_int_equal(code, 9);
}

static void the_table_ascends_and_every_row_is_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < smtp_code_count; i++) {
        if (i > 0)
            assert_true(smtp_codes[i - 1].code < smtp_codes[i].code);
        assert_ptr_equal(smtp_code_find(smtp_codes[i].code), &smtp_codes[i]);
        assert_true(smtp_code_is_grammatical(smtp_codes[i].code));
        assert_true(bytes_starts_with(bytes_of(smtp_codes[i].source), BYTES_LITERAL("RFC ")));
    }
    assert_null(smtp_code_find(299));
    assert_null(smtp_code_find(0));
    assert_null(smtp_code_find(999));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_digit_decides),
        cmocka_unit_test(the_grammar_allows_a_second_digit_up_to_five),
        cmocka_unit_test(a_code_is_read_from_three_digits),
        cmocka_unit_test(the_table_ascends_and_every_row_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
