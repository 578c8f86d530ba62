#include "base/err.h"

#include "tests/support/unit.h"

static void an_error_says_what_kind_where_and_one_sentence(void **state)
{
    struct err err;

    (void)state;
    assert_false(err_set_at(&err, ERR_SYNTAX, 7, 3, "expected %s, got \"%s\"", "SP", "x"));
    assert_int_equal(err.kind, ERR_SYNTAX);
    assert_int_equal(err.line, 7);
    assert_int_equal(err.column, 3);
    assert_string_equal(err.what, "expected SP, got \"x\"");
    assert_false(err_memory(&err));
    assert_int_equal(err.kind, ERR_MEMORY);
    assert_int_equal(err.line, 0);
    assert_string_equal(err.what, "out of memory");
}

static void a_long_sentence_is_cut_within_the_value(void **state)
{
    struct err err;

    (void)state;
    assert_false(err_set(&err, ERR_LIMIT, "%01000d", 1));
    assert_int_equal(strlen(err.what), sizeof(err.what) - 1);
}

static void whoever_does_not_want_it_gives_null(void **state)
{
    (void)state;
    assert_false(err_set(NULL, ERR_IO, "x"));
    assert_false(err_set_at(NULL, ERR_IO, 1, 1, "x"));
    assert_false(err_memory(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_says_what_kind_where_and_one_sentence),
        cmocka_unit_test(a_long_sentence_is_cut_within_the_value),
        cmocka_unit_test(whoever_does_not_want_it_gives_null),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
