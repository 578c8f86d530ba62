/*
 * connection_private.h - one connection, as its parts know it: its life (connection.c), how it is
 * made (connection_connect.c), octets on their way out (connection_write.c), and the TLS on top
 * (connection_tls.c).
 */
#ifndef TRANSPORT_CONNECTION_PRIVATE_H
#define TRANSPORT_CONNECTION_PRIVATE_H

#include "transport/connection.h"
#include "transport/tls.h"

#include <uv.h>

enum connection_state {
    CONNECTION_CONNECTING,
    CONNECTION_OPEN,
    CONNECTION_CLOSING /* its handles are being closed */
};

/* Octets that the kernel did not take at once. */
struct writing {
    uv_write_t request;
    struct connection *connection;
    char octets[];
};

/* Only while connecting. */
struct connecting {
    uv_connect_t request;
    uv_getaddrinfo_t lookup;
    bool looking_up;
    struct route *route; /* borrowed; not to be touched once the connection is closing */
};

struct connection {
    struct loop_part part;
    struct loop *loop;
    struct connection_home *home; /* NULL: made by connection_new() */
    uv_tcp_t tcp;
    uv_timer_t timer;
    uint64_t timer_at_ms; /* ENGINE_NEVER: not set. It may be due before it is needed */
    struct drive drive;
    const struct connection_calls *calls;
    void *owner;
    struct tls_context *tls_context; /* NULL: no TLS can be made */
    char *tls_name;                  /* whom a client connects to */
    struct tls *tls;                 /* NULL: in the clear */
    struct writing *writing;         /* NULL: all is written */
    struct connecting *connecting;   /* NULL: no more, or never */
    const uint64_t *ahead_ms;        /* of its loop's time; NULL: it is not */
    uint64_t gives_up_ms;            /* flushing, lingering: no longer than that */
    enum connection_state state;
    int failure;     /* the last error of the system; 0 = none */
    bool opened;     /* `over` is owed */
    bool fin_wanted; /* FIN is to follow what is being written */
    bool broken;     /* a write failed: there is no connection any more */
    bool reading;
    bool has_looked;            /* for octets in time, at this deadline */
    unsigned char open_handles; /* that have to be closed before this is freed */
};

uint64_t connection_now_ms(const struct connection *connection);

/* ---- connection.c --------------------------------------------------------------------------- */

struct connection *connection_make(struct loop *loop, const struct connection_calls *calls,
                                   void *owner); /* NULL: out of memory */
/* Asks the owner for an engine. False: nobody wants it, or no longer. */
bool connection_adopt(struct connection *connection);
void connection_begin(struct connection *connection); /* it is there */
/* After every call into the drive: is it over, and when is something due? */
/* The system has octets for it. */
bool connection_has_unread(const struct connection *connection);
void connection_settle(struct connection *connection);
void connection_lose(struct connection *connection, int failure);
void connection_send_fin(struct connection *connection);
void connection_finish(struct connection *connection);
void connection_handle_closed(struct connection *connection); /* one of open_handles */

/* ---- connection_write.c --------------------------------------------------------------------- */

/* On the wire, as it is. Octets taken; fewer: something is being written, come again after that. */
size_t connection_send_raw(struct connection *connection, struct bytes octets);

/* ---- connection_tls.c; only while connection->tls is there ------------------------------------
 */

/* False: it cannot be. */
bool connection_tls_start(struct connection *connection, const struct tls_demand *demand);
void connection_tls_received(struct connection *connection, struct bytes octets);
void connection_tls_ended(struct connection *connection, enum engine_end how);
size_t connection_tls_send(struct connection *connection, struct bytes octets);
/* Sends what is pending. True: all of it is sent. */
bool connection_tls_flush(struct connection *connection);
void connection_tls_close(struct connection *connection);

#endif
