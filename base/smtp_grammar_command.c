/* Command lines, one verb a production (RFC 5321 4.1.1 and the extensions that add verbs). */
#include "base/base64.h"
#include "base/smtp_mechanism.h"
#include "base/smtp_scan.h"

typedef bool scan_arguments(struct smtp_scan *scan, struct smtp_command_line *line);

/* data = "DATA" CRLF; RSET, QUIT and STARTTLS the same */
static bool scan_nothing(struct smtp_scan *scan, struct smtp_command_line *line)
{
    (void)line;
    return smtp_scan_is_at_end(scan) || smtp_scan_expected(scan, "CRLF: it takes no argument");
}

/*
 * ehlo = "EHLO" SP ( Domain / address-literal ) CRLF
 * helo = "HELO" SP Domain CRLF
 *
 * The text of 4.1.1.1 asks a client without a name for a literal, whichever of the two it sends: so
 * a literal is let through behind HELO too.
 */
static bool scan_hello(struct smtp_scan *scan, struct smtp_command_line *line)
{
    (void)line;
    return smtp_scan_octet(scan, ' ') && smtp_scan_domain_or_literal(scan);
}

/* Mail-parameters = esmtp-param *(SP esmtp-param); Rcpt-parameters the same */
static bool scan_parameters(struct smtp_scan *scan, struct smtp_command_line *line)
{
    while (!smtp_scan_is_at_end(scan)) {
        if (line->parameter_count == SMTP_PARAMETERS_MAX)
            return err_set_at(scan->err, ERR_LIMIT, 1, (unsigned)scan->at + 1,
                              "more parameters than %d", SMTP_PARAMETERS_MAX);
        if (!smtp_scan_octet(scan, ' ') ||
            !smtp_scan_esmtp_param(scan, &line->parameters[line->parameter_count]))
            return false;
        line->parameter_count++;
    }
    return true;
}

/* mail = "MAIL FROM:" Reverse-path [SP Mail-parameters] CRLF */
static bool scan_mail(struct smtp_scan *scan, struct smtp_command_line *line)
{
    return smtp_scan_word(scan, " FROM:") && smtp_scan_reverse_path(scan, &line->path) &&
           scan_parameters(scan, line);
}

/* rcpt = "RCPT TO:" ( "<Postmaster@" Domain ">" / "<Postmaster>" / Forward-path )
 *        [SP Rcpt-parameters] CRLF */
static bool scan_rcpt(struct smtp_scan *scan, struct smtp_command_line *line)
{
    return smtp_scan_word(scan, " TO:") && smtp_scan_forward_path(scan, &line->path) &&
           scan_parameters(scan, line);
}

/*
 * vrfy = "VRFY" SP String CRLF; expn the same
 *
 * A mailbox is no String by the letter, but it is what 3.5.1 and 3.5.2 speak of. SMTPUTF8 may stand
 * behind it (RFC 6531 3.1, 6).
 */
static bool scan_name(struct smtp_scan *scan, struct smtp_command_line *line)
{
    struct smtp_scan ahead;
    struct smtp_mailbox mailbox;

    (void)line;
    if (!smtp_scan_octet(scan, ' '))
        return false;
    ahead = *scan;
    ahead.err = NULL;
    if (smtp_scan_mailbox(&ahead, &mailbox))
        scan->at = ahead.at;
    else if (!smtp_scan_string(scan))
        return false;
    return scan->charset != SMTP_CHARSET_UTF8 || smtp_scan_is_at_end(scan) ||
           smtp_scan_word(scan, " SMTPUTF8");
}

/* help = "HELP" [ SP String ] CRLF; noop the same */
static bool scan_optional_string(struct smtp_scan *scan, struct smtp_command_line *line)
{
    (void)line;
    return smtp_scan_is_at_end(scan) || (smtp_scan_octet(scan, ' ') && smtp_scan_string(scan));
}

/* base64 = base64-terminal / ( 1*(4base64-char) [base64-terminal] ) */
static bool scan_base64(struct smtp_scan *scan)
{
    struct bytes rest = smtp_scan_rest(scan);
    struct buf decoded;
    struct err err = {ERR_NONE, 0, 0, ""};
    bool fits;

    buf_init(&decoded, rest.size);
    fits = base64_decode(&decoded, rest, &err);
    buf_release_secret(&decoded);
    if (fits) {
        scan->at = scan->text.size;
        return true;
    }
    if (err.kind != ERR_SYNTAX)
        return err_set(scan->err, err.kind, "%s", err.what);
    return err_set_at(scan->err, ERR_SYNTAX, 1, err.column + (unsigned)scan->at, "%s", err.what);
}

static bool is_mech_char(unsigned char octet)
{
    return smtp_is_let_dig(octet) || octet == '-' || octet == '_';
}

/* "AUTH" SP sasl-mech [SP initial-response]; initial-response = base64 / "="  (RFC 4954 8) */
static bool scan_auth(struct smtp_scan *scan, struct smtp_command_line *line)
{
    size_t from = scan->at + 1;

    if (!smtp_scan_octet(scan, ' '))
        return false;
    if (smtp_scan_run(scan, is_mech_char, SMTP_MECHANISM_OCTETS_MAX) == 0)
        return smtp_scan_expected(scan, "the name of a SASL mechanism");
    line->mechanism = bytes_slice(scan->text, from, scan->at);
    if (smtp_scan_is_at_end(scan))
        return true;
    if (!smtp_scan_octet(scan, ' '))
        return false;
    if (smtp_scan_is_at_end(scan))
        return smtp_scan_expected(scan, "an initial response, or \"=\" for an empty one");
    line->initial_response = smtp_scan_rest(scan);
    if (!bytes_equal(line->initial_response, BYTES_LITERAL("=")))
        return scan_base64(scan);
    scan->at++;
    return true;
}

/* [ SP end-marker ]; end-marker = "LAST" */
static bool scan_last(struct smtp_scan *scan, struct smtp_command_line *line)
{
    if (smtp_scan_is_at_end(scan))
        return true;
    line->last = smtp_scan_word(scan, " LAST");
    return line->last;
}

/* bdat-cmd = "BDAT" SP chunk-size [ SP end-marker ] CR LF; chunk-size = 1*DIGIT  (RFC 3030 2) */
static bool scan_bdat(struct smtp_scan *scan, struct smtp_command_line *line)
{
    unsigned long long octets;
    struct bytes digits;

    if (!smtp_scan_octet(scan, ' '))
        return false;
    digits = smtp_scan_rest(scan);
    digits.size = smtp_scan_run(scan, smtp_is_digit, SIZE_MAX);
    if (digits.size == 0)
        return smtp_scan_expected(scan, "the size of the chunk in octets");
    if (!bytes_to_number(digits, UINT64_MAX, &octets))
        return err_set_at(scan->err, ERR_LIMIT, 1, 6, "no chunk is that large");
    line->chunk_octets = octets;
    return scan_last(scan, line);
}

/* burl-cmd = "BURL" SP absolute-URI [SP end-marker] CRLF  (RFC 4468 3.5) */
static bool scan_burl(struct smtp_scan *scan, struct smtp_command_line *line)
{
    if (!smtp_scan_octet(scan, ' '))
        return false;
    if (smtp_scan_run(scan, smtp_is_graphic, SIZE_MAX) == 0)
        return smtp_scan_expected(scan, "a URI");
    return scan_last(scan, line);
}

/* ETRN [<option character>]<node name>  (RFC 1985 5) */
static bool scan_etrn(struct smtp_scan *scan, struct smtp_command_line *line)
{
    (void)line;
    if (!smtp_scan_octet(scan, ' '))
        return false;
    return smtp_scan_run(scan, smtp_is_graphic, SIZE_MAX) > 0 ||
           smtp_scan_expected(scan, "the name of a node");
}

/* Private-use and old verbs (RFC 5321 4.1.5, F): any printable argument. */
static bool scan_anything(struct smtp_scan *scan, struct smtp_command_line *line)
{
    (void)line;
    if (smtp_scan_is_at_end(scan))
        return true;
    if (!smtp_scan_octet(scan, ' '))
        return false;
    while (smtp_scan_run(scan, smtp_is_text, SIZE_MAX) > 0 || smtp_scan_utf8(scan) > 0)
        continue;
    return true;
}

static scan_arguments *const arguments[SMTP_VERB_COUNT] = {
    [SMTP_VERB_EHLO] = scan_hello,
    [SMTP_VERB_HELO] = scan_hello,
    [SMTP_VERB_LHLO] = scan_hello,
    [SMTP_VERB_MAIL] = scan_mail,
    [SMTP_VERB_RCPT] = scan_rcpt,
    [SMTP_VERB_DATA] = scan_nothing,
    [SMTP_VERB_BDAT] = scan_bdat,
    [SMTP_VERB_BURL] = scan_burl,
    [SMTP_VERB_RSET] = scan_nothing,
    [SMTP_VERB_VRFY] = scan_name,
    [SMTP_VERB_EXPN] = scan_name,
    [SMTP_VERB_HELP] = scan_optional_string,
    [SMTP_VERB_NOOP] = scan_optional_string,
    [SMTP_VERB_QUIT] = scan_nothing,
    [SMTP_VERB_STARTTLS] = scan_nothing,
    [SMTP_VERB_AUTH] = scan_auth,
    [SMTP_VERB_ETRN] = scan_etrn,
    [SMTP_VERB_ATRN] = scan_anything,
    [SMTP_VERB_TURN] = scan_nothing,
    [SMTP_VERB_SEND] = scan_mail,
    [SMTP_VERB_SOML] = scan_mail,
    [SMTP_VERB_SAML] = scan_mail,
    [SMTP_VERB_XCLIENT] = scan_anything,
    [SMTP_VERB_OTHER] = scan_anything,
};

/* Commands end in CRLF and have no CR or LF before it (RFC 5321 2.3.8). */
static bool take_crlf(struct smtp_scan *scan)
{
    struct bytes line = scan->text;
    size_t cr = bytes_find(line, '\r');
    size_t lf = bytes_find(line, '\n');

    scan->at = cr < lf ? cr : lf;
    if (scan->at > line.size)
        scan->at = line.size;
    if (line.size < 2 || cr != line.size - 2 || lf != line.size - 1)
        return smtp_scan_expected(scan, "CRLF at the end, and no CR or LF before");
    scan->text.size -= 2;
    scan->at = 0;
    return true;
}

bool smtp_grammar_command(struct bytes line, enum smtp_charset charset,
                          struct smtp_command_line *ret, struct err *err)
{
    struct smtp_scan scan = {line, 0, charset, err};
    struct smtp_command_line parsed = {.verb = SMTP_VERB_OTHER};
    size_t verb;

    if (!take_crlf(&scan))
        return false;
    verb = smtp_scan_run(&scan, smtp_is_let_dig, SIZE_MAX);
    if (verb == 0)
        return smtp_scan_expected(&scan, "a command");
    parsed.verb = smtp_verb_from(bytes_slice(line, 0, verb));
    parsed.argument = bytes_after(scan.text, verb + 1);
    if (!arguments[parsed.verb](&scan, &parsed) || !smtp_scan_end(&scan))
        return false;
    if (ret)
        *ret = parsed;
    return true;
}

/* *(CRLF [base64]) [CRLF cancel-response]; cancel-response = "*"  (RFC 4954 8) */
bool smtp_grammar_auth_response(struct bytes line, struct err *err)
{
    struct smtp_scan scan = {line, 0, SMTP_CHARSET_ASCII, err};

    if (!take_crlf(&scan))
        return false;
    return bytes_equal(scan.text, BYTES_LITERAL("*")) || scan_base64(&scan);
}
