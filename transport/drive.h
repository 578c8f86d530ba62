/*
 * drive.h - the one driver: moves octets between an engine and a transport until all is still.
 *
 * A transport is a small table of calls; memory pipes (transport/memory.h) and sockets
 * (socket.h) stand behind it, and start_tls is the seam where TLS comes in.
 * The driver holds what the engine has not consumed yet, offers it again after each step, and
 * carries out the engine's wish when nothing is pending.
 *
 * Order:   the engine hears of a FIN after it has consumed all octets before it; of a reset at
 *          once, and what it had not consumed is dropped. After a close the engine still hears what
 *          arrives until the other side's FIN; what it does not consume then is dropped.
 * TLS:     octets that are unread when TLS is to start make it fail (RFC 3207 6). TLS that failed
 *          is an end: the transport is closed and the engine hears ended(RESET). An engine that
 *          wishes to close or to reset during the handshake gives it up.
 * Bounds:  DRIVE_UNREAD_MAX octets unread; when less room is left than one drive_received() may
 *          bring, the transport is told to stop reading.
 * Lives:   struct drive borrows engine and transport; drive_release() frees what is unread.
 */
#ifndef TRANSPORT_DRIVE_H
#define TRANSPORT_DRIVE_H

#include "base/buf.h"
#include "base/engine.h"

#define DRIVE_UNREAD_MAX (256 * 1024)
#define DRIVE_RECEIVE_MAX (64 * 1024) /* octets that a transport may bring at once */

struct transport_ops {
    /* Octets taken for sending. Fewer than given: come again on drive_writable(). One call, one
     * segment. */
    size_t (*send)(void *self, struct bytes octets);
    void (*half_close)(void *self);
    void (*close)(void *self); /* flush, FIN, linger until the other side's FIN */
    void (*reset)(void *self); /* RST, what is unsent is lost */
    /* Begins a handshake, as client or as server: the transport knows which. demand: NULL = an
     * ordinary one; valid until this returns. It is answered with drive_tls_done(), never before
     * this returns. False: this transport cannot. */
    bool (*start_tls)(void *self, const struct tls_demand *demand);
    void (*read_wanted)(void *self, bool wanted);
};

struct transport {
    const struct transport_ops *ops;
    void *self; /* borrowed */
};

struct drive {
    struct engine engine;
    struct transport transport;
    struct buf unread;
    bool closed;      /* we closed or reset, or there is nothing left to close */
    bool half_closed; /* we sent FIN and go on reading */
    bool ended;       /* the engine knows that the other side ended */
    bool end_waits;   /* FIN came, the engine has octets to consume first */
    bool blocked;     /* the transport took less than was pending */
    bool paused;      /* reading was stopped */
    bool tls_started; /* start_tls was called, drive_tls_done() has not come yet */
    bool busy;        /* inside a drive_… call */
    bool again;       /* drive_wake() came while busy */
    /* Called whenever the engine may have events; may be NULL. Of drive_… only drive_wake() may be
     * called from it. */
    void (*events)(void *owner);
    void *owner;
};

void drive_init(struct drive *drive, struct engine engine, struct transport transport);
void drive_release(struct drive *drive);

void drive_received(struct drive *drive, uint64_t now_ms, struct bytes octets);
void drive_ended(struct drive *drive, uint64_t now_ms, enum engine_end how);
void drive_writable(struct drive *drive, uint64_t now_ms);
void drive_time(struct drive *drive, uint64_t now_ms); /* a deadline may be due */
/* facts->ok says whether the octets that come from now on are those inside TLS. */
void drive_tls_done(struct drive *drive, uint64_t now_ms, const struct tls_facts *facts);
void drive_wake(struct drive *drive, uint64_t now_ms); /* the owner changed the engine; to start */
uint64_t drive_deadline_ms(const struct drive *drive);
bool drive_is_over(const struct drive *drive); /* both directions have ended */

#endif
