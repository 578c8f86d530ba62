#include "fakeserver/scenario_dialogue.h"

#include "base/text.h"

bool dialogue_fail_room(const struct dialogue_reader *reader, const struct scenario_line *line)
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

bool dialogue_add_step(struct dialogue_reader *reader, const struct scenario_line *line,
                       struct step step)
{
    struct scenario_parser *parser = reader->parser;
    size_t index = parser->scenario->step_count;

    if (!arena_grow(parser->arena, (void **)&parser->steps, index, sizeof(step)))
        return dialogue_fail_room(reader, line);
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
        return dialogue_fail_room(reader, line);
    (*list)[(*count)++] = index;
    return true;
}

/* Index of the next line that says something; the line count: there is none. */
size_t dialogue_next_line(const struct scenario_file *file, size_t index)
{
    index++;
    while (index < file->line_count &&
           (file->lines[index].kind == LINE_BLANK || file->lines[index].kind == LINE_COMMENT))
        index++;
    return index;
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
           dialogue_add_step(reader, line, step);
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
    return dialogue_add_step(reader, line, step);
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

    return dialogue_add_step(reader, line, (struct step){.kind = STEP_GOTO}) &&
           add_index(reader, line, reader->parser->scenario->step_count - 1, &open->gotos,
                     &open->goto_count);
}

static bool parse_either(struct dialogue_reader *reader, const struct scenario_line *line)
{
    size_t index = reader->parser->scenario->step_count;

    if (!dialogue_add_step(reader, line, (struct step){.kind = STEP_EITHER}))
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
    size_t next = dialogue_next_line(parser->file, reader->line);
    struct standing_rule rule = {.line = line->number, .first_step = scenario->step_count};

    if (!parse_rule_head(reader, line, &rule))
        return false;
    if (next == parser->file->line_count || !parser->file->lines[next].indented)
        return err_set_at(parser->err, ERR_SYNTAX, line->number, (unsigned)line->key_at + 1,
                          "a rule without its indented lines");
    if (!arena_grow(parser->arena, (void **)&parser->rules, scenario->rule_count, sizeof(rule)))
        return dialogue_fail_room(reader, line);
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
    return !is_open || dialogue_add_step(reader, line, (struct step){.kind = STEP_END});
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
        return dialogue_parse_reply(reader, line);
    if (kind == LINE_RAW)
        return dialogue_parse_raw(reader, line);
    if (kind == LINE_EVENT) {
        bool ok = dialogue_parse_event(reader, line);

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
        return dialogue_add_step(reader, line, (struct step){.kind = STEP_MODEL});
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
