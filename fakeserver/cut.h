/*
 * cut.h - a fault that any scenario can be given: where the server's octets end, or how they lie in
 * segments.
 *
 * Shape:   an ending (close, half-close, reset, stall) at a place in what the server says on one
 *          connection: behind so many whole lines, and so many octets of the next; or another
 *          lying of all octets in segments (split, join), which means the same (RFC 5321 4.2).
 *          Written: close@3, reset@2:3+17 (second connection), split@lines, split@octets,
 *          split@3+17 (one border only), join.
 * Bounds:  CUT_TEXT_OCTETS_MAX; numbers up to CUT_NUMBER_MAX.
 * Lives:   by value.
 * Errors:  ERR_SYNTAX, with the nearest word.
 * Source:  RFC 5321 3.8 (a connection that is lost), 4.2 (a reply ends with CRLF).
 */
#ifndef FAKESERVER_CUT_H
#define FAKESERVER_CUT_H

#include "base/bytes.h"
#include "base/err.h"

#include <stdint.h>

#define CUT_TEXT_OCTETS_MAX 64
#define CUT_NUMBER_MAX 100000000

/* enum name, word; the simplest fault first */
#define CUT_KIND_TABLE(X)                                                                          \
    X(CLOSE, "close")           /* FIN; what the client still sends is read */                     \
    X(HALF_CLOSE, "half-close") /* FIN, and the server goes on reading */                          \
    X(RESET, "reset")           /* RST */                                                          \
    X(STALL, "stall")           /* no octet more, the connection stays */                          \
    X(SPLIT, "split")           /* segments end where they need not */                             \
    X(JOIN, "join")             /* replies that wait together go out in one segment */

enum cut_kind {
#define X(name, word) CUT_##name,
    CUT_KIND_TABLE(X)
#undef X
        CUT_KIND_COUNT
};

enum cut_where {
    CUT_AT_POINT,
    CUT_AT_LINES, /* SPLIT: each line is a segment; of a wish: at each line */
    CUT_AT_OCTETS /* SPLIT: each octet is a segment; of a wish: at each octet */
};

struct cut {
    enum cut_kind kind;
    enum cut_where where;
    unsigned connection; /* 1-based */
    size_t lines;        /* whole lines of the server on that connection … */
    size_t octets;       /* … and octets of the one behind them */
};

struct cut_text {
    char text[CUT_TEXT_OCTETS_MAX];
};

const char *cut_kind_word(enum cut_kind kind);
/* After it the server says nothing more on that connection. */
bool cut_is_ending(const struct cut *cut);
/* An ending and a border are on their connection; all octets are those of each. */
bool cut_is_on(const struct cut *cut, unsigned connection);
struct cut_text cut_print(const struct cut *cut);
/* One exact cut, as it is printed. */
bool cut_parse(struct bytes text, struct cut *ret, struct err *err);
/* What --cut takes: a cut, or a kind alone (an ending at each line; SPLIT by lines), or a kind with
 * @lines or @octets. */
bool cut_parse_wish(struct bytes text, struct cut *ret, struct err *err);

/* ---- in the server's output ------------------------------------------------------------------ */

/* How much of a server's octets went by. */
struct cut_place {
    size_t lines;
    size_t octets;
};
/* The octets that go out before the cut; place moves on over them. *ret_reached: the cut is right
 * behind them. Of a SPLIT at a point it is the border. */
size_t cut_pass(const struct cut *cut, struct cut_place *place, struct bytes octets,
                bool *ret_reached);
/* The size of the next segment of what is to be sent, of a reply of `whole` octets in all. */
size_t cut_segment(const struct cut *cut, struct bytes rest, size_t whole);

#endif
