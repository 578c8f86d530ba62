/*
 * known.h - failures that are known: a list that stands beside the client's own sources.
 *
 * Shape:   a line each: what fails, then the reason. What fails is the name of a run,
 * path[instance], in which `*` stands for any octets, in double quotes if there are blanks in it;
 * or `rule` and the id of a requirement. `#` begins a comment. Bounds:  KNOWN_OCTETS_MAX of text,
 * KNOWN_LINES_MAX lines. Lives:   everything lives in the arena given, or is the text. Errors:
 * ERR_SYNTAX with line and column, ERR_LIMIT, ERR_MEMORY. Source:  smtpdrill(1).
 */
#ifndef HARNESS_RUN_KNOWN_H
#define HARNESS_RUN_KNOWN_H

#include "base/arena.h"
#include "base/err.h"

#define KNOWN_OCTETS_MAX ((size_t)1024 * 1024)
#define KNOWN_LINES_MAX 10000

struct known_failure {
    bool is_rule;
    struct bytes pattern; /* of a rule: its id */
    struct bytes reason;
    unsigned line; /* 1-based */
};

struct known {
    const char *path; /* for messages */
    struct known_failure *failures;
    size_t count;
};

bool known_parse(const char *path, struct bytes text, struct arena *arena, struct known *ret,
                 struct err *err);
/* The first line that fits; NULL: none does, or there is no list (known NULL). */
const struct known_failure *known_run(const struct known *known, const char *name);
const struct known_failure *known_rule(const struct known *known, const char *requirement);

#endif
