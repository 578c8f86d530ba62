/*
 * judge_private.h - what the files of the judge share.
 */
#ifndef FAKESERVER_JUDGE_PRIVATE_H
#define FAKESERVER_JUDGE_PRIVATE_H

#include "fakeserver/judge.h"
#include "fakeserver/match.h"

struct judging {
    const struct scenario *scenario;
    const struct transcript *transcript;
    const struct smtp_claim *claim; /* NULL: none */
    struct arena *arena;
    struct match_scratch *scratch;
    struct verdict *verdict;
    const char *cited; /* the scenario's first requirement, or "" */
    bool *in_flight;   /* for each record: may have been sent before the last reply was seen */
    const struct judge_cut_run *cut; /* NULL: nothing was cut */
    bool claim_is_odd; /* an outcome was asked for, and the recipe does not know what it says */
    struct err *err;
};

/* Phrases are copied. False: no memory. */
bool judge_add(struct judging *judging, const struct finding *finding, const char *expected,
               const char *got);
/* Adds that this expectation does not hold; record SESSION_NOWHERE: the whole run. */
bool judge_fail(struct judging *judging, const struct expectation *expectation, size_t record,
                const char *got);
/* judge_claim.c */
bool judge_outcome(struct judging *judging, const struct expectation *expectation);
bool judge_report(struct judging *judging, const struct expectation *expectation);
/* judge_cut.c: after an ending, what a cut run is asked beside the rules. */
bool judge_lost(struct judging *judging);
/* Puts the findings on the axis that they belong to. */
bool judge_compare(struct judging *judging);
/* Why nothing can be said of the cut; empty: something can. data NULL: no memory. */
struct bytes judge_cut_unreached(struct judging *judging);
/* Adds what the expectations find. */
bool judge_expectations(struct judging *judging);

#endif
