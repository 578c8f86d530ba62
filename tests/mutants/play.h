/*
 * play.h - one client through one scenario instance, in memory, on a virtual clock; then the judge.
 *
 * Shape:   a player makes a client for an instance and says at the end what the client claims.
 * Lives:   the verdict lives in the arena given.
 * Errors:  ERR_MEMORY; those of the judge.
 */
#ifndef TESTS_MUTANTS_PLAY_H
#define TESTS_MUTANTS_PLAY_H

#include "base/engine.h"
#include "fakeserver/judge.h"
#include "transport/memory.h"

/* Whom a further try is for, where the scenario asks for one (send retry=). */
enum play_again { PLAY_AGAIN_DUE, PLAY_AGAIN_NEVER, PLAY_AGAIN_ALL };

struct player {
    /* NULL: out of memory, or the job cannot be given to this client at all. */
    void *(*make)(void *owner, const struct scenario *scenario, size_t connection,
                  struct arena *arena, struct engine *ret);
    void (*events)(void *client); /* may be NULL */
    bool (*is_over)(const void *client);
    void (*claim)(void *client, struct smtp_claim *ret);
    void (*free)(void *client);
    void *owner;
    struct memory_tls tls; /* how it shakes hands */
    bool never_resumes;    /* a TLS session */
    enum play_again again;
    bool each_recipient; /* a connection for each recipient, one after the other */
    bool reconnects;     /* and again at once, while the outcome is temporary */
};

#define PLAY_CONNECTIONS_MAX 256

struct play {
    const struct scenario *scenario;
    const struct scenario *personality; /* NULL = none */
    bool print;                         /* the transcript, on stdout */
};

bool play_run(const struct play *play, const struct player *player, struct arena *arena,
              struct verdict *ret, struct err *err);

#endif
