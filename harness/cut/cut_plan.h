/*
 * cut_plan.h - which cuts are run, of what was run without one.
 *
 * Shape:   an entry for each instance and cut, called path[instance]~close@3. Beginnings that are
 *          the same for the client are cut once: a sweep shares its greeting. An exact place that
 *          was asked for is always cut.
 * Bounds:  of a long line, its first and last CUT_LINE_ENDS octets are cut at.
 * Lives:   in the arena given; uncut and surveys are borrowed.
 * Errors:  ERR_SYNTAX for words, ERR_MEMORY.
 */
#ifndef HARNESS_CUT_CUT_PLAN_H
#define HARNESS_CUT_CUT_PLAN_H

#include "harness/cut/cut_survey.h"
#include "harness/run/plan.h"

#define CUT_LINE_ENDS 256
#define CUT_WISHES_MAX 64

struct cut_wish {
    struct cut cut;
    const char *only; /* an instance or a scenario; NULL: all */
};

struct cut_wishes {
    struct cut_wish wishes[CUT_WISHES_MAX];
    size_t count;
};

/* A value of --cut: kinds with commas; `all` is each kind. */
bool cut_wishes_read(struct cut_wishes *wishes, const char *value, struct err *err);
/* A word NAME~CUT: the cut is noted, *word becomes the name. Others stay as they are. */
bool cut_wishes_take_word(struct cut_wishes *wishes, const char **word, struct arena *arena,
                          struct err *err);

struct cut_plan_source {
    const struct plan *uncut;
    const struct cut_survey *surveys; /* one for each entry of it */
    const struct cut_wishes *wishes;
};
bool cut_plan_make(const struct cut_plan_source *source, struct arena *arena, struct plan *ret,
                   struct err *err);

#endif
