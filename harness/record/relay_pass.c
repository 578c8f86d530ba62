/* relay_pass.c - what each side says, on its way to the other: recorded, and replaced where a login
 * or the relay's own STARTTLS asks for that. */
#include "harness/record/relay_private.h"

#include "base/smtp_code.h"
#include "base/smtp_extension.h"

void relay_put(struct relay_leg *leg, struct bytes octets)
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

static void pass_client_line(struct relay_leg *leg, uint64_t now_ms)
{
    struct relay *relay = leg->relay;
    struct bytes line = buf_bytes(&leg->line);

    relay_put(relay_other_leg(leg), replaced(relay, line));
    recorder_line(relay->options.recorder, now_ms, line);
    mind_the_recorder(relay);
    buf_clear(&leg->line);
}

/* Adds to the line what belongs to it, as far as it fits; true: it is to be passed on. */
static bool gather_line(struct relay_leg *leg, struct bytes input, size_t *ret_used)
{
    size_t end = bytes_find(input, '\n');
    size_t room = RECORDER_LINE_OCTETS_MAX - leg->line.size;

    *ret_used = end == BYTES_NOT_FOUND ? input.size : end + 1;
    if (*ret_used > room)
        *ret_used = room;
    (void)buf_append(&leg->line, bytes_slice(input, 0, *ret_used));
    return leg->line.size == RECORDER_LINE_OCTETS_MAX || leg->line.data[leg->line.size - 1] == '\n';
}

static size_t take_from_client(struct relay_leg *leg, uint64_t now_ms, struct bytes input)
{
    struct recorder *recorder = leg->relay->options.recorder;
    enum recorder_expects expects = recorder_expects(recorder);
    struct relay_leg *server = relay_other_leg(leg);
    size_t used;

    if (expects == RECORDER_COMMAND || expects == RECORDER_RESPONSE) {
        if (gather_line(leg, input, &used))
            pass_client_line(leg, now_ms);
        return used;
    }
    input = bytes_slice(input, 0, RELAY_OCTETS_MAX);
    if (input.size > buf_room(&server->out) - RELAY_ROOM_OCTETS)
        input.size = buf_room(&server->out) - RELAY_ROOM_OCTETS;
    used = recorder_content(recorder, now_ms, input);
    relay_put(server, bytes_slice(input, 0, used));
    mind_the_recorder(leg->relay);
    return used;
}

/* ---- from the server ------------------------------------------------------------------------- */

static void pass_server_line(struct relay *relay, uint64_t now_ms, struct bytes line)
{
    struct relay_leg *client = &relay->legs[RECORDER_CLIENT];
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
        relay_put(client, instead);
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

void relay_end_prelude(struct relay *relay, uint64_t now_ms)
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
    struct relay_leg *server = &relay->legs[RECORDER_SERVER];

    if (relay->prelude == PRELUDE_GREETING && code != 220) {
        relay_end_prelude(relay, now_ms);
    } else if (relay->prelude == PRELUDE_GREETING) {
        relay->prelude = PRELUDE_EHLO;
        relay_put(server, BYTES_LITERAL("EHLO [127.0.0.1]\r\n"));
    } else if (relay->prelude == PRELUDE_EHLO && !relay->starttls_offered) {
        relay_fail(relay, "the server offers no STARTTLS");
    } else if (relay->prelude == PRELUDE_EHLO) {
        relay->prelude = PRELUDE_STARTTLS;
        relay_put(server, BYTES_LITERAL("STARTTLS\r\n"));
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

static size_t take_from_server(struct relay_leg *leg, uint64_t now_ms, struct bytes input)
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
/* ---- both ------------------------------------------------------------------------------------ */

size_t relay_pass(struct relay_leg *leg, uint64_t now_ms, struct bytes input)
{
    return leg->side == RECORDER_CLIENT ? take_from_client(leg, now_ms, input)
                                        : take_from_server(leg, now_ms, input);
}

void relay_pass_last(struct relay_leg *leg, uint64_t now_ms)
{
    if (leg->line.size == 0)
        return;
    if (leg->side == RECORDER_CLIENT)
        pass_client_line(leg, now_ms);
    else if (leg->relay->prelude == PRELUDE_NONE)
        pass_server_line(leg->relay, now_ms, buf_bytes(&leg->line));
    buf_clear(&leg->line);
}
