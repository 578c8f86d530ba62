/*
 * engine.h - the shape that all protocol engines share.
 *
 * An engine is a state: it is fed octets and the time, and yields octets and events. It never
 * waits, reads no clock, opens nothing, logs nothing, calls nobody back, and allocates only when
 * made. A driver (transport/drive.h) joins it to a transport and repeats, until all is still: give
 * octets, send what is pending, carry out the wish; the owner takes the engine's own events
 * meanwhile.
 *
 * Laws (tests/law): cutting the input anywhere changes no event; the same octets and times give the
 * same output; after a close is carried out or noticed, nothing is ever pending.
 */
#ifndef BASE_ENGINE_H
#define BASE_ENGINE_H

#include "base/bytes.h"
#include "base/tls.h"

#include <stdint.h>

#define ENGINE_NEVER UINT64_MAX /* a deadline that is none */

/* What the engine asks of its transport, once nothing is pending. */
enum engine_wish {
    ENGINE_WISH_NONE,
    ENGINE_WISH_TLS,        /* start a TLS handshake; answer with wish_done or ended */
    ENGINE_WISH_HALF_CLOSE, /* send FIN, go on reading */
    ENGINE_WISH_CLOSE,      /* send FIN, linger until the other side's FIN, close */
    ENGINE_WISH_RESET       /* close with RST */
};

/* How the other side's octets came to an end. */
enum engine_end {
    ENGINE_END_FIN,    /* orderly: no more octets will come, ours may still be read */
    ENGINE_END_RESET,  /* the connection is gone */
    ENGINE_END_REFUSED /* there never was one */
};

struct engine_ops {
    /* Returns the octets consumed. Fewer than given: take events and send first, then offer the
     * rest. */
    size_t (*receive)(void *self, uint64_t now_ms, struct bytes input);
    /* To be sent now, in one segment where the transport can; valid until the next call. */
    struct bytes (*pending)(const void *self);
    void (*sent)(void *self, uint64_t now_ms, size_t octets);
    enum engine_wish (*wish)(const void *self); /* counts only while nothing is pending */
    void (*wish_done)(void *self, uint64_t now_ms, enum engine_wish wish);
    void (*ended)(void *self, uint64_t now_ms, enum engine_end how);
    uint64_t (*deadline_ms)(const void *self); /* when tick is due; ENGINE_NEVER = none */
    void (*tick)(void *self, uint64_t now_ms);
    /* Which handshake is wished for, valid until the next call. The call may be NULL, and so may
     * its answer: an ordinary one. */
    const struct tls_demand *(*tls_demand)(const void *self);
    /* What the handshake was: right before wish_done(TLS), or before ended() when it failed. May be
     * NULL. */
    void (*tls_facts)(void *self, uint64_t now_ms, const struct tls_facts *facts);
};

struct engine {
    const struct engine_ops *ops;
    void *self; /* borrowed */
};

#endif
