#include "fakeserver/session_view.h"

#include "base/smtp_code.h"

void session_view_init(struct session_view *view, const struct transcript *transcript,
                       struct arena *arena)
{
    memset(view, 0, sizeof(*view));
    view->transcript = transcript;
    view->arena = arena;
}

bool session_is_extended(const struct session *session)
{
    return session->hello == SESSION_HELLO_EHLO || session->hello == SESSION_HELLO_LHLO;
}

const struct session_end *session_end_of(const struct session_view *view,
                                         const struct session_recipient *recipient)
{
    const struct session_transaction *transaction;

    if (recipient->transaction == SESSION_NOWHERE)
        return NULL;
    transaction = &view->transactions[recipient->transaction];
    if (!transaction->ended)
        return NULL;
    return transaction->lmtp ? &recipient->end : &transaction->end;
}

bool session_has(const struct session *session, enum smtp_extension extension)
{
    return session_is_extended(session) && smtp_extensions_has(&session->offered, extension);
}

bool session_is_unit(const struct transcript_record *record)
{
    static const bool is_unit[] = {
#define X(name, word, unit) unit,
        TRANSCRIPT_KIND_TABLE(X)
#undef X
    };

    return is_unit[record->kind];
}

static bool follows_in_group(const struct session *session)
{
    if (session->last_unit == SESSION_NOWHERE)
        return false;
    return session->last_verb == SMTP_VERB_MAIL || session->last_verb == SMTP_VERB_RCPT ||
           session->last_verb == SMTP_VERB_RSET;
}

bool session_may_be_in_flight(const struct session *session, const struct transcript_record *record,
                              const struct command *command)
{
    if (record->notes & TRANSCRIPT_NOTE(EARLY))
        return true;
    if (record->kind != TRANSCRIPT_COMMAND || !session_has(session, SMTP_EXTENSION_PIPELINING))
        return false;
    return follows_in_group(session) &&
           (command->verb == SMTP_VERB_RCPT || command->verb == SMTP_VERB_DATA ||
            command->verb == SMTP_VERB_MAIL);
}

/* ---- other records -------------------------------------------------------------------------- */

/* RFC 3207 4.2: after the handshake both forget what they knew. */
static void start_tls(struct session *session)
{
    session_view_end_sequence(session);
    session->after_starttls = session->handshake_due;
    session->handshake_due = false;
    /* What was said in the clear belongs to another session, a reply without an end, too. */
    session->odd = false;
    session->partial = BYTES_NONE;
    session->reply_code = 0;
    session->reply_lines = 0;
    session->waiting_first = session->waiting_count;
    session->last_verb = SMTP_VERB_OTHER;
    session->secure = true;
    session->hello = SESSION_HELLO_NONE;
    session->hello_refused = false;
    session->authenticated = false;
    memset(&session->offered, 0, sizeof(session->offered));
}

/* A reset may overtake what was sent before it. */
static void lose_last_reply(struct session_view *view, const struct session *session)
{
    const struct session_waiting *to = &session->answered;
    bool answered_content = session->last_reply != SESSION_NOWHERE && to->is_content;

    if (!answered_content || session->last_reply < session->last_unit ||
        to->transaction == SESSION_NOWHERE)
        return;
    view->transactions[to->transaction].end.unclear = true;
    if (to->recipient != SESSION_NOWHERE)
        view->recipients[to->recipient].end.unclear = true;
}

static bool apply(struct session_view *view, struct session *session,
                  const struct transcript_record *record, struct err *err)
{
    switch (record->kind) {
    case TRANSCRIPT_CONNECTED:
    case TRANSCRIPT_QUIET:
    case TRANSCRIPT_DEAF:
    case TRANSCRIPT_KIND_COUNT:
        return true;
    case TRANSCRIPT_COMMAND:
    case TRANSCRIPT_RESPONSE:
    case TRANSCRIPT_MAIL_DATA:
    case TRANSCRIPT_CHUNK:
    case TRANSCRIPT_OCTETS:
        return session_view_unit(view, session, record, err);
    case TRANSCRIPT_REPLY:
        return session_view_reply(view, session, record, err);
    case TRANSCRIPT_TLS_STARTED:
        start_tls(session);
        return true;
    case TRANSCRIPT_TLS_FAILED:
        session->tls_failed = true;
        return true;
    case TRANSCRIPT_STALLED:
        session->stalled = true;
        return true;
    case TRANSCRIPT_SERVER_RESET:
        lose_last_reply(view, session);
        session->server_ended = true;
        return true;
    case TRANSCRIPT_SERVER_HALF_CLOSED:
    case TRANSCRIPT_SERVER_CLOSED:
        session_view_half_reply(view, session, session->partial);
        session->server_ended = true;
        return true;
    case TRANSCRIPT_CLIENT_CLOSED:
    case TRANSCRIPT_CLIENT_RESET:
        session->client_ended = true;
        return true;
    case TRANSCRIPT_EXPIRED:
        session->expired = true;
        return true;
    }
    return true;
}

static struct session *find_session(struct session_view *view, unsigned connection)
{
    for (size_t i = view->session_count; i-- > 0;)
        if (view->sessions[i].connection == connection)
            return &view->sessions[i];
    return NULL;
}

static struct session *open_session(struct session_view *view, unsigned connection)
{
    struct session *session;

    if (!arena_grow(view->arena, (void **)&view->sessions, view->session_count,
                    sizeof(*view->sessions)))
        return NULL;
    session = &view->sessions[view->session_count++];
    memset(session, 0, sizeof(*session));
    session->connection = connection;
    session->opened = view->index;
    session->transaction = SESSION_NOWHERE;
    session->last_unit = SESSION_NOWHERE;
    session->last_reply = SESSION_NOWHERE;
    session->answered.record = SESSION_NOWHERE;
    session->last_verb = SMTP_VERB_OTHER;
    return session;
}

static void read_unit(const struct transcript_record *record, struct command *ret)
{
    if (record->kind == TRANSCRIPT_COMMAND) {
        command_read(record->octets, ret);
    } else if (record->kind == TRANSCRIPT_RESPONSE) {
        command_read_response(record->octets, ret);
    } else {
        command_of_kind(record->kind, ret);
        ret->last = record->facts && record->facts->ended;
    }
}

/* A server that stalls behind its 220, or has said another 2yz, reads a ClientHello (RFC 8446 5.1:
 * type 22) as commands. It has LF anywhere: none of its "lines" is a command to be judged. */
static void note_handshake(struct session *session, const struct transcript_record *record)
{
    bool is_invited = session->last_reply != SESSION_NOWHERE && !session->answered.is_content &&
                      session->answered.verb == SMTP_VERB_STARTTLS &&
                      smtp_code_class(session->last_code) == SMTP_CODE_2YZ;

    if (is_invited && !session->secure && record->octets.size > 0 &&
        record->octets.data[0] == '\x16')
        session->handshake_seen = session->odd = true;
}

bool session_view_next(struct session_view *view, const struct transcript_record **ret_record,
                       struct session **ret_session, struct err *err)
{
    const struct transcript_record *record;

    *ret_record = NULL;
    *ret_session = NULL;
    if (view->current &&
        !apply(view, view->current, transcript_at(view->transcript, view->index), err))
        return false;
    view->current = NULL;
    if (view->offset == transcript_count(view->transcript))
        return true;
    view->index = view->offset++;
    record = transcript_at(view->transcript, view->index);
    view->current = find_session(view, record->connection);
    if (!view->current)
        view->current = open_session(view, record->connection);
    if (!view->current)
        return err_memory(err);
    if (session_is_unit(record)) {
        read_unit(record, &view->command);
        note_handshake(view->current, record);
    }
    *ret_record = record;
    *ret_session = view->current;
    return true;
}
