/* smtp_client_next.c - what is left of the command group, then of the session. */
#include "client/smtp_client_private.h"

static enum client_state fail_auth(struct smtp_client *client, const char *why)
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
        return fail_auth(client, "the server offers no AUTH, and without it nothing is sent for "
                                 "a user (RFC 4954 9)");
    if (!secrets && sasl_choose(offered, true) != SMTP_MECHANISM_OTHER)
        return fail_auth(client, "the AUTH mechanisms in common send the password in the clear, "
                                 "and the connection has no TLS (RFC 4954 9)");
    return fail_auth(client, "the server offers no AUTH mechanism that is known here");
}

static enum client_state begin_auth(struct smtp_client *client)
{
    bool secrets = smtp_client_is_secure(client) || client->options.plaintext_auth;
    uint32_t offered = client->offered.mechanisms & ~client->mechanisms_tried;
    enum smtp_mechanism mechanism;
    struct err err;

    if (client->options.has_mechanism)
        offered &= UINT32_C(1) << client->options.mechanism;
    mechanism = sasl_choose(offered, secrets);
    if (mechanism == SMTP_MECHANISM_OTHER)
        return no_mechanism(client, offered, secrets);
    sasl_start(&client->sasl, mechanism, &client->credentials);
    client->response_ready = false;
    if (smtp_mechanism_is_client_first(mechanism)) {
        if (!sasl_step(&client->sasl, BYTES_NONE, &client->response, &err))
            return fail_auth(client, smtp_client_say(client, "%s", err.what));
        client->response_ready = true;
    }
    client->auth = AUTH_BEGIN;
    return STATE_AUTH;
}

static bool wants_auth(const struct smtp_client *client)
{
    return client->options.user.size > 0 && client->auth != AUTH_DONE;
}

static enum client_state next_of_auth(struct smtp_client *client)
{
    switch (client->auth) {
    case AUTH_NONE:
        return begin_auth(client);
    case AUTH_BEGIN:
    case AUTH_RESPOND:
        return STATE_AUTH;
    case AUTH_CANCEL:
        return STATE_AUTH_CANCEL;
    case AUTH_DONE:
        break;
    }
    return STATE_READY;
}

/* The state in which the next reply of the group is awaited; NEXT when none is. */
static enum client_state next_of_group(const struct client_group *group)
{
    bool data_due = group->data_written && !group->data_answered;

    if (group->failed && group->rcpt_answered < group->rcpt_written)
        return STATE_IGNORED_RCPT;
    if (!group->failed && group->rcpt_answered < group->count)
        return STATE_RCPT;
    if (group->failed || group->accepted == 0)
        return data_due ? STATE_IGNORED_DATA : STATE_NEXT;
    return group->data_answered ? STATE_NEXT : STATE_DATA;
}

/* What was too much for this transaction waits for the next one on the same connection, if this one
 * was delivered (RFC 5321 4.5.3.1.8, 4.5.3.1.10). Each takes at least one recipient off the list:
 * the first RCPT is never told to come later. */
static void close_group(struct smtp_client *client)
{
    struct client_group *group = &client->group;
    bool again = group->delivered && !(client->message.streamed && client->message.once);
    size_t i;

    for (i = 0; i < group->count; i++) {
        struct client_recipient *recipient = &client->recipients[client->order[i]];

        if (recipient->state == RECIPIENT_LATER && again)
            recipient->state = RECIPIENT_UNDECIDED;
        else if (recipient->state == RECIPIENT_LATER)
            smtp_client_decide(client, client->order[i], &recipient->verdict);
    }
    group->open = false;
}

static void open_group(struct smtp_client *client)
{
    struct client_group *group = &client->group;
    size_t i;

    *group = (struct client_group){.open = true};
    group->pipelined = !client->options.no_pipelining &&
                       smtp_extensions_has(&client->offered, SMTP_EXTENSION_PIPELINING);
    for (i = 0; i < client->message.forward_path_count; i++)
        if (client->recipients[i].state == RECIPIENT_UNDECIDED)
            client->order[group->count++] = i;
}

enum client_state smtp_client_next_state(struct smtp_client *client)
{
    enum client_state of_tls;

    if (client->group.open) {
        enum client_state state = next_of_group(&client->group);

        if (state != STATE_NEXT)
            return state;
        close_group(client);
    }
    if (client->failed)
        return STATE_QUIT;
    of_tls = smtp_client_next_of_tls(client);
    if (of_tls != STATE_NEXT)
        return of_tls;
    if (wants_auth(client))
        return next_of_auth(client);
    if (client->noop_due)
        return STATE_NOOP;
    if (client->verifications_answered < client->options.verify_count)
        return STATE_VRFY;
    if (client->has_message && client->recipients_open > 0)
        smtp_client_check_message(client);
    if (client->recipients_open == 0)
        client->has_message = false;
    if (!client->has_message)
        return client->finishing ? STATE_QUIT : STATE_READY;
    if (client->needs_rset)
        return STATE_RSET;
    open_group(client);
    return STATE_MAIL;
}
