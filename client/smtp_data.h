/*
 * smtp_data.h - the mail data as it is sent: CRLF line ends, transparency, end indication.
 *
 * A line of the input ends in CRLF or in LF; it is sent with CRLF. A dot at the start of a line is
 * sent twice (RFC 5321 4.5.2). A last line without an end gets one (4.1.1.4). What cannot be sent
 * is refused, never changed:
 *   - CR without LF (2.3.8), so CR CR LF too: octets that servers read differently, which is how a
 *     second message is smuggled in;
 *   - NUL (RFC 5322 2.2, 4; RFC 6152 3);
 *   - a line of more than 998 octets without its CRLF (4.5.3.1.6), unless long_lines;
 *   - an octet above 127 (2.4), unless eight_bit: the server offers 8BITMIME (RFC 6152 3).
 *
 * In the chunks of BDAT dots stay as they are, and what is sent verbatim is not looked at at all.
 *
 * Shape:   smtp_data_init(), smtp_data_encode() for each piece, smtp_data_end(); or the same with
 *          smtp_data_scan() and smtp_data_scan_end(), which write nothing and count.
 * Bounds:  the output's maximum; it may be filled in pieces of any size from SMTP_DATA_ROOM_MIN on.
 * Lives:   by value.
 * Errors:  ERR_SYNTAX, with the line of the input, for what cannot be sent.
 */
#ifndef CLIENT_SMTP_DATA_H
#define CLIENT_SMTP_DATA_H

#include "base/buf.h"
#include "base/err.h"

#include <stdint.h>

enum { SMTP_DATA_ROOM_MIN = 8 }; /* octets of room with which encode and end always go on */

struct smtp_data_policy {
    bool eight_bit;
    bool long_lines;
    bool trusted;  /* all of it was scanned before: not looked at twice */
    bool chunked;  /* for BDAT: no transparency, and no end indication (RFC 3030 2) */
    bool verbatim; /* BODY=BINARYMIME: octet by octet as it is, whatever it holds (RFC 3030 3) */
};

struct smtp_data {
    struct smtp_data_policy policy;
    bool after_cr; /* the last octet of the input was a CR; it is not written yet */
    bool has_eight_bit;
    bool no_cr;          /* in the piece that is being looked at */
    size_t line_octets;  /* of the line that goes on */
    uint64_t lines;      /* that ended */
    uint64_t octets;     /* as sent, with CRLF, without added dots: RFC 1870 5 */
    uint64_t added_dots; /* by transparency */
};

void smtp_data_init(struct smtp_data *data, struct smtp_data_policy policy);
/* Takes as much as the output has room for. */
bool smtp_data_encode(struct smtp_data *data, struct bytes input, struct buf *to, size_t *ret_used,
                      struct err *err);
/* The CRLF that is missing, and the end of mail data indication. False also when the output has no
 * room for them (ERR_LIMIT; come again). */
size_t smtp_data_end_octets(const struct smtp_data *data);
bool smtp_data_end(struct smtp_data *data, struct buf *to, struct err *err);

bool smtp_data_scan(struct smtp_data *data, struct bytes input, struct err *err);
bool smtp_data_scan_end(struct smtp_data *data, struct err *err);

#endif
