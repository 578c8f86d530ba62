/*
 * run.h - many runs on one loop, so many at once, in the order of the plan.
 *
 * Shape:   results[i] belongs to plan.entries[i]; `finished` is called after each, in the order in
 *          which they end.
 * Bounds:  RUN_JOBS_MAX at once.
 * Lives:   all that options point to is borrowed until run_all() returns. Nothing stays behind: no
 *          process, no folder.
 * Errors:  those that concern all runs (no loop, no temporary folder, a client that cannot be
 *          started at all); those of one run are its verdict.
 */
#ifndef HARNESS_RUN_RUN_H
#define HARNESS_RUN_RUN_H

#include "harness/recipe/recipe.h"
#include "harness/run/plan.h"
#include "harness/run/results.h"

#define RUN_JOBS_MAX 512
#define RUN_REPEAT_MAX 10000

struct cut_survey;
struct transcript;

struct run_options {
    struct suite *suite;
    const struct plan *plan;
    const struct recipe *recipe;
    struct results *results;
    unsigned jobs;
    unsigned repeat;     /* each so many times; the worst counts */
    bool retry_failures; /* what failed is run once more, and that counts */
    const char *keep;    /* folder for transcripts; NULL: they are not kept */
    uint64_t limit_ms;   /* for each run; 0 = as the scenario says */
    uint64_t refuted;    /* CAPABILITY_BIT set: what needs one of these claims is an error */
    const char *clients;
    const char *smtpsend;
    const char *shim;            /* --warp: what is loaded into the client; NULL: time is real */
    const char *tracer;          /* --warp: what runs a client that loads nothing */
    struct cut_survey *surveys;  /* one an entry: is filled; NULL: nobody wants them */
    struct arena *surveys_arena; /* they live there */
    /* Is shown the transcript of the run that counts; NULL: nobody wants it. On failure all runs
     * end. */
    bool (*seen)(void *owner, size_t index, const struct transcript *transcript, struct err *err);
    bool is_command; /* the recipe was made of a COMMAND: it gets our environment */
    void (*finished)(void *owner, size_t index, uint64_t now_ms);
    void *owner;
};

/* The program's version goes into results->version. SIGINT and SIGTERM end it early, with
 * results->interrupted. */
bool run_all(const struct run_options *options, struct err *err);

#endif
