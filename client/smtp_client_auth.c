/*
 * smtp_client_auth.c - which mechanism is tried, and what its replies mean (RFC 4954).
 *
 * The best mechanism that both sides know comes first; another one only where the server says that
 * it is the mechanism that it does not take. A server that cannot prove that it knows the password
 * gets no other chance to ask for it.
 */
#include "base/base64.h"
#include "base/smtp_code.h"
#include "client/smtp_client_actions.h"

#define BIT(name) (UINT32_C(1) << SMTP_MECHANISM_##name)
#define PLUS_MECHANISMS (BIT(SCRAM_SHA_1_PLUS) | BIT(SCRAM_SHA_256_PLUS) | BIT(SCRAM_SHA_512_PLUS))

/* ------------------------------------------------------------------------------------ choice ---
 */

static enum client_state fail(struct smtp_client *client, const char *why)
{
    struct client_verdict verdict = {
        .outcome = SMTP_OUTCOME_REFUSED_AUTH, .stage = SMTP_STAGE_AUTH, .why = why};

    smtp_client_fail(client, &verdict);
    return STATE_QUIT;
}

/* No mechanism is left: why depends on whether one was tried. */
static enum client_state no_mechanism(struct smtp_client *client, uint32_t offered, bool secrets)
{
    if (client->mechanisms_tried) {
        smtp_client_fail(client, &client->failure);
        return STATE_QUIT;
    }
    if (!smtp_extensions_has(&client->offered, SMTP_EXTENSION_AUTH))
        return fail(client, "the server offers no AUTH, and without it nothing is sent for "
                            "a user (RFC 4954 9)");
    if (!secrets && sasl_choose(&client->sasl, offered, true) != SMTP_MECHANISM_OTHER)
        return fail(client, "the AUTH mechanisms in common send the secret in the clear, "
                            "and the connection has no TLS (RFC 4954 9)");
    return fail(client, "the server offers no AUTH mechanism that can be used here");
}

static enum client_state begin(struct smtp_client *client)
{
    bool secrets = smtp_client_is_secure(client) || client->options.plaintext_auth;
    uint32_t offered = client->offered.mechanisms & ~client->mechanisms_tried;
    enum smtp_mechanism mechanism;
    struct err err;

    if (client->options.has_mechanism)
        offered &= UINT32_C(1) << client->options.mechanism;
    mechanism = sasl_choose(&client->sasl, offered, secrets);
    if (mechanism == SMTP_MECHANISM_OTHER)
        return no_mechanism(client, offered, secrets);
    client->sasl.channel.plus_offered = (client->offered.mechanisms & PLUS_MECHANISMS) != 0;
    if (!sasl_start(&client->sasl, mechanism, &err))
        return fail(client, smtp_client_say(client, "%s", err.what));
    client->response_ready = false;
    if (smtp_mechanism_is_client_first(mechanism)) {
        if (!sasl_step(&client->sasl, BYTES_NONE, &client->response, &err))
            return fail(client, smtp_client_say(client, "%s", err.what));
        client->response_ready = true;
    }
    client->auth = AUTH_BEGIN;
    return STATE_AUTH;
}

enum client_state smtp_client_next_of_auth(struct smtp_client *client)
{
    if (!client->authenticates)
        return STATE_NEXT;
    switch (client->auth) {
    case AUTH_NONE:
        return begin(client);
    case AUTH_BEGIN:
    case AUTH_RESPOND:
        return STATE_AUTH;
    case AUTH_CANCEL:
        return STATE_AUTH_CANCEL;
    case AUTH_DONE:
        break;
    }
    return STATE_NEXT;
}

/* ----------------------------------------------------------------------------------- replies ---
 */

void smtp_client_finish_auth(struct smtp_client *client, const struct client_news *news)
{
    struct client_news complaint = *news;
    struct client_verdict verdict;

    if (news->reply->code == 235 && !client->response_ready && sasl_is_complete(&client->sasl)) {
        client->auth = AUTH_DONE;
        return;
    }
    complaint.why = news->reply->code == 235
                        ? "the server said that AUTH succeeded before it was complete"
                        : "the server answered AUTH with a positive reply that is not 235";
    verdict = smtp_client_verdict(client, &complaint, SMTP_OUTCOME_TEMPORARY);
    smtp_client_fail(client, &verdict);
}

/* What a mechanism was refused with is the outcome when no other one is left. */
static void note_refusal(struct smtp_client *client, const struct client_news *news)
{
    client->mechanisms_tried |= UINT32_C(1) << client->sasl.mechanism;
    client->failure = smtp_client_verdict(client, news, SMTP_OUTCOME_REFUSED_AUTH);
    client->auth = AUTH_NONE;
}

static void cancel(struct smtp_client *client, const struct client_news *news, const char *why)
{
    struct client_news complaint = *news;

    complaint.why = smtp_client_say(client, "AUTH %s was cancelled: %s",
                                    smtp_mechanism_name(client->sasl.mechanism), why);
    note_refusal(client, &complaint);
    if (client->sasl.disproved)
        client->mechanisms_tried = UINT32_MAX;
    client->auth = AUTH_CANCEL;
}

/* A challenge that is not base64 must be cancelled, not skipped over (RFC 4954 4). */
void smtp_client_answer_challenge(struct smtp_client *client, const struct client_news *news)
{
    const struct smtp_reply *reply = news->reply;
    struct err err = {0};

    bool first = client->response_ready; /* the response that may not go with AUTH */
    struct bytes challenge;

    buf_clear(&client->challenge);
    if (reply->code != 334) {
        cancel(client, news, "the server sent an intermediate reply that is not 334");
        return;
    }
    if (!base64_decode(&client->challenge, reply->lines[reply->line_count - 1], &err)) {
        cancel(client, news, "the challenge is not base64");
        return;
    }
    challenge = buf_bytes(&client->challenge);
    if (first && challenge.size > 0)
        cancel(client, news, "the server sent a challenge where the client begins");
    else if (first || sasl_step(&client->sasl, challenge, &client->response, &err))
        client->auth = AUTH_RESPOND;
    else
        cancel(client, news, err.what);
}

/* 504 and 534 speak of the mechanism, and another one may do; every other 5yz of the credentials
 * (RFC 4954 4, 6). */
void smtp_client_refuse_mechanism(struct smtp_client *client, const struct client_news *news)
{
    note_refusal(client, news);
    if (news->reply->code != 504 && news->reply->code != 534)
        smtp_client_fail(client, &client->failure);
}

void smtp_client_give_up_mechanism(struct smtp_client *client, const struct client_news *news)
{
    (void)news; /* why it was cancelled is what counts */
    client->auth = AUTH_NONE;
}

/* ------------------------------------------------------------------------------- the channel ---
 */

/* The type that is asked for, or the first of its table that there is: the default, tls-unique
 * (RFC 5802 6.1), what TLS 1.3 has in its place (RFC 9266 3), and the certificate's, which is all
 * that a server behind a TLS proxy can know (RFC 5929 4.2). The server takes the type that we name
 * or fails: there is no haggling over it (RFC 5802 6.1). */
static enum tls_binding choose_binding(const struct smtp_client_options *options,
                                       const struct tls_facts *facts)
{
    enum tls_binding type = TLS_BINDING_UNIQUE;

    if (options->has_channel_binding)
        return options->channel_binding;
    while (type + 1 < TLS_BINDING_COUNT && tls_facts_binding(facts, type).size == 0)
        type++;
    return type;
}

void smtp_client_bind_auth(struct smtp_client *client, const struct tls_facts *facts)
{
    struct sasl_channel *channel = &client->sasl.channel;

    if (!client->authenticates)
        return;
    *channel = (struct sasl_channel){.type = choose_binding(&client->options, facts)};
    buf_clear(&client->bindings);
    if (buf_append(&client->bindings, tls_facts_binding(facts, channel->type)))
        channel->binding = buf_bytes(&client->bindings);
}
