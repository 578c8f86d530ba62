#include "harness/record/relay.h"

#include "base/smtp_code.h"
#include "base/smtp_extension.h"

#include <stdio.h>
#include <stdlib.h>

/* What is appended at once at most: a line, whole or replaced. */
#define ROOM_OCTETS (2 * (size_t)RECORDER_LINE_OCTETS_MAX)

/* What the relay asks of the server before the client hears anything (RELAY_TLS_STARTTLS). */
enum prelude { PRELUDE_NONE, PRELUDE_GREETING, PRELUDE_EHLO, PRELUDE_STARTTLS };

struct leg {
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
    struct leg legs[2]; /* by enum recorder_side */
    struct buf held;    /* of the server, until TLS with it is made */
    enum prelude prelude;
    bool starttls_offered;
    bool failed;
    char trouble[256];
};

static struct leg *other_leg(struct leg *leg)
{
    return &leg->relay->legs[leg->side == RECORDER_CLIENT ? RECORDER_SERVER : RECORDER_CLIENT];
}

/* ---- trouble --------------------------------------------------------------------------------- */

static void note(struct relay *relay, const char *before, struct bytes what)
{
    if (relay->trouble[0] == '\0')
        (void)snprintf(relay->trouble, sizeof(relay->trouble), "%s%.*s", before,
                       what.size < 200 ? (int)what.size : 200, what.data);
}

void relay_fail(struct relay *relay, const char *trouble)
{
    note(relay, "", bytes_of(trouble));
    relay->failed = true;
    relay->legs[RECORDER_CLIENT].stirred = relay->legs[RECORDER_SERVER].stirred = true;
}

const char *relay_trouble(const struct relay *relay)
{
    return relay->trouble;
}

static void put(struct leg *leg, struct bytes octets)
{
    if (octets.size == 0)
        return;
    if (!buf_append(&leg->out, octets))
        relay_fail(leg->relay, "out of memory");
    leg->stirred = true;
}

static void mind_the_recorder(struct relay *relay)
{
    if (!recorder_is_whole(relay->options.recorder))
        relay_fail(relay, "the session is too long to be recorded");
}

/* ---- from the client ------------------------------------------------------------------------- */

static bool is_auth(struct bytes line)
{
    struct bytes word;

    return bytes_next_word(&line, &word) && smtp_verb_from(word) == SMTP_VERB_AUTH;
}

/* What the server is sent instead of the line; the line itself where nothing is replaced. */
static struct bytes replaced(struct relay *relay, struct bytes line)
{
    struct login *login = relay->options.login;
    enum recorder_expects expects = recorder_expects(relay->options.recorder);
    struct bytes instead = line;
    struct err err = {.kind = ERR_NONE};
    bool ok = true;

    if (login == NULL)
        return line;
    if (expects == RECORDER_RESPONSE && login_runs(login))
        ok = login_respond(login, line, &instead, &err);
    else if (expects == RECORDER_COMMAND && is_auth(line))
        ok = login_begin(login, line, &instead, &err);
    if (!ok)
        relay_fail(relay, err.what);
    return ok ? instead : BYTES_NONE;
}

static void pass_client_line(struct leg *leg, uint64_t now_ms)
{
    struct relay *relay = leg->relay;
    struct bytes line = buf_bytes(&leg->line);

    put(other_leg(leg), replaced(relay, line));
    recorder_line(relay->options.recorder, now_ms, line);
    mind_the_recorder(relay);
    buf_clear(&leg->line);
}

/* Adds to the line what belongs to it, as far as it fits; true: it is to be passed on. */
static bool gather_line(struct leg *leg, struct bytes input, size_t *ret_used)
{
    size_t end = bytes_find(input, '\n');
    size_t room = RECORDER_LINE_OCTETS_MAX - leg->line.size;

    *ret_used = end == BYTES_NOT_FOUND ? input.size : end + 1;
    if (*ret_used > room)
        *ret_used = room;
    (void)buf_append(&leg->line, bytes_slice(input, 0, *ret_used));
    return leg->line.size == RECORDER_LINE_OCTETS_MAX || leg->line.data[leg->line.size - 1] == '\n';
}

static size_t take_from_client(struct leg *leg, uint64_t now_ms, struct bytes input)
{
    struct recorder *recorder = leg->relay->options.recorder;
    enum recorder_expects expects = recorder_expects(recorder);
    struct leg *server = other_leg(leg);
    size_t used;

    if (expects == RECORDER_COMMAND || expects == RECORDER_RESPONSE) {
        if (gather_line(leg, input, &used))
            pass_client_line(leg, now_ms);
        return used;
    }
    input = bytes_slice(input, 0, RELAY_OCTETS_MAX);
    if (input.size > buf_room(&server->out) - ROOM_OCTETS)
        input.size = buf_room(&server->out) - ROOM_OCTETS;
    used = recorder_content(recorder, now_ms, input);
    put(server, bytes_slice(input, 0, used));
    mind_the_recorder(leg->relay);
    return used;
}

/* ---- from the server ------------------------------------------------------------------------- */

static void pass_server_line(struct relay *relay, uint64_t now_ms, struct bytes line)
{
    struct leg *client = &relay->legs[RECORDER_CLIENT];
    struct login *login = relay->options.login;
    struct bytes instead = line;
    struct err err = {.kind = ERR_NONE};

    if (login != NULL)
        login_hear(login, line);
    if (login != NULL && login_runs(login) && !login_challenge(login, line, &instead, &err))
        relay_fail(relay, err.what);
    if (recorder_reply_line(relay->options.recorder, now_ms, line)) {
        relay->legs[RECORDER_SERVER].wants_tls = true;
        if (!buf_append(&relay->held, line))
            relay_fail(relay, "out of memory");
    } else {
        put(client, instead);
    }
    mind_the_recorder(relay);
}

static bool names_starttls(struct bytes line)
{
    struct bytes rest = bytes_after(line, 4);
    struct bytes word;

    return bytes_next_word(&rest, &word) &&
           smtp_extension_from(bytes_trim(word)) == SMTP_EXTENSION_STARTTLS;
}

static void end_prelude(struct relay *relay, uint64_t now_ms)
{
    struct bytes rest = buf_bytes(&relay->held);

    relay->prelude = PRELUDE_NONE;
    while (rest.size > 0) {
        size_t end = bytes_find(rest, '\n');
        size_t size = end == BYTES_NOT_FOUND ? rest.size : end + 1;

        pass_server_line(relay, now_ms, bytes_slice(rest, 0, size));
        rest = bytes_after(rest, size);
    }
    buf_clear(&relay->held);
}

/* The reply to what the relay itself asked is there. */
static void go_on_with_prelude(struct relay *relay, uint64_t now_ms, unsigned code)
{
    struct leg *server = &relay->legs[RECORDER_SERVER];

    if (relay->prelude == PRELUDE_GREETING && code != 220) {
        end_prelude(relay, now_ms);
    } else if (relay->prelude == PRELUDE_GREETING) {
        relay->prelude = PRELUDE_EHLO;
        put(server, BYTES_LITERAL("EHLO [127.0.0.1]\r\n"));
    } else if (relay->prelude == PRELUDE_EHLO && !relay->starttls_offered) {
        relay_fail(relay, "the server offers no STARTTLS");
    } else if (relay->prelude == PRELUDE_EHLO) {
        relay->prelude = PRELUDE_STARTTLS;
        put(server, BYTES_LITERAL("STARTTLS\r\n"));
    } else if (code != 220) {
        relay_fail(relay, "the server refuses STARTTLS");
    } else {
        server->wants_tls = true;
    }
}

static void take_prelude_line(struct relay *relay, uint64_t now_ms, struct bytes line)
{
    unsigned code = 0;

    if (relay->prelude == PRELUDE_GREETING && !buf_append(&relay->held, line))
        relay_fail(relay, "the greeting is too long");
    if (relay->prelude == PRELUDE_EHLO && line.size > 4)
        relay->starttls_offered = relay->starttls_offered || names_starttls(line);
    if (!smtp_code_from(line, &code) || line.size < 4 || line.data[3] != '-')
        go_on_with_prelude(relay, now_ms, code);
}

static size_t take_from_server(struct leg *leg, uint64_t now_ms, struct bytes input)
{
    size_t used;

    if (!gather_line(leg, input, &used))
        return used;
    if (leg->relay->prelude != PRELUDE_NONE)
        take_prelude_line(leg->relay, now_ms, buf_bytes(&leg->line));
    else
        pass_server_line(leg->relay, now_ms, buf_bytes(&leg->line));
    buf_clear(&leg->line);
    return used;
}

/* ---- the engines ----------------------------------------------------------------------------- */

/* Nothing passes while a handshake is to be made, on either side. */
static bool may_take(struct leg *leg)
{
    struct relay *relay = leg->relay;
    const struct leg *client = &relay->legs[RECORDER_CLIENT];
    const struct leg *server = &relay->legs[RECORDER_SERVER];

    if (relay->failed || buf_room(&other_leg(leg)->out) <= ROOM_OCTETS)
        return false;
    if (leg->side == RECORDER_SERVER)
        return !server->wants_tls && (!client->wants_tls || client->mute);
    return !server->wants_tls && !client->wants_tls && relay->prelude == PRELUDE_NONE &&
           !recorder_waits(relay->options.recorder);
}

static size_t leg_receive(void *self, uint64_t now_ms, struct bytes input)
{
    struct leg *leg = self;
    size_t used = 0;

    while (used < input.size && may_take(leg)) {
        struct bytes rest = bytes_after(input, used);

        used += leg->side == RECORDER_CLIENT ? take_from_client(leg, now_ms, rest)
                                             : take_from_server(leg, now_ms, rest);
    }
    return leg->relay->failed ? input.size : used;
}

static struct bytes leg_pending(const void *self)
{
    const struct leg *leg = self;

    return leg->mute ? BYTES_NONE : buf_bytes(&leg->out);
}

static void leg_sent(void *self, uint64_t now_ms, size_t octets)
{
    struct leg *leg = self;

    (void)now_ms;
    buf_consume(&leg->out, octets);
    other_leg(leg)->stirred = true; /* there is room */
}

static enum engine_wish leg_wish(const void *self)
{
    const struct leg *leg = self;
    const struct leg *other = other_leg((struct leg *)leg);

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

static void tls_is_made(struct leg *leg, uint64_t now_ms)
{
    struct relay *relay = leg->relay;
    struct leg *client = &relay->legs[RECORDER_CLIENT];

    leg->wants_tls = leg->mute = false;
    other_leg(leg)->stirred = leg->stirred = true;
    if (leg->side == RECORDER_CLIENT)
        return;
    if (relay->prelude == PRELUDE_STARTTLS) {
        end_prelude(relay, now_ms);
    } else if (relay->held.size > 0) {
        put(client, buf_bytes(&relay->held));
        buf_clear(&relay->held);
        client->wants_tls = true;
    }
}

static void leg_wish_done(void *self, uint64_t now_ms, enum engine_wish wish)
{
    struct leg *leg = self;

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
        other_leg(leg)->stirred = true;
        break;
    case ENGINE_WISH_NONE:
        break;
    }
}

static void pass_last_line(struct leg *leg, uint64_t now_ms)
{
    if (leg->line.size == 0)
        return;
    if (leg->side == RECORDER_CLIENT)
        pass_client_line(leg, now_ms);
    else if (leg->relay->prelude == PRELUDE_NONE)
        pass_server_line(leg->relay, now_ms, buf_bytes(&leg->line));
    buf_clear(&leg->line);
}

static void leg_ended(void *self, uint64_t now_ms, enum engine_end how)
{
    struct leg *leg = self;
    struct relay *relay = leg->relay;

    if (how == ENGINE_END_REFUSED)
        relay_fail(relay, "the server cannot be reached");
    if (how == ENGINE_END_FIN && !relay->failed)
        pass_last_line(leg, now_ms);
    if (relay->prelude != PRELUDE_NONE && leg->side == RECORDER_SERVER)
        relay_fail(relay, "the server ended the connection before STARTTLS");
    if (!relay->failed)
        recorder_ended(relay->options.recorder, leg->side, how);
    leg->ended = true;
    leg->how = how;
    leg->closed = leg->closed || how != ENGINE_END_FIN;
    other_leg(leg)->stirred = true;
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
    struct leg *leg = self;
    struct relay *relay = leg->relay;
    bool with_server = leg->side == RECORDER_SERVER;

    (void)now_ms;
    if (facts->ok) {
        if (relay->options.login != NULL)
            login_bind(relay->options.login, with_server, facts);
        return;
    }
    note(relay, with_server ? "TLS with the server: " : "TLS with the client: ", facts->trouble);
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

static bool leg_init(struct leg *leg, struct relay *relay, enum recorder_side side, bool implicit)
{
    *leg = (struct leg){.relay = relay, .side = side, .mute = implicit, .wants_tls = implicit};
    return buf_init_whole(&leg->out, RELAY_OCTETS_MAX + ROOM_OCTETS) &&
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
