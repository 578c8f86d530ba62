#include "harness/import/import_dialogue.h"

#include "base/text.h"
#include "harness/import/import_line.h"

#include <stdint.h>

struct reading {
    struct arena *arena;
    struct import_line *lines;
    size_t line_count;
    size_t last_dot; /* index of the last line that is a dot alone; SIZE_MAX = none */
    struct import_dialogue *dialogue;
    struct import_counts *counts;
    size_t answered;                 /* units whose replies are whole */
    bool open;                       /* the last reply line was not the last of its reply */
    bool in_data;                    /* 354 was said */
    bool in_auth;                    /* 334 was said */
    struct import_reply_line *whole; /* the last whole reply … */
    struct import_reply_line *again; /* … and the line of it that would come if it were repeated */
};

/* ---- what a line is, by itself --------------------------------------------------------------- */

/* Reply-code (RFC 5321 4.2), with a separator or alone. */
static unsigned reply_code(struct bytes text)
{
    unsigned code = 0;

    if (text.size < 3 || text.data[0] < '2' || text.data[0] > '5')
        return 0;
    for (size_t i = 0; i < 3; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return 0;
        code = code * 10 + (unsigned)(text.data[i] - '0');
    }
    return text.size == 3 || text.data[3] == ' ' || text.data[3] == '-' ? code : 0;
}

static bool is_last_line(struct bytes text)
{
    return text.size == 3 || text.data[3] != '-';
}

static bool fits_verb(enum smtp_verb verb, struct bytes rest)
{
    switch (verb) {
    case SMTP_VERB_MAIL:
        return bytes_starts_with_nocase(rest, BYTES_LITERAL("FROM:"));
    case SMTP_VERB_RCPT:
        return bytes_starts_with_nocase(rest, BYTES_LITERAL("TO:"));
    case SMTP_VERB_DATA:
    case SMTP_VERB_RSET:
    case SMTP_VERB_QUIT:
    case SMTP_VERB_STARTTLS:
        return rest.size == 0;
    case SMTP_VERB_EHLO:
    case SMTP_VERB_HELO:
    case SMTP_VERB_LHLO:
    case SMTP_VERB_AUTH:
    case SMTP_VERB_BDAT:
    case SMTP_VERB_VRFY:
    case SMTP_VERB_EXPN:
    case SMTP_VERB_ETRN:
        return rest.size > 0 && bytes_find(rest, ':') != 0;
    case SMTP_VERB_NOOP:
    case SMTP_VERB_HELP:
        return bytes_find(rest, ' ') == BYTES_NOT_FOUND;
    case SMTP_VERB_BURL:
    case SMTP_VERB_ATRN:
    case SMTP_VERB_TURN:
    case SMTP_VERB_SEND:
    case SMTP_VERB_SOML:
    case SMTP_VERB_SAML:
    case SMTP_VERB_XCLIENT:
    case SMTP_VERB_OTHER:
    case SMTP_VERB_COUNT:
        break;
    }
    return false;
}

enum smtp_verb import_command_verb(struct bytes text)
{
    struct bytes rest = text;
    struct bytes word;
    enum smtp_verb verb;

    if (!bytes_next_word(&rest, &word))
        return SMTP_VERB_OTHER;
    verb = smtp_verb_from(word);
    return fits_verb(verb, bytes_trim(rest)) ? verb : SMTP_VERB_OTHER;
}

static enum import_hint by_content(struct bytes text)
{
    if (reply_code(text) > 0)
        return IMPORT_HINT_SERVER;
    return import_command_verb(text) != SMTP_VERB_OTHER ? IMPORT_HINT_CLIENT : IMPORT_HINT_NONE;
}

static enum import_hint hint_of(const struct reading *reading, const struct import_line *line)
{
    if (!reading->counts->inverted || line->hint == IMPORT_HINT_NONE ||
        line->hint == IMPORT_HINT_NOISE)
        return line->hint;
    return line->hint == IMPORT_HINT_CLIENT ? IMPORT_HINT_SERVER : IMPORT_HINT_CLIENT;
}

static enum import_proof proof_of(const struct reading *reading, const struct import_line *line,
                                  enum import_hint side)
{
    enum import_hint hint = hint_of(reading, line);

    if (hint == IMPORT_HINT_NONE)
        return IMPORT_PROOF_CONTENT;
    return hint == side ? IMPORT_PROOF_BOTH : IMPORT_PROOF_AGAINST;
}

/* ---- units and replies ----------------------------------------------------------------------- */

static bool add_unit(struct reading *reading, const struct import_unit *unit)
{
    struct import_dialogue *dialogue = reading->dialogue;
    void *items = dialogue->units;

    if (!arena_grow(reading->arena, &items, dialogue->count, sizeof(*dialogue->units)))
        return false;
    dialogue->units = items;
    dialogue->units[dialogue->count++] = *unit;
    reading->in_data = reading->in_auth = false;
    reading->again = NULL;
    reading->counts->client += unit->kind != IMPORT_CONNECTION;
    return true;
}

static struct import_unit *unanswered(struct reading *reading)
{
    struct import_dialogue *dialogue = reading->dialogue;

    if (reading->answered < dialogue->count)
        return &dialogue->units[reading->answered];
    return &dialogue->units[dialogue->count - 1]; /* the server said more than it was asked */
}

/* A reply that is there already, whole: some programs log each line, then all of them. */
static bool repeats(struct reading *reading, struct bytes text)
{
    struct import_reply_line *line = reading->again != NULL ? reading->again : reading->whole;

    if (reading->open || line == NULL || reading->answered < reading->dialogue->count ||
        !bytes_equal(line->text, text))
        return false;
    reading->again = line->next;
    reading->counts->doubles++;
    return true;
}

static void end_reply(struct reading *reading, struct import_unit *unit, unsigned code)
{
    unit->code = code;
    reading->whole = unit->reply;
    reading->in_data =
        code >= 300 && code < 400 && unit->verb == SMTP_VERB_DATA && unit->kind == IMPORT_COMMAND;
    reading->in_auth = code == 334;
    if (reading->answered < reading->dialogue->count)
        reading->answered++;
}

static bool add_reply_line(struct reading *reading, struct bytes text, enum import_proof proof)
{
    struct import_unit *unit = unanswered(reading);
    struct import_reply_line *line;

    if (unit->last != NULL && reading->open && bytes_equal(unit->last->text, text)) {
        reading->counts->doubles++;
        return true;
    }
    if (repeats(reading, text))
        return true;
    line = arena_alloc(reading->arena, sizeof(*line));
    if (line == NULL)
        return false;
    line->text = text;
    line->proof = proof;
    if (unit->last != NULL)
        unit->last->next = line;
    else
        unit->reply = line;
    unit->last = line;
    reading->counts->server++;
    reading->open = !is_last_line(text);
    if (!reading->open)
        end_reply(reading, unit, reply_code(text));
    return true;
}

static bool is_double(const struct reading *reading, struct bytes text)
{
    const struct import_dialogue *dialogue = reading->dialogue;
    const struct import_unit *last = &dialogue->units[dialogue->count - 1];

    return last->kind == IMPORT_COMMAND && last->reply == NULL && bytes_equal(last->text, text);
}

static bool add_command(struct reading *reading, struct bytes text, enum import_proof proof)
{
    reading->open = false;
    if (is_double(reading, text)) {
        reading->counts->doubles++;
        return true;
    }
    return add_unit(reading, &(struct import_unit){.kind = IMPORT_COMMAND,
                                                   .verb = import_command_verb(text),
                                                   .text = text,
                                                   .proof = proof});
}

/* ---- line by line ---------------------------------------------------------------------------- */

static bool is_dot(struct bytes text)
{
    return text.size == 1 && text.data[0] == '.';
}

/* Inside mail data; true: the line is a part of it. Some logs leave the content out. */
static bool take_content(struct reading *reading, size_t index, bool *ret_ok)
{
    const struct import_line *line = &reading->lines[index];
    enum import_hint hint = hint_of(reading, line);
    bool more = reading->last_dot != SIZE_MAX && index <= reading->last_dot;
    bool reply = reply_code(line->text) > 0;

    *ret_ok = true;
    if (hint == IMPORT_HINT_SERVER || (hint == IMPORT_HINT_NONE && reply && !more)) {
        /* The end indication was sent, though the log does not show it. */
        *ret_ok = add_unit(
            reading, &(struct import_unit){.kind = IMPORT_CONTENT, .proof = IMPORT_PROOF_PLACE});
        return false;
    }
    if (is_dot(line->text))
        *ret_ok = add_unit(
            reading, &(struct import_unit){.kind = IMPORT_CONTENT,
                                           .proof = proof_of(reading, line, IMPORT_HINT_CLIENT)});
    return true;
}

static bool take_text(struct reading *reading, size_t index, struct bytes text)
{
    const struct import_line *line = &reading->lines[index];
    enum import_hint side = by_content(text);

    /* A response has no blank in it, and may look like QUIT or DATA. */
    if (reading->in_auth && side != IMPORT_HINT_SERVER && text.size > 0 &&
        (side == IMPORT_HINT_NONE || bytes_find(text, ' ') == BYTES_NOT_FOUND))
        return add_unit(reading, &(struct import_unit){.kind = IMPORT_RESPONSE,
                                                       .text = text,
                                                       .proof = IMPORT_PROOF_PLACE});
    if (side == IMPORT_HINT_SERVER)
        return add_reply_line(reading, text, proof_of(reading, line, side));
    if (side == IMPORT_HINT_CLIENT)
        return add_command(reading, text, proof_of(reading, line, side));
    reading->counts->passed++;
    return true;
}

static bool take_line(struct reading *reading, size_t index)
{
    struct bytes rest = reading->lines[index].text;
    struct bytes text;
    bool ok;

    if (reading->lines[index].hint == IMPORT_HINT_NOISE) {
        reading->counts->passed++;
        return true;
    }
    if (reading->in_data && take_content(reading, index, &ok))
        return ok;
    if (rest.size == 0)
        reading->counts->passed++;
    while (bytes_next(&rest, '\n', &text))
        if (!take_text(reading, index, bytes_trim(text)))
            return false;
    return true;
}

static bool read_lines(struct reading *reading, struct bytes log, struct err *err)
{
    struct bytes line;

    while (bytes_next(&log, '\n', &line)) {
        void *items = reading->lines;

        if (reading->line_count == IMPORT_LINES_MAX)
            return err_set(err, ERR_LIMIT, "a log of more than %d lines", IMPORT_LINES_MAX);
        if (!arena_grow(reading->arena, &items, reading->line_count, sizeof(*reading->lines)))
            return err_memory(err);
        reading->lines = items;
        if (!import_line_read(line, reading->arena, &reading->lines[reading->line_count]))
            return err_memory(err);
        if (is_dot(reading->lines[reading->line_count].text))
            reading->last_dot = reading->line_count;
        reading->line_count++;
    }
    reading->counts->lines = reading->line_count;
    return true;
}

static void ask_marks(struct reading *reading)
{
    for (size_t i = 0; i < reading->line_count; i++) {
        enum import_hint side = by_content(reading->lines[i].text);

        if (side == IMPORT_HINT_NONE || reading->lines[i].hint == IMPORT_HINT_NONE ||
            reading->lines[i].hint == IMPORT_HINT_NOISE)
            continue;
        if (side == reading->lines[i].hint)
            reading->counts->agreed++;
        else
            reading->counts->contradicted++;
    }
    reading->counts->inverted = reading->counts->contradicted > reading->counts->agreed;
}

bool import_dialogue_read(struct bytes log, struct arena *arena, struct import_dialogue *ret,
                          struct import_counts *counts, struct err *err)
{
    struct reading reading = {
        .arena = arena, .dialogue = ret, .counts = counts, .last_dot = SIZE_MAX};

    *ret = (struct import_dialogue){.units = NULL};
    *counts = (struct import_counts){0};
    if (!read_lines(&reading, log, err))
        return false;
    ask_marks(&reading);
    if (!add_unit(&reading, &(struct import_unit){.kind = IMPORT_CONNECTION}))
        return err_memory(err);
    for (size_t i = 0; i < reading.line_count; i++) {
        /* A log that begins with a command shows no greeting. */
        if (ret->count > 1 && ret->units[0].reply == NULL && reading.answered == 0)
            reading.answered = 1;
        if (!take_line(&reading, i))
            return err_memory(err);
    }
    if (counts->client + counts->server == 0)
        return err_set(err, ERR_SYNTAX, "no line of the log is a reply or a command of SMTP");
    return true;
}
