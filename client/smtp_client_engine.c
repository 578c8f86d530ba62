/*
 * smtp_client_engine.c - the calls of base/engine.h: from octets and time to what happened, and
 * from what happened, through one row of the table, to the next state.
 */
#include "base/require.h"
#include "base/smtp_code.h"
#include "client/smtp_client_private.h"

struct state_row {
    const char *word;
    enum smtp_stage stage;
    enum smtp_client_timeout timeout;
    bool awaits;
};

static const struct state_row states[] = {
#define X(name, stage, timeout, awaits)                                                            \
    {#name, SMTP_STAGE_##stage, SMTP_CLIENT_TIMEOUT_##timeout, awaits},
    CLIENT_STATE_TABLE(X)
#undef X
};

const char *smtp_client_state_word(enum client_state state)
{
    if (state == STATE_NEXT)
        return "(next)";
    return state == STATE_STAY ? "(stay)" : states[state].word;
}

enum smtp_stage smtp_client_stage(const struct smtp_client *client)
{
    return states[client->state].stage;
}

/* ------------------------------------------------------------------------------- transitions ---
 */

static void trace_state(struct smtp_client *client, enum client_state to, const char *because)
{
    char line[64];
    struct buf text = {.data = line, .capacity = sizeof line - 1, .max = sizeof line - 1};

    (void)buf_append_string(&text, states[client->state].word);
    (void)buf_append_string(&text, " -> ");
    (void)buf_append_string(&text, states[to].word);
    smtp_client_trace(client, SMTP_CLIENT_STATE, buf_bytes(&text), 0, because);
}

/* The one door: every change of the state goes through it. */
void smtp_client_enter(struct smtp_client *client, enum client_state state, const char *because)
{
    if (client->options.trace)
        trace_state(client, state, because);
    client->state = state;
    client->since_ms = client->now_ms;
    smtp_client_on_entry(client);
}

/* Where the command ends, among all octets written, that the next reply answers. */
static uint64_t awaited_end(const struct smtp_client *client)
{
    const struct client_group *group = &client->group;

    switch (client->state) {
    case STATE_MAIL:
        return group->mail_end;
    case STATE_RCPT:
    case STATE_IGNORED_RCPT:
        return client->recipients[client->order[group->rcpt_answered]].end;
    case STATE_DATA:
    case STATE_IGNORED_DATA:
    case STATE_UNWANTED_DATA:
        return group->data_end;
    case STATE_BDAT:
    case STATE_BDAT_LAST:
    case STATE_IGNORED_BDAT:
        return client->chunks[group->chunks_answered % CLIENT_CHUNKS_MAX].end;
    case STATE_DELIVERY:
        return group->chunked ? client->chunks[group->chunks_answered % CLIENT_CHUNKS_MAX].end
                              : client->command_end;
    case STATE_GREETING:
    case STATE_EHLO:
    case STATE_HELO:
    case STATE_LHLO:
    case STATE_STARTTLS:
    case STATE_TLS:
    case STATE_AUTH:
    case STATE_AUTH_CANCEL:
    case STATE_READY:
    case STATE_NOOP:
    case STATE_VRFY:
    case STATE_MAIL_DATA:
    case STATE_CHUNK:
    case STATE_END_OF_DATA:
    case STATE_EMPTY_DATA:
    case STATE_RSET:
    case STATE_QUIT:
    case STATE_CLOSING:
    case STATE_OVER:
    case STATE_COUNT:
    case STATE_STAY:
        break;
    }
    return client->command_end;
}

static bool was_asked(const struct smtp_client *client)
{
    return states[client->state].awaits && client->sent_total >= awaited_end(client);
}

/* Replies answer commands in their order, by counting (RFC 2920 3.1). */
static void count_answer(struct smtp_client *client)
{
    if (!states[client->state].awaits)
        return;
    client->answered_end = awaited_end(client);
    if (client->state == STATE_RCPT || client->state == STATE_IGNORED_RCPT)
        client->group.rcpt_answered++;
    if (client->state == STATE_DATA || client->state == STATE_IGNORED_DATA ||
        client->state == STATE_UNWANTED_DATA)
        client->group.data_answered = true;
    if (client->state == STATE_BDAT || client->state == STATE_BDAT_LAST ||
        client->state == STATE_IGNORED_BDAT)
        client->group.chunks_answered++;
    if (client->state == STATE_END_OF_DATA || client->state == STATE_BDAT_LAST)
        client->group.end_awaited = false;
    if (client->state == STATE_DELIVERY)
        client->group.deliveries++;
}

static void happen(struct smtp_client *client, const struct client_news *news)
{
    const struct client_step *step = &smtp_client_steps[client->state][news->class];
    enum client_state to = step->go_to;

    client->text_is_kept = false;
    if (news->class <= CLASS_GARBAGE && !client->unasked)
        count_answer(client);
    step->act(client, news);
    if (to == STATE_NEXT)
        to = smtp_client_next_state(client);
    if (to != STATE_STAY)
        smtp_client_enter(client, to, step->because);
}

void smtp_client_notice(struct smtp_client *client, enum client_class class, const char *why)
{
    struct client_news news = {.class = class, .why = why};

    happen(client, &news);
}

/* ------------------------------------------------------------------------------------ engine ---
 */

static enum client_class classify(const struct smtp_client *client, const struct smtp_reply *reply)
{
    static const enum client_class classes[] = {[SMTP_CODE_OTHER] = CLASS_OTHER,
                                                [SMTP_CODE_2YZ] = CLASS_2YZ,
                                                [SMTP_CODE_3YZ] = CLASS_3YZ,
                                                [SMTP_CODE_4YZ] = CLASS_4YZ,
                                                [SMTP_CODE_5YZ] = CLASS_5YZ};

    if (reply->code == 421)
        return CLASS_421;
    /* Inside the mail data the class counts: a server may refuse without waiting for the end. */
    if (client->unasked && client->state != STATE_MAIL_DATA)
        return CLASS_UNASKED;
    return classes[smtp_code_class(reply->code)];
}

static void take_reply(struct smtp_client *client, const struct smtp_reply *reply)
{
    struct client_news news = {.class = classify(client, reply), .reply = reply};

    if (client->options.trace)
        smtp_client_trace(client, SMTP_CLIENT_RECEIVED, reply->octets, 0, NULL);
    if (news.class == CLASS_UNASKED)
        news.why = "the server sent a reply that nothing asked for";
    happen(client, &news);
}

static size_t engine_receive(void *self, uint64_t now_ms, struct bytes input)
{
    struct smtp_client *client = self;
    size_t taken = 0;

    client->now_ms = now_ms;
    while (taken < input.size && smtp_client_trace_has_room(client)) {
        struct smtp_reply reply;
        struct err err;
        size_t used;
        enum smtp_reply_parse parse;

        if (client->state == STATE_CLOSING || client->state == STATE_OVER)
            return input.size;
        /* What is behind the 220 came in the clear: left unread it makes TLS fail (drive.h). */
        if (client->state == STATE_TLS)
            return taken;
        if (!smtp_reply_reader_is_begun(&client->reader))
            client->unasked = !was_asked(client);
        parse = smtp_reply_next(&client->reader, bytes_after(input, taken), &reply, &used, &err);
        taken += used;
        if (parse == SMTP_REPLY_DONE)
            take_reply(client, &reply);
        else if (parse == SMTP_REPLY_BAD)
            smtp_client_notice(client, CLASS_GARBAGE, smtp_client_say(client, "%s", err.what));
    }
    return taken;
}

static struct bytes engine_pending(const void *self)
{
    const struct smtp_client *client = self;

    return bytes_slice(buf_bytes(&client->out), client->out_start, client->out.size - client->held);
}

static void engine_sent(void *self, uint64_t now_ms, size_t octets)
{
    struct smtp_client *client = self;

    REQUIRE(octets <= smtp_client_unsent(client));
    client->now_ms = now_ms;
    client->since_ms = now_ms;
    client->out_start += octets;
    client->sent_total += octets;
    if (client->state == STATE_MAIL_DATA && client->data_ended && smtp_client_unsent(client) == 0)
        smtp_client_notice(client, CLASS_GO_ON, NULL);
    else
        smtp_client_go_on_writing(client);
}

static enum engine_wish engine_wish(const void *self)
{
    const struct smtp_client *client = self;

    return client->wish;
}

static void engine_wish_done(void *self, uint64_t now_ms, enum engine_wish wish)
{
    struct smtp_client *client = self;

    client->now_ms = now_ms;
    if (wish == client->wish && (client->state == STATE_CLOSING || client->state == STATE_TLS))
        smtp_client_notice(client, CLASS_GO_ON, NULL);
}

static const char *describe_end(struct smtp_client *client, enum engine_end how)
{
    if (how == ENGINE_END_REFUSED)
        return "no connection to the server could be made";
    if (client->tls_trouble[0] != '\0')
        return smtp_client_say(client, "TLS could not be made: %s", client->tls_trouble);
    if (client->state == STATE_TLS)
        return "the server closed the connection in the TLS handshake";
    return smtp_client_say(client, "the server %s the connection where its reply to %s was awaited",
                           how == ENGINE_END_FIN ? "closed" : "reset",
                           client->state == STATE_GREETING
                               ? "the connection"
                               : smtp_stage_word(states[client->state].stage));
}

static void engine_ended(void *self, uint64_t now_ms, enum engine_end how)
{
    struct smtp_client *client = self;

    client->now_ms = now_ms;
    smtp_client_notice(client, CLASS_CLOSED, describe_end(client, how));
    if (how != ENGINE_END_FIN && client->state == STATE_CLOSING)
        smtp_client_notice(client, CLASS_GO_ON, NULL);
}

static uint64_t engine_deadline_ms(const void *self)
{
    const struct smtp_client *client = self;
    const struct state_row *row = &states[client->state];
    bool is_blocked = client->state == STATE_MAIL_DATA && smtp_client_unsent(client) > 0;

    if (!row->awaits && !is_blocked && client->state != STATE_TLS)
        return ENGINE_NEVER;
    return client->since_ms + client->options.timeouts_ms[row->timeout];
}

/* What was not done in time. */
static const char *what_is_late(const struct smtp_client *client)
{
    if (client->state == STATE_MAIL_DATA)
        return "the server took no more mail data";
    if (client->state == STATE_TLS)
        return "the TLS handshake came to no end";
    return "the server sent no reply";
}

static void engine_tick(void *self, uint64_t now_ms)
{
    struct smtp_client *client = self;
    const struct state_row *row = &states[client->state];
    uint64_t timeout_ms = client->options.timeouts_ms[row->timeout];

    client->now_ms = now_ms;
    if (now_ms < engine_deadline_ms(client))
        return;
    smtp_client_notice(client, CLASS_DEADLINE,
                       smtp_client_say(client, "%s within %llu.%03u s", what_is_late(client),
                                       (unsigned long long)(timeout_ms / 1000),
                                       (unsigned)(timeout_ms % 1000)));
}

static void engine_tls_facts(void *self, uint64_t now_ms, const struct tls_facts *facts)
{
    struct smtp_client *client = self;

    client->now_ms = now_ms;
    smtp_client_note_tls(client, facts);
}

struct engine smtp_client_engine(struct smtp_client *client)
{
    static const struct engine_ops ops = {.receive = engine_receive,
                                          .pending = engine_pending,
                                          .sent = engine_sent,
                                          .wish = engine_wish,
                                          .wish_done = engine_wish_done,
                                          .ended = engine_ended,
                                          .deadline_ms = engine_deadline_ms,
                                          .tick = engine_tick,
                                          .tls_facts = engine_tls_facts};

    return (struct engine){&ops, client};
}

/* -------------------------------------------------------------------------- the table, for others
 * ---
 */

size_t smtp_client_step_count(void)
{
    return (size_t)STATE_COUNT * CLASS_COUNT;
}

static const char *const class_words[] = {
#define X(name, word) word,
    CLIENT_CLASS_TABLE(X)
#undef X
};

bool smtp_client_step(size_t index, struct smtp_client_step *ret)
{
    enum client_state state = (enum client_state)(index / CLASS_COUNT);
    const struct client_step *step = &smtp_client_steps[state][index % CLASS_COUNT];

    *ret = (struct smtp_client_step){.state = smtp_client_state_word(state),
                                     .on = class_words[index % CLASS_COUNT],
                                     .go_to = smtp_client_state_word(step->go_to),
                                     .action = step->action,
                                     .because = step->because};
    return step->act != NULL && step->because != NULL;
}
