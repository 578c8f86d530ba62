#include "harness/record/record_private.h"

#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#define SESSION_OCTETS_MAX ((size_t)64 * 1024 * 1024)

struct side {
    struct record_session *session;
    enum recorder_side which;
    struct connection *connection; /* NULL: it is over */
    bool works;                    /* its engine was asked something: it may be woken */
};

struct record_session {
    struct record *record;
    struct record_session *next, *previous;
    struct arena *arena;
    struct recorder recorder;
    struct login login;
    bool has_login;
    struct relay *relay;
    struct route route;   /* to the server */
    struct side sides[2]; /* by enum recorder_side */
    char lost[160];       /* why the connection with the server could not be made, or was lost */
};

void record_note(struct record *record, const struct err *err)
{
    if (record->trouble.kind == ERR_NONE)
        record->trouble = *err;
    else
        (void)fprintf(stderr, "smtpdrill: %s\n", err->what);
}

/* ---- the end of a session -------------------------------------------------------------------- */

static void session_free(struct record_session *session)
{
    struct record *record = session->record;

    if (session->next)
        session->next->previous = session->previous;
    if (session->previous)
        session->previous->next = session->next;
    else if (record->first == session)
        record->first = session->next;
    relay_free(session->relay);
    if (session->has_login)
        login_release(&session->login);
    recorder_release(&session->recorder);
    arena_free(session->arena);
    free(session);
}

static void note_trouble(struct record_session *session)
{
    const char *trouble = relay_trouble(session->relay);
    bool more = session->lost[0] != '\0' && strstr(trouble, session->lost) == NULL;
    struct err err = {.kind = ERR_NONE};

    if (trouble[0] == '\0')
        return;
    (void)err_set(&err, ERR_PROTOCOL, "%.100s%s%.50s", trouble, more ? ": " : "",
                  more ? session->lost : "");
    record_note(session->record, &err);
}

static void session_over(struct record_session *session)
{
    struct record *record = session->record;
    struct err err = {.kind = ERR_NONE};

    note_trouble(session);
    if (!record_write(record, &session->recorder, session->arena, &err))
        record_note(record, &err);
    session_free(session);
    record->open--;
    if (record->options->once)
        record_stop(record);
    if (record->stopping && record->open == 0)
        loop_stop(record->loop);
}

/* ---- connections ----------------------------------------------------------------------------- */

static void wake_the_stirred(struct record_session *session)
{
    for (size_t i = 0; i < 2; i++) {
        struct side *side = &session->sides[i];

        if (side->works && side->connection != NULL && relay_stirred(session->relay, side->which))
            connection_wake(side->connection);
    }
}

/* One that is still being made has nothing to be woken: its engine is asked when it is there. */
static void connection_events(void *owner)
{
    struct side *side = owner;

    side->works = true;
    wake_the_stirred(side->session);
}

static void connection_over(void *owner)
{
    struct side *side = owner;
    struct record_session *session = side->session;
    const char *trouble = connection_trouble(side->connection);

    if (side->which == RECORDER_SERVER)
        (void)snprintf(session->lost, sizeof(session->lost), "%.150s", trouble);
    side->connection = NULL;
    wake_the_stirred(session);
    if (session->sides[0].connection == NULL && session->sides[1].connection == NULL)
        session_over(session);
}

static struct engine join(struct side *side, struct connection *connection,
                          struct tls_context *context, const char *name)
{
    if (!connection_set_tls(connection, context, name))
        return (struct engine){0};
    side->connection = connection;
    connection_set_owner(connection, side);
    return relay_engine(side->session->relay, side->which);
}

static struct engine server_opened(void *owner, struct connection *connection)
{
    struct side *side = owner;
    struct record *record = side->session->record;

    return join(side, connection, record->to_server, record->options->server_name);
}

static const struct connection_calls server_calls = {
    .opened = server_opened,
    .events = connection_events,
    .over = connection_over,
};

static bool start_login(struct record_session *session)
{
    const struct record_options *options = session->record->options;
    const struct login_options login = {
        .user = options->user,
        .password = options->password,
        .client_user = BYTES_LITERAL(RECORD_USER),
        .client_password = BYTES_LITERAL(RECORD_PASSWORD),
        .host = bytes_of(options->host),
        .port = options->port,
    };

    if (options->user.size == 0)
        return true;
    session->has_login = login_init(&session->login, &login);
    return session->has_login;
}

static bool session_start(struct record_session *session)
{
    const struct record_options *options = session->record->options;
    struct relay_options relay = {.recorder = &session->recorder,
                                  .to_server = options->to_server,
                                  .client_implicit = options->client_implicit};

    session->arena = arena_new(SESSION_OCTETS_MAX);
    if (session->arena == NULL ||
        !recorder_init(&session->recorder, session->arena, options->client_implicit,
                       options->keep_data, loop_now_ms(session->record->loop)) ||
        !start_login(session))
        return false;
    relay.login = session->has_login ? &session->login : NULL;
    session->relay = relay_new(&relay);
    return session->relay != NULL;
}

static struct record_session *session_new(struct record *record, struct err *err)
{
    struct record_session *session = calloc(1, sizeof(*session));

    if (session == NULL) {
        err_memory(err);
        return NULL;
    }
    session->record = record;
    for (size_t i = 0; i < 2; i++)
        session->sides[i] = (struct side){.session = session, .which = (enum recorder_side)i};
    session->next = record->first;
    if (session->next)
        session->next->previous = session;
    record->first = session;
    if (session_start(session))
        return session;
    err_memory(err);
    session_free(session);
    return NULL;
}

static struct engine client_opened(void *owner, struct connection *connection)
{
    struct record *record = owner;
    const struct record_options *options = record->options;
    struct record_session *session = NULL;
    struct err err = {.kind = ERR_NONE};
    struct side *server;

    if (record->stopping || record->open == RECORD_SESSIONS_MAX ||
        (options->once && record->made > 0))
        return (struct engine){0};
    session = session_new(record, &err);
    if (session == NULL) {
        record_note(record, &err);
        return (struct engine){0};
    }
    server = &session->sides[RECORDER_SERVER];
    if (!route_init(&session->route, options->host, options->port))
        err_set(&err, ERR_LIMIT, "--to: the host is empty or too long");
    if (err.kind != ERR_NONE ||
        connection_new(record->loop, &session->route, &server_calls, server, &err) == NULL) {
        record_note(record, &err);
        session_free(session);
        return (struct engine){0};
    }
    record->open++;
    record->made++;
    return join(&session->sides[RECORDER_CLIENT], connection, record->tls.context, NULL);
}

static void listener_trouble(void *owner, const struct err *err)
{
    record_note(owner, err);
}

static const struct connection_calls client_calls = {
    .opened = client_opened,
    .events = connection_events,
    .over = connection_over,
    .trouble = listener_trouble,
};

/* ---- the whole ------------------------------------------------------------------------------- */

void record_stop(struct record *record)
{
    struct record_session *session;

    if (record->stopping)
        return;
    record->stopping = true;
    listener_free(record->listener);
    record->listener = NULL;
    if (record->open == 0)
        loop_stop(record->loop);
    for (session = record->first; session; session = session->next)
        for (size_t i = 0; i < 2; i++)
            if (session->sides[i].connection != NULL)
                connection_abort(session->sides[i].connection);
}

static void interrupted(void *owner)
{
    record_stop(owner);
}

/* One line of JSON: who reads it need not wait for anything else. */
static bool say_ready(const struct record *record, struct err *err)
{
    const struct record_options *options = record->options;
    json_t *whole = json_pack("{s:[{s:s, s:I}], s:{s:s, s:I}, s:s}", "addresses", "host",
                              listener_address(record->listener), "port",
                              (json_int_t)listener_port(record->listener), "to", "host",
                              options->host, "port", (json_int_t)options->port, "ca",
                              options->ca_file != NULL ? options->ca_file : record->tls.ca_path);
    bool ok = whole && json_dumpf(whole, stdout, JSON_COMPACT) == 0 && fputc('\n', stdout) != EOF &&
              fflush(stdout) == 0;

    json_decref(whole);
    return ok || err_set(err, ERR_IO, "cannot print the address");
}

static bool make_tls(struct record *record, struct err *err)
{
    const struct record_options *options = record->options;
    const struct tls_client_options client = {.verify = !options->insecure,
                                              .ca_file = options->cacert};

    if (options->insecure)
        (void)fputs("smtpdrill: --insecure: whoever answers is taken for the server; its "
                    "certificate is not looked at\n",
                    stderr);
    if (!run_tls_open_named(&record->tls, options->tls_name, &record->folder, err))
        return false;
    if (options->ca_file != NULL && !tls_ca_write(record->tls.ca, options->ca_file, err))
        return false;
    record->to_server = tls_context_new_client(&client, err);
    return record->to_server != NULL;
}

static bool open_all(struct record *record, struct err *err)
{
    const struct record_options *options = record->options;
    const char *temporary = getenv("TMPDIR");

    if (!run_folder_make_parent(temporary != NULL && temporary[0] != '\0' ? temporary : "/tmp",
                                &record->folder, err) ||
        !make_tls(record, err))
        return false;
    record->loop = loop_new(err);
    if (record->loop == NULL ||
        signal_watch_new(record->loop, SIGTERM, interrupted, record, err) == NULL ||
        signal_watch_new(record->loop, SIGINT, interrupted, record, err) == NULL)
        return false;
    record->listener = listener_new(record->loop, options->listen_host, options->listen_port,
                                    &client_calls, record, err);
    return record->listener != NULL && say_ready(record, err) &&
           (options->recipe == NULL || record_client_start(record, err));
}

static void close_all(struct record *record)
{
    record_client_release(record);
    loop_free(record->loop); /* which ends the sessions that are left */
    tls_context_free(record->to_server);
    run_tls_close(&record->tls);
    run_folder_remove(&record->folder);
}

bool record_run(const struct record_options *options, struct record_tally *ret, struct err *err)
{
    struct record *record = calloc(1, sizeof(*record));
    bool ok;

    *ret = (struct record_tally){.client_status = 0};
    if (record == NULL)
        return err_memory(err);
    record->options = options;
    record->tally = ret;
    ok = open_all(record, err) && loop_run(record->loop, err);
    close_all(record);
    if (ok && record->trouble.kind != ERR_NONE) {
        *err = record->trouble;
        ok = false;
    }
    free(record);
    return ok;
}
