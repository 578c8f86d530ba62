/* session_reply.c - what the server sent, and what it changed (session_view.h). */
#include "base/smtp_code.h"
#include "base/smtp_limits.h"
#include "fakeserver/session_view.h"

static bool is_refusal(enum smtp_code_class class)
{
    return class == SMTP_CODE_4YZ || class == SMTP_CODE_5YZ;
}

static void hello_answered(struct session *session, enum smtp_verb verb, enum smtp_code_class class)
{
    if (class == SMTP_CODE_2YZ) {
        session->hello = verb == SMTP_VERB_EHLO   ? SESSION_HELLO_EHLO
                         : verb == SMTP_VERB_LHLO ? SESSION_HELLO_LHLO
                                                  : SESSION_HELLO_HELO;
        session->hello_refused = false;
        if (session_is_extended(session))
            session->offered = session->reply_offers;
        else
            memset(&session->offered, 0, sizeof(session->offered));
    } else if (is_refusal(class)) {
        session->hello_refused = true;
    }
}

static void mail_answered(struct session_view *view, struct session *session, unsigned code,
                          size_t transaction)
{
    view->transactions[transaction].mail_code = code;
    if (is_refusal(smtp_code_class(code)) && transaction == session->transaction) {
        session->transaction_open = false;
        session->mail_refused = true;
    }
}

static void rcpt_answered(struct session_view *view, unsigned code, size_t recipient)
{
    struct session_recipient *which = &view->recipients[recipient];

    which->code = code;
    if (smtp_code_class(code) == SMTP_CODE_2YZ && which->transaction != SESSION_NOWHERE)
        view->transactions[which->transaction].rcpt_accepted++;
}

static void auth_answered(struct session *session, enum smtp_code_class class)
{
    session->auth_open = class == SMTP_CODE_3YZ;
    if (class == SMTP_CODE_2YZ) {
        session->authenticated = true;
        session->refused_count = 0;
    } else if (is_refusal(class)) {
        session->auth_refused++;
    }
}

/* A class that no command of this kind can be answered with: from then on the client is not to
 * blame for what it does (RFC 5321 4.2, 4.3.2; RFC 821 4.4). */
static bool is_odd_class(const struct session_waiting *to, enum smtp_code_class class)
{
    if (class == SMTP_CODE_OTHER)
        return true;
    if (to->verb == SMTP_VERB_DATA)
        return class == SMTP_CODE_2YZ;
    if (to->verb == SMTP_VERB_AUTH || to->is_response)
        return false;
    return class == SMTP_CODE_3YZ;
}

static void answered_command(struct session_view *view, struct session *session,
                             const struct session_waiting *to, unsigned code)
{
    enum smtp_code_class class = smtp_code_class(code);

    if (to->verb == SMTP_VERB_EHLO || to->verb == SMTP_VERB_HELO || to->verb == SMTP_VERB_LHLO)
        hello_answered(session, to->verb, class);
    else if (to->verb == SMTP_VERB_MAIL)
        mail_answered(view, session, code, to->transaction);
    else if (to->verb == SMTP_VERB_RCPT)
        rcpt_answered(view, code, to->recipient);
    else if (to->verb == SMTP_VERB_AUTH)
        auth_answered(session, class);
    else if (to->verb == SMTP_VERB_STARTTLS && code == 220) /* no other 2yz (RFC 3207 4) */
        session->handshake_due = session->odd = true;       /* what comes now is no command */
    else if (to->verb == SMTP_VERB_QUIT)
        session->quit_answered = true;
    else if (to->verb == SMTP_VERB_DATA) {
        session->data_open = class == SMTP_CODE_3YZ;
        if (to->transaction != SESSION_NOWHERE)
            view->transactions[to->transaction].data_code = code;
    }
}

static void content_answered(struct session_view *view, const struct session *session,
                             unsigned code, const struct session_waiting *to)
{
    struct session_end end = {.code = code,
                              .mixed = session->reply_mixed,
                              .unclear = session->odd || session->reply_bare ||
                                         (session->shutting_down && code != 421)};

    if (to->transaction != SESSION_NOWHERE)
        view->transactions[to->transaction].end = end;
    if (to->recipient != SESSION_NOWHERE)
        view->recipients[to->recipient].end = end;
}

static bool remember_refused(struct session_view *view, struct session *session, size_t record,
                             struct err *err)
{
    if (!arena_grow(view->arena, (void **)&session->refused, session->refused_count,
                    sizeof(*session->refused)))
        return err_memory(err);
    session->refused[session->refused_count++] = record;
    return true;
}

static bool unit_answered(struct session_view *view, struct session *session, unsigned code,
                          struct err *err)
{
    struct session_waiting to = session->waiting[session->waiting_first++];
    enum smtp_code_class class = smtp_code_class(code);

    session->answered = to;
    session->shutting_down |= code == 421;
    session->odd |= is_odd_class(&to, class);
    if (to.is_content && session->chunks_sent && !session->last_chunk_sent)
        session->chunk_refused |= is_refusal(class);
    if (to.is_content)
        content_answered(view, session, code, &to);
    else if (to.is_response)
        auth_answered(session, class);
    else
        answered_command(view, session, &to, code);
    if (class == SMTP_CODE_5YZ && !to.is_content && !to.is_response && to.verb != SMTP_VERB_AUTH)
        return remember_refused(view, session, to.record, err);
    return true;
}

static bool reply_ended(struct session_view *view, struct session *session, unsigned code,
                        struct err *err)
{
    session->reply_code = 0;
    session->reply_lines = 0;
    session->last_reply = view->index;
    session->last_code = code;
    if (session->greeting_code == 0) {
        session->greeting_code = code;
        session->shutting_down |= code == 421;
        session->odd |=
            smtp_code_class(code) == SMTP_CODE_OTHER || smtp_code_class(code) == SMTP_CODE_3YZ;
        return true;
    }
    if (session->waiting_first == session->waiting_count) {
        if (code == 421) /* The server may shut down at any time (RFC 5321 3.8). */
            session->shut_unasked = true;
        else
            session->odd = true;
        return true;
    }
    return unit_answered(view, session, code, err);
}

/* "2500 ok" CRLF, "250 ok" and no CRLF, where the end of mail data was to be answered: no reply,
 * but a client that takes it for a 250 does not lie. Where a cut (cut.h) ended the reply that is
 * just what must not be: only CRLF ends a line (RFC 5321 2.3.8). */
void session_view_half_reply(struct session_view *view, struct session *session, struct bytes line)
{
    const struct session_waiting *to;
    unsigned code;

    if (session->waiting_first >= session->waiting_count || session->reply_cut)
        return;
    to = &session->waiting[session->waiting_first];
    if (to->is_content && to->transaction != SESSION_NOWHERE &&
        smtp_code_from(bytes_slice(line, 0, 3), &code) && smtp_code_class(code) == SMTP_CODE_2YZ)
        view->transactions[to->transaction].end.mixed = true;
}

/* What came in the place of a reply and is none: the server has said all that it says to the unit
 * that waits, and whatever comes later answers another one. With several waiting nobody knows. */
static void pass_over(struct session_view *view, struct session *session, struct bytes line)
{
    session_view_half_reply(view, session, line);
    session->odd = true;
    if (session->greeting_code == 0)
        session->greeting_code = SESSION_UNREADABLE;
    else if (session->waiting_count - session->waiting_first == 1)
        session->answered = session->waiting[session->waiting_first++];
    session->last_code = 0;
}

void session_view_give_up_reply(struct session_view *view, struct session *session)
{
    if (session->partial.size == 0 && session->reply_lines == 0)
        return;
    pass_over(view, session, session->partial);
    session->partial = BYTES_NONE;
    session->reply_code = 0;
    session->reply_lines = 0;
}

/* Reply-line = Reply-code ("-" / [SP textstring]) CRLF (RFC 5321 4.2), at most 512 octets. */
static bool reply_line(struct session_view *view, struct session *session, struct bytes line,
                       struct err *err)
{
    bool crlf = line.size >= 2 && line.data[line.size - 2] == '\r';
    struct bytes text = bytes_slice(line, 0, line.size - (crlf ? 2 : 1));
    bool to_ehlo = session->waiting_first < session->waiting_count &&
                   (session->waiting[session->waiting_first].verb == SMTP_VERB_EHLO ||
                    session->waiting[session->waiting_first].verb == SMTP_VERB_LHLO);
    unsigned code;

    if (!crlf || line.size > SMTP_REPLY_LINE_OCTETS_MAX || bytes_find(text, '\r') < text.size ||
        bytes_find(text, '\0') < text.size)
        session->odd = true;
    if (!smtp_code_from(text, &code) ||
        (text.size > 3 && text.data[3] != ' ' && text.data[3] != '-')) {
        session->odd = true;
        if (session->reply_lines == 0)
            pass_over(view, session, text);
        return true;
    }
    if (session->reply_lines == 0)
        session->reply_mixed = false;
    if (session->reply_lines == 0)
        memset(&session->reply_offers, 0, sizeof(session->reply_offers));
    else if (code != session->reply_code)
        session->odd = session->reply_mixed = true;
    else if (to_ehlo) /* A line that names no extension offers nothing. */
        (void)smtp_extensions_add(&session->reply_offers, bytes_after(text, 4), NULL);
    session->reply_bare = session->reply_lines == 0 && text.size == 3;
    session->reply_code = code;
    session->reply_lines++;
    if (text.size > 3 && text.data[3] == '-')
        return true;
    return reply_ended(view, session, code, err);
}

static bool join(struct arena *arena, struct bytes before, struct bytes *rest)
{
    char *joined = arena_alloc(arena, before.size + rest->size);

    if (!joined)
        return false;
    memcpy(joined, before.data, before.size);
    if (rest->size)
        memcpy(joined + before.size, rest->data, rest->size);
    *rest = (struct bytes){joined, before.size + rest->size};
    return true;
}

bool session_view_reply(struct session_view *view, struct session *session,
                        const struct transcript_record *record, struct err *err)
{
    struct bytes rest = record->octets;

    session->reply_cut |= (record->notes & TRANSCRIPT_NOTE(CUT)) != 0;
    if (session->partial.size && !join(view->arena, session->partial, &rest))
        return err_memory(err);
    for (size_t end; (end = bytes_find(rest, '\n')) != BYTES_NOT_FOUND;
         rest = bytes_after(rest, end + 1))
        if (!reply_line(view, session, bytes_slice(rest, 0, end + 1), err))
            return false;
    session->partial = rest;
    if (record->notes & TRANSCRIPT_NOTE(SHORTENED)) {
        session->odd = true;
        session->partial = BYTES_NONE;
    }
    return true;
}
