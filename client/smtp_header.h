/*
 * smtp_header.h - what a message says of itself that decides how it may travel.
 *
 * Shape:   smtp_header_init(), smtp_header_read() for each piece, smtp_header_end(); then the
 *          fields. Lines end in CRLF or LF.
 * Bounds:  SMTP_HEADER_FIELD_OCTETS of a field are kept: the first words of its value.
 * Lives:   by value.
 * Errors:  none: what is no field says nothing.
 * Source:  RFC 5322 2.2; RFC 2045 4 (MIME-Version), 5 (Content-Type), 6 (encodings); RFC 6532 3.
 */
#ifndef CLIENT_SMTP_HEADER_H
#define CLIENT_SMTP_HEADER_H

#include "base/bytes.h"

enum { SMTP_HEADER_FIELD_OCTETS = 120 };

enum smtp_transfer_encoding {
    SMTP_ENCODING_UNSAID, /* counts as 7bit (RFC 2045 6.1) */
    SMTP_ENCODING_8BIT,
    SMTP_ENCODING_BINARY,
    SMTP_ENCODING_OTHER
};

struct smtp_header {
    bool mime;      /* MIME-Version */
    bool composite; /* multipart or message: parts have encodings of their own */
    bool text;      /* text, which is the default too (RFC 2045 5.2) */
    enum smtp_transfer_encoding encoding;
    bool eight_bit;      /* octets above 127 in the header section */
    bool ill_formed;     /* and they are no UTF-8 (RFC 6532 3.1) */
    bool body_eight_bit; /* behind it */
    bool lf;             /* a line of the header section ends in LF alone */

    bool ended;
    bool at_line_start;
    bool after_cr;
    char character[4]; /* of UTF-8, that is being read */
    size_t character_octets;
    size_t size;
    char field[SMTP_HEADER_FIELD_OCTETS]; /* that is being read, unfolded */
};

void smtp_header_init(struct smtp_header *header);
void smtp_header_read(struct smtp_header *header, struct bytes piece);
void smtp_header_end(struct smtp_header *header); /* no body came */
/* Octets above 127 in the body are what the header says that they are (RFC 5321 2.4). */
bool smtp_header_allows_eight_bit(const struct smtp_header *header);

#endif
