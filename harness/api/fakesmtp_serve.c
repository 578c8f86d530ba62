/* fakesmtp_serve.c - the server's thread: a loop, a listener, connections, until it is told that
 * the client is done. */
#include "fakeserver/fake_server.h"
#include "harness/api/fakesmtp_private.h"

#include <signal.h>
#include <stdlib.h>

/* A connection that the kernel has accepted is seen in one turn of the loop, its octets in the
 * next, its end in a third. */
enum { TURNS = 4 };

static void note(struct fakesmtp_served *served, const struct err *err)
{
    if (served->trouble.kind == ERR_NONE)
        served->trouble = *err;
}

/* ---- connections ----------------------------------------------------------------------------- */

static bool keep_mail(struct fakesmtp_served *served, struct bytes mail)
{
    void *items = served->mails;
    if (!arena_grow(served->arena, &items, served->mail_count, sizeof(*served->mails)))
        return false;
    served->mails = items;
    served->mails[served->mail_count] = arena_copy(served->arena, mail);
    return served->mails[served->mail_count++].data != NULL;
}

static void take_records(void *owner)
{
    struct fakesmtp_session *session = owner;
    struct fakesmtp_served *served = &session->server->served;
    struct transcript_record record;
    struct err err = {.kind = ERR_NONE};
    while (fake_server_event(session->engine, &record)) {
        if (!transcript_add(served->transcript, &record, &err))
            note(served, &err);
        if (record.facts == NULL || !record.facts->ended)
            continue;
        if (!keep_mail(served, buf_bytes(&session->mail))) {
            err_memory(&err);
            note(served, &err);
        }
    }
}

static void session_free(struct fakesmtp_session *session)
{
    fake_server_free(session->engine);
    buf_release(&session->mail);
    free(session);
}

static void session_over(void *owner)
{
    struct fakesmtp_session *session = owner;
    struct fakesmtp_served *served = &session->server->served;
    take_records(session);
    if (session->next != NULL)
        session->next->previous = session->previous;
    if (session->previous != NULL)
        session->previous->next = session->next;
    else
        served->first = session->next;
    served->open--;
    if (served->ending && served->turns_left == 0 && served->open == 0)
        loop_stop(session->server->loop);
    session_free(session);
}

static bool session_start(struct fakesmtp_session *session, struct fakesmtp *server)
{
    uint64_t now_ms = loop_now_ms(server->loop);
    struct fake_server_options options = {
        .scenario = &server->scenario,
        .personality = server->has_personality ? &server->personality : NULL,
        .connection = server->served.connections + 1,
        .limit_ms = now_ms + server->limit_ms,
        .now_ms = now_ms,
        .mail = &session->mail,
    };
    session->server = server;
    buf_init(&session->mail, FAKESMTP_MAIL_OCTETS_MAX);
    session->engine = fake_server_new(&options);
    return session->engine != NULL;
}

static struct engine session_opened(void *owner, struct connection *made)
{
    struct fakesmtp *server = owner;
    struct fakesmtp_served *served = &server->served;
    struct err err = {.kind = ERR_NONE};
    if (served->open == FAKESMTP_CONNECTIONS_MAX)
        return (struct engine){.ops = NULL, .self = NULL};
    struct fakesmtp_session *session = calloc(1, sizeof(*session));
    if (session == NULL || !session_start(session, server) ||
        (server->has_tls && !connection_set_tls(made, server->tls.context, NULL))) {
        err_memory(&err);
        note(served, &err);
        if (session != NULL)
            session_free(session);
        return (struct engine){.ops = NULL, .self = NULL};
    }
    session->connection = made;
    session->next = served->first;
    if (session->next != NULL)
        session->next->previous = session;
    served->first = session;
    served->open++;
    served->connections++;
    connection_set_owner(made, session);
    return fake_server_engine(session->engine);
}

static const struct connection_calls calls = {
    .opened = session_opened,
    .events = take_records,
    .over = session_over,
};

/* ---- the end --------------------------------------------------------------------------------- */

static void settle_due(void *owner)
{
    struct fakesmtp *server = owner;
    for (struct fakesmtp_session *session = server->served.first; session != NULL;
         session = session->next)
        connection_abort(session->connection);
}

static void turned(uv_idle_t *turn)
{
    struct fakesmtp *server = turn->data;
    if (--server->served.turns_left > 0)
        return;
    uv_idle_stop(turn);
    if (server->served.open == 0)
        loop_stop(server->loop);
    else
        timer_set(server->settle, loop_now_ms(server->loop) + server->settle_ms);
}

static void end_came(uv_async_t *end)
{
    struct fakesmtp *server = end->data;
    if (server->served.ending)
        return;
    server->served.ending = true;
    server->served.turns_left = TURNS;
    uv_idle_start(&server->turn, turned);
}

static void serve(void *owner)
{
    struct fakesmtp *server = owner;
    (void)loop_run(server->loop, NULL);
    /* Here, where SIGPIPE is blocked: it ends the connections that are left. */
    loop_free(server->loop);
}

void fakesmtp_serve_end(struct fakesmtp *server, bool is_wanted)
{
    if (!server->is_serving)
        return;
    if (!is_wanted)
        server->settle_ms = 0;
    uv_async_send(&server->end);
    uv_thread_join(&server->thread);
    server->is_serving = false;
    server->loop = NULL;
}

/* ---- the beginning --------------------------------------------------------------------------- */

/* A signal that is sent to the process is for the threads of the test. */
static bool start_thread(struct fakesmtp *server, struct err *err)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failure = uv_thread_create(&server->thread, serve, server);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failure < 0)
        return err_set(err, ERR_IO, "cannot start a thread: %s", uv_strerror(failure));
    server->is_serving = true;
    return true;
}

static bool make_parts(struct fakesmtp *server, struct err *err)
{
    uv_loop_t *uv = loop_uv(server->loop);
    server->settle = timer_new(server->loop, settle_due, server);
    if (server->settle == NULL)
        return err_memory(err);
    int failure = uv_async_init(uv, &server->end, end_came);
    if (failure < 0)
        return err_set(err, ERR_IO, "cannot make an event loop: %s", uv_strerror(failure));
    uv_idle_init(uv, &server->turn);
    server->end.data = server->turn.data = server;
    server->listener = listener_new(server->loop, "127.0.0.1", 0, &calls, server, err);
    if (server->listener == NULL)
        return false;
    if (scenario_has_event(&server->scenario, STEP_EVENT_DEAF))
        listener_take_little(server->listener);
    return true;
}

bool fakesmtp_serve(struct fakesmtp *server, struct err *err)
{
    server->served.arena = arena_new(SUITE_OCTETS_MAX);
    server->served.transcript = transcript_new();
    if (server->served.arena == NULL || server->served.transcript == NULL)
        return err_memory(err);
    server->loop = loop_new_for_thread(err);
    return server->loop != NULL && make_parts(server, err) && start_thread(server, err);
}
