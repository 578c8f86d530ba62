/*
 * relay_private.h - what the parts of the relay know of each other: its two engines and their life
 * (relay.c), and what passes between them (relay_pass.c).
 */
#ifndef HARNESS_RECORD_RELAY_PRIVATE_H
#define HARNESS_RECORD_RELAY_PRIVATE_H

#include "harness/record/relay.h"

/* What is appended at once at most: a line, whole or replaced. */
#define RELAY_ROOM_OCTETS (2 * (size_t)RECORDER_LINE_OCTETS_MAX)

/* What the relay asks of the server before the client hears anything (RELAY_TLS_STARTTLS). */
enum relay_prelude { PRELUDE_NONE, PRELUDE_GREETING, PRELUDE_EHLO, PRELUDE_STARTTLS };

struct relay_leg {
    struct relay *relay;
    enum recorder_side side;
    struct buf out;  /* to be sent to that side */
    struct buf line; /* came from it, and is no whole line yet */
    bool mute;       /* nothing is sent before TLS is made */
    bool wants_tls;
    bool ended; /* that side has ended … */
    enum engine_end how;
    bool half_closed; /* … and what we did to it */
    bool closed;
    bool stirred;
};

struct relay {
    struct relay_options options;
    struct relay_leg legs[2]; /* by enum recorder_side */
    struct buf held;          /* of the server, until TLS with it is made */
    enum relay_prelude prelude;
    bool starttls_offered;
    bool failed;
    char trouble[256];
};

/* The first trouble is the one that is told. */
void relay_note(struct relay *relay, const char *before, struct bytes what);

/* ---- relay_pass.c ---------------------------------------------------------------------------- */

void relay_put(struct relay_leg *leg, struct bytes octets);
/* Octets of that side, as many as can be passed on at once; returns how many. */
size_t relay_pass(struct relay_leg *leg, uint64_t now_ms, struct bytes input);
/* A last line without a line end. */
void relay_pass_last(struct relay_leg *leg, uint64_t now_ms);
/* The client is told the greeting that was held back, and the relay asks for nothing more. */
void relay_end_prelude(struct relay *relay, uint64_t now_ms);

static inline struct relay_leg *relay_other_leg(const struct relay_leg *leg)
{
    return &leg->relay->legs[leg->side == RECORDER_CLIENT ? RECORDER_SERVER : RECORDER_CLIENT];
}

#endif
