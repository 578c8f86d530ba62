#include "fakeserver/scenario_private.h"

static bool parse_line(struct scenario_parser *parser, const struct scenario_line *line,
                       bool (*parse)(struct scenario_parser *, const struct scenario_text *))
{
    struct scenario_text text;

    return scenario_expand(parser, line, &text) && parse(parser, &text);
}

/* First what {from}, {user} … stand for: these lines may not use it. */
static bool parse_send_lines(struct scenario_parser *parser)
{
    for (size_t i = 0; i < parser->file->line_count; i++) {
        const struct scenario_line *line = &parser->file->lines[i];

        if (line->kind == LINE_SEND && !parse_line(parser, line, scenario_parse_send))
            return false;
        if (line->kind == LINE_ACCOUNT && !parse_line(parser, line, scenario_parse_account))
            return false;
    }
    if (!scenario_finish_send(parser))
        return false;
    parser->send_is_known = true;
    return true;
}

static bool parse_head_lines(struct scenario_parser *parser)
{
    for (size_t i = 0; i < parser->file->line_count; i++) {
        const struct scenario_line *line = &parser->file->lines[i];
        struct scenario_text text;

        if (scenario_line_place(line->kind) != LINE_PLACE_HEAD || line->kind == LINE_SEND ||
            line->kind == LINE_ACCOUNT || line->kind == LINE_SWEEP)
            continue;
        if (line->kind == LINE_MESSAGE) {
            if (!parse_line(parser, line, scenario_parse_message))
                return false;
            continue;
        }
        if (!scenario_expand(parser, line, &text) || !scenario_parse_head(parser, line, &text))
            return false;
    }
    return parser->is_personality || scenario_finish_message(parser);
}

static bool parse_expectations(struct scenario_parser *parser)
{
    for (size_t i = 0; i < parser->file->line_count; i++)
        if (parser->file->lines[i].kind == LINE_EXPECT &&
            !parse_line(parser, &parser->file->lines[i], scenario_parse_expectation))
            return false;
    return true;
}

/* Everything behind the send lines. */
static bool parse_rest(struct scenario_parser *parser)
{
    return parse_head_lines(parser) && scenario_parse_dialogue(parser) &&
           parse_expectations(parser);
}

static bool parse_personality(struct scenario_parser *parser)
{
    for (size_t i = 0; i < parser->file->line_count; i++) {
        const struct scenario_line *line = &parser->file->lines[i];

        if (line->kind == LINE_SEND || line->kind == LINE_MESSAGE || line->kind == LINE_ACCOUNT ||
            line->kind == LINE_SWEEP)
            return err_set_at(parser->err, ERR_SYNTAX, line->number, (unsigned)line->key_at + 1,
                              "\"%s\" does not stand in a personality",
                              scenario_line_word(line->kind));
    }
    if (!parse_rest(parser))
        return false;
    if (parser->scenario->connection_count > 0 || parser->scenario->expectation_count > 0)
        return err_set(parser->err, ERR_SYNTAX,
                       "a personality has neither dialogue nor expectations");
    return true;
}

static bool parse_instance(struct scenario_parser *parser, struct scenario *ret)
{
    struct scenario *scenario = parser->scenario;
    bool ok;

    scenario->path = parser->file->path;
    scenario->instance = scenario_file_instance_name(parser->file, parser->instance);
    scenario->level = FINDING_MUST;
    scenario->seed = parser->seed;
    parser->optional = SIZE_MAX;
    buf_init(&parser->scratch, SCENARIO_FILE_OCTETS_MAX);
    buf_init(&parser->message, SCENARIO_MESSAGE_OCTETS_MAX);
    ok = parser->is_personality ? parse_personality(parser)
                                : parse_send_lines(parser) && parse_rest(parser);
    buf_release(&parser->scratch);
    buf_release(&parser->message);
    if (!ok)
        return false;
    scenario->steps = parser->steps;
    scenario->rules = parser->rules;
    scenario->wordings = parser->wordings;
    scenario->expectations = parser->expectations;
    *ret = *scenario;
    return true;
}

bool scenario_file_instance(const struct scenario_file *file, size_t index, uint64_t seed,
                            struct arena *arena, struct scenario *ret, struct err *err)
{
    struct scenario scenario = {0};
    struct scenario_parser parser = {
        .file = file,
        .instance = index,
        .seed = seed,
        .arena = arena,
        .err = err,
        .scenario = &scenario,
    };

    return parse_instance(&parser, ret);
}

bool scenario_file_personality(const struct scenario_file *file, const struct scenario *session,
                               uint64_t seed, struct arena *arena, struct scenario *ret,
                               struct err *err)
{
    struct scenario scenario = {.send = session->send};
    struct scenario_parser parser = {
        .file = file,
        .seed = seed,
        .arena = arena,
        .err = err,
        .scenario = &scenario,
        .is_personality = true,
        .send_is_known = true,
    };

    return parse_instance(&parser, ret);
}
