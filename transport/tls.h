/*
 * tls.h - one TLS session as a state: octets of the wire in, octets of the wire out.
 *
 * Does no I/O: whoever carries it (connection.c) gives it what was received, takes the events until
 * all is still, and sends what is pending.
 *
 * Laws:    any division of the received octets gives the same events.
 * Closing: tls_close() is close_notify; TLS_EVENT_CLOSED says that the other side's came. An end
 *          without it is truncation (RFC 8446 6.1), which only the carrier can see.
 * Faults:  a server that is asked for one (TLS_FAULT_TABLE) reads the ClientHello and then does
 *          what it says instead of sending its flight.
 * Bounds:  TLS_SEND_MAX octets are taken at a time; TLS_PENDING_MAX are ever pending.
 * Lives:   context and name are borrowed until tls_free().
 * Errors:  TLS_EVENT_FAILED, in one sentence in the facts; NULL from tls_new() with *err.
 */
#ifndef TRANSPORT_TLS_H
#define TRANSPORT_TLS_H

#include "base/err.h"
#include "base/tls.h"
#include "transport/tls_context.h"

#define TLS_SEND_MAX ((size_t)48 * 1024) /* three records */
#define TLS_PENDING_MAX ((size_t)128 * 1024)
#define TLS_TROUBLE_MAX 200

struct tls;

enum tls_event {
    TLS_EVENT_NONE,   /* all that was received is used up */
    TLS_EVENT_DONE,   /* the handshake is done */
    TLS_EVENT_OCTETS, /* *ret_octets came from the other side */
    TLS_EVENT_CLOSED, /* its close_notify: nothing more will come */
    TLS_EVENT_FAILED  /* the handshake failed, or later octets are none of this session */
};

/* The facts and the room that they point into. */
struct tls_told {
    struct tls_facts facts;
    char trouble[TLS_TROUBLE_MAX];
    char client[256];
    char unique[64];
    char end_point[64];
    char exporter[32];
};

/* The session of a client begins with octets pending. server_name: of a client, the DNS name or IP
 * address to verify; SNI is sent for a name only (RFC 6066 3). demand: of a server; NULL = an
 * ordinary one. Both are not needed by the other side. */
struct tls *tls_new(struct tls_context *context, const char *server_name,
                    const struct tls_demand *demand, struct err *err);
void tls_free(struct tls *tls);

/* To be called when the last octets are used up; borrowed until then. */
void tls_receive(struct tls *tls, struct bytes octets);
/* What became of them, oldest first; octets come in *room, as much as fits. */
enum tls_event tls_next(struct tls *tls, char *room, size_t room_octets, struct bytes *ret_octets);

struct bytes tls_pending(const struct tls *tls); /* to be sent; valid until the next call */
void tls_sent(struct tls *tls, size_t octets);

bool tls_is_open(const struct tls *tls); /* the handshake is done; neither failed nor closed */
/* Only while it is open, and nothing much is pending. Returns how many octets it took. */
size_t tls_send(struct tls *tls, struct bytes octets);
void tls_close(struct tls *tls); /* makes close_notify pending, where that is in order */
/* The carrier saw the connection end, in these words; nothing when it failed already. */
void tls_fail(struct tls *tls, const char *trouble);
/* A fault is asked for that ends in a reset, not in a FIN. */
bool tls_wants_reset(const struct tls *tls);
const char *tls_trouble(const struct tls *tls); /* "" = none; as long as the session */
void tls_tell(const struct tls *tls, struct tls_told *ret);

#endif
