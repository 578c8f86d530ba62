/*
 * cut_run.h - the runs without a cut that a run with cuts begins with.
 *
 * Shape:   each instance is run as it stands; what it shows makes the plan of the cuts.
 * Lives:   until cut_run_release(); the suite is borrowed.
 * Errors:  those of run_all() and cut_plan_make(); ERR_SYNTAX when nothing can be cut.
 */
#ifndef HARNESS_CUT_CUT_RUN_H
#define HARNESS_CUT_CUT_RUN_H

#include "harness/cut/cut_plan.h"
#include "harness/run/run.h"

#define CUT_ARENA_OCTETS_MAX ((size_t)2048 * 1024 * 1024)

struct cut_run {
    struct arena *arena;
    struct plan plan;      /* of the cuts */
    struct results *uncut; /* what the runs without them came to */
    size_t instances;      /* that can be cut */
};

/* options->results is not used; its `finished` is told of the runs, with ret->uncut. */
bool cut_run_survey(const struct run_options *options, const struct cut_wishes *wishes,
                    struct cut_run *ret, struct err *err);
void cut_run_release(struct cut_run *run);

#endif
