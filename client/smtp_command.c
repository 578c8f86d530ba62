#include "client/smtp_command.h"

#include "base/base64.h"
#include "base/smtp_grammar.h"
#include "base/text.h"

static bool full(struct err *err)
{
    return err_set(err, ERR_LIMIT, "the line is longer than the output has room");
}

/* Takes back what was written of a line that did not fit. */
static bool take_back(struct buf *to, size_t size, struct err *err)
{
    to->size = size;
    return full(err);
}

/* Path = "<" [ A-d-l ":" ] Mailbox ">": never with a source route (RFC 5321 3.3, 3.6.1). */
static bool check_mailbox(struct bytes mailbox, struct err *err)
{
    struct smtp_mailbox parts;

    if (mailbox.size + 2 > SMTP_PATH_OCTETS_MAX)
        return err_set(err, ERR_LIMIT, "a path of more than %d octets (RFC 5321 4.5.3.1.3): %s",
                       SMTP_PATH_OCTETS_MAX, text_show(mailbox).text);
    return smtp_grammar_mailbox(mailbox, SMTP_CHARSET_ASCII, &parts, err);
}

bool smtp_command_check_reverse_path(struct bytes mailbox, struct err *err)
{
    return mailbox.size == 0 || check_mailbox(mailbox, err);
}

/* Forward-path also "<Postmaster>", in any case (RFC 5321 4.1.1.3). */
bool smtp_command_check_forward_path(struct bytes mailbox, struct err *err)
{
    return bytes_equal_nocase(mailbox, BYTES_LITERAL("postmaster")) || check_mailbox(mailbox, err);
}

/* vrfy = "VRFY" SP String CRLF; a mailbox is no String by the letter, but 3.5.1 speaks of it. */
bool smtp_command_check_name(struct bytes name, struct err *err)
{
    if (sizeof "VRFY \r\n" - 1 + name.size > SMTP_COMMAND_LINE_OCTETS_MAX)
        return err_set(err, ERR_LIMIT, "VRFY is longer than RFC 5321 4.5.3.1.4 allows");
    return smtp_grammar_string(name, SMTP_CHARSET_ASCII, NULL) || check_mailbox(name, err);
}

bool smtp_command_check_host(struct bytes host, struct err *err)
{
    if (host.size > 0 && host.data[0] == '[')
        return smtp_grammar_address_literal(host, err);
    return smtp_grammar_domain(host, SMTP_CHARSET_ASCII, err);
}

static bool put(struct buf *to, struct bytes octets)
{
    if (octets.size > buf_room(to))
        return false;
    if (octets.size > 0)
        memcpy(to->data + to->size, octets.data, octets.size);
    to->size += octets.size;
    return true;
}

static bool write_hello(struct buf *to, struct bytes verb, struct bytes host, struct err *err)
{
    size_t before = to->size;

    if (put(to, verb) && put(to, host) && put(to, BYTES_LITERAL("\r\n")))
        return true;
    return take_back(to, before, err);
}

bool smtp_command_ehlo(struct buf *to, struct bytes host, struct err *err)
{
    return write_hello(to, BYTES_LITERAL("EHLO "), host, err);
}

bool smtp_command_helo(struct buf *to, struct bytes host, struct err *err)
{
    return write_hello(to, BYTES_LITERAL("HELO "), host, err);
}

static bool put_number(struct buf *to, uint64_t number)
{
    char digits[SMTP_SIZE_DIGITS_MAX];
    size_t at = sizeof digits;

    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    return put(to, (struct bytes){digits + at, sizeof digits - at});
}

/* mail = "MAIL FROM:" Reverse-path [SP Mail-parameters] CRLF, and no SP at the colon (3.3). */
bool smtp_command_mail(struct buf *to, struct bytes mailbox,
                       const struct smtp_mail_parameters *parameters,
                       const struct smtp_extensions *offered, struct err *err)
{
    size_t before = to->size;
    bool ok =
        put(to, BYTES_LITERAL("MAIL FROM:<")) && put(to, mailbox) && put(to, BYTES_LITERAL(">"));

    if (ok && parameters->has_size)
        ok = put(to, BYTES_LITERAL(" SIZE=")) && put_number(to, parameters->size_octets);
    if (ok && parameters->body_8bitmime)
        ok = put(to, BYTES_LITERAL(" BODY=8BITMIME"));
    if (!ok || !put(to, BYTES_LITERAL("\r\n")))
        return take_back(to, before, err);
    if (to->size - before <= SMTP_COMMAND_LINE_OCTETS_MAX ||
        to->size - before <= smtp_extensions_line_octets_max(offered, SMTP_VERB_MAIL))
        return true;
    to->size = before;
    return err_set(err, ERR_LIMIT, "the MAIL command is longer than RFC 5321 4.5.3.1.4 allows");
}

bool smtp_command_rcpt(struct buf *to, struct bytes mailbox, struct err *err)
{
    size_t before = to->size;

    if (put(to, BYTES_LITERAL("RCPT TO:<")) && put(to, mailbox) && put(to, BYTES_LITERAL(">\r\n")))
        return true;
    return take_back(to, before, err);
}

bool smtp_command_verify(struct buf *to, struct bytes name, struct err *err)
{
    size_t before = to->size;

    if (put(to, BYTES_LITERAL("VRFY ")) && put(to, name) && put(to, BYTES_LITERAL("\r\n")))
        return true;
    return take_back(to, before, err);
}

bool smtp_command_plain(struct buf *to, enum smtp_verb verb, struct err *err)
{
    size_t before = to->size;

    if (put(to, bytes_of(smtp_verb_word(verb))) && put(to, BYTES_LITERAL("\r\n")))
        return true;
    return take_back(to, before, err);
}

/* "AUTH" SP sasl-mech [SP initial-response] CRLF, initial-response = base64 / "=". */
bool smtp_command_auth(struct buf *to, enum smtp_mechanism mechanism,
                       const struct bytes *initial_response, bool *ret_with_response,
                       struct err *err)
{
    size_t before = to->size;
    struct bytes name = bytes_of(smtp_mechanism_name(mechanism));
    size_t octets = sizeof "AUTH  \r\n" - 1 + name.size +
                    (initial_response ? base64_encoded_octets(initial_response->size) : 0);
    bool with_response = initial_response && octets <= SMTP_COMMAND_LINE_OCTETS_MAX;
    bool ok = put(to, BYTES_LITERAL("AUTH ")) && put(to, name);

    if (ok && with_response && initial_response->size == 0)
        ok = put(to, BYTES_LITERAL(" ="));
    else if (ok && with_response)
        ok = put(to, BYTES_LITERAL(" ")) && base64_encode(to, *initial_response);
    if (!ok || !put(to, BYTES_LITERAL("\r\n")))
        return take_back(to, before, err);
    *ret_with_response = with_response;
    return true;
}

/* An empty response is an empty line here, not "=" (RFC 4954 4: [base64] CRLF). */
bool smtp_command_auth_response(struct buf *to, struct bytes response, struct err *err)
{
    size_t before = to->size;

    if (base64_encoded_octets(response.size) + 2 > SMTP_AUTH_LINE_OCTETS_MAX)
        return err_set(err, ERR_LIMIT, "a response of more than %d octets (RFC 4954 4)",
                       SMTP_AUTH_LINE_OCTETS_MAX);
    if (base64_encode(to, response) && put(to, BYTES_LITERAL("\r\n")))
        return true;
    return take_back(to, before, err);
}

bool smtp_command_auth_cancel(struct buf *to, struct err *err)
{
    return put(to, BYTES_LITERAL("*\r\n")) || full(err);
}
