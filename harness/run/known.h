/*
 * known.h - failures that are known: a list that stands beside the client's own sources.
 *
 * Shape:   a line each: what fails, then `until` and the last day of that where there is one, then
 *          the reason. What fails is the name of a run, path[instance], in which `*` stands for any
 *          octets, in double quotes if there are blanks in it; or `rule` and the id of a
 *          requirement. `#` begins a comment. Behind its last day, of UTC, a line covers nothing.
 * Bounds:  KNOWN_OCTETS_MAX of text, KNOWN_LINES_MAX lines.
 * Lives:   everything lives in the arena given, or is the text.
 * Errors:  ERR_SYNTAX with line and column, ERR_LIMIT, ERR_MEMORY.
 * Source:  smtpdrill(1).
 */
#ifndef HARNESS_RUN_KNOWN_H
#define HARNESS_RUN_KNOWN_H

#include "base/arena.h"
#include "base/err.h"

#include <stdint.h>

#define KNOWN_OCTETS_MAX ((size_t)1024 * 1024)
#define KNOWN_LINES_MAX 10000

struct known_failure {
    bool is_rule;
    struct bytes pattern; /* of a rule: its id */
    struct bytes until;   /* 2027-03-01, its last day; empty: it has none */
    struct bytes reason;
    bool over;    /* that day is */
    bool matched; /* known_run() or known_rule() answered it */
    unsigned line, column;
};

struct known {
    const char *path; /* for messages */
    int64_t now_s;    /* since 1970 */
    struct known_failure *failures;
    size_t count;
};

/* path and now_s are set. */
bool known_parse(struct known *known, struct bytes text, struct arena *arena, struct err *err);
/* The first line that fits and is not over, else the first that fits. NULL: none does, or there is
 * no list (known NULL). */
const struct known_failure *known_run(struct known *known, const char *name);
const struct known_failure *known_rule(struct known *known, const char *requirement);
/* There is such a line, and it is not over. */
bool known_covers(const struct known_failure *failure);
bool known_fits(const struct known_failure *failure, struct bytes name);

#endif
