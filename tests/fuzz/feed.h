/*
 * feed.h - drives an engine with octets that a fuzzer made up.
 *
 * In the input, octet 1 lets the time pass to the next deadline, 2 ends the connection, 3 resets
 * it; all others are octets of the other side, handed over in pieces of `cut`.
 */
#ifndef TESTS_FUZZ_FEED_H
#define TESTS_FUZZ_FEED_H

#include "base/engine.h"

struct feed {
    struct engine engine;
    uint64_t now_ms;
    size_t unread;                      /* came, and was not taken */
    void (*take_events)(void *owner);   /* all that there are */
    bool (*is_over)(const void *owner); /* NULL: it takes octets to the end of the input */
    void *owner;
};

/* Until nothing is pending and nothing is wished. */
void feed_settle(struct feed *feed);
void feed_play(struct feed *feed, struct bytes input, size_t cut);
void feed_end(struct feed *feed, enum engine_end how);
/* Lets time pass until nothing is waited for. */
void feed_finish(struct feed *feed);

#endif
