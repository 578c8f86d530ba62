#include "transport/memory.h"

#include "base/require.h"
#include "transport/memory_tls.h"

#include <stdlib.h>

enum {
    CLIENT = 0,
    SERVER = 1,
    /* An engine whose deadline stays due though it was ticked is at fault; it ends the run. */
    TICKS_WITHOUT_TIME_MAX = 10000
};

/* How the octets of one direction end. */
enum pipe_end { PIPE_OPEN, PIPE_FIN, PIPE_RESET, PIPE_REPORTED };

/* One direction; it belongs to the end that reads it. */
struct pipe {
    char octets[MEMORY_PIPE_OCTETS];
    size_t first; /* of the octets in flight */
    size_t size;
    size_t segments[MEMORY_PIPE_SEGMENTS]; /* a ring */
    size_t segment_first;
    size_t segment_count;
    enum pipe_end end;
    bool stalled; /* its sender waits for room */
};

struct end {
    struct memory *memory;
    struct drive drive;
    bool paused;
    bool gone;           /* nobody reads here any more */
    uint64_t lingers_to; /* ENGINE_NEVER: not lingering */
    struct tls_demand demand;
    void (*events)(void *owner);
    struct pipe in;
};

struct memory {
    uint64_t now_ms;
    size_t cut;
    bool started;
    struct memory_tls tls;
    unsigned ticks; /* without time going on */
    void *owner;
    struct end ends[2];
};

static struct end *other(struct end *end)
{
    return &end->memory->ends[end == &end->memory->ends[CLIENT] ? SERVER : CLIENT];
}

/* ---- pipes ----------------------------------------------------------------------------------- */

static void pipe_init(struct pipe *pipe)
{
    /* The octets stay as they are: clearing them costs more than a whole session. */
    pipe->first = pipe->size = 0;
    pipe->segment_first = pipe->segment_count = 0;
    pipe->end = PIPE_OPEN;
    pipe->stalled = false;
}

static size_t pipe_add(struct pipe *pipe, struct bytes octets)
{
    size_t room = sizeof(pipe->octets) - pipe->size;
    size_t taken = octets.size < room ? octets.size : room;

    if (pipe->segment_count == MEMORY_PIPE_SEGMENTS)
        taken = 0;
    pipe->stalled = taken < octets.size;
    if (taken == 0)
        return 0;
    if (pipe->first + pipe->size + taken > sizeof(pipe->octets)) {
        memmove(pipe->octets, pipe->octets + pipe->first, pipe->size);
        pipe->first = 0;
    }
    memcpy(pipe->octets + pipe->first + pipe->size, octets.data, taken);
    pipe->size += taken;
    pipe->segments[(pipe->segment_first + pipe->segment_count++) % MEMORY_PIPE_SEGMENTS] = taken;
    return taken;
}

static struct bytes pipe_next(const struct pipe *pipe, size_t cut)
{
    size_t size = pipe->segments[pipe->segment_first];

    return (struct bytes){pipe->octets + pipe->first, cut > 0 && cut < size ? cut : size};
}

static void pipe_take(struct pipe *pipe, size_t octets)
{
    size_t *segment = &pipe->segments[pipe->segment_first];

    *segment -= octets;
    if (*segment == 0) {
        pipe->segment_first = (pipe->segment_first + 1) % MEMORY_PIPE_SEGMENTS;
        pipe->segment_count--;
    }
    pipe->size -= octets;
    pipe->first = pipe->size > 0 ? pipe->first + octets : 0;
}

/* ---- the transport of one end ---------------------------------------------------------------- */

static size_t end_send(void *self, struct bytes octets)
{
    struct end *end = self;
    struct end *reader = other(end);

    if (reader->gone) { /* even behind a FIN that was told */
        end->in.end = PIPE_RESET;
        return octets.size;
    }
    return pipe_add(&reader->in, octets);
}

static void finish(struct end *end, enum pipe_end how)
{
    struct pipe *out = &other(end)->in;

    if (out->end == PIPE_OPEN || (out->end == PIPE_FIN && how == PIPE_RESET))
        out->end = how;
}

static void end_half_close(void *self)
{
    finish(self, PIPE_FIN);
}

static void end_close(void *self)
{
    struct end *end = self;

    finish(end, PIPE_FIN);
    if (end->in.end == PIPE_REPORTED)
        end->gone = true;
    else
        end->lingers_to = end->memory->now_ms + MEMORY_LINGER_MS;
}

static void end_reset(void *self)
{
    struct end *end = self;

    finish(end, PIPE_RESET);
    end->gone = true;
}

static bool end_start_tls(void *self, const struct tls_demand *demand)
{
    struct end *end = self;

    end->demand = demand ? *demand : (struct tls_demand){.cert = TLS_CERT_GOOD};
    if (end == &end->memory->ends[CLIENT])
        (void)end_send(end, memory_tls_hello());
    return true;
}

static void end_read_wanted(void *self, bool wanted)
{
    struct end *end = self;

    end->paused = !wanted;
}

static const struct transport_ops end_ops = {
    .send = end_send,
    .half_close = end_half_close,
    .close = end_close,
    .reset = end_reset,
    .start_tls = end_start_tls,
    .read_wanted = end_read_wanted,
};

static void end_events(void *owner)
{
    struct end *end = owner;

    if (end->events)
        end->events(end->memory->owner);
}

/* ---- life ------------------------------------------------------------------------------------ */

static void end_init(struct memory *memory, struct end *end, struct engine engine)
{
    end->memory = memory;
    end->paused = end->gone = false;
    end->demand = (struct tls_demand){.cert = TLS_CERT_GOOD};
    end->lingers_to = ENGINE_NEVER;
    end->events = NULL;
    pipe_init(&end->in);
    drive_init(&end->drive, engine, (struct transport){&end_ops, end});
    end->drive.events = end_events;
    end->drive.owner = end;
}

struct memory *memory_new(struct engine client, struct engine server)
{
    struct memory *memory = malloc(sizeof(*memory));

    if (!memory)
        return NULL;
    memory->now_ms = 0;
    memory->cut = 0;
    memory->started = false;
    memory->tls = (struct memory_tls){.server_name = BYTES_LITERAL("server.example")};
    memory->ticks = 0;
    memory->owner = NULL;
    end_init(memory, &memory->ends[CLIENT], client);
    end_init(memory, &memory->ends[SERVER], server);
    return memory;
}

void memory_free(struct memory *memory)
{
    if (!memory)
        return;
    drive_release(&memory->ends[CLIENT].drive);
    drive_release(&memory->ends[SERVER].drive);
    free(memory);
}

void memory_watch(struct memory *memory, void (*client_events)(void *owner),
                  void (*server_events)(void *owner), void *owner)
{
    memory->owner = owner;
    memory->ends[CLIENT].events = client_events;
    memory->ends[SERVER].events = server_events;
}

void memory_cut(struct memory *memory, size_t octets)
{
    memory->cut = octets;
}

void memory_tls(struct memory *memory, const struct memory_tls *client)
{
    memory->tls = *client;
}

void memory_trust_all(struct memory *memory)
{
    memory->tls.trusts_all = true;
}

void memory_start_at(struct memory *memory, uint64_t now_ms)
{
    REQUIRE(!memory->started);
    memory->now_ms = now_ms;
}

uint64_t memory_now_ms(const struct memory *memory)
{
    return memory->now_ms;
}

/* ---- the run --------------------------------------------------------------------------------- */

static bool deliver_octets(struct end *end)
{
    struct pipe *in = &end->in;
    struct bytes octets;

    if (in->size == 0 || end->paused || end->gone)
        return false;
    octets = pipe_next(in, end->memory->cut);
    drive_received(&end->drive, end->memory->now_ms, octets);
    pipe_take(in, octets.size);
    if (in->stalled) {
        in->stalled = false;
        drive_writable(&other(end)->drive, end->memory->now_ms);
    }
    return true;
}

static bool deliver_end(struct end *end)
{
    struct pipe *in = &end->in;
    enum engine_end how = in->end == PIPE_FIN ? ENGINE_END_FIN : ENGINE_END_RESET;

    if (in->size > 0 || end->gone || in->end == PIPE_OPEN || in->end == PIPE_REPORTED)
        return false;
    /* Without close_notify a FIN is truncation to a client (RFC 8446 6.1). */
    if (end == &end->memory->ends[CLIENT] && !end->drive.closed &&
        other(end)->demand.fault == TLS_FAULT_TRUNCATE)
        how = ENGINE_END_RESET;
    in->end = PIPE_REPORTED;
    drive_ended(&end->drive, end->memory->now_ms, how);
    if (drive_is_over(&end->drive))
        end->gone = true;
    end->lingers_to = ENGINE_NEVER;
    return true;
}

/* The ClientHello, where the server awaits it, decides for both ends. */
static bool shake_hands(struct end *end)
{
    struct end *peer = other(end);
    uint64_t now_ms = end->memory->now_ms;
    struct tls_facts facts = memory_tls_broken();
    bool is_hello;

    if (end->in.size == 0 || end->gone)
        return false;
    if (end == &end->memory->ends[CLIENT] && end->memory->tls.keeps_plain)
        return false;
    is_hello = end == &end->memory->ends[SERVER] && peer->drive.tls_started &&
               bytes_equal(pipe_next(&end->in, 0), memory_tls_hello());
    pipe_take(&end->in, pipe_next(&end->in, 0).size);
    if (is_hello && end->demand.fault == TLS_FAULT_STALL)
        return true;
    /* What the server said in the clear before it is no ServerHello (RFC 3207 6). */
    if (is_hello && (peer->in.size == 0 || end->memory->tls.keeps_plain))
        facts = memory_tls_shake(&end->demand, &end->memory->tls);
    drive_tls_done(&end->drive, now_ms, &facts);
    if (is_hello)
        drive_tls_done(&peer->drive, now_ms, &facts);
    return true;
}

static bool deliver(struct end *end)
{
    return (end->drive.tls_started ? shake_hands(end) : deliver_octets(end)) || deliver_end(end);
}

/* The other side's FIN did not come in time: as close(2) does it, what is unread resets it. */
static void stop_lingering(struct end *end)
{
    end->lingers_to = ENGINE_NEVER;
    end->gone = true;
    end->drive.ended = true;
    if (end->in.size > 0)
        finish(end, PIPE_RESET);
}

static uint64_t end_deadline_ms(const struct end *end)
{
    uint64_t deadline_ms = drive_deadline_ms(&end->drive);

    return deadline_ms < end->lingers_to ? deadline_ms : end->lingers_to;
}

static void pass_time(struct end *end)
{
    uint64_t now_ms = end->memory->now_ms;

    if (end->lingers_to <= now_ms)
        stop_lingering(end);
    if (drive_deadline_ms(&end->drive) <= now_ms)
        drive_time(&end->drive, now_ms);
}

static void start(struct memory *memory)
{
    if (memory->started)
        return;
    memory->started = true;
    drive_wake(&memory->ends[SERVER].drive, memory->now_ms);
    drive_wake(&memory->ends[CLIENT].drive, memory->now_ms);
}

static bool advance(struct memory *memory, uint64_t limit_ms)
{
    uint64_t client_ms = end_deadline_ms(&memory->ends[CLIENT]);
    uint64_t server_ms = end_deadline_ms(&memory->ends[SERVER]);
    uint64_t next_ms = client_ms < server_ms ? client_ms : server_ms;

    if (next_ms == ENGINE_NEVER)
        return false;
    if (next_ms > limit_ms) {
        memory->now_ms = limit_ms > memory->now_ms ? limit_ms : memory->now_ms;
        return false;
    }
    if (next_ms > memory->now_ms) {
        memory->now_ms = next_ms;
        memory->ticks = 0;
    } else if (++memory->ticks > TICKS_WITHOUT_TIME_MAX) {
        return false;
    }
    pass_time(&memory->ends[CLIENT]);
    pass_time(&memory->ends[SERVER]);
    return true;
}

static bool is_over(const struct end *end)
{
    return drive_is_over(&end->drive);
}

bool memory_run(struct memory *memory, uint64_t limit_ms)
{
    struct end *client = &memory->ends[CLIENT];
    struct end *server = &memory->ends[SERVER];

    start(memory);
    do {
        bool moved;

        do {
            moved = deliver(server);
            moved = deliver(client) || moved;
        } while (moved);
        if (is_over(client) && is_over(server))
            return true;
    } while (advance(memory, limit_ms));
    return false;
}
