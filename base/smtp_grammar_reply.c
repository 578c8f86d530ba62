/* Replies (RFC 5321 4.2), the greeting, and the reply to EHLO (4.1.1.1). */
#include "base/smtp_scan.h"

/* One line of a reply, read up to its text. */
struct line {
    struct bytes code;
    bool last; /* no "-" behind the code */
};

static bool scan_crlf(struct smtp_scan *scan)
{
    if (!bytes_starts_with(smtp_scan_rest(scan), BYTES_LITERAL("\r\n")))
        return smtp_scan_expected(scan, "CRLF");
    scan->at += 2;
    return true;
}

static bool is_in(const struct smtp_scan *scan, size_t at, char from, char to)
{
    return at < scan->text.size && scan->text.data[at] >= from && scan->text.data[at] <= to;
}

/* Reply-code = %x32-35 %x30-35 %x30-39 */
static bool scan_code(struct smtp_scan *scan, struct line *line)
{
    static const char highest[3] = {'5', '5', '9'};
    size_t from = scan->at;

    for (size_t i = 0; i < sizeof(highest); i++, scan->at++)
        if (!is_in(scan, scan->at, i == 0 ? '2' : '0', highest[i]))
            return smtp_scan_expected(scan, i == 0 ? "a reply code from 200 to 559"
                                                   : "a digit of the reply code");
    line->code = bytes_slice(scan->text, from, scan->at);
    line->last = !smtp_scan_sees(scan, '-');
    return true;
}

/* textstring = 1*(%d09 / %d32-126) */
static bool scan_textstring(struct smtp_scan *scan)
{
    return smtp_scan_run(scan, smtp_is_text, SIZE_MAX) > 0 || smtp_scan_expected(scan, "a text");
}

static bool sees_crlf(const struct smtp_scan *scan)
{
    return smtp_scan_sees(scan, '\r');
}

/*
 * Reply-line   = *( Reply-code "-" [ textstring ] CRLF ) Reply-code [ SP textstring ] CRLF
 * continue-req = "334" SP [base64] CRLF            ; RFC 4954 8: SP even without text
 */
static bool scan_any_text(struct smtp_scan *scan, const struct line *line)
{
    if (!line->last) {
        scan->at++;
        return sees_crlf(scan) || scan_textstring(scan);
    }
    if (sees_crlf(scan))
        return true;
    if (!smtp_scan_octet(scan, ' '))
        return false;
    return (bytes_equal(line->code, BYTES_LITERAL("334")) && sees_crlf(scan)) ||
           scan_textstring(scan);
}

static bool scan_reply_line(struct smtp_scan *scan, struct line *line)
{
    return scan_code(scan, line) && scan_any_text(scan, line) && scan_crlf(scan);
}

bool smtp_grammar_reply_line(struct bytes text, struct err *err)
{
    struct smtp_scan scan = {text, 0, SMTP_CHARSET_ASCII, err};
    struct line line;

    return scan_reply_line(&scan, &line) && smtp_scan_end(&scan);
}

/*
 * Greeting = ( "220 " (Domain / address-literal) [ SP textstring ] CRLF ) /
 *            ( "220-" (Domain / address-literal) [ SP textstring ] CRLF
 *            *( "220-" [ textstring ] CRLF )
 *            "220" [ SP textstring ] CRLF )
 */
static bool scan_greeting_line(struct smtp_scan *scan, struct line *line, unsigned number)
{
    if (number > 1)
        return scan_reply_line(scan, line);
    if (!scan_code(scan, line) || !smtp_scan_octet(scan, line->last ? ' ' : '-') ||
        !smtp_scan_domain_or_literal(scan))
        return false;
    if (!sees_crlf(scan) && (!smtp_scan_octet(scan, ' ') || !scan_textstring(scan)))
        return false;
    return scan_crlf(scan);
}

/* ehlo-greet = 1*(%d0-9 / %d11-12 / %d14-127) */
static bool is_ehlo_greet(unsigned char octet)
{
    return octet < 128 && octet != '\r' && octet != '\n';
}

/*
 * ehlo-line    = ehlo-keyword *( SP ehlo-param )
 * ehlo-keyword = (ALPHA / DIGIT) *(ALPHA / DIGIT / "-")
 * ehlo-param   = 1*(%d33-126)
 */
static bool scan_ehlo_line(struct smtp_scan *scan)
{
    struct bytes keyword;

    if (!smtp_scan_keyword(scan, &keyword))
        return false;
    while (smtp_scan_sees(scan, ' ')) {
        scan->at++;
        if (smtp_scan_run(scan, smtp_is_graphic, SIZE_MAX) == 0)
            return smtp_scan_expected(scan, "an EHLO parameter behind SP");
    }
    return true;
}

bool smtp_grammar_ehlo_line(struct bytes text, struct err *err)
{
    struct smtp_scan scan = {text, 0, SMTP_CHARSET_ASCII, err};

    return scan_ehlo_line(&scan) && smtp_scan_end(&scan);
}

/*
 * ehlo-ok-rsp = ( "250" SP Domain [ SP ehlo-greet ] CRLF )
 *             / ( "250-" Domain [ SP ehlo-greet ] CRLF
 *             *( "250-" ehlo-line CRLF )
 *             "250" SP ehlo-line CRLF )
 */
static bool scan_ehlo_reply_line(struct smtp_scan *scan, struct line *line, unsigned number)
{
    if (!scan_code(scan, line) || !smtp_scan_octet(scan, line->last ? ' ' : '-'))
        return false;
    if (number > 1)
        return scan_ehlo_line(scan) && scan_crlf(scan);
    if (!smtp_scan_domain(scan))
        return false;
    if (smtp_scan_sees(scan, ' ')) {
        scan->at++;
        if (smtp_scan_run(scan, is_ehlo_greet, SIZE_MAX) == 0)
            return smtp_scan_expected(scan, "a greeting text behind SP");
    }
    return scan_crlf(scan);
}

static bool scan_plain_line(struct smtp_scan *scan, struct line *line, unsigned number)
{
    (void)number;
    return scan_reply_line(scan, line);
}

/* The lines of one reply, each with a scan of its own so that columns count from its start. */
static bool scan_lines(struct bytes lines, const char *code,
                       bool (*scan_line)(struct smtp_scan *, struct line *, unsigned),
                       struct err *err)
{
    struct bytes wanted = bytes_of(code);
    struct line line = {BYTES_NONE, false};

    for (unsigned number = 1; !line.last; number++) {
        size_t lf = bytes_find(lines, '\n');
        struct smtp_scan scan = {bytes_slice(lines, 0, lf == BYTES_NOT_FOUND ? lines.size : lf + 1),
                                 0, SMTP_CHARSET_ASCII, err};

        if (!scan_line(&scan, &line, number) || !smtp_scan_end(&scan)) {
            if (err)
                err->line = number;
            return false;
        }
        if (wanted.size > 0 && !bytes_equal(line.code, wanted))
            return err_set_at(err, ERR_PROTOCOL, number, 1, "expected %.3s, got %.3s", wanted.data,
                              line.code.data);
        wanted = line.code;
        lines = bytes_after(lines, scan.at);
    }
    return lines.size == 0 || err_set(err, ERR_SYNTAX, "octets behind the last line of the reply");
}

bool smtp_grammar_reply(struct bytes lines, struct err *err)
{
    return scan_lines(lines, "", scan_plain_line, err);
}

bool smtp_grammar_greeting(struct bytes lines, struct err *err)
{
    return scan_lines(lines, "220", scan_greeting_line, err);
}

bool smtp_grammar_ehlo_response(struct bytes lines, struct err *err)
{
    return scan_lines(lines, "250", scan_ehlo_reply_line, err);
}
