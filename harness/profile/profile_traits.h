/*
 * profile_traits.h - the habits in which clients differ, harmless ones among them.
 *
 * A trait is no requirement: its answers are all allowed, or some rule of the judge speaks of them.
 *
 * Shape:   one table; a row names the run that shows it (a scenario of the folder profiles), the
 *          question, and the section that leaves the choice. An answer is one line.
 * Bounds:  PROFILE_TRAITS_MAX rows.
 * Lives:   answers live in the arena given, as do the spans of what was seen.
 * Errors:  an answer whose data is NULL: this run does not show it, or there is no memory.
 * Source:  the section in each row.
 */
#ifndef HARNESS_PROFILE_PROFILE_TRAITS_H
#define HARNESS_PROFILE_PROFILE_TRAITS_H

#include "harness/profile/profile_seen.h"

#define PROFILE_TRAITS_MAX 48

struct profile_trait {
    const char *name; /* pipelining */
    const char *question;
    const char *run; /* plain */
    const char *source;
    struct bytes (*answer)(const struct profile_seen *seen, struct arena *arena);
};

extern const struct profile_trait profile_traits[];
extern const size_t profile_trait_count;

/* NULL: there is none. */
const struct profile_trait *profile_trait_find(struct bytes name);

#endif
