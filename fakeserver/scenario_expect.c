#include "fakeserver/scenario_private.h"

#include "base/text.h"

/* One expectation being read, as words. */
struct expect_reader {
    struct scenario_parser *parser;
    const struct scenario_text *text;
    const struct scenario_word *words;
    size_t count;
    size_t at; /* the next word */
    struct expectation *expectation;
};

static const char *const outcomes[SMTP_OUTCOME_COUNT] = {
#define X(name, word, status) word,
    SMTP_OUTCOME_TABLE(X)
#undef X
};

static const char *const stages[SMTP_STAGE_COUNT] = {
#define X(name, word) word,
    SMTP_STAGE_TABLE(X)
#undef X
};

static bool at_end(const struct expect_reader *reader)
{
    return reader->at >= reader->count;
}

static struct bytes word_at(const struct expect_reader *reader, size_t index)
{
    return index < reader->count ? reader->words[index].octets : BYTES_NONE;
}

static size_t offset_at(const struct expect_reader *reader, size_t index)
{
    return index < reader->count ? reader->words[index].at : reader->text->octets.size;
}

static bool is_word(const struct expect_reader *reader, size_t index, const char *word)
{
    return bytes_equal(word_at(reader, index), bytes_of(word));
}

/* `expected WHAT; got "…"`, or that the line ended. */
static bool fail_expected(const struct expect_reader *reader, const char *what)
{
    if (at_end(reader))
        return scenario_fail(reader->text, reader->text->octets.size, reader->parser->err,
                             "expected %s; the line ends here", what);
    return scenario_fail(reader->text, offset_at(reader, reader->at), reader->parser->err,
                         "expected %s; got \"%s\"", what,
                         text_show(word_at(reader, reader->at)).text);
}

static bool take(struct expect_reader *reader, const char *word)
{
    if (!is_word(reader, reader->at, word))
        return false;
    reader->at++;
    return true;
}

static bool check_end(const struct expect_reader *reader)
{
    return at_end(reader) || fail_expected(reader, "the end of the line");
}

/* ---- outcomes ------------------------------------------------------------------------------- */

static bool is_outcome(struct bytes word)
{
    enum smtp_outcome outcome;
    struct bytes first;

    return bytes_next(&word, '|', &first) && smtp_outcome_from_word(first, &outcome);
}

static bool parse_outcomes(struct expect_reader *reader)
{
    struct bytes rest = word_at(reader, reader->at);
    size_t at = offset_at(reader, reader->at);
    struct bytes word;

    if (rest.size == 0)
        return fail_expected(reader, "an outcome");
    while (rest.data && bytes_next(&rest, '|', &word)) {
        enum smtp_outcome outcome;

        if (!smtp_outcome_from_word(word, &outcome))
            return scenario_fail_unknown(reader->text, at, reader->parser->err, "outcome", word,
                                         outcomes, SMTP_OUTCOME_COUNT);
        reader->expectation->outcomes |= 1U << outcome;
        at += word.size + 1;
    }
    reader->at++;
    return true;
}

static bool parse_code(struct expect_reader *reader)
{
    unsigned long long code;
    struct bytes word = word_at(reader, reader->at);

    if (word.size != 3 || !bytes_to_number(word, 999, &code))
        return fail_expected(reader, "a reply code of three digits");
    reader->expectation->code = (unsigned)code;
    reader->at++;
    return true;
}

/* OUTCOME|OUTCOME [at STAGE] [code N] */
static bool parse_outcome_tail(struct expect_reader *reader)
{
    struct expectation *expectation = reader->expectation;

    expectation->kind = EXPECT_OUTCOME;
    if (take(reader, "never"))
        expectation->negated = true;
    if (!parse_outcomes(reader))
        return false;
    if (take(reader, "at")) {
        if (at_end(reader))
            return fail_expected(reader, "a stage");
        if (!smtp_stage_from_word(word_at(reader, reader->at), &expectation->stage))
            return scenario_fail_unknown(reader->text, offset_at(reader, reader->at),
                                         reader->parser->err, "stage", word_at(reader, reader->at),
                                         stages, SMTP_STAGE_COUNT);
        expectation->has_stage = true;
        reader->at++;
    }
    return !take(reader, "code") || parse_code(reader);
}

/* ---- patterns ------------------------------------------------------------------------------- */

/* Index of the first of these words; the word count: none. A pattern ends there. */
static size_t find_border(const struct expect_reader *reader)
{
    static const char *const borders[] = {"before", "after", "<=", ">=", "=", "==", "<", ">"};
    size_t index = reader->at;

    for (; index < reader->count; index++)
        for (size_t i = 0; i < sizeof(borders) / sizeof(borders[0]); i++)
            if (is_word(reader, index, borders[i]))
                return index;
    return index;
}

/* The words first..last as a pattern. */
static bool parse_words(struct expect_reader *reader, size_t first, size_t last,
                        const struct pattern **ret)
{
    const struct scenario_word *end = &reader->words[last - 1];

    return scenario_parse_pattern(reader->parser, reader->text, reader->words[first].at,
                                  end->at + end->octets.size, PATTERN_USE_EXPECTATION, ret);
}

/* PATTERN [under tls|plain] */
static bool parse_pattern(struct expect_reader *reader, const struct pattern **ret)
{
    size_t first = reader->at;
    size_t border = find_border(reader);
    bool has_under = border >= first + 2 && is_word(reader, border - 2, "under");
    enum pattern_under under = PATTERN_UNDER_ANY;

    if (border == first || (has_under && border == first + 2))
        return fail_expected(reader, "a pattern");
    if (has_under && is_word(reader, border - 1, "tls"))
        under = PATTERN_UNDER_TLS;
    if (has_under && is_word(reader, border - 1, "plain"))
        under = PATTERN_UNDER_PLAIN;
    reader->at = border - 1;
    if (has_under && under == PATTERN_UNDER_ANY)
        return fail_expected(reader, "tls or plain behind under");
    if (!parse_words(reader, first, has_under ? border - 2 : border, ret))
        return false;
    /* The pattern was made a moment ago, for this expectation alone. */
    ((struct pattern *)(uintptr_t)*ret)->under = under;
    reader->at = border;
    return true;
}

/* <= N, = N, >= N */
static bool parse_compare(struct expect_reader *reader)
{
    struct expectation *expectation = reader->expectation;

    if (take(reader, "<="))
        expectation->compare = EXPECT_AT_MOST;
    else if (take(reader, ">="))
        expectation->compare = EXPECT_AT_LEAST;
    else if (take(reader, "="))
        expectation->compare = EXPECT_EXACTLY;
    else
        return fail_expected(reader, "<=, = or >=");
    if (!bytes_to_number(word_at(reader, reader->at), 1000000000, &expectation->number))
        return fail_expected(reader, "a number");
    reader->at++;
    return true;
}

/* never PATTERN [after PATTERN | before PATTERN], never OUTCOME */
static bool parse_never(struct expect_reader *reader)
{
    struct expectation *expectation = reader->expectation;

    if (is_outcome(word_at(reader, reader->at))) {
        expectation->negated = true;
        return parse_outcome_tail(reader);
    }
    expectation->kind = EXPECT_NEVER;
    if (!parse_pattern(reader, &expectation->pattern))
        return false;
    if (take(reader, "before")) {
        expectation->kind = EXPECT_BEFORE;
        expectation->negated = true;
        return parse_pattern(reader, &expectation->other);
    }
    return !take(reader, "after") || parse_pattern(reader, &expectation->other);
}

static bool parse_count(struct expect_reader *reader)
{
    reader->expectation->kind = EXPECT_COUNT;
    if (find_border(reader) == reader->count) {
        reader->at = reader->count;
        return fail_expected(reader, "<=, = or >= behind the pattern");
    }
    return parse_pattern(reader, &reader->expectation->pattern) && parse_compare(reader);
}

static bool parse_next(struct expect_reader *reader)
{
    reader->expectation->kind = EXPECT_NEXT;
    if (!parse_pattern(reader, &reader->expectation->pattern))
        return false;
    if (!take(reader, "after"))
        return fail_expected(reader, "after and a pattern");
    return parse_pattern(reader, &reader->expectation->other);
}

static bool parse_message_word(struct expect_reader *reader)
{
    reader->expectation->kind = EXPECT_MESSAGE;
    return take(reader, "intact") || fail_expected(reader, "intact");
}

/* report CODE, report "text", or both with | between them: either will do. */
static bool parse_report(struct expect_reader *reader)
{
    struct expectation *expectation = reader->expectation;
    struct bytes word = word_at(reader, reader->at);
    size_t at = offset_at(reader, reader->at);
    unsigned long long code;

    expectation->kind = EXPECT_REPORT;
    if (at_end(reader))
        return fail_expected(reader, "a reply code or a string");
    if (word.data[0] != '"') {
        struct bytes digits = bytes_slice(word, 0, bytes_find(word, '|'));

        if (digits.size != 3 || !bytes_to_number(digits, 999, &code))
            return fail_expected(reader, "a reply code or a string");
        expectation->code = (unsigned)code;
        word = bytes_after(word, digits.size + 1);
        at += digits.size + 1;
    }
    if (word.size > 0 && word.data[0] != '"')
        return scenario_fail(reader->text, at, reader->parser->err, "expected a string behind |");
    if (word.size > 0 && !scenario_word_octets(reader->text, word, at, reader->parser->arena,
                                               &expectation->text, reader->parser->err))
        return false;
    reader->at++;
    return true;
}

static bool parse_connections(struct expect_reader *reader)
{
    reader->expectation->kind = EXPECT_CONNECTIONS;
    return parse_compare(reader);
}

/* gives up between 5m and 30m */
static bool parse_gives(struct expect_reader *reader)
{
    struct expectation *expectation = reader->expectation;

    expectation->kind = EXPECT_GIVES_UP;
    if (!take(reader, "up"))
        return fail_expected(reader, "up");
    if (!take(reader, "between"))
        return fail_expected(reader, "between");
    if (!scenario_duration(word_at(reader, reader->at), &expectation->from_ms))
        return fail_expected(reader, "a time such as 5m");
    reader->at++;
    if (!take(reader, "and"))
        return fail_expected(reader, "and");
    if (!scenario_duration(word_at(reader, reader->at), &expectation->to_ms) ||
        expectation->to_ms < expectation->from_ms)
        return fail_expected(reader, "a time not before the first one");
    reader->at++;
    return true;
}

/* tls 1.2.. | tls name */
static bool parse_tls(struct expect_reader *reader)
{
    struct bytes word = word_at(reader, reader->at);
    struct expectation *expectation = reader->expectation;

    expectation->kind = EXPECT_TLS;
    expectation->tls_name = bytes_equal(word, BYTES_LITERAL("name"));
    if (!expectation->tls_name &&
        (word.size != 5 || !bytes_equal(bytes_after(word, 3), BYTES_LITERAL("..")) ||
         !tls_version_from_word(bytes_slice(word, 0, 3), &expectation->tls_version)))
        return fail_expected(reader, "the lowest version, such as 1.2.., or name");
    reader->at++;
    return true;
}

/* ---- the first word ------------------------------------------------------------------------- */

static const struct {
    const char *word;
    bool (*parse)(struct expect_reader *reader);
} kinds[] = {
    {"outcome",     parse_outcome_tail},
    {"never",       parse_never       },
    {"count",       parse_count       },
    {"next",        parse_next        },
    {"message",     parse_message_word},
    {"report",      parse_report      },
    {"connections", parse_connections },
    {"gives",       parse_gives       },
    {"tls",         parse_tls         },
};
enum { KIND_COUNT = sizeof(kinds) / sizeof(kinds[0]) };

static bool parse_before(struct expect_reader *reader)
{
    const char *known[KIND_COUNT];
    struct bytes first = word_at(reader, reader->at);
    size_t at = reader->at;

    if (find_border(reader) == reader->count && first.size > 0 && first.data[0] != '/' &&
        first.data[0] != '"') {
        for (size_t i = 0; i < KIND_COUNT; i++)
            known[i] = kinds[i].word;
        if (smtp_verb_from(first) == SMTP_VERB_OTHER)
            return scenario_fail_unknown(reader->text, offset_at(reader, at), reader->parser->err,
                                         "expectation", first, known, KIND_COUNT);
    }
    reader->expectation->kind = EXPECT_BEFORE;
    if (!parse_pattern(reader, &reader->expectation->pattern))
        return false;
    if (!take(reader, "before"))
        return fail_expected(reader, "before and a pattern");
    return parse_pattern(reader, &reader->expectation->other);
}

/* An address, or <address> for one without @. */
static bool is_address(struct bytes word)
{
    bool has_brackets = word.size > 2 && word.data[0] == '<' && word.data[word.size - 1] == '>';

    return has_brackets || (word.size > 0 && word.data[0] != '/' && word.data[0] != '"' &&
                            bytes_find(word, '@') != BYTES_NOT_FOUND);
}

static bool parse_address(struct expect_reader *reader)
{
    struct bytes word = word_at(reader, reader->at);

    if (word.size > 0 && word.data[0] == '<')
        word = bytes_slice(word, 1, word.size - 1);
    reader->expectation->address = word;
    reader->at++;
    return parse_outcome_tail(reader);
}

static bool parse_kind(struct expect_reader *reader)
{
    if (at_end(reader))
        return fail_expected(reader, "an expectation");
    for (size_t i = 0; i < KIND_COUNT; i++)
        if (take(reader, kinds[i].word))
            return kinds[i].parse(reader);
    if (is_address(word_at(reader, reader->at)))
        return parse_address(reader);
    return parse_before(reader);
}

static void parse_level(struct expect_reader *reader)
{
    bool is_should = is_word(reader, reader->at, "should");

    if (!is_should && !is_word(reader, reader->at, "must"))
        return;
    reader->expectation->has_level = true;
    reader->expectation->level = is_should ? FINDING_SHOULD : FINDING_MUST;
    reader->at++;
}

bool scenario_parse_expectation(struct scenario_parser *parser, const struct scenario_text *text)
{
    struct scenario *scenario = parser->scenario;
    struct expectation expectation = {
        .line = text->line,
        .column = scenario_text_column(text, 0),
        .written = text->octets,
    };
    struct expect_reader reader = {.parser = parser, .text = text, .expectation = &expectation};
    struct scenario_word *words;

    if (!scenario_words(text, parser->arena, &words, &reader.count, parser->err))
        return false;
    reader.words = words;
    parse_level(&reader);
    if (!parse_kind(&reader) || !check_end(&reader))
        return false;
    if (!arena_grow(parser->arena, (void **)&parser->expectations, scenario->expectation_count,
                    sizeof(expectation)))
        return scenario_fail_room(text, parser->err);
    parser->expectations[scenario->expectation_count++] = expectation;
    return true;
}
