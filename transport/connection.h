/*
 * connection.h - one TCP connection, a transport for a drive.
 *
 * Shape:   made by a listener or by connection_new(); the engine that `opened` answers with is
 *          driven until both directions have ended. Every write is a segment (TCP_NODELAY).
 * Closing: close flushes, sends FIN, then reads until the other side's FIN, CONNECTION_LINGER_MS
 *          at most, so that no reply is lost to a reset (RFC 5321 3.8: a server must not close
 *          before it has answered QUIT, and the client has to be able to read the answer); reset is
 *          SO_LINGER zero. Under TLS close_notify goes before FIN; the server's FIN without one is
 *          told as a reset to a client: it is truncation (RFC 8446 6.1).
 * Bounds:  CONNECTION_WRITE_MAX octets that the kernel did not take are kept; CONNECTION_FLUSH_MS
 *          for flushing them after a close.
 * Lives:   freed by its loop after the `over` call, or by loop_free() (which calls `over` too).
 *          calls are borrowed as long as the connection lives.
 * Errors:  what the engine hears (ended), in words: connection_trouble().
 */
#ifndef TRANSPORT_CONNECTION_H
#define TRANSPORT_CONNECTION_H

#include "base/err.h"
#include "transport/drive.h"
#include "transport/loop.h"
#include "transport/route.h"

#define CONNECTION_LINGER_MS 2000
#define CONNECTION_FLUSH_MS 10000
#define CONNECTION_WRITE_MAX (64 * 1024)

struct connection;
struct tls_context;

struct connection_calls {
    /* The engine to drive; called once. A NULL engine.self closes the connection at once, and
     * nothing more is called for it. */
    struct engine (*opened)(void *owner, struct connection *connection);
    /* May be NULL. It may change the engine, wake or abort the connection. */
    void (*events)(void *connection_owner);
    void (*over)(void *connection_owner); /* the last call; the connection is gone after it */
    /* Of connection_new(): an address was tried; trouble says why it was not taken, NULL: it was.
     * Before a name has addresses it is the name that is told. May be NULL. */
    void (*tried)(void *owner, const char *address, const char *trouble);
    /* Of a listener: a connection could not be accepted, or has to wait; may be NULL. */
    void (*trouble)(void *owner, const struct err *err);
};

/* Tries the addresses of the route that are left, in order (RFC 5321 5.1). The engine hears
 * ended(REFUSED) when none works. The route is borrowed until `over`, and stands behind the address
 * that was taken. `opened` is called before this returns. NULL: *err says why; nothing was called.
 */
struct connection *connection_new(struct loop *loop, struct route *route,
                                  const struct connection_calls *calls, void *owner,
                                  struct err *err);
/* To be called in `opened`; else the owner given with calls is the connection's owner. */
void connection_set_owner(struct connection *connection, void *connection_owner);
/* To be called in `opened`: TLS can be made, at the engine's wish. The context is borrowed as long
 * as the connection lives. server_name: whom a client connects to, a DNS name or an IP address,
 * copied; NULL on a server's side. False: out of memory. */
bool connection_set_tls(struct connection *connection, struct tls_context *context,
                        const char *server_name);
/* The engine has something to say though nothing was received (the owner changed it). */
void connection_wake(struct connection *connection);
/* Resets it; `over` is still called, later. */
void connection_abort(struct connection *connection);
/* Why it could not be made, or was lost, in the system's words; "" = nothing is known. */
const char *connection_trouble(const struct connection *connection);
/* Of its loop, and what is ahead. */
uint64_t connection_now_ms(const struct connection *connection);

/* ---- a time that jumps ----------------------------------------------------------------------- */

/* Its time is that of its loop and *ahead_ms, which grows and lives as long as the connection; to
 * be called in `opened`. */
void connection_set_ahead(struct connection *connection, const uint64_t *ahead_ms);
/* *ahead_ms has grown: what is due now is done. */
void connection_time_moved(struct connection *connection);
uint64_t connection_deadline_ms(const struct connection *connection); /* of its time */
/* Nothing is on its way: all that was sent has arrived, nothing waits to be read. */
bool connection_is_still(const struct connection *connection);

/* ---- for listener.c -------------------------------------------------------------------------- */

/* A connection on which nothing has happened, counted by *alive as long as it lives; `gone` is
 * called after that. *ret_uv is the uv_tcp_t to accept into. NULL: out of memory. */
struct connection_home {
    struct loop *loop;
    size_t alive;
    void (*gone)(struct connection_home *home); /* may be NULL */
};

struct connection *connection_prepare(struct connection_home *home,
                                      const struct connection_calls *calls, void *owner);
void *connection_uv(struct connection *connection);
void connection_accepted(struct connection *connection);
void connection_discard(struct connection *connection); /* nothing was called for it yet */

#endif
