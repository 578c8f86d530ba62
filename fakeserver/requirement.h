/*
 * requirement.h - the register: what RFCs ask of a client, and what here shows it.
 *
 * Shape:   a table with a line of column names: id, level, area, status, covered, requirement,
 *          provoke, observe. `covered` is one of
 *            rule: NAME …   rules (rule.h)          scenario       the scenarios that cite the id
 *            as: ID         the same as another      never: reason  no fake server can see it
 *            later: word    not yet
 * Bounds:  REQUIREMENTS_MAX rows.
 * Lives:   spans point into the text given; the register lives in the arena given.
 * Errors:  ERR_SYNTAX with line and column, ERR_LIMIT, ERR_MEMORY.
 * Source:  scenarios/requirements.tsv.
 */
#ifndef FAKESERVER_REQUIREMENT_H
#define FAKESERVER_REQUIREMENT_H

#include "base/arena.h"
#include "base/err.h"

#define REQUIREMENTS_MAX 10000

enum requirement_cover {
    REQUIREMENT_RULE,
    REQUIREMENT_SCENARIO,
    REQUIREMENT_AS,
    REQUIREMENT_NEVER,
    REQUIREMENT_LATER
};

struct requirement {
    struct bytes id;    /* 5321-3.3-f: RFC, section, letter; never changes */
    struct bytes level; /* MUST, MUST NOT, SHOULD, SHOULD NOT, MAY, implied (by the grammar) */
    struct bytes area;
    struct bytes status; /* wire, outcome, timing, not-observable: where it shows */
    enum requirement_cover cover;
    struct bytes covered; /* names of rules apart by spaces; an id; a reason; a word; or empty */
    struct bytes what;    /* the requirement itself */
    struct bytes provoke; /* what a server does */
    struct bytes observe; /* what tells right from wrong */
};

struct requirement_register {
    const struct requirement *rows;
    size_t count;
};

bool requirement_register_parse(struct bytes text, struct arena *arena,
                                struct requirement_register *ret, struct err *err);
/* NULL: no such id. */
const struct requirement *requirement_find(const struct requirement_register *requirements,
                                           struct bytes id);
const char *requirement_cover_word(enum requirement_cover cover);

#endif
