#include "client/smtp_ehlo.h"

#include "tests/support/unit.h"

static struct smtp_extensions read_ehlo(const char *octets)
{
    struct smtp_reply_reader reader;
    struct smtp_reply reply;
    struct smtp_extensions offered;
    struct err err;
    size_t used;

    assert_true(smtp_reply_reader_init(&reader, false));
    assert_int_equal(smtp_reply_next(&reader, bytes_of(octets), &reply, &used, &err),
                     SMTP_REPLY_DONE);
    smtp_ehlo_read(&reply, &offered);
    smtp_reply_reader_release(&reader);
    return offered;
}

static void keywords_are_read_in_any_case(void **state)
{
    struct smtp_extensions offered =
        read_ehlo("250-hi\r\n250-sIzE 1000\r\n250-pipelining\r\n250 Auth plain LOGIN x-what\r\n");

    (void)state;
    assert_true(smtp_extensions_has(&offered, SMTP_EXTENSION_SIZE));
    assert_int_equal(offered.size_octets, 1000);
    assert_true(smtp_extensions_has(&offered, SMTP_EXTENSION_PIPELINING));
    assert_true(smtp_extensions_has_mechanism(&offered, SMTP_MECHANISM_PLAIN));
    assert_true(smtp_extensions_has_mechanism(&offered, SMTP_MECHANISM_LOGIN));
    assert_false(smtp_extensions_has(&offered, SMTP_EXTENSION_8BITMIME));
}

static void the_first_line_is_no_keyword(void **state)
{
    struct smtp_extensions several = read_ehlo("250-PIPELINING\r\n250 HELP\r\n");
    struct smtp_extensions one = read_ehlo("250 PIPELINING\r\n");

    (void)state;
    assert_false(smtp_extensions_has(&several, SMTP_EXTENSION_PIPELINING));
    assert_true(smtp_extensions_has(&several, SMTP_EXTENSION_HELP));
    assert_false(smtp_extensions_has(&one, SMTP_EXTENSION_PIPELINING));
}

static void odd_lines_are_passed_over(void **state)
{
    struct smtp_extensions offered =
        read_ehlo("250-hi\r\n250-\r\n250-=what\r\n250-coremail 1Uxr2xKj7kG0\r\n250-8BITMIME \r\n"
                  "250-\xff\xfe\r\n250 PIPELINING\r\n");

    (void)state;
    assert_true(smtp_extensions_has(&offered, SMTP_EXTENSION_PIPELINING));
    assert_true(smtp_extensions_has(&offered, SMTP_EXTENSION_8BITMIME));
}

static void only_250_brings_extensions(void **state)
{
    struct smtp_extensions offered = read_ehlo("251-hi\r\n251 PIPELINING\r\n");

    (void)state;
    assert_false(smtp_extensions_has(&offered, SMTP_EXTENSION_PIPELINING));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keywords_are_read_in_any_case),
        cmocka_unit_test(the_first_line_is_no_keyword),
        cmocka_unit_test(odd_lines_are_passed_over),
        cmocka_unit_test(only_250_brings_extensions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
