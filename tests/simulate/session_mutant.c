#include "tests/simulate/session_private.h"

const char *session_mutant_word(enum session_mutant mutant)
{
    static const char *const words[] = {
#define X(name, word) word,
        SESSION_MUTANT_TABLE(X)
#undef X
    };

    return words[mutant];
}

static struct bytes in_seven_bits(struct session *session, struct bytes octets)
{
    buf_clear(&session->twice);
    for (size_t i = 0; i < octets.size; i++)
        (void)buf_append_octet(&session->twice, (char)(octets.data[i] & 0x7f));
    return buf_bytes(&session->twice);
}

struct bytes session_octets_of(struct session *session, size_t message)
{
    struct bytes octets = buf_bytes(&session->texts[message]);

    if (session->mutant == SESSION_MUTANT_CLEARS_EIGHTH_BIT)
        return in_seven_bits(session, octets);
    if (session->mutant != SESSION_MUTANT_SENDS_DATA_UNCLEARED || session->result.connections < 2)
        return octets;
    buf_clear(&session->twice);
    (void)(buf_append(&session->twice, octets) && buf_append(&session->twice, octets));
    return buf_bytes(&session->twice);
}

static void spoil(const struct session *session, struct smtp_client_event *event)
{
    enum smtp_outcome *outcome = &event->recipient.outcome;
    unsigned code = event->recipient.code;

    if (session->mutant == SESSION_MUTANT_SENT_ON_LOST_REPLY && *outcome == SMTP_OUTCOME_UNKNOWN)
        *outcome = SMTP_OUTCOME_SENT;
    if (*outcome != SMTP_OUTCOME_TEMPORARY)
        return;
    if (session->mutant == SESSION_MUTANT_TAKES_4YZ_FOR_5YZ && code >= 400 && code < 500)
        *outcome = SMTP_OUTCOME_PERMANENT;
    if (session->mutant == SESSION_MUTANT_PERMANENT_ON_LOSS && code == 0)
        *outcome = SMTP_OUTCOME_PERMANENT;
}

/* Of LMTP the first reply stands for all of them. */
static void spoil_others(struct session *session, struct smtp_client_event *event)
{
    if (session->mutant != SESSION_MUTANT_FIRST_REPLY_FOR_ALL || !session->lmtp ||
        event->stage != SMTP_STAGE_END_OF_DATA)
        return;
    if (!session->has_first)
        session->first = *event;
    session->has_first = true;
    event->recipient.outcome = session->first.recipient.outcome;
    event->recipient.code = session->first.recipient.code;
}

void session_spoil(struct session *session, struct smtp_client_event *event)
{
    spoil(session, event);
    spoil_others(session, event);
}
