/*
 * err.h - an error as a value: what kind, where, and one sentence.
 *
 * Shape:   struct err below; filled on failure only, by the code that knows the facts.
 * Bounds:  the sentence is cut at sizeof(what) - 1 octets; foreign octets in it are escaped first.
 * Lives:   by value.
 * Note:    A client that misbehaves is not an error but a finding (fakeserver/finding.h). An error
 *          means that this tool could not do its work: exit status 2.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>

enum err_kind { ERR_NONE, ERR_MEMORY, ERR_LIMIT, ERR_SYNTAX, ERR_PROTOCOL, ERR_IO, ERR_TIMEOUT };

struct err {
    enum err_kind kind;
    unsigned line;   /* 1-based line of the text at fault; 0 = not about a text */
    unsigned column; /* 1-based, in octets; 0 = the whole line */
    char what[240];  /* one sentence: what was expected, what was there; no full stop */
};

/* Both return false, so that a failing function can end in `return err_set(...)`. err may be NULL.
 */
bool err_set(struct err *err, enum err_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
bool err_set_at(struct err *err, enum err_kind kind, unsigned line, unsigned column,
                const char *format, ...) __attribute__((format(printf, 5, 6)));
bool err_memory(struct err *err); /* "out of memory" */

#endif
