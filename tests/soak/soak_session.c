#include "tests/soak/soak_session.h"

#include "client/smtp_client.h"
#include "fakeserver/fake_server.h"
#include "fakeserver/scenario.h"
#include "harness/api/fakesmtp.h"
#include "tests/simulate/script.h"
#include "tests/soak/hostile.h"
#include "tests/soak/soak_throw.h"

#include <stdio.h>
#include <stdlib.h>

#define ARENA_OCTETS_MAX ((size_t)4 * 1024 * 1024)
#define SCRIPT_OCTETS_MAX ((size_t)16 * 1024)
#define MAIL_OCTETS_MAX ((size_t)64 * 1024)
#define SERVED_MAX 4
#define LIMIT_MS 2500
#define PROCESS_LIMIT_MS 5000

struct party {
    struct soak_session *session;
    struct connection *connection; /* NULL: over, or never begun */
    struct fake_server *server;
    struct smtp_client *client;
    struct hostile hostile;
};

struct soak_session {
    struct soak_world *world;
    struct chance chance;
    enum soak_kind kind;
    struct arena *arena;
    struct buf script; /* the scenario reads it as long as it lives */
    struct buf text;   /* what our client sends */
    struct buf mail;   /* what came */
    struct scenario scenario;
    bool has_scenario;
    struct cut cut;
    bool has_cut;
    enum smtp_client_tls tls;
    struct listener *listener;
    struct fakesmtp *api;
    struct party served[SERVED_MAX];
    unsigned served_count;
    struct party asking;
    struct route route;
    struct process *process;
    unsigned messages; /* left */
    unsigned open;     /* connections that live */
    unsigned connections;
    bool asking_over;
    bool sent;
    bool is_over;
    struct timer *timer; /* breaks a connection; then settles */
    uint64_t give_up_ms;
};

const char *soak_kind_word(enum soak_kind kind)
{
    static const char *const words[] = {
#define X(name, weight, who) who,
        SOAK_KIND_TABLE(X)
#undef X
    };

    return words[kind];
}

/* ---- what is thrown -------------------------------------------------------------------------- */

static enum soak_kind throw_kind(struct chance *chance)
{
    static const unsigned weights[] = {
#define X(name, weight, who) weight,
        SOAK_KIND_TABLE(X)
#undef X
    };
    unsigned at = chance_below(chance, 1000);
    unsigned kind = 0;

    while (kind + 1 < SOAK_KIND_COUNT && at >= weights[kind])
        at -= weights[kind++];
    return (enum soak_kind)kind;
}

static enum smtp_client_tls throw_tls(struct chance *chance)
{
    static const enum smtp_client_tls rare[] = {SMTP_CLIENT_TLS_OPPORTUNISTIC,
                                                SMTP_CLIENT_TLS_REQUIRED, SMTP_CLIENT_TLS_IMPLICIT};

    return chance_percent(chance, 30) ? rare[chance_below(chance, 3)] : SMTP_CLIENT_TLS_NONE;
}

static bool throw_server(struct soak_session *session, struct err *err)
{
    struct scenario_file *file;

    session->arena = arena_new(ARENA_OCTETS_MAX);
    if (!session->arena ||
        !soak_throw_script(&session->chance, session->tls != SMTP_CLIENT_TLS_NONE,
                           &session->script))
        return err_memory(err);
    session->has_cut = chance_percent(&session->chance, 40);
    session->cut = soak_throw_cut(&session->chance);
    session->has_scenario =
        scenario_file_parse("soak", buf_bytes(&session->script), NULL, session->arena, &file,
                            err) &&
        scenario_file_instance(file, 0, 1, session->arena, &session->scenario, err);
    return session->has_scenario;
}

/* ---- connections ----------------------------------------------------------------------------- */

static uint64_t now_of(const struct soak_session *session)
{
    return loop_now_ms(session->world->loop);
}

static void asking_ended(struct soak_session *session)
{
    session->asking_over = true;
    session->give_up_ms = now_of(session) + SOAK_SETTLE_MS;
}

static void party_over(void *owner)
{
    struct party *party = owner;
    struct soak_session *session = party->session;

    fake_server_free(party->server);
    smtp_client_free(party->client);
    party->server = NULL;
    party->client = NULL;
    party->connection = NULL;
    session->open--;
    if (party == &session->asking)
        asking_ended(session);
    if (session->asking_over)
        timer_set(session->timer, now_of(session) + 1);
}

static void begin_party(struct soak_session *session, struct party *party,
                        struct connection *connection)
{
    party->session = session;
    party->connection = connection;
    session->open++;
    session->connections++;
    connection_set_owner(connection, party);
}

static void server_events(void *owner)
{
    struct party *party = owner;
    struct transcript_record record;

    while (party->server && fake_server_event(party->server, &record)) {
    }
}

static struct engine server_engine(struct soak_session *session, struct party *party)
{
    struct fake_server_options options = {
        .scenario = &session->scenario,
        .connection = session->served_count,
        .implicit_tls = session->tls == SMTP_CLIENT_TLS_IMPLICIT,
        .limit_ms = now_of(session) + LIMIT_MS,
        .now_ms = now_of(session),
        .mail = &session->mail,
        .cut = session->has_cut ? &session->cut : NULL,
    };

    if (session->kind == SOAK_HOSTILE_SERVER) {
        hostile_init(&party->hostile, true, now_of(session), chance_next(&session->chance));
        return hostile_engine(&party->hostile);
    }
    party->server = fake_server_new(&options);
    return party->server ? fake_server_engine(party->server) : (struct engine){.ops = NULL};
}

static struct engine served_opened(void *owner, struct connection *connection)
{
    struct soak_session *session = owner;
    struct party *party = &session->served[session->served_count];
    struct engine engine;

    if (session->served_count == SERVED_MAX ||
        !connection_set_tls(connection, session->world->server_tls, NULL))
        return (struct engine){.ops = NULL};
    session->served_count++;
    engine = server_engine(session, party);
    if (engine.self)
        begin_party(session, party, connection);
    return engine;
}

/* ---- who connects ---------------------------------------------------------------------------- */

static void submit(struct soak_session *session)
{
    static const struct bytes to[] = {
        {"r0@example.org", 14},
        {"r1@example.org", 14}
    };
    struct smtp_message message = {.reverse_path = BYTES_LITERAL("m0@client.example"),
                                   .forward_paths = to,
                                   .forward_path_count = 1 + chance_below(&session->chance, 2)};
    struct smtp_client *client = session->asking.client;

    message.octets = buf_bytes(&session->text);
    if (session->messages == 0 || !smtp_client_submit(client, &message, NULL)) {
        smtp_client_finish(client);
        return;
    }
    session->messages--;
}

static void client_events(void *owner)
{
    struct party *party = owner;
    struct smtp_client_event event;

    while (party->client && smtp_client_event(party->client, &event)) {
        if (event.kind != SMTP_CLIENT_MESSAGE)
            continue;
        party->session->sent |= event.recipient.outcome == SMTP_OUTCOME_SENT;
        submit(party->session);
        connection_wake(party->connection);
    }
}

static bool make_client(struct soak_session *session)
{
    struct chance *chance = &session->chance;
    struct smtp_client_options options = {
        .host = BYTES_LITERAL("client.example"),
        .tls = session->tls,
        .no_pipelining = chance_percent(chance, 30),
        .no_chunking = chance_percent(chance, 30),
        .now_ms = now_of(session),
    };

    for (size_t i = 0; i < SMTP_CLIENT_TIMEOUT_COUNT; i++)
        options.timeouts_ms[i] = SOAK_PATIENCE_MS;
    session->messages = 1 + chance_below(chance, 2);
    session->asking.client =
        script_message(chance, 0, &session->text) ? smtp_client_new(&options, NULL) : NULL;
    return session->asking.client != NULL;
}

static struct engine asking_opened(void *owner, struct connection *connection)
{
    struct soak_session *session = owner;
    struct party *party = &session->asking;

    if (!connection_set_tls(connection, session->world->client_tls, "localhost"))
        return (struct engine){.ops = NULL};
    if (session->kind == SOAK_HOSTILE_CLIENT) {
        hostile_init(&party->hostile, false, now_of(session), chance_next(&session->chance));
        begin_party(session, party, connection);
        return hostile_engine(&party->hostile);
    }
    if (!make_client(session))
        return (struct engine){.ops = NULL};
    begin_party(session, party, connection);
    submit(session);
    return smtp_client_engine(party->client);
}

static bool connect_to(struct soak_session *session, unsigned port, struct err *err)
{
    static const struct connection_calls calls = {
        .opened = asking_opened, .events = client_events, .over = party_over};

    return route_init(&session->route, "127.0.0.1", port) &&
           connection_new(session->world->loop, &session->route, &calls, session, err);
}

static void process_over(void *owner, const struct process_end *end)
{
    struct soak_session *session = owner;

    session->sent = end->status == 0;
    asking_ended(session);
    timer_set(session->timer, now_of(session) + 1);
}

static bool start_process(struct soak_session *session, unsigned port, struct err *err)
{
    static const char *const environment[] = {"PATH=/usr/bin:/bin", NULL};
    char server[64];
    const char *argv[] = {session->world->smtpsend,
                          "--server",
                          server,
                          "--from",
                          "a@client.example",
                          "--to",
                          "r0@example.org",
                          "--tls",
                          "none",
                          "--timeout",
                          "300ms",
                          "--retry",
                          "1",
                          "--retry-after",
                          "50ms",
                          NULL};
    struct process_options options = {.argv = argv,
                                      .environment = environment,
                                      .folder = "/",
                                      .limit_ms = PROCESS_LIMIT_MS,
                                      .grace_ms = 500};

    (void)snprintf(server, sizeof(server), "127.0.0.1:%u", port);
    session->process = process_new(session->world->keeper, &options, process_over, session, err);
    return session->process != NULL;
}

/* ---- its end --------------------------------------------------------------------------------- */

static void abort_all(struct soak_session *session)
{
    for (unsigned i = 0; i < session->served_count; i++)
        if (session->served[i].connection)
            connection_abort(session->served[i].connection);
    if (session->asking.connection)
        connection_abort(session->asking.connection);
}

static void break_one(struct soak_session *session)
{
    bool at_server = chance_percent(&session->chance, 50) && session->served_count > 0;
    struct party *party = at_server ? &session->served[0] : &session->asking;

    if (party->connection)
        connection_abort(party->connection);
}

/* A connection that the kernel still holds is found in the turn that ended the other side. */
static void timer_due(void *owner)
{
    struct soak_session *session = owner;
    uint64_t now_ms = now_of(session);

    if (!session->asking_over) {
        break_one(session);
        return;
    }
    if (session->open > 0) {
        if (now_ms >= session->give_up_ms)
            abort_all(session);
        timer_set(session->timer, now_ms + 10);
        return;
    }
    session->is_over = true;
    session->world->over(session->world->owner);
}

/* ---- its beginning --------------------------------------------------------------------------- */

static bool start_api(struct soak_session *session, struct err *err)
{
    struct fakesmtp_options options = {.limit_ms = LIMIT_MS, .settle_ms = 50};
    struct fakesmtp_error error;

    if (!soak_throw_script(&session->chance, false, &session->script) ||
        !buf_append_octet(&session->script, '\0'))
        return err_memory(err);
    session->api = fakesmtp_start_text(session->script.data, &options, &error);
    if (!session->api)
        return err_set(err, ERR_IO, "fakesmtp: %s", error.what);
    return connect_to(session, fakesmtp_port(session->api), err);
}

static bool start(struct soak_session *session, struct err *err)
{
    static const struct connection_calls calls = {
        .opened = served_opened, .events = server_events, .over = party_over};
    static const struct connection_calls hostile_calls = {.opened = served_opened,
                                                          .over = party_over};

    if (session->kind == SOAK_API)
        return start_api(session, err);
    session->listener =
        listener_new(session->world->loop, "127.0.0.1", 0,
                     session->kind == SOAK_HOSTILE_SERVER ? &hostile_calls : &calls, session, err);
    if (!session->listener || !throw_server(session, err))
        return false;
    return session->kind == SOAK_PROCESS
               ? start_process(session, listener_port(session->listener), err)
               : connect_to(session, listener_port(session->listener), err);
}

struct soak_session *soak_session_new(struct soak_world *world, uint64_t seed, struct err *err)
{
    struct soak_session *session = calloc(1, sizeof(*session));

    if (!session) {
        (void)err_memory(err);
        return NULL;
    }
    session->world = world;
    session->chance.state = seed;
    session->kind = throw_kind(&session->chance);
    if (session->kind != SOAK_API && session->kind != SOAK_PROCESS)
        session->tls = throw_tls(&session->chance);
    buf_init(&session->script, SCRIPT_OCTETS_MAX);
    buf_init(&session->text, MAIL_OCTETS_MAX);
    buf_init(&session->mail, MAIL_OCTETS_MAX);
    session->timer = timer_new(world->loop, timer_due, session);
    if (!session->timer || !start(session, err)) {
        soak_session_free(session);
        return NULL;
    }
    if (chance_percent(&session->chance, 8))
        timer_set(session->timer, now_of(session) + chance_below(&session->chance, 40));
    return session;
}

void soak_session_free(struct soak_session *session)
{
    if (!session)
        return;
    if (session->api)
        (void)fakesmtp_finish(session->api);
    fakesmtp_free(session->api);
    process_free(session->process);
    listener_free(session->listener);
    timer_free(session->timer);
    if (session->has_scenario)
        scenario_release(&session->scenario);
    buf_release(&session->script);
    buf_release(&session->text);
    buf_release(&session->mail);
    arena_free(session->arena);
    free(session);
}

bool soak_session_is_over(const struct soak_session *session)
{
    return session->is_over;
}

enum soak_kind soak_session_kind(const struct soak_session *session)
{
    return session->kind;
}

unsigned soak_session_connections(const struct soak_session *session)
{
    return session->connections;
}

bool soak_session_sent(const struct soak_session *session)
{
    return session->sent;
}
