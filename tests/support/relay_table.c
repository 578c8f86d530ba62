#include "tests/support/relay_table.h"

#include "base/require.h"

#define ARENA_OCTETS_MAX ((size_t)16 * 1024 * 1024)

/* ---- a party, as the relay's transport towards it sees it ------------------------------------ */

static size_t party_send(void *self, struct bytes octets)
{
    REQUIRE(buf_append(&((struct relay_party *)self)->heard, octets));
    return octets.size;
}

static void party_half_close(void *self)
{
    ((struct relay_party *)self)->half_closes++;
}

static void party_close(void *self)
{
    ((struct relay_party *)self)->closes++;
}

static void party_reset(void *self)
{
    ((struct relay_party *)self)->resets++;
}

static bool party_start_tls(void *self, const struct tls_demand *demand)
{
    (void)demand;
    ((struct relay_party *)self)->tls_asked = true;
    return true;
}

static void party_read_wanted(void *self, bool wanted)
{
    (void)self;
    (void)wanted;
}

static const struct transport_ops party_ops = {
    .send = party_send,
    .half_close = party_half_close,
    .close = party_close,
    .reset = party_reset,
    .start_tls = party_start_tls,
    .read_wanted = party_read_wanted,
};

/* ---- the table ------------------------------------------------------------------------------- */

void relay_table_open(struct relay_table *table, const struct relay_options *wanted, bool keep_mail)
{
    struct relay_options options = *wanted;

    *table = (struct relay_table){.arena = arena_new(ARENA_OCTETS_MAX)};
    REQUIRE(table->arena != NULL);
    REQUIRE(recorder_init(&table->recorder, table->arena, options.client_implicit, keep_mail, 0));
    options.recorder = &table->recorder;
    table->relay = relay_new(&options);
    REQUIRE(table->relay != NULL);
    for (size_t i = 0; i < 2; i++) {
        buf_init(&table->parties[i].heard, RELAY_TABLE_OCTETS_MAX);
        drive_init(&table->drives[i], relay_engine(table->relay, (enum recorder_side)i),
                   (struct transport){&party_ops, &table->parties[i]});
    }
    for (size_t i = 0; i < 2; i++)
        drive_wake(&table->drives[i], 0);
}

void relay_table_close(struct relay_table *table)
{
    for (size_t i = 0; i < 2; i++) {
        drive_release(&table->drives[i]);
        buf_release(&table->parties[i].heard);
    }
    relay_free(table->relay);
    recorder_release(&table->recorder);
    arena_free(table->arena);
}

static void shake(struct relay_table *table, enum recorder_side who, bool ok)
{
    struct relay_party *party = &table->parties[who];
    const struct tls_facts facts = {.ok = ok, .trouble = BYTES_LITERAL("no")};

    party->tls_asked = false;
    party->handshakes++;
    REQUIRE(!ok || buf_append_string(&party->heard, "<TLS>"));
    drive_tls_done(&table->drives[who], table->now_ms, &facts);
}

void relay_table_shake(struct relay_table *table, enum recorder_side who, bool ok)
{
    if (table->parties[who].tls_asked)
        shake(table, who, ok);
    relay_table_settle(table);
}

void relay_table_settle(struct relay_table *table)
{
    bool moved = true;

    while (moved) {
        moved = false;
        for (size_t i = 0; i < 2; i++) {
            struct relay_party *party = &table->parties[i];

            if (party->tls_asked && !table->holds_tls) {
                shake(table, (enum recorder_side)i, !party->refuses_tls);
                moved = true;
            }
            if (relay_stirred(table->relay, (enum recorder_side)i)) {
                drive_wake(&table->drives[i], table->now_ms);
                moved = true;
            }
        }
    }
}

void relay_table_give(struct relay_table *table, enum recorder_side who, struct bytes octets)
{
    if (octets.size > 0 && table->parties[who].tls_asked)
        shake(table, who, false);
    drive_received(&table->drives[who], table->now_ms, octets);
}

void relay_table_say(struct relay_table *table, enum recorder_side who, struct bytes octets)
{
    relay_table_give(table, who, octets);
    relay_table_settle(table);
}

void relay_table_end(struct relay_table *table, enum recorder_side who, enum engine_end how)
{
    drive_ended(&table->drives[who], table->now_ms, how);
    relay_table_settle(table);
}
