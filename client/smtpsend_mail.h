/*
 * smtpsend_mail.h - one message of the command line: a file, or made from subject and body.
 *
 * Lives:   open until smtpsend_mail_close(); closing what was never opened does no harm to a zeroed
 *          one.
 * Errors:  ERR_SYNTAX a message that cannot be sent; ERR_IO one that cannot be read; ERR_MEMORY.
 */
#ifndef CLIENT_SMTPSEND_MAIL_H
#define CLIENT_SMTPSEND_MAIL_H

#include "client/smtpsend_mailbox.h"
#include "client/smtpsend_options.h"
#include "client/smtpsend_source.h"

struct smtpsend_mail {
    bool is_open;
    size_t index; /* of options->files */
    struct buf draft;
    struct smtpsend_source source;
    struct smtpsend_mailboxes mailboxes;
    struct smtp_message message; /* for all recipients */
};

/* index: of options->files; host: the right side of Message-ID. What is open already stays so:
 * standard input cannot be read again, and another try is the same message. */
bool smtpsend_mail_open(struct smtpsend_mail *mail, const struct smtpsend_options *options,
                        struct bytes host, size_t index, struct err *err);
void smtpsend_mail_close(struct smtpsend_mail *mail);

#endif
