#include "transport/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct {
    int64_t wall_s;
    const char *date;
} dates[] = {
    {0,          "Thu, 1 Jan 1970 00:00:00 +0000" },
    {951782399,  "Mon, 28 Feb 2000 23:59:59 +0000"},
    {951782400,  "Tue, 29 Feb 2000 00:00:00 +0000"},
    {4102444799, "Thu, 31 Dec 2099 23:59:59 +0000"},
};

static void a_date_is_written_as_rfc_5322_has_it(void **state)
{
    char written[CLOCK_DATE_OCTETS];
    size_t index;

    (void)state;
    for (index = 0; index < sizeof(dates) / sizeof(dates[0]); index++) {
        clock_date(dates[index].wall_s, written);
        assert_string_equal(written, dates[index].date);
    }
}

static void monotonic_time_never_goes_back(void **state)
{
    uint64_t before_ns = clock_monotonic_ns();
    unsigned round;

    (void)state;
    for (round = 0; round < 1000; round++) {
        uint64_t now_ns = clock_monotonic_ns();

        assert_true(now_ns >= before_ns);
        before_ns = now_ns;
    }
    assert_true(clock_monotonic_ms() >= before_ns / 1000000);
    assert_true(clock_wall_s() > 1700000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_date_is_written_as_rfc_5322_has_it),
        cmocka_unit_test(monotonic_time_never_goes_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
