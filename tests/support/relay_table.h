/*
 * relay_table.h - a relay at a table with two parties, its client and its server: no network, no
 * TLS but the moments of a handshake.
 *
 * Shape:   a party says octets, ends, or answers a handshake; what the relay sends it is in
 * `heard`, with "<TLS>" where a handshake was made. Bounds:  RELAY_TABLE_OCTETS_MAX
 * octets heard by each. Lives:   until relay_table_close(); all that was recorded lives in its
 * arena. Errors:  REQUIRE: a test cannot go on.
 */
#ifndef TESTS_SUPPORT_RELAY_TABLE_H
#define TESTS_SUPPORT_RELAY_TABLE_H

#include "harness/record/relay.h"
#include "transport/drive.h"

#define RELAY_TABLE_OCTETS_MAX ((size_t)4 * 1024 * 1024)

struct relay_party {
    struct buf heard;
    bool refuses_tls;
    bool tls_asked; /* a handshake is to be made */
    unsigned handshakes, half_closes, closes, resets;
};

struct relay_table {
    struct arena *arena;
    struct recorder recorder;
    struct relay *relay;
    struct relay_party parties[2]; /* by enum recorder_side */
    struct drive drives[2];
    uint64_t now_ms;
    bool holds_tls; /* handshakes are made when relay_table_shake() says so */
};

/* The recorder of the options is the table's own. */
void relay_table_open(struct relay_table *table, const struct relay_options *options,
                      bool keep_mail);
void relay_table_close(struct relay_table *table);

/* Octets where the party's handshake should be make that fail. Only the relay's engine that faces
 * the party hears of them: what the other one has to do, it does in relay_table_settle(). */
void relay_table_give(struct relay_table *table, enum recorder_side who, struct bytes octets);
void relay_table_say(struct relay_table *table, enum recorder_side who, struct bytes octets);
void relay_table_end(struct relay_table *table, enum recorder_side who, enum engine_end how);
void relay_table_shake(struct relay_table *table, enum recorder_side who, bool ok);
void relay_table_settle(struct relay_table *table);

#endif
