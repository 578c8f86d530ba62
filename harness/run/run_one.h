/*
 * run_one.h - one run: one client process against one scenario instance, up to its verdict.
 *
 * Shape:   a folder, a listener at 127.0.0.1 port 0, a fake server for each connection, one
 *          transcript, a process with a deadline; when the process has ended and all connections
 *          are over, the judge is asked.
 * Bounds:  RUN_CONNECTIONS_MAX connections, more are closed at once; RUN_LIMIT_MS where a scenario
 *          says nothing.
 * Lives:   until one_run_free(); what its result points to lives as long.
 * Errors:  are the verdict VERDICT_ERROR; NULL only when memory is out.
 */
#ifndef HARNESS_RUN_RUN_ONE_H
#define HARNESS_RUN_RUN_ONE_H

#include "fakeserver/transcript.h"
#include "harness/process/process.h"
#include "harness/recipe/recipe_claim.h"
#include "harness/run/plan.h"
#include "harness/run/results.h"
#include "harness/run/run_folder.h"
#include "harness/run/run_tls.h"

#define RUN_CONNECTIONS_MAX 64
#define RUN_LIMIT_MS 30000
#define RUN_TIMEOUT_MS 8000 /* given to a client that takes one, where a scenario says nothing */
#define RUN_LONG_MS 300000  /* a limit for which a client's own timeouts can matter */
#define RUN_LOST_TIMEOUT_MS 2000 /* where a cut leaves it without a reply */
#define RUN_SPLIT_TIMEOUT_MS 20000
#define RUN_LOST_LIMIT_MS 15000 /* of such a run */
#define RUN_GRACE_MS 500
#define RUN_SETTLE_MS 3000 /* for connections that outlive the process */
#define RUN_ARENA_OCTETS_MAX ((size_t)64 * 1024 * 1024)

struct run_setting { /* the same for all runs */
    struct suite *suite;
    const struct recipe *recipe;
    const struct recipe_reader *reader;
    struct loop *loop;
    struct process_keeper *keeper;
    const struct run_folder *parent;
    const struct run_folder *made; /* for what `prepare` makes */
    const struct run_tls *tls;
    const char *clients;        /* the folder where recipes stand */
    const char *smtpsend;       /* the bundled client */
    const char *path;           /* PATH for the client */
    bool is_command;            /* without a recipe: it gets our environment and folder */
    const char *const *outside; /* our environment; ends with NULL */
    uint64_t refuted;           /* CAPABILITY_BIT set: claims of the recipe that are not so */
    uint64_t limit_ms;          /* instead of the scenario's; 0 = the scenario's */
    const char *shim;           /* of a time that jumps; NULL: time is real */
    const char *tracer;         /* of such a time, for clients that load no shim */
};

struct one_run;

/* `over` is called on the loop once the verdict is there, never before this returns. A run that
 * needs no process (unsupported, error) is over at once: one_run_is_over(). */
struct one_run *one_run_new(const struct run_setting *setting, const struct plan_entry *entry,
                            unsigned long long number, void (*over)(void *owner), void *owner);
/* Before the loop is freed though the run is not over: what it has on the loop goes, its
 * connections stay for the loop to drop. */
void one_run_stop(struct one_run *run);
void one_run_free(struct one_run *run);
bool one_run_is_over(const struct one_run *run);

void one_run_input(const struct one_run *run, struct result_input *ret);
/* Of a run that is over. */
bool one_run_survey(const struct one_run *run, struct arena *arena, struct cut_survey *ret,
                    struct err *err);
const struct transcript *one_run_transcript(const struct one_run *run); /* NULL: none */
const struct scenario *one_run_scenario(const struct one_run *run);     /* NULL: none */
/* Its time limit is the cut's, and the client may not keep it. */
bool one_run_is_hurried(const struct one_run *run);
const struct smtp_claim *one_run_claim(const struct one_run *run); /* NULL: none */

#endif
