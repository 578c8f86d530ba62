#include "base/smtp_grammar.h"

#include "base/smtp_scan.h"

/*
 * Domain     = sub-domain *("." sub-domain)
 * sub-domain = Let-dig [Ldh-str]                   ; RFC 6531 3.3: =/ U-label
 * Ldh-str    = *( ALPHA / DIGIT / "-" ) Let-dig
 */
static bool scan_sub_domain(struct smtp_scan *scan)
{
    size_t from = scan->at;
    size_t last = from;

    for (;;) {
        if (smtp_scan_run(scan, smtp_is_let_dig, SIZE_MAX) > 0 || smtp_scan_utf8(scan) > 0)
            last = scan->at;
        else if (scan->at > from && smtp_scan_sees(scan, '-'))
            scan->at++;
        else
            break;
    }
    if (last == from)
        return smtp_scan_expected(scan, "a letter or digit of a domain");
    if (scan->at > last)
        return smtp_scan_expected(scan, "a letter or digit behind the hyphen");
    return true;
}

bool smtp_scan_domain(struct smtp_scan *scan)
{
    size_t from = scan->at;

    if (!scan_sub_domain(scan))
        return false;
    while (smtp_scan_sees(scan, '.')) {
        scan->at++;
        if (!scan_sub_domain(scan))
            return false;
    }
    if (scan->at - from > SMTP_DOMAIN_OCTETS_MAX)
        return err_set_at(scan->err, ERR_LIMIT, 1, (unsigned)from + 1,
                          "a domain has at most %d octets, this one %zu (RFC 5321 4.5.3.1.2)",
                          SMTP_DOMAIN_OCTETS_MAX, scan->at - from);
    return true;
}

/*
 * IPv4-address-literal = Snum 3("."  Snum)
 * Snum                 = 1*3DIGIT    ; 0 through 255
 */
static bool scan_ipv4(struct smtp_scan *scan)
{
    for (int i = 0; i < 4; i++) {
        size_t from;
        size_t digits;
        unsigned long long value;

        if (i > 0 && !smtp_scan_octet(scan, '.'))
            return false;
        from = scan->at;
        digits = smtp_scan_run(scan, smtp_is_digit, 3);
        if (!bytes_to_number(bytes_slice(scan->text, from, from + digits), 255, &value)) {
            scan->at = from;
            return smtp_scan_expected(scan, "a number from 0 to 255");
        }
    }
    return true;
}

/* Does the group at the cursor go on with a dot, so that it begins an IPv4 address? */
static bool sees_ipv4(const struct smtp_scan *scan)
{
    struct smtp_scan ahead = *scan;

    smtp_scan_run(&ahead, smtp_is_digit, 3);
    return smtp_scan_sees(&ahead, '.');
}

/* Takes ":" or "::" between groups; answers false at the end of the address. */
static bool scan_colons(struct smtp_scan *scan, bool *compressed)
{
    if (!smtp_scan_sees(scan, ':'))
        return false;
    scan->at++;
    if (smtp_scan_sees(scan, ':') && !*compressed) {
        scan->at++;
        *compressed = true;
    }
    return true;
}

static bool scan_ipv6_groups(struct smtp_scan *scan, unsigned *ret_groups, bool *compressed)
{
    bool after_compression = false;

    if (bytes_starts_with(smtp_scan_rest(scan), BYTES_LITERAL("::"))) {
        after_compression = scan_colons(scan, compressed);
        if (smtp_scan_sees(scan, ']'))
            return true;
    }
    for (;;) {
        bool before = *compressed;

        if (sees_ipv4(scan)) {
            *ret_groups += 2;
            return scan_ipv4(scan);
        }
        if (smtp_scan_run(scan, smtp_is_hex, 4) == 0)
            return (after_compression && smtp_scan_sees(scan, ']')) ||
                   smtp_scan_expected(scan, "hexadecimal digits of an IPv6 address");
        ++*ret_groups;
        if (!scan_colons(scan, compressed))
            return true;
        after_compression = *compressed && !before;
    }
}

/*
 * IPv6-addr   = IPv6-full / IPv6-comp / IPv6v4-full / IPv6v4-comp
 * IPv6-full   = IPv6-hex 7(":" IPv6-hex)           ; IPv6v4-full: the last two as IPv4
 * IPv6-comp   = [IPv6-hex *5(":" IPv6-hex)] "::" [IPv6-hex *5(":" IPv6-hex)]
 *               ; No more than 6 groups in addition to the "::"
 */
static bool scan_ipv6(struct smtp_scan *scan)
{
    size_t from = scan->at;
    bool compressed = false;
    unsigned groups = 0;

    if (!scan_ipv6_groups(scan, &groups, &compressed))
        return false;
    if (!smtp_scan_sees(scan, ']'))
        return smtp_scan_expected(scan, "\":\" or \"]\"");
    if (compressed ? groups <= 6 : groups == 8)
        return true;
    scan->at = from;
    return smtp_scan_expected(scan, compressed ? "at most 6 groups beside \"::\""
                                               : "8 groups of an IPv6 address");
}

static bool is_dcontent(unsigned char octet)
{
    return smtp_is_graphic(octet) && (octet < '[' || octet > ']');
}

/* General-address-literal = Standardized-tag ":" 1*dcontent; Standardized-tag = Ldh-str */
static bool scan_general_literal(struct smtp_scan *scan)
{
    if (smtp_scan_run(scan, smtp_is_let_dig, SIZE_MAX) == 0 && !smtp_scan_sees(scan, '-'))
        return smtp_scan_expected(scan, "an IPv4 address or a tag");
    while (smtp_scan_run(scan, smtp_is_let_dig, SIZE_MAX) > 0 || smtp_scan_sees(scan, '-'))
        if (smtp_scan_sees(scan, '-'))
            scan->at++;
    if (scan->text.data[scan->at - 1] == '-')
        return smtp_scan_expected(scan, "a letter or digit behind the hyphen");
    if (!smtp_scan_octet(scan, ':'))
        return false;
    return smtp_scan_run(scan, is_dcontent, SIZE_MAX) > 0 ||
           smtp_scan_expected(scan, "an address behind the tag");
}

/*
 * address-literal = "[" ( IPv4-address-literal / IPv6-address-literal /
 *                   General-address-literal ) "]"
 */
static bool scan_address_literal(struct smtp_scan *scan)
{
    bool scanned;

    if (!smtp_scan_octet(scan, '['))
        return false;
    if (bytes_starts_with_nocase(smtp_scan_rest(scan), BYTES_LITERAL("IPv6:"))) {
        scan->at += strlen("IPv6:");
        scanned = scan_ipv6(scan);
    } else if (sees_ipv4(scan)) {
        scanned = scan_ipv4(scan);
    } else {
        scanned = scan_general_literal(scan);
    }
    return scanned && smtp_scan_octet(scan, ']');
}

bool smtp_scan_domain_or_literal(struct smtp_scan *scan)
{
    return smtp_scan_sees(scan, '[') ? scan_address_literal(scan) : smtp_scan_domain(scan);
}

/* Atom = 1*atext; RFC 6531 3.3: atext =/ UTF8-non-ascii */
static bool scan_atom(struct smtp_scan *scan)
{
    size_t from = scan->at;

    while (smtp_scan_run(scan, smtp_is_atext, SIZE_MAX) > 0 || smtp_scan_utf8(scan) > 0)
        continue;
    return scan->at > from || smtp_scan_expected(scan, "a character of an atom");
}

static bool is_qtext(unsigned char octet)
{
    return octet >= 32 && octet <= 126 && octet != '"' && octet != '\\';
}

static bool is_graphic_or_space(unsigned char octet)
{
    return octet >= 32 && octet <= 126;
}

/*
 * Quoted-string   = DQUOTE *QcontentSMTP DQUOTE
 * QcontentSMTP    = qtextSMTP / quoted-pairSMTP
 * quoted-pairSMTP = %d92 %d32-126
 * qtextSMTP       = %d32-33 / %d35-91 / %d93-126
 */
static bool scan_quoted_string(struct smtp_scan *scan)
{
    if (!smtp_scan_octet(scan, '"'))
        return false;
    while (!smtp_scan_sees(scan, '"')) {
        if (smtp_scan_sees(scan, '\\')) {
            scan->at++;
            if (smtp_scan_run(scan, is_graphic_or_space, 1) == 0)
                return smtp_scan_expected(scan, "a printable character behind \"\\\"");
        } else if (smtp_scan_run(scan, is_qtext, SIZE_MAX) == 0 && smtp_scan_utf8(scan) == 0) {
            return smtp_scan_expected(scan, "the quote that ends the quoted string");
        }
    }
    scan->at++;
    return true;
}

bool smtp_scan_string(struct smtp_scan *scan)
{
    return smtp_scan_sees(scan, '"') ? scan_quoted_string(scan) : scan_atom(scan);
}

/*
 * Local-part = Dot-string / Quoted-string
 * Dot-string = Atom *("."  Atom)
 */
bool smtp_scan_local_part(struct smtp_scan *scan)
{
    size_t from = scan->at;

    if (!smtp_scan_string(scan))
        return false;
    while (scan->text.data[from] != '"' && smtp_scan_sees(scan, '.')) {
        scan->at++;
        if (!scan_atom(scan))
            return false;
    }
    if (scan->at - from > SMTP_LOCAL_PART_OCTETS_MAX)
        return err_set_at(scan->err, ERR_LIMIT, 1, (unsigned)from + 1,
                          "a local-part has at most %d octets, this one %zu (RFC 5321 4.5.3.1.1)",
                          SMTP_LOCAL_PART_OCTETS_MAX, scan->at - from);
    return true;
}

/* Mailbox = Local-part "@" ( Domain / address-literal ) */
bool smtp_scan_mailbox(struct smtp_scan *scan, struct smtp_mailbox *ret)
{
    size_t from = scan->at;

    if (!smtp_scan_local_part(scan))
        return false;
    ret->local_part = bytes_slice(scan->text, from, scan->at);
    if (!smtp_scan_octet(scan, '@'))
        return false;
    from = scan->at;
    if (!smtp_scan_domain_or_literal(scan))
        return false;
    ret->domain = bytes_slice(scan->text, from, scan->at);
    return true;
}

/* A-d-l = At-domain *( "," At-domain ); At-domain = "@" Domain */
static bool scan_route(struct smtp_scan *scan, struct bytes *ret)
{
    size_t from = scan->at;

    do {
        if (scan->at > from)
            scan->at++;
        if (!smtp_scan_octet(scan, '@') || !smtp_scan_domain(scan))
            return false;
    } while (smtp_scan_sees(scan, ','));
    if (!smtp_scan_octet(scan, ':'))
        return false;
    *ret = bytes_slice(scan->text, from, scan->at);
    return true;
}

/* Path = "<" [ A-d-l ":" ] Mailbox ">" */
static bool scan_path(struct smtp_scan *scan, struct smtp_path *ret)
{
    size_t from = scan->at;

    *ret = (struct smtp_path){.null = false};
    if (!smtp_scan_octet(scan, '<'))
        return false;
    if (smtp_scan_sees(scan, '@') && !scan_route(scan, &ret->route))
        return false;
    if (!smtp_scan_mailbox(scan, &ret->mailbox) || !smtp_scan_octet(scan, '>'))
        return false;
    if (scan->at - from > SMTP_PATH_OCTETS_MAX)
        return err_set_at(scan->err, ERR_LIMIT, 1, (unsigned)from + 1,
                          "a path has at most %d octets, this one %zu (RFC 5321 4.5.3.1.3)",
                          SMTP_PATH_OCTETS_MAX, scan->at - from);
    return true;
}

/* Reverse-path = Path / "<>" */
bool smtp_scan_reverse_path(struct smtp_scan *scan, struct smtp_path *ret)
{
    if (!bytes_starts_with(smtp_scan_rest(scan), BYTES_LITERAL("<>")))
        return scan_path(scan, ret);
    scan->at += 2;
    *ret = (struct smtp_path){.null = true};
    return true;
}

/* "<Postmaster@" Domain ">" / "<Postmaster>" / Forward-path; Forward-path = Path */
bool smtp_scan_forward_path(struct smtp_scan *scan, struct smtp_path *ret)
{
    static const struct bytes postmaster = {"<Postmaster>", sizeof("<Postmaster>") - 1};

    if (!bytes_starts_with_nocase(smtp_scan_rest(scan), postmaster))
        return scan_path(scan, ret);
    *ret = (struct smtp_path){.postmaster = true};
    ret->mailbox.local_part = bytes_slice(scan->text, scan->at + 1, scan->at + postmaster.size - 1);
    scan->at += postmaster.size;
    return true;
}

/* esmtp-keyword = (ALPHA / DIGIT) *(ALPHA / DIGIT / "-") */
bool smtp_scan_keyword(struct smtp_scan *scan, struct bytes *ret)
{
    size_t from = scan->at;

    while (smtp_scan_run(scan, smtp_is_let_dig, SIZE_MAX) > 0 ||
           (scan->at > from && smtp_scan_sees(scan, '-')))
        if (smtp_scan_sees(scan, '-'))
            scan->at++;
    if (scan->at == from)
        return smtp_scan_expected(scan, "a letter or digit of a keyword");
    *ret = bytes_slice(scan->text, from, scan->at);
    return true;
}

/* esmtp-value = 1*(%d33-60 / %d62-126); RFC 6531 3.3: =/ UTF8-non-ascii */
static bool is_esmtp_value(unsigned char octet)
{
    return smtp_is_graphic(octet) && octet != '=';
}

/* esmtp-param = esmtp-keyword ["=" esmtp-value] */
bool smtp_scan_esmtp_param(struct smtp_scan *scan, struct smtp_argument *ret)
{
    size_t from;

    ret->value = BYTES_NONE;
    if (!smtp_scan_keyword(scan, &ret->keyword))
        return false;
    if (!smtp_scan_sees(scan, '='))
        return true;
    from = ++scan->at;
    while (smtp_scan_run(scan, is_esmtp_value, SIZE_MAX) > 0 || smtp_scan_utf8(scan) > 0)
        continue;
    if (scan->at == from)
        return smtp_scan_expected(scan, "a value behind \"=\"");
    ret->value = bytes_slice(scan->text, from, scan->at);
    return true;
}
