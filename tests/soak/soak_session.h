/*
 * soak_session.h - one session on loopback that is meant to go wrong: who talks to whom, and what
 * breaks, is thrown by its seed.
 *
 * Shape:   a listener of its own, the connections to it, perhaps a process; over when all of them
 *          have ended, whatever became of the mail.
 * Bounds:  SOAK_PATIENCE_MS for each wait of our client; SOAK_SETTLE_MS for what is still open when
 *          the side that connected has gone.
 * Lives:   until soak_session_free(), not to be called inside `over`; the world is borrowed.
 * Errors:  of our own, as no descriptor left.
 */
#ifndef TESTS_SOAK_SOAK_SESSION_H
#define TESTS_SOAK_SOAK_SESSION_H

#include "harness/process/process.h"
#include "transport/socket.h"
#include "transport/tls_ca.h"
#include "transport/tls_context.h"

#define SOAK_PATIENCE_MS 500
#define SOAK_SETTLE_MS 3000

/* enum name, of a thousand sessions, who */
#define SOAK_KIND_TABLE(X)                                                                         \
    X(CLIENT, 650, "our client, our server")                                                       \
    X(HOSTILE_CLIENT, 150, "hostile client, our server")                                           \
    X(HOSTILE_SERVER, 145, "our client, hostile server")                                           \
    X(API, 50, "our client, fakesmtp.h")                                                           \
    X(PROCESS, 5, "smtpsend, our server")

enum soak_kind {
#define X(name, weight, who) SOAK_##name,
    SOAK_KIND_TABLE(X)
#undef X
        SOAK_KIND_COUNT
};
const char *soak_kind_word(enum soak_kind kind);

struct soak_world {
    struct loop *loop;
    struct process_keeper *keeper;
    struct tls_context *server_tls;
    struct tls_context *client_tls;
    const char *smtpsend;
    void (*over)(void *owner); /* a session is */
    void *owner;
};

struct soak_session;

/* NULL: *err says why. */
struct soak_session *soak_session_new(struct soak_world *world, uint64_t seed, struct err *err);
void soak_session_free(struct soak_session *session);
bool soak_session_is_over(const struct soak_session *session);
enum soak_kind soak_session_kind(const struct soak_session *session);
unsigned soak_session_connections(const struct soak_session *session);
bool soak_session_sent(const struct soak_session *session); /* our client said so */

#endif
