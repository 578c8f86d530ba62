/*
 * smtp_idn.h - the form of a mailbox with A-labels, for servers without SMTPUTF8.
 *
 * Shape:   only the domain has such a form; a local-part that is not ASCII has none.
 * Lives:   appended to the buffer.
 * Errors:  ERR_SYNTAX: the local-part is not ASCII, or the domain is none that IDNA2008 knows.
 * Source:  RFC 6531 3.2, 3.7.1; RFC 5890 2.3.2.1; RFC 5891 5.
 */
#ifndef CLIENT_SMTP_IDN_H
#define CLIENT_SMTP_IDN_H

#include "base/buf.h"
#include "base/err.h"

/* ASCII stays as it is. */
bool smtp_idn_domain(struct bytes domain, struct buf *to, struct err *err);
bool smtp_idn_mailbox(struct bytes mailbox, struct buf *to, struct err *err);

#endif
