#include "harness/record/relay_private.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- trouble --------------------------------------------------------------------------------- */

void relay_note(struct relay *relay, const char *before, struct bytes what)
{
    if (relay->trouble[0] == '\0')
        (void)snprintf(relay->trouble, sizeof(relay->trouble), "%s%.*s", before,
                       what.size < 200 ? (int)what.size : 200, what.data);
}

void relay_fail(struct relay *relay, const char *trouble)
{
    relay_note(relay, "", bytes_of(trouble));
    relay->failed = true;
    relay->legs[RECORDER_CLIENT].stirred = relay->legs[RECORDER_SERVER].stirred = true;
}

const char *relay_trouble(const struct relay *relay)
{
    return relay->trouble;
}

/* ---- the engines ----------------------------------------------------------------------------- */

/* Nothing passes while a handshake is to be made, on either side. */
static bool may_take(struct relay_leg *leg)
{
    struct relay *relay = leg->relay;
    const struct relay_leg *client = &relay->legs[RECORDER_CLIENT];
    const struct relay_leg *server = &relay->legs[RECORDER_SERVER];

    if (relay->failed || buf_room(&relay_other_leg(leg)->out) <= RELAY_ROOM_OCTETS)
        return false;
    if (leg->side == RECORDER_SERVER)
        return !server->wants_tls && (!client->wants_tls || client->mute);
    return !server->wants_tls && !client->wants_tls && relay->prelude == PRELUDE_NONE &&
           !recorder_waits(relay->options.recorder);
}

static size_t leg_receive(void *self, uint64_t now_ms, struct bytes input)
{
    struct relay_leg *leg = self;
    size_t used = 0;

    while (used < input.size && may_take(leg))
        used += relay_pass(leg, now_ms, bytes_after(input, used));
    return leg->relay->failed ? input.size : used;
}

static struct bytes leg_pending(const void *self)
{
    const struct relay_leg *leg = self;

    return leg->mute ? BYTES_NONE : buf_bytes(&leg->out);
}

static void leg_sent(void *self, uint64_t now_ms, size_t octets)
{
    struct relay_leg *leg = self;

    (void)now_ms;
    buf_consume(&leg->out, octets);
    relay_other_leg(leg)->stirred = true; /* there is room */
}

static enum engine_wish leg_wish(const void *self)
{
    const struct relay_leg *leg = self;
    const struct relay_leg *other = relay_other_leg(leg);

    if (leg->closed)
        return ENGINE_WISH_NONE;
    if (leg->relay->failed || (other->ended && (leg->ended || leg->wants_tls)))
        return ENGINE_WISH_CLOSE;
    if (leg->wants_tls)
        return ENGINE_WISH_TLS;
    if (!other->ended)
        return ENGINE_WISH_NONE;
    if (other->how != ENGINE_END_FIN)
        return ENGINE_WISH_RESET;
    return leg->half_closed ? ENGINE_WISH_NONE : ENGINE_WISH_HALF_CLOSE;
}

static void tls_is_made(struct relay_leg *leg, uint64_t now_ms)
{
    struct relay *relay = leg->relay;
    struct relay_leg *client = &relay->legs[RECORDER_CLIENT];

    leg->wants_tls = leg->mute = false;
    relay_other_leg(leg)->stirred = leg->stirred = true;
    if (leg->side == RECORDER_CLIENT)
        return;
    if (relay->prelude == PRELUDE_STARTTLS) {
        relay_end_prelude(relay, now_ms);
    } else if (relay->held.size > 0) {
        relay_put(client, buf_bytes(&relay->held));
        buf_clear(&relay->held);
        client->wants_tls = true;
    }
}

static void leg_wish_done(void *self, uint64_t now_ms, enum engine_wish wish)
{
    struct relay_leg *leg = self;

    switch (wish) {
    case ENGINE_WISH_TLS:
        tls_is_made(leg, now_ms);
        break;
    case ENGINE_WISH_HALF_CLOSE:
        leg->half_closed = true;
        break;
    case ENGINE_WISH_CLOSE:
    case ENGINE_WISH_RESET:
        leg->closed = true;
        relay_other_leg(leg)->stirred = true;
        break;
    case ENGINE_WISH_NONE:
        break;
    }
}

static void leg_ended(void *self, uint64_t now_ms, enum engine_end how)
{
    struct relay_leg *leg = self;
    struct relay *relay = leg->relay;

    if (how == ENGINE_END_REFUSED)
        relay_fail(relay, "the server cannot be reached");
    if (how == ENGINE_END_FIN && !relay->failed)
        relay_pass_last(leg, now_ms);
    if (relay->prelude != PRELUDE_NONE && leg->side == RECORDER_SERVER)
        relay_fail(relay, "the server ended the connection before STARTTLS");
    if (!relay->failed)
        recorder_ended(relay->options.recorder, leg->side, how);
    leg->ended = true;
    leg->how = how;
    leg->closed = leg->closed || how != ENGINE_END_FIN;
    relay_other_leg(leg)->stirred = true;
}

static uint64_t leg_deadline_ms(const void *self)
{
    (void)self;
    return ENGINE_NEVER;
}

static void leg_tick(void *self, uint64_t now_ms)
{
    (void)self;
    (void)now_ms;
}

static void leg_tls_facts(void *self, uint64_t now_ms, const struct tls_facts *facts)
{
    struct relay_leg *leg = self;
    struct relay *relay = leg->relay;
    bool with_server = leg->side == RECORDER_SERVER;

    (void)now_ms;
    if (facts->ok) {
        if (relay->options.login != NULL)
            login_bind(relay->options.login, with_server, facts);
        return;
    }
    relay_note(relay,
               with_server ? "TLS with the server: " : "TLS with the client: ", facts->trouble);
    if (with_server)
        relay_fail(relay, "");
}

static const struct engine_ops ops = {
    .receive = leg_receive,
    .pending = leg_pending,
    .sent = leg_sent,
    .wish = leg_wish,
    .wish_done = leg_wish_done,
    .ended = leg_ended,
    .deadline_ms = leg_deadline_ms,
    .tick = leg_tick,
    .tls_facts = leg_tls_facts,
};

/* ---- life ------------------------------------------------------------------------------------ */

struct engine relay_engine(struct relay *relay, enum recorder_side side)
{
    return (struct engine){&ops, &relay->legs[side]};
}

bool relay_stirred(struct relay *relay, enum recorder_side side)
{
    bool stirred = relay->legs[side].stirred;

    relay->legs[side].stirred = false;
    return stirred;
}

static bool leg_init(struct relay_leg *leg, struct relay *relay, enum recorder_side side,
                     bool implicit)
{
    *leg =
        (struct relay_leg){.relay = relay, .side = side, .mute = implicit, .wants_tls = implicit};
    return buf_init_whole(&leg->out, RELAY_OCTETS_MAX + RELAY_ROOM_OCTETS) &&
           buf_init_whole(&leg->line, RECORDER_LINE_OCTETS_MAX);
}

struct relay *relay_new(const struct relay_options *options)
{
    struct relay *relay = calloc(1, sizeof(*relay));

    if (relay == NULL)
        return NULL;
    relay->options = *options;
    if (options->to_server == RELAY_TLS_STARTTLS)
        relay->prelude = PRELUDE_GREETING;
    if (leg_init(&relay->legs[RECORDER_CLIENT], relay, RECORDER_CLIENT, options->client_implicit) &&
        leg_init(&relay->legs[RECORDER_SERVER], relay, RECORDER_SERVER,
                 options->to_server == RELAY_TLS_IMPLICIT) &&
        buf_init_whole(&relay->held, RECORDER_LINE_OCTETS_MAX))
        return relay;
    relay_free(relay);
    return NULL;
}

void relay_free(struct relay *relay)
{
    if (relay == NULL)
        return;
    for (size_t i = 0; i < 2; i++) {
        buf_release_secret(&relay->legs[i].out);
        buf_release_secret(&relay->legs[i].line);
    }
    buf_release(&relay->held);
    free(relay);
}
