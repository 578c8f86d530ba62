#include "client/smtpsend_queue.h"

#include "base/require.h"

#include <stdlib.h>

enum due_state { DUE_NOW, DUE_ELSEWHERE, DUE_NEXT_SESSION, DUE_LATER, DUE_NEVER };

struct smtpsend_due {
    enum due_state state;
};

bool smtpsend_queue_init(struct smtpsend_queue *queue, size_t messages, size_t recipients)
{
    *queue = (struct smtpsend_queue){.message_count = messages, .recipient_count = recipients};
    queue->dues = calloc(messages * recipients, sizeof queue->dues[0]);
    queue->indexes = calloc(recipients, sizeof queue->indexes[0]);
    queue->paths = calloc(recipients, sizeof queue->paths[0]);
    queue->ascii = calloc(recipients, sizeof queue->ascii[0]);
    queue->requests = calloc(recipients, sizeof queue->requests[0]);
    return queue->dues && queue->indexes && queue->paths && queue->ascii && queue->requests;
}

void smtpsend_queue_release(struct smtpsend_queue *queue)
{
    free(queue->dues);
    free(queue->indexes);
    free(queue->paths);
    free(queue->ascii);
    free(queue->requests);
    *queue = (struct smtpsend_queue){.dues = NULL};
}

static struct smtpsend_due *dues_of(const struct smtpsend_queue *queue, size_t message)
{
    return &queue->dues[message * queue->recipient_count];
}

static size_t count_due(const struct smtpsend_queue *queue, enum due_state state)
{
    size_t count = 0;
    size_t i;

    for (i = 0; i < queue->message_count * queue->recipient_count; i++)
        count += queue->dues[i].state == state;
    return count;
}

static bool is_due(const struct smtpsend_queue *queue, size_t message)
{
    size_t i;

    for (i = 0; i < queue->recipient_count; i++)
        if (dues_of(queue, message)[i].state == DUE_NOW)
            return true;
    return false;
}

bool smtpsend_queue_take(struct smtpsend_queue *queue, size_t *ret_message)
{
    while (queue->next < queue->message_count && !is_due(queue, queue->next))
        queue->next++;
    if (queue->next == queue->message_count)
        return false;
    queue->taken = queue->next++;
    *ret_message = queue->taken;
    return true;
}

void smtpsend_queue_narrow(struct smtpsend_queue *queue, struct smtp_message *message)
{
    size_t count = 0;
    size_t i;

    for (i = 0; i < queue->recipient_count; i++) {
        if (dues_of(queue, queue->taken)[i].state != DUE_NOW)
            continue;
        queue->indexes[count] = i;
        queue->paths[count] = message->forward_paths[i];
        if (message->forward_paths_ascii)
            queue->ascii[count] = message->forward_paths_ascii[i];
        if (message->rcpt_requests)
            queue->requests[count] = message->rcpt_requests[i];
        count++;
    }
    message->forward_paths = queue->paths;
    message->forward_path_count = count;
    if (message->forward_paths_ascii)
        message->forward_paths_ascii = queue->ascii;
    if (message->rcpt_requests)
        message->rcpt_requests = queue->requests;
}

/* What may have arrived is not sent again: nobody wants it twice. */
size_t smtpsend_queue_note(struct smtpsend_queue *queue, const struct smtp_client_event *event)
{
    size_t index = queue->indexes[event->recipient_index];
    struct smtpsend_due *due = &dues_of(queue, queue->taken)[index];

    REQUIRE(event->kind == SMTP_CLIENT_RECIPIENT);
    due->state = DUE_NEVER;
    if (event->next_session)
        due->state = DUE_NEXT_SESSION;
    else if (event->recipient.outcome == SMTP_OUTCOME_TEMPORARY)
        due->state = event->stage == SMTP_STAGE_GREETING ? DUE_ELSEWHERE : DUE_LATER;
    queue->decided |= due->state == DUE_NEVER;
    return index;
}

/* A session in which nobody was decided would be followed by another one like it, for ever. */
enum smtpsend_again smtpsend_queue_again(const struct smtpsend_queue *queue, bool elsewhere)
{
    bool nowhere = count_due(queue, DUE_ELSEWHERE) > 0;
    bool next_session = count_due(queue, DUE_NEXT_SESSION) > 0;

    if (nowhere && elsewhere)
        return SMTPSEND_AGAIN_ELSEWHERE;
    if (next_session && queue->decided)
        return SMTPSEND_AGAIN_AT_ONCE;
    if (nowhere || next_session || count_due(queue, DUE_LATER) > 0)
        return SMTPSEND_AGAIN_LATER;
    return SMTPSEND_AGAIN_NEVER;
}

static bool is_for(enum due_state state, enum smtpsend_again again)
{
    switch (again) {
    case SMTPSEND_AGAIN_ELSEWHERE:
        return state == DUE_ELSEWHERE;
    case SMTPSEND_AGAIN_AT_ONCE:
        return state == DUE_NEXT_SESSION;
    case SMTPSEND_AGAIN_LATER:
        return state == DUE_ELSEWHERE || state == DUE_NEXT_SESSION || state == DUE_LATER;
    case SMTPSEND_AGAIN_NEVER:
        break;
    }
    return false;
}

void smtpsend_queue_begin(struct smtpsend_queue *queue, enum smtpsend_again again)
{
    size_t i;

    for (i = 0; i < queue->message_count * queue->recipient_count; i++) {
        enum due_state *state = &queue->dues[i].state;

        if (is_for(*state, again))
            *state = DUE_NOW;
    }
    queue->next = 0;
    queue->decided = false;
}
