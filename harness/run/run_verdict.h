/*
 * run_verdict.h - the verdict on one run, with all that a report says beside it.
 *
 * The judge speaks of what a client did on the wire; here it is added what only the one who ran it
 * knows: that it never connected, or that it was stopped while it rightly waited.
 *
 * Lives:   everything in *ret lives in the arena, or is the evidence.
 * Errors:  ERR_MEMORY, ERR_LIMIT.
 */
#ifndef HARNESS_RUN_RUN_VERDICT_H
#define HARNESS_RUN_RUN_VERDICT_H

#include "fakeserver/judge.h"
#include "harness/run/results.h"

struct run_evidence {
    const struct scenario *scenario;
    const struct transcript *transcript;
    const struct smtp_claim *claim;
    unsigned connections;
    bool is_process;                 /* it has an exit status to speak of */
    const struct cut *cut;           /* NULL: nothing was cut */
    const struct judge_uncut *uncut; /* NULL: not known */
    bool is_hurried; /* the time limit is the cut's, and the client may not keep it */
};

struct run_verdict {
    struct verdict verdict;
    struct result result; /* verdict, rules, reason, variations, findings, dialogue */
    struct bytes dialogues[RESULT_FINDINGS_KEPT]; /* beside the findings; may be empty */
};

/* *ret is zeroed, or as run_verdict_without() left it. */
bool run_verdict_make(const struct run_evidence *evidence, struct arena *arena,
                      struct run_verdict *ret, struct err *err);
/* Nobody is asked: the reason is `what` with the client's last words or exit status. */
void run_verdict_without(const struct run_evidence *evidence, struct arena *arena,
                         enum verdict_result verdict, const char *what, struct run_verdict *ret);

#endif
