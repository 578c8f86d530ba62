#include "fakeserver/scenario_dialogue.h"

#include "base/text.h"

/* ---- replies -------------------------------------------------------------------------------- */

/* The code of a line that begins like a reply line; 0: it does not. */
static unsigned reply_code(struct bytes line)
{
    unsigned long long code;

    if (line.size < 3 || !bytes_to_number(bytes_slice(line, 0, 3), 999, &code))
        return 0;
    return line.size > 3 && line.data[3] >= '0' && line.data[3] <= '9' ? 0 : (unsigned)code;
}

/* A reply goes on only behind three digits and "-" (RFC 5321 4.2.1). */
static bool goes_on(struct bytes line)
{
    return reply_code(line) > 0 && line.size > 3 && line.data[3] == '-';
}

/* Adds octets to the reply that is being put together. */
static bool append(struct dialogue_reader *reader, const struct scenario_line *line,
                   struct bytes octets)
{
    struct buf *scratch = &reader->parser->scratch;

    if (octets.size > buf_room(scratch))
        return err_set_at(reader->parser->err, ERR_LIMIT, line->number, 0,
                          "a reply has at most %zu octets", scratch->max);
    return buf_append(scratch, octets) || dialogue_fail_room(reader, line);
}

/* The S: lines of one reply; a line with a wait of its own begins another segment. */
bool dialogue_parse_reply(struct dialogue_reader *reader, const struct scenario_line *line)
{
    struct scenario_parser *parser = reader->parser;
    const struct scenario_file *file = parser->file;
    struct step step = {.kind = STEP_REPLY};
    struct scenario_text text;

    buf_clear(&parser->scratch);
    for (;;) {
        size_t next = dialogue_next_line(file, reader->line);

        if (!scenario_expand(parser, &file->lines[reader->line], &text))
            return false;
        if (!append(reader, line, text.octets) || !append(reader, line, BYTES_LITERAL("\r\n")))
            return false;
        step.code = reply_code(text.octets);
        step.unfinished = goes_on(text.octets);
        if (!step.unfinished || next == file->line_count || file->lines[next].kind != LINE_REPLY ||
            file->lines[next].delay.size > 0 || file->lines[next].indented != line->indented)
            break;
        reader->line = next;
    }
    step.octets = arena_copy(parser->arena, buf_bytes(&parser->scratch));
    return step.octets.data ? dialogue_add_step(reader, line, step)
                            : dialogue_fail_room(reader, line);
}

/* The last line of raw octets, when they end in one. */
static struct bytes last_line(struct bytes octets)
{
    size_t from = octets.size;

    if (octets.size == 0 || octets.data[octets.size - 1] != '\n')
        return BYTES_NONE;
    from--;
    while (from > 0 && octets.data[from - 1] != '\n')
        from--;
    return bytes_after(octets, from);
}

/* S= "octets" "octets" */
bool dialogue_parse_raw(struct dialogue_reader *reader, const struct scenario_line *line)
{
    struct scenario_parser *parser = reader->parser;
    struct step step = {.kind = STEP_REPLY, .raw = true};
    struct scenario_text text;
    struct scenario_word *words;
    size_t count;

    buf_clear(&parser->scratch);
    if (!scenario_expand(parser, line, &text) ||
        !scenario_words(&text, parser->arena, &words, &count, parser->err))
        return false;
    if (count == 0)
        return scenario_fail(&text, 0, parser->err, "expected a string, \"250 ok\\r\\n\"");
    for (size_t i = 0; i < count; i++) {
        struct bytes octets;

        if (words[i].octets.data[0] != '"')
            return scenario_fail(&text, words[i].at, parser->err,
                                 "expected a string, \"250 ok\\r\\n\"; got \"%s\"",
                                 text_show(words[i].octets).text);
        if (!scenario_word_octets(&text, words[i].octets, words[i].at, parser->arena, &octets,
                                  parser->err))
            return false;
        if (!append(reader, line, octets))
            return false;
    }
    step.octets = arena_copy(parser->arena, buf_bytes(&parser->scratch));
    if (!step.octets.data)
        return dialogue_fail_room(reader, line);
    step.code = reply_code(bytes_trim(last_line(step.octets)));
    step.unfinished = goes_on(bytes_trim(last_line(step.octets)));
    step.same_segment = reader->last_reply != SIZE_MAX && line->delay.size == 0;
    return dialogue_add_step(reader, line, step);
}

/* ---- events --------------------------------------------------------------------------------- */

static const char *const events[STEP_EVENT_COUNT] = {
#define X(name, word) word,
    STEP_EVENT_TABLE(X)
#undef X
};

static bool parse_pace(struct dialogue_reader *reader, const struct scenario_text *text,
                       const struct scenario_word *word, struct step *step)
{
    size_t slash = bytes_find(word->octets, '/');

    if (slash == BYTES_NOT_FOUND ||
        !scenario_size(bytes_slice(word->octets, 0, slash), &step->count) || step->count == 0 ||
        !scenario_duration(bytes_after(word->octets, slash + 1), &step->duration_ms) ||
        step->duration_ms == 0)
        return scenario_fail(text, word->at, reader->parser->err,
                             "expected OCTETS/TIME such as 1/20ms; got \"%s\"",
                             text_show(word->octets).text);
    return true;
}

static bool parse_split(struct dialogue_reader *reader, const struct scenario_text *text,
                        const struct scenario_word *word, struct step *step)
{
    struct bytes rest = word->octets;
    struct bytes field;

    while (bytes_next(&rest, ',', &field)) {
        unsigned long long offset;
        unsigned last = step->split_count > 0 ? step->splits[step->split_count - 1] : 0;

        if (!bytes_to_number(field, SCENARIO_LINE_OCTETS_MAX, &offset) || offset <= last)
            return scenario_fail(text, word->at, reader->parser->err,
                                 "expected ascending offsets such as 3,7; got \"%s\"",
                                 text_show(word->octets).text);
        if (step->split_count == STEP_SPLITS_MAX)
            return scenario_fail(text, word->at, reader->parser->err, "at most %d offsets",
                                 STEP_SPLITS_MAX);
        step->splits[step->split_count++] = (unsigned)offset;
    }
    return true;
}

/* What stands behind an event's word: one word, or none. */
static bool parse_event_argument(struct dialogue_reader *reader, const struct scenario_text *text,
                                 size_t at, struct step *step)
{
    static const char *const expected[STEP_EVENT_COUNT] = {
        [STEP_EVENT_QUIET] = "a time such as 1s",
        [STEP_EVENT_DEAF] = "a time such as 4m",
        [STEP_EVENT_PACE] = "OCTETS/TIME such as 1/20ms",
        [STEP_EVENT_SPLIT] = "offsets such as 3,7",
    };
    struct scenario_word word;
    struct err *err = reader->parser->err;

    if (step->event == STEP_EVENT_TLS)
        return scenario_parse_tls(reader->parser, text, at, &step->tls);
    if (!scenario_word_next(text->octets, &at, &word))
        return !expected[step->event] ||
               scenario_fail(text, at, err, "expected %s", expected[step->event]);
    if (!expected[step->event])
        return scenario_fail(text, word.at, err, "expected the end of the line; got \"%s\"",
                             text_show(word.octets).text);
    if (step->event == STEP_EVENT_PACE && !parse_pace(reader, text, &word, step))
        return false;
    if (step->event == STEP_EVENT_SPLIT && !parse_split(reader, text, &word, step))
        return false;
    if ((step->event == STEP_EVENT_QUIET || step->event == STEP_EVENT_DEAF) &&
        !scenario_duration(word.octets, &step->duration_ms))
        return scenario_fail(text, word.at, err, "expected %s; got \"%s\"", expected[step->event],
                             text_show(word.octets).text);
    if (scenario_word_next(text->octets, &at, &word))
        return scenario_fail(text, word.at, err, "expected the end of the line; got \"%s\"",
                             text_show(word.octets).text);
    return true;
}

bool dialogue_parse_event(struct dialogue_reader *reader, const struct scenario_line *line)
{
    struct scenario_parser *parser = reader->parser;
    struct step step = {.kind = STEP_EVENT};
    struct scenario_text text;
    struct scenario_word word;
    size_t at = 0;
    unsigned i = 0;

    if (!scenario_expand(parser, line, &text))
        return false;
    if (!scenario_word_next(text.octets, &at, &word) || word.at > 0)
        return scenario_fail(&text, 0, parser->err, "expected the word of an event behind !");
    while (i < STEP_EVENT_COUNT && !bytes_equal(word.octets, bytes_of(events[i])))
        i++;
    if (i == STEP_EVENT_COUNT)
        return scenario_fail_unknown(&text, 0, parser->err, "event", word.octets, events,
                                     STEP_EVENT_COUNT);
    step.event = (enum step_event)i;
    if (reader->branch_begins && step.event != STEP_EVENT_CLOSED)
        return scenario_fail(&text, 0, parser->err, "a branch begins with C: or !closed");
    return parse_event_argument(reader, &text, at, &step) && dialogue_add_step(reader, line, step);
}
