/*
 * cut_shrink.h - from a cut that fails to the smallest that fails the same way.
 *
 * Shape:   simpler cuts are proposed one after the other, each is to be run and told of: a simpler
 *          kind at the same place, then an earlier place, whole lines before octets; of a split,
 *          lines before octets, then one border alone. The first that fails the same way at each
 *          of these stages is taken.
 * Bounds:  CUT_SHRINK_RUNS_MAX proposals in all.
 * Lives:   the survey is borrowed.
 */
#ifndef HARNESS_CUT_CUT_SHRINK_H
#define HARNESS_CUT_CUT_SHRINK_H

#include "harness/cut/cut_survey.h"

#define CUT_SHRINK_RUNS_MAX 100

enum cut_shrink_stage { CUT_SHRINK_KIND, CUT_SHRINK_LINES, CUT_SHRINK_OCTETS, CUT_SHRINK_DONE };

struct cut_shrink {
    const struct cut_survey *survey;
    struct cut best;
    struct cut tried;
    enum cut_shrink_stage stage;
    size_t next; /* proposal of this stage */
    unsigned runs;
};

void cut_shrink_begin(struct cut_shrink *shrink, const struct cut *failing,
                      const struct cut_survey *survey);
/* False: shrink->best is the smallest. */
bool cut_shrink_next(struct cut_shrink *shrink, struct cut *ret);
/* Did the last proposal fail the same way? */
void cut_shrink_told(struct cut_shrink *shrink, bool fails_so);

#endif
