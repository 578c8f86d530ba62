#include "harness/profile/profile_seen.h"

#include "fakeserver/session_view.h"

static void see_case(struct profile_seen *seen, struct bytes verb)
{
    for (size_t i = 0; i < verb.size; i++) {
        seen->upper_case = seen->upper_case || (verb.data[i] >= 'A' && verb.data[i] <= 'Z');
        seen->lower_case = seen->lower_case || (verb.data[i] >= 'a' && verb.data[i] <= 'z');
    }
}

static void see_hello(struct profile_seen *seen, const struct command *command)
{
    if (seen->hello != SMTP_VERB_OTHER)
        return;
    seen->hello = command->verb;
    seen->hello_argument = command->argument;
}

static bool is_content_end(const struct transcript *transcript, size_t index)
{
    const struct transcript_record *record = NULL;
    if (index == SESSION_NOWHERE || index >= transcript_count(transcript))
        return false;
    record = transcript_at(transcript, index);
    return record->facts != NULL && record->facts->ended;
}

/* What depends on where in its session a command stands. */
static void see_place(struct profile_seen *seen, const struct transcript *transcript,
                      const struct session *session, const struct transcript_record *record,
                      enum smtp_verb verb)
{
    if (session->hello_refused && seen->after_refusal == SMTP_VERB_OTHER)
        seen->after_refusal = verb;
    if (record->secure && session->secure_units == 0 && !seen->has_first_secure) {
        seen->first_secure = verb;
        seen->has_first_secure = true;
    }
    if (session->units == 0 || !is_content_end(transcript, session->last_unit))
        return;
    if (verb == SMTP_VERB_OTHER)
        seen->content_as_commands = true;
    else if (verb != SMTP_VERB_QUIT && !seen->has_between) {
        seen->between = verb;
        seen->has_between = true;
    }
}

static void see_command(struct profile_seen *seen, const struct command *command)
{
    enum smtp_verb verb = command->verb;
    seen->commands |= PROFILE_VERB_BIT(verb);
    if (verb != SMTP_VERB_OTHER)
        see_case(seen, command->verb_text);
    if (verb == SMTP_VERB_EHLO || verb == SMTP_VERB_HELO || verb == SMTP_VERB_LHLO)
        see_hello(seen, command);
    if (verb == SMTP_VERB_MAIL && seen->mails++ == 0)
        seen->mail = *command;
    if (verb == SMTP_VERB_RCPT)
        seen->rcpts++;
    if ((verb == SMTP_VERB_DATA || verb == SMTP_VERB_BDAT) && seen->transfer == SMTP_VERB_OTHER)
        seen->transfer = verb;
    if (verb == SMTP_VERB_QUIT)
        seen->quit_sent = true;
    if (verb == SMTP_VERB_AUTH && seen->mechanism.data == NULL) {
        seen->mechanism = command->mechanism;
        seen->has_initial_response = command->initial_response.data != NULL;
    }
}

static void see_tls(struct profile_seen *seen, const struct tls_facts *tls)
{
    seen->handshakes++;
    if (tls == NULL)
        return;
    seen->resumed += tls->resumed ? 1 : 0;
    if (seen->tls == NULL)
        seen->tls = tls;
}

/* A connection that nothing was sent on tells nothing: some only try whether a server is there. */
static void see_close(struct profile_seen *seen, const struct session *session)
{
    if (session->quit_sent && !session->quit_answered)
        seen->quit_unwaited = true;
    if (!session->quit_sent && !session->server_ended && session->units > 0)
        seen->left_silently = true;
}

static void see_record(struct profile_seen *seen, const struct session_view *view,
                       const struct session *session, const struct transcript_record *record)
{
    if (session->hello_refused)
        seen->hello_refused = true;
    if (record->kind == TRANSCRIPT_CONNECTED)
        seen->connections++;
    if (record->kind == TRANSCRIPT_COMMAND) {
        see_place(seen, view->transcript, session, record, view->command.verb);
        see_command(seen, &view->command);
        if ((record->notes & TRANSCRIPT_NOTE(EARLY)) != 0)
            seen->early |= PROFILE_VERB_BIT(view->command.verb);
    }
    if (record->facts != NULL && record->facts->ended && seen->content == NULL)
        seen->content = record->facts;
    if (record->kind == TRANSCRIPT_TLS_STARTED)
        see_tls(seen, record->tls);
    if (record->kind == TRANSCRIPT_CLIENT_CLOSED || record->kind == TRANSCRIPT_CLIENT_RESET)
        see_close(seen, session);
}

bool profile_seen_gather(const struct transcript *transcript, struct arena *arena,
                         struct profile_seen *ret, struct err *err)
{
    struct session_view view;
    const struct transcript_record *record = NULL;
    struct session *session = NULL;
    *ret = (struct profile_seen){.hello = SMTP_VERB_OTHER,
                                 .after_refusal = SMTP_VERB_OTHER,
                                 .transfer = SMTP_VERB_OTHER,
                                 .between = SMTP_VERB_OTHER,
                                 .first_secure = SMTP_VERB_OTHER};
    session_view_init(&view, transcript, arena);
    while (session_view_next(&view, &record, &session, err)) {
        if (record == NULL)
            return true;
        see_record(ret, &view, session, record);
    }
    return false;
}
