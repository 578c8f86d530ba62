#include "base/smtp_date_time.h"

#include "tests/support/guard_page.h"
#include "tests/support/unit.h"

static const struct {
    struct bytes text;
    int64_t seconds;
    bool utc;
} valid_dates[] = {
    {OCTETS("1970-01-01T00:00:00Z"),        0,            true },
    {OCTETS("1969-12-31t23:59:59z"),        -1,           true },
    {OCTETS("2000-02-29T12:00:00Z"),        951825600,    true },
    {OCTETS("2100-03-01T00:00:00Z"),        4107542400,   true },
    {OCTETS("1985-04-12T23:20:50.52Z"),     482196050,    true },
    {OCTETS("1996-12-19T16:39:57-08:00"),   851042397,    false},
    {OCTETS("1990-12-31T23:59:60Z"),        662688000,    true },
    {OCTETS("1970-01-01T02:30:00+02:30"),   0,            false},
    {OCTETS("0000-01-01T00:00:00Z"),        -62167219200, true },
    {OCTETS("9999-12-31T23:59:59.123456Z"), 253402300799, true },
};

static const struct bytes invalid_dates[] = {
    OCTETS(""),
    OCTETS("2026-01-01"),
    OCTETS("2026-01-01T00:00:00"),
    OCTETS("2026-01-01 00:00:00Z"),
    OCTETS("2026-13-01T00:00:00Z"),
    OCTETS("2026-00-01T00:00:00Z"),
    OCTETS("2026-02-29T00:00:00Z"),
    OCTETS("2100-02-29T00:00:00Z"),
    OCTETS("2026-04-31T00:00:00Z"),
    OCTETS("2026-01-00T00:00:00Z"),
    OCTETS("2026-01-01T24:00:00Z"),
    OCTETS("2026-01-01T00:60:00Z"),
    OCTETS("2026-01-01T00:00:61Z"),
    OCTETS("2026-01-01T00:00:00.Z"),
    OCTETS("2026-01-01T00:00:00+01"),
    OCTETS("2026-01-01T00:00:00Zz"),
    OCTETS("26-01-01T00:00:00Z"),
    OCTETS("2026-1-1T00:00:00Z"),
};

static void a_date_time_is_a_number_of_seconds(void **state)
{
    struct guard_page page;

    (void)state;
    assert_true(guard_page_init(&page, 100));
    for (size_t i = 0; i < COUNT_OF(valid_dates); i++) {
        int64_t seconds;
        bool utc;

        assert_true(
            smtp_date_time_parse(guard_page_put(&page, valid_dates[i].text), &seconds, &utc));
        if (seconds != valid_dates[i].seconds)
            fail_msg("%.*s", BYTES_FORMAT(valid_dates[i].text));
        assert_int_equal(utc, valid_dates[i].utc);
    }
    guard_page_release(&page);
}

static void what_no_calendar_has_is_none(void **state)
{
    struct guard_page page;
    int64_t seconds;
    bool utc;

    (void)state;
    assert_true(guard_page_init(&page, 100));
    for (size_t i = 0; i < COUNT_OF(invalid_dates); i++)
        if (smtp_date_time_parse(guard_page_put(&page, invalid_dates[i]), &seconds, &utc))
            fail_msg("%.*s was taken", BYTES_FORMAT(invalid_dates[i]));
    guard_page_release(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_date_time_is_a_number_of_seconds),
        cmocka_unit_test(what_no_calendar_has_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
