/*
 * simulate.c - test_simulate [--mutant WORD] [COUNT [SEED]]: so many seeds from SEED on.
 *              test_simulate --mutants: each planted fault is caught within MUTANT_SEEDS_MAX.
 *
 * Exit status: 0 all invariants held; 1 one did not: its seed, transcript and how to repeat it are
 * printed; 2 usage.
 */
#include "base/bytes.h"
#include "tests/simulate/session.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COUNT_DEFAULT 1000000
#define SEED_DEFAULT 1
#define MUTANT_SEEDS_MAX 300
#define DIGESTS_CHECKED 16
#define PROGRESS_EVERY 1000

struct totals {
    unsigned long long connections, sent, temporary, permanent, unknown, duplicates;
};

static void add(struct totals *totals, const struct session_result *result)
{
    totals->connections += result->connections;
    totals->sent += result->sent;
    totals->temporary += result->temporary;
    totals->permanent += result->permanent;
    totals->unknown += result->unknown;
    totals->duplicates += result->duplicates;
}

static int tell_failure(uint64_t seed, enum session_mutant mutant)
{
    struct session_result result;

    printf("seed %" PRIu64 "\n", seed);
    (void)session_run(seed, mutant, true, &result);
    printf("broken: %s\nrepeat: ./dev simulate 1 %" PRIu64 "\n", result.broken, seed);
    return 1;
}

/* The same seed, the same run. */
static bool is_repeatable(uint64_t seed, enum session_mutant mutant, uint64_t digest)
{
    struct session_result again;

    return session_run(seed, mutant, false, &again) && again.digest == digest;
}

static int run_seeds(uint64_t count, uint64_t seed, enum session_mutant mutant)
{
    struct totals totals = {0};
    struct session_result result;
    bool is_terminal = isatty(STDERR_FILENO) == 1;

    printf("seeds %" PRIu64 " to %" PRIu64 "\n", seed, seed + count - 1);
    for (uint64_t i = 0; i < count; i++) {
        if (!session_run(seed + i, mutant, false, &result) || result.broken)
            return tell_failure(seed + i, mutant);
        if (i < DIGESTS_CHECKED && !is_repeatable(seed + i, mutant, result.digest)) {
            printf("broken: seed %" PRIu64 " gives two different runs\n", seed + i);
            return 1;
        }
        add(&totals, &result);
        if (is_terminal && i % PROGRESS_EVERY == 0)
            (void)fprintf(stderr, "\r%" PRIu64 " of %" PRIu64, i, count);
    }
    if (is_terminal)
        (void)fprintf(stderr, "\r");
    printf("%" PRIu64 " sessions, %llu connections; recipients: %llu sent, %llu temporary, %llu "
           "permanent, %llu unknown, %llu more than once; all invariants held\n",
           count, totals.connections, totals.sent, totals.temporary, totals.permanent,
           totals.unknown, totals.duplicates);
    /* A run in which nothing happened would prove nothing. */
    return totals.sent > 0 && totals.connections >= count ? 0 : 1;
}

static bool catches(enum session_mutant mutant)
{
    struct session_result result;

    for (unsigned seed = 1; seed <= MUTANT_SEEDS_MAX; seed++) {
        if (!session_run(seed, mutant, false, &result))
            break;
        if (result.broken) {
            printf("%s: caught at seed %u: %s\n", session_mutant_word(mutant), seed, result.broken);
            return true;
        }
    }
    printf("%s: not caught within %d seeds\n", session_mutant_word(mutant), MUTANT_SEEDS_MAX);
    return false;
}

static int run_mutants(void)
{
    bool ok = !catches(SESSION_MUTANT_NONE);

    for (unsigned i = SESSION_MUTANT_NONE + 1; i < SESSION_MUTANT_COUNT; i++)
        ok = catches((enum session_mutant)i) && ok;
    return ok ? 0 : 1;
}

static bool mutant_from(const char *word, enum session_mutant *ret)
{
    for (unsigned i = 0; i < SESSION_MUTANT_COUNT; i++)
        if (strcmp(session_mutant_word((enum session_mutant)i), word) == 0) {
            *ret = (enum session_mutant)i;
            return true;
        }
    return false;
}

static bool number_from(const char *word, unsigned long long max, uint64_t *ret)
{
    unsigned long long number;

    if (!bytes_to_number(bytes_of(word), max, &number))
        return false;
    *ret = number;
    return true;
}

int main(int argc, char **argv)
{
    enum session_mutant mutant = SESSION_MUTANT_NONE;
    uint64_t count = COUNT_DEFAULT;
    uint64_t seed = SEED_DEFAULT;
    bool ok = true;
    int at = 1;

    if (argc == 2 && strcmp(argv[1], "--mutants") == 0)
        return run_mutants();
    if (argc > 2 && strcmp(argv[1], "--mutant") == 0) {
        ok = mutant_from(argv[2], &mutant);
        at = 3;
    }
    if (at < argc)
        ok = ok && number_from(argv[at++], UINT64_C(1000000000000), &count) && count > 0;
    if (at < argc)
        ok = ok && number_from(argv[at++], UINT64_MAX / 2, &seed);
    if (!ok || at < argc) {
        (void)fprintf(stderr, "usage: simulate [--mutants | --mutant WORD] [COUNT [SEED]]\n");
        return 2;
    }
    return run_seeds(count, seed, mutant);
}
