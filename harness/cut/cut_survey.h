/*
 * cut_survey.h - what a run without a cut showed: where it can be cut, and what to compare with.
 *
 * Shape:   for each connection the lines that the server said, each with a digest of all that the
 *          client was given before it: its job, and the server's octets. Two runs with the same
 *          digest are the same run so far, as far as the client can tell.
 * Lives:   in the arena given.
 * Errors:  ERR_MEMORY, ERR_LIMIT (arena).
 */
#ifndef HARNESS_CUT_CUT_SURVEY_H
#define HARNESS_CUT_CUT_SURVEY_H

#include "fakeserver/judge.h"

struct cut_line {
    uint64_t before;     /* digest of what came before it */
    struct bytes octets; /* with its line end, if it has one */
};

struct cut_connection {
    struct cut_line *lines; /* [line_count] stands for the end: empty, but for its digest */
    size_t line_count;
};

struct cut_survey {
    bool fit; /* false: this run is no measure (it hung, was unsupported, never connected …) */
    struct judge_uncut uncut;
    struct cut_connection *connections;
    size_t connection_count;
    uint64_t whole;    /* digest of the whole run */
    bool has_segments; /* the scenario says itself how its octets lie in time or segments */
    bool has_joints;   /* two replies came one after the other */
};

struct cut_survey_run {
    const struct scenario *scenario;
    const struct transcript *transcript;
    const struct smtp_claim *claim;
    enum verdict_result verdict;
    const struct finding *findings;
    size_t finding_count;
};

bool cut_survey_make(const struct cut_survey_run *run, struct arena *arena, struct cut_survey *ret,
                     struct err *err);
/* The digest in the middle of a line. */
uint64_t cut_survey_digest(uint64_t before, struct bytes octets);

#endif
