#include "fakeserver/mail_clean.h"

#include "tests/support/guard_page.h"
#include "tests/support/unit.h"

enum { OCTETS_MAX = 40 };

static bool is_clean(int octet)
{
    return octet >= ' ' && octet <= '~';
}

/* Each octet, at each place of pieces of each length; what is behind them is not read. */
static void clean_octets_end_at_the_first_that_is_not(void **state)
{
    struct guard_page page;
    char text[OCTETS_MAX];

    (void)state;
    assert_true(guard_page_init(&page, OCTETS_MAX));
    memset(text, 'x', sizeof text);
    for (size_t size = 1; size <= OCTETS_MAX; size++)
        for (size_t at = 0; at < size; at++)
            for (int octet = 0; octet < 256; octet++) {
                struct bytes octets;

                text[at] = (char)octet;
                octets = guard_page_put(&page, (struct bytes){text, size});
                assert_int_equal(mail_clean_octets(octets), is_clean(octet) ? size : at);
                text[at] = 'x';
            }
    guard_page_release(&page);
}

static void a_clean_line_ends_in_crlf_and_holds_nothing_odd(void **state)
{
    struct guard_page page;
    char text[OCTETS_MAX + 2];

    (void)state;
    assert_true(guard_page_init(&page, sizeof text));
    for (size_t size = 0; size <= OCTETS_MAX; size++)
        for (size_t at = 0; at < size; at++)
            for (int octet = 0; octet < 256; octet++) {
                struct bytes line;

                memset(text, 'x', size);
                memcpy(text + size, "\r\n", 2);
                text[at] = (char)octet;
                line = guard_page_put(&page, (struct bytes){text, size + 2});
                assert_int_equal(mail_clean_line(line.data, line.size),
                                 is_clean(octet) ? size + 2 : 0);
            }
    assert_int_equal(mail_clean_line("\r\n", 2), 2);
    assert_int_equal(mail_clean_line("\n", 1), 0);
    assert_int_equal(mail_clean_line("a\n", 2), 0);
    assert_int_equal(mail_clean_line("a\r", 2), 0);
    guard_page_release(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clean_octets_end_at_the_first_that_is_not),
        cmocka_unit_test(a_clean_line_ends_in_crlf_and_holds_nothing_odd),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
