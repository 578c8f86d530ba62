#include "fakeserver/fake_server_private.h"

#include "base/require.h"

#include <stdlib.h>

/* ---- made and freed ------------------------------------------------------------------------- */

/* Replies that go out in one segment have to lie together. */
static size_t longest_joined(const struct scenario *scenario)
{
    size_t longest = 0;
    size_t size = 0;

    for (size_t i = 0; scenario && i < scenario->step_count; i++) {
        const struct step *step = &scenario->steps[i];

        if (step->kind != STEP_REPLY) {
            size = 0;
            continue;
        }
        size = step->same_segment ? size + step->octets.size : step->octets.size;
        if (step->same_segment && size > longest)
            longest = size;
    }
    return longest;
}

static bool has_regex(const struct scenario *scenario)
{
    for (size_t i = 0; scenario && i < scenario->step_count; i++)
        if (pattern_has_regex(scenario->steps[i].pattern))
            return true;
    for (size_t i = 0; scenario && i < scenario->rule_count; i++)
        if (pattern_has_regex(scenario->rules[i].pattern))
            return true;
    return false;
}

static size_t rule_count(const struct scenario *scenario)
{
    return scenario ? scenario->rule_count : 0;
}

enum {
    RARE_OCTETS = sizeof(struct server_tls) + sizeof(struct sasl_exchange) + STORE_OCTETS +
                  LINE_OCTETS + CHALLENGE_OCTETS
};

/*
 * Two allocations: what every session uses, with a store for short records behind it; and what few
 * do (long lines, joined replies), which is never touched otherwise.
 */
static struct fake_server *allocate(const struct fake_server_options *options)
{
    size_t secrets;
    size_t secret_octets = server_secrets_size(options->scenario, &secrets);
    size_t rules = rule_count(options->scenario) + rule_count(options->personality);
    size_t joined = longest_joined(options->scenario);
    size_t other = longest_joined(options->personality);
    size_t out = OUT_OCTETS_MIN + (joined > other ? joined : other);
    size_t fixed = sizeof(struct fake_server) + secrets * sizeof(struct secret) +
                   rules * sizeof(unsigned) + secret_octets;
    struct fake_server *server = malloc(fixed + STORE_SMALL_OCTETS);

    if (!server)
        return NULL;
    memset(server, 0, fixed);
    server->pool = options->pool;
    server->rare = fake_server_pool_take(options->pool, RARE_OCTETS + out);
    if (!server->rare) {
        free(server);
        return NULL;
    }
    server->secrets = (struct secret *)(server + 1);
    server->rule_times = (unsigned *)(server->secrets + secrets);
    server->secret_octets = (char *)(server->rule_times + rules);
    server->secret_octets_size = secret_octets;
    server->stores[0] =
        (struct store){server->secret_octets + secret_octets, 0, STORE_SMALL_OCTETS};
    server->tls = (struct server_tls *)(void *)server->rare;
    server->sasl = (struct sasl_exchange *)(void *)(server->tls + 1);
    server->stores[1] = (struct store){(char *)(server->sasl + 1), 0, STORE_OCTETS};
    server->line = server->stores[1].data + STORE_OCTETS;
    server->challenge = server->line + LINE_OCTETS;
    server->out = server->challenge + CHALLENGE_OCTETS;
    server->out_octets = out;
    return server;
}

static void init(struct fake_server *server, const struct fake_server_options *options)
{
    const struct scenario *scenario = options->scenario;
    size_t dialogue = options->connection < scenario->connection_count ? options->connection
                                                                       : scenario->connection_count;

    server->scenario = scenario;
    server->personality = options->personality;
    server->connection = options->connection;
    server->limit_ms = options->limit_ms;
    server->now_ms = options->now_ms;
    server->owed = 1;
    server->implicit_tls = options->implicit_tls || scenario->send.tls == SEND_TLS_IMPLICIT;
    server->last_verb = SMTP_VERB_QUIT;
    model_state_init(&server->state, scenario->accounts, scenario->account_count);
    server->state.lmtp = scenario->send.lmtp;
    server->replies.stage = SMTP_STAGE_GREETING;
    server->has_dialogue = dialogue > 0;
    server->cursor = dialogue > 0 ? scenario->connection_first[dialogue - 1] : 0;
    server_secrets_init(server);
    if (options->cut && cut_is_on(options->cut, options->connection))
        server_take_cut(server, options->cut);
}

static bool allocate_parts(struct fake_server *server, const struct model_text *text)
{
    const struct scenario_send *send = &server->scenario->send;

    if (!text)
        text = server->own_text = model_text_new(server->scenario, server->personality);
    server->text = text;
    server->reader = mail_data_reader_new(send->has_expected ? &send->expected : NULL);
    if (!server->text || !server->reader)
        return false;
    if (!has_regex(server->scenario) && !has_regex(server->personality))
        return true;
    server->scratch = match_scratch_new();
    return server->scratch != NULL;
}

static void open_session(struct fake_server *server)
{
    if (server->has_dialogue)
        server_start(server, &(struct program){.kind = PROGRAM_DIALOGUE,
                                               .source = TRANSCRIPT_SOURCE_DIALOGUE,
                                               .owner = server->scenario,
                                               .at = server->cursor});
    else
        server_greet(server);
}

struct fake_server *fake_server_new(const struct fake_server_options *options)
{
    struct fake_server *server;

    REQUIRE(options->connection > 0);
    server = allocate(options);
    if (!server)
        return NULL;
    init(server, options);
    if (!allocate_parts(server, options->text)) {
        fake_server_free(server);
        return NULL;
    }
    mail_data_reader_copy(server->reader, options->mail);
    server_record_event(server, TRANSCRIPT_CONNECTED, TRANSCRIPT_SOURCE_NOBODY, 0);
    if (server->implicit_tls) {
        server->wish = ENGINE_WISH_TLS;
        server->wish_tls = server_tls_demand(server, NULL);
    } else {
        open_session(server);
    }
    return server;
}

void fake_server_free(struct fake_server *server)
{
    if (!server)
        return;
    model_text_free(server->own_text);
    mail_data_reader_free(server->reader);
    match_scratch_free(server->scratch);
    wipe(server->secret_octets, server->secret_octets_size);
    wipe(server->line, server->line_touched);
    fake_server_pool_give(server->pool, server->rare);
    free(server);
}

/* ---- endings -------------------------------------------------------------------------------- */

static bool waits_for_quit(const struct fake_server *server, const struct waits *waits)
{
    for (size_t i = 0; i < waits->count; i++)
        if (pattern_find_verb(server->scenario->steps[waits->steps[i]].pattern, SMTP_VERB_QUIT))
            return true;
    return false;
}

/* Had the dialogue come to its end when the connection did? */
static void note_reached(const struct fake_server *server, struct transcript_record *record)
{
    bool is_running = server->program.kind == PROGRAM_DIALOGUE;
    struct waits waits;

    if (server->connection > 1 && server->units == 0) {
        record->notes |= TRANSCRIPT_NOTE(HARMLESS);
        record->variation = VARIATION_SECOND_CONNECTION;
        return;
    }
    if (!server->has_dialogue || server->meant)
        return;
    server_waits(server, is_running ? server->program.at : server->cursor, &waits);
    if (waits.may_end || waits.closed)
        return;
    record->line = waits.line;
    if (waits_for_quit(server, &waits) && !server->quit_seen &&
        record->kind == TRANSCRIPT_CLIENT_CLOSED) {
        record->notes |= TRANSCRIPT_NOTE(HARMLESS);
        record->variation = VARIATION_CLOSE_WITHOUT_QUIT;
        return;
    }
    record->notes |= TRANSCRIPT_NOTE(UNREACHED);
}

static void record_end(struct fake_server *server, enum transcript_kind kind)
{
    struct transcript_record record = {.kind = kind};

    if (!server->server_ended)
        note_reached(server, &record);
    server_record(server, &record);
}

static void go_silent(struct fake_server *server)
{
    server->program.kind = PROGRAM_NONE;
    server->mute = true;
    server->listening = server->delaying = server->deaf = false;
}

static void expire(struct fake_server *server)
{
    record_end(server, TRANSCRIPT_EXPIRED);
    server->expired = true;
    go_silent(server);
    server_drop_output(server);
    server->wish = ENGINE_WISH_RESET;
}

static void record_own_end(struct fake_server *server, enum transcript_kind kind)
{
    struct transcript_record record = {
        .kind = kind, .source = server->wish_source, .line = server->wish_line};

    if (server->client_ended || server->expired)
        return;
    if (server->wish_source != TRANSCRIPT_SOURCE_DIALOGUE || server->wish_line == 0)
        note_reached(server, &record);
    server_record(server, &record);
}

/* ---- the engine ----------------------------------------------------------------------------- */

static size_t receive(void *self, uint64_t now_ms, struct bytes input)
{
    struct fake_server *server = self;

    server->now_ms = now_ms;
    return server_receive(server, input);
}

static struct bytes pending(const void *self)
{
    return server_pending(self);
}

static void sent(void *self, uint64_t now_ms, size_t octets)
{
    struct fake_server *server = self;

    REQUIRE(octets <= server->output.octets.size - server->output.sent);
    server->now_ms = now_ms;
    server_sent(server, octets);
    server_advance(server);
}

static enum engine_wish wish(const void *self)
{
    const struct fake_server *server = self;

    if (server->over)
        return ENGINE_WISH_NONE;
    /* Of a slow reply nothing is pending between two of its pieces: it is not out yet. */
    if (server->output.pace_octets > 0 && !server_is_quiet(server) &&
        server->wish != ENGINE_WISH_RESET)
        return ENGINE_WISH_NONE;
    return server->wish;
}

static void tls_facts(void *self, uint64_t now_ms, const struct tls_facts *facts)
{
    struct fake_server *server = self;

    server->now_ms = now_ms;
    server_keep_tls(server, facts);
}

static const struct tls_demand *tls_demand(const void *self)
{
    const struct fake_server *server = self;

    return server->wish_tls;
}

static void finish_tls(struct fake_server *server)
{
    bool is_first = server->implicit_tls && !server->state.secure;

    if (is_first)
        server->state.secure = true;
    else
        server_secure(server);
    server_record_tls(server, TRANSCRIPT_TLS_STARTED);
    if (is_first)
        open_session(server);
    else
        server_advance(server);
}

static void wish_done(void *self, uint64_t now_ms, enum engine_wish wish)
{
    struct fake_server *server = self;

    server->now_ms = now_ms;
    if (server->wish != wish)
        return;
    server->wish = ENGINE_WISH_NONE;
    switch (wish) {
    case ENGINE_WISH_NONE:
        break;
    case ENGINE_WISH_TLS:
        finish_tls(server);
        break;
    case ENGINE_WISH_HALF_CLOSE:
        record_own_end(server, TRANSCRIPT_SERVER_HALF_CLOSED);
        server->half_closed = true;
        go_silent(server);
        break;
    case ENGINE_WISH_CLOSE:
        record_own_end(server, TRANSCRIPT_SERVER_CLOSED);
        server->server_ended = true;
        server->over = server->client_ended;
        go_silent(server);
        break;
    case ENGINE_WISH_RESET:
        record_own_end(server, TRANSCRIPT_SERVER_RESET);
        server->server_ended = server->over = true;
        go_silent(server);
        break;
    }
}

static void ended(void *self, uint64_t now_ms, enum engine_end how)
{
    struct fake_server *server = self;

    if (server->over || server->client_ended)
        return;
    server->now_ms = now_ms;
    if (server->wish == ENGINE_WISH_TLS)
        server_record_tls(server, TRANSCRIPT_TLS_FAILED);
    if (!server->server_ended && !server->expired)
        server_cut_input(server);
    if (!server->expired)
        record_end(server,
                   how == ENGINE_END_FIN ? TRANSCRIPT_CLIENT_CLOSED : TRANSCRIPT_CLIENT_RESET);
    server->client_ended = true;
    go_silent(server);
    if (how == ENGINE_END_FIN && !server->server_ended) {
        server->wish = ENGINE_WISH_CLOSE;
        return;
    }
    server_drop_output(server);
    server->wish = ENGINE_WISH_NONE;
    server->over = true;
}

static uint64_t deadline_ms(const void *self)
{
    const struct fake_server *server = self;
    const struct output *output = &server->output;
    uint64_t due = server->limit_ms;

    if (server->over || server->expired)
        return ENGINE_NEVER;
    if (server->delaying && server->delay_until_ms < due)
        due = server->delay_until_ms;
    if (server->listening && server->quiet_until_ms < due)
        due = server->quiet_until_ms;
    if (server->deaf && server->deaf_until_ms < due)
        due = server->deaf_until_ms;
    if (!server_is_quiet(server) && output->pace_octets > 0 && output->pace_left == 0 &&
        output->pace_due_ms < due)
        due = output->pace_due_ms;
    return due;
}

static void tick(void *self, uint64_t now_ms)
{
    struct fake_server *server = self;

    server->now_ms = now_ms;
    if (server->over || server->expired)
        return;
    if (now_ms >= server->limit_ms) {
        expire(server);
        return;
    }
    server_pace(server);
    server_advance(server);
}

struct engine fake_server_engine(struct fake_server *server)
{
    static const struct engine_ops ops = {.receive = receive,
                                          .pending = pending,
                                          .sent = sent,
                                          .wish = wish,
                                          .wish_done = wish_done,
                                          .ended = ended,
                                          .deadline_ms = deadline_ms,
                                          .tick = tick,
                                          .tls_demand = tls_demand,
                                          .tls_facts = tls_facts};

    return (struct engine){&ops, server};
}

bool fake_server_event(struct fake_server *server, struct transcript_record *ret)
{
    if (server->record_count == 0)
        return false;
    *ret = server->records[server->record_first];
    server->record_first = (server->record_first + 1) % RECORDS_MAX;
    server->record_count--;
    return true;
}

void fake_server_client_ended(struct fake_server *server, uint64_t now_ms, bool by_us)
{
    uint64_t *end_ms = by_us ? &server->limit_ms : &server->deaf_until_ms;

    if (server->deaf && *end_ms > now_ms)
        *end_ms = now_ms;
}

bool fake_server_is_over(const struct fake_server *server)
{
    return server->over;
}
