#include "harness/record/recorder.h"

#include "base/smtp_code.h"
#include "fakeserver/command.h"
#include "harness/import/import_redact.h"

static const char end_indication[] = "\r\n.\r\n";

enum { END_INDICATION_OCTETS = sizeof(end_indication) - 1, AT_LINE_START = 2 };

/* ---- units ----------------------------------------------------------------------------------- */

static struct import_unit *last_unit(struct recorder *recorder)
{
    return &recorder->dialogue.units[recorder->dialogue.count - 1];
}

static bool add_unit(struct recorder *recorder, const struct import_unit *unit)
{
    struct import_dialogue *dialogue = &recorder->dialogue;
    void *items = dialogue->units;

    if (recorder->lost || dialogue->count == RECORDER_UNITS_MAX ||
        !arena_grow(recorder->arena, &items, dialogue->count, sizeof(*unit))) {
        recorder->lost = true;
        return false;
    }
    dialogue->units = items;
    dialogue->units[dialogue->count++] = *unit;
    if (recorder->ended && dialogue->end == IMPORT_END_CLOSE)
        dialogue->end = IMPORT_END_HALF_CLOSE;
    return true;
}

bool recorder_init(struct recorder *recorder, struct arena *arena, bool implicit_tls,
                   bool keep_mail, uint64_t now_ms)
{
    *recorder = (struct recorder){.arena = arena, .last_ms = now_ms};
    recorder->dialogue.implicit_tls = implicit_tls;
    buf_init(&recorder->mail, keep_mail ? RECORDER_MAIL_OCTETS_MAX : 0);
    return add_unit(recorder, &(struct import_unit){.kind = IMPORT_CONNECTION});
}

void recorder_release(struct recorder *recorder)
{
    buf_release_secret(&recorder->mail);
}

enum recorder_expects recorder_expects(const struct recorder *recorder)
{
    return recorder->expects;
}

bool recorder_waits(const struct recorder *recorder)
{
    return recorder->waits;
}

bool recorder_is_whole(const struct recorder *recorder)
{
    return !recorder->lost;
}

struct bytes recorder_mail(const struct recorder *recorder)
{
    return recorder->mail_whole ? buf_bytes(&recorder->mail) : BYTES_NONE;
}

static struct bytes keep(struct recorder *recorder, struct bytes text)
{
    struct bytes kept = arena_copy(recorder->arena, bytes_slice(text, 0, RECORDER_LINE_OCTETS_MAX));

    recorder->lost = recorder->lost || kept.data == NULL;
    return kept.data != NULL ? kept : BYTES_NONE;
}

/* ---- what the client sends ------------------------------------------------------------------- */

static void start_content(struct recorder *recorder)
{
    recorder->expects = RECORDER_CONTENT;
    recorder->dot_at = AT_LINE_START;
    recorder->content_octets = recorder->content_lines = 0;
}

static void end_chunk(struct recorder *recorder)
{
    if (recorder->chunk_left > 0)
        return;
    recorder->expects = RECORDER_COMMAND;
    recorder->mail_whole = recorder->mail_whole ||
                           (recorder->mail.max > 0 && import_is_last_chunk(last_unit(recorder)));
}

static void take_command(struct recorder *recorder, struct bytes line)
{
    struct command command;
    struct import_unit unit = {.kind = IMPORT_COMMAND};

    command_read(line, &command);
    unit.verb = command.verb;
    unit.text = keep(recorder, command.text);
    (void)add_unit(recorder, &unit);
    recorder->waits = command.verb == SMTP_VERB_STARTTLS || command.verb == SMTP_VERB_AUTH ||
                      command.verb == SMTP_VERB_DATA;
    if (command.verb != SMTP_VERB_BDAT || !command.has_chunk)
        return;
    recorder->expects = RECORDER_CHUNK;
    recorder->chunk_left = command.chunk_octets;
    end_chunk(recorder);
}

static void take_response(struct recorder *recorder, struct bytes line)
{
    struct command command;

    command_read_response(line, &command);
    (void)add_unit(recorder, &(struct import_unit){.kind = IMPORT_RESPONSE,
                                                   .text = keep(recorder, command.text)});
    recorder->expects = RECORDER_COMMAND;
    recorder->waits = true;
}

void recorder_line(struct recorder *recorder, uint64_t now_ms, struct bytes line)
{
    recorder->last_ms = now_ms;
    if (recorder->expects == RECORDER_RESPONSE)
        take_response(recorder, line);
    else
        take_command(recorder, line);
}

static void keep_mail(struct recorder *recorder, char octet)
{
    if (recorder->mail.max == 0 || recorder->mail_whole)
        return;
    if (!buf_append_octet(&recorder->mail, octet))
        recorder->mail.max = 0;
}

/* A dot at the start of a line is not content, unless another dot follows it: then one of them is
 * (RFC 5321 4.5.2). */
static void take_content_octet(struct recorder *recorder, char octet)
{
    bool is_dot = recorder->dot_at == AT_LINE_START && octet == '.';

    if (!is_dot)
        keep_mail(recorder, octet);
    recorder->content_octets++;
    recorder->content_lines += octet == '\n';
    if (octet == end_indication[recorder->dot_at])
        recorder->dot_at++;
    else
        recorder->dot_at = octet == '\r';
}

static void end_content(struct recorder *recorder)
{
    struct import_unit unit = {.kind = IMPORT_CONTENT,
                               .content_octets = recorder->content_octets,
                               .content_lines = recorder->content_lines - 1};

    (void)add_unit(recorder, &unit);
    recorder->expects = RECORDER_COMMAND;
    if (recorder->mail.max > 0 && !recorder->mail_whole) {
        recorder->mail.size -= AT_LINE_START; /* CRLF of the end indication */
        recorder->mail_whole = true;
    }
}

static size_t take_content(struct recorder *recorder, struct bytes octets)
{
    for (size_t i = 0; i < octets.size; i++) {
        take_content_octet(recorder, octets.data[i]);
        if (recorder->dot_at < END_INDICATION_OCTETS)
            continue;
        end_content(recorder);
        return i + 1;
    }
    return octets.size;
}

size_t recorder_content(struct recorder *recorder, uint64_t now_ms, struct bytes octets)
{
    size_t used = octets.size;

    recorder->last_ms = now_ms;
    if (recorder->expects == RECORDER_CONTENT)
        return take_content(recorder, octets);
    if (recorder->chunk_left < used)
        used = (size_t)recorder->chunk_left;
    for (size_t i = 0; i < used; i++)
        keep_mail(recorder, octets.data[i]);
    recorder->chunk_left -= used;
    end_chunk(recorder);
    return used;
}

/* ---- what the server says -------------------------------------------------------------------- */

/* Mail data that a reply cuts into, or the end of the session: what came since the last cut. */
static void cut_content(struct recorder *recorder)
{
    if (recorder->expects != RECORDER_CONTENT || recorder->content_octets == 0)
        return;
    (void)add_unit(recorder, &(struct import_unit){.kind = IMPORT_CONTENT,
                                                   .is_cut = true,
                                                   .content_octets = recorder->content_octets,
                                                   .content_lines = recorder->content_lines});
    recorder->content_octets = recorder->content_lines = 0;
}

/* Replies come in the order of the commands (RFC 2920 3.1); one that nothing asked for is the last
 * unit's. */
static struct import_unit *unanswered(struct recorder *recorder)
{
    if (recorder->answered < recorder->dialogue.count)
        return &recorder->dialogue.units[recorder->answered];
    return last_unit(recorder);
}

static void add_reply_line(struct recorder *recorder, struct import_unit *unit, uint64_t now_ms,
                           struct bytes text)
{
    struct import_reply_line *line = arena_alloc(recorder->arena, sizeof(*line));

    if (line == NULL) {
        recorder->lost = true;
        return;
    }
    line->text = keep(recorder, text);
    line->delay_ms =
        recorder->in_reply || now_ms < recorder->last_ms ? 0 : now_ms - recorder->last_ms;
    if (unit->last != NULL)
        unit->last->next = line;
    else
        unit->reply = line;
    unit->last = line;
}

/* False: nothing asked for this reply. */
static bool end_reply(struct recorder *recorder, struct import_unit *unit, unsigned code)
{
    unit->code = code;
    if (recorder->answered == recorder->dialogue.count)
        return false;
    recorder->answered++;
    if (recorder->answered < recorder->dialogue.count)
        return true; /* replies to a command group are still to come */
    recorder->waits = false;
    if (code == 334 && (unit->kind == IMPORT_RESPONSE || unit->verb == SMTP_VERB_AUTH))
        recorder->expects = RECORDER_RESPONSE;
    if (code >= 300 && code < 400 && unit->kind == IMPORT_COMMAND && unit->verb == SMTP_VERB_DATA)
        start_content(recorder);
    return true;
}

bool recorder_reply_line(struct recorder *recorder, uint64_t now_ms, struct bytes line)
{
    struct bytes text = bytes_without_line_end(line);
    struct import_unit *unit;
    unsigned code = 0;

    if (recorder->lost)
        return false;
    if (!recorder->in_reply)
        cut_content(recorder);
    unit = unanswered(recorder);
    add_reply_line(recorder, unit, now_ms, text);
    recorder->last_ms = now_ms;
    recorder->in_reply = smtp_code_from(text, &code) && text.size > 3 && text.data[3] == '-';
    if (recorder->in_reply)
        return false;
    return end_reply(recorder, unit, code) && unit->kind == IMPORT_COMMAND &&
           unit->verb == SMTP_VERB_STARTTLS && code >= 200 && code < 300;
}

/* ---- the end --------------------------------------------------------------------------------- */

void recorder_ended(struct recorder *recorder, enum recorder_side side, enum engine_end how)
{
    struct import_dialogue *dialogue = &recorder->dialogue;

    if (recorder->ended)
        return;
    cut_content(recorder);
    recorder->ended = true;
    dialogue->end_unit = dialogue->count - 1;
    if (side == RECORDER_CLIENT)
        dialogue->end = IMPORT_END_CLIENT;
    else
        dialogue->end = how == ENGINE_END_FIN ? IMPORT_END_CLOSE : IMPORT_END_RESET;
}
