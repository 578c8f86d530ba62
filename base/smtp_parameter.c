#include "base/smtp_parameter.h"

#include "base/smtp_date_time.h"
#include "base/smtp_limits.h"
#include "base/smtp_scan.h"

static struct smtp_scan scan_of(struct bytes value, struct err *err)
{
    return (struct smtp_scan){value, 0, SMTP_CHARSET_ASCII, err};
}

/* One of these words, whole. */
static bool is_one_of(struct bytes value, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (bytes_equal_nocase(value, bytes_of(words[i])))
            return true;
    return false;
}

/* ---- DSN ------------------------------------------------------------------------------------ */

/* notify-esmtp-value = "NEVER" / 1#notify-list-element
 * notify-list-element = "SUCCESS" / "FAILURE" / "DELAY" (RFC 3461 4.1) */
bool smtp_parameter_notify(struct bytes value, struct err *err)
{
    static const char *const elements[] = {"SUCCESS", "FAILURE", "DELAY"};
    struct smtp_scan scan = scan_of(value, err);
    struct bytes rest = value;
    struct bytes element;

    if (bytes_equal_nocase(value, BYTES_LITERAL("NEVER")))
        return true;
    if (value.size == 0 || value.data[value.size - 1] == ',')
        return smtp_scan_expected(&scan, "NEVER, or a list of SUCCESS, FAILURE and DELAY");
    while (bytes_next(&rest, ',', &element)) {
        scan.at = (size_t)(element.data - value.data);
        if (bytes_equal_nocase(element, BYTES_LITERAL("NEVER")))
            return smtp_scan_expected(&scan, "NEVER alone");
        if (!is_one_of(element, elements, 3))
            return smtp_scan_expected(&scan, "SUCCESS, FAILURE or DELAY");
    }
    return true;
}

/* ret-value = "FULL" / "HDRS" (RFC 3461 4.3) */
bool smtp_parameter_ret(struct bytes value, struct err *err)
{
    static const char *const words[] = {"FULL", "HDRS"};
    struct smtp_scan scan = scan_of(value, err);

    return is_one_of(value, words, 2) || smtp_scan_expected(&scan, "FULL or HDRS");
}

/* hexchar = "+" and two upper case hexadecimal digits (RFC 3461 4) */
static bool has_upper_case_hex(struct bytes value, struct err *err)
{
    struct smtp_scan scan = scan_of(value, err);

    for (size_t i = 0; i + 2 < value.size; i++) {
        if (value.data[i] != '+')
            continue;
        scan.at = i + 1;
        if (value.data[i + 1] > 'F' || value.data[i + 2] > 'F')
            return smtp_scan_expected(&scan, "two upper case hexadecimal digits");
    }
    return true;
}

static unsigned hex_at(struct bytes value, size_t at)
{
    char digit = value.data[at];

    return (unsigned)(digit <= '9' ? digit - '0' : digit - 'A' + 10);
}

/* Before it was made xtext: printable US-ASCII, graphic or white space (RFC 3461 4.4). */
static bool is_printable(struct bytes value, struct err *err)
{
    struct smtp_scan scan = scan_of(value, err);

    for (size_t i = 0; i < value.size; i++) {
        unsigned octet = (unsigned char)value.data[i];

        scan.at = i;
        if (octet == '+')
            octet = hex_at(value, i + 1) * 16 + hex_at(value, i + 2);
        if ((octet < ' ' && octet != '\t') || octet > '~')
            return smtp_scan_expected(&scan, "printable US-ASCII");
    }
    return true;
}

static bool too_long(struct err *err, size_t octets_max)
{
    return err_set(err, ERR_LIMIT, "longer than %zu octets", octets_max);
}

/* envid-parameter = "ENVID=" xtext (RFC 3461 4.4) */
bool smtp_parameter_envid(struct bytes value, struct err *err)
{
    struct smtp_scan scan = scan_of(value, err);

    if (value.size == 0)
        return smtp_scan_expected(&scan, "xtext");
    if (!smtp_grammar_xtext(value, err) || !has_upper_case_hex(value, err) ||
        !is_printable(value, err))
        return false;
    return value.size <= SMTP_ENVID_OCTETS_MAX || too_long(err, SMTP_ENVID_OCTETS_MAX);
}

/* QCHAR = %x21-2a / %x2c-3c / %x3e-5b / %x5d-7e (RFC 6533 3) */
static bool is_qchar(unsigned char octet)
{
    return smtp_is_graphic(octet) && octet != '+' && octet != '=' && octet != '\\';
}

/* EmbeddedUnicodeChar = "\x{" HEXPOINT "}", two to six digits (RFC 6533 3) */
static bool scan_embedded(struct smtp_scan *scan)
{
    if (!smtp_scan_octet(scan, '\\') || !smtp_scan_octet(scan, 'x') || !smtp_scan_octet(scan, '{'))
        return false;
    return (smtp_scan_run(scan, smtp_is_hex, 6) >= 2 ||
            smtp_scan_expected(scan, "two to six hexadecimal digits")) &&
           smtp_scan_octet(scan, '}');
}

/* utf-8-addr-xtext = 1*(QCHAR / EmbeddedUnicodeChar), with UTF8-non-ascii where SMTPUTF8 is
 * offered: utf-8-addr-unitext, utf-8-address (RFC 6533 3) */
static bool is_utf8_address(struct bytes value, enum smtp_charset charset, struct err *err)
{
    struct smtp_scan scan = {value, 0, charset, err};

    while (!smtp_scan_is_at_end(&scan)) {
        if (smtp_scan_run(&scan, is_qchar, SIZE_MAX) > 0 || smtp_scan_utf8(&scan) > 0)
            continue;
        if (!smtp_scan_sees(&scan, '\\'))
            return smtp_scan_expected(&scan, "a character of utf-8-addr-xtext");
        if (!scan_embedded(&scan))
            return false;
    }
    return true;
}

/* original-recipient-address = addr-type ";" xtext, addr-type = atom (RFC 3461 4.2) */
bool smtp_parameter_orcpt(struct bytes value, enum smtp_charset charset,
                          struct smtp_original_recipient *ret, struct err *err)
{
    struct smtp_scan scan = scan_of(value, err);
    struct smtp_original_recipient made;
    bool utf8;

    if (smtp_scan_run(&scan, smtp_is_atext, SIZE_MAX) == 0)
        return smtp_scan_expected(&scan, "an address type");
    made.type = bytes_slice(value, 0, scan.at);
    if (!smtp_scan_octet(&scan, ';'))
        return false;
    made.address = smtp_scan_rest(&scan);
    if (made.address.size == 0)
        return smtp_scan_expected(&scan, "an address");
    utf8 = bytes_equal_nocase(made.type, BYTES_LITERAL("utf-8"));
    if (utf8 ? !is_utf8_address(made.address, charset, err)
             : !smtp_grammar_xtext(made.address, err) || !has_upper_case_hex(made.address, err))
        return false;
    if (ret)
        *ret = made;
    return value.size <= SMTP_ORCPT_OCTETS_MAX || too_long(err, SMTP_ORCPT_OCTETS_MAX);
}

/* ---- numbers -------------------------------------------------------------------------------- */

/* 1*9DIGIT at the cursor. */
static bool scan_seconds(struct smtp_scan *scan, int32_t *ret)
{
    unsigned long long seconds = 0;
    size_t from = scan->at;
    size_t digits = smtp_scan_run(scan, smtp_is_digit, 9);

    if (digits == 0 ||
        !bytes_to_number(bytes_slice(scan->text, from, scan->at), SMTP_BY_SECONDS_MAX, &seconds))
        return smtp_scan_expected(scan, "one to nine digits");
    *ret = (int32_t)seconds;
    return true;
}

/* by-value = by-time";"by-mode[by-trace]; by-time = ["-" / "+"]1*9digit, "a negative or zero value
 * is not allowed with a by-mode of R"; by-mode = "N" / "R"; by-trace = "T" (RFC 2852 4) */
bool smtp_parameter_by(struct bytes value, struct smtp_deliver_by *ret, struct err *err)
{
    struct smtp_scan scan = scan_of(value, err);
    struct smtp_deliver_by made = {0};
    bool negative = smtp_scan_sees(&scan, '-');

    scan.at += negative || smtp_scan_sees(&scan, '+');
    if (!scan_seconds(&scan, &made.seconds) || !smtp_scan_octet(&scan, ';'))
        return false;
    made.returns = smtp_scan_sees(&scan, 'R') || smtp_scan_sees(&scan, 'r');
    if (!made.returns && !smtp_scan_sees(&scan, 'N') && !smtp_scan_sees(&scan, 'n'))
        return smtp_scan_expected(&scan, "N or R");
    if (made.returns && (negative || made.seconds == 0))
        return err_set(err, ERR_SYNTAX, "expected a time above 0 with R");
    scan.at++;
    made.trace = smtp_scan_sees(&scan, 'T') || smtp_scan_sees(&scan, 't');
    scan.at += made.trace;
    made.seconds = negative ? -made.seconds : made.seconds;
    if (ret)
        *ret = made;
    return smtp_scan_end(&scan);
}

/* future-release-integer = %x31-39 *8DIGIT (RFC 4865 3) */
bool smtp_parameter_holdfor(struct bytes value, uint32_t *ret, struct err *err)
{
    struct smtp_scan scan = scan_of(value, err);
    int32_t seconds;

    if (smtp_scan_sees(&scan, '0'))
        return smtp_scan_expected(&scan, "a digit from 1 to 9");
    if (!scan_seconds(&scan, &seconds) || !smtp_scan_end(&scan))
        return false;
    if (ret)
        *ret = (uint32_t)seconds;
    return true;
}

/* future-release-date-time = Internet-style-date-time-UTC (RFC 4865 3) */
bool smtp_parameter_holduntil(struct bytes value, int64_t *ret, struct err *err)
{
    struct smtp_scan scan = scan_of(value, err);
    int64_t seconds;
    bool utc;

    if (!smtp_date_time_parse(value, &seconds, &utc) || !utc)
        return smtp_scan_expected(&scan, "a time in UTC such as 2026-12-24T18:00:00Z");
    if (ret)
        *ret = seconds;
    return true;
}

/* priority-value = (["-"] NZDIGIT) / "0" (RFC 6710 7) */
bool smtp_parameter_priority(struct bytes value, int *ret, struct err *err)
{
    struct smtp_scan scan = scan_of(value, err);
    bool negative = smtp_scan_sees(&scan, '-');
    size_t at = negative;

    if (value.size != at + 1 || value.data[at] < (negative ? '1' : '0') || value.data[at] > '9')
        return smtp_scan_expected(&scan, "a number from -9 to 9");
    if (ret)
        *ret = (negative ? -1 : 1) * (value.data[at] - '0');
    return true;
}

/* ---- the rest ------------------------------------------------------------------------------- */

/* body-value = "7BIT" / "8BITMIME" (RFC 6152 2) / "BINARYMIME" (RFC 3030 3) */
bool smtp_parameter_body(struct bytes value, struct err *err)
{
    static const char *const words[] = {"7BIT", "8BITMIME", "BINARYMIME"};
    struct smtp_scan scan = scan_of(value, err);

    return is_one_of(value, words, 3) || smtp_scan_expected(&scan, "7BIT, 8BITMIME or BINARYMIME");
}

/* size-value ::= 1*20DIGIT (RFC 1870 4) */
bool smtp_parameter_size(struct bytes value, uint64_t *ret, struct err *err)
{
    struct smtp_scan scan = scan_of(value, err);
    unsigned long long octets;

    if (value.size > SMTP_SIZE_DIGITS_MAX || !bytes_to_number(value, UINT64_MAX, &octets))
        return smtp_scan_expected(&scan, "one to twenty digits");
    if (ret)
        *ret = octets;
    return true;
}

static bool is_base64(unsigned char octet)
{
    return smtp_is_let_dig(octet) || octet == '+' || octet == '/' || octet == '=';
}

/* mtrk-parameter = "MTRK=" mtrk-certifier [ ":" mtrk-timeout ], base64, 1*9DIGIT (RFC 3885 3.1) */
bool smtp_parameter_mtrk(struct bytes value, struct err *err)
{
    struct smtp_scan scan = scan_of(value, err);
    int32_t seconds;

    if (smtp_scan_run(&scan, is_base64, SIZE_MAX) == 0)
        return smtp_scan_expected(&scan, "base64");
    if (smtp_scan_is_at_end(&scan))
        return true;
    return smtp_scan_octet(&scan, ':') && scan_seconds(&scan, &seconds) && smtp_scan_end(&scan);
}

static bool check_by(struct bytes value, struct err *err)
{
    return smtp_parameter_by(value, NULL, err);
}

static bool check_holdfor(struct bytes value, struct err *err)
{
    return smtp_parameter_holdfor(value, NULL, err);
}

static bool check_holduntil(struct bytes value, struct err *err)
{
    return smtp_parameter_holduntil(value, NULL, err);
}

static bool check_priority(struct bytes value, struct err *err)
{
    return smtp_parameter_priority(value, NULL, err);
}

static bool check_size(struct bytes value, struct err *err)
{
    return smtp_parameter_size(value, NULL, err);
}

bool smtp_parameter_check(struct bytes keyword, struct bytes value, enum smtp_charset charset,
                          struct err *err)
{
    static const struct {
        const char *keyword;
        bool (*check)(struct bytes value, struct err *err);
    } checks[] = {
        {"NOTIFY",      smtp_parameter_notify},
        {"RET",         smtp_parameter_ret   },
        {"ENVID",       smtp_parameter_envid },
        {"BY",          check_by             },
        {"HOLDFOR",     check_holdfor        },
        {"HOLDUNTIL",   check_holduntil      },
        {"MT-PRIORITY", check_priority       },
        {"BODY",        smtp_parameter_body  },
        {"SIZE",        check_size           },
        {"MTRK",        smtp_parameter_mtrk  },
    };

    if (bytes_equal_nocase(keyword, BYTES_LITERAL("ORCPT")))
        return smtp_parameter_orcpt(value, charset, NULL, err);
    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
        if (bytes_equal_nocase(keyword, bytes_of(checks[i].keyword)))
            return checks[i].check(value, err);
    return true;
}
