/* smtp_client_next.c - what is left of the command group, then of the session. */
#include "client/smtp_client_private.h"

/* All octets of the message were sent. */
static enum client_state next_of_end(const struct smtp_client *client)
{
    const struct client_group *group = &client->group;

    if (client->options.lmtp)
        return group->deliveries < group->accepted ? STATE_DELIVERY : STATE_NEXT;
    if (!group->end_awaited)
        return STATE_NEXT;
    return group->chunked ? STATE_BDAT_LAST : STATE_END_OF_DATA;
}

static enum client_state next_of_chunks(const struct smtp_client *client)
{
    const struct client_group *group = &client->group;
    size_t outstanding = group->chunks_written - group->chunks_answered;

    if (group->failed || group->accepted == 0)
        return outstanding > 0 ? STATE_IGNORED_BDAT : STATE_NEXT;
    if (group->last_chunk_written && outstanding <= 1)
        return next_of_end(client);
    return outstanding > 0 ? STATE_BDAT : STATE_CHUNK;
}

/* A dot ends an empty message; whom the server took would get it (RFC 5321 4.1.1.4). */
static enum client_state next_of_refused_data(const struct client_group *group)
{
    return group->accepted > 0 || group->taken ? STATE_UNWANTED_DATA : STATE_IGNORED_DATA;
}

/* The state in which the next reply of the group is awaited; NEXT when none is. */
static enum client_state next_of_group(const struct smtp_client *client)
{
    const struct client_group *group = &client->group;
    bool data_due = group->data_written && !group->data_answered;

    if (group->failed && group->rcpt_answered < group->rcpt_written)
        return STATE_IGNORED_RCPT;
    if (!group->failed && group->rcpt_answered < group->count)
        return STATE_RCPT;
    if (group->chunked)
        return next_of_chunks(client);
    if (group->failed || group->accepted == 0)
        return data_due ? next_of_refused_data(group) : STATE_NEXT;
    return group->data_answered ? next_of_end(client) : STATE_DATA;
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
    group->chunked = !client->options.no_chunking &&
                     smtp_extensions_has(&client->offered, SMTP_EXTENSION_CHUNKING);
    for (i = 0; i < client->message.forward_path_count; i++)
        if (client->recipients[i].state == RECIPIENT_UNDECIDED && smtp_client_admits(client, i))
            client->order[group->count++] = i;
}

/* A transaction for those of whom this session may still take some; what was sent once cannot be
 * sent again for the rest. */
static enum client_state begin_transaction(struct smtp_client *client)
{
    bool again = client->message.streamed && client->message.once && client->fed > 0;

    if (smtp_client_session_is_full(client))
        smtp_client_leave_to_next_session(
            client, "the server takes no more mail transactions in this session (RFC 9422 4.1)");
    else if (again)
        smtp_client_leave_to_next_session(
            client, "the server takes no more recipients with this message (RFC 9422 4.2)");
    else
        open_group(client);
    if (client->has_message && client->group.count == 0) {
        client->group.open = false;
        smtp_client_leave_to_next_session(
            client, "the server takes no more domains in this session (RFC 9422 4.3)");
    }
    if (client->has_message)
        return STATE_MAIL;
    return client->finishing ? STATE_QUIT : STATE_READY;
}

/* RFC 2033 4.1: LHLO takes the place of EHLO, and nothing that of HELO. */
enum client_state smtp_client_hello_state(struct smtp_client *client)
{
    client->hello_due = false;
    return client->options.lmtp ? STATE_LHLO : STATE_EHLO;
}

enum client_state smtp_client_next_state(struct smtp_client *client)
{
    enum client_state opening;

    if (client->group.open) {
        enum client_state state = next_of_group(client);

        if (state != STATE_NEXT)
            return state;
        close_group(client);
    }
    if (client->failed)
        return STATE_QUIT;
    if (client->hello_due)
        return smtp_client_hello_state(client);
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
    return begin_transaction(client);
}
