#include "client/smtp_message.h"

#include "tests/support/unit.h"

/* RFC 1870 5: with CRLF, without the dots of transparency, without the end indication. */
static void size_counts_what_arrives(void **state)
{
    struct smtp_message message = {.octets = BYTES_LITERAL("a\n.b\r\nc")};
    struct err err;

    (void)state;
    assert_true(smtp_message_measure(&message, &err));
    assert_int_equal(message.size_octets, 3 + 4 + 3);
    assert_false(message.has_eight_bit);
    message.octets = BYTES_LITERAL("\xe9\n");
    assert_true(smtp_message_measure(&message, &err));
    assert_true(message.has_eight_bit);
}

static void what_cannot_be_sent_is_not_measured(void **state)
{
    struct smtp_message message = {.octets = BYTES_LITERAL("a\n\0\n")};
    struct err err;

    (void)state;
    assert_false(smtp_message_measure(&message, &err));
    assert_int_equal(err.line, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(size_counts_what_arrives),
        cmocka_unit_test(what_cannot_be_sent_is_not_measured),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
