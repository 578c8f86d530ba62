#include "base/smtp_enhanced.h"

#include "tests/support/guard_page.h"
#include "tests/support/unit.h"

static const struct {
    const char *text;
    unsigned class, subject, detail;
    size_t used;
} valid_codes[] = {
    {"2.1.5 ok",      2, 1,   5,   6 },
    {"5.7.1",         5, 7,   1,   5 },
    {"4.0.0   later", 4, 0,   0,   8 },
    {"5.100.999 x",   5, 100, 999, 10},
};

static const char *const invalid_codes[] = {
    "",       "2",        "2.",         "2.1",    "2.1.",   "3.1.1 x",  "2.01.1 x", "2.1.01 x",
    "2.1.1x", "2.1234.1", "2.1.1234 x", "2..1 x", "2.1.-1", "ok 2.1.5", "2 .1.1",   "22.1.1 x",
};

static void an_enhanced_code_stands_at_the_start_of_the_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(valid_codes); i++) {
        struct smtp_enhanced code;
        size_t used;

        assert_true(smtp_enhanced_parse(bytes_of(valid_codes[i].text), &code, &used));
        assert_int_equal(code.class, valid_codes[i].class);
        assert_int_equal(code.subject, valid_codes[i].subject);
        assert_int_equal(code.detail, valid_codes[i].detail);
        assert_int_equal(used, valid_codes[i].used);
    }
}

static void anything_else_is_plain_text(void **state)
{
    struct smtp_enhanced code;
    struct guard_page page;
    size_t used;

    (void)state;
    assert_true(guard_page_init(&page, 100));
    for (size_t i = 0; i < COUNT_OF(invalid_codes); i++)
        assert_false(
            smtp_enhanced_parse(guard_page_put(&page, bytes_of(invalid_codes[i])), &code, &used));
    guard_page_release(&page);
}

static void its_class_agrees_with_the_reply_code(void **state)
{
    (void)state;
    assert_true(smtp_enhanced_agrees(&(struct smtp_enhanced){5, 7, 1}, 550));
    assert_false(smtp_enhanced_agrees(&(struct smtp_enhanced){5, 7, 1}, 450));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_enhanced_code_stands_at_the_start_of_the_text),
        cmocka_unit_test(anything_else_is_plain_text),
        cmocka_unit_test(its_class_agrees_with_the_reply_code),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
