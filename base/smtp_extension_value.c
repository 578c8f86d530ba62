/* What stands behind EHLO keywords that announce bounds: DELIVERBY, FUTURERELEASE, LIMITS. */
#include "base/smtp_date_time.h"
#include "base/smtp_extension.h"
#include "base/smtp_scan.h"

/* deliverby-param = min-by-time *( ',' extension-token ), min-by-time = [1*9digit] */
void smtp_extensions_read_deliverby(struct smtp_extensions *set, struct bytes parameters)
{
    unsigned long long seconds;
    struct bytes word;
    struct bytes digits;

    set->deliverby_min_s = 0;
    if (bytes_next_word(&parameters, &word) && bytes_next(&word, ',', &digits) &&
        digits.size <= 9 && bytes_to_number(digits, 999999999, &seconds))
        set->deliverby_min_s = (uint32_t)seconds;
}

/* max-future-release-interval SP max-future-release-date-time; where one is malformed, nothing is
 * known to be within it, and both stay 0. */
void smtp_extensions_read_futurerelease(struct smtp_extensions *set, struct bytes parameters)
{
    unsigned long long seconds;
    struct bytes interval;
    struct bytes until;
    int64_t until_s;
    bool utc;

    set->holdfor_max_s = 0;
    set->holduntil_max_s = 0;
    if (!bytes_next_word(&parameters, &interval) || !bytes_next_word(&parameters, &until) ||
        interval.size > 9 || !bytes_to_number(interval, 999999999, &seconds) ||
        !smtp_date_time_parse(until, &until_s, &utc) || until_s < 0)
        return;
    set->holdfor_max_s = (uint32_t)seconds;
    set->holduntil_max_s = (uint64_t)until_s;
}

/* limit-name = 1*(ALPHA / DIGIT / "-" / "_") */
static bool is_limit_name(unsigned char octet)
{
    return smtp_is_let_dig(octet) || octet == '-' || octet == '_';
}

/* limit-value = 1*(%x21-3A / %x3C-7E) */
static bool is_limit_value(unsigned char octet)
{
    return smtp_is_graphic(octet) && octet != ';';
}

/* limit-name-value = limit-name ["=" limit-value] */
static bool split_limit(struct bytes text, struct bytes *ret_name, struct bytes *ret_value)
{
    struct smtp_scan scan = {text, 0, SMTP_CHARSET_ASCII, NULL};

    *ret_name = bytes_slice(text, 0, smtp_scan_run(&scan, is_limit_name, SIZE_MAX));
    *ret_value = BYTES_NONE;
    if (ret_name->size == 0)
        return false;
    if (smtp_scan_is_at_end(&scan))
        return true;
    *ret_value = bytes_after(text, scan.at + 1);
    if (!smtp_scan_sees(&scan, '='))
        return false;
    scan.at++;
    return smtp_scan_run(&scan, is_limit_value, SIZE_MAX) > 0 && smtp_scan_is_at_end(&scan);
}

/* %x31-39 0*5DIGIT; anything else, and that limit counts as not there (RFC 9422 3.7). */
static void read_limit(struct smtp_limits *limits, struct bytes name, struct bytes value)
{
    unsigned *limit = NULL;
    unsigned long long number;

    if (bytes_equal_nocase(name, BYTES_LITERAL("MAILMAX")))
        limit = &limits->mail_max;
    else if (bytes_equal_nocase(name, BYTES_LITERAL("RCPTMAX")))
        limit = &limits->rcpt_max;
    else if (bytes_equal_nocase(name, BYTES_LITERAL("RCPTDOMAINMAX")))
        limit = &limits->rcpt_domain_max;
    if (limit && value.size > 0 && value.size <= 6 && value.data[0] != '0' &&
        bytes_to_number(value, 999999, &number))
        *limit = (unsigned)number;
}

/* limits-param = limit-name-value 0*[SP limit-name-value]; one that breaks this syntax, and there
 * are no limits at all (RFC 9422 3.7). */
void smtp_extensions_read_limits(struct smtp_extensions *set, struct bytes parameters)
{
    struct smtp_limits limits = {0};
    struct bytes word;
    struct bytes name;
    struct bytes value;

    set->limits = limits;
    while (bytes_next_word(&parameters, &word)) {
        if (!split_limit(word, &name, &value))
            return;
        read_limit(&limits, name, value);
    }
    set->limits = limits;
}
