/*
 * talk.h - a conversation with the fake server in memory, under a clock that the test turns.
 *
 * Shape:   what the server sent stands in `said`, "|" between segments when segments is set; its
 *          records stand in `log`, a line each: kind, who took or gave it, its line, notes,
 *          variation, octets.
 * Lives:   until talk_release().
 */
#ifndef TESTS_UNIT_FAKESERVER_TALK_H
#define TESTS_UNIT_FAKESERVER_TALK_H

#include "fakeserver/fake_server.h"
#include "tests/support/unit.h"
#include "tests/unit/scenario/fixture.h"

struct talk {
    struct fixture scenario;
    struct fixture personality;
    struct fake_server *server;
    struct engine engine;
    uint64_t now_ms;
    uint64_t limit_ms; /* set before talk_begin(); 0 = none */
    unsigned connection;
    const struct cut *with; /* set before talk_begin(); may be NULL */
    size_t cut;             /* octets that arrive at once; 0 = all */
    bool segments;          /* "|" between them */
    bool refuses_tls;
    struct tls_facts tls; /* told of each handshake */
    bool without_early;   /* in the log: cutting may change it */
    struct buf said;
    size_t said_seen;
    struct buf log;
    enum engine_wish carried_out; /* the last wish */
};

void talk_init(struct talk *talk);
void talk_release(struct talk *talk);
void talk_begin(struct talk *talk, const char *scenario, const char *personality);
void talk_say(struct talk *talk, const char *octets);
void talk_say_bytes(struct talk *talk, struct bytes octets);
/* What the server does not take is left; answers how much it took. */
size_t talk_offer(struct talk *talk, const char *octets);
void talk_wait(struct talk *talk, uint64_t ms);
void talk_end(struct talk *talk, enum engine_end how);

/* What the server said since the last time. */
void talk_hears(struct talk *talk, const char *octets);
void talk_says_and_hears(struct talk *talk, const char *octets, const char *heard);
void talk_noted(struct talk *talk, const char *line);     /* somewhere in the log */
void talk_not_noted(struct talk *talk, const char *text); /* nowhere */

/* Runs a whole script of inputs. */
void talk_through(struct talk *talk, const char *const *lines, size_t count);

#endif
