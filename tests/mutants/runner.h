/* runner.h - what the parts of the mutant runner share. */
#ifndef TESTS_MUTANTS_RUNNER_H
#define TESTS_MUTANTS_RUNNER_H

#include "fakeserver/rule.h"
#include "harness/run/suite.h"
#include "tests/mutants/players.h"

#define RUNNER_ALARMS_SHOWN 40

enum runner_pass {
    PASS_NAMED,   /* variants; mutants on the scenarios that cite what they break */
    PASS_FILES,   /* all mutants on scenarios that none has failed yet */
    PASS_MUTANTS, /* mutants that nothing has caught yet on all scenarios */
    PASS_RULES    /* mutants that name a rule's requirement, while none has broken the rule */
};

struct runner {
    const char *folder;
    const char *client; /* NULL: all */
    const char *lacks;  /* capabilities, a blank between */
    const char *known;
    size_t sample;
    bool verbose;
    bool has_profile;
    enum profile profile;
    char **words;
    int word_count;

    struct suite *suite;
    struct scenario scenario; /* the instance at hand */
    struct scenario dress;
    const struct scenario *personality; /* &dress, or NULL */
    char instance_name[512];
    size_t file;
    struct arena *instance_arena, *run_arena;
    struct err err;

    bool plain_passes; /* on the instance at hand */
    bool *caught;      /* mutants */
    bool *file_failed;
    bool *rule_failed;
    size_t *alarms_of; /* variants */
    size_t runs, harmless_runs, mutant_runs, alarms, not_reached;
};

#endif
