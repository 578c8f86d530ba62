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
#include "fakeserver/finding.h"
#include "fakeserver/scenario.h"
#include "fakeserver/transcript.h"

/* claim may be NULL (a server without a harness): then only the wire is judged. */
bool judge(const struct scenario *scenario, const struct transcript *transcript,
           const struct smtp_claim *claim, struct arena *arena, struct verdict *ret,
           struct err *err);

#endif
