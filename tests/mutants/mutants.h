/*
 * mutants.h - the clients that the tester is tested with.
 *
 * A mutant is wrong in one point: the scenarios and rules that name the point have to fail for it.
 * A harmless variant differs where the RFCs leave a choice: nothing may fail for it.
 */
#ifndef TESTS_MUTANTS_MUTANTS_H
#define TESTS_MUTANTS_MUTANTS_H

#include "tests/mutants/traits.h"

#include <stddef.h>

#define MUTANT_TRAITS_MAX 3

struct mutant {
    const char *name;
    enum actor_trait
        traits[MUTANT_TRAITS_MAX]; /* the first one is wrong, the others set the stage */
    const char *breaks;            /* ids of the register, a blank between */
    const char *says;
};

struct harmless {
    const char *name;
    enum actor_trait traits[MUTANT_TRAITS_MAX];
    const char *lacks; /* words of `needs` that it cannot fulfil, a blank between; "" = none */
    const char *says;
    const char *should; /* ids of those SHOULDs that it knowingly leaves; NULL = none */
};

extern const struct mutant mutants[];
extern const size_t mutant_count;
extern const struct harmless harmless[];
extern const size_t harmless_count;

#endif
