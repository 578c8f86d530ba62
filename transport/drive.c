#include "transport/drive.h"

#include "base/require.h"

void drive_init(struct drive *drive, struct engine engine, struct transport transport)
{
    *drive = (struct drive){.engine = engine, .transport = transport};
    buf_init(&drive->unread, DRIVE_UNREAD_MAX);
}

void drive_release(struct drive *drive)
{
    buf_release_secret(&drive->unread);
}

bool drive_is_over(const struct drive *drive)
{
    return drive->closed && drive->ended;
}

uint64_t drive_deadline_ms(const struct drive *drive)
{
    if (drive_is_over(drive))
        return ENGINE_NEVER;
    return drive->engine.ops->deadline_ms(drive->engine.self);
}

static void tell_end(struct drive *drive, uint64_t now_ms, enum engine_end how)
{
    drive->ended = true;
    drive->end_waits = false;
    if (how != ENGINE_END_FIN)
        drive->closed = true;
    drive->engine.ops->ended(drive->engine.self, now_ms, how);
}

/* ---- one step of each kind; true: something moved -------------------------------------------- */

static bool offer(struct drive *drive, uint64_t now_ms, struct bytes *rest)
{
    size_t used;

    if (rest->size == 0 || drive->tls_started)
        return false;
    used = drive->engine.ops->receive(drive->engine.self, now_ms, *rest);
    REQUIRE(used <= rest->size);
    rest->data += used;
    rest->size -= used;
    return used > 0;
}

static bool send_pending(struct drive *drive, uint64_t now_ms)
{
    struct bytes octets;
    size_t taken;

    if (drive->closed || drive->half_closed || drive->blocked || drive->tls_started)
        return false;
    octets = drive->engine.ops->pending(drive->engine.self);
    if (octets.size == 0)
        return false;
    taken = drive->transport.ops->send(drive->transport.self, octets);
    drive->blocked = taken < octets.size;
    if (taken > 0)
        drive->engine.ops->sent(drive->engine.self, now_ms, taken);
    return taken > 0;
}

static void tell_tls(struct drive *drive, uint64_t now_ms, const struct tls_facts *facts)
{
    if (drive->engine.ops->tls_facts)
        drive->engine.ops->tls_facts(drive->engine.self, now_ms, facts);
}

static void fail_tls(struct drive *drive, uint64_t now_ms, const struct tls_facts *facts)
{
    drive->tls_started = false;
    tell_tls(drive, now_ms, facts);
    drive->transport.ops->close(drive->transport.self);
    tell_end(drive, now_ms, ENGINE_END_RESET);
}

static void start_tls(struct drive *drive, uint64_t now_ms, struct bytes rest)
{
    const struct engine_ops *engine = drive->engine.ops;
    struct tls_facts facts = {.ok = false};

    if (rest.size > 0) {
        facts.trouble = bytes_of("octets came in the clear behind the go-ahead for TLS");
        fail_tls(drive, now_ms, &facts);
        return;
    }
    if (drive->ended || drive->end_waits) {
        facts.trouble = bytes_of("the connection ended before the handshake");
        fail_tls(drive, now_ms, &facts);
        return;
    }
    drive->tls_started = true;
    if (drive->transport.ops->start_tls(drive->transport.self,
                                        engine->tls_demand ? engine->tls_demand(drive->engine.self)
                                                           : NULL))
        return;
    facts.trouble = bytes_of("no TLS can be made here");
    fail_tls(drive, now_ms, &facts);
}

static void carry_out(struct drive *drive, uint64_t now_ms, enum engine_wish wish)
{
    const struct transport_ops *ops = drive->transport.ops;

    drive->tls_started = false; /* given up */
    switch (wish) {
    case ENGINE_WISH_HALF_CLOSE:
        drive->half_closed = true;
        ops->half_close(drive->transport.self);
        break;
    case ENGINE_WISH_CLOSE:
        drive->closed = true;
        ops->close(drive->transport.self);
        break;
    case ENGINE_WISH_RESET:
        drive->closed = true;
        drive->ended = true;
        ops->reset(drive->transport.self);
        break;
    case ENGINE_WISH_NONE:
    case ENGINE_WISH_TLS:
        return;
    }
    drive->engine.ops->wish_done(drive->engine.self, now_ms, wish);
}

static bool grant_wish(struct drive *drive, uint64_t now_ms, struct bytes rest)
{
    enum engine_wish wish;

    if (drive->closed)
        return false;
    wish = drive->engine.ops->wish(drive->engine.self);
    if (drive->tls_started && wish != ENGINE_WISH_CLOSE && wish != ENGINE_WISH_RESET)
        return false;
    if (wish == ENGINE_WISH_NONE || (wish == ENGINE_WISH_HALF_CLOSE && drive->half_closed))
        return false;
    if (drive->engine.ops->pending(drive->engine.self).size > 0 && !drive->half_closed)
        return false;
    if (wish == ENGINE_WISH_TLS)
        start_tls(drive, now_ms, rest);
    else
        carry_out(drive, now_ms, wish);
    return true;
}

/* ---- until all is still ---------------------------------------------------------------------- */

static void move_until_still(struct drive *drive, uint64_t now_ms, struct bytes *rest)
{
    bool moved;

    drive->busy = true;
    do {
        drive->again = false;
        moved = offer(drive, now_ms, rest);
        moved = send_pending(drive, now_ms) || moved;
        moved = grant_wish(drive, now_ms, *rest) || moved;
        if (drive->end_waits && rest->size == 0) {
            tell_end(drive, now_ms, ENGINE_END_FIN);
            moved = true;
        }
        if (drive->events)
            drive->events(drive->owner);
    } while (moved || drive->again);
    drive->busy = false;
}

static void mind_the_bound(struct drive *drive)
{
    bool full = buf_room(&drive->unread) < DRIVE_RECEIVE_MAX;

    if (full == drive->paused || drive->ended)
        return;
    drive->paused = full;
    drive->transport.ops->read_wanted(drive->transport.self, !full);
}

/* Nothing new came: what is unread is offered again. */
static void go_on(struct drive *drive, uint64_t now_ms)
{
    struct bytes rest = buf_bytes(&drive->unread);

    move_until_still(drive, now_ms, &rest);
    if (rest.size == 0 || drive->closed) {
        buf_release_secret(&drive->unread);
        if (drive->end_waits)
            move_until_still(drive, now_ms, &(struct bytes){NULL, 0});
    } else {
        buf_consume(&drive->unread, drive->unread.size - rest.size);
    }
    mind_the_bound(drive);
}

static void keep(struct drive *drive, uint64_t now_ms, struct bytes rest)
{
    if (rest.size == 0 || drive->closed)
        return;
    if (buf_append(&drive->unread, rest)) {
        mind_the_bound(drive);
        return;
    }
    /* Out of memory, or a transport that does not stop: this connection cannot go on. */
    drive->transport.ops->reset(drive->transport.self);
    tell_end(drive, now_ms, ENGINE_END_RESET);
    go_on(drive, now_ms);
}

void drive_received(struct drive *drive, uint64_t now_ms, struct bytes octets)
{
    if (drive->ended)
        return;
    if (drive->unread.size > 0) {
        keep(drive, now_ms, octets);
        go_on(drive, now_ms);
        return;
    }
    move_until_still(drive, now_ms, &octets);
    keep(drive, now_ms, octets);
}

void drive_ended(struct drive *drive, uint64_t now_ms, enum engine_end how)
{
    if (drive->ended) {
        /* A reset behind a FIN: nothing can be sent any more; the engine knows of the end. */
        drive->closed = drive->closed || how != ENGINE_END_FIN;
        return;
    }
    if (drive->tls_started) {
        const struct tls_facts facts = {
            .trouble = BYTES_LITERAL("the connection ended in the handshake"),
        };

        drive->tls_started = false;
        tell_tls(drive, now_ms, &facts);
        how = ENGINE_END_RESET;
    }
    if (how == ENGINE_END_FIN) {
        drive->end_waits = true;
    } else {
        buf_release_secret(&drive->unread);
        tell_end(drive, now_ms, how);
    }
    go_on(drive, now_ms);
}

void drive_writable(struct drive *drive, uint64_t now_ms)
{
    drive->blocked = false;
    go_on(drive, now_ms);
}

void drive_time(struct drive *drive, uint64_t now_ms)
{
    if (drive_deadline_ms(drive) <= now_ms)
        drive->engine.ops->tick(drive->engine.self, now_ms);
    go_on(drive, now_ms);
}

void drive_tls_done(struct drive *drive, uint64_t now_ms, const struct tls_facts *facts)
{
    if (!drive->tls_started)
        return;
    drive->tls_started = false;
    if (facts->ok) {
        tell_tls(drive, now_ms, facts);
        drive->engine.ops->wish_done(drive->engine.self, now_ms, ENGINE_WISH_TLS);
    } else {
        fail_tls(drive, now_ms, facts);
    }
    go_on(drive, now_ms);
}

void drive_wake(struct drive *drive, uint64_t now_ms)
{
    if (drive->busy)
        drive->again = true;
    else
        go_on(drive, now_ms);
}
