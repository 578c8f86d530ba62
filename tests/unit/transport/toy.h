/*
 * toy.h - an engine for the tests of the transports: hears, says, wishes what a test tells it.
 */
#ifndef TESTS_UNIT_TRANSPORT_TOY_H
#define TESTS_UNIT_TRANSPORT_TOY_H

#include "base/buf.h"
#include "base/engine.h"

struct toy {
    struct buf heard;         /* all that it consumed */
    struct buf out;           /* to be sent */
    size_t bite;              /* consumes at most so many octets a call; 0 = all */
    bool deaf;                /* consumes nothing */
    bool echoes;              /* says again what it hears */
    bool silent;              /* keeps nothing of what it hears but the count */
    bool closes_at_end;       /* wishes to close when the other side ends */
    enum engine_wish wish;    /* until it is done */
    unsigned wishes_done;     /* set of 1u << enum engine_wish */
    uint64_t done_ms;         /* when the last one was done */
    unsigned ends;            /* how often it heard of an end */
    enum engine_end end;      /* the last */
    uint64_t end_ms;          /* when */
    size_t heard_before_end;  /* octets */
    uint64_t deadline_ms;     /* given up after one tick */
    uint64_t tick_ms;         /* when it was ticked */
    size_t heard_before_tick; /* octets */
    bool deaf_until_tick;
    enum engine_wish wish_at_tick;
    enum engine_wish wish_at_octets; /* when it hears any */
    size_t receives;                 /* calls */
    size_t sends;                    /* calls */
    size_t sent_octets;
    size_t heard_octets;
    size_t heard_most; /* at once */
    const struct tls_demand *demand;
    unsigned handshakes;    /* of which it heard */
    struct tls_facts facts; /* of the last; its spans are gone but for the trouble */
    char trouble[240];
};

void toy_init(struct toy *toy);
void toy_release(struct toy *toy);
struct engine toy_engine(struct toy *toy);
void toy_say(struct toy *toy, const char *text);
void toy_say_many(struct toy *toy, size_t octets); /* a pattern that toy_is_pattern() knows */
bool toy_is_pattern(struct bytes octets);

#endif
