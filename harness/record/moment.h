/*
 * moment.h - what of a reply's text is bound to the moment: dates, and identifiers of one session
 * or one mail.
 *
 * A word is an identifier by its looks alone: letters and digits that alternate, hexadecimal, or a
 * long number. Names of hosts, EHLO keywords and SASL mechanisms are none.
 *
 * Shape:   a placeholder of scenario.5, {date} or {token}.
 * Lives:   by value.
 * Source:  RFC 5322 3.3, RFC 3339 5.6, asctime of C; queue ids as servers write them.
 */
#ifndef HARNESS_RECORD_MOMENT_H
#define HARNESS_RECORD_MOMENT_H

#include "base/buf.h"

/* What begins at this place and is bound to the moment; NULL: nothing. *ret_used: its octets. */
const char *moment_at(struct bytes text, size_t at, size_t *ret_used);
/* The text with everything of that kind replaced. False: no room. */
bool moment_put(struct buf *to, struct bytes text);

#endif
