/* smtp_client_next.c - what is left of the command group, then of the session. */
#include "client/smtp_client_private.h"

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
    enum client_state opening;

    if (client->group.open) {
        enum client_state state = next_of_group(&client->group);

        if (state != STATE_NEXT)
            return state;
        close_group(client);
    }
    if (client->failed)
        return STATE_QUIT;
    opening = smtp_client_next_of_tls(client);
    if (opening == STATE_NEXT)
        opening = smtp_client_next_of_auth(client);
    if (opening != STATE_NEXT)
        return opening;
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
