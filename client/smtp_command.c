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
static bool check_mailbox(struct bytes mailbox, enum smtp_charset charset, struct err *err)
{
    struct smtp_mailbox parts;

    if (mailbox.size + 2 > SMTP_PATH_OCTETS_MAX)
        return err_set(err, ERR_LIMIT, "a path of more than %d octets (RFC 5321 4.5.3.1.3): %s",
                       SMTP_PATH_OCTETS_MAX, text_show(mailbox).text);
    return smtp_grammar_mailbox(mailbox, charset, &parts, err);
}

bool smtp_command_check_reverse_path(struct bytes mailbox, enum smtp_charset charset,
                                     struct err *err)
{
    return mailbox.size == 0 || check_mailbox(mailbox, charset, err);
}

/* Forward-path also "<Postmaster>", in any case (RFC 5321 4.1.1.3). */
bool smtp_command_check_forward_path(struct bytes mailbox, enum smtp_charset charset,
                                     struct err *err)
{
    return bytes_equal_nocase(mailbox, BYTES_LITERAL("postmaster")) ||
           check_mailbox(mailbox, charset, err);
}

/* vrfy = "VRFY" SP String CRLF; a mailbox is no String by the letter, but 3.5.1 speaks of it. */
bool smtp_command_check_name(struct bytes name, struct err *err)
{
    if (sizeof "VRFY \r\n" - 1 + name.size > SMTP_COMMAND_LINE_OCTETS_MAX)
        return err_set(err, ERR_LIMIT, "VRFY is longer than RFC 5321 4.5.3.1.4 allows");
    return smtp_grammar_string(name, SMTP_CHARSET_ASCII, NULL) ||
           check_mailbox(name, SMTP_CHARSET_ASCII, err);
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

bool smtp_command_lhlo(struct buf *to, struct bytes host, struct err *err)
{
    return write_hello(to, BYTES_LITERAL("LHLO "), host, err);
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

static bool put_keyword(struct buf *to, const char *keyword, struct bytes value)
{
    return put(to, bytes_of(keyword)) && put(to, value);
}

static bool put_by(struct buf *to, const struct smtp_mail_request *request)
{
    uint64_t seconds = (uint64_t)(request->by_s < 0 ? -(int64_t)request->by_s : request->by_s);

    return put(to, BYTES_LITERAL(" BY=")) && (request->by_s >= 0 || put(to, BYTES_LITERAL("-"))) &&
           put_number(to, seconds) &&
           put(to,
               request->by_mode == SMTP_BY_RETURN ? BYTES_LITERAL(";R") : BYTES_LITERAL(";N")) &&
           (!request->by_trace || put(to, BYTES_LITERAL("T")));
}

static bool put_priority(struct buf *to, int priority)
{
    return put(to,
               priority < 0 ? BYTES_LITERAL(" MT-PRIORITY=-") : BYTES_LITERAL(" MT-PRIORITY=")) &&
           put_number(to, (uint64_t)(priority < 0 ? -priority : priority));
}

static bool put_dsn(struct buf *to, const struct smtp_mail_request *request)
{
    bool ok = true;

    if (request->ret != SMTP_RET_UNSAID)
        ok = put(to, request->ret == SMTP_RET_FULL ? BYTES_LITERAL(" RET=FULL")
                                                   : BYTES_LITERAL(" RET=HDRS"));
    if (ok && request->envid.size > 0)
        ok = put(to, BYTES_LITERAL(" ENVID=")) && smtp_xtext_encode(to, request->envid);
    return ok;
}

/* Each at most once, and none that is not asked for. */
static bool put_request(struct buf *to, const struct smtp_mail_request *request)
{
    bool ok = put_dsn(to, request);

    if (ok && request->body != SMTP_BODY_AS_NEEDED)
        ok = put_keyword(to, " BODY=", bytes_of(smtp_body_word(request->body)));
    if (ok && request->smtputf8)
        ok = put(to, BYTES_LITERAL(" SMTPUTF8"));
    if (ok && request->requiretls)
        ok = put(to, BYTES_LITERAL(" REQUIRETLS"));
    if (ok && request->by_mode != SMTP_BY_NONE)
        ok = put_by(to, request);
    if (ok && request->holdfor_s > 0)
        ok = put(to, BYTES_LITERAL(" HOLDFOR=")) && put_number(to, request->holdfor_s);
    if (ok && request->holduntil.size > 0)
        ok = put_keyword(to, " HOLDUNTIL=", request->holduntil);
    if (ok && request->has_mt_priority)
        ok = put_priority(to, request->mt_priority);
    return ok;
}

/* CRLF, and no longer than a line of this verb may be with what is offered. */
static bool end_line(struct buf *to, size_t before, enum smtp_verb verb,
                     const struct smtp_extensions *offered, struct err *err)
{
    if (!put(to, BYTES_LITERAL("\r\n")))
        return take_back(to, before, err);
    if (to->size - before <= SMTP_COMMAND_LINE_OCTETS_MAX ||
        to->size - before <= smtp_extensions_line_octets_max(offered, verb))
        return true;
    to->size = before;
    return err_set(err, ERR_LIMIT, "the %s command is longer than RFC 5321 4.5.3.1.4 allows",
                   smtp_verb_word(verb));
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
    if (ok && parameters->request)
        ok = put_request(to, parameters->request);
    return ok ? end_line(to, before, SMTP_VERB_MAIL, offered, err) : take_back(to, before, err);
}

/* notify-esmtp-value = "NEVER" / 1#notify-list-element */
static bool put_notify(struct buf *to, unsigned notify)
{
    static const char *const words[] = {"NEVER", "SUCCESS", "FAILURE", "DELAY"};
    const char *before = " NOTIFY=";
    size_t i;

    for (i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (!(notify >> i & 1))
            continue;
        if (!put_keyword(to, before, bytes_of(words[i])))
            return false;
        before = ",";
    }
    return true;
}

static bool put_rcpt_request(struct buf *to, const struct smtp_rcpt_request *request,
                             const struct smtp_extensions *offered)
{
    bool native = smtp_extensions_has(offered, SMTP_EXTENSION_SMTPUTF8);

    return put_notify(to, request->notify) &&
           (request->orcpt.size == 0 || (put(to, BYTES_LITERAL(" ORCPT=")) &&
                                         smtp_request_write_orcpt(to, request->orcpt, native)));
}

bool smtp_command_rcpt(struct buf *to, struct bytes mailbox,
                       const struct smtp_rcpt_request *request,
                       const struct smtp_extensions *offered, struct err *err)
{
    size_t before = to->size;

    if (!put(to, BYTES_LITERAL("RCPT TO:<")) || !put(to, mailbox) || !put(to, BYTES_LITERAL(">")) ||
        (request && !put_rcpt_request(to, request, offered)))
        return take_back(to, before, err);
    return end_line(to, before, SMTP_VERB_RCPT, offered, err);
}

bool smtp_command_bdat(struct buf *to, uint64_t octets, bool last, struct err *err)
{
    size_t before = to->size;

    if (put(to, BYTES_LITERAL("BDAT ")) && put_number(to, octets) &&
        put(to, last ? BYTES_LITERAL(" LAST\r\n") : BYTES_LITERAL("\r\n")))
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
