/* session_unit.c - what the client sent, and what it changed (session_view.h). */
#include "fakeserver/session_view.h"

#include "base/smtp_code.h"

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

void session_view_end_sequence(struct session *session)
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
        session_view_end_sequence(session);
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
        session_view_end_sequence(session);
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

bool session_view_unit(struct session_view *view, struct session *session,
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
