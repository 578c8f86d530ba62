/*
 * smtp_reply.h - one reply of an SMTP server, assembled from its lines.
 *
 * Shape:   code 000..999, lines[0..line_count), each without code, separator and line end.
 * Bounds:  SMTP_REPLY_LINES_TAKEN lines, SMTP_REPLY_LINE_OCTETS_TAKEN octets in one of them,
 *          SMTP_REPLY_OCTETS_TAKEN in all.
 * Lives:   lines point into the reader's buffer or into the input, until the next
 *          smtp_reply_next(); the reader itself from _init to _release.
 * Errors:  ERR_SYNTAX no code, a separator other than SP, "-" or end of line, LF alone at the end;
 *          ERR_PROTOCOL the lines of one reply disagree on the code; ERR_LIMIT.
 * Source:  RFC 5321 4.2, 4.2.1, 4.5.3.1.5. Liberal in: a bare code, any octet in the text, lines
 *          far longer than 512 octets, codes of any first digit (the caller classes them).
 *
 * A line ends in CRLF. LF alone ends nothing (RFC 5321 2.3.8), so that a reply cannot be taken for
 * two; it is refused at once rather than waited for, unless bare_lf lets it end a line.
 */
#ifndef CLIENT_SMTP_REPLY_H
#define CLIENT_SMTP_REPLY_H

#include "base/buf.h"
#include "base/err.h"
#include "base/smtp_limits.h"

enum smtp_reply_parse {
    SMTP_REPLY_DONE, /* *ret is filled */
    SMTP_REPLY_MORE, /* all of the input is taken, the reply goes on */
    SMTP_REPLY_BAD   /* *err is filled; taken up to the end of the line at fault */
};

struct smtp_reply {
    unsigned code;
    const struct bytes *lines;
    size_t line_count;
    struct bytes octets; /* the whole reply as it came */
};

struct smtp_reply_reader {
    bool bare_lf;      /* LF alone ends a line, too */
    struct buf buffer; /* of a reply that came in pieces */
    struct bytes *lines;
    size_t line_count;
    size_t line_start; /* in the octets of this reply */
    size_t scanned;    /* no LF in [line_start, scanned) */
    unsigned code;
    bool given; /* what the buffer holds was handed out */
};

bool smtp_reply_reader_init(struct smtp_reply_reader *reader, bool bare_lf); /* false: memory */
void smtp_reply_reader_release(struct smtp_reply_reader *reader);
void smtp_reply_reader_clear(struct smtp_reply_reader *reader); /* forgets a reply begun */
bool smtp_reply_reader_is_begun(const struct smtp_reply_reader *reader);

/* Takes octets up to the end of one reply, at most; *ret_used says how many. */
enum smtp_reply_parse smtp_reply_next(struct smtp_reply_reader *reader, struct bytes input,
                                      struct smtp_reply *ret, size_t *ret_used, struct err *err);

#endif
