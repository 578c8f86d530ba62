/*
 * fakesmtpd - the fake server alone: listens, serves, and says in the end what it saw.
 */
#include "fakeserver/fake_server.h"
#include "fakeserver/fakesmtpd_load.h"
#include "fakeserver/fakesmtpd_options.h"
#include "fakeserver/fakesmtpd_print.h"
#include "fakeserver/fakesmtpd_tally.h"
#include "fakeserver/judge.h"
#include "transport/clock.h"
#include "transport/socket.h"
#include "transport/tls_ca.h"
#include "transport/tls_context.h"

#include <jansson.h>
#include <signal.h>
#include <stdlib.h>

enum { STATUS_PASS = 0, STATUS_FAIL = 1, STATUS_ERROR = 2, FILES_WANTED = 65536 };
#define JUDGE_OCTETS_MAX ((size_t)64 * 1024 * 1024)

#ifndef SMTPDRILL_VERSION
#define SMTPDRILL_VERSION "0"
#endif

/* What is judged as a whole: all connections, or each by itself. */
struct server {
    struct fakesmtpd_options options;
    struct fakesmtpd_load load;
    struct loop *loop;
    struct tls_ca *ca;
    struct tls_context *tls;
    struct listener *listeners[FAKESMTPD_LISTEN_MAX];
    struct session *first;         /* the open ones */
    struct transcript *transcript; /* of the whole run; NULL: each by itself */
    struct fake_server_pool *pool;
    struct model_text *text; /* the same for all connections */
    struct tally tally;
    struct buf line; /* for what is printed */
    size_t made;
    size_t runs_kept;
    uint64_t began_ms;
    bool stopping;
    struct err trouble; /* the first of our own */
};

struct session {
    struct server *server;
    struct session *next;
    struct session *previous;
    struct connection *connection;
    struct fake_server *engine;
    struct transcript *transcript; /* its own, or the run's */
    size_t number;                 /* 1-based */
    uint64_t began_ms;             /* what its times count from */
};

static void note_trouble(struct server *server, const struct err *err)
{
    if (server->trouble.kind == ERR_NONE)
        server->trouble = *err;
}

/* ---- judging --------------------------------------------------------------------------------- */

static void keep_run(struct server *server, const struct transcript *transcript)
{
    struct err err = {0};
    char path[512];

    if (!server->options.keep)
        return;
    snprintf(path, sizeof(path), "%.400s/%06zu.transcript", server->options.keep,
             ++server->runs_kept);
    if (!fakesmtpd_print_transcript(&server->load, transcript, path, &err))
        note_trouble(server, &err);
}

static void judge_run(struct server *server, const struct transcript *transcript)
{
    struct arena *arena = arena_new(JUDGE_OCTETS_MAX);
    struct verdict verdict = {0};
    struct err err = {0};

    keep_run(server, transcript);
    if (!arena)
        err_memory(&err);
    else if (judge(&server->load.scenario, transcript, NULL, arena, &verdict, &err))
        tally_add(&server->tally, &verdict);
    if (err.kind != ERR_NONE)
        note_trouble(server, &err);
    arena_free(arena);
}

static void judge_nobody(struct server *server)
{
    const struct verdict verdict = {.scenario = VERDICT_NOT_REACHED,
                                    .reason = BYTES_LITERAL("no client connected")};

    tally_add(&server->tally, &verdict);
}

/* ---- one connection -------------------------------------------------------------------------- */

static void take_records(void *owner)
{
    struct session *session = owner;
    struct transcript_record record;
    struct err err = {0};

    while (fake_server_event(session->engine, &record)) {
        record.at_ms = record.at_ms > session->began_ms ? record.at_ms - session->began_ms : 0;
        if (session->server->options.verbose)
            fakesmtpd_print_record(session->number, &record, &session->server->line);
        if (!transcript_add(session->transcript, &record, &err))
            note_trouble(session->server, &err);
    }
}

static void session_free(struct session *session)
{
    struct server *server = session->server;

    if (session->next)
        session->next->previous = session->previous;
    if (session->previous)
        session->previous->next = session->next;
    else if (server->first == session)
        server->first = session->next;
    fake_server_free(session->engine);
    if (session->transcript != server->transcript)
        transcript_free(session->transcript);
    free(session);
}

static void stop(void *owner);

static void session_over(void *owner)
{
    struct session *session = owner;
    struct server *server = session->server;

    take_records(session);
    if (session->transcript != server->transcript)
        judge_run(server, session->transcript);
    session_free(session);
    if (server->options.once && !server->first)
        stop(server);
}

static bool session_start(struct session *session, struct server *server)
{
    struct fake_server_options options = {
        .scenario = &server->load.scenario,
        .personality = server->load.has_personality ? &server->load.personality : NULL,
        .connection = 1,
        .limit_ms = ENGINE_NEVER,
        .now_ms = loop_now_ms(server->loop),
        .pool = server->pool,
        .text = server->text,
    };

    session->server = server;
    session->number = ++server->made;
    session->began_ms = server->transcript ? server->began_ms : options.now_ms;
    session->transcript = server->transcript ? server->transcript : transcript_new();
    if (server->transcript)
        options.connection = (unsigned)session->number;
    if (!server->load.is_personality && server->load.scenario.limit_ms > 0)
        options.limit_ms = options.now_ms + server->load.scenario.limit_ms;
    session->engine = fake_server_new(&options);
    return session->transcript && session->engine;
}

static struct engine session_opened(void *owner, struct connection *connection)
{
    struct server *server = owner;
    struct session *session = server->stopping ? NULL : calloc(1, sizeof(*session));
    struct err err = {0};

    if (!session)
        return (struct engine){0};
    if (!session_start(session, server) || !connection_set_tls(connection, server->tls, NULL)) {
        err_memory(&err);
        note_trouble(server, &err);
        session_free(session);
        return (struct engine){0};
    }
    if (server->tally.connections++ == 0)
        server->began_ms = session->began_ms = loop_now_ms(server->loop);
    session->next = server->first;
    if (session->next)
        session->next->previous = session;
    server->first = session;
    session->connection = connection;
    connection_set_owner(connection, session);
    return fake_server_engine(session->engine);
}

static void print_trouble(void *owner, const struct err *err)
{
    (void)owner;
    fprintf(stderr, "fakesmtpd: %s\n", err->what);
}

static const struct connection_calls calls = {
    .opened = session_opened,
    .events = take_records,
    .over = session_over,
    .trouble = print_trouble,
};

/* ---- the server ------------------------------------------------------------------------------ */

static void stop(void *owner)
{
    struct server *server = owner;
    struct session *session;
    size_t index;

    if (server->stopping)
        return;
    server->stopping = true;
    for (index = 0; index < server->options.address_count; index++)
        listener_free(server->listeners[index]);
    for (session = server->first; session; session = session->next)
        connection_abort(session->connection);
}

static bool listen_everywhere(struct server *server, struct err *err)
{
    size_t index;

    for (index = 0; index < server->options.address_count; index++) {
        const struct fakesmtpd_address *address = &server->options.addresses[index];

        server->listeners[index] =
            listener_new(server->loop, address->host, address->port, &calls, server, err);
        if (!server->listeners[index])
            return false;
        if (scenario_has_event(&server->load.scenario, STEP_EVENT_DEAF))
            listener_take_little(server->listeners[index]);
    }
    return true;
}

/* One line of JSON: who reads it need not wait for anything else. */
static bool say_ready(struct server *server, struct err *err)
{
    json_t *addresses = json_array();
    json_t *whole;
    size_t index;
    bool ok;

    for (index = 0; index < server->options.address_count; index++)
        json_array_append_new(
            addresses, json_pack("{s:s, s:I}", "host", listener_address(server->listeners[index]),
                                 "port", (json_int_t)listener_port(server->listeners[index])));
    whole =
        json_pack("{s:o, s:s, s:I, s:s*}", "addresses", addresses, "serves", server->options.name,
                  "seed", (json_int_t)server->options.seed, "ca", server->options.ca_file);
    ok = whole && json_dumpf(whole, stdout, JSON_COMPACT) == 0 && fputc('\n', stdout) != EOF &&
         fflush(stdout) == 0;
    json_decref(whole);
    return ok || err_set(err, ERR_IO, "cannot print the addresses");
}

static bool watch_signals(struct server *server, struct err *err)
{
    return signal_watch_new(server->loop, SIGTERM, stop, server, err) &&
           signal_watch_new(server->loop, SIGINT, stop, server, err);
}

/* A personality may serve for days, so its connections are judged one by one; what a scenario
 * expects of a client may need all of them. */
static bool choose_runs(struct server *server, struct err *err)
{
    bool each = server->options.each || server->load.is_personality;

    if (server->options.each && server->load.scenario.connection_count > 1)
        return err_set(err, ERR_SYNTAX, "--each: this scenario has dialogues for %zu connections",
                       server->load.scenario.connection_count);
    if (each && server->options.transcript)
        return err_set(err, ERR_SYNTAX,
                       "--transcript is of one run; use --keep DIR where each "
                       "connection is judged by itself");
    if (!each)
        server->transcript = transcript_new();
    return each || server->transcript || err_memory(err);
}

/* The CA lives as long as this server. */
static bool make_tls(struct server *server, struct err *err)
{
    const char *path = server->options.ca_file;

    server->ca = tls_ca_new(server->options.tls_name ? server->options.tls_name : "localhost", err);
    if (server->ca)
        server->tls = tls_context_new_server(server->ca, err);
    return server->tls && (!path || tls_ca_write(server->ca, path, err));
}

static bool serve(struct server *server, struct err *err)
{
    if (!fakesmtpd_load(&server->load, &server->options, err) || !choose_runs(server, err))
        return false;
    server->pool = fake_server_pool_new();
    server->text = model_text_new(&server->load.scenario,
                                  server->load.has_personality ? &server->load.personality : NULL);
    if (!server->pool || !server->text)
        return err_memory(err);
    server->loop = loop_new(err);
    if (!server->loop)
        return false;
    loop_want_files(server->loop, FILES_WANTED);
    if (!make_tls(server, err))
        return false;
    return watch_signals(server, err) && listen_everywhere(server, err) && say_ready(server, err) &&
           loop_run(server->loop, err);
}

static bool conclude(struct server *server, struct err *err)
{
    bool printed;

    if (server->tally.connections == 0)
        judge_nobody(server);
    else if (server->transcript)
        judge_run(server, server->transcript);
    if (server->options.transcript && server->transcript &&
        !fakesmtpd_print_transcript(&server->load, server->transcript, server->options.transcript,
                                    err))
        return false;
    printed = server->options.json ? tally_print_json(&server->tally, stdout)
                                   : tally_print_text(&server->tally, stdout);
    if (!printed)
        return err_set(err, ERR_IO, "cannot print the verdict");
    *err = server->trouble;
    return err->kind == ERR_NONE;
}

static int status_of(const struct server *server)
{
    if (tally_result(&server->tally) == VERDICT_ERROR)
        return STATUS_ERROR;
    if (server->tally.is_failed || (server->options.strict && server->tally.is_doubtful))
        return STATUS_FAIL;
    return STATUS_PASS;
}

static int run(struct server *server, struct err *err)
{
    bool ok = serve(server, err) && conclude(server, err);

    loop_free(server->loop); /* which ends the sessions that are left */
    tls_context_free(server->tls);
    tls_ca_free(server->ca);
    fake_server_pool_free(server->pool);
    model_text_free(server->text);
    transcript_free(server->transcript);
    fakesmtpd_load_release(&server->load);
    return ok ? status_of(server) : STATUS_ERROR;
}

int main(int argc, char **argv)
{
    static struct server server;
    struct err err = {0};
    int status = STATUS_PASS;

    buf_init(&server.line, FAKESMTPD_LINE_MAX);
    if (!tally_init(&server.tally)) {
        err_memory(&err);
        status = STATUS_ERROR;
    } else if (!fakesmtpd_options_read(argc, argv, &server.options, &err)) {
        status = STATUS_ERROR;
    } else if (server.options.help) {
        fakesmtpd_options_help(stdout);
    } else if (server.options.version) {
        printf("fakesmtpd %s\n", SMTPDRILL_VERSION);
    } else {
        if (!server.options.has_seed)
            server.options.seed = (uint64_t)clock_wall_s();
        status = run(&server, &err);
    }
    if (err.kind != ERR_NONE)
        fprintf(stderr, "fakesmtpd: %s\n", err.what);
    tally_release(&server.tally);
    fakesmtpd_options_release(&server.options);
    buf_release(&server.line);
    return status;
}
