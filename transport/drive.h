/*
 * drive.h - the one driver: moves octets between an engine and a transport until all is still.
 *
 * A transport is a small table of calls; memory pipes (transport/memory.h), sockets (socket.h) and
 * later TLS stand behind it. The driver holds what the engine has not consumed yet, offers it again
 * after each step, and carries out the engine's wish when nothing is pending.
 *
 * Bounds:  DRIVE_UNREAD_MAX octets unread; beyond that the transport is told to stop reading.
 * Lives:   struct drive borrows engine and transport; drive_release() frees what is unread.
 */
#ifndef TRANSPORT_DRIVE_H
#define TRANSPORT_DRIVE_H

#include "base/buf.h"
#include "base/engine.h"

#define DRIVE_UNREAD_MAX (256 * 1024)

struct transport_ops {
    /* Octets taken for sending (0: not now; come again on drive_writable). One call, one segment.
     */
    size_t (*send)(void *self, struct bytes octets);
    void (*half_close)(void *self);
    void (*close)(void *self);     /* flush, FIN, linger until the other side's FIN */
    void (*reset)(void *self);     /* RST, what is unsent is lost */
    bool (*start_tls)(void *self); /* false: this transport cannot */
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
    bool closed; /* we closed or reset */
    bool ended;  /* the engine knows that the other side ended */
    bool paused; /* reading was stopped */
    /* Called whenever the engine may have events; may be NULL. It may not call drive_* itself. */
    void (*events)(void *owner);
    void *owner;
};

void drive_init(struct drive *drive, struct engine engine, struct transport transport);
void drive_release(struct drive *drive);

void drive_received(struct drive *drive, uint64_t now_ms, struct bytes octets);
void drive_ended(struct drive *drive, uint64_t now_ms, enum engine_end how);
void drive_writable(struct drive *drive, uint64_t now_ms);
void drive_time(struct drive *drive, uint64_t now_ms); /* a deadline may be due */
void drive_tls_done(struct drive *drive, uint64_t now_ms, bool ok);
uint64_t drive_deadline_ms(const struct drive *drive);

#endif
