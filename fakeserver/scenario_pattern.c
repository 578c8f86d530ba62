/* PCRE2 wants to know the width of its code units before its header is read. */
#define PCRE2_CODE_UNIT_WIDTH 8

#include "fakeserver/scenario_private.h"

#include "base/text.h"

#include <pcre2.h>

/* The pattern being read: text[at..to). */
struct pattern_reader {
    struct scenario_parser *parser;
    const struct scenario_text *text;
    size_t at;
    size_t to;
    enum pattern_use use;
};

static const char *const verbs[SMTP_VERB_OTHER] = {
#define X(name, ends_group, source) #name,
    SMTP_VERB_TABLE(X)
#undef X
};

/* Compiled patterns live in the arena like everything else: nothing to free, nothing to leak. */
static void *regex_alloc(size_t octets, void *arena)
{
    return arena_alloc(arena, octets);
}

static void regex_free(void *memory, void *arena)
{
    (void)memory;
    (void)arena;
}

static bool fail_regex(struct pattern_reader *reader, size_t at, int code, size_t offset)
{
    unsigned char why[120];

    if (code == PCRE2_ERROR_HEAP_FAILED || code == PCRE2_ERROR_NOMEMORY)
        return scenario_fail_room(reader->text, reader->parser->err);
    if (pcre2_get_error_message(code, why, sizeof(why)) < 0)
        why[0] = '\0';
    return scenario_fail(reader->text, at + offset, reader->parser->err,
                         "this is no regular expression: %s", (const char *)why);
}

static bool compile_regex(struct pattern_reader *reader, struct pattern_choice *choice, size_t at,
                          bool caseless)
{
    struct arena *arena = reader->parser->arena;
    pcre2_general_context *general = pcre2_general_context_create(regex_alloc, regex_free, arena);
    pcre2_compile_context *context = general ? pcre2_compile_context_create(general) : NULL;
    uint32_t options = PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_UTF | PCRE2_NEVER_BACKSLASH_C;
    int code;
    PCRE2_SIZE offset;

    if (!context)
        return scenario_fail_room(reader->text, reader->parser->err);
    pcre2_set_max_pattern_length(context, 4096);
    pcre2_set_parens_nest_limit(context, 32);
    choice->regex =
        pcre2_compile((PCRE2_SPTR)choice->text.data, choice->text.size,
                      options | (caseless ? PCRE2_CASELESS : 0), &code, &offset, context);
    return choice->regex || fail_regex(reader, at, code, offset);
}

/* /…/ and /…/i: the slash that ends it is the first one without a backslash. */
static bool parse_regex(struct pattern_reader *reader, struct pattern_choice *choice)
{
    struct bytes octets = reader->text->octets;
    size_t from = reader->at + 1;
    size_t end = from;
    bool caseless;

    while (end < reader->to && octets.data[end] != '/')
        end += octets.data[end] == '\\' ? 2 : 1;
    if (end >= reader->to)
        return scenario_fail(reader->text, reader->at, reader->parser->err,
                             "a regular expression without its closing /");
    choice->kind = PATTERN_REGEX;
    choice->text = bytes_slice(octets, from, end);
    caseless = end + 1 < reader->to && octets.data[end + 1] == 'i';
    reader->at = end + 1 + (caseless ? 1 : 0);
    return compile_regex(reader, choice, from, caseless);
}

/* Where the choice that starts here ends: at a | in no <path> and no string, or at the end. */
static size_t choice_end(const struct pattern_reader *reader)
{
    struct bytes octets = reader->text->octets;
    bool in_path = false;
    bool in_quotes = false;

    for (size_t i = reader->at; i < reader->to; i++) {
        char octet = octets.data[i];

        if (in_quotes && octet == '\\')
            i++;
        else if (octet == '"' && (in_path || in_quotes || scenario_string_opens(octets, i)))
            in_quotes = !in_quotes;
        else if (octet == '<' && !in_quotes)
            in_path = true;
        else if (octet == '>' && !in_quotes)
            in_path = false;
        else if (octet == '|' && !in_quotes && !in_path)
            return i;
    }
    return reader->to;
}

/* ---- MAIL FROM:<path> PARAMETER=value * ----------------------------------------------------- */

static bool add_parameter(struct pattern_reader *reader, struct pattern_choice *choice,
                          struct bytes word)
{
    struct pattern_parameter *items = (struct pattern_parameter *)(uintptr_t)choice->parameters;
    size_t equals = bytes_find(word, '=');

    if (word.size == 1 && word.data[0] == '*') {
        choice->other_parameters = true;
        return true;
    }
    if (!arena_grow(reader->parser->arena, (void **)&items, choice->parameter_count,
                    sizeof(*items)))
        return scenario_fail_room(reader->text, reader->parser->err);
    items[choice->parameter_count++] = (struct pattern_parameter){
        .name = bytes_slice(word, 0, equals),
        .value = equals == BYTES_NOT_FOUND ? BYTES_NONE : bytes_after(word, equals + 1),
    };
    choice->parameters = items;
    return true;
}

/* Offset behind the > of the path that opens at `at`; 0: there is none. */
static size_t path_extent(struct bytes octets, size_t at, size_t to)
{
    bool in_quotes = false;

    for (size_t i = at; i < to; i++) {
        if (in_quotes && octets.data[i] == '\\')
            i++;
        else if (octets.data[i] == '"')
            in_quotes = !in_quotes;
        else if (octets.data[i] == '>' && !in_quotes)
            return i + 1;
    }
    return 0;
}

static bool parse_path(struct pattern_reader *reader, struct pattern_choice *choice, size_t from,
                       size_t to)
{
    struct bytes octets = reader->text->octets;
    struct bytes keyword =
        choice->verb == SMTP_VERB_MAIL ? BYTES_LITERAL("FROM:") : BYTES_LITERAL("TO:");
    struct scenario_word word;
    size_t open = from + keyword.size;
    size_t close;

    if (!bytes_starts_with_nocase(bytes_slice(octets, from, to), keyword))
        return scenario_fail(reader->text, from, reader->parser->err,
                             "expected %s<path>; got \"%s\"",
                             choice->verb == SMTP_VERB_MAIL ? "FROM:" : "TO:",
                             text_show(bytes_slice(octets, from, to)).text);
    while (open < to && scenario_is_blank(octets.data[open]))
        open++;
    close = open < to && octets.data[open] == '<' ? path_extent(octets, open, to) : 0;
    if (close == 0)
        return scenario_fail(reader->text, open, reader->parser->err, "expected a path in < and >");
    choice->path = bytes_slice(octets, open + 1, close - 1);
    if (close < to && !scenario_is_blank(octets.data[close]))
        return scenario_fail(reader->text, close, reader->parser->err,
                             "expected a blank behind the path");
    while (scenario_word_next(bytes_slice(octets, 0, to), &close, &word))
        if (!add_parameter(reader, choice, word.octets))
            return false;
    return true;
}

static bool parse_argument(struct pattern_reader *reader, struct pattern_choice *choice,
                           size_t from, size_t to)
{
    struct bytes octets = reader->text->octets;
    bool has_path = choice->verb == SMTP_VERB_MAIL || choice->verb == SMTP_VERB_RCPT;

    while (from < to && scenario_is_blank(octets.data[from]))
        from++;
    if (from == to || bytes_equal(bytes_slice(octets, from, to), BYTES_LITERAL("*")))
        return true;
    choice->has_argument = true;
    choice->argument = bytes_slice(octets, from, to);
    return !has_path || parse_path(reader, choice, from, to);
}

/* ---- one choice ----------------------------------------------------------------------------- */

static bool is_capitals(struct bytes word)
{
    for (size_t i = 0; i < word.size; i++)
        if (word.data[i] < 'A' || word.data[i] > 'Z')
            return false;
    return word.size > 0;
}

/* RFC 5321 4.1.5; in capitals only, so that few SASL responses look like one. */
static bool is_private_verb(struct bytes word)
{
    for (size_t i = 0; i < word.size; i++)
        if (!(word.data[i] >= 'A' && word.data[i] <= 'Z') &&
            !(word.data[i] >= '0' && word.data[i] <= '9') && word.data[i] != '-')
            return false;
    return word.size > 1 && word.data[0] == 'X';
}

/* content and close are seen by the judge only: the server does not wait for them. */
static bool parse_judged_word(struct pattern_reader *reader, struct bytes word,
                              struct pattern_choice *choice, bool *ret_is_it)
{
    bool is_content = bytes_equal(word, BYTES_LITERAL("content"));

    *ret_is_it = is_content || bytes_equal(word, BYTES_LITERAL("close"));
    if (!*ret_is_it)
        return true;
    if (reader->use != PATTERN_USE_EXPECTATION)
        return scenario_fail(reader->text, reader->at, reader->parser->err,
                             is_content ? "content stands in expect lines only; write ."
                                        : "close stands in expect lines only; write !closed");
    choice->kind = is_content ? PATTERN_CONTENT : PATTERN_CLOSE;
    return true;
}

/*
 * A verb is known, or private and begins with X (RFC 5321 4.1.5). All else is a line of text, as a
 * SASL response is; but capital letters alone are a verb with a slip in it, unless a value gave
 * them.
 */
static bool parse_verb(struct pattern_reader *reader, struct pattern_choice *choice,
                       struct bytes word, size_t end)
{
    choice->verb = smtp_verb_from(word);
    if (choice->verb != SMTP_VERB_OTHER || is_private_verb(word)) {
        choice->kind = PATTERN_COMMAND;
        choice->verb_text = word;
        return parse_argument(reader, choice, reader->at + word.size, end);
    }
    if (!scenario_text_is_value(reader->text, reader->at) &&
        (is_capitals(word) || reader->use != PATTERN_USE_DIALOGUE))
        return scenario_fail_unknown(reader->text, reader->at, reader->parser->err, "command", word,
                                     verbs, SMTP_VERB_OTHER);
    choice->kind = PATTERN_TEXT;
    choice->text = bytes_slice(reader->text->octets, reader->at, end);
    return true;
}

static bool parse_plain_choice(struct pattern_reader *reader, struct pattern_choice *choice)
{
    struct bytes octets = reader->text->octets;
    size_t next = choice_end(reader);
    size_t end = next;
    struct bytes word;
    bool is_it;

    while (end > reader->at && scenario_is_blank(octets.data[end - 1]))
        end--;
    word = bytes_slice(octets, reader->at, end);
    if (word.size == 0)
        return scenario_fail(reader->text, reader->at, reader->parser->err, "expected a pattern");
    if (octets.data[reader->at] == '"') {
        choice->kind = PATTERN_TEXT;
        if (!scenario_word_octets(reader->text, word, reader->at, reader->parser->arena,
                                  &choice->text, reader->parser->err))
            return false;
        reader->at = next;
        return true;
    }
    if (!parse_judged_word(reader, word, choice, &is_it))
        return false;
    if (bytes_equal(word, BYTES_LITERAL("*"))) {
        choice->kind = PATTERN_ANY;
    } else if (bytes_equal(word, BYTES_LITERAL("."))) {
        choice->kind = PATTERN_END_OF_DATA;
    } else if (!is_it) {
        size_t blank = 0;

        while (blank < word.size && !scenario_is_blank(word.data[blank]))
            blank++;
        if (!parse_verb(reader, choice, bytes_slice(word, 0, blank), end))
            return false;
    }
    reader->at = next;
    return true;
}

static void skip_blanks(struct pattern_reader *reader)
{
    while (reader->at < reader->to && scenario_is_blank(reader->text->octets.data[reader->at]))
        reader->at++;
}

static bool parse_choices(struct pattern_reader *reader, struct pattern *pattern)
{
    struct pattern_choice *choices = NULL;

    for (;;) {
        struct pattern_choice choice = {.verb = SMTP_VERB_OTHER};

        skip_blanks(reader);
        if (reader->at < reader->to && reader->text->octets.data[reader->at] == '/') {
            if (!parse_regex(reader, &choice))
                return false;
        } else if (!parse_plain_choice(reader, &choice)) {
            return false;
        }
        if (!arena_grow(reader->parser->arena, (void **)&choices, pattern->choice_count,
                        sizeof(*choices)))
            return scenario_fail_room(reader->text, reader->parser->err);
        choices[pattern->choice_count++] = choice;
        pattern->choices = choices;
        skip_blanks(reader);
        if (reader->at >= reader->to)
            return true;
        if (reader->text->octets.data[reader->at] != '|')
            return scenario_fail(reader->text, reader->at, reader->parser->err,
                                 "expected | or the end of the pattern");
        reader->at++;
    }
}

bool scenario_parse_pattern(struct scenario_parser *parser, const struct scenario_text *text,
                            size_t from, size_t to, enum pattern_use use,
                            const struct pattern **ret)
{
    struct pattern_reader reader = {parser, text, from, to, use};
    struct pattern *pattern = arena_alloc(parser->arena, sizeof(*pattern));

    if (!pattern)
        return scenario_fail_room(text, parser->err);
    pattern->written = bytes_trim(bytes_slice(text->octets, from, to));
    if (!parse_choices(&reader, pattern))
        return false;
    *ret = pattern;
    return true;
}
