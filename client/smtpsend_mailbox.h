/*
 * smtpsend_mailbox.h - the mailboxes of the envelope with A-labels, where they are not ASCII.
 *
 * Lives:   until smtpsend_mailboxes_release().
 * Errors:  ERR_MEMORY. A mailbox that has no such form is left empty: a server with SMTPUTF8 may
 *          still take it as it is.
 */
#ifndef CLIENT_SMTPSEND_MAILBOX_H
#define CLIENT_SMTPSEND_MAILBOX_H

#include "client/smtp_message.h"

struct smtpsend_mailboxes {
    struct buf octets;
    struct bytes reverse_path;
    struct bytes *forward_paths; /* NULL: all are ASCII */
};

/* Fills the two spans of the message as well. */
bool smtpsend_mailboxes_make(struct smtpsend_mailboxes *mailboxes, struct smtp_message *message,
                             struct err *err);
void smtpsend_mailboxes_release(struct smtpsend_mailboxes *mailboxes);

#endif
