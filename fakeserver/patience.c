#include "fakeserver/patience.h"

#include "fakeserver/command.h"
#include "fakeserver/session_view.h"

static const struct {
    const char *word;
    unsigned least_s;
    const char *source;
} stages[] = {
#define X(name, word, least_s, source) {word, least_s, source},
    PATIENCE_TABLE(X)
#undef X
};

const char *patience_word(enum patience_stage stage)
{
    return stages[stage].word;
}

unsigned patience_least_s(enum patience_stage stage)
{
    return stages[stage].least_s;
}

const char *patience_source(enum patience_stage stage)
{
    return stages[stage].source;
}

static bool is_server_word(const struct transcript_record *record)
{
    return record->kind == TRANSCRIPT_REPLY || record->kind == TRANSCRIPT_CONNECTED ||
           record->kind == TRANSCRIPT_STALLED || record->kind == TRANSCRIPT_QUIET;
}

static enum smtp_verb verb_of(const struct transcript_record *record)
{
    struct command command;

    command_read(record->octets, &command);
    return command.verb;
}

static enum patience_stage stage_of_verb(enum smtp_verb verb)
{
    static const struct {
        enum smtp_verb verb;
        enum patience_stage stage;
    } rows[] = {
        {SMTP_VERB_EHLO, PATIENCE_EHLO},
        {SMTP_VERB_HELO, PATIENCE_EHLO},
        {SMTP_VERB_MAIL, PATIENCE_MAIL},
        {SMTP_VERB_RCPT, PATIENCE_RCPT},
        {SMTP_VERB_DATA, PATIENCE_DATA},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].verb == verb)
            return rows[i].stage;
    return PATIENCE_OTHER;
}

/* What was sent last on that connection before it. */
static enum patience_stage stage_before(const struct transcript *transcript, size_t silent)
{
    unsigned connection = transcript_at(transcript, silent)->connection;

    if (transcript_at(transcript, silent)->kind == TRANSCRIPT_DEAF)
        return PATIENCE_BLOCK;
    for (size_t i = silent; i > 0; i--) {
        const struct transcript_record *record = transcript_at(transcript, i - 1);

        if (record->connection != connection || !session_is_unit(record))
            continue;
        if (record->kind == TRANSCRIPT_MAIL_DATA || record->kind == TRANSCRIPT_CHUNK)
            return PATIENCE_END_OF_DATA;
        return record->kind == TRANSCRIPT_COMMAND ? stage_of_verb(verb_of(record)) : PATIENCE_OTHER;
    }
    return PATIENCE_GREETING;
}

/* It stopped to read when it had asked for mail data. */
static bool is_deaf_to_data(const struct transcript *transcript, size_t index)
{
    const struct transcript_record *deaf = transcript_at(transcript, index);

    for (size_t i = index; deaf->kind == TRANSCRIPT_DEAF && i > 0; i--) {
        const struct transcript_record *record = transcript_at(transcript, i - 1);

        if (record->connection == deaf->connection && is_server_word(record))
            return bytes_starts_with(record->octets, BYTES_LITERAL("354"));
    }
    return false;
}

/* Where the server fell silent for good, or was deaf for the first time; SIZE_MAX: it never spoke.
 */
static size_t find_silence(const struct transcript *transcript)
{
    size_t silent = SIZE_MAX;

    for (size_t i = 0; i < transcript_count(transcript); i++) {
        const struct transcript_record *record = transcript_at(transcript, i);

        if (is_server_word(record))
            silent = i;
        if (record->kind == TRANSCRIPT_STALLED)
            break;
        if (is_deaf_to_data(transcript, i))
            return i;
    }
    return silent;
}

/* The end, or the announcement of it; not what came in one group with the unit that is not
 * answered. */
static bool is_giving_up(const struct transcript_record *record, uint64_t waited_ms)
{
    enum smtp_verb verb;

    if (record->kind == TRANSCRIPT_CLIENT_CLOSED || record->kind == TRANSCRIPT_CLIENT_RESET)
        return true;
    if (record->kind != TRANSCRIPT_COMMAND || waited_ms < PATIENCE_SLACK_MS)
        return false;
    verb = verb_of(record);
    return verb == SMTP_VERB_QUIT || verb == SMTP_VERB_RSET;
}

/* What a deaf server had not read came in the end, and whole. */
static bool is_still_there(const struct transcript_record *from,
                           const struct transcript_record *record)
{
    return record->kind == TRANSCRIPT_EXPIRED ||
           (from->kind == TRANSCRIPT_DEAF && record->connection == from->connection &&
            session_is_unit(record) && (record->notes & TRANSCRIPT_NOTE(CUT)) == 0);
}

bool patience_measure(const struct transcript *transcript, struct patience *ret)
{
    size_t silent = find_silence(transcript);

    for (size_t i = silent; silent != SIZE_MAX && i < transcript_count(transcript); i++) {
        const struct transcript_record *from = transcript_at(transcript, silent);
        const struct transcript_record *record = transcript_at(transcript, i);
        uint64_t waited_ms = record->at_ms - from->at_ms;
        bool still_there = is_still_there(from, record);

        if (!still_there &&
            (record->connection != from->connection || !is_giving_up(record, waited_ms)))
            continue;
        *ret = (struct patience){.stage = stage_before(transcript, silent),
                                 .stalled = from->kind == TRANSCRIPT_STALLED ||
                                            from->kind == TRANSCRIPT_DEAF,
                                 .gave_up = !still_there,
                                 .waited_ms = waited_ms,
                                 .record = i};
        return true;
    }
    return false;
}
