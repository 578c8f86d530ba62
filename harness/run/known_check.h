/*
 * known_check.h - a list of known failures against the runs that there can be, and those there
 * were.
 *
 * Errors:  ERR_SYNTAX, with file, line and column, for a line that no run can ever match: a pattern
 *          that fits no instance of the suite and is the path of no scenario, an id of no rule;
 *          ERR_MEMORY.
 */
#ifndef HARNESS_RUN_KNOWN_CHECK_H
#define HARNESS_RUN_KNOWN_CHECK_H

#include "harness/run/known.h"
#include "harness/run/suite.h"

#include <stdio.h>

/* What has matched already exists. */
bool known_check(const struct known *known, const struct suite *suite, struct err *err);
/* When all is run: one line that names the lines for runs which matched none, if there are any. Of
 * rules nothing is said: each of them is looked for in every run. */
void known_warn(const struct known *known, FILE *to);

#endif
