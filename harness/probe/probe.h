/*
 * probe.h - what of a recipe's claims runs of its client show.
 *
 * A recipe's word is believed when a run shows it. The probes are scenarios: CAPABILITY.drill and
 * CAPABILITY.WAY.drill, of which one has to pass, and CAPABILITY.refused.drill, a demand that no
 * client can meet, which has not to fail.
 *
 * Shape:   one answer a capability; those not asked for, and those without a probe, are NOT_PROBED.
 * Bounds:  what is seen of a failed probe is that of one result (results.h).
 * Lives:   answers point to the results, which live until probe_release().
 * Errors:  those of run_all(); probes that cannot be read.
 */
#ifndef HARNESS_PROBE_PROBE_H
#define HARNESS_PROBE_PROBE_H

#include "harness/run/run.h"

#include <stdio.h>

enum probe_shown { PROBE_NOT_PROBED, PROBE_NOT_SHOWN, PROBE_SHOWN, PROBE_REFUSES_NOTHING };

struct probe_answer {
    enum probe_shown shown;
    const struct result *result; /* that does not show it; else NULL */
};

struct probe_wishes {
    const char *folder; /* of the probes; NULL: where they are installed */
    const struct recipe *recipe;
    uint64_t claims; /* CAPABILITY_BIT set: the others are not probed */
    unsigned jobs;
    const char *clients;
    const char *smtpsend;
    struct arena *arena;
};

struct probe {
    struct suite *suite;
    struct results *results;
    struct probe_answer answers[CAPABILITY_COUNT];
};

/* CAPABILITY_BIT set of the recipe's claims that an instance of the plan counts on. */
bool probe_claims(const struct recipe *recipe, struct suite *suite, const struct plan *plan,
                  uint64_t *ret, struct err *err);
bool probe_run(const struct probe_wishes *wishes, struct probe *ret, struct err *err);
/* CAPABILITY_BIT set of what was probed and not shown. */
uint64_t probe_refuted(const struct probe *probe);
/* The claim, where it stands, what its probe expected and what it got: some lines of text. */
void probe_tell(const struct probe *probe, const struct recipe *recipe, const char *path,
                enum capability capability, FILE *to);
void probe_release(struct probe *probe); /* also of one that is all zero */

#endif
