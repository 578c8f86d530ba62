#include "tests/simulate/gate.h"

void gate_init(struct gate *gate, struct engine inner, struct network *network,
               const struct gate_plan *plan, uint64_t seed)
{
    *gate =
        (struct gate){.inner = inner, .network = network, .plan = *plan, .chance = {.state = seed}};
}

static bool is_dead(const struct gate *gate)
{
    return gate->dead || gate->network->cut || gate->calls > GATE_CALLS_MAX;
}

static void stir(struct gate *gate)
{
    if (gate->stirred)
        gate->stirred(gate->owner);
}

static void hurt(struct gate *gate, uint64_t now_ms)
{
    enum gate_fault fault = gate->plan.fault;

    gate->dead = true;
    gate->told_end = fault == GATE_FAULT_FIN || fault == GATE_FAULT_RESET;
    if (fault == GATE_FAULT_FIN)
        gate->inner.ops->ended(gate->inner.self, now_ms, ENGINE_END_FIN);
    if (fault == GATE_FAULT_RESET) {
        gate->inner.ops->ended(gate->inner.self, now_ms, ENGINE_END_RESET);
        gate->muted = true;
        gate->reset_due = true;
    }
    if (fault == GATE_FAULT_CUT)
        gate->network->cut = true;
    stir(gate);
}

/* Has the time of the next piece come? */
static bool is_released(struct gate *gate, uint64_t now_ms)
{
    const struct gate_plan *plan = &gate->plan;

    if (!gate->armed) {
        bool late = plan->delay_ms_max > 0 && chance_percent(&gate->chance, plan->delay_percent);

        gate->armed = true;
        gate->release_at_ms = now_ms + (late ? chance_below(&gate->chance, plan->delay_ms_max) : 0);
    }
    gate->held = now_ms < gate->release_at_ms;
    return !gate->held;
}

static size_t piece_of(struct gate *gate, size_t octets)
{
    size_t piece = 1 + chance_below(&gate->chance, gate->plan.piece_octets_max);

    if (gate->plan.fault != GATE_FAULT_NONE && gate->plan.fault_at - gate->passed < piece)
        piece = (size_t)(gate->plan.fault_at - gate->passed);
    return piece < octets ? piece : octets;
}

static size_t gate_receive(void *self, uint64_t now_ms, struct bytes input)
{
    struct gate *gate = self;
    size_t piece;
    size_t used = 0;

    gate->calls++;
    if (is_dead(gate)) {
        gate->held = false;
        return input.size;
    }
    if (!is_released(gate, now_ms))
        return 0;
    piece = piece_of(gate, input.size);
    if (piece > 0)
        used = gate->inner.ops->receive(gate->inner.self, now_ms, bytes_slice(input, 0, piece));
    gate->passed += used;
    gate->armed = used < piece;
    if (used > 0)
        stir(gate);
    if (gate->plan.fault != GATE_FAULT_NONE && gate->passed == gate->plan.fault_at) {
        hurt(gate, now_ms);
        return input.size;
    }
    return used;
}

static struct bytes gate_pending(const void *self)
{
    const struct gate *gate = self;

    return gate->muted ? BYTES_NONE : gate->inner.ops->pending(gate->inner.self);
}

static void gate_sent(void *self, uint64_t now_ms, size_t octets)
{
    struct gate *gate = self;

    gate->inner.ops->sent(gate->inner.self, now_ms, octets);
    stir(gate);
}

static enum engine_wish gate_wish(const void *self)
{
    const struct gate *gate = self;

    if (gate->reset_due)
        return ENGINE_WISH_RESET;
    return gate->muted ? ENGINE_WISH_NONE : gate->inner.ops->wish(gate->inner.self);
}

static void gate_wish_done(void *self, uint64_t now_ms, enum engine_wish wish)
{
    struct gate *gate = self;

    if (gate->reset_due) {
        gate->reset_due = false;
        return;
    }
    gate->inner.ops->wish_done(gate->inner.self, now_ms, wish);
    stir(gate);
}

static void gate_ended(void *self, uint64_t now_ms, enum engine_end how)
{
    struct gate *gate = self;

    gate->held = false;
    /* Of a reset the driver itself has heard: it calls this engine no more. */
    if (gate->told_end || (is_dead(gate) && how == ENGINE_END_FIN))
        return;
    gate->inner.ops->ended(gate->inner.self, now_ms, how);
    stir(gate);
}

static uint64_t gate_deadline_ms(const void *self)
{
    const struct gate *gate = self;
    uint64_t inner_ms = gate->inner.ops->deadline_ms(gate->inner.self);

    return gate->held && gate->release_at_ms < inner_ms ? gate->release_at_ms : inner_ms;
}

static void gate_tick(void *self, uint64_t now_ms)
{
    struct gate *gate = self;

    gate->calls++;
    if (gate->release_at_ms <= now_ms)
        gate->held = false; /* the driver offers again what is unread */
    if (gate->inner.ops->deadline_ms(gate->inner.self) > now_ms)
        return;
    gate->inner.ops->tick(gate->inner.self, now_ms);
    stir(gate);
}

static const struct tls_demand *gate_tls_demand(const void *self)
{
    const struct gate *gate = self;

    return gate->inner.ops->tls_demand ? gate->inner.ops->tls_demand(gate->inner.self) : NULL;
}

static void gate_tls_facts(void *self, uint64_t now_ms, const struct tls_facts *facts)
{
    struct gate *gate = self;

    if (gate->inner.ops->tls_facts)
        gate->inner.ops->tls_facts(gate->inner.self, now_ms, facts);
}

struct engine gate_engine(struct gate *gate)
{
    static const struct engine_ops ops = {
        .receive = gate_receive,
        .pending = gate_pending,
        .sent = gate_sent,
        .wish = gate_wish,
        .wish_done = gate_wish_done,
        .ended = gate_ended,
        .deadline_ms = gate_deadline_ms,
        .tick = gate_tick,
        .tls_demand = gate_tls_demand,
        .tls_facts = gate_tls_facts,
    };

    return (struct engine){&ops, gate};
}
