/*
 * recipe_claim.h - what a client says became of the message: from its exit status and its output.
 *
 * Shape:   struct smtp_claim (base/smtp_outcome.h).
 * Lives:   everything in *ret lives in the arena, or is the output that was given.
 * Errors:  ERR_SYNTAX for a `report code` that PCRE2 does not take (recipe_reader_new).
 */
#ifndef HARNESS_RECIPE_RECIPE_CLAIM_H
#define HARNESS_RECIPE_RECIPE_CLAIM_H

#include "harness/recipe/recipe.h"

struct recipe_ending {   /* how the process ended, and what it had said */
    int status;          /* -1: none */
    int signal;          /* that ended it, not ours; 0 = none */
    bool hung;           /* it had to be ended by us */
    struct bytes out;    /* standard output */
    struct bytes report; /* both outputs, for `expect report` */
};

struct recipe_reader; /* a recipe with its pattern compiled */

struct recipe_reader *recipe_reader_new(const struct recipe *recipe, struct err *err);
void recipe_reader_free(struct recipe_reader *reader);

/* *ret_meaning: what the exit status is said to mean. False: no memory. */
bool recipe_claim(const struct recipe_reader *reader, const struct recipe_ending *ending,
                  struct arena *arena, struct smtp_claim *ret, enum recipe_meaning *ret_meaning);

#endif
