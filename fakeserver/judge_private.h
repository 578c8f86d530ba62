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
/* Adds what the expectations find. */
bool judge_expectations(struct judging *judging);

#endif
