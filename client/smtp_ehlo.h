/*
 * smtp_ehlo.h - what the reply to EHLO says that the server offers.
 *
 * Shape:   a set of extensions (base/smtp_extension.h), filled from all lines but the first: that
 *          one is the server's name and greeting, whatever it looks like.
 * Lives:   by value.
 * Errors:  none: a line that is no ehlo-line is passed over, as a keyword that nobody knows.
 * Source:  RFC 5321 4.1.1.1. Only the code 250 brings extensions (4.3.2: any other 2yz opens the
 *          session, without them).
 */
#ifndef CLIENT_SMTP_EHLO_H
#define CLIENT_SMTP_EHLO_H

#include "base/smtp_extension.h"
#include "client/smtp_reply.h"

void smtp_ehlo_read(const struct smtp_reply *reply, struct smtp_extensions *ret);

#endif
