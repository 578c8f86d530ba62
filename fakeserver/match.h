/*
 * match.h - a pattern held against a unit, by meaning and not by octet.
 *
 * Verbs and keywords compare without case (RFC 5321 2.4), local-parts octet by octet and domains
 * without case (RFC 5321 2.4, 4.1.2), parameters in any order; what the pattern leaves out is free.
 *
 * Bounds:  a regular expression takes MATCH_REGEX_STEPS steps and MATCH_REGEX_HEAP_KIB of heap,
 * kept in the scratch; beyond that it does not match. Lives:   everything is borrowed. A scratch
 * serves one thread, any number of patterns. Source:  scenario.5.
 */
#ifndef FAKESERVER_MATCH_H
#define FAKESERVER_MATCH_H

#include "fakeserver/command.h"
#include "fakeserver/scenario.h"

#define MATCH_REGEX_STEPS 100000
#define MATCH_REGEX_HEAP_KIB 1024

struct match_scratch; /* what PCRE2 works in */

struct match_scratch *match_scratch_new(void); /* NULL: out of memory */
void match_scratch_free(struct match_scratch *scratch);

/* How the unit differs from a pattern that it matches. */
struct match {
    const struct pattern_choice *choice;
    bool other_order;     /* its parameters stand in another order */
    bool extra_parameter; /* it has one that the pattern, which wrote a path, did not write */
};

/* scratch may be NULL when no choice is a regular expression. ret may be NULL. */
bool match_pattern(const struct pattern *pattern, const struct command *command, bool secure,
                   struct match_scratch *scratch, struct match *ret);

bool pattern_has_regex(const struct pattern *pattern);
/* The choice that names this verb; NULL: none does. */
const struct pattern_choice *pattern_find_verb(const struct pattern *pattern, enum smtp_verb verb);

/* `*` stands for any octets, also none. */
bool match_glob(struct bytes pattern, struct bytes text, bool without_case);
/* Both without their brackets; `*` in the pattern stands for any octets. */
bool match_path(struct bytes pattern, struct bytes path);

#endif
