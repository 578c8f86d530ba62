/*
 * transcript_reader.h - the words of one line after the other; for transcript_text.c only.
 *
 * Words stand apart by one space; strings stand in quotes, with the escapes of text_escape().
 *
 * Lives:   strings are copied to the arena.
 * Errors:  ERR_SYNTAX with line and column of the word at fault, ERR_MEMORY.
 */
#ifndef FAKESERVER_TRANSCRIPT_READER_H
#define FAKESERVER_TRANSCRIPT_READER_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

struct words {
    struct bytes rest; /* of the text, behind the current line */
    struct bytes line;
    size_t at; /* in the line */
    unsigned line_number;
    struct arena *arena;
    struct buf scratch; /* for strings */
    struct err *err;
};

/* Both return false. */
bool words_fail(const struct words *words, const char *expected);
bool words_no_memory(const struct words *words);

bool words_next_line(struct words *words); /* false: there is none */
bool words_at_end(const struct words *words);
struct bytes words_peek(const struct words *words);  /* the word here; empty at the end */
bool words_skip(struct words *words, size_t octets); /* … and the space behind them */

/* Steps behind the word when it stands here, behind `name=` likewise; false is no error. */
bool words_take(struct words *words, const char *word);
bool words_take_name(struct words *words, const char *name);

/* These fail with an error when it is not there. */
bool words_take_index(struct words *words, const char *const *list, size_t count,
                      const char *expected, unsigned *ret);
bool words_take_number(struct words *words, unsigned long long max, const char *expected,
                       unsigned long long *ret);
bool words_take_string(struct words *words, struct bytes *ret);
/* The next line is the name and a string. */
bool words_take_named(struct words *words, const char *name, struct bytes *ret);

#endif
