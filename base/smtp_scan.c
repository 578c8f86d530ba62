#include "base/smtp_scan.h"

#include "base/text.h"

struct bytes smtp_scan_rest(const struct smtp_scan *scan)
{
    return bytes_after(scan->text, scan->at);
}

bool smtp_scan_is_at_end(const struct smtp_scan *scan)
{
    return scan->at == scan->text.size;
}

bool smtp_scan_sees(const struct smtp_scan *scan, char octet)
{
    return scan->at < scan->text.size && scan->text.data[scan->at] == octet;
}

bool smtp_scan_expected(const struct smtp_scan *scan, const char *what)
{
    unsigned column = (unsigned)scan->at + 1;

    if (smtp_scan_is_at_end(scan))
        return err_set_at(scan->err, ERR_SYNTAX, 1, column, "expected %s, got the end", what);
    return err_set_at(scan->err, ERR_SYNTAX, 1, column, "expected %s, got \"%s\"", what,
                      text_show(smtp_scan_rest(scan)).text);
}

bool smtp_scan_end(const struct smtp_scan *scan)
{
    return smtp_scan_is_at_end(scan) || smtp_scan_expected(scan, "the end");
}

bool smtp_scan_octet(struct smtp_scan *scan, char octet)
{
    const char what[] = {'"', octet, '"', '\0'};

    if (!smtp_scan_sees(scan, octet))
        return smtp_scan_expected(scan, octet == ' ' ? "SP" : what);
    scan->at++;
    return true;
}

bool smtp_scan_word(struct smtp_scan *scan, const char *word)
{
    if (!bytes_starts_with_nocase(smtp_scan_rest(scan), bytes_of(word)))
        return smtp_scan_expected(scan, word);
    scan->at += strlen(word);
    return true;
}

size_t smtp_scan_run(struct smtp_scan *scan, smtp_octet_class *is, size_t most)
{
    size_t from = scan->at;

    while (scan->at < scan->text.size && scan->at - from < most &&
           is((unsigned char)scan->text.data[scan->at]))
        scan->at++;
    return scan->at - from;
}

bool smtp_is_alpha(unsigned char octet)
{
    return (octet >= 'A' && octet <= 'Z') || (octet >= 'a' && octet <= 'z');
}

bool smtp_is_digit(unsigned char octet)
{
    return octet >= '0' && octet <= '9';
}

bool smtp_is_hex(unsigned char octet)
{
    return smtp_is_digit(octet) || (octet >= 'A' && octet <= 'F') || (octet >= 'a' && octet <= 'f');
}

bool smtp_is_let_dig(unsigned char octet)
{
    return smtp_is_alpha(octet) || smtp_is_digit(octet);
}

bool smtp_is_atext(unsigned char octet)
{
    static const char others[] = "!#$%&'*+-/=?^_`{|}~";

    return smtp_is_let_dig(octet) || memchr(others, octet, sizeof(others) - 1);
}

bool smtp_is_graphic(unsigned char octet)
{
    return octet >= 33 && octet <= 126;
}

bool smtp_is_text(unsigned char octet)
{
    return octet == '\t' || (octet >= 32 && octet <= 126);
}

size_t smtp_scan_utf8(struct smtp_scan *scan)
{
    size_t octets;

    if (scan->charset != SMTP_CHARSET_UTF8 || smtp_scan_is_at_end(scan) ||
        (unsigned char)scan->text.data[scan->at] < 0x80)
        return 0;
    octets = text_utf8_octets(smtp_scan_rest(scan));
    scan->at += octets;
    return octets;
}
