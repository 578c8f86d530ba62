/*
 * gate.h - a hostile network between two engines that transport/memory.h joins.
 *
 * A gate stands before an engine and is one itself. What arrives is passed on in pieces of random
 * size, each after a random time, up to an octet at which the connection may be hurt.
 *
 * Shape:   gate_engine() is what the memory transport drives; `stirred` is called after every call
 *          that may leave events in the engine behind it.
 * Bounds:  GATE_CALLS_MAX calls; from then on nothing is passed on, so that no run is endless.
 * Lives:   the engine and the network are borrowed.
 * Source:  RFC 5321 3.8, 4.5.3.2 (connections that are lost, or that are slow).
 */
#ifndef TESTS_SIMULATE_GATE_H
#define TESTS_SIMULATE_GATE_H

#include "base/engine.h"
#include "tests/simulate/chance.h"

#define GATE_CALLS_MAX 400000

enum gate_fault {
    GATE_FAULT_NONE,
    GATE_FAULT_FIN,   /* this direction ends here, as if the other side had half-closed */
    GATE_FAULT_RESET, /* both sides hear of a reset */
    GATE_FAULT_STALL, /* this direction carries nothing more */
    GATE_FAULT_CUT,   /* neither does */
    GATE_FAULT_COUNT
};

struct gate_plan {
    unsigned piece_octets_max;
    unsigned delay_percent; /* of pieces that are late */
    unsigned delay_ms_max;
    enum gate_fault fault;
    uint64_t fault_at; /* behind so many octets */
};

struct network {
    bool cut;
};

struct gate {
    struct engine inner;
    struct network *network;
    struct gate_plan plan;
    struct chance chance;
    void (*stirred)(void *owner);
    void *owner;
    uint64_t passed; /* octets that the engine behind it took */
    uint64_t release_at_ms;
    bool armed;    /* the time of the next piece is known */
    bool held;     /* octets wait for it */
    bool dead;     /* nothing is passed on any more, no end either */
    bool told_end; /* by us */
    bool muted;    /* nothing comes out any more */
    bool reset_due;
    unsigned calls;
};

void gate_init(struct gate *gate, struct engine inner, struct network *network,
               const struct gate_plan *plan, uint64_t seed);
struct engine gate_engine(struct gate *gate);

#endif
