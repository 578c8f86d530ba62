/* scenario_token.c - what a seed makes up: {token} and {date}. */
#include "fakeserver/scenario_private.h"

/* splitmix64: the same seed, the same tokens, on every machine. */
static uint64_t mix(uint64_t value)
{
    value += UINT64_C(0x9e3779b97f4a7c15);
    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}

bool scenario_put_token(uint64_t seed, uint64_t number, struct buf *ret)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    uint64_t state = mix(seed ^ mix(number));

    for (int i = 0; i < 16; i++) {
        if (!buf_append_octet(ret, alphabet[state % (sizeof(alphabet) - 1)]))
            return false;
        state = mix(state);
    }
    return true;
}

bool scenario_put_date(uint64_t seed, struct buf *ret)
{
    static const char *const weekdays[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    static const unsigned lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    uint64_t seconds = mix(seed) % (UINT64_C(86400) * 3653);
    unsigned day = (unsigned)(seconds / 86400); /* since 2020-01-01 */
    unsigned weekday = (day + 6) % 7;           /* which was a Wednesday */
    unsigned clock = (unsigned)(seconds % 86400);
    unsigned year = 2020;
    unsigned month = 0;

    while (day >= (year % 4 == 0 ? 366U : 365U)) {
        day -= year % 4 == 0 ? 366U : 365U;
        year++;
    }
    for (;;) {
        unsigned length = lengths[month] + (month == 1 && year % 4 == 0 ? 1U : 0U);

        if (day < length)
            break;
        day -= length;
        month++;
    }
    return buf_printf(ret, "%s, %u %s %u %02u:%02u:%02u +0000", weekdays[weekday], day + 1,
                      months[month], year, clock / 3600, clock / 60 % 60, clock % 60);
}
