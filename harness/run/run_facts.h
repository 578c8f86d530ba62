/*
 * run_facts.h - what one run tells its client: arguments, environment, files.
 *
 * Lives:   everything lives in the arena given; files stand in the run's folder.
 * Errors:  ERR_IO, ERR_LIMIT, ERR_MEMORY.
 */
#ifndef HARNESS_RUN_RUN_FACTS_H
#define HARNESS_RUN_RUN_FACTS_H

#include "harness/recipe/recipe_expand.h"
#include "harness/run/run_folder.h"
#include "harness/run/run_one.h"

struct run_command {
    const char *const *argv;
    const char *const *environment;
    const char *input; /* path; NULL = none */
};

/* What is known when a client is started. */
struct run_given {
    const struct run_setting *setting;
    const struct scenario *scenario;
    const struct run_folder *folder;
    unsigned port;
};

bool run_facts_make(const struct run_given *given, struct arena *arena, struct run_command *ret,
                    struct err *err);

/* CAPABILITY_BIT set of what a scenario needs, written or not. */
bool run_facts_needs(const struct scenario *scenario, uint64_t *ret, struct err *err);
/* What a scenario needs and the client cannot do; empty: nothing. */
bool run_facts_lacking(const struct recipe *recipe, const struct scenario *scenario,
                       struct arena *arena, struct bytes *ret, struct err *err);

#endif
