/*
 * smtpsend_compose.h - a small message, made from a subject and a text.
 *
 * Shape:   Date, From, To, Subject, Message-ID, and what MIME needs (RFC 5322 3.6, RFC 2045).
 *          Text that is not plain ASCII in short lines goes as base64, so that it passes any
 *          server; a subject like that as encoded words (RFC 2047).
 * Lives:   appended to the buffer, with LF line ends.
 * Errors:  ERR_SYNTAX a control octet in the subject; ERR_LIMIT, ERR_MEMORY.
 */
#ifndef CLIENT_SMTPSEND_COMPOSE_H
#define CLIENT_SMTPSEND_COMPOSE_H

#include "base/buf.h"
#include "base/err.h"

struct smtpsend_draft {
    struct bytes from; /* empty: the header says the host's postmaster */
    const struct bytes *to;
    size_t to_count;
    struct bytes subject;
    struct bytes body;
    struct bytes host;        /* the right side of Message-ID */
    const char *date;         /* RFC 5322 3.3 */
    unsigned long long token; /* what makes the Message-ID unique */
};

bool smtpsend_compose(const struct smtpsend_draft *draft, struct buf *to, struct err *err);

#endif
