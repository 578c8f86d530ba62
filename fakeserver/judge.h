/*
 * judge.h - the verdict on one run, a pure function of scenario, transcript and claim.
 *
 * Three sources, kept apart: departures from the dialogue (found by the fake server while it ran,
 * read here from the transcript's notes), the scenario's expectations, and the rules that hold in
 * every scenario.
 *
 * Lives:   everything in *ret lives in the arena.
 * Errors:  ERR_MEMORY, ERR_LIMIT (arena).
 */
#ifndef FAKESERVER_JUDGE_H
#define FAKESERVER_JUDGE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/smtp_outcome.h"
#include "fakeserver/cut.h"
#include "fakeserver/finding.h"
#include "fakeserver/scenario.h"
#include "fakeserver/transcript.h"

/* claim may be NULL (a server without a harness): then only the wire is judged. */
bool judge(const struct scenario *scenario, const struct transcript *transcript,
           const struct smtp_claim *claim, struct arena *arena, struct verdict *ret,
           struct err *err);

/* What the same instance came to without a cut. */
struct judge_uncut {
    struct smtp_claim claim;
    const struct finding *findings; /* their requirement and what was expected */
    size_t finding_count;
};

struct judge_cut_run {
    const struct scenario *scenario;
    const struct transcript *transcript;
    const struct smtp_claim *claim; /* NULL: nobody knows */
    const struct cut *cut;
    const struct judge_uncut *uncut; /* NULL: not known */
};

/*
 * The verdict on a run with a cut. After an ending the dialogue and its expectations cannot hold:
 * what is asked is each rule, and that a lost connection is no permanent failure (RFC 5321 3.8).
 * Segments that lie otherwise change nothing (RFC 5321 4.2): the verdict and the claim have to be
 * the same. What the client did wrong without the cut as well is not said again; what is left
 * counts on the scenario's axis, as it is about this cut. (judge_cut.c)
 */
bool judge_cut(const struct judge_cut_run *run, struct arena *arena, struct verdict *ret,
               struct err *err);

#endif
