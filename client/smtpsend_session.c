#include "client/smtpsend_session.h"

#include "transport/connection.h"
#include "transport/loop.h"

#include <signal.h>
#include <stdio.h>

/* ---------------------------------------------------------------------------------- messages ---
 */

/* A server that turned us away in words says more than another one that is not there. */
static void note(struct smtpsend_session *session, const struct smtp_client_event *event)
{
    struct smtp_client_event whole = *event;
    bool no_session = event->stage == SMTP_STAGE_GREETING;
    bool in_words = event->recipient.code > 0;

    whole.recipient_index = smtpsend_queue_note(&session->queue, event);
    if (no_session && !in_words && session->servers.answered)
        return;
    if (no_session)
        smtpsend_servers_turned_away(&session->servers, event);
    smtpsend_report_add(&session->reports[session->queue.taken], &whole,
                        session->connection ? route_name(&session->servers.route).text : "");
}

/* A message that no server could take: told like an outcome, though nobody was asked. */
static void refuse(struct smtpsend_session *session, const struct err *err)
{
    struct smtp_client_event event = {.kind = SMTP_CLIENT_RECIPIENT,
                                      .recipient = {.outcome = SMTP_OUTCOME_PERMANENT},
                                      .stage = SMTP_STAGE_DATA,
                                      .why = err->what};
    struct smtp_message message = {.forward_paths = session->options->recipients};
    size_t i;

    smtpsend_queue_narrow(&session->queue, &message);
    for (i = 0; i < message.forward_path_count; i++) {
        event.recipient_index = i;
        event.recipient.address = message.forward_paths[i];
        note(session, &event);
    }
    session->refusal = *err;
}

static bool submit(struct smtpsend_session *session, size_t index, struct err *err)
{
    struct bytes host = session->client_options.host;
    struct smtp_message message;

    if (!smtpsend_mail_open(&session->mail, session->options, host, index, err))
        return false;
    message = session->mail.message;
    message.request.by_since_ms = session->began_ms; /* also in a later session (RFC 2852 4) */
    smtpsend_queue_narrow(&session->queue, &message);
    return smtp_client_submit(session->client, &message, err);
}

/* False: no message is left for this session. */
static bool submit_next(struct smtpsend_session *session)
{
    struct err err = {0};
    size_t index;

    while (smtpsend_queue_take(&session->queue, &index)) {
        if (submit(session, index, &err))
            return true;
        smtpsend_mail_close(&session->mail);
        refuse(session, &err);
    }
    smtp_client_finish(session->client);
    return false;
}

/* ------------------------------------------------------------------------------------ events ---
 */

static const char *server_name(const struct smtpsend_session *session)
{
    return session->options->tls.name ? session->options->tls.name
                                      : smtpsend_servers_current(&session->servers)->host;
}

static void tell_tls(const struct smtpsend_session *session, const struct smtp_client_event *event)
{
    const struct smtpsend_options *options = session->options;
    bool verified = smtpsend_tls_verifies(&options->tls, options->user.size > 0);

    (void)fprintf(stderr, "   TLS %.*s, server %s%s\n", BYTES_FORMAT(event->line),
                  verified ? "verified as " : "not verified", verified ? server_name(session) : "");
}

static void feed(struct smtpsend_session *session, uint64_t offset)
{
    struct bytes piece;
    struct err err;
    bool last;

    if (smtpsend_source_read(&session->mail.source, offset, &piece, &last, &err))
        (void)smtp_client_feed(session->client, piece, last);
    else
        smtp_client_abandon(session->client, err.what);
    connection_wake(session->connection);
}

static enum smtpsend_again what_is_next(const struct smtpsend_session *session)
{
    return smtpsend_queue_again(&session->queue, smtpsend_servers_has_next(&session->servers));
}

static bool goes_on(const struct smtpsend_session *session)
{
    enum smtpsend_again again = what_is_next(session);

    if (session->interrupted || again == SMTPSEND_AGAIN_NEVER)
        return false;
    return again != SMTPSEND_AGAIN_LATER || session->retries_left > 0;
}

static void take_event(struct smtpsend_session *session, const struct smtp_client_event *event)
{
    switch (event->kind) {
    case SMTP_CLIENT_SENT:
    case SMTP_CLIENT_SENT_DATA:
    case SMTP_CLIENT_RECEIVED:
    case SMTP_CLIENT_STATE:
        smtpsend_report_line(stderr, event, session->options->verbose > 1);
        break;
    case SMTP_CLIENT_SECURED:
        tell_tls(session, event);
        break;
    case SMTP_CLIENT_WANTS_DATA:
        feed(session, event->octets);
        break;
    case SMTP_CLIENT_RECIPIENT:
        note(session, event);
        (void)snprintf(session->trouble, sizeof session->trouble, "%s",
                       connection_trouble(session->connection));
        break;
    case SMTP_CLIENT_MESSAGE:
        (void)submit_next(session);
        connection_wake(session->connection);
        break;
    case SMTP_CLIENT_VERIFIED:
        smtpsend_report_verified(&session->reports[0], event);
        if (session->options->verbose > 0)
            smtpsend_report_line(stderr, event, false);
        break;
    case SMTP_CLIENT_READY:
        break;
    case SMTP_CLIENT_OVER: /* the system brings the rest of the last closing to its end */
        if (!goes_on(session))
            loop_stop(session->loop);
        break;
    }
}

/* -------------------------------------------------------------------------------- connection ---
 */

static struct engine opened(void *owner, struct connection *connection)
{
    struct smtpsend_session *session = owner;

    session->connection = connection;
    if (session->tls && !connection_set_tls(connection, session->tls, server_name(session))) {
        (void)snprintf(session->trouble, sizeof session->trouble, "out of memory");
        loop_stop(session->loop);
        return (struct engine){NULL, NULL};
    }
    return smtp_client_engine(session->client);
}

static void events(void *owner)
{
    struct smtpsend_session *session = owner;
    struct smtp_client_event event;

    while (smtp_client_event(session->client, &event))
        take_event(session, &event);
}

static void tried(void *owner, const char *address, const char *trouble)
{
    struct smtpsend_session *session = owner;

    smtpsend_servers_note(&session->servers, address, trouble);
    if (session->options->verbose > 0)
        (void)fprintf(stderr, trouble ? "   %s: %s\n" : "   connected to %s\n", address, trouble);
}

static void over(void *owner)
{
    struct smtpsend_session *session = owner;

    events(session);
    session->connection = NULL;
    loop_stop(session->loop);
}

static void interrupted(void *owner)
{
    struct smtpsend_session *session = owner;

    if (session->interrupted && session->connection)
        connection_abort(session->connection);
    else if (session->connection)
        smtp_client_abandon(session->client, "interrupted by a signal");
    else
        loop_stop(session->loop); /* it waits for the next try */
    if (session->connection)
        connection_wake(session->connection);
    session->interrupted = true;
}

/* ------------------------------------------------------------------------------------ rounds ---
 */

/* One connection, for all messages that are due. */
static bool run_round(struct smtpsend_session *session, struct err *err)
{
    static const struct connection_calls calls = {
        .opened = opened, .events = events, .over = over, .tried = tried};
    const struct smtpsend_server *server = smtpsend_servers_current(&session->servers);
    bool ok = true;

    session->client_options.server = bytes_of(server->host);
    session->client_options.port = server->port;
    session->client_options.now_ms = loop_now_ms(session->loop);
    session->client = smtp_client_new(&session->client_options, err);
    if (!session->client)
        return false;
    if (submit_next(session))
        ok = connection_new(session->loop, &session->servers.route, &calls, session, err) &&
             loop_run(session->loop, err);
    session->offered = *smtp_client_offered(session->client);
    return ok;
}

static void wait_is_over(void *owner)
{
    struct smtpsend_session *session = owner;

    loop_stop(session->loop);
}

static bool wait_for_retry(struct smtpsend_session *session, struct err *err)
{
    uint64_t after_ms = session->options->retry_after_ms;
    struct timer *timer = timer_new(session->loop, wait_is_over, session);
    bool ok;

    if (!timer)
        return err_memory(err);
    if (session->options->verbose > 0)
        (void)fprintf(stderr, "   another try in %llu s\n", (unsigned long long)(after_ms / 1000));
    timer_set(timer, loop_now_ms(session->loop) + after_ms);
    ok = loop_run(session->loop, err);
    timer_free(timer);
    session->retries_left--;
    return ok;
}

static bool run_rounds(struct smtpsend_session *session, struct err *err)
{
    bool ok = run_round(session, err);

    while (ok && goes_on(session)) {
        enum smtpsend_again again = what_is_next(session);

        if (again == SMTPSEND_AGAIN_ELSEWHERE)
            smtpsend_servers_next(&session->servers);
        else
            smtpsend_servers_begin(&session->servers);
        if (again == SMTPSEND_AGAIN_LATER)
            ok = wait_for_retry(session, err);
        if (!ok || session->interrupted)
            break;
        smtp_client_free(session->client);
        session->client = NULL;
        smtpsend_queue_begin(&session->queue, again);
        ok = run_round(session, err);
    }
    return ok;
}

bool smtpsend_session_run(struct smtpsend_session *session, struct err *err)
{
    struct signal_watch *interrupt;
    struct signal_watch *terminate;
    bool ok;

    session->loop = loop_new(err);
    if (!session->loop)
        return false;
    session->began_ms = loop_now_ms(session->loop) + 1; /* 0 would be: when submitted */
    session->retries_left = session->options->retries;
    interrupt = signal_watch_new(session->loop, SIGINT, interrupted, session, err);
    terminate = signal_watch_new(session->loop, SIGTERM, interrupted, session, err);
    ok = interrupt && terminate && run_rounds(session, err);
    signal_watch_free(interrupt);
    signal_watch_free(terminate);
    return ok;
}

void smtpsend_session_release(struct smtpsend_session *session)
{
    session->connection = NULL;
    if (session->loop)
        loop_free(session->loop);
    smtp_client_free(session->client);
    smtpsend_mail_close(&session->mail);
    smtpsend_queue_release(&session->queue);
    smtpsend_servers_release(&session->servers);
}
