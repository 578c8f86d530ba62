/*
 * soak.c - test_soak [--seed N] [COUNT]: so many sessions on loopback, most of them meant to go
 *          wrong, in one process; then it has to hold no more than before.
 *          test_soak --plants: each planted leak is seen.
 *
 * What is held is counted when nothing goes on: with the world of the sessions (loop, TLS, keeper)
 * standing, after the first sessions and then every so many; and without it, before and after.
 *
 * Exit status: 0 nothing grew; 1 something did; 2 usage, or trouble of our own.
 */
#include "harness/run/run_tls.h"
#include "tests/simulate/chance.h"
#include "tests/soak/census.h"
#include "tests/soak/soak_session.h"
#include "tests/soak/soak_throw.h"
#include "transport/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define COUNT_DEFAULT 100000
#define AT_ONCE 96
#define WARM_SESSIONS 3000
#define ROW_SESSIONS 10000
#define PLANT_SESSIONS 300
#define PLANT_EVERY 10
#define PLANT_OCTETS_EACH 4096
/* What libraries make at first need, such as a table that grows once; of 100,000 sessions a leak of
 * one octet in each would be six times as much. */
#define OCTETS_SLACK ((size_t)16 * 1024)
#define REST_MS 20 /* handles that were closed are gone a turn later */

/* Leaks planted here, not in the product. enum name, word */
#define PLANT_TABLE(X)                                                                             \
    X(NONE, "none")                                                                                \
    X(DESCRIPTOR, "descriptor")                                                                    \
    X(PROCESS, "process")                                                                          \
    X(OCTETS, "octets")

enum plant {
#define X(name, word) PLANT_##name,
    PLANT_TABLE(X)
#undef X
        PLANT_COUNT
};

struct soak {
    struct soak_world world;
    struct run_folder parent;
    struct run_folder folder;
    struct run_tls tls;
    struct timer *turn;
    struct soak_session *slots[AT_ONCE];
    struct chance chance;
    enum plant plant;
    uint64_t wanted; /* sessions up to the next count */
    uint64_t started;
    uint64_t began_us;
    uint64_t connections, sent;
    uint64_t of_kind[SOAK_KIND_COUNT];
    bool is_resting;
    struct census before, warm;
    bool has_grown;
    struct err err;
};

/* ---- planted leaks --------------------------------------------------------------------------- */

static void plant(struct soak *soak)
{
    static const char *const argv[] = {"sleep", "600", NULL};
    static const char *const environment[] = {"PATH=/usr/bin:/bin", NULL};
    static void *volatile lost;

    if (soak->started % PLANT_EVERY != 0)
        return;
    switch (soak->plant) {
    case PLANT_NONE:
    case PLANT_COUNT:
        break;
    case PLANT_DESCRIPTOR:
        (void)!dup(STDERR_FILENO);
        break;
    case PLANT_PROCESS:
        (void)process_new(soak->world.keeper,
                          &(struct process_options){.argv = argv,
                                                    .environment = environment,
                                                    .folder = "/",
                                                    .limit_ms = PROCESS_LIMIT_MS_MAX},
                          NULL, NULL, &soak->err);
        break;
    case PLANT_OCTETS:
        lost = malloc(PLANT_OCTETS_EACH);
        (void)lost;
        break;
    }
}

/* ---- sessions -------------------------------------------------------------------------------- */

static void session_over(void *owner)
{
    struct soak *soak = owner;

    timer_set(soak->turn, loop_now_ms(soak->world.loop));
}

static void take_up(struct soak *soak, struct soak_session **slot)
{
    soak->connections += soak_session_connections(*slot);
    soak->sent += soak_session_sent(*slot);
    soak->of_kind[soak_session_kind(*slot)]++;
    soak_session_free(*slot);
    *slot = NULL;
    plant(soak);
}

static bool fill(struct soak *soak, struct soak_session **slot)
{
    if (*slot && soak_session_is_over(*slot))
        take_up(soak, slot);
    if (*slot || soak->started == soak->wanted)
        return true;
    *slot = soak_session_new(&soak->world, chance_next(&soak->chance), &soak->err);
    soak->started++;
    return *slot != NULL;
}

static void turn_due(void *owner)
{
    struct soak *soak = owner;
    bool busy = false;

    for (size_t i = 0; i < AT_ONCE; i++) {
        if (!fill(soak, &soak->slots[i])) {
            loop_stop(soak->world.loop);
            return;
        }
        busy = busy || soak->slots[i];
    }
    if (!busy && soak->is_resting)
        loop_stop(soak->world.loop);
    else if (!busy)
        timer_set(soak->turn, loop_now_ms(soak->world.loop) + REST_MS);
    soak->is_resting = !busy;
}

/* Until so many sessions were run and nothing goes on. */
static bool run_to(struct soak *soak, uint64_t sessions)
{
    soak->wanted = sessions;
    soak->is_resting = false;
    timer_set(soak->turn, loop_now_ms(soak->world.loop));
    return loop_run(soak->world.loop, &soak->err) && soak->err.kind == ERR_NONE;
}

/* ---- the world ------------------------------------------------------------------------------- */

static bool prepare_tls(struct soak *soak)
{
    struct soak_world *world = &soak->world;
    const struct tls_client_options options = {.verify = true, .ca_file = soak->tls.ca_path};

    if (!run_tls_open(&soak->tls, false, &soak->folder, &soak->err) ||
        !soak_prepare_tls(soak->tls.context, &soak->err))
        return false;
    world->server_tls = soak->tls.context;
    world->client_tls = tls_context_new_client(&options, &soak->err);
    return world->client_tls != NULL;
}

static bool open_world(struct soak *soak)
{
    const char *temporary = getenv("TMPDIR");
    struct soak_world *world = &soak->world;

    if (!run_folder_make_parent(temporary ? temporary : "/tmp", &soak->parent, &soak->err) ||
        !run_folder_make(&soak->parent, 0, &soak->folder, &soak->err) || !prepare_tls(soak))
        return false;
    world->over = session_over;
    world->owner = soak;
    world->loop = loop_new(&soak->err);
    if (!world->loop)
        return false;
    world->keeper = process_keeper_new(world->loop, &soak->err);
    soak->turn = timer_new(world->loop, turn_due, soak);
    return world->keeper && (soak->turn || err_memory(&soak->err));
}

static void close_world(struct soak *soak)
{
    for (size_t i = 0; i < AT_ONCE; i++)
        soak_session_free(soak->slots[i]);
    timer_free(soak->turn);
    process_keeper_free(soak->world.keeper);
    loop_free(soak->world.loop);
    tls_context_free(soak->world.client_tls);
    run_tls_close(&soak->tls);
    run_folder_remove(&soak->parent);
}

/* ---- what is held ---------------------------------------------------------------------------- */

static bool is_more(const struct census *now, const struct census *before)
{
    return now->descriptors > before->descriptors || now->processes > before->processes ||
           now->octets > before->octets + OCTETS_SLACK;
}

static bool put_row(struct soak *soak, const char *when, const struct census *against,
                    struct census *ret)
{
    bool ok = census_take(ret) || err_set(&soak->err, ERR_IO, "/proc cannot be read");

    if (!ok)
        return false;
    if (against && is_more(ret, against))
        soak->has_grown = true;
    printf("%-8s %9llu %12llu %9llu %12zu %10zu %12zu %8.1f%s\n", when,
           (unsigned long long)soak->started, (unsigned long long)soak->connections,
           (unsigned long long)soak->sent, ret->descriptors, ret->processes, ret->octets,
           (double)(clock_own_cpu_us() - soak->began_us) / 1e6,
           against && is_more(ret, against) ? "  more than before" : "");
    (void)fflush(stdout);
    return true;
}

static void put_head(uint64_t seed)
{
    printf("seed %llu; %d sessions at once\n%-8s %9s %12s %9s %12s %10s %12s %8s\n",
           (unsigned long long)seed, AT_ONCE, "", "sessions", "connections", "sent", "descriptors",
           "processes", "octets", "CPU s");
}

static void put_end(const struct soak *soak)
{
    for (unsigned i = 0; i < SOAK_KIND_COUNT; i++)
        printf("%s%s: %llu", i > 0 ? "; " : "", soak_kind_word((enum soak_kind)i),
               (unsigned long long)soak->of_kind[i]);
    printf("\n%s\n", soak->has_grown ? "something is left behind" : "nothing is left behind");
}

/* ---- all ------------------------------------------------------------------------------------- */

/* A first world, gone again, so that what libraries make once is made. */
static bool warm_up(struct soak *soak)
{
    bool ok = open_world(soak) && run_to(soak, PLANT_SESSIONS);

    close_world(soak);
    return ok;
}

static bool run_rows(struct soak *soak, uint64_t count)
{
    uint64_t warm = count < 2 * WARM_SESSIONS ? count / 2 : WARM_SESSIONS;
    struct census now;

    if (!run_to(soak, warm) || !put_row(soak, "warm", NULL, &soak->warm))
        return false;
    for (uint64_t to = ROW_SESSIONS; soak->started < count; to += ROW_SESSIONS)
        if (!run_to(soak, to < count ? to : count) || !put_row(soak, "", &soak->warm, &now))
            return false;
    return true;
}

static bool run_all_sessions(struct soak *soak, uint64_t count)
{
    struct census now;
    bool ok =
        put_row(soak, "before", NULL, &soak->before) && open_world(soak) && run_rows(soak, count);

    close_world(soak);
    return ok && put_row(soak, "after", &soak->before, &now);
}

static void forget(struct soak *soak, uint64_t seed, enum plant plant, const char *smtpsend)
{
    uint64_t began_us = soak->began_us;

    *soak = (struct soak){.chance = {.state = seed}, .plant = plant, .began_us = began_us};
    soak->world.smtpsend = smtpsend;
}

static int soak_sessions(uint64_t count, uint64_t seed, enum plant plant, const char *smtpsend)
{
    static struct soak soak;
    bool ok;

    soak.began_us = clock_own_cpu_us();
    put_head(seed);
    forget(&soak, seed, PLANT_NONE, smtpsend);
    ok = warm_up(&soak);
    if (ok) {
        forget(&soak, seed, plant, smtpsend);
        ok = run_all_sessions(&soak, count);
    }
    if (!ok) {
        (void)fprintf(stderr, "soak: %s\n", soak.err.what);
        return 2;
    }
    put_end(&soak);
    return soak.has_grown ? 1 : 0;
}

static int soak_plants(const char *smtpsend)
{
    static const char *const words[] = {
#define X(name, word) word,
        PLANT_TABLE(X)
#undef X
    };
    int status = 0;

    for (unsigned i = 0; i < PLANT_COUNT; i++) {
        int wanted = i == PLANT_NONE ? 0 : 1;
        int got;

        printf("planted: %s\n", words[i]);
        got = soak_sessions(PLANT_SESSIONS, 1, (enum plant)i, smtpsend);
        if (got != wanted) {
            printf("exit status %d, where %d was to be\n", got, wanted);
            status = 1;
        }
    }
    return status;
}

static bool number_from(const char *word, uint64_t *ret)
{
    unsigned long long number;

    if (!bytes_to_number(bytes_of(word), 1000000000, &number) || number == 0)
        return false;
    *ret = number;
    return true;
}

int main(int argc, char **argv)
{
    uint64_t count = COUNT_DEFAULT;
    uint64_t seed = 1;
    int at = 2;

    if (argc == 3 && strcmp(argv[2], "--plants") == 0)
        return soak_plants(argv[1]);
    if (argc > at + 1 && strcmp(argv[at], "--seed") == 0) {
        if (!number_from(argv[at + 1], &seed))
            at = argc;
        at += 2;
    }
    if (argc < 2 || at < argc - 1 || at > argc || (at < argc && !number_from(argv[at], &count))) {
        (void)fprintf(stderr, "usage: soak SMTPSEND [--plants | [--seed N] [COUNT]]\n");
        return 2;
    }
    return soak_sessions(count, seed, PLANT_NONE, argv[1]);
}
