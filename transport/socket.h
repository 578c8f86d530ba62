/*
 * socket.h - the edge to the kernel: a loop, listeners, connections (libuv).
 *
 * Shape:   a loop owns everything made on it. A connection is a transport for a drive; it is freed
 * by the loop after its `over` call. Loopback and port 0 unless the caller says otherwise. Closing:
 * close flushes, sends FIN, then reads until the client's FIN (RFC 5321 4.1.1.10: the receiver must
 * not close before it has answered QUIT); reset is SO_LINGER zero. Errors:  ERR_IO with the
 * system's words.
 */
#ifndef TRANSPORT_SOCKET_H
#define TRANSPORT_SOCKET_H

#include "base/err.h"
#include "transport/drive.h"

struct loop;
struct listener;
struct connection;
struct timer;

struct loop *loop_new(struct err *err);
void loop_free(struct loop *loop);                 /* closes all that is left on it */
uint64_t loop_now_ms(const struct loop *loop);     /* monotonic, since the loop was made */
bool loop_run(struct loop *loop, struct err *err); /* until loop_stop() or nothing is left */
void loop_stop(struct loop *loop);
void *loop_uv(struct loop *loop); /* the uv_loop_t, for harness/process */

/* Once, at that time; calling it again moves it; ENGINE_NEVER stops it. */
struct timer *timer_new(struct loop *loop, void (*due)(void *owner), void *owner);
void timer_set(struct timer *timer, uint64_t at_ms);
void timer_free(struct timer *timer);

/* For each connection that a listener accepted, or one that connect made. */
struct connection_calls {
    /* The engine to drive; called once. A NULL engine.self closes the connection at once. */
    struct engine (*opened)(void *owner, struct connection *connection);
    void (*events)(void *connection_owner);
    void (*over)(void *connection_owner); /* the last call; the connection is gone after it */
};

struct listener *listener_new(struct loop *loop, const char *address, unsigned port,
                              const struct connection_calls *calls, void *owner, struct err *err);
unsigned listener_port(const struct listener *listener);
const char *listener_address(const struct listener *listener);
void listener_free(struct listener *listener);

/* Tries the addresses of host in order. The engine hears ended(REFUSED) when none works. */
struct connection *connection_new(struct loop *loop, const char *host, unsigned port,
                                  const struct connection_calls *calls, void *owner,
                                  struct err *err);
void connection_set_owner(struct connection *connection, void *connection_owner);
/* The engine has something to say though nothing was received (the owner changed it). */
void connection_wake(struct connection *connection);
void connection_abort(struct connection *connection);

#endif
