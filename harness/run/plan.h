/*
 * plan.h - which instances are run, and in which order.
 *
 * Shape:   a selection by name, folder, glob, instance, tag and requirement; then one shard of it;
 *          then a shuffle that the seed decides. A sample is taken before: of each scenario a few
 *          instances, which the seed decides too, so that two clients get the same ones.
 * Lives:   entries live in the plan's arena; the suite is borrowed.
 * Errors:  ERR_SYNTAX for a word that selects nothing, with the nearest name; ERR_MEMORY.
 */
#ifndef HARNESS_RUN_PLAN_H
#define HARNESS_RUN_PLAN_H

#include "fakeserver/cut.h"
#include "harness/run/suite.h"

struct cut_survey;

struct plan_wishes {
    const char *const *words; /* names, folders, globs, path[instance], ids of requirements */
    size_t word_count;        /* 0 = all */
    const char *const *tags;  /* any of them */
    size_t tag_count;
    const char *const *not_tags; /* none of them */
    size_t not_tag_count;
    const char *const *requirements; /* any of them */
    size_t requirement_count;
    enum profile profile; /* only what it takes, and what is named or cites what is */
    uint64_t seed;
    unsigned shard_index; /* 1-based */
    unsigned shard_count; /* 1 = no shards */
    unsigned sample;      /* at most so many instances of each scenario; 0 = all */
    bool unshuffled;      /* by name */
    bool no_slow;         /* without what has the tag `slow`, unless it is named */
};

struct plan_entry {
    const struct suite_scenario *scenario;
    size_t instance;
    const char *name;                /* path[instance], with ~CUT where it has one */
    const struct cut *cut;           /* NULL: as it stands */
    const struct cut_survey *survey; /* of the run without it; NULL: there was none */
};

struct plan {
    struct plan_entry *entries;
    size_t count;
};

/* A word that is the path of a file outside the suite is loaded into it first. */
bool plan_make(struct suite *suite, const struct plan_wishes *wishes, struct arena *arena,
               struct plan *ret, struct err *err);

/* I/N from --shard; when that is NULL from CI_NODE_INDEX (1-based), GTEST_SHARD_INDEX or
 * TEST_SHARD_INDEX (0-based) and what goes with them, through the given getenv. */
bool plan_shard(const char *option, const char *(*environment)(const char *name),
                unsigned *ret_index, unsigned *ret_count, struct err *err);

#endif
