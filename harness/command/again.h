/*
 * again.h - the command line of `smtpdrill run` that runs one scenario again, for reports.
 *
 * Lives:   both parts live in the arena of the results.
 */
#ifndef HARNESS_COMMAND_AGAIN_H
#define HARNESS_COMMAND_AGAIN_H

#include "harness/command/options.h"
#include "harness/run/results.h"

/* results->again, and results->again_tail for a COMMAND, between which the scenario stands. */
bool again_make(const struct options *options, struct results *results, struct err *err);

#endif
