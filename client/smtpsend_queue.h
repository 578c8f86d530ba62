/*
 * smtpsend_queue.h - which messages are still to be sent, and to whom.
 *
 * Shape:   rounds, one a connection: in each, smtpsend_queue_take() hands out every message that
 * has recipients due, narrowed to them; smtpsend_queue_again() says whether another round follows.
 * Whoever has got an outcome for good is never asked for again: no message comes twice, and no
 * refusal is argued with (RFC 5321 4.2.1, 4.5.4.1).
 * Lives:   what a message is narrowed to lives until the next take.
 * Source:  RFC 5321 4.5.4.1 (retries), 3.8 (421), 5.1 (addresses); RFC 9422 3 (limits of one
 *          session).
 */
#ifndef CLIENT_SMTPSEND_QUEUE_H
#define CLIENT_SMTPSEND_QUEUE_H

#include "client/smtp_client.h"

struct smtpsend_due; /* of one recipient of one message */

struct smtpsend_queue {
    size_t message_count;
    size_t recipient_count;
    struct smtpsend_due *dues; /* recipient_count a message */
    size_t next;               /* message of this round */
    size_t taken;              /* the message that was handed out last */
    bool decided;              /* somebody, in this round */
    /* The recipients of that message, as the client numbers them. */
    size_t *indexes;
    struct bytes *paths;
    struct bytes *ascii;
    struct smtp_rcpt_request *requests;
};

bool smtpsend_queue_init(struct smtpsend_queue *queue, size_t messages, size_t recipients);
void smtpsend_queue_release(struct smtpsend_queue *queue);

/* The next message of this round: *message, which is for all recipients, is narrowed to those that
 * are due. False: none is left. */
bool smtpsend_queue_take(struct smtpsend_queue *queue, size_t *ret_message);
void smtpsend_queue_narrow(struct smtpsend_queue *queue, struct smtp_message *message);
/* A RECIPIENT event of it. Returns the recipient's index among all. */
size_t smtpsend_queue_note(struct smtpsend_queue *queue, const struct smtp_client_event *event);

enum smtpsend_again {
    SMTPSEND_AGAIN_NEVER,
    SMTPSEND_AGAIN_ELSEWHERE, /* no session came about; another address may do (RFC 5321 5.1) */
    SMTPSEND_AGAIN_AT_ONCE,   /* the server takes no more in one session, and took some */
    SMTPSEND_AGAIN_LATER      /* temporary outcomes are left */
};
/* elsewhere: there is another address. */
enum smtpsend_again smtpsend_queue_again(const struct smtpsend_queue *queue, bool elsewhere);
/* The next round: elsewhere, or at once, only what was left to it; later, all that is left. */
void smtpsend_queue_begin(struct smtpsend_queue *queue, enum smtpsend_again again);

#endif
