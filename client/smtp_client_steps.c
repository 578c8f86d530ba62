/*
 * smtp_client_steps.c - the transitions of the client, all of them, and what they do.
 *
 * A row is: in this state, on this, go there, and do that, because. Where the next state is NEXT,
 * smtp_client_next_state() finds what is left of the command group, and then of the session.
 * Everything that changes the state stands here or there.
 */
#include "base/smtp_code.h"
#include "client/smtp_client_private.h"
#include "client/smtp_ehlo.h"

static void nothing(struct smtp_client *client, const struct client_news *news)
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

static void fail_temporary(struct smtp_client *client, const struct client_news *news)
{
    fail(client, news, SMTP_OUTCOME_TEMPORARY);
}

static void fail_permanent(struct smtp_client *client, const struct client_news *news)
{
    fail(client, news, SMTP_OUTCOME_PERMANENT);
}

/* The end indication was sent: the server may have the message, or not (RFC 5321 4.2.5, 6.1). */
static void fail_unknown(struct smtp_client *client, const struct client_news *news)
{
    fail(client, news, SMTP_OUTCOME_UNKNOWN);
}

static void learn_extensions(struct smtp_client *client, const struct client_news *news)
{
    smtp_ehlo_read(news->reply, &client->offered);
}

/* ------------------------------------------------------------------------- before the mail --- */

/* NOOP and VRFY touch no buffer of the transaction (RFC 5321 4.1.1.6, 4.1.1.9). */
static void note_noop(struct smtp_client *client, const struct client_news *news)
{
    (void)news;
    client->noop_due = false;
}

static void note_verification(struct smtp_client *client, const struct client_news *news)
{
    smtp_client_note_verification(client, news->reply);
}

/* ----------------------------------------------------------------------- mail transactions --- */

static void accept_mail(struct smtp_client *client, const struct client_news *news)
{
    (void)news;
    client->needs_rset = true;
}

static struct client_recipient *answered_recipient(struct smtp_client *client, size_t *ret_index)
{
    *ret_index = client->order[client->group.rcpt_answered - 1];
    return &client->recipients[*ret_index];
}

static void accept_recipient(struct smtp_client *client, const struct client_news *news)
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

static void refuse_recipient_temporary(struct smtp_client *client, const struct client_news *news)
{
    refuse_recipient(client, news, SMTP_OUTCOME_TEMPORARY);
}

static void refuse_recipient_permanent(struct smtp_client *client, const struct client_news *news)
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

static void refuse_transaction_temporary(struct smtp_client *client, const struct client_news *news)
{
    refuse_transaction(client, news, SMTP_OUTCOME_TEMPORARY);
}

static void refuse_transaction_permanent(struct smtp_client *client, const struct client_news *news)
{
    refuse_transaction(client, news, SMTP_OUTCOME_PERMANENT);
}

static void accept_message(struct smtp_client *client, const struct client_news *news)
{
    struct client_news sent = *news;

    sent.why = client->left_out;
    end_transaction(client, &sent, SMTP_OUTCOME_SENT);
    client->group.delivered = true;
    client->needs_rset = false;
}

static void note_end(struct smtp_client *client, const struct client_news *news)
{
    (void)news;
    client->group.end_awaited = true;
}

/* --------------------------------------------------------------------------------- RFC 3030 --- */

static void refuse_chunk_temporary(struct smtp_client *client, const struct client_news *news)
{
    refuse_transaction(client, news, SMTP_OUTCOME_TEMPORARY);
    smtp_client_drop_chunks(client);
}

static void refuse_chunk_permanent(struct smtp_client *client, const struct client_news *news)
{
    refuse_transaction(client, news, SMTP_OUTCOME_PERMANENT);
    smtp_client_drop_chunks(client);
}

/* Only with the last chunk as a whole can the server have the message. */
static void fail_chunks(struct smtp_client *client, const struct client_news *news)
{
    const struct client_group *group = &client->group;
    bool may_have_it =
        group->last_chunk_written &&
        client->chunks[(group->chunks_written - 1) % CLIENT_CHUNKS_MAX].end <= client->sent_total;

    fail(client, news, may_have_it ? SMTP_OUTCOME_UNKNOWN : SMTP_OUTCOME_TEMPORARY);
}

/* Before the octets of the chunk were sent: no 2yz can be meant for it. */
static void fail_early(struct smtp_client *client, const struct client_news *news)
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

static void accept_delivery(struct smtp_client *client, const struct client_news *news)
{
    struct client_news sent = *news;

    sent.why = client->left_out;
    decide_delivery(client, &sent, SMTP_OUTCOME_SENT);
    client->group.delivered = true;
}

static void refuse_delivery_temporary(struct smtp_client *client, const struct client_news *news)
{
    decide_delivery(client, news, SMTP_OUTCOME_TEMPORARY);
}

static void refuse_delivery_permanent(struct smtp_client *client, const struct client_news *news)
{
    decide_delivery(client, news, SMTP_OUTCOME_PERMANENT);
}

static void greet(struct smtp_client *client, const struct client_news *news)
{
    (void)news;
    client->hello_due = true;
}

static void forget_transaction(struct smtp_client *client, const struct client_news *news)
{
    (void)news;
    client->needs_rset = false;
}

/* ------------------------------------------------------------------------------- the table --- */

#define ON(state, class, next, action, because)                                                    \
    [STATE_##state][CLASS_##class] = {STATE_##next, action, #action, because}

/* clang-format off */
const struct client_step smtp_client_steps[STATE_COUNT][CLASS_COUNT] = {
    ON(GREETING, 2YZ, NEXT, greet, "RFC 5321 3.1, 3.2"),
    ON(GREETING, 3YZ, QUIT, fail_temporary, "RFC 5321 4.2.1, 4.3.2"),
    ON(GREETING, 4YZ, QUIT, fail_temporary, "RFC 5321 4.2.1"),
    ON(GREETING, 5YZ, QUIT, fail_permanent, "RFC 5321 3.1, 4.2.1"),
    ON(GREETING, 421, QUIT, fail_temporary, "RFC 5321 3.8, 4.2.2"),
    ON(GREETING, OTHER, QUIT, fail_permanent, "RFC 5321 4.2: fatal"),
    ON(GREETING, GARBAGE, QUIT, fail_temporary, "RFC 5321 4.2"),
    ON(GREETING, UNASKED, QUIT, fail_temporary, "RFC 5321 4.3.1"),
    ON(GREETING, CLOSED, CLOSING, fail_temporary, "RFC 5321 3.8: as 451"),
    ON(GREETING, DEADLINE, CLOSING, fail_temporary, "RFC 5321 4.5.3.2.1"),
    ON(GREETING, GO_ON, STAY, nothing, "ours: nothing to do"),
    ON(GREETING, ABANDON, QUIT, fail_temporary, "RFC 5321 4.1.1.10"),

    ON(EHLO, 2YZ, NEXT, learn_extensions, "RFC 5321 4.1.1.1"),
    ON(EHLO, 3YZ, QUIT, fail_temporary, "RFC 5321 4.2.1, 4.3.2"),
    ON(EHLO, 4YZ, QUIT, fail_temporary, "RFC 5321 4.2.1"),
    ON(EHLO, 5YZ, HELO, nothing, "RFC 5321 3.2, 4.1.4; RFC 1869 4.5"),
    ON(EHLO, 421, QUIT, fail_temporary, "RFC 5321 3.8, 4.2.2"),
    ON(EHLO, OTHER, QUIT, fail_permanent, "RFC 5321 4.2: fatal"),
    ON(EHLO, GARBAGE, QUIT, fail_temporary, "RFC 5321 4.2"),
    ON(EHLO, UNASKED, QUIT, fail_temporary, "RFC 5321 4.3.1"),
    ON(EHLO, CLOSED, CLOSING, fail_temporary, "RFC 5321 3.8: as 451"),
    ON(EHLO, DEADLINE, CLOSING, fail_temporary, "RFC 5321 4.5.3.2"),
    ON(EHLO, GO_ON, STAY, nothing, "ours: nothing to do"),
    ON(EHLO, ABANDON, QUIT, fail_temporary, "RFC 5321 4.1.1.10"),

    ON(HELO, 2YZ, NEXT, nothing, "RFC 5321 2.2.1, 4.1.1.1"),
    ON(HELO, 3YZ, QUIT, fail_temporary, "RFC 5321 4.2.1, 4.3.2"),
    ON(HELO, 4YZ, QUIT, fail_temporary, "RFC 5321 4.2.1"),
    ON(HELO, 5YZ, QUIT, fail_permanent, "RFC 5321 4.2.1"),
    ON(HELO, 421, QUIT, fail_temporary, "RFC 5321 3.8, 4.2.2"),
    ON(HELO, OTHER, QUIT, fail_permanent, "RFC 5321 4.2: fatal"),
    ON(HELO, GARBAGE, QUIT, fail_temporary, "RFC 5321 4.2"),
    ON(HELO, UNASKED, QUIT, fail_temporary, "RFC 5321 4.3.1"),
    ON(HELO, CLOSED, CLOSING, fail_temporary, "RFC 5321 3.8: as 451"),
    ON(HELO, DEADLINE, CLOSING, fail_temporary, "RFC 5321 4.5.3.2"),
    ON(HELO, GO_ON, STAY, nothing, "ours: nothing to do"),
    ON(HELO, ABANDON, QUIT, fail_temporary, "RFC 5321 4.1.1.10"),

    ON(STARTTLS, 2YZ, NEXT, smtp_client_accept_tls, "RFC 3207 4: only 220"),
    ON(STARTTLS, 3YZ, QUIT, fail_temporary, "RFC 5321 4.2.1, 4.3.2"),
    ON(STARTTLS, 4YZ, NEXT, smtp_client_refuse_tls, "RFC 3207 4, 6"),
    ON(STARTTLS, 5YZ, NEXT, smtp_client_refuse_tls, "RFC 3207 4, 6"),
    ON(STARTTLS, 421, QUIT, fail_temporary, "RFC 5321 3.8, 4.2.2"),
    ON(STARTTLS, OTHER, QUIT, fail_permanent, "RFC 5321 4.2: fatal"),
    ON(STARTTLS, GARBAGE, QUIT, fail_temporary, "RFC 5321 4.2"),
    ON(STARTTLS, UNASKED, QUIT, fail_temporary, "RFC 5321 4.3.1"),
    ON(STARTTLS, CLOSED, CLOSING, fail_temporary, "RFC 5321 3.8: as 451"),
    ON(STARTTLS, DEADLINE, CLOSING, fail_temporary, "RFC 5321 4.5.3.2"),
    ON(STARTTLS, GO_ON, STAY, nothing, "ours: nothing to do"),
    ON(STARTTLS, ABANDON, CLOSING, fail_temporary, "RFC 3207 4: no command but TLS is next"),

    ON(TLS, 2YZ, CLOSING, smtp_client_fail_tls, "RFC 3207 4: nothing in the clear"),
    ON(TLS, 3YZ, CLOSING, smtp_client_fail_tls, "RFC 3207 4: nothing in the clear"),
    ON(TLS, 4YZ, CLOSING, smtp_client_fail_tls, "RFC 3207 4: nothing in the clear"),
    ON(TLS, 5YZ, CLOSING, smtp_client_fail_tls, "RFC 3207 4: nothing in the clear"),
    ON(TLS, 421, CLOSING, smtp_client_fail_tls, "RFC 3207 4: nothing in the clear"),
    ON(TLS, OTHER, CLOSING, smtp_client_fail_tls, "RFC 3207 4: nothing in the clear"),
    ON(TLS, GARBAGE, CLOSING, smtp_client_fail_tls, "RFC 3207 4: nothing in the clear"),
    ON(TLS, UNASKED, CLOSING, smtp_client_fail_tls, "RFC 3207 4: nothing in the clear"),
    ON(TLS, CLOSED, CLOSING, smtp_client_fail_tls, "RFC 3207 4, 6"),
    ON(TLS, DEADLINE, CLOSING, smtp_client_fail_tls, "RFC 5321 4.5.3.2; RFC 3207 4"),
    ON(TLS, GO_ON, NEXT, smtp_client_secure, "RFC 3207 4.2; RFC 8314 3.3"),
    ON(TLS, ABANDON, CLOSING, fail_temporary, "RFC 3207 4: no command in the clear"),

    ON(LHLO, 2YZ, NEXT, learn_extensions, "RFC 2033 4.1"),
    ON(LHLO, 3YZ, QUIT, fail_temporary, "RFC 5321 4.2.1, 4.3.2"),
    ON(LHLO, 4YZ, QUIT, fail_temporary, "RFC 5321 4.2.1"),
    ON(LHLO, 5YZ, QUIT, fail_permanent, "RFC 2033 4.1: nothing else is there"),
    ON(LHLO, 421, QUIT, fail_temporary, "RFC 5321 3.8, 4.2.2"),
    ON(LHLO, OTHER, QUIT, fail_permanent, "RFC 5321 4.2: fatal"),
    ON(LHLO, GARBAGE, QUIT, fail_temporary, "RFC 5321 4.2"),
    ON(LHLO, UNASKED, QUIT, fail_temporary, "RFC 5321 4.3.1"),
    ON(LHLO, CLOSED, CLOSING, fail_temporary, "RFC 5321 3.8: as 451"),
    ON(LHLO, DEADLINE, CLOSING, fail_temporary, "RFC 5321 4.5.3.2"),
    ON(LHLO, GO_ON, STAY, nothing, "ours: nothing to do"),
    ON(LHLO, ABANDON, QUIT, fail_temporary, "RFC 5321 4.1.1.10"),

    ON(AUTH, 2YZ, NEXT, smtp_client_finish_auth, "RFC 4954 4: only 235"),
    ON(AUTH, 3YZ, NEXT, smtp_client_answer_challenge, "RFC 4954 4: only 334"),
    ON(AUTH, 4YZ, QUIT, fail_temporary, "RFC 4954 6"),
    ON(AUTH, 5YZ, NEXT, smtp_client_refuse_mechanism, "RFC 4954 4, 6"),
    ON(AUTH, 421, QUIT, fail_temporary, "RFC 5321 3.8, 4.2.2"),
    ON(AUTH, OTHER, QUIT, fail_permanent, "RFC 5321 4.2: fatal"),
    ON(AUTH, GARBAGE, QUIT, fail_temporary, "RFC 5321 4.2"),
    ON(AUTH, UNASKED, QUIT, fail_temporary, "RFC 5321 4.3.1"),
    ON(AUTH, CLOSED, CLOSING, fail_temporary, "RFC 5321 3.8: as 451"),
    ON(AUTH, DEADLINE, CLOSING, fail_temporary, "RFC 5321 4.5.3.2"),
    ON(AUTH, GO_ON, STAY, nothing, "ours: nothing to do"),
    ON(AUTH, ABANDON, QUIT, fail_temporary, "RFC 5321 4.1.1.10"),

    ON(AUTH_CANCEL, 2YZ, QUIT, fail_temporary, "RFC 4954 4: 501 is due"),
    ON(AUTH_CANCEL, 3YZ, QUIT, fail_temporary, "RFC 4954 4: 501 is due"),
    ON(AUTH_CANCEL, 4YZ, NEXT, smtp_client_give_up_mechanism, "RFC 4954 4"),
    ON(AUTH_CANCEL, 5YZ, NEXT, smtp_client_give_up_mechanism, "RFC 4954 4"),
    ON(AUTH_CANCEL, 421, QUIT, fail_temporary, "RFC 5321 3.8, 4.2.2"),
    ON(AUTH_CANCEL, OTHER, QUIT, fail_permanent, "RFC 5321 4.2: fatal"),
    ON(AUTH_CANCEL, GARBAGE, QUIT, fail_temporary, "RFC 5321 4.2"),
    ON(AUTH_CANCEL, UNASKED, QUIT, fail_temporary, "RFC 5321 4.3.1"),
    ON(AUTH_CANCEL, CLOSED, CLOSING, fail_temporary, "RFC 5321 3.8: as 451"),
    ON(AUTH_CANCEL, DEADLINE, CLOSING, fail_temporary, "RFC 5321 4.5.3.2"),
    ON(AUTH_CANCEL, GO_ON, STAY, nothing, "ours: nothing to do"),
    ON(AUTH_CANCEL, ABANDON, QUIT, fail_temporary, "RFC 5321 4.1.1.10"),

    ON(READY, 2YZ, QUIT, fail_temporary, "RFC 5321 4.3.1"),
    ON(READY, 3YZ, QUIT, fail_temporary, "RFC 5321 4.3.1"),
    ON(READY, 4YZ, QUIT, fail_temporary, "RFC 5321 4.3.1"),
    ON(READY, 5YZ, QUIT, fail_temporary, "RFC 5321 4.3.1"),
    ON(READY, 421, QUIT, fail_temporary, "RFC 5321 3.8, 4.2.2"),
    ON(READY, OTHER, QUIT, fail_temporary, "RFC 5321 4.3.1"),
    ON(READY, GARBAGE, QUIT, fail_temporary, "RFC 5321 4.2"),
    ON(READY, UNASKED, QUIT, fail_temporary, "RFC 5321 4.3.1"),
    ON(READY, CLOSED, CLOSING, fail_temporary, "RFC 5321 3.8: as 451"),
    ON(READY, DEADLINE, STAY, nothing, "ours: has none"),
    ON(READY, GO_ON, NEXT, nothing, "RFC 5321 3.3, 4.1.1.10"),
    ON(READY, ABANDON, QUIT, fail_temporary, "RFC 5321 4.1.1.10"),

    ON(MAIL, 2YZ, NEXT, accept_mail, "RFC 5321 3.3"),
    ON(MAIL, 3YZ, NEXT, refuse_transaction_temporary, "RFC 5321 4.2.1, 4.3.2"),
    ON(MAIL, 4YZ, NEXT, refuse_transaction_temporary, "RFC 5321 4.2.1; RFC 1870 6.2"),
    ON(MAIL, 5YZ, NEXT, refuse_transaction_permanent, "RFC 5321 4.2.1; RFC 1870 6.2"),
    ON(MAIL, 421, QUIT, fail_temporary, "RFC 5321 3.8, 4.2.2"),
    ON(MAIL, OTHER, NEXT, refuse_transaction_permanent, "RFC 5321 4.2: fatal"),
    ON(MAIL, GARBAGE, QUIT, fail_temporary, "RFC 5321 4.2"),
    ON(MAIL, UNASKED, QUIT, fail_temporary, "RFC 5321 4.3.1"),
    ON(MAIL, CLOSED, CLOSING, fail_temporary, "RFC 5321 3.8: as 451"),
    ON(MAIL, DEADLINE, CLOSING, fail_temporary, "RFC 5321 4.5.3.2.2"),
    ON(MAIL, GO_ON, STAY, nothing, "ours: nothing to do"),
    ON(MAIL, ABANDON, QUIT, fail_temporary, "RFC 5321 4.1.1.10"),

    ON(RCPT, 2YZ, NEXT, accept_recipient, "RFC 5321 3.3, 3.4"),
    ON(RCPT, 3YZ, NEXT, refuse_recipient_temporary, "RFC 5321 4.2.1, 4.3.2"),
    ON(RCPT, 4YZ, NEXT, refuse_recipient_temporary, "RFC 5321 3.3, 4.5.3.1.10"),
    ON(RCPT, 5YZ, NEXT, refuse_recipient_permanent, "RFC 5321 3.3, 4.5.3.1.10; RFC 1870 6.4"),
    ON(RCPT, 421, QUIT, fail_temporary, "RFC 5321 3.8, 4.2.2"),
    ON(RCPT, OTHER, NEXT, refuse_transaction_permanent, "RFC 5321 4.2: fatal"),
    ON(RCPT, GARBAGE, QUIT, fail_temporary, "RFC 5321 4.2"),
    ON(RCPT, UNASKED, QUIT, fail_temporary, "RFC 5321 4.3.1"),
    ON(RCPT, CLOSED, CLOSING, fail_temporary, "RFC 5321 3.8: as 451"),
    ON(RCPT, DEADLINE, CLOSING, fail_temporary, "RFC 5321 4.5.3.2.3"),
    ON(RCPT, GO_ON, STAY, nothing, "ours: nothing to do"),
    ON(RCPT, ABANDON, QUIT, fail_temporary, "RFC 5321 4.1.1.10"),

    ON(DATA, 2YZ, QUIT, fail_temporary, "RFC 5321 3.3: only 3yz"),
    ON(DATA, 3YZ, MAIL_DATA, nothing, "RFC 5321 3.3, 4.1.1.4"),
    ON(DATA, 4YZ, NEXT, refuse_transaction_temporary, "RFC 5321 4.2.1"),
    ON(DATA, 5YZ, NEXT, refuse_transaction_permanent, "RFC 5321 3.3, 4.2.1"),
    ON(DATA, 421, QUIT, fail_temporary, "RFC 5321 3.8, 4.2.2"),
    ON(DATA, OTHER, NEXT, refuse_transaction_permanent, "RFC 5321 4.2: fatal"),
    ON(DATA, GARBAGE, QUIT, fail_temporary, "RFC 5321 4.2"),
    ON(DATA, UNASKED, QUIT, fail_temporary, "RFC 5321 4.3.1"),
    ON(DATA, CLOSED, CLOSING, fail_temporary, "RFC 5321 3.8: as 451"),
    ON(DATA, DEADLINE, CLOSING, fail_temporary, "RFC 5321 4.5.3.2.4"),
    ON(DATA, GO_ON, STAY, nothing, "ours: nothing to do"),
    ON(DATA, ABANDON, QUIT, fail_temporary, "RFC 5321 4.1.1.10"),

    ON(MAIL_DATA, 2YZ, CLOSING, fail_temporary, "RFC 5321 4.1.1.4: before the end indication"),
    ON(MAIL_DATA, 3YZ, CLOSING, fail_temporary, "RFC 5321 4.1.1.4: before the end indication"),
    ON(MAIL_DATA, 4YZ, CLOSING, fail_temporary, "RFC 5321 4.1.1.4: before the end indication"),
    ON(MAIL_DATA, 5YZ, CLOSING, fail_permanent, "RFC 5321 4.1.1.4: before the end indication"),
    ON(MAIL_DATA, 421, CLOSING, fail_temporary, "RFC 5321 3.8, 4.2.2"),
    ON(MAIL_DATA, OTHER, CLOSING, fail_permanent, "RFC 5321 4.2: fatal"),
    ON(MAIL_DATA, GARBAGE, CLOSING, fail_temporary, "RFC 5321 4.2"),
    ON(MAIL_DATA, UNASKED, CLOSING, fail_temporary, "RFC 5321 4.1.1.4: before the end indication"),
    ON(MAIL_DATA, CLOSED, CLOSING, fail_temporary, "RFC 5321 3.8: as 451"),
    ON(MAIL_DATA, DEADLINE, CLOSING, fail_temporary, "RFC 5321 4.5.3.2.5"),
    ON(MAIL_DATA, GO_ON, NEXT, note_end, "RFC 5321 4.1.1.4"),
    ON(MAIL_DATA, ABANDON, CLOSING, fail_temporary, "RFC 5321 4.1.1.4: no half message"),

    ON(END_OF_DATA, 2YZ, NEXT, accept_message, "RFC 5321 4.2.5"),
    ON(END_OF_DATA, 3YZ, NEXT, refuse_transaction_temporary, "RFC 5321 4.2.1, 4.3.2"),
    ON(END_OF_DATA, 4YZ, NEXT, refuse_transaction_temporary, "RFC 5321 4.2.5"),
    ON(END_OF_DATA, 5YZ, NEXT, refuse_transaction_permanent, "RFC 5321 4.2.5"),
    ON(END_OF_DATA, 421, QUIT, fail_temporary, "RFC 5321 3.8, 4.2.2"),
    ON(END_OF_DATA, OTHER, NEXT, refuse_transaction_permanent, "RFC 5321 4.2: fatal"),
    ON(END_OF_DATA, GARBAGE, QUIT, fail_unknown, "RFC 5321 4.2, 4.2.5"),
    ON(END_OF_DATA, UNASKED, QUIT, fail_unknown, "RFC 5321 4.3.1, 4.2.5"),
    ON(END_OF_DATA, CLOSED, CLOSING, fail_unknown, "RFC 5321 3.8, 4.2.5"),
    ON(END_OF_DATA, DEADLINE, CLOSING, fail_unknown, "RFC 5321 4.5.3.2.6, 6.1"),
    ON(END_OF_DATA, GO_ON, STAY, nothing, "ours: nothing to do"),
    ON(END_OF_DATA, ABANDON, QUIT, fail_unknown, "RFC 5321 4.2.5"),

    ON(DELIVERY, 2YZ, NEXT, accept_delivery, "RFC 2033 4.2"),
    ON(DELIVERY, 3YZ, NEXT, refuse_delivery_temporary, "RFC 5321 4.2.1, 4.3.2"),
    ON(DELIVERY, 4YZ, NEXT, refuse_delivery_temporary, "RFC 2033 4.2"),
    ON(DELIVERY, 5YZ, NEXT, refuse_delivery_permanent, "RFC 2033 4.2"),
    ON(DELIVERY, 421, QUIT, fail_temporary, "RFC 2033 5; RFC 5321 3.8"),
    ON(DELIVERY, OTHER, NEXT, refuse_delivery_permanent, "RFC 5321 4.2: fatal"),
    ON(DELIVERY, GARBAGE, QUIT, fail_temporary, "RFC 5321 4.2"),
    ON(DELIVERY, UNASKED, QUIT, fail_temporary, "RFC 5321 4.3.1"),
    ON(DELIVERY, CLOSED, CLOSING, fail_temporary, "RFC 2033 5: the rest is temporary"),
    ON(DELIVERY, DEADLINE, CLOSING, fail_temporary, "RFC 2033 5: the rest is temporary"),
    ON(DELIVERY, GO_ON, STAY, nothing, "ours: nothing to do"),
    ON(DELIVERY, ABANDON, QUIT, fail_temporary, "RFC 2033 5: the rest is temporary"),

    ON(CHUNK, 2YZ, QUIT, fail_temporary, "RFC 5321 4.3.1"),
    ON(CHUNK, 3YZ, QUIT, fail_temporary, "RFC 5321 4.3.1"),
    ON(CHUNK, 4YZ, QUIT, fail_temporary, "RFC 5321 4.3.1"),
    ON(CHUNK, 5YZ, QUIT, fail_temporary, "RFC 5321 4.3.1"),
    ON(CHUNK, 421, QUIT, fail_temporary, "RFC 5321 3.8, 4.2.2"),
    ON(CHUNK, OTHER, QUIT, fail_temporary, "RFC 5321 4.3.1"),
    ON(CHUNK, GARBAGE, QUIT, fail_temporary, "RFC 5321 4.2"),
    ON(CHUNK, UNASKED, QUIT, fail_temporary, "RFC 5321 4.3.1"),
    ON(CHUNK, CLOSED, CLOSING, fail_temporary, "RFC 5321 3.8: as 451"),
    ON(CHUNK, DEADLINE, STAY, nothing, "ours: has none"),
    ON(CHUNK, GO_ON, NEXT, nothing, "RFC 3030 2: a chunk was written"),
    ON(CHUNK, ABANDON, QUIT, fail_temporary, "RFC 3030 2: the last chunk is missing"),

    ON(BDAT, 2YZ, NEXT, nothing, "RFC 3030 2: of this chunk only"),
    ON(BDAT, 3YZ, NEXT, refuse_chunk_temporary, "RFC 5321 4.2.1, 4.3.2"),
    ON(BDAT, 4YZ, NEXT, refuse_chunk_temporary, "RFC 3030 2"),
    ON(BDAT, 5YZ, NEXT, refuse_chunk_permanent, "RFC 3030 2"),
    ON(BDAT, 421, QUIT, fail_temporary, "RFC 5321 3.8, 4.2.2"),
    ON(BDAT, OTHER, NEXT, refuse_chunk_permanent, "RFC 5321 4.2: fatal"),
    ON(BDAT, GARBAGE, QUIT, fail_chunks, "RFC 5321 4.2, 4.2.5"),
    ON(BDAT, UNASKED, QUIT, fail_early, "RFC 3030 2: it is discarded first"),
    ON(BDAT, CLOSED, CLOSING, fail_chunks, "RFC 5321 3.8, 4.2.5"),
    ON(BDAT, DEADLINE, CLOSING, fail_chunks, "RFC 5321 4.5.3.2.5"),
    ON(BDAT, GO_ON, STAY, nothing, "ours: nothing to do"),
    ON(BDAT, ABANDON, QUIT, fail_chunks, "RFC 5321 4.2.5"),

    ON(BDAT_LAST, 2YZ, NEXT, accept_message, "RFC 3030 2; RFC 5321 4.2.5"),
    ON(BDAT_LAST, 3YZ, NEXT, refuse_transaction_temporary, "RFC 5321 4.2.1, 4.3.2"),
    ON(BDAT_LAST, 4YZ, NEXT, refuse_transaction_temporary, "RFC 3030 2; RFC 5321 4.2.5"),
    ON(BDAT_LAST, 5YZ, NEXT, refuse_transaction_permanent, "RFC 3030 2; RFC 5321 4.2.5"),
    ON(BDAT_LAST, 421, QUIT, fail_temporary, "RFC 5321 3.8, 4.2.2"),
    ON(BDAT_LAST, OTHER, NEXT, refuse_transaction_permanent, "RFC 5321 4.2: fatal"),
    ON(BDAT_LAST, GARBAGE, QUIT, fail_chunks, "RFC 5321 4.2, 4.2.5"),
    ON(BDAT_LAST, UNASKED, QUIT, fail_early, "RFC 3030 2: it is discarded first"),
    ON(BDAT_LAST, CLOSED, CLOSING, fail_chunks, "RFC 5321 3.8, 4.2.5"),
    ON(BDAT_LAST, DEADLINE, CLOSING, fail_chunks, "RFC 5321 4.5.3.2.6, 6.1"),
    ON(BDAT_LAST, GO_ON, STAY, nothing, "ours: nothing to do"),
    ON(BDAT_LAST, ABANDON, QUIT, fail_chunks, "RFC 5321 4.2.5"),

    ON(IGNORED_BDAT, 2YZ, NEXT, nothing, "RFC 3030 2: in the pipeline already"),
    ON(IGNORED_BDAT, 3YZ, NEXT, nothing, "RFC 3030 2: in the pipeline already"),
    ON(IGNORED_BDAT, 4YZ, NEXT, nothing, "RFC 3030 2: in the pipeline already"),
    ON(IGNORED_BDAT, 5YZ, NEXT, nothing, "RFC 3030 2: in the pipeline already"),
    ON(IGNORED_BDAT, 421, QUIT, fail_temporary, "RFC 5321 3.8, 4.2.2"),
    ON(IGNORED_BDAT, OTHER, NEXT, nothing, "RFC 3030 2: in the pipeline already"),
    ON(IGNORED_BDAT, GARBAGE, QUIT, fail_temporary, "RFC 5321 4.2"),
    ON(IGNORED_BDAT, UNASKED, QUIT, fail_temporary, "RFC 5321 4.3.1"),
    ON(IGNORED_BDAT, CLOSED, CLOSING, fail_temporary, "RFC 5321 3.8: as 451"),
    ON(IGNORED_BDAT, DEADLINE, CLOSING, fail_temporary, "RFC 5321 4.5.3.2.5"),
    ON(IGNORED_BDAT, GO_ON, STAY, nothing, "ours: nothing to do"),
    ON(IGNORED_BDAT, ABANDON, QUIT, fail_temporary, "RFC 5321 4.1.1.10"),

    ON(IGNORED_RCPT, 2YZ, NEXT, nothing, "RFC 2920 3.1: every status is read"),
    ON(IGNORED_RCPT, 3YZ, NEXT, nothing, "RFC 2920 3.1: every status is read"),
    ON(IGNORED_RCPT, 4YZ, NEXT, nothing, "RFC 2920 3.1: every status is read"),
    ON(IGNORED_RCPT, 5YZ, NEXT, nothing, "RFC 2920 3.1: every status is read"),
    ON(IGNORED_RCPT, 421, QUIT, fail_temporary, "RFC 5321 3.8, 4.2.2"),
    ON(IGNORED_RCPT, OTHER, NEXT, nothing, "RFC 2920 3.1: every status is read"),
    ON(IGNORED_RCPT, GARBAGE, QUIT, fail_temporary, "RFC 5321 4.2"),
    ON(IGNORED_RCPT, UNASKED, QUIT, fail_temporary, "RFC 5321 4.3.1"),
    ON(IGNORED_RCPT, CLOSED, CLOSING, fail_temporary, "RFC 5321 3.8: as 451"),
    ON(IGNORED_RCPT, DEADLINE, CLOSING, fail_temporary, "RFC 5321 4.5.3.2.3"),
    ON(IGNORED_RCPT, GO_ON, STAY, nothing, "ours: nothing to do"),
    ON(IGNORED_RCPT, ABANDON, QUIT, fail_temporary, "RFC 5321 4.1.1.10"),

    ON(IGNORED_DATA, 2YZ, NEXT, nothing, "RFC 2920 3.1: every status is read"),
    ON(IGNORED_DATA, 3YZ, EMPTY_DATA, nothing, "RFC 2920 3.1: a single dot"),
    ON(IGNORED_DATA, 4YZ, NEXT, nothing, "RFC 2920 3.1: every status is read"),
    ON(IGNORED_DATA, 5YZ, NEXT, nothing, "RFC 2920 3.1: every status is read"),
    ON(IGNORED_DATA, 421, QUIT, fail_temporary, "RFC 5321 3.8, 4.2.2"),
    ON(IGNORED_DATA, OTHER, NEXT, nothing, "RFC 2920 3.1: every status is read"),
    ON(IGNORED_DATA, GARBAGE, QUIT, fail_temporary, "RFC 5321 4.2"),
    ON(IGNORED_DATA, UNASKED, QUIT, fail_temporary, "RFC 5321 4.3.1"),
    ON(IGNORED_DATA, CLOSED, CLOSING, fail_temporary, "RFC 5321 3.8: as 451"),
    ON(IGNORED_DATA, DEADLINE, CLOSING, fail_temporary, "RFC 5321 4.5.3.2.4"),
    ON(IGNORED_DATA, GO_ON, STAY, nothing, "ours: nothing to do"),
    ON(IGNORED_DATA, ABANDON, QUIT, fail_temporary, "RFC 5321 4.1.1.10"),

    ON(EMPTY_DATA, 2YZ, NEXT, nothing, "RFC 2920 3.1: every status is read"),
    ON(EMPTY_DATA, 3YZ, NEXT, nothing, "RFC 2920 3.1: every status is read"),
    ON(EMPTY_DATA, 4YZ, NEXT, nothing, "RFC 2920 3.1: every status is read"),
    ON(EMPTY_DATA, 5YZ, NEXT, nothing, "RFC 2920 3.1: every status is read"),
    ON(EMPTY_DATA, 421, QUIT, fail_temporary, "RFC 5321 3.8, 4.2.2"),
    ON(EMPTY_DATA, OTHER, NEXT, nothing, "RFC 2920 3.1: every status is read"),
    ON(EMPTY_DATA, GARBAGE, QUIT, fail_temporary, "RFC 5321 4.2"),
    ON(EMPTY_DATA, UNASKED, QUIT, fail_temporary, "RFC 5321 4.3.1"),
    ON(EMPTY_DATA, CLOSED, CLOSING, fail_temporary, "RFC 5321 3.8: as 451"),
    ON(EMPTY_DATA, DEADLINE, CLOSING, fail_temporary, "RFC 5321 4.5.3.2.6"),
    ON(EMPTY_DATA, GO_ON, STAY, nothing, "ours: nothing to do"),
    ON(EMPTY_DATA, ABANDON, QUIT, fail_temporary, "RFC 5321 4.1.1.10"),

    ON(NOOP, 2YZ, NEXT, note_noop, "RFC 5321 4.1.1.9"),
    ON(NOOP, 3YZ, QUIT, fail_temporary, "RFC 5321 4.2.1, 4.3.2"),
    ON(NOOP, 4YZ, NEXT, note_noop, "RFC 5321 4.1.1.9: the mail does not hang on it"),
    ON(NOOP, 5YZ, NEXT, note_noop, "RFC 5321 4.1.1.9: the mail does not hang on it"),
    ON(NOOP, 421, QUIT, fail_temporary, "RFC 5321 3.8, 4.2.2"),
    ON(NOOP, OTHER, QUIT, fail_temporary, "RFC 5321 4.2: fatal"),
    ON(NOOP, GARBAGE, QUIT, fail_temporary, "RFC 5321 4.2"),
    ON(NOOP, UNASKED, QUIT, fail_temporary, "RFC 5321 4.3.1"),
    ON(NOOP, CLOSED, CLOSING, fail_temporary, "RFC 5321 3.8: as 451"),
    ON(NOOP, DEADLINE, CLOSING, fail_temporary, "RFC 5321 4.5.3.2"),
    ON(NOOP, GO_ON, STAY, nothing, "ours: nothing to do"),
    ON(NOOP, ABANDON, QUIT, fail_temporary, "RFC 5321 4.1.1.10"),

    ON(VRFY, 2YZ, NEXT, note_verification, "RFC 5321 3.5.3, 4.1.1.6"),
    ON(VRFY, 3YZ, QUIT, fail_temporary, "RFC 5321 4.2.1, 4.3.2"),
    ON(VRFY, 4YZ, NEXT, note_verification, "RFC 5321 3.5.3, 4.1.1.6: the mail does not hang on it"),
    ON(VRFY, 5YZ, NEXT, note_verification, "RFC 5321 3.5.3, 4.1.1.6: the mail does not hang on it"),
    ON(VRFY, 421, QUIT, fail_temporary, "RFC 5321 3.8, 4.2.2"),
    ON(VRFY, OTHER, QUIT, fail_temporary, "RFC 5321 4.2: fatal"),
    ON(VRFY, GARBAGE, QUIT, fail_temporary, "RFC 5321 4.2"),
    ON(VRFY, UNASKED, QUIT, fail_temporary, "RFC 5321 4.3.1"),
    ON(VRFY, CLOSED, CLOSING, fail_temporary, "RFC 5321 3.8: as 451"),
    ON(VRFY, DEADLINE, CLOSING, fail_temporary, "RFC 5321 4.5.3.2"),
    ON(VRFY, GO_ON, STAY, nothing, "ours: nothing to do"),
    ON(VRFY, ABANDON, QUIT, fail_temporary, "RFC 5321 4.1.1.10"),

    ON(RSET, 2YZ, NEXT, forget_transaction, "RFC 5321 4.1.1.5"),
    ON(RSET, 3YZ, QUIT, fail_temporary, "RFC 5321 4.1.1.5: only 250"),
    ON(RSET, 4YZ, QUIT, fail_temporary, "RFC 5321 4.1.1.5: only 250"),
    ON(RSET, 5YZ, QUIT, fail_temporary, "RFC 5321 4.1.1.5: only 250"),
    ON(RSET, 421, QUIT, fail_temporary, "RFC 5321 3.8, 4.2.2"),
    ON(RSET, OTHER, QUIT, fail_temporary, "RFC 5321 4.2: fatal"),
    ON(RSET, GARBAGE, QUIT, fail_temporary, "RFC 5321 4.2"),
    ON(RSET, UNASKED, QUIT, fail_temporary, "RFC 5321 4.3.1"),
    ON(RSET, CLOSED, CLOSING, fail_temporary, "RFC 5321 3.8: as 451"),
    ON(RSET, DEADLINE, CLOSING, fail_temporary, "RFC 5321 4.5.3.2"),
    ON(RSET, GO_ON, STAY, nothing, "ours: nothing to do"),
    ON(RSET, ABANDON, QUIT, fail_temporary, "RFC 5321 4.1.1.10"),

    ON(QUIT, 2YZ, CLOSING, nothing, "RFC 5321 4.1.1.10"),
    ON(QUIT, 3YZ, CLOSING, nothing, "RFC 5321 4.1.1.10"),
    ON(QUIT, 4YZ, CLOSING, nothing, "RFC 5321 4.1.1.10"),
    ON(QUIT, 5YZ, CLOSING, nothing, "RFC 5321 4.1.1.10"),
    ON(QUIT, 421, CLOSING, nothing, "RFC 5321 4.1.1.10"),
    ON(QUIT, OTHER, CLOSING, nothing, "RFC 5321 4.1.1.10"),
    ON(QUIT, GARBAGE, CLOSING, nothing, "RFC 5321 4.1.1.10"),
    ON(QUIT, UNASKED, STAY, nothing, "RFC 5321 4.1.1.10: its own reply is awaited"),
    ON(QUIT, CLOSED, CLOSING, nothing, "RFC 5321 4.1.1.10"),
    ON(QUIT, DEADLINE, CLOSING, nothing, "RFC 5321 4.5.3.2"),
    ON(QUIT, GO_ON, STAY, nothing, "ours: nothing to do"),
    ON(QUIT, ABANDON, STAY, nothing, "ours: nothing to do"),

    ON(CLOSING, 2YZ, STAY, nothing, "RFC 5321 4.1.1.10: nothing follows"),
    ON(CLOSING, 3YZ, STAY, nothing, "RFC 5321 4.1.1.10: nothing follows"),
    ON(CLOSING, 4YZ, STAY, nothing, "RFC 5321 4.1.1.10: nothing follows"),
    ON(CLOSING, 5YZ, STAY, nothing, "RFC 5321 4.1.1.10: nothing follows"),
    ON(CLOSING, 421, STAY, nothing, "RFC 5321 4.1.1.10: nothing follows"),
    ON(CLOSING, OTHER, STAY, nothing, "RFC 5321 4.1.1.10: nothing follows"),
    ON(CLOSING, GARBAGE, STAY, nothing, "RFC 5321 4.1.1.10: nothing follows"),
    ON(CLOSING, UNASKED, STAY, nothing, "RFC 5321 4.1.1.10: nothing follows"),
    ON(CLOSING, CLOSED, STAY, nothing, "RFC 5321 4.1.1.10: nothing follows"),
    ON(CLOSING, DEADLINE, STAY, nothing, "RFC 5321 4.1.1.10: nothing follows"),
    ON(CLOSING, GO_ON, OVER, nothing, "RFC 5321 4.1.1.10"),
    ON(CLOSING, ABANDON, STAY, nothing, "RFC 5321 4.1.1.10: nothing follows"),

    ON(OVER, 2YZ, STAY, nothing, "RFC 5321 4.1.1.10: nothing follows"),
    ON(OVER, 3YZ, STAY, nothing, "RFC 5321 4.1.1.10: nothing follows"),
    ON(OVER, 4YZ, STAY, nothing, "RFC 5321 4.1.1.10: nothing follows"),
    ON(OVER, 5YZ, STAY, nothing, "RFC 5321 4.1.1.10: nothing follows"),
    ON(OVER, 421, STAY, nothing, "RFC 5321 4.1.1.10: nothing follows"),
    ON(OVER, OTHER, STAY, nothing, "RFC 5321 4.1.1.10: nothing follows"),
    ON(OVER, GARBAGE, STAY, nothing, "RFC 5321 4.1.1.10: nothing follows"),
    ON(OVER, UNASKED, STAY, nothing, "RFC 5321 4.1.1.10: nothing follows"),
    ON(OVER, CLOSED, STAY, nothing, "RFC 5321 4.1.1.10: nothing follows"),
    ON(OVER, DEADLINE, STAY, nothing, "RFC 5321 4.1.1.10: nothing follows"),
    ON(OVER, GO_ON, STAY, nothing, "RFC 5321 4.1.1.10: nothing follows"),
    ON(OVER, ABANDON, STAY, nothing, "RFC 5321 4.1.1.10: nothing follows"),
};
/* clang-format on */

size_t smtp_client_step_count(void)
{
    return (size_t)STATE_COUNT * CLASS_COUNT;
}

static const char *const class_words[] = {
#define X(name, word) word,
    CLIENT_CLASS_TABLE(X)
#undef X
};

bool smtp_client_step(size_t index, struct smtp_client_step *ret)
{
    enum client_state state = (enum client_state)(index / CLASS_COUNT);
    const struct client_step *step = &smtp_client_steps[state][index % CLASS_COUNT];

    *ret = (struct smtp_client_step){.state = smtp_client_state_word(state),
                                     .on = class_words[index % CLASS_COUNT],
                                     .go_to = smtp_client_state_word(step->go_to),
                                     .action = step->action,
                                     .because = step->because};
    return step->act != NULL && step->because != NULL;
}
