/*
 * believe.h - whether a recipe is to be believed, before its client is run.
 *
 * The recipe of a client that was named is probed, as far as the plan counts on its claims. The
 * bundled client is known, and a COMMAND claims nothing.
 *
 * Errors:  those of the probes; a claim that they refute is told on standard error, and is an error
 *          of each run that needs it.
 */
#ifndef HARNESS_COMMAND_BELIEVE_H
#define HARNESS_COMMAND_BELIEVE_H

#include "harness/command/options.h"
#include "harness/command/program.h"
#include "harness/run/run.h"

/* Fills run->refuted; the rest of it has to be there. */
bool believe(struct program *program, const struct options *options, const struct plan *plan,
             struct run_options *run, struct err *err);

#endif
