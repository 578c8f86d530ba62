#include "client/smtp_client.h"

#include "client/smtp_client_private.h"
#include "client/smtp_command.h"

#include <stdlib.h>

enum { TRACE_OCTETS = 512 * 1024, BINDINGS_OCTETS = 256 };

static const struct {
    const char *word;
    uint64_t default_ms;
} timeouts[] = {
#define X(name, word, default_ms, source) {word, default_ms},
    SMTP_CLIENT_TIMEOUT_TABLE(X)
#undef X
};

const char *smtp_client_timeout_word(enum smtp_client_timeout timeout)
{
    return timeouts[timeout].word;
}

uint64_t smtp_client_timeout_default_ms(enum smtp_client_timeout timeout)
{
    return timeouts[timeout].default_ms;
}

/* ----------------------------------------------------------------------------- life and death ---
 */

/* The spans of the options must live as long as the client. */
static bool copy_span(struct buf *to, struct bytes *span)
{
    size_t at = to->size;

    if (!buf_append(to, *span))
        return false;
    *span = bytes_after(buf_bytes(to), at);
    return true;
}

/* Without secrets a certificate is all there is to show. */
static void gather_credentials(struct smtp_client *client)
{
    const struct smtp_client_options *ours = &client->options;
    bool external = ours->has_mechanism && ours->mechanism == SMTP_MECHANISM_EXTERNAL;
    bool has_secret = ours->password.size > 0 || ours->token.size > 0;

    client->authenticates = ours->user.size > 0 || external;
    client->credentials =
        (struct sasl_credentials){.authorization = ours->authorization,
                                  .user = ours->user,
                                  .password = ours->password,
                                  .token = ours->token,
                                  .certificate = external || (ours->certificate && !has_secret),
                                  .host = ours->server,
                                  .port = ours->port};
}

static bool copy_options(struct smtp_client *client, const struct smtp_client_options *options)
{
    struct smtp_client_options *ours = &client->options;
    size_t names = 0;
    size_t i;

    *ours = *options;
    for (i = 0; i < SMTP_CLIENT_TIMEOUT_COUNT; i++)
        if (ours->timeouts_ms[i] == 0)
            ours->timeouts_ms[i] = timeouts[i].default_ms;
    if (ours->recipients_max == 0)
        ours->recipients_max = SMTP_CLIENT_RECIPIENTS_DEFAULT;
    if (ours->chunk_octets == 0 || ours->chunk_octets > SMTP_CLIENT_CHUNK_OCTETS)
        ours->chunk_octets = SMTP_CLIENT_CHUNK_OCTETS;
    if (ours->chunk_octets < SMTP_CLIENT_CHUNK_OCTETS_MIN)
        ours->chunk_octets = SMTP_CLIENT_CHUNK_OCTETS_MIN;
    for (i = 0; i < options->verify_count; i++)
        names += options->verify[i].size;
    if (!buf_init_whole(&client->secrets, 1 + options->host.size + options->user.size +
                                              options->password.size + options->authorization.size +
                                              options->token.size + options->server.size + names) ||
        !copy_span(&client->secrets, &ours->host) || !copy_span(&client->secrets, &ours->user) ||
        !copy_span(&client->secrets, &ours->password) ||
        !copy_span(&client->secrets, &ours->authorization) ||
        !copy_span(&client->secrets, &ours->token) || !copy_span(&client->secrets, &ours->server))
        return false;
    gather_credentials(client);
    for (i = 0; i < options->verify_count; i++) {
        client->verifications[i].name = options->verify[i];
        if (!copy_span(&client->secrets, &client->verifications[i].name))
            return false;
    }
    return true;
}

static bool allocate(struct smtp_client *client, const struct smtp_client_options *options)
{
    client->verifications = calloc(options->verify_count + 1, sizeof client->verifications[0]);
    if (!client->verifications || !copy_options(client, options))
        return false;
    client->noop_due = options->noop;
    client->needs_rset = options->rset;
    client->recipients = calloc(client->options.recipients_max, sizeof client->recipients[0]);
    client->order = calloc(client->options.recipients_max, sizeof client->order[0]);
    return client->recipients && client->order &&
           smtp_reply_reader_init(&client->reader, options->bare_lf) &&
           buf_init_whole(&client->out, SMTP_CLIENT_OUTPUT_OCTETS) &&
           buf_init_whole(&client->texts, SMTP_CLIENT_TEXT_OCTETS) &&
           buf_init_whole(&client->domains, SMTP_CLIENT_DOMAINS_OCTETS) &&
           buf_init_whole(&client->challenge, SMTP_AUTH_LINE_OCTETS_MAX) &&
           buf_init_whole(&client->response, SASL_RESPONSE_OCTETS_MAX) &&
           (!client->authenticates || (sasl_init(&client->sasl, &client->credentials) &&
                                       buf_init_whole(&client->bindings, BINDINGS_OCTETS))) &&
           (!options->trace || buf_init_whole(&client->trace, TRACE_OCTETS));
}

struct smtp_client *smtp_client_new(const struct smtp_client_options *options, struct err *err)
{
    struct smtp_client *client;

    if (!smtp_command_check_host(options->host, err))
        return NULL;
    for (size_t i = 0; i < options->verify_count; i++)
        if (!smtp_command_check_name(options->verify[i], err))
            return NULL;
    if (options->recipients_max > SMTP_RECIPIENTS_MAX) {
        err_set(err, ERR_LIMIT, "at most %d recipients", SMTP_RECIPIENTS_MAX);
        return NULL;
    }
    client = calloc(1, sizeof *client);
    if (client && allocate(client, options)) {
        client->now_ms = options->now_ms;
        client->since_ms = options->now_ms;
        client->state = STATE_GREETING;
        if (options->tls == SMTP_CLIENT_TLS_IMPLICIT) {
            client->state = STATE_TLS;
            client->wish = ENGINE_WISH_TLS;
        }
        client->message_told = true;
        return client;
    }
    smtp_client_free(client);
    err_memory(err);
    return NULL;
}

void smtp_client_free(struct smtp_client *client)
{
    if (!client)
        return;
    sasl_release(&client->sasl);
    buf_release_secret(&client->bindings);
    buf_release_secret(&client->secrets);
    buf_release_secret(&client->out); /* an AUTH line may still stand in it */
    buf_release_secret(&client->response);
    buf_release_secret(&client->challenge);
    buf_release(&client->texts);
    buf_release(&client->domains);
    buf_release(&client->trace);
    smtp_reply_reader_release(&client->reader);
    free(client->verifications);
    free(client->recipients);
    free(client->order);
    free(client);
}

/* ------------------------------------------------------------------------------------- owner ---
 */

static void begin_message(struct smtp_client *client, const struct smtp_message *message)
{
    size_t i;

    client->message = *message;
    client->has_message = true;
    client->message_told = false;
    client->recipients_told = 0;
    client->fed = 0;
    client->recipients_open = message->forward_path_count;
    if (!client->failed && client->mechanisms_tried == 0)
        buf_clear(&client->texts);
    for (i = 0; i < message->forward_path_count; i++)
        client->recipients[i] = (struct client_recipient){.state = RECIPIENT_UNDECIDED};
    smtp_client_check_envelope(client);
    if (client->failed)
        smtp_client_decide_rest(client, &client->failure);
}

bool smtp_client_submit(struct smtp_client *client, const struct smtp_message *message,
                        struct err *err)
{
    struct smtp_message measured = *message;

    if (client->has_message || !client->message_told)
        return err_set(err, ERR_PROTOCOL, "one message is still being sent");
    if (message->forward_path_count == 0)
        return err_set(err, ERR_SYNTAX, "a message without any forward-path");
    if (message->forward_path_count > client->options.recipients_max)
        return err_set(err, ERR_LIMIT, "a message for more than %zu recipients",
                       client->options.recipients_max);
    if (!message->streamed && !smtp_message_measure(&measured, err))
        return false;
    begin_message(client, &measured);
    if (client->state == STATE_READY)
        smtp_client_notice(client, CLASS_GO_ON, NULL);
    return true;
}

static bool feed_chunk(struct smtp_client *client, struct bytes octets, bool last,
                       size_t *ret_taken, struct err *err)
{
    if (!smtp_client_write_chunk(client, octets, last, ret_taken, err))
        return false;
    client->data_wanted = smtp_client_takes_chunk(client);
    if (client->state == STATE_CHUNK && smtp_client_unsent(client) > 0)
        smtp_client_notice(client, CLASS_GO_ON, NULL);
    return true;
}

static bool feed_data(struct smtp_client *client, struct bytes octets, bool last, size_t *ret_taken,
                      struct err *err)
{
    if (!smtp_client_write_data(client, octets, last, ret_taken, err))
        return false;
    client->data_wanted = !client->data_ended && buf_room(&client->out) > client->out.max / 2;
    return true;
}

size_t smtp_client_feed(struct smtp_client *client, struct bytes octets, bool last)
{
    struct client_verdict verdict = {.outcome = SMTP_OUTCOME_PERMANENT,
                                     .stage = smtp_client_stage(client)};
    struct err err;
    size_t taken = 0;
    bool ok;

    if (smtp_client_takes_chunk(client))
        ok = feed_chunk(client, octets, last, &taken, &err);
    else if (client->state == STATE_MAIL_DATA && !client->data_ended)
        ok = feed_data(client, octets, last, &taken, &err);
    else
        return octets.size;
    if (ok)
        return taken;
    verdict.why = smtp_client_say(client, "%s", err.what);
    smtp_client_decide_rest(client, &verdict);
    smtp_client_notice(client, CLASS_ABANDON, verdict.why);
    return octets.size;
}

void smtp_client_finish(struct smtp_client *client)
{
    client->finishing = true;
    if (client->state == STATE_READY)
        smtp_client_notice(client, CLASS_GO_ON, NULL);
}

void smtp_client_abandon(struct smtp_client *client, const char *why)
{
    client->finishing = true;
    smtp_client_notice(client, CLASS_ABANDON, smtp_client_say(client, "%s", why));
}

bool smtp_client_event(struct smtp_client *client, struct smtp_client_event *ret)
{
    if (smtp_client_trace_next(client, ret))
        return true;
    *ret = (struct smtp_client_event){.why = ""};
    if (client->data_wanted &&
        (client->state == STATE_MAIL_DATA || smtp_client_takes_chunk(client))) {
        client->data_wanted = false;
        ret->kind = SMTP_CLIENT_WANTS_DATA;
        ret->octets = client->fed;
        return true;
    }
    if (smtp_client_next_verification(client, ret) || smtp_client_next_outcome(client, ret))
        return true;
    if (client->is_ready && client->state == STATE_READY) {
        client->is_ready = false;
        ret->kind = SMTP_CLIENT_READY;
        return true;
    }
    if (client->state != STATE_OVER || client->over_told)
        return false;
    client->over_told = true;
    ret->kind = SMTP_CLIENT_OVER;
    return true;
}

const struct smtp_extensions *smtp_client_offered(const struct smtp_client *client)
{
    return &client->offered;
}

bool smtp_client_is_over(const struct smtp_client *client)
{
    return client->state == STATE_OVER;
}
