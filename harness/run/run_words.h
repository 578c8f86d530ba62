/*
 * run_words.h - the facts of one run that are words: no file is touched for them.
 *
 * Lives:   everything lives in the arena given, or is the scenario's.
 * Errors:  ERR_LIMIT, ERR_MEMORY.
 */
#ifndef HARNESS_RUN_RUN_WORDS_H
#define HARNESS_RUN_RUN_WORDS_H

#include "harness/recipe/recipe_expand.h"
#include "harness/run/run_tls.h"

struct run_words {
    const struct scenario *scenario;
    const struct run_tls *tls; /* NULL: the scenario asks for none */
    const char *folder;        /* of the run; "" = none, as for the next two */
    const char *clients;
    const char *smtpsend;
    const char *made; /* the folder for what `prepare` makes; NULL: none */
    unsigned port;
};

/* Fills in what it knows of *ret, which is zeroed. */
bool run_words_make(const struct run_words *given, struct arena *arena, struct recipe_facts *ret,
                    struct err *err);

#endif
