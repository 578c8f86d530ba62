#include "base/smtp_mechanism.h"

#include "tests/support/unit.h"

static void every_mechanism_is_found_by_its_name_in_any_case(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SMTP_MECHANISM_OTHER; i++) {
        struct bytes name = bytes_of(smtp_mechanism_name((enum smtp_mechanism)i));

        assert_int_equal(smtp_mechanism_from(name), i);
        assert_true(smtp_mechanism_is_name(name));
    }
    assert_int_equal(smtp_mechanism_from(BYTES_LITERAL("cram-md5")), SMTP_MECHANISM_CRAM_MD5);
    assert_int_equal(smtp_mechanism_from(BYTES_LITERAL("PLAI")), SMTP_MECHANISM_OTHER);
}

static void plain_begins_and_shows_its_secret_and_login_does_not_begin(void **state)
{
    (void)state;
    assert_true(smtp_mechanism_is_client_first(SMTP_MECHANISM_PLAIN));
    assert_true(smtp_mechanism_sends_secret(SMTP_MECHANISM_PLAIN));
    assert_false(smtp_mechanism_is_client_first(SMTP_MECHANISM_LOGIN));
    assert_true(smtp_mechanism_sends_secret(SMTP_MECHANISM_LOGIN));
    assert_false(smtp_mechanism_sends_secret(SMTP_MECHANISM_CRAM_MD5));
    assert_false(smtp_mechanism_sends_secret(SMTP_MECHANISM_OTHER));
    assert_false(smtp_mechanism_is_client_first(SMTP_MECHANISM_OTHER));
}

static void a_name_has_at_most_twenty_octets_of_its_alphabet(void **state)
{
    (void)state;
    assert_true(smtp_mechanism_is_name(BYTES_LITERAL("ABCDEFGHIJKLMNOPQR_9")));
    assert_false(smtp_mechanism_is_name(BYTES_LITERAL("ABCDEFGHIJKLMNOPQRSTU")));
    assert_false(smtp_mechanism_is_name(BYTES_LITERAL("")));
    assert_false(smtp_mechanism_is_name(BYTES_LITERAL("A B")));
    assert_false(smtp_mechanism_is_name(BYTES_LITERAL("A=")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_mechanism_is_found_by_its_name_in_any_case),
        cmocka_unit_test(plain_begins_and_shows_its_secret_and_login_does_not_begin),
        cmocka_unit_test(a_name_has_at_most_twenty_octets_of_its_alphabet),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
