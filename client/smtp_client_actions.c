/* smtp_client_actions.c - what the transitions of the client do, but for TLS and AUTH. */
#include "client/smtp_client_actions.h"

#include "base/smtp_code.h"
#include "client/smtp_ehlo.h"

void smtp_client_nothing(struct smtp_client *client, const struct client_news *news)
{
    (void)client;
    (void)news;
}

static void fail(struct smtp_client *client, const struct client_news *news,
                 enum smtp_outcome outcome)
{
    struct client_verdict verdict = smtp_client_verdict(client, news, outcome);

    smtp_client_fail(client, &verdict);
}

void smtp_client_fail_temporary(struct smtp_client *client, const struct client_news *news)
{
    fail(client, news, SMTP_OUTCOME_TEMPORARY);
}

void smtp_client_fail_permanent(struct smtp_client *client, const struct client_news *news)
{
    fail(client, news, SMTP_OUTCOME_PERMANENT);
}

/* The end indication was sent: the server may have the message, or not (RFC 5321 4.2.5, 6.1). */
void smtp_client_fail_unknown(struct smtp_client *client, const struct client_news *news)
{
    fail(client, news, SMTP_OUTCOME_UNKNOWN);
}

void smtp_client_learn_extensions(struct smtp_client *client, const struct client_news *news)
{
    smtp_ehlo_read(news->reply, &client->offered);
}

/* ------------------------------------------------------------------------- before the mail --- */

/* NOOP and VRFY touch no buffer of the transaction (RFC 5321 4.1.1.6, 4.1.1.9). */
void smtp_client_note_noop(struct smtp_client *client, const struct client_news *news)
{
    (void)news;
    client->noop_due = false;
}

void smtp_client_note_verified(struct smtp_client *client, const struct client_news *news)
{
    smtp_client_note_verification(client, news->reply);
}

/* ----------------------------------------------------------------------- mail transactions --- */

void smtp_client_accept_mail(struct smtp_client *client, const struct client_news *news)
{
    (void)news;
    client->needs_rset = true;
    client->group.opened = true;
}

/* By now nobody wants it to have the message. */
void smtp_client_note_taken(struct smtp_client *client, const struct client_news *news)
{
    (void)news;
    client->group.taken = client->group.opened;
}

static struct client_recipient *answered_recipient(struct smtp_client *client, size_t *ret_index)
{
    *ret_index = client->order[client->group.rcpt_answered - 1];
    return &client->recipients[*ret_index];
}

void smtp_client_accept_recipient(struct smtp_client *client, const struct client_news *news)
{
    size_t index;

    (void)news;
    answered_recipient(client, &index)->state = RECIPIENT_ACCEPTED;
    client->group.accepted++;
}

/* "Too many recipients", in the transaction that took others (RFC 5321 4.5.3.1.10): 452, and 552,
 * which RFC 821 had for it. To the first recipient 552 is about size (RFC 1870 6.4). */
static bool is_too_many(const struct smtp_client *client, const struct client_news *news)
{
    return client->group.accepted > 0 && (news->reply->code == 452 || news->reply->code == 552);
}

static void refuse_recipient(struct smtp_client *client, const struct client_news *news,
                             enum smtp_outcome outcome)
{
    bool later = is_too_many(client, news);
    struct client_verdict verdict =
        smtp_client_verdict(client, news, later ? SMTP_OUTCOME_TEMPORARY : outcome);
    size_t index;
    struct client_recipient *recipient = answered_recipient(client, &index);

    if (!later) {
        smtp_client_decide(client, index, &verdict);
        return;
    }
    recipient->state = RECIPIENT_LATER;
    recipient->verdict = verdict;
}

void smtp_client_refuse_recipient_temporary(struct smtp_client *client,
                                            const struct client_news *news)
{
    refuse_recipient(client, news, SMTP_OUTCOME_TEMPORARY);
}

void smtp_client_refuse_recipient_permanent(struct smtp_client *client,
                                            const struct client_news *news)
{
    refuse_recipient(client, news, SMTP_OUTCOME_PERMANENT);
}

/* For all that were not refused by themselves. */
static void end_transaction(struct smtp_client *client, const struct client_news *news,
                            enum smtp_outcome outcome)
{
    struct client_verdict verdict = smtp_client_verdict(client, news, outcome);
    size_t i;

    for (i = 0; i < client->group.count; i++) {
        size_t index = client->order[i];
        enum recipient_state state = client->recipients[index].state;

        if (state == RECIPIENT_UNDECIDED || state == RECIPIENT_ACCEPTED)
            smtp_client_decide(client, index, &verdict);
    }
}

static void refuse_transaction(struct smtp_client *client, const struct client_news *news,
                               enum smtp_outcome outcome)
{
    end_transaction(client, news, outcome);
    client->group.failed = true;
    client->needs_rset = true; /* RFC 1870 6.2 asks for it even after MAIL */
}

void smtp_client_refuse_transaction_temporary(struct smtp_client *client,
                                              const struct client_news *news)
{
    refuse_transaction(client, news, SMTP_OUTCOME_TEMPORARY);
}

void smtp_client_refuse_transaction_permanent(struct smtp_client *client,
                                              const struct client_news *news)
{
    refuse_transaction(client, news, SMTP_OUTCOME_PERMANENT);
}

void smtp_client_accept_message(struct smtp_client *client, const struct client_news *news)
{
    struct client_news sent = *news;

    sent.why = client->left_out;
    end_transaction(client, &sent, SMTP_OUTCOME_SENT);
    client->group.delivered = true;
    client->needs_rset = false;
}

void smtp_client_note_end(struct smtp_client *client, const struct client_news *news)
{
    (void)news;
    client->group.end_awaited = true;
}

/* --------------------------------------------------------------------------------- RFC 3030 --- */

void smtp_client_refuse_chunk_temporary(struct smtp_client *client, const struct client_news *news)
{
    refuse_transaction(client, news, SMTP_OUTCOME_TEMPORARY);
    smtp_client_drop_chunks(client);
}

void smtp_client_refuse_chunk_permanent(struct smtp_client *client, const struct client_news *news)
{
    refuse_transaction(client, news, SMTP_OUTCOME_PERMANENT);
    smtp_client_drop_chunks(client);
}

/* Only with the last chunk as a whole can the server have the message. */
void smtp_client_fail_chunks(struct smtp_client *client, const struct client_news *news)
{
    const struct client_group *group = &client->group;
    bool may_have_it =
        group->last_chunk_written &&
        client->chunks[(group->chunks_written - 1) % CLIENT_CHUNKS_MAX].end <= client->sent_total;

    fail(client, news, may_have_it ? SMTP_OUTCOME_UNKNOWN : SMTP_OUTCOME_TEMPORARY);
}

/* Before the octets of the chunk were sent: no 2yz can be meant for it. */
void smtp_client_fail_early(struct smtp_client *client, const struct client_news *news)
{
    bool permanent = smtp_code_class(news->reply->code) == SMTP_CODE_5YZ;

    fail(client, news, permanent ? SMTP_OUTCOME_PERMANENT : SMTP_OUTCOME_TEMPORARY);
}

/* --------------------------------------------------------------------------------- RFC 2033 --- */

/* One reply a recipient that was accepted, in the order of their RCPT commands. */
static void decide_delivery(struct smtp_client *client, const struct client_news *news,
                            enum smtp_outcome outcome)
{
    struct client_verdict verdict = smtp_client_verdict(client, news, outcome);
    size_t i = 0;

    while (client->recipients[client->order[i]].state != RECIPIENT_ACCEPTED)
        i++;
    smtp_client_decide(client, client->order[i], &verdict);
    client->needs_rset = false;
}

void smtp_client_accept_delivery(struct smtp_client *client, const struct client_news *news)
{
    struct client_news sent = *news;

    sent.why = client->left_out;
    decide_delivery(client, &sent, SMTP_OUTCOME_SENT);
    client->group.delivered = true;
}

void smtp_client_refuse_delivery_temporary(struct smtp_client *client,
                                           const struct client_news *news)
{
    decide_delivery(client, news, SMTP_OUTCOME_TEMPORARY);
}

void smtp_client_refuse_delivery_permanent(struct smtp_client *client,
                                           const struct client_news *news)
{
    decide_delivery(client, news, SMTP_OUTCOME_PERMANENT);
}

void smtp_client_greet(struct smtp_client *client, const struct client_news *news)
{
    (void)news;
    client->hello_due = true;
}

void smtp_client_forget_transaction(struct smtp_client *client, const struct client_news *news)
{
    (void)news;
    client->needs_rset = false;
}
