/*
 * coverage.h - what covers a requirement of the register: rules, scenarios, or the reason why not.
 *
 * Lives:   everything lives in the arena given.
 */
#ifndef HARNESS_RUN_COVERAGE_H
#define HARNESS_RUN_COVERAGE_H

#include "fakeserver/requirement.h"
#include "harness/run/suite.h"

enum coverage_kind {
    COVERAGE_TESTED,     /* by a rule or a scenario */
    COVERAGE_IMPOSSIBLE, /* no server can see it */
    COVERAGE_NOT_YET
};

struct coverage {
    enum coverage_kind kind;
    size_t rules;        /* that rest on it, or on the one that says the same */
    size_t scenarios;    /* files that cite it */
    struct bytes as;     /* id of the requirement that says the same; empty: none */
    struct bytes reason; /* IMPOSSIBLE, NOT_YET */
};

struct coverage coverage_of(const struct requirement *requirement,
                            const struct requirement_register *list, const struct suite *suite);
const char *coverage_word(enum coverage_kind kind);

#endif
