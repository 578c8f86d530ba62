/*
 * run_environment.h - the environment that a client gets.
 *
 * Shape:   a list that ends with NULL, of NAME=VALUE. The client of a recipe sees PATH, a home and
 *          a folder for temporary files of its own, what the recipe says and nothing else; a
 *          COMMAND sees the environment of whoever started it; a COMMAND and an adapter see the
 *          facts of the run as SMTPDRILL_NAME.
 * Lives:   in the arena given.
 * Errors:  ERR_MEMORY.
 * Source:  recipe.5, smtpdrill.1.
 */
#ifndef HARNESS_RUN_RUN_ENVIRONMENT_H
#define HARNESS_RUN_RUN_ENVIRONMENT_H

#include "harness/recipe/recipe_expand.h"
#include "harness/run/run_one.h"

/* For one run; of_recipe: what the recipe's `env` lines became. */
bool run_environment_make(const struct run_setting *setting, const struct recipe_facts *facts,
                          const char *const *of_recipe, struct arena *arena,
                          const char *const **ret, struct err *err);

/* The same, and *environment loads the shim, before whatever else is loaded into the client: so
 * ours is called first. */
bool run_environment_warp(const char *shim, const char *page, struct arena *arena,
                          const char *const **environment, struct err *err);

/* For what is done once, before the runs; home is a folder. */
bool run_environment_once(const struct run_setting *setting, const char *home, struct arena *arena,
                          const char *const **ret, struct err *err);

#endif
