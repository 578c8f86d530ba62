#include "harness/import/import_dialogue_private.h"

#include "base/text.h"

#include <stdint.h>

static enum import_hint hint_of(const struct reading *reading, const struct import_line *line)
{
    if (!reading->counts->inverted ||
        (line->hint != IMPORT_HINT_CLIENT && line->hint != IMPORT_HINT_SERVER))
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

static bool is_dot(struct bytes text)
{
    return text.size == 1 && text.data[0] == '.';
}

/* Inside mail data; true: the line is a part of it. Some logs leave the content out. */
static bool take_content(struct reading *reading, size_t index, bool *ret_ok)
{
    const struct import_line *line = &reading->lines[index].line;
    enum import_hint hint = hint_of(reading, line);
    bool more = reading->lines[index].dot_ahead;
    bool reply = import_reply_code(line->text) > 0;

    *ret_ok = true;
    if (hint == IMPORT_HINT_SERVER || (hint == IMPORT_HINT_NONE && reply && !more)) {
        if (reading_repeats(reading, line->text))
            return true;
        /* The end indication was sent, though the log does not show it. */
        *ret_ok = reading_add_unit(
            reading, &(struct import_unit){.kind = IMPORT_CONTENT, .proof = IMPORT_PROOF_PLACE});
        return false;
    }
    if (is_dot(line->text))
        *ret_ok = reading_add_unit(
            reading, &(struct import_unit){.kind = IMPORT_CONTENT,
                                           .proof = proof_of(reading, line, IMPORT_HINT_CLIENT)});
    return true;
}

/* A response whose challenge is not shown, or the rest of one that the log broke: no reply has come
 * yet. */
static bool take_rest(struct reading *reading, struct bytes text, bool *ret_ok)
{
    struct import_unit *unit = reading_last_unit(reading);
    bool auth = unit->kind == IMPORT_COMMAND && unit->verb == SMTP_VERB_AUTH;
    struct bytes joined;

    if (unit->reply != NULL || !import_is_base64(text) || (!auth && unit->kind != IMPORT_RESPONSE))
        return false;
    if (auth && import_word_count(unit->text) < 3) {
        *ret_ok = reading_add_unit(reading, &(struct import_unit){.kind = IMPORT_RESPONSE,
                                                                  .text = text,
                                                                  .proof = IMPORT_PROOF_PLACE});
        return true;
    }
    joined = arena_join(reading->arena, unit->text, text);
    *ret_ok = joined.data != NULL;
    if (*ret_ok)
        unit->text = joined;
    return true;
}

/* A word where a command is awaited, with the client's mark: one that SMTP does not have. */
static bool is_unknown_command(const struct reading *reading, const struct import_line *line,
                               struct bytes text)
{
    struct bytes verb;

    if (hint_of(reading, line) != IMPORT_HINT_CLIENT || !reading_is_begun(reading) ||
        reading->answered < reading->dialogue->count || reading->one_sided ||
        !bytes_next_word(&text, &verb) || verb.size < 3 || verb.size > 12)
        return false;
    for (size_t i = 0; i < verb.size; i++)
        if ((verb.data[i] < 'A' || verb.data[i] > 'Z') &&
            (verb.data[i] < 'a' || verb.data[i] > 'z'))
            return false;
    return true;
}

static bool take_undecided(struct reading *reading, const struct import_line *line,
                           struct bytes text)
{
    bool ok = true;

    if (take_rest(reading, text, &ok))
        return ok;
    if (is_unknown_command(reading, line, text))
        return reading_add_unit(reading, &(struct import_unit){.kind = IMPORT_COMMAND,
                                                               .verb = SMTP_VERB_OTHER,
                                                               .text = text,
                                                               .proof = IMPORT_PROOF_MARK});
    reading->counts->passed++;
    return true;
}

static bool take_text(struct reading *reading, size_t index, struct bytes text)
{
    const struct import_line *line = &reading->lines[index].line;
    enum import_hint side = import_side_of(text);

    /* A response has no blank in it, and may look like QUIT or DATA. */
    if (reading->in_auth && side != IMPORT_HINT_SERVER && text.size > 0 &&
        (side == IMPORT_HINT_NONE || bytes_find(text, ' ') == BYTES_NOT_FOUND))
        return reading_add_unit(reading, &(struct import_unit){.kind = IMPORT_RESPONSE,
                                                               .text = text,
                                                               .proof = IMPORT_PROOF_PLACE});
    if (side == IMPORT_HINT_SERVER)
        return reading_add_reply_line(reading, text, proof_of(reading, line, side));
    if (side == IMPORT_HINT_CLIENT)
        return reading_add_command(reading, text, proof_of(reading, line, side));
    return take_undecided(reading, line, text);
}

/* Where the next line of a reply with this code begins in the middle of this line; 0: nowhere. */
static size_t run_on_at(struct bytes line)
{
    for (size_t at = 4; at + 3 < line.size; at++)
        if (line.data[at - 1] != ' ' && import_reply_code(bytes_after(line, at)) > 0 &&
            bytes_equal(bytes_slice(line, at, at + 3), bytes_slice(line, 0, 3)))
            return at;
    return 0;
}

/* Some logs run the lines of a reply into each other: the last one then is not where it must be. */
static bool take_replies(struct reading *reading, size_t index, struct bytes text)
{
    bool alone = index + 1 == reading->line_count ||
                 import_side_of(reading->lines[index + 1].line.text) != IMPORT_HINT_SERVER;
    size_t at;

    while (alone && import_reply_code(text) > 0 && !import_ends_reply(text) &&
           (at = run_on_at(text)) > 0) {
        if (!take_text(reading, index, bytes_slice(text, 0, at)))
            return false;
        text = bytes_after(text, at);
    }
    return take_text(reading, index, text);
}

/* The reply to the last command, as an error repeats it. */
static bool take_error(struct reading *reading, size_t index)
{
    struct bytes text = reading->lines[index].line.text;

    if (!reading->one_sided || import_reply_code(text) == 0 ||
        reading_last_unit(reading)->kind == IMPORT_CONNECTION ||
        reading_last_unit(reading)->reply != NULL) {
        reading->counts->passed++;
        return true;
    }
    reading->answered = reading->dialogue->count - 1;
    return reading_add_reply_line(reading, text, IMPORT_PROOF_CONTENT);
}

static bool take_line(struct reading *reading, size_t index)
{
    const struct import_line *line = &reading->lines[index].line;
    struct bytes rest = line->text;
    struct bytes text;
    bool ok;

    if (line->hint == IMPORT_HINT_ERROR)
        return take_error(reading, index);
    if (line->hint == IMPORT_HINT_GAP)
        return reading_add_gap(reading, bytes_find_bytes(line->text, BYTES_LITERAL("TLS")) ==
                                            BYTES_NOT_FOUND);
    if (line->hint == IMPORT_HINT_NOISE || line->hint == IMPORT_HINT_OPENS) {
        reading->counts->passed++;
        return line->hint == IMPORT_HINT_NOISE || !reading_is_begun(reading) ||
               reading_open_session(reading);
    }
    if (reading->in_data && take_content(reading, index, &ok))
        return ok;
    if (rest.size == 0)
        reading->counts->passed++;
    while (bytes_next(&rest, '\n', &text))
        if (!take_replies(reading, index, bytes_trim(text)))
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
        if (!import_line_read(line, reading->arena, &reading->lines[reading->line_count].line))
            return err_memory(err);
        reading->line_count++;
    }
    reading->counts->lines = reading->line_count;
    return true;
}

static void look_ahead(struct reading *reading)
{
    bool dot = false;

    for (size_t i = reading->line_count; i-- > 0;) {
        struct bytes text = reading->lines[i].line.text;

        if (is_dot(text))
            dot = true;
        else if (import_command_verb(text) == SMTP_VERB_DATA)
            dot = false;
        reading->lines[i].dot_ahead = dot;
    }
}

/* A side by the mark, and by the line. */
static bool is_of(const struct import_line *line, enum import_hint side)
{
    return line->hint == side && import_side_of(line->text) == side;
}

static void ask_marks(struct reading *reading)
{
    struct import_counts *counts = reading->counts;
    size_t replies = 0;
    size_t commands = 0;

    for (size_t i = 0; i < reading->line_count; i++) {
        const struct import_line *line = &reading->lines[i].line;
        enum import_hint side = import_side_of(line->text);

        commands += is_of(line, IMPORT_HINT_CLIENT);
        replies += side == IMPORT_HINT_SERVER && line->hint != IMPORT_HINT_CLIENT &&
                   line->hint != IMPORT_HINT_ERROR;
        if (side == IMPORT_HINT_NONE ||
            (line->hint != IMPORT_HINT_CLIENT && line->hint != IMPORT_HINT_SERVER))
            continue;
        if (side == line->hint)
            counts->agreed++;
        else
            counts->contradicted++;
    }
    counts->inverted = counts->contradicted > counts->agreed;
    reading->one_sided = replies == 0 && commands > 1;
}

bool import_dialogue_read(struct bytes log, struct arena *arena, struct import_dialogue *ret,
                          struct import_counts *counts, struct err *err)
{
    struct reading reading = {.arena = arena, .dialogue = ret, .counts = counts};

    *ret = (struct import_dialogue){.units = NULL};
    *counts = (struct import_counts){0};
    if (!read_lines(&reading, log, err))
        return false;
    look_ahead(&reading);
    ask_marks(&reading);
    if (!reading_open_session(&reading))
        return err_memory(err);
    for (size_t i = 0; i < reading.line_count; i++)
        if (!take_line(&reading, i))
            return err_memory(err);
    counts->sessions = ret->sessions;
    if (counts->client + counts->server == 0)
        return err_set(err, ERR_SYNTAX, "no line of the log is a reply or a command of SMTP");
    return true;
}
