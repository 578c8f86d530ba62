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

/* ---- units ---------------------------------------------------------------------------------- */

static bool wait_for_reply(struct session_view *view, struct session *session,
                           struct session_waiting waiting, struct err *err)
{
    if (!arena_grow(view->arena, (void **)&session->waiting, session->waiting_count,
                    sizeof(*session->waiting)))
        return err_memory(err);
    waiting.record = view->index;
    session->waiting[session->waiting_count++] = waiting;
    return true;
}

static bool begin_transaction(struct session_view *view, struct session *session, struct err *err)
{
    struct session_transaction *transaction;

    if (!arena_grow(view->arena, (void **)&view->transactions, view->transaction_count,
                    sizeof(*view->transactions)))
        return err_memory(err);
    transaction = &view->transactions[view->transaction_count];
    memset(transaction, 0, sizeof(*transaction));
    transaction->connection = session->connection;
    transaction->mail = view->index;
    transaction->content = SESSION_NOWHERE;
    transaction->limited =
        session->offered.limits.rcpt_max > 0 || session->offered.limits.rcpt_domain_max > 0;
    transaction->lmtp = session->hello == SESSION_HELLO_LHLO;
    session->transaction = view->transaction_count++;
    session->transaction_open = true;
    session->mail_refused = false;
    return true;
}

static bool add_recipient(struct session_view *view, struct session *session, struct err *err)
{
    struct session_recipient *recipient;

    if (!arena_grow(view->arena, (void **)&view->recipients, view->recipient_count,
                    sizeof(*view->recipients)))
        return err_memory(err);
    recipient = &view->recipients[view->recipient_count++];
    recipient->path = view->command.path;
    recipient->transaction = session->transaction;
    recipient->code = 0;
    recipient->end = (struct session_end){0};
    if (session->transaction != SESSION_NOWHERE)
        view->transactions[session->transaction].rcpt_sent++;
    return true;
}

static void end_sequence(struct session *session)
{
    session->transaction_open = false;
    session->mail_refused = false;
    session->data_open = false;
    session->transaction = SESSION_NOWHERE;
    session->refused_count = 0;
}

/* DATA and BDAT are held against each other within one message (RFC 3030 2). */
static void note_content_verb(struct session *session, enum smtp_verb verb)
{
    if (verb == SMTP_VERB_MAIL || verb == SMTP_VERB_RSET || verb == SMTP_VERB_EHLO ||
        verb == SMTP_VERB_HELO || verb == SMTP_VERB_LHLO)
        session->data_sent = session->chunks_sent = session->last_chunk_sent =
            session->chunk_refused = false;
    session->data_sent |= verb == SMTP_VERB_DATA;
    session->chunks_sent |= verb == SMTP_VERB_BDAT;
}

static void begin_auth(struct session *session, const struct command *command)
{
    session->auth_open = false;
    session->mechanism = smtp_mechanism_from(command->mechanism);
    session->responses = command->initial_response.data != NULL;
}

/* After a DATA that was refused, lines that are no commands are content (RFC 5321 3.3). */
static bool is_content_as_commands(const struct session *session, const struct command *command)
{
    return command->verb == SMTP_VERB_OTHER && session->last_verb == SMTP_VERB_DATA &&
           session->last_reply != SESSION_NOWHERE &&
           session->answered.record == session->last_unit && !session->data_open;
}

/* "RCPT TO:<a" and the end of the line: what comes next belongs to that path (an address that held
 * CRLF), and is no command of its own. */
static bool is_open_path(const struct command *command)
{
    return !command->bracketed && command->path.size > 0 && command->path.data[0] == '<';
}

static bool apply_command(struct session_view *view, struct session *session, struct err *err)
{
    const struct command *command = &view->command;
    struct session_waiting waiting = {.verb = command->verb, .recipient = SESSION_NOWHERE};

    session->derailed |= is_content_as_commands(session, command) || is_open_path(command);
    if (command->verb == SMTP_VERB_MAIL && !begin_transaction(view, session, err))
        return false;
    waiting.transaction = session->transaction;
    if (command->verb == SMTP_VERB_RCPT) {
        if (!add_recipient(view, session, err))
            return false;
        waiting.recipient = view->recipient_count - 1;
    } else if (command->verb == SMTP_VERB_RSET || command->verb == SMTP_VERB_EHLO ||
               command->verb == SMTP_VERB_HELO || command->verb == SMTP_VERB_LHLO) {
        end_sequence(session);
    } else if (command->verb == SMTP_VERB_AUTH) {
        begin_auth(session, command);
    } else if (command->verb == SMTP_VERB_QUIT) {
        session->quit_sent = true;
        session->quit_record = view->index;
    }
    note_content_verb(session, command->verb);
    session->expn_sent |= command->verb == SMTP_VERB_EXPN;
    session->last_verb = command->verb;
    session->last_has_initial_response = command->initial_response.data != NULL;
    if (command->verb == SMTP_VERB_BDAT) /* Its chunk is what the reply answers (RFC 3030 2). */
        return true;
    return wait_for_reply(view, session, waiting, err);
}

/* LMTP: a reply for each recipient that was accepted, in their order (RFC 2033 4.2); with none DATA
 * was not to be invited, and somebody answers once all the same. */
static bool wait_for_each(struct session_view *view, struct session *session,
                          struct session_waiting waiting, struct err *err)
{
    bool is_chunk = transcript_at(view->transcript, view->index)->kind == TRANSCRIPT_CHUNK;
    size_t count = 0;

    for (size_t i = 0; i < view->recipient_count; i++) {
        if (view->recipients[i].transaction != waiting.transaction ||
            smtp_code_class(view->recipients[i].code) != SMTP_CODE_2YZ)
            continue;
        waiting.recipient = i;
        count++;
        if (!wait_for_reply(view, session, waiting, err))
            return false;
    }
    return count > 0 || is_chunk || wait_for_reply(view, session, waiting, err);
}

static bool apply_content(struct session_view *view, struct session *session,
                          const struct transcript_record *record, struct err *err)
{
    struct session_waiting waiting = {.verb = SMTP_VERB_OTHER,
                                      .is_content = true,
                                      .transaction = session->transaction,
                                      .recipient = SESSION_NOWHERE};
    bool ended = record->facts && record->facts->ended;

    if (session->transaction != SESSION_NOWHERE) {
        struct session_transaction *transaction = &view->transactions[session->transaction];

        transaction->content = view->index;
        transaction->ended = ended;
        transaction->digest = record->facts ? record->facts->digest : 0;
    }
    session->data_open = false;
    session->last_chunk_sent |= ended && record->kind == TRANSCRIPT_CHUNK;
    if (record->kind == TRANSCRIPT_MAIL_DATA && !ended)
        return true;
    if (ended)
        end_sequence(session);
    if (ended && session->hello == SESSION_HELLO_LHLO && waiting.transaction != SESSION_NOWHERE)
        return wait_for_each(view, session, waiting, err);
    return wait_for_reply(view, session, waiting, err);
}

/* Nothing more will come of the last reply, whether it has an end or not. */
static bool waits_no_longer(const struct session_view *view, const struct session *session,
                            const struct transcript_record *record)
{
    enum { PATIENCE_MS = 1000 };

    if (!(record->notes & TRANSCRIPT_NOTE(EARLY)))
        return true;
    return session->last_unit != SESSION_NOWHERE &&
           record->at_ms - transcript_at(view->transcript, session->last_unit)->at_ms >=
               PATIENCE_MS;
}

static bool apply_unit(struct session_view *view, struct session *session,
                       const struct transcript_record *record, struct err *err)
{
    struct session_waiting response = {.verb = SMTP_VERB_OTHER,
                                       .is_response = true,
                                       .transaction = SESSION_NOWHERE,
                                       .recipient = SESSION_NOWHERE};
    bool ok = true;

    if (waits_no_longer(view, session, record))
        session_view_give_up_reply(view, session);
    session->cut |= (record->notes & TRANSCRIPT_NOTE(CUT)) != 0;
    if (record->kind == TRANSCRIPT_COMMAND) {
        ok = apply_command(view, session, err);
    } else {
        session->last_verb = SMTP_VERB_OTHER;
    }
    if (record->kind == TRANSCRIPT_MAIL_DATA || record->kind == TRANSCRIPT_CHUNK)
        ok = apply_content(view, session, record, err);
    if (record->kind == TRANSCRIPT_RESPONSE) {
        session->responses++;
        ok = wait_for_reply(view, session, response, err);
    }
    /* A scenario that reads octets by number leaves units without borders behind it. */
    session->odd |= record->kind == TRANSCRIPT_OCTETS;
    session->units++;
    session->secure_units += session->secure;
    session->last_unit = view->index;
    return ok;
}

/* ---- other records -------------------------------------------------------------------------- */

/* RFC 3207 4.2: after the handshake both forget what they knew. */
static void start_tls(struct session *session)
{
    end_sequence(session);
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
        return apply_unit(view, session, record, err);
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
