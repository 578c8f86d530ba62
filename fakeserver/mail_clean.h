/*
 * mail_clean.h - how much of some mail data is printable ASCII, found many octets at a time.
 *
 * Shape:   what is clean needs no second look at each of its octets: SP to "~", and CRLF.
 * Bounds:  none; nothing is read behind the octets that are given.
 * Source:  ours; RFC 5321 4.1.1.4, 2.3.8 for what the second look is about.
 */
#ifndef FAKESERVER_MAIL_CLEAN_H
#define FAKESERVER_MAIL_CLEAN_H

#include "base/bytes.h"

/* How many octets from the start on are SP to "~". */
size_t mail_clean_octets(struct bytes octets);
/* The line at the start with its CRLF, when all before that is SP to "~"; 0 = it is not. */
size_t mail_clean_line(const char *line, size_t octets);

#endif
