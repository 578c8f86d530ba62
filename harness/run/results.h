/*
 * results.h - what came out of all runs: the one thing that every report is made from.
 *
 * Shape:   one result for each planned instance, in the order of the plan; beside them the broken
 *          rules, each once for the client, with the number of runs that show it and the shortest
 *          transcript that does. Counts are kept here, so that all reports agree.
 * Bounds:  RESULTS_OCTETS_MAX for all that is kept; RESULT_FINDINGS_KEPT findings a result.
 * Lives:   results_free() frees all of it. Names that are given are borrowed.
 * Errors:  ERR_MEMORY, ERR_LIMIT.
 */
#ifndef HARNESS_RUN_RESULTS_H
#define HARNESS_RUN_RESULTS_H

#include "base/arena.h"
#include "base/err.h"
#include "fakeserver/finding.h"
#include "fakeserver/patience.h"
#include "harness/run/known.h"

#define RESULTS_OCTETS_MAX ((size_t)1024 * 1024 * 1024)
#define RESULT_FINDINGS_KEPT 8
#define VERDICT_COUNT (VERDICT_ERROR + 1)

struct result {
    const char *name;     /* path[instance], path[instance]~close@3 */
    const char *smallest; /* of a cut: the smallest one that fails the same way; NULL: none */
    bool done;
    enum verdict_result verdict; /* the scenario's own claim */
    enum verdict_result rules;
    const struct finding *findings; /* both axes */
    size_t finding_count;           /* all; at most RESULT_FINDINGS_KEPT are kept */
    struct bytes dialogue;          /* around the first finding of the scenario; may be empty */
    uint64_t variations;
    const char *outcome;      /* that the client claims, a word; NULL: none, or it says nothing */
    struct bytes reason;      /* unsupported, not reached, error */
    unsigned runs;            /* how often it was run */
    unsigned failed_runs;     /* how many of them failed */
    uint64_t duration_ms;     /* of the run that counts, in its own time */
    struct patience patience; /* where its scenario asks for it */
    bool has_patience;
    uint64_t warped_ms; /* of that was jumped over; 0: time was real */
    int status;         /* exit status; -1 = none */
    int signal;
    bool hung;
    const struct known_failure *known; /* that fits its name, over or not; NULL: none. Borrowed */
};

struct broken_rule {
    const char *requirement;
    enum finding_level level;
    size_t runs;
    const char *scenario; /* that shows it best; path[instance] */
    size_t records;       /* of that transcript */
    struct bytes expected;
    struct bytes got;
    struct bytes dialogue;
    const struct known_failure *known; /* NULL: none */
    bool unexpected_pass;              /* no run broke it, though that is known: runs == 0 */
};

struct results {
    struct arena *arena;
    const char *client;     /* name of the recipe or command */
    const char *version;    /* "" when unknown */
    const char *again;      /* the command line up to the scenario; NULL: there is none */
    const char *again_tail; /* and behind it */
    uint64_t seed;
    unsigned sample;      /* at most so many instances of each scenario; 0 = all */
    unsigned shard_index; /* 1-based */
    unsigned shard_count;
    size_t cut_of;       /* instances that are cut; 0 = these are no cuts … */
    size_t cut_from;     /* … of so many that were looked at */
    bool whole;          /* nothing was left out, so that no run breaking a rule says much */
    bool strict;         /* warnings fail */
    bool warp;           /* time was to jump where it could */
    struct known *known; /* borrowed; NULL: no failure is */
    bool interrupted;    /* before all were done */
    struct result *entries;
    size_t count;
    size_t done;
    struct broken_rule *rules; /* by requirement and what they expect */
    size_t rule_count;
    size_t rules_kept;              /* of them: known to be broken, and not broken by any run */
    size_t verdicts[VERDICT_COUNT]; /* by the scenarios' own claims */
    size_t warped;                  /* runs in which time jumped */
    size_t flaky;                   /* failed in some of its runs only */
    size_t known_failures;          /* of runs; they are in verdicts[], too */
    size_t unexpected_passes;       /* of runs that are known to fail; likewise */
    size_t over;                    /* runs that fail, known until a day that is over; likewise */
    uint64_t duration_ms;
    uint64_t own_cpu_us;    /* of this process while clients ran */
    uint64_t client_cpu_us; /* of the clients, as far as they were waited for */
};

struct results *results_new(size_t count, struct err *err);
void results_free(struct results *results);

/* One finished run. The result is copied; dialogue_of_rules[i] stands beside findings[i]. */
struct result_input {
    const struct result *result;
    const struct bytes *dialogues; /* one a finding kept */
    size_t records;                /* of the transcript */
};
bool results_add(struct results *results, size_t index, const struct result_input *input,
                 struct err *err);

/* After all runs there are: the rules that are known to be broken and that none broke become rows
 * of their own. Not for a part of the scenarios, which may not show them. */
bool results_expect_rules(struct results *results, struct err *err);

/* The first finding of the scenario's own axis; NULL: none is kept. */
const struct finding *result_own_finding(const struct result *result);

/* Does this count as failed, for exit status and reports? What is known to fail does not, unless it
 * passes. An error of ours is always one. */
bool result_is_failure(const struct results *results, const struct result *result);
bool result_is_known_failure(const struct results *results, const struct result *result);
bool result_is_unexpected_pass(const struct results *results, const struct result *result);
bool broken_rule_is_failure(const struct results *results, const struct broken_rule *rule);
bool broken_rule_is_known_failure(const struct results *results, const struct broken_rule *rule);
/* It fails, and counts: the last day on which it was known is over. */
bool result_is_over(const struct results *results, const struct result *result);
bool broken_rule_is_over(const struct results *results, const struct broken_rule *rule);
size_t results_rules_broken(const struct results *results);
/* Of runs: those for which result_is_failure(), without the errors. */
size_t results_failures(const struct results *results);
/* 0 nothing failed, 1 some client failed, 2 this tool could not do its work. */
int results_exit_status(const struct results *results);

#endif
