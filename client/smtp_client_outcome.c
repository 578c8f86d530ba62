/* smtp_client_outcome.c - who gets which outcome, and in which words it is told. */
#include "base/require.h"
#include "base/text.h"
#include "client/smtp_client_private.h"
#include "client/smtp_command.h"

#include <stdarg.h>
#include <stdio.h>

const char *smtp_client_say(struct smtp_client *client, const char *format, ...)
{
    char text[sizeof client->why];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    memcpy(client->why, text, sizeof text);
    return client->why;
}

/* The lines of a reply, LF between them; kept once however many recipients it decides. */
static struct bytes keep_text(struct smtp_client *client, const struct smtp_reply *reply)
{
    size_t start = client->texts.size;
    bool fits = true;
    size_t i;

    if (client->text_is_kept)
        return client->text_kept;
    for (i = 0; i < reply->line_count && fits; i++)
        fits = (i == 0 || buf_append_octet(&client->texts, '\n')) &&
               buf_append(&client->texts, reply->lines[i]);
    if (!fits)
        client->texts.size = start; /* an outcome without its text, rather than with half of it */
    client->text_kept = bytes_after(buf_bytes(&client->texts), start);
    client->text_is_kept = true;
    return client->text_kept;
}

struct client_verdict smtp_client_verdict(struct smtp_client *client,
                                          const struct client_news *news, enum smtp_outcome outcome)
{
    struct client_verdict verdict = {
        .outcome = outcome, .stage = smtp_client_stage(client), .why = news->why ? news->why : ""};

    if (!news->reply)
        return verdict;
    verdict.code = news->reply->code;
    verdict.text = keep_text(client, news->reply);
    return verdict;
}

void smtp_client_decide(struct smtp_client *client, size_t index,
                        const struct client_verdict *verdict)
{
    struct client_recipient *recipient = &client->recipients[index];

    REQUIRE(recipient->state != RECIPIENT_DECIDED);
    recipient->state = RECIPIENT_DECIDED;
    recipient->verdict = *verdict;
    client->recipients_open--;
}

/* Those that were told to come later keep what they were told. */
void smtp_client_decide_rest(struct smtp_client *client, const struct client_verdict *verdict)
{
    size_t i;

    if (!client->has_message)
        return;
    for (i = 0; i < client->message.forward_path_count; i++) {
        enum recipient_state state = client->recipients[i].state;

        if (state == RECIPIENT_LATER)
            smtp_client_decide(client, i, &client->recipients[i].verdict);
        else if (state != RECIPIENT_DECIDED)
            smtp_client_decide(client, i, verdict);
    }
    client->has_message = false;
}

void smtp_client_fail(struct smtp_client *client, const struct client_verdict *verdict)
{
    if (!client->failed)
        client->failure = *verdict;
    client->failed = true;
    smtp_client_decide_rest(client, verdict);
}

void smtp_client_note_verification(struct smtp_client *client, const struct smtp_reply *reply)
{
    struct client_verification *one = &client->verifications[client->verifications_answered++];

    one->code = reply->code;
    one->text = keep_text(client, reply);
}

bool smtp_client_next_verification(struct smtp_client *client, struct smtp_client_event *ret)
{
    const struct client_verification *one = &client->verifications[client->verifications_told];

    if (client->verifications_told == client->verifications_answered)
        return false;
    client->verifications_told++;
    *ret = (struct smtp_client_event){
        .kind = SMTP_CLIENT_VERIFIED,
        .verification = {.name = one->name,
                         .exists = one->code == 250 || one->code == 251,
                         .code = one->code,
                         .text = one->text},
        .why = "",
    };
    return true;
}

static void tell(const struct smtp_client *client, size_t index, struct smtp_client_event *ret)
{
    const struct client_verdict *verdict = &client->recipients[index].verdict;

    *ret = (struct smtp_client_event){
        .kind = SMTP_CLIENT_RECIPIENT,
        .recipient_index = index,
        .recipient = {.address = client->message.forward_paths[index],
                      .outcome = verdict->outcome,
                      .code = verdict->code,
                      .text = verdict->text},
        .stage = verdict->stage,
        .why = verdict->why,
        .next_session = verdict->next_session,
    };
}

static void tell_message(const struct smtp_client *client, struct smtp_client_event *ret)
{
    size_t count = client->message.forward_path_count;
    size_t sent = 0;
    size_t decisive = 0;
    size_t i;

    for (i = 0; i < count; i++) {
        sent += client->recipients[i].verdict.outcome == SMTP_OUTCOME_SENT;
        if (smtp_outcome_weight(client->recipients[i].verdict.outcome) >
            smtp_outcome_weight(client->recipients[decisive].verdict.outcome))
            decisive = i;
    }
    tell(client, decisive, ret);
    ret->kind = SMTP_CLIENT_MESSAGE;
    if (sent > 0 && sent < count)
        ret->recipient.outcome = SMTP_OUTCOME_PARTIAL;
}

bool smtp_client_next_outcome(struct smtp_client *client, struct smtp_client_event *ret)
{
    size_t count = client->message.forward_path_count;

    if (client->message_told || client->has_message)
        return false;
    if (client->recipients_told < count) {
        tell(client, client->recipients_told++, ret);
        return true;
    }
    tell_message(client, ret);
    client->message_told = true;
    return true;
}
