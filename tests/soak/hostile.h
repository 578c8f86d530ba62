/*
 * hostile.h - a side of a connection that keeps to nothing: lines in any order, halves of them,
 * NUL, octets at random, and any end: an engine for a drive.
 *
 * Bounds:  HOSTILE_ROUNDS_MAX times it says something, HOSTILE_WAIT_MS between them at most, and
 *          HOSTILE_STALL_MS in silence before its end.
 */
#ifndef TESTS_SOAK_HOSTILE_H
#define TESTS_SOAK_HOSTILE_H

#include "base/engine.h"
#include "tests/simulate/chance.h"

#define HOSTILE_ROUNDS_MAX 12
#define HOSTILE_WAIT_MS 8
#define HOSTILE_STALL_MS 200
#define HOSTILE_OCTETS_MAX 4096

struct hostile {
    struct chance chance;
    bool is_server;
    char octets[HOSTILE_OCTETS_MAX];
    size_t size;
    size_t sent;
    unsigned rounds; /* left */
    uint64_t due_ms;
    enum engine_wish wish;
    bool is_over; /* it says nothing more */
};

void hostile_init(struct hostile *hostile, bool is_server, uint64_t now_ms, uint64_t seed);
struct engine hostile_engine(struct hostile *hostile);

#endif
