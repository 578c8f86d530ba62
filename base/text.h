/*
 * text.h - octets shown to people, and words read from people.
 *
 * Shape:   every octet of a stranger goes through text_escape() before it is printed: no server and
 *          no client can write on a terminal or into a report.
 * Bounds:  the maximum of the buffer that is written to; words of TEXT_WORD_MAX octets.
 * Lives:   what is appended belongs to the buffer.
 * Errors:  false for a full buffer or no memory; text_unescape() also ERR_SYNTAX with the column.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/buf.h"
#include "base/err.h"

/* \r \n \t \0 \\ \", and \xHH for any other control octet and for all above 126. */
bool text_escape(struct buf *to, struct bytes octets);

/* The same, but well-formed UTF-8 of printable characters stays as it is (RFC 3629 4): for people.
 */
bool text_escape_utf8(struct buf *to, struct bytes octets);

/* Undoes text_escape(): \r \n \t \0 \xHH \\ \" and nothing else. The column is that of the
 * backslash at fault; with ERR_LIMIT or ERR_MEMORY nothing useful is in the buffer. */
bool text_unescape(struct buf *to, struct bytes text, struct err *err);

/* For messages: text_show(octets).text, escaped, cut with "..." behind TEXT_SHOWN_OCTETS. */
enum { TEXT_SHOWN_OCTETS = 60 };
struct text_shown {
    char text[TEXT_SHOWN_OCTETS + 8];
};
struct text_shown text_show(struct bytes octets);

/* The word of the list that the word was probably meant to be, without case; NULL when none is
 * near: more than a third of its letters would have to change. */
enum { TEXT_WORD_MAX = 32 };
const char *text_nearest(struct bytes word, const char *const *list, size_t count);

/* How many octets, at least 1, the well-formed UTF-8 character at the start takes; 0 = ill-formed
 * (RFC 3629 4: no surrogate, nothing overlong, nothing above U+10FFFF). */
size_t text_utf8_octets(struct bytes text);

#endif
