#include "harness/run/excerpt.h"

#include "base/require.h"
#include "base/text.h"

#include <inttypes.h>

#define INDENT "   "

static const char *event_word(enum transcript_kind kind)
{
    static const char *const words[] = {
#define X(name, word, is_unit) word,
        TRANSCRIPT_KIND_TABLE(X)
#undef X
    };
    REQUIRE(kind < TRANSCRIPT_KIND_COUNT);
    return words[kind];
}

/* `S: text` padded, and when. */
static bool write_line(struct buf *to, const char *mark, struct bytes octets, uint64_t at_ms)
{
    struct buf line;
    buf_init(&line, 8 * TRANSCRIPT_OCTETS_MAX);
    bool ok = text_escape_utf8(&line, octets);
    bool cut = line.size > EXCERPT_COLUMNS;
    size_t shown = cut ? EXCERPT_COLUMNS - 3 : line.size;
    while (cut && shown > 0 && (line.data[shown] & 0xC0) == 0x80)
        shown--; /* not inside a character */
    ok = ok && buf_printf(to, INDENT "%s", mark) &&
         buf_append(to, (struct bytes){line.data, shown}) &&
         buf_append_string(to, cut ? "..." : "");
    if (cut)
        shown += 3;
    ok = ok && buf_printf(to, "%*s  +%" PRIu64 ".%03u\n",
                          (int)(shown < EXCERPT_COLUMNS ? EXCERPT_COLUMNS - shown : 0), "",
                          at_ms / 1000, (unsigned)(at_ms % 1000));
    buf_release(&line);
    return ok;
}

static bool write_reply(struct buf *to, const struct transcript_record *record)
{
    struct bytes rest = record->octets;
    struct bytes line;
    for (int i = 0; bytes_next(&rest, '\n', &line); i++) {
        if (i == 8)
            return write_line(to, "S: ", BYTES_LITERAL("(more lines)"), record->at_ms);
        if (!write_line(to, "S: ", bytes_without_line_end(line), record->at_ms))
            return false;
    }
    return true;
}

static bool write_mail_data(struct buf *to, const struct transcript_record *record)
{
    struct buf line;
    buf_init(&line, 256);
    bool ok =
        record->facts == NULL
            ? buf_append_string(&line, "(mail data)")
            : buf_printf(&line, "(mail data: %" PRIu64 " octets, %" PRIu64 " lines%s)",
                         record->facts->octets, record->facts->lines,
                         record->facts->ended || record->kind == TRANSCRIPT_CHUNK ? ""
                                                                                  : ", not ended");
    ok = ok && write_line(to, "C: ", buf_bytes(&line), record->at_ms);
    buf_release(&line);
    return ok;
}

static bool write_record(struct buf *to, const struct transcript_record *record)
{
    switch (record->kind) {
    case TRANSCRIPT_COMMAND:
    case TRANSCRIPT_RESPONSE:
    case TRANSCRIPT_OCTETS:
        return write_line(to, "C: ", bytes_without_line_end(record->octets), record->at_ms);
    case TRANSCRIPT_MAIL_DATA:
    case TRANSCRIPT_CHUNK:
        return write_mail_data(to, record);
    case TRANSCRIPT_REPLY:
        return write_reply(to, record);
    case TRANSCRIPT_CONNECTED:
    case TRANSCRIPT_TLS_STARTED:
    case TRANSCRIPT_TLS_FAILED:
    case TRANSCRIPT_QUIET:
    case TRANSCRIPT_DEAF:
    case TRANSCRIPT_STALLED:
    case TRANSCRIPT_SERVER_HALF_CLOSED:
    case TRANSCRIPT_SERVER_CLOSED:
    case TRANSCRIPT_SERVER_RESET:
    case TRANSCRIPT_CLIENT_CLOSED:
    case TRANSCRIPT_CLIENT_RESET:
    case TRANSCRIPT_EXPIRED:
    case TRANSCRIPT_KIND_COUNT:
        break;
    }
    return write_line(to, "!", bytes_of(event_word(record->kind)), record->at_ms);
}

static bool write_caret(struct buf *to, const struct finding *finding, const char *caret)
{
    bool ok = buf_printf(to, INDENT "%s", caret);
    if (finding->expected.size > 0)
        ok = ok && buf_append_string(to, "expected ") && buf_append(to, finding->expected);
    if (finding->line > 0)
        ok = ok && buf_printf(to, " (line %u)", finding->line);
    if (finding->got.size > 0)
        ok = ok && buf_append_string(to, finding->expected.size > 0 ? "; got " : "got ") &&
             buf_append(to, finding->got);
    return ok && buf_append_octet(to, '\n');
}

static bool write_from_to(struct buf *to, const struct transcript *transcript, size_t first,
                          size_t behind, const struct finding *finding)
{
    unsigned connection = 0;
    for (size_t i = first; i < behind; i++) {
        const struct transcript_record *record = transcript_at(transcript, i);
        if (connection != 0 && record->connection != connection &&
            !buf_printf(to, INDENT "-- connection %u\n", record->connection))
            return false;
        connection = record->connection;
        if (!write_record(to, record))
            return false;
        if (finding != NULL && finding->record == i && !write_caret(to, finding, "   ^ "))
            return false;
    }
    return true;
}

bool excerpt_write(struct buf *to, const struct transcript *transcript,
                   const struct finding *finding)
{
    size_t count = transcript_count(transcript);
    bool whole_run = finding->record >= count;
    size_t at = whole_run ? count : finding->record;
    size_t first = at > EXCERPT_BEFORE ? at - EXCERPT_BEFORE : 0;
    size_t behind = at + 1 + EXCERPT_AFTER < count ? at + 1 + EXCERPT_AFTER : count;
    if (first > 0 && !buf_printf(to, INDENT "... %zu before\n", first))
        return false;
    return write_from_to(to, transcript, first, behind, finding) &&
           (!whole_run || write_caret(to, finding, ""));
}

bool excerpt_write_all(struct buf *to, const struct transcript *transcript)
{
    return write_from_to(to, transcript, 0, transcript_count(transcript), NULL);
}
