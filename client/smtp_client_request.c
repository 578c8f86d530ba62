/* smtp_client_request.c - what this server may be asked for, and in which form it gets mailboxes.
 */
#include "base/smtp_date_time.h"
#include "client/smtp_client_private.h"
#include "client/smtp_command.h"

static bool is_ascii(struct bytes text)
{
    return bytes_find_eight_bit(text) == BYTES_NOT_FOUND;
}

static bool offers(const struct smtp_client *client, enum smtp_extension extension)
{
    return smtp_extensions_has(&client->offered, extension);
}

/* ------------------------------------------------------------------------- at submitting -------
 */

static bool has_mail_request(const struct smtp_mail_request *request)
{
    return request->body != SMTP_BODY_AS_NEEDED || smtp_request_has_dsn(request) ||
           request->by_mode != SMTP_BY_NONE || request->holdfor_s > 0 ||
           request->holduntil.size > 0 || request->has_mt_priority || request->requiretls ||
           request->smtputf8;
}

static bool refuse_all(struct smtp_client *client, const char *why)
{
    struct client_verdict verdict = {
        .outcome = SMTP_OUTCOME_PERMANENT, .stage = SMTP_STAGE_MAIL, .why = why};

    smtp_client_decide_rest(client, &verdict);
    return false;
}

static bool check_reverse_path(struct smtp_client *client)
{
    const struct smtp_message *message = &client->message;
    struct bytes path = message->reverse_path;
    struct err err;

    client->asks |= !is_ascii(path);
    if (!smtp_command_check_reverse_path(path, SMTP_CHARSET_UTF8, &err) ||
        !smtp_command_check_reverse_path(message->reverse_path_ascii, SMTP_CHARSET_ASCII, &err))
        return refuse_all(
            client, smtp_client_say(client, "the reverse-path is no mailbox: %.180s", err.what));
    if (client->asks && !smtp_request_check_mail(&message->request, path.size == 0, &err))
        return refuse_all(client, smtp_client_say(client, "%s", err.what));
    return true;
}

static void check_recipient(struct smtp_client *client, size_t index)
{
    const struct smtp_message *message = &client->message;
    struct bytes path = message->forward_paths[index];
    struct bytes ascii =
        message->forward_paths_ascii ? message->forward_paths_ascii[index] : BYTES_NONE;
    struct client_verdict verdict = {.outcome = SMTP_OUTCOME_PERMANENT, .stage = SMTP_STAGE_RCPT};
    struct err err;

    if (!smtp_command_check_forward_path(path, SMTP_CHARSET_UTF8, &err) ||
        (ascii.size > 0 && !smtp_command_check_forward_path(ascii, SMTP_CHARSET_ASCII, &err)))
        verdict.why = "this is no mailbox that RFC 5321 4.1.2 allows";
    else if (message->rcpt_requests &&
             !smtp_request_check_rcpt(&message->rcpt_requests[index], &err))
        verdict.why = smtp_client_say(client, "%s", err.what);
    client->asks |= !is_ascii(path);
    if (verdict.why)
        smtp_client_decide(client, index, &verdict);
}

void smtp_client_check_envelope(struct smtp_client *client)
{
    const struct smtp_message *message = &client->message;
    size_t i;

    client->left_out = "";
    client->asks = has_mail_request(&message->request) || message->rcpt_requests ||
                   smtp_message_has_eight_bit(message);
    client->granted = message->request;
    if (client->granted.by_since_ms == 0)
        client->granted.by_since_ms = client->now_ms;
    if (!check_reverse_path(client))
        return;
    for (i = 0; i < message->forward_path_count; i++)
        check_recipient(client, i);
}

/* ---------------------------------------------------------------- before each transaction ------
 */

/* Each says why this server cannot take the message, or NULL. */
typedef const char *client_check(struct smtp_client *client);

static const char *check_size(struct smtp_client *client)
{
    uint64_t size = client->message.size_octets;
    uint64_t max = client->offered.size_octets;

    if (max == 0 || size == SMTP_MESSAGE_SIZE_UNKNOWN || size <= max)
        return NULL;
    return smtp_client_say(client,
                           "the message has %llu octets, and the server takes no more than %llu "
                           "(RFC 1870 7)",
                           (unsigned long long)size, (unsigned long long)max);
}

static const char *check_eight_bit(struct smtp_client *client)
{
    const struct smtp_message *message = &client->message;

    if (!smtp_message_has_eight_bit(message) || message->request.body == SMTP_BODY_BINARYMIME)
        return NULL;
    if (message->request.body == SMTP_BODY_7BIT)
        return "BODY=7BIT was asked for, and the message has octets above 127 (RFC 6152 3)";
    if (!offers(client, SMTP_EXTENSION_8BITMIME))
        return "the message has octets above 127, and the server does not offer 8BITMIME (RFC "
               "6152 3)";
    if (message->body_eight_bit && !message->eight_bit_is_mime)
        return "the body has octets above 127, and the header has no MIME-Version with a "
               "Content-Transfer-Encoding that says so (RFC 5321 2.4)";
    return NULL;
}

static const char *check_binary(struct smtp_client *client)
{
    if (client->message.request.body != SMTP_BODY_BINARYMIME)
        return NULL;
    if (!offers(client, SMTP_EXTENSION_BINARYMIME))
        return "BODY=BINARYMIME was asked for, and the server does not offer BINARYMIME (RFC 3030 "
               "3)";
    if (client->options.no_chunking)
        return "BODY=BINARYMIME was asked for, and BDAT was forbidden (RFC 3030 3)";
    if (!offers(client, SMTP_EXTENSION_CHUNKING))
        return "BODY=BINARYMIME was asked for, and the server does not offer CHUNKING (RFC 3030 3)";
    return NULL;
}

/* Of the whole message; mailboxes are looked at one by one. */
static const char *check_utf8(struct smtp_client *client)
{
    const struct smtp_message *message = &client->message;

    if (message->header_ill_formed)
        return "the header has octets above 127 that are no UTF-8 (RFC 6532 3.1)";
    if (offers(client, SMTP_EXTENSION_SMTPUTF8))
        return NULL;
    if (message->header_eight_bit)
        return "the header has characters above 127, and the server does not offer SMTPUTF8 (RFC "
               "6531 3.2)";
    if (message->request.smtputf8)
        return "SMTPUTF8 was asked for, and the server does not offer it (RFC 6531 3.2)";
    if (!is_ascii(message->reverse_path) && message->reverse_path_ascii.size == 0)
        return "the reverse-path is not ASCII, and the server does not offer SMTPUTF8 (RFC 6531 "
               "3.2)";
    return NULL;
}

static const char *check_requiretls(struct smtp_client *client)
{
    if (!client->message.request.requiretls)
        return NULL;
    /* What is only opportunistic need not be verified. */
    if (!smtp_client_is_secure(client) || client->options.tls == SMTP_CLIENT_TLS_OPPORTUNISTIC)
        return "REQUIRETLS was asked for, and the connection has no verified TLS (RFC 8689 2)";
    if (!offers(client, SMTP_EXTENSION_REQUIRETLS))
        return "REQUIRETLS was asked for, and the server does not offer it (RFC 8689 4.2.1)";
    return NULL;
}

static const char *check_hold(struct smtp_client *client)
{
    const struct smtp_mail_request *request = &client->message.request;
    int64_t until_s = 0;
    bool utc;

    if (request->holdfor_s == 0 && request->holduntil.size == 0)
        return NULL;
    if (!offers(client, SMTP_EXTENSION_FUTURERELEASE))
        return "a later release was asked for, and the server does not offer FUTURERELEASE (RFC "
               "4865 4.1)";
    if (request->holdfor_s > client->offered.holdfor_max_s)
        return smtp_client_say(client, "the server holds a message for %u s at most (RFC 4865 4.1)",
                               (unsigned)client->offered.holdfor_max_s);
    if (request->holduntil.size > 0 && (!smtp_date_time_parse(request->holduntil, &until_s, &utc) ||
                                        until_s > (int64_t)client->offered.holduntil_max_s))
        return "the server holds no message until so late (RFC 4865 4.1)";
    return NULL;
}

/* What is left of by-time (RFC 2852 4.1.4). */
static int64_t by_remains_s(const struct smtp_client *client)
{
    const struct smtp_mail_request *request = &client->message.request;
    uint64_t since_ms = client->granted.by_since_ms;
    uint64_t gone_ms = client->now_ms > since_ms ? client->now_ms - since_ms : 0;

    return request->by_s - (int64_t)(gone_ms / 1000);
}

/* Mode N may go to a server that knows nothing of it (RFC 2852 4.1.4.2), mode R may not. */
static const char *check_by(struct smtp_client *client)
{
    int64_t remains_s = by_remains_s(client);

    if (client->message.request.by_mode != SMTP_BY_RETURN)
        return NULL;
    if (!offers(client, SMTP_EXTENSION_DELIVERBY))
        return "BY with mode R was asked for, and the server does not offer DELIVERBY (RFC 2852 "
               "4.1.4.1)";
    if (remains_s <= 0)
        return "the time that BY gave for the delivery is over (RFC 2852 4.1.3)";
    if (remains_s < client->offered.deliverby_min_s)
        return smtp_client_say(client,
                               "BY leaves %lld s, and the server takes no less than %u s (RFC 2852 "
                               "4.1.4.1)",
                               (long long)remains_s, (unsigned)client->offered.deliverby_min_s);
    return NULL;
}

static client_check *const checks[] = {check_eight_bit,  check_size, check_binary, check_utf8,
                                       check_requiretls, check_hold, check_by};

/* ------------------------------------------------------------------------- what is asked -------
 */

/* A mailbox that has no form for this server keeps its message from no one else. */
static void fit_recipients(struct smtp_client *client)
{
    const struct smtp_message *message = &client->message;
    struct client_verdict verdict = {
        .outcome = SMTP_OUTCOME_PERMANENT,
        .stage = SMTP_STAGE_RCPT,
        .why = "the mailbox is not ASCII, and the server does not offer SMTPUTF8 (RFC 6531 3.2)"};
    size_t i;

    for (i = 0; i < message->forward_path_count; i++) {
        if (client->recipients[i].state != RECIPIENT_UNDECIDED ||
            is_ascii(message->forward_paths[i]))
            continue;
        if (client->utf8)
            client->granted.smtputf8 = true;
        else if (!message->forward_paths_ascii || message->forward_paths_ascii[i].size == 0)
            smtp_client_decide(client, i, &verdict);
    }
}

/* Octets above 127 are declared where there are any (RFC 6152 3), and as MIME only what is MIME
 * (RFC 5321 2.4). What was asked for in vain about plain text changes nothing. */
static enum smtp_body fit_body(const struct smtp_client *client)
{
    const struct smtp_message *message = &client->message;
    enum smtp_body body = message->request.body;

    if (body == SMTP_BODY_BINARYMIME)
        return body;
    if (!offers(client, SMTP_EXTENSION_8BITMIME))
        return SMTP_BODY_AS_NEEDED;
    if (body == SMTP_BODY_AS_NEEDED &&
        (message->body_eight_bit || (message->header_eight_bit && message->is_mime)))
        return SMTP_BODY_8BITMIME;
    return body;
}

static bool asks_dsn(const struct smtp_message *message)
{
    size_t i;

    for (i = 0; message->rcpt_requests && i < message->forward_path_count; i++)
        if (message->rcpt_requests[i].notify || message->rcpt_requests[i].orcpt.size > 0)
            return true;
    return smtp_request_has_dsn(&message->request);
}

/* Without DSN its parameters are not sent, and the message is (RFC 3461 5.2.2); so too a priority
 * (RFC 6710 4.3) and a time of delivery that is only to be told of (RFC 2852 4.1.4.2). */
static void leave_out(struct smtp_client *client)
{
    struct smtp_mail_request *granted = &client->granted;

    client->dsn = offers(client, SMTP_EXTENSION_DSN);
    if (!client->dsn && asks_dsn(&client->message)) {
        granted->ret = SMTP_RET_UNSAID;
        granted->envid = BYTES_NONE;
        client->left_out = "sent without the parameters of DSN, which the server does not offer "
                           "(RFC 3461 5.2.2)";
    }
    if (granted->has_mt_priority && !offers(client, SMTP_EXTENSION_MT_PRIORITY)) {
        granted->has_mt_priority = false;
        client->left_out = "sent without MT-PRIORITY, which the server does not offer (RFC 6710 "
                           "4.3)";
    }
    if (granted->by_mode != SMTP_BY_NONE && !offers(client, SMTP_EXTENSION_DELIVERBY)) {
        granted->by_mode = SMTP_BY_NONE;
        client->left_out = "sent without BY, as the server does not offer DELIVERBY (RFC 2852 "
                           "4.1.4.2)";
    }
}

void smtp_client_check_message(struct smtp_client *client)
{
    const struct smtp_message *message = &client->message;
    const char *why = NULL;
    size_t i;

    if (!client->asks) {
        why = check_size(client);
        if (why)
            refuse_all(client, why);
        return;
    }
    for (i = 0; i < sizeof checks / sizeof checks[0] && !why; i++)
        why = checks[i](client);
    if (why) {
        refuse_all(client, why);
        return;
    }
    client->utf8 = offers(client, SMTP_EXTENSION_SMTPUTF8);
    client->granted.body = fit_body(client);
    client->granted.smtputf8 = message->request.smtputf8 || message->header_eight_bit ||
                               (client->utf8 && !is_ascii(message->reverse_path));
    leave_out(client);
    fit_recipients(client);
}

struct bytes smtp_client_reverse_path(const struct smtp_client *client)
{
    const struct smtp_message *message = &client->message;

    if (!client->asks || client->utf8 || is_ascii(message->reverse_path))
        return message->reverse_path;
    return message->reverse_path_ascii;
}

struct bytes smtp_client_forward_path(const struct smtp_client *client, size_t index)
{
    const struct smtp_message *message = &client->message;
    struct bytes path = message->forward_paths[index];

    if (!client->asks || client->utf8 || is_ascii(path))
        return path;
    return message->forward_paths_ascii[index];
}

const struct smtp_mail_request *smtp_client_mail_request(struct smtp_client *client)
{
    if (!client->asks)
        return NULL;
    if (client->granted.by_mode != SMTP_BY_NONE)
        client->granted.by_s = (int32_t)by_remains_s(client);
    return &client->granted;
}

const struct smtp_rcpt_request *smtp_client_rcpt_request(const struct smtp_client *client,
                                                         size_t index)
{
    if (!client->asks || !client->dsn || !client->message.rcpt_requests)
        return NULL;
    return &client->message.rcpt_requests[index];
}
