/*
 * progress.h - how far the runs are: one live line on a terminal, nothing else elsewhere.
 *
 * Bounds:  drawn at most every PROGRESS_EVERY_MS.
 */
#ifndef HARNESS_RUN_PROGRESS_H
#define HARNESS_RUN_PROGRESS_H

#include "harness/run/results.h"

#include <stdio.h>

#define PROGRESS_EVERY_MS 100

struct progress {
    FILE *to; /* NULL: not a terminal */
    uint64_t drawn_at_ms;
    bool drawn;
};

void progress_draw(struct progress *progress, const struct results *results, uint64_t now_ms);
/* Takes the line away, so that other output can be written. */
void progress_clear(struct progress *progress);

#endif
