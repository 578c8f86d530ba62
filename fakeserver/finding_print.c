/* finding_print.c - a finding shown in its dialogue (finding.h). */
#include "base/text.h"
#include "fakeserver/finding.h"
#include "fakeserver/transcript.h"

#include <stdio.h>

enum { TEXT_COLUMNS = 60, CONTEXT_RECORDS = 4 };

static bool is_said(enum transcript_kind kind)
{
    return kind != TRANSCRIPT_CONNECTED && kind != TRANSCRIPT_QUIET;
}

static const char *side_of(enum transcript_kind kind)
{
    switch (kind) {
    case TRANSCRIPT_COMMAND:
    case TRANSCRIPT_RESPONSE:
    case TRANSCRIPT_MAIL_DATA:
    case TRANSCRIPT_CHUNK:
    case TRANSCRIPT_OCTETS:
        return "C:";
    case TRANSCRIPT_REPLY:
        return "S:";
    case TRANSCRIPT_CLIENT_CLOSED:
    case TRANSCRIPT_CLIENT_RESET:
        return "C ";
    case TRANSCRIPT_SERVER_HALF_CLOSED:
    case TRANSCRIPT_SERVER_CLOSED:
    case TRANSCRIPT_SERVER_RESET:
    case TRANSCRIPT_STALLED:
        return "S ";
    case TRANSCRIPT_CONNECTED:
    case TRANSCRIPT_TLS_STARTED:
    case TRANSCRIPT_TLS_FAILED:
    case TRANSCRIPT_QUIET:
    case TRANSCRIPT_DEAF:
    case TRANSCRIPT_EXPIRED:
    case TRANSCRIPT_KIND_COUNT:
        return "! ";
    }
    return "! ";
}

static bool print_line(struct buf *to, const char *indent, const char *side, const char *text,
                       uint64_t ms)
{
    return buf_printf(to, "%s%s %-*s  +%llu.%03llu\n", indent, side, TEXT_COLUMNS, text,
                      (unsigned long long)(ms / 1000), (unsigned long long)(ms % 1000));
}

static bool print_record(struct buf *to, const char *indent, const struct transcript_record *record)
{
    struct bytes rest = record->octets;
    struct bytes line;
    char phrase[120];

    if (record->kind != TRANSCRIPT_COMMAND && record->kind != TRANSCRIPT_REPLY &&
        record->kind != TRANSCRIPT_RESPONSE) {
        finding_phrase_record(record, phrase, sizeof(phrase));
        return print_line(to, indent, side_of(record->kind), phrase, record->at_ms);
    }
    while (bytes_next(&rest, '\n', &line))
        if (!print_line(to, indent, side_of(record->kind),
                        text_show(bytes_without_line_end(line)).text, record->at_ms))
            return false;
    return true;
}

/* How long after the last word of the server: "… 32 ms later". */
static bool print_delay(struct buf *to, const struct transcript *transcript, size_t index)
{
    const struct transcript_record *record = transcript_at(transcript, index);

    for (size_t i = index; i-- > 0;) {
        const struct transcript_record *before = transcript_at(transcript, i);

        if (before->connection == record->connection && before->kind == TRANSCRIPT_REPLY)
            return buf_printf(to, " %llu ms later",
                              (unsigned long long)(record->at_ms - before->at_ms));
    }
    return true;
}

bool finding_print(const struct finding *finding, const struct transcript *transcript,
                   const char *indent, struct buf *to)
{
    size_t index = finding->record;
    bool in_dialogue = index < transcript_count(transcript);
    size_t from = index;
    size_t shown = 0;

    while (in_dialogue && from > 0 && shown < CONTEXT_RECORDS) {
        const struct transcript_record *before = transcript_at(transcript, --from);

        shown += before->connection == transcript_at(transcript, index)->connection &&
                 is_said(before->kind);
    }
    for (size_t i = from; in_dialogue && i <= index; i++) {
        const struct transcript_record *record = transcript_at(transcript, i);

        if (record->connection == transcript_at(transcript, index)->connection &&
            is_said(record->kind) && !print_record(to, indent, record))
            return false;
    }
    if (!buf_printf(to, "%s%sexpected %.*s", indent, in_dialogue ? "   ^ " : "",
                    BYTES_FORMAT(finding->expected)))
        return false;
    if (finding->line && !buf_printf(to, " (line %u)", finding->line))
        return false;
    if (!buf_printf(to, "; got %.*s", BYTES_FORMAT(finding->got)))
        return false;
    if (in_dialogue && !print_delay(to, transcript, index))
        return false;
    return buf_append_octet(to, '\n');
}
