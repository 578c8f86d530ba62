#include "fakeserver/scenario_private.h"

#include "base/text.h"

/* An either that is not at its end yet. */
struct open_either {
    size_t step;
    size_t *branches;
    size_t branch_count;
    size_t *gotos; /* the STEP_GOTO at the end of each branch */
    size_t goto_count;
};

/* The walk over the lines of the dialogue. */
struct dialogue_reader {
    struct scenario_parser *parser;
    size_t line; /* index */
    bool in_rule;
    bool branch_begins; /* the next line is the first of a branch */
    struct open_either open[SCENARIO_EITHER_DEPTH_MAX];
    unsigned depth;
    size_t last_reply; /* index of the step before, if it is a reply; else SIZE_MAX */
};

static bool fail_room(const struct dialogue_reader *reader, const struct scenario_line *line)
{
    return err_set_at(reader->parser->err, ERR_MEMORY, line->number, 0, "out of memory");
}

/* Where the client is waited for: a `C?` that is passed over goes on at the next of these. */
static bool is_wait(const struct step *step)
{
    switch (step->kind) {
    case STEP_COMMAND:
    case STEP_OPTIONAL:
    case STEP_OCTETS:
    case STEP_MODEL:
    case STEP_EITHER:
    case STEP_GOTO:
    case STEP_END:
        return true;
    case STEP_EVENT:
        return step->event == STEP_EVENT_CLOSED;
    case STEP_REPLY:
        return false;
    }
    return false;
}

static bool add_step(struct dialogue_reader *reader, const struct scenario_line *line,
                     struct step step)
{
    struct scenario_parser *parser = reader->parser;
    size_t index = parser->scenario->step_count;

    if (!arena_grow(parser->arena, (void **)&parser->steps, index, sizeof(step)))
        return fail_room(reader, line);
    step.line = line->number;
    step.column = (unsigned)line->key_at + 1;
    step.delay_ms = line->delay_ms;
    if (parser->optional != SIZE_MAX && is_wait(&step)) {
        parser->steps[parser->optional].target = index;
        parser->optional = SIZE_MAX;
    }
    if (step.kind == STEP_OPTIONAL)
        parser->optional = index;
    reader->last_reply = step.kind == STEP_REPLY ? index : SIZE_MAX;
    parser->steps[index] = step;
    parser->scenario->step_count++;
    return true;
}

static bool add_index(struct dialogue_reader *reader, const struct scenario_line *line,
                      size_t index, size_t **list, size_t *count)
{
    if (!arena_grow(reader->parser->arena, (void **)list, *count, sizeof(**list)))
        return fail_room(reader, line);
    (*list)[(*count)++] = index;
    return true;
}

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

/* Index of the next line that says something; the line count: there is none. */
static size_t next_line(const struct scenario_file *file, size_t index)
{
    index++;
    while (index < file->line_count &&
           (file->lines[index].kind == LINE_BLANK || file->lines[index].kind == LINE_COMMENT))
        index++;
    return index;
}

/* The S: lines of one reply; a line with a wait of its own begins another segment. */
static bool parse_reply(struct dialogue_reader *reader, const struct scenario_line *line)
{
    struct scenario_parser *parser = reader->parser;
    const struct scenario_file *file = parser->file;
    struct step step = {.kind = STEP_REPLY};
    struct scenario_text text;

    buf_clear(&parser->scratch);
    for (;;) {
        size_t next = next_line(file, reader->line);

        if (!scenario_expand(parser, &file->lines[reader->line], &text))
            return false;
        if (!buf_append(&parser->scratch, text.octets) ||
            !buf_append(&parser->scratch, BYTES_LITERAL("\r\n")))
            return fail_room(reader, line);
        step.code = reply_code(text.octets);
        step.unfinished = goes_on(text.octets);
        if (!step.unfinished || next == file->line_count || file->lines[next].kind != LINE_REPLY ||
            file->lines[next].delay.size > 0 || file->lines[next].indented != line->indented)
            break;
        reader->line = next;
    }
    step.octets = arena_copy(parser->arena, buf_bytes(&parser->scratch));
    return step.octets.data ? add_step(reader, line, step) : fail_room(reader, line);
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
static bool parse_raw(struct dialogue_reader *reader, const struct scenario_line *line)
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
        if (!buf_append(&parser->scratch, octets))
            return fail_room(reader, line);
    }
    step.octets = arena_copy(parser->arena, buf_bytes(&parser->scratch));
    if (!step.octets.data)
        return fail_room(reader, line);
    step.code = reply_code(bytes_trim(last_line(step.octets)));
    step.unfinished = goes_on(bytes_trim(last_line(step.octets)));
    step.same_segment = reader->last_reply != SIZE_MAX && line->delay.size == 0;
    return add_step(reader, line, step);
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
        [STEP_EVENT_PACE] = "OCTETS/TIME such as 1/20ms",
        [STEP_EVENT_SPLIT] = "offsets such as 3,7",
    };
    struct scenario_word word;
    struct err *err = reader->parser->err;

    if (step->event == STEP_EVENT_TLS) {
        step->tls_options = bytes_trim(bytes_after(text->octets, at));
        return true;
    }
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
    if (step->event == STEP_EVENT_QUIET && !scenario_duration(word.octets, &step->duration_ms))
        return scenario_fail(text, word.at, err, "expected a time such as 1s; got \"%s\"",
                             text_show(word.octets).text);
    if (scenario_word_next(text->octets, &at, &word))
        return scenario_fail(text, word.at, err, "expected the end of the line; got \"%s\"",
                             text_show(word.octets).text);
    return true;
}

static bool parse_event(struct dialogue_reader *reader, const struct scenario_line *line)
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
    return parse_event_argument(reader, &text, at, &step) && add_step(reader, line, step);
}

/* ---- the client's lines --------------------------------------------------------------------- */

static bool parse_command(struct dialogue_reader *reader, const struct scenario_line *line)
{
    struct scenario_parser *parser = reader->parser;
    struct step step = {
        .kind = line->kind == LINE_COMMAND ? STEP_COMMAND : STEP_OPTIONAL,
        .target = SIZE_MAX,
    };
    struct scenario_text text;

    return scenario_expand(parser, line, &text) &&
           scenario_parse_pattern(parser, &text, 0, text.octets.size, PATTERN_USE_DIALOGUE,
                                  &step.pattern) &&
           add_step(reader, line, step);
}

/* C= 8192 octets */
static bool parse_octets(struct dialogue_reader *reader, const struct scenario_line *line)
{
    struct scenario_parser *parser = reader->parser;
    struct step step = {.kind = STEP_OCTETS};
    struct scenario_text text;
    struct scenario_word number;
    struct scenario_word unit;
    size_t at = 0;

    if (!scenario_expand(parser, line, &text))
        return false;
    if (!scenario_word_next(text.octets, &at, &number) ||
        !scenario_size(number.octets, &step.count) || step.count == 0)
        return scenario_fail(&text, 0, parser->err,
                             "expected a number of octets, as in C= 8192 octets");
    if (!scenario_word_next(text.octets, &at, &unit) ||
        !bytes_equal(unit.octets, BYTES_LITERAL("octets")))
        return scenario_fail(&text, at, parser->err, "expected the word octets behind the number");
    if (scenario_word_next(text.octets, &at, &unit))
        return scenario_fail(&text, unit.at, parser->err,
                             "expected the end of the line; got \"%s\"",
                             text_show(unit.octets).text);
    return add_step(reader, line, step);
}

static bool check_alone(struct dialogue_reader *reader, const struct scenario_line *line)
{
    return line->body.size == 0 ||
           err_set_at(reader->parser->err, ERR_SYNTAX, line->number, (unsigned)line->body_at + 1,
                      "expected the end of the line; got \"%s\"", text_show(line->body).text);
}

/* ---- either, or, end ------------------------------------------------------------------------ */

static bool begin_branch(struct dialogue_reader *reader, const struct scenario_line *line)
{
    struct open_either *open = &reader->open[reader->depth - 1];

    reader->branch_begins = true;
    return add_index(reader, line, reader->parser->scenario->step_count, &open->branches,
                     &open->branch_count);
}

static bool end_branch(struct dialogue_reader *reader, const struct scenario_line *line)
{
    struct open_either *open = &reader->open[reader->depth - 1];

    return add_step(reader, line, (struct step){.kind = STEP_GOTO}) &&
           add_index(reader, line, reader->parser->scenario->step_count - 1, &open->gotos,
                     &open->goto_count);
}

static bool parse_either(struct dialogue_reader *reader, const struct scenario_line *line)
{
    size_t index = reader->parser->scenario->step_count;

    if (!add_step(reader, line, (struct step){.kind = STEP_EITHER}))
        return false;
    reader->open[reader->depth++] = (struct open_either){.step = index};
    return begin_branch(reader, line);
}

static bool parse_end(struct dialogue_reader *reader, const struct scenario_line *line)
{
    struct open_either *open = &reader->open[reader->depth - 1];
    struct step *steps;

    if (!end_branch(reader, line))
        return false;
    steps = reader->parser->steps;
    steps[open->step].branches = open->branches;
    steps[open->step].branch_count = open->branch_count;
    for (size_t i = 0; i < open->goto_count; i++)
        steps[open->gotos[i]].target = reader->parser->scenario->step_count;
    reader->depth--;
    return true;
}

/* ---- rules and connections ------------------------------------------------------------------ */

static const char *const conditions[] = {"plain", "tls", "authenticated", "unauthenticated",
                                         "accepted"};
enum { CONDITION_COUNT = 5 };

/* Takes `xN` and `when WORD …` from the end of the words; what is left is the pattern. */
static bool parse_rule_tail(struct dialogue_reader *reader, const struct scenario_text *text,
                            const struct scenario_word *words, size_t *count,
                            struct standing_rule *rule)
{
    struct bytes last = *count > 0 ? words[*count - 1].octets : BYTES_NONE;
    unsigned long long times;
    size_t when = 0;

    if (*count > 1 && last.size > 1 && last.data[0] == 'x' &&
        bytes_to_number(bytes_after(last, 1), 1000000, &times)) {
        if (times == 0)
            return scenario_fail(text, words[*count - 1].at, reader->parser->err,
                                 "expected at least x1");
        rule->times = (unsigned)times;
        (*count)--;
    }
    while (when < *count && !bytes_equal(words[when].octets, BYTES_LITERAL("when")))
        when++;
    if (when < *count && when + 1 == *count)
        return scenario_fail(text, text->octets.size, reader->parser->err,
                             "expected a condition behind when");
    for (size_t i = when + 1; i < *count; i++) {
        unsigned j = 0;

        while (j < CONDITION_COUNT && !bytes_equal(words[i].octets, bytes_of(conditions[j])))
            j++;
        if (j == CONDITION_COUNT)
            return scenario_fail_unknown(text, words[i].at, reader->parser->err, "condition",
                                         words[i].octets, conditions, CONDITION_COUNT);
        rule->when |= 1U << j;
    }
    *count = when;
    return true;
}

static bool parse_rule_head(struct dialogue_reader *reader, const struct scenario_line *line,
                            struct standing_rule *rule)
{
    struct scenario_parser *parser = reader->parser;
    struct scenario_text text;
    struct scenario_word *words;
    size_t count;

    if (!scenario_expand(parser, line, &text) ||
        !scenario_words(&text, parser->arena, &words, &count, parser->err) ||
        !parse_rule_tail(reader, &text, words, &count, rule))
        return false;
    if (count == 0)
        return scenario_fail(&text, 0, parser->err, "expected a pattern or connect");
    rule->on_connect = count == 1 && bytes_equal(words[0].octets, BYTES_LITERAL("connect"));
    return rule->on_connect ||
           scenario_parse_pattern(parser, &text, 0,
                                  words[count - 1].at + words[count - 1].octets.size,
                                  PATTERN_USE_RULE, &rule->pattern);
}

static bool parse_rule(struct dialogue_reader *reader, const struct scenario_line *line)
{
    struct scenario_parser *parser = reader->parser;
    struct scenario *scenario = parser->scenario;
    size_t next = next_line(parser->file, reader->line);
    struct standing_rule rule = {.line = line->number, .first_step = scenario->step_count};

    if (!parse_rule_head(reader, line, &rule))
        return false;
    if (next == parser->file->line_count || !parser->file->lines[next].indented)
        return err_set_at(parser->err, ERR_SYNTAX, line->number, (unsigned)line->key_at + 1,
                          "a rule without its indented lines");
    if (!arena_grow(parser->arena, (void **)&parser->rules, scenario->rule_count, sizeof(rule)))
        return fail_room(reader, line);
    parser->rules[scenario->rule_count++] = rule;
    reader->in_rule = true;
    return true;
}

/* The end of the steps of a rule or of a connection, at the line that follows them. */
static bool end_steps(struct dialogue_reader *reader, const struct scenario_line *line)
{
    bool is_open = reader->in_rule || reader->parser->in_dialogue;

    reader->in_rule = false;
    reader->parser->in_dialogue = false;
    return !is_open || add_step(reader, line, (struct step){.kind = STEP_END});
}

static bool begin_connection(struct dialogue_reader *reader, const struct scenario_line *line)
{
    struct scenario *scenario = reader->parser->scenario;

    if (scenario->connection_count == SCENARIO_CONNECTIONS_MAX)
        return err_set_at(reader->parser->err, ERR_LIMIT, line->number, 0,
                          "a scenario has at most %d connections", SCENARIO_CONNECTIONS_MAX);
    scenario->connection_first[scenario->connection_count++] = scenario->step_count;
    reader->parser->in_dialogue = true;
    reader->last_reply = SIZE_MAX;
    return true;
}

static bool parse_connection(struct dialogue_reader *reader, const struct scenario_line *line)
{
    struct scenario_parser *parser = reader->parser;
    size_t expected = parser->scenario->connection_count + 1;
    unsigned long long number;

    if (!bytes_to_number(line->body, SCENARIO_CONNECTIONS_MAX, &number) || number == 0)
        return err_set_at(parser->err, ERR_SYNTAX, line->number, (unsigned)line->body_at + 1,
                          "expected the number of a connection, 1 to %d; got \"%s\"",
                          SCENARIO_CONNECTIONS_MAX, text_show(line->body).text);
    if (number != expected)
        return err_set_at(parser->err, ERR_SYNTAX, line->number, (unsigned)line->body_at + 1,
                          "expected connection %zu here", expected);
    return end_steps(reader, line) && begin_connection(reader, line);
}

/* ---- the walk ------------------------------------------------------------------------------- */

static bool parse_step(struct dialogue_reader *reader, const struct scenario_line *line)
{
    enum line_kind kind = line->kind;
    bool branch_begins = reader->branch_begins;

    if (branch_begins && kind != LINE_COMMAND && kind != LINE_EVENT)
        return err_set_at(reader->parser->err, ERR_SYNTAX, line->number, (unsigned)line->key_at + 1,
                          "a branch begins with C: or !closed");
    if (kind == LINE_REPLY)
        return parse_reply(reader, line);
    if (kind == LINE_RAW)
        return parse_raw(reader, line);
    if (kind == LINE_EVENT) {
        bool ok = parse_event(reader, line);

        reader->branch_begins = false;
        return ok;
    }
    reader->branch_begins = false;
    if (kind == LINE_COMMAND || kind == LINE_OPTIONAL)
        return parse_command(reader, line);
    if (kind == LINE_OCTETS)
        return parse_octets(reader, line);
    if (!check_alone(reader, line))
        return false;
    if (kind == LINE_MODEL)
        return add_step(reader, line, (struct step){.kind = STEP_MODEL});
    if (kind == LINE_EITHER)
        return parse_either(reader, line);
    if (kind == LINE_OR)
        return end_branch(reader, line) && begin_branch(reader, line);
    return parse_end(reader, line);
}

static bool parse_dialogue_line(struct dialogue_reader *reader, const struct scenario_line *line)
{
    if (line->kind == LINE_ON)
        return end_steps(reader, line) && parse_rule(reader, line);
    if (line->kind == LINE_CONNECTION)
        return parse_connection(reader, line);
    if (reader->in_rule && !line->indented && !end_steps(reader, line))
        return false;
    if (!reader->in_rule && !reader->parser->in_dialogue && !begin_connection(reader, line))
        return false;
    return parse_step(reader, line);
}

bool scenario_parse_dialogue(struct scenario_parser *parser)
{
    struct dialogue_reader reader = {.parser = parser, .last_reply = SIZE_MAX};
    const struct scenario_file *file = parser->file;
    struct scenario_line end = {.kind = LINE_BLANK, .number = (unsigned)file->line_count};

    while (reader.line < file->line_count) {
        const struct scenario_line *line = &file->lines[reader.line];
        enum line_place place = scenario_line_place(line->kind);

        if (place == LINE_PLACE_RULE || place == LINE_PLACE_BORDER ||
            place == LINE_PLACE_DIALOGUE || place == LINE_PLACE_ANSWER) {
            if (!parse_dialogue_line(&reader, line))
                return false;
        }
        reader.line++;
    }
    return end_steps(&reader, &end);
}
