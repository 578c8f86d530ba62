/* xtext (RFC 3461 4), and what two written mailboxes have in common (RFC 5321 4.1.2). */
#include "base/smtp_scan.h"

/* xchar = %x21-2A / %x2C-3C / %x3E-7E */
static bool is_xchar(unsigned char octet)
{
    return smtp_is_graphic(octet) && octet != '+' && octet != '=';
}

/* hexchar = "+" HEXDIG HEXDIG, upper case by RFC 3461 4, any case by RFC 4954 8 */
static bool scan_hexchar(struct smtp_scan *scan)
{
    scan->at++;
    return smtp_scan_run(scan, smtp_is_hex, 2) == 2 ||
           smtp_scan_expected(scan, "two hexadecimal digits behind \"+\"");
}

bool smtp_grammar_xtext(struct bytes text, struct err *err)
{
    struct smtp_scan scan = {text, 0, SMTP_CHARSET_ASCII, err};

    for (;;) {
        smtp_scan_run(&scan, is_xchar, SIZE_MAX);
        if (smtp_scan_is_at_end(&scan))
            return true;
        if (!smtp_scan_sees(&scan, '+'))
            return smtp_scan_expected(&scan, "a character of xtext");
        if (!scan_hexchar(&scan))
            return false;
    }
}

bool smtp_xtext_encode(struct buf *to, struct bytes octets)
{
    static const char digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < octets.size; i++) {
        unsigned char octet = (unsigned char)octets.data[i];
        const char coded[] = {'+', digits[octet >> 4], digits[octet & 15]};
        struct bytes one = {coded, sizeof(coded)};

        if (is_xchar(octet))
            one = bytes_slice(octets, i, i + 1);
        if (!buf_append(to, one))
            return false;
    }
    return true;
}

static unsigned hex_value(char digit)
{
    if (digit <= '9')
        return (unsigned)(digit - '0');
    return (unsigned)((digit | 0x20) - 'a') + 10;
}

bool smtp_xtext_decode(struct buf *to, struct bytes text, struct err *err)
{
    if (!smtp_grammar_xtext(text, err))
        return false;
    for (size_t at = 0; at < text.size; at++) {
        char octet = text.data[at];

        if (octet == '+') {
            octet = (char)(hex_value(text.data[at + 1]) << 4 | hex_value(text.data[at + 2]));
            at += 2;
        }
        if (!buf_append_octet(to, octet))
            return err_set(err, ERR_LIMIT, "more octets than %zu, or out of memory", to->max);
    }
    return true;
}

/* Where the local-part ends: the "@" that is not quoted. */
static size_t local_part_octets(struct bytes mailbox)
{
    bool quoted = false;

    for (size_t at = 0; at < mailbox.size; at++) {
        if (mailbox.data[at] == '\\' && quoted)
            at++;
        else if (mailbox.data[at] == '"')
            quoted = !quoted;
        else if (mailbox.data[at] == '@' && !quoted)
            return at;
    }
    return mailbox.size;
}

/* The next character that is meant, without quotes and backslashes; false at the end. */
static bool next_meant(struct bytes local_part, size_t *at, char *ret)
{
    if (local_part.size == 0 || local_part.data[0] != '"') {
        if (*at == local_part.size)
            return false;
        *ret = local_part.data[(*at)++];
        return true;
    }
    if (*at == 0)
        *at = 1;
    if (*at < local_part.size && local_part.data[*at] == '\\')
        ++*at;
    else if (*at + 1 >= local_part.size)
        return false;
    if (*at >= local_part.size)
        return false;
    *ret = local_part.data[(*at)++];
    return true;
}

static bool local_parts_equal(struct bytes a, struct bytes b)
{
    size_t at_a = 0;
    size_t at_b = 0;

    if (bytes_equal_nocase(a, BYTES_LITERAL("postmaster")))
        return bytes_equal_nocase(a, b);
    for (;;) {
        char octet_a = 0;
        char octet_b = 0;
        bool more_a = next_meant(a, &at_a, &octet_a);
        bool more_b = next_meant(b, &at_b, &octet_b);

        if (more_a != more_b || octet_a != octet_b)
            return false;
        if (!more_a)
            return true;
    }
}

bool smtp_mailbox_equal(struct bytes a, struct bytes b)
{
    size_t local_a = local_part_octets(a);
    size_t local_b = local_part_octets(b);

    return bytes_equal_nocase(bytes_after(a, local_a), bytes_after(b, local_b)) &&
           local_parts_equal(bytes_slice(a, 0, local_a), bytes_slice(b, 0, local_b));
}

/* Without brackets and source route. */
static struct bytes path_mailbox(struct bytes path)
{
    size_t colon;

    if (path.size < 2 || path.data[0] != '<' || path.data[path.size - 1] != '>')
        return path;
    path = bytes_slice(path, 1, path.size - 1);
    colon = path.size > 0 && path.data[0] == '@' ? bytes_find(path, ':') : BYTES_NOT_FOUND;
    return colon == BYTES_NOT_FOUND ? path : bytes_after(path, colon + 1);
}

bool smtp_path_equal(struct bytes a, struct bytes b)
{
    return smtp_mailbox_equal(path_mailbox(a), path_mailbox(b));
}
