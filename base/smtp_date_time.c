#include "base/smtp_date_time.h"

struct fields {
    unsigned year, month, day, hour, minute, second;
};

static bool take(struct bytes *text, char octet)
{
    if (text->size == 0 || (text->data[0] | 0x20) != (octet | 0x20))
        return false;
    *text = bytes_after(*text, 1);
    return true;
}

static bool take_digits(struct bytes *text, size_t count, unsigned max, unsigned *ret)
{
    unsigned long long number;

    if (text->size < count || !bytes_to_number(bytes_slice(*text, 0, count), max, &number))
        return false;
    *ret = (unsigned)number;
    *text = bytes_after(*text, count);
    return true;
}

static bool is_leap(unsigned year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static unsigned days_of(unsigned year, unsigned month)
{
    static const unsigned days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Days from 1970-01-01: years counted from March, so that the leap day is the last of its year. */
static int64_t days_from_epoch(const struct fields *at)
{
    int64_t year = (int64_t)at->year - (at->month <= 2);
    int64_t month = (at->month + 9) % 12;
    int64_t of_year = (153 * month + 2) / 5 + at->day - 1;
    int64_t leaps = year < 0 ? -1 : year / 4 - year / 100 + year / 400;

    return 365 * year + leaps + of_year - 719468;
}

/* full-date "T" partial-time, T and Z in any case (RFC 3339 5.6) */
static bool take_local(struct bytes *text, struct fields *ret)
{
    unsigned ignored;

    if (!take_digits(text, 4, 9999, &ret->year) || !take(text, '-') ||
        !take_digits(text, 2, 12, &ret->month) || !take(text, '-') ||
        !take_digits(text, 2, 31, &ret->day) || !take(text, 'T') ||
        !take_digits(text, 2, 23, &ret->hour) || !take(text, ':') ||
        !take_digits(text, 2, 59, &ret->minute) || !take(text, ':') ||
        !take_digits(text, 2, 60, &ret->second))
        return false;
    if (ret->month == 0 || ret->day == 0 || ret->day > days_of(ret->year, ret->month))
        return false;
    if (!take(text, '.'))
        return true;
    if (!take_digits(text, 1, 9, &ignored))
        return false;
    while (take_digits(text, 1, 9, &ignored))
        continue;
    return true;
}

/* time-offset = "Z" / ("+" / "-") time-hour ":" time-minute */
static bool take_offset(struct bytes *text, int64_t *ret_s, bool *ret_utc)
{
    unsigned hour;
    unsigned minute;
    bool west;

    *ret_s = 0;
    *ret_utc = take(text, 'Z');
    if (*ret_utc)
        return true;
    west = take(text, '-');
    if ((!west && !take(text, '+')) || !take_digits(text, 2, 23, &hour) || !take(text, ':') ||
        !take_digits(text, 2, 59, &minute))
        return false;
    *ret_s = (int64_t)(hour * 60 + minute) * (west ? -60 : 60);
    return true;
}

bool smtp_date_time_parse(struct bytes text, int64_t *ret_s, bool *ret_utc)
{
    struct fields at;
    int64_t offset_s;
    bool utc;

    if (!take_local(&text, &at) || !take_offset(&text, &offset_s, &utc) || text.size > 0)
        return false;
    *ret_s = days_from_epoch(&at) * 86400 + (int64_t)(at.hour * 3600 + at.minute * 60 + at.second) -
             offset_s;
    *ret_utc = utc;
    return true;
}
