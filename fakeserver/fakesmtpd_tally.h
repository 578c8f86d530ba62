/*
 * fakesmtpd_tally.h - the verdicts of many runs, added up.
 *
 * Shape:   the worst result on each axis, counts, and each different finding once with how often it
 *          was made.
 * Bounds:  TALLY_FINDINGS_MAX different findings; more are counted.
 * Lives:   what it keeps of a verdict it copies.
 */
#ifndef FAKESERVER_FAKESMTPD_TALLY_H
#define FAKESERVER_FAKESMTPD_TALLY_H

#include "base/arena.h"
#include "fakeserver/finding.h"

#include <stdio.h>

#define TALLY_FINDINGS_MAX 128

struct tally_finding {
    struct finding finding;
    size_t times;
};

struct tally {
    struct arena *arena;
    size_t runs;
    size_t connections;
    bool is_failed;               /* on any axis */
    bool is_doubtful;             /* a warning, or not reached, on any axis */
    enum verdict_result scenario; /* the worst */
    enum verdict_result rules;
    struct tally_finding findings[TALLY_FINDINGS_MAX];
    size_t finding_count;
    size_t finding_lost;
    uint64_t variations;
    struct bytes reason; /* of the worst */
};

bool tally_init(struct tally *tally); /* false: out of memory */
void tally_release(struct tally *tally);
void tally_add(struct tally *tally, const struct verdict *verdict);
/* The worst of both axes. */
enum verdict_result tally_result(const struct tally *tally);
bool tally_print_text(const struct tally *tally, FILE *to);
bool tally_print_json(const struct tally *tally, FILE *to);

#endif
