/*
 * coverage.h - what covers a requirement of the register: rules, scenarios, or the reason why not.
 *
 * Lives:   everything lives in the arena given.
 */
#ifndef HARNESS_COVERAGE_H
#define HARNESS_COVERAGE_H

#include "harness/register.h"
#include "harness/suite.h"

enum coverage_kind {
    COVERAGE_TESTED,     /* a rule or a scenario */
    COVERAGE_IMPOSSIBLE, /* no server can observe it, or the register says why it is left out */
    COVERAGE_NOT_YET
};

struct coverage {
    enum coverage_kind kind;
    size_t rules;     /* that rest on it */
    size_t scenarios; /* files that cite it */
    struct bytes reason;
};

struct coverage coverage_of(const struct requirement *requirement, const struct suite *suite);
const char *coverage_word(enum coverage_kind kind);

#endif
