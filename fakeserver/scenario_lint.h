/*
 * scenario_lint.h - what the files of the linter share, and nobody else needs.
 *
 * Each check returns false only when it could not do its work (memory).
 */
#ifndef FAKESERVER_SCENARIO_LINT_H
#define FAKESERVER_SCENARIO_LINT_H

#include "fakeserver/scenario_private.h"

struct lint {
    const struct scenario_file *file;
    const struct lint_known *known; /* may be NULL */
    struct arena *arena;
    struct err *err;
    struct lint_remark *remarks;
    size_t count;
    bool is_personality;
};

bool lint_remark_at(struct lint *lint, bool is_error, unsigned line, unsigned column,
                    const char *format, ...) __attribute__((format(printf, 5, 6)));

/* scenario_lint_steps.c */
bool lint_steps(struct lint *lint, const struct scenario *scenario);
bool lint_rules(struct lint *lint, const struct scenario *scenario);

/* scenario_lint_expect.c */
bool lint_expectations(struct lint *lint, const struct scenario *scenario);

/* scenario_lint_text.c: addresses of real people and recorded secrets, in the lines as written. */
bool lint_texts(struct lint *lint);

#endif
