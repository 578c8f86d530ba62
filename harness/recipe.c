#include "harness/recipe.h"

#include "base/require.h"
#include "base/text.h"
#include "harness/capability.h"
#include "harness/recipe_lex.h"

static const struct {
    const char *word;
    const char *variable;
    const char *says;
} placeholders[RECIPE_PLACEHOLDER_COUNT] = {
#define X(name, word, variable, says) {word, variable, says},
    RECIPE_PLACEHOLDER_TABLE(X)
#undef X
};

const char *recipe_placeholder_word(enum recipe_placeholder placeholder)
{
    REQUIRE(placeholder < RECIPE_PLACEHOLDER_COUNT);
    return placeholders[placeholder].word;
}

const char *recipe_placeholder_variable(enum recipe_placeholder placeholder)
{
    REQUIRE(placeholder < RECIPE_PLACEHOLDER_COUNT);
    return placeholders[placeholder].variable;
}

const char *recipe_placeholder_says(enum recipe_placeholder placeholder)
{
    REQUIRE(placeholder < RECIPE_PLACEHOLDER_COUNT);
    return placeholders[placeholder].says;
}

struct parser {
    struct recipe *recipe;
    struct recipe_line line;
    struct recipe_words *open_file; /* indented lines go here; NULL = none */
    size_t indent;                  /* of its first line */
    bool tells;                     /* a `tells` line was there */
};

static bool fail(struct parser *parser, unsigned column, const char *what)
{
    return err_set_at(parser->line.err, ERR_SYNTAX, parser->line.number, column, "%s", what);
}

static bool fail_unknown(struct parser *parser, unsigned column, const char *what, const char *near)
{
    return err_set_at(parser->line.err, ERR_SYNTAX, parser->line.number, column, "%s%s%s%s", what,
                      near != NULL ? "; `" : "", near != NULL ? near : "",
                      near != NULL ? "` is near" : "");
}

/* A word that has to be there and to be plain. */
static bool plain_word(struct parser *parser, const char *missing, struct recipe_word *ret)
{
    bool end = false;
    if (!recipe_lex_word(&parser->line, ret, &end))
        return end ? fail(parser, (unsigned)parser->line.text.size + 1, missing) : false;
    if (ret->plain.data == NULL)
        return fail(parser, ret->column, "no placeholder can stand here");
    return true;
}

static bool no_more_words(struct parser *parser)
{
    struct recipe_word word;
    bool end = false;
    if (recipe_lex_word(&parser->line, &word, &end))
        return fail(parser, word.column, "nothing more is expected on this line");
    return end;
}

static void note_used(struct parser *parser, const struct recipe_text *text)
{
    for (size_t i = 0; i < text->count; i++)
        if (text->pieces[i].placeholder != RECIPE_PLACEHOLDER_NONE)
            parser->recipe->used |= RECIPE_PLACEHOLDER_BIT(text->pieces[i].placeholder);
}

/* Arguments and environments can be read by others of the same machine. */
static bool no_password(struct parser *parser, const struct recipe_word *word)
{
    for (size_t i = 0; i < word->text.count; i++)
        if (word->text.pieces[i].placeholder == RECIPE_PLACEHOLDER_PASSWORD)
            return fail(parser, word->column,
                        "{password} may stand in a `file` only: others can read arguments and "
                        "environments");
    return true;
}

/* ---- conditions ------------------------------------------------------------------------------ */

static bool read_fact(struct parser *parser, enum recipe_placeholder *ret)
{
    struct recipe_word word;
    const char *known[RECIPE_PLACEHOLDER_COUNT];
    if (!plain_word(parser, "expected the name of a placeholder", &word))
        return false;
    for (int i = 0; i < RECIPE_PLACEHOLDER_COUNT; i++) {
        known[i] = recipe_placeholder_word((enum recipe_placeholder)i);
        if (bytes_equal(word.plain, bytes_of(known[i]))) {
            *ret = (enum recipe_placeholder)i;
            parser->recipe->used |= RECIPE_PLACEHOLDER_BIT(*ret);
            return true;
        }
    }
    return fail_unknown(parser, word.column, "no placeholder is called that",
                        text_nearest(word.plain, known, RECIPE_PLACEHOLDER_COUNT));
}

/* [when NAME | unless NAME | each to | each message] before the words. */
static bool read_condition(struct parser *parser, bool each_allowed, struct recipe_condition *ret)
{
    struct recipe_line before = parser->line;
    struct recipe_word word;
    bool end = false;
    *ret = (struct recipe_condition){.kind = RECIPE_ALWAYS, .fact = RECIPE_PLACEHOLDER_NONE};
    if (!recipe_lex_word(&parser->line, &word, &end))
        return end;
    if (!word.quoted && bytes_equal(word.plain, BYTES_LITERAL("when")))
        ret->kind = RECIPE_WHEN;
    else if (!word.quoted && bytes_equal(word.plain, BYTES_LITERAL("unless")))
        ret->kind = RECIPE_UNLESS;
    else if (!word.quoted && each_allowed && bytes_equal(word.plain, BYTES_LITERAL("each")))
        ret->kind = RECIPE_EACH_TO;
    else {
        parser->line = before;
        return true;
    }
    if (!read_fact(parser, &ret->fact))
        return false;
    if (ret->kind == RECIPE_EACH_TO && ret->fact == RECIPE_PLACEHOLDER_MESSAGE)
        ret->kind = RECIPE_EACH_MESSAGE;
    else if (ret->kind == RECIPE_EACH_TO && ret->fact != RECIPE_PLACEHOLDER_TO)
        return fail(parser, word.column,
                    "`each` goes with `to` and `message` only: there is one of the others");
    return true;
}

/* ---- lists of words -------------------------------------------------------------------------- */

static bool add_text(struct parser *parser, struct recipe_words *to, struct recipe_text text)
{
    void *items = (void *)(uintptr_t)to->words;
    if (!arena_grow(parser->line.arena, &items, to->count, sizeof(text)))
        return err_memory(parser->line.err);
    ((struct recipe_text *)items)[to->count++] = text;
    to->words = items;
    note_used(parser, &text);
    return true;
}

static bool read_words(struct parser *parser, struct recipe_words *to)
{
    struct recipe_word word;
    bool end = false;
    while (recipe_lex_word(&parser->line, &word, &end))
        if (!no_password(parser, &word) || !add_text(parser, to, word.text))
            return false;
    if (!end)
        return false;
    return to->count > 0 || fail(parser, (unsigned)parser->line.text.size + 1, "expected a word");
}

static struct recipe_words *add_words(struct parser *parser, struct recipe_words **list,
                                      size_t *count)
{
    void *items = *list;
    if (!arena_grow(parser->line.arena, &items, *count, sizeof(**list))) {
        err_memory(parser->line.err);
        return NULL;
    }
    *list = items;
    (*list)[*count] = (struct recipe_words){.name = BYTES_NONE};
    return &(*list)[(*count)++];
}

/* ---- statements ------------------------------------------------------------------------------ */

static bool read_text(struct parser *parser, struct bytes *to)
{
    struct bytes rest = recipe_lex_plain_rest(&parser->line);
    if (rest.size == 0)
        return fail(parser, (unsigned)parser->line.text.size + 1, "expected words");
    *to = arena_copy(parser->line.arena, rest);
    return to->data != NULL || err_memory(parser->line.err);
}

static bool read_title(struct parser *parser)
{
    return read_text(parser, &parser->recipe->title);
}

static bool read_about(struct parser *parser)
{
    return read_text(parser, &parser->recipe->about);
}

static bool read_install(struct parser *parser)
{
    return read_text(parser, &parser->recipe->package);
}

static bool read_version(struct parser *parser)
{
    return read_words(parser, &parser->recipe->version);
}

static bool read_can(struct parser *parser)
{
    struct recipe_word word;
    bool end = false;
    while (recipe_lex_word(&parser->line, &word, &end)) {
        enum capability capability;
        if (word.plain.data == NULL || !capability_from_word(word.plain, &capability))
            return fail_unknown(parser, word.column, "no capability is called that",
                                capability_nearest(word.plain));
        parser->recipe->can |= CAPABILITY_BIT(capability);
    }
    return end;
}

static bool read_tells(struct parser *parser)
{
    static const char *const known[] = {"nothing", "sent", "class", "recipients"};
    struct recipe *recipe = parser->recipe;
    struct recipe_word word;
    if (!plain_word(parser, "expected `nothing`, `sent`, `class` or `recipients`", &word))
        return false;
    size_t i = 0;
    while (i < 4 && !bytes_equal(word.plain, bytes_of(known[i])))
        i++;
    if (i == 4)
        return fail_unknown(parser, word.column,
                            "expected `nothing`, `sent`, `class` or `recipients`",
                            text_nearest(word.plain, known, 4));
    recipe->precision = i == 0   ? SMTP_PRECISION_NONE
                        : i == 1 ? SMTP_PRECISION_BINARY
                                 : SMTP_PRECISION_CLASS;
    recipe->per_recipient = i == 3;
    parser->tells = true;
    return no_more_words(parser);
}

static bool read_run(struct parser *parser)
{
    struct recipe *recipe = parser->recipe;
    if (recipe->arg_count > 0)
        return fail(parser, 1, "there is one `run`, before every `arg`");
    struct recipe_words *words = add_words(parser, &recipe->args, &recipe->arg_count);
    return words != NULL && read_words(parser, words);
}

static bool read_arg(struct parser *parser)
{
    struct recipe *recipe = parser->recipe;
    if (recipe->arg_count == 0)
        return fail(parser, 1, "`run PROGRAM` has to stand before every `arg`");
    struct recipe_words *words = add_words(parser, &recipe->args, &recipe->arg_count);
    return words != NULL && read_condition(parser, true, &words->condition) &&
           read_words(parser, words);
}

static bool read_env(struct parser *parser)
{
    struct recipe *recipe = parser->recipe;
    struct recipe_words *words =
        add_words(parser, &recipe->environment, &recipe->environment_count);
    struct recipe_word word;
    bool end = false;
    if (words == NULL || !read_condition(parser, false, &words->condition))
        return false;
    if (!recipe_lex_word(&parser->line, &word, &end))
        return end ? fail(parser, (unsigned)parser->line.text.size + 1, "expected NAME=VALUE")
                   : false;
    const struct recipe_piece *first = word.text.pieces;
    if (word.text.count == 0 || first->placeholder != RECIPE_PLACEHOLDER_NONE ||
        bytes_find(first->text, '=') == BYTES_NOT_FOUND || first->text.data[0] == '=')
        return fail(parser, word.column, "expected NAME=VALUE");
    words->name = bytes_slice(first->text, 0, bytes_find(first->text, '='));
    return no_password(parser, &word) && add_text(parser, words, word.text) &&
           no_more_words(parser);
}

static bool read_file(struct parser *parser)
{
    struct recipe *recipe = parser->recipe;
    struct recipe_words *words = add_words(parser, &recipe->files, &recipe->file_count);
    struct recipe_word word;
    if (words == NULL || !read_condition(parser, false, &words->condition) ||
        !plain_word(parser, "expected the file's name", &word))
        return false;
    if (word.plain.size == 0 || bytes_find(word.plain, '/') != BYTES_NOT_FOUND ||
        word.plain.data[0] == '.')
        return fail(parser, word.column,
                    "a file of a recipe stands in the folder of its run: a name without `/`, not "
                    "beginning with a dot");
    words->name = word.plain;
    parser->open_file = words;
    parser->indent = SIZE_MAX;
    return no_more_words(parser);
}

static bool read_stdin(struct parser *parser)
{
    enum recipe_placeholder fact;
    unsigned column = (unsigned)parser->line.at + 2;
    if (!read_fact(parser, &fact))
        return false;
    if (fact != RECIPE_PLACEHOLDER_MESSAGE && fact != RECIPE_PLACEHOLDER_MESSAGE_LF &&
        fact != RECIPE_PLACEHOLDER_MESSAGE_CRLF && fact != RECIPE_PLACEHOLDER_MESSAGE_OPEN &&
        fact != RECIPE_PLACEHOLDER_BODY)
        return fail(parser, column,
                    "standard input is `message`, `message-lf`, `message-crlf`, `message-open` or "
                    "`body`");
    parser->recipe->input = fact;
    return no_more_words(parser);
}

static bool read_meaning(struct parser *parser, const struct recipe_word *word,
                         struct recipe_exit *ret)
{
    static const char *const meanings[] = {
#define X(name, word) word,
        RECIPE_MEANING_TABLE(X)
#undef X
    };
    const char *known[(size_t)SMTP_OUTCOME_COUNT + RECIPE_MEANING_COUNT];
    if (smtp_outcome_from_word(word->plain, &ret->outcome)) {
        ret->meaning = RECIPE_MEANING_OUTCOME;
        return true;
    }
    for (size_t i = 1; i < RECIPE_MEANING_COUNT; i++) {
        if (bytes_equal(word->plain, bytes_of(meanings[i]))) {
            ret->meaning = (enum recipe_meaning)i;
            ret->outcome = SMTP_OUTCOME_PERMANENT;
            return true;
        }
    }
    for (int i = 0; i < SMTP_OUTCOME_COUNT; i++)
        known[i] = smtp_outcome_word((enum smtp_outcome)i);
    for (int i = 1; i < RECIPE_MEANING_COUNT; i++)
        known[SMTP_OUTCOME_COUNT + i - 1] = meanings[i];
    return fail_unknown(
        parser, word->column, "no outcome is called that",
        text_nearest(word->plain, known, (size_t)SMTP_OUTCOME_COUNT + RECIPE_MEANING_COUNT - 1));
}

static bool read_status(struct parser *parser, int *ret)
{
    struct recipe_word word;
    unsigned long long number = 0;
    if (!plain_word(parser, "expected an exit status, 0 to 255, or `*`", &word))
        return false;
    *ret = -1;
    if (bytes_equal(word.plain, BYTES_LITERAL("*")))
        return true;
    if (!bytes_to_number(word.plain, 255, &number))
        return fail(parser, word.column, "expected an exit status, 0 to 255, or `*`");
    *ret = (int)number;
    return true;
}

static bool read_exit(struct parser *parser)
{
    struct recipe *recipe = parser->recipe;
    struct recipe_exit row = {.status = -1};
    struct recipe_word word;
    if (!read_status(parser, &row.status))
        return false;
    for (size_t i = 0; i < recipe->exit_count; i++)
        if (recipe->exits[i].status == row.status)
            return fail(parser, 6, "this exit status has a line already");
    if (!plain_word(parser, "expected an outcome", &word) || !read_meaning(parser, &word, &row))
        return false;
    row.words = arena_copy(parser->line.arena, recipe_lex_plain_rest(&parser->line));
    void *items = recipe->exits;
    if (row.words.data == NULL ||
        !arena_grow(parser->line.arena, &items, recipe->exit_count, sizeof(row)))
        return err_memory(parser->line.err);
    recipe->exits = items;
    recipe->exits[recipe->exit_count++] = row;
    return true;
}

static bool read_report(struct parser *parser)
{
    struct recipe *recipe = parser->recipe;
    struct recipe_word word;
    if (!plain_word(parser, "expected `json` or `code /REGEX/`", &word))
        return false;
    if (bytes_equal(word.plain, BYTES_LITERAL("json"))) {
        recipe->report = RECIPE_REPORT_JSON;
        return no_more_words(parser);
    }
    if (!bytes_equal(word.plain, BYTES_LITERAL("code")))
        return fail(parser, word.column, "expected `json` or `code /REGEX/`");
    struct bytes pattern = recipe_lex_plain_rest(&parser->line);
    if (pattern.size < 3 || pattern.data[0] != '/' || pattern.data[pattern.size - 1] != '/')
        return fail(parser, word.column + 5, "expected a regular expression between two `/`");
    recipe->report = RECIPE_REPORT_CODE;
    recipe->report_pattern =
        arena_copy(parser->line.arena, bytes_slice(pattern, 1, pattern.size - 1));
    return recipe->report_pattern.data != NULL || err_memory(parser->line.err);
}

static const struct statement {
    const char *word;
    bool (*read)(struct parser *parser);
} statements[] = {
    {"title",   read_title  },
    {"about",   read_about  },
    {"install", read_install},
    {"version", read_version},
    {"can",     read_can    },
    {"tells",   read_tells  },
    {"run",     read_run    },
    {"arg",     read_arg    },
    {"env",     read_env    },
    {"file",    read_file   },
    {"stdin",   read_stdin  },
    {"exit",    read_exit   },
    {"report",  read_report },
};
#define STATEMENT_COUNT (sizeof(statements) / sizeof(statements[0]))

/* ---- the whole ------------------------------------------------------------------------------- */

/* An indented line: one line of the file that is open. */
static bool read_file_line(struct parser *parser)
{
    struct bytes text = parser->line.text;
    size_t blanks = 0;
    while (blanks < text.size && (text.data[blanks] == ' ' || text.data[blanks] == '\t'))
        blanks++;
    if (blanks == text.size)
        return true; /* an empty line */
    if (parser->open_file == NULL)
        return fail(parser, (unsigned)blanks + 1, "an indented line belongs to a `file` above it");
    if (parser->indent == SIZE_MAX)
        parser->indent = blanks;
    parser->line.at = blanks < parser->indent ? blanks : parser->indent;
    struct recipe_text line;
    return recipe_lex_rest(&parser->line, &line) && add_text(parser, parser->open_file, line);
}

static bool read_line(struct parser *parser)
{
    struct bytes text = parser->line.text;
    struct recipe_word word;
    bool end = false;
    if (text.size > 0 && (text.data[0] == ' ' || text.data[0] == '\t'))
        return read_file_line(parser);
    if (!recipe_lex_word(&parser->line, &word, &end))
        return end;
    parser->open_file = NULL;
    const char *known[STATEMENT_COUNT];
    for (size_t i = 0; i < STATEMENT_COUNT; i++) {
        known[i] = statements[i].word;
        if (word.plain.data != NULL && bytes_equal(word.plain, bytes_of(known[i])))
            return statements[i].read(parser);
    }
    return fail_unknown(parser, word.column, "no line of a recipe begins so",
                        text_nearest(word.plain, known, STATEMENT_COUNT));
}

static bool check_whole(struct parser *parser)
{
    const struct recipe *recipe = parser->recipe;
    parser->line.number = 0;
    if (recipe->title.size == 0)
        return fail(parser, 0, "a recipe needs a `title`");
    if (recipe->arg_count == 0)
        return fail(parser, 0, "a recipe needs a `run`");
    if (!parser->tells)
        return fail(parser, 0, "a recipe needs a `tells`: how much does the client say?");
    if (recipe_exit_for(recipe, 0) == NULL && recipe->precision != SMTP_PRECISION_NONE &&
        recipe->report != RECIPE_REPORT_JSON)
        return fail(parser, 0, "a recipe needs an `exit 0`");
    return true;
}

bool recipe_parse(const char *name, struct bytes text, struct arena *arena, struct recipe *ret,
                  struct err *err)
{
    struct recipe recipe = {.name = arena_copy(arena, bytes_of(name)),
                            .input = RECIPE_PLACEHOLDER_NONE};
    struct parser parser = {
        .recipe = &recipe, .line = {.arena = arena, .err = err}
    };
    struct bytes line;
    if (recipe.name.data == NULL)
        return err_memory(err);
    if (text.size > RECIPE_OCTETS_MAX)
        return err_set(err, ERR_LIMIT, "a recipe has at most %d octets", RECIPE_OCTETS_MAX);
    while (bytes_next(&text, '\n', &line)) {
        if (line.size > 0 && line.data[line.size - 1] == '\r')
            line.size--;
        parser.line.text = line;
        parser.line.at = 0;
        if (++parser.line.number > RECIPE_LINES_MAX)
            return err_set(err, ERR_LIMIT, "a recipe has at most %d lines", RECIPE_LINES_MAX);
        if (memchr(line.data, '\0', line.size) != NULL)
            return fail(&parser, 1, "a NUL octet: this is no text");
        if (!read_line(&parser))
            return false;
    }
    if (!check_whole(&parser))
        return false;
    *ret = recipe;
    return true;
}

const struct recipe_exit *recipe_exit_for(const struct recipe *recipe, int status)
{
    const struct recipe_exit *any = NULL;
    for (size_t i = 0; i < recipe->exit_count; i++) {
        if (recipe->exits[i].status == status)
            return &recipe->exits[i];
        if (recipe->exits[i].status == -1)
            any = &recipe->exits[i];
    }
    return any;
}

/* ---- a COMMAND ------------------------------------------------------------------------------- */

static const struct recipe_exit command_exits[] = {
    {0,   RECIPE_MEANING_OUTCOME,     SMTP_OUTCOME_SENT,         {"", 0}},
    {69,  RECIPE_MEANING_OUTCOME,     SMTP_OUTCOME_PERMANENT,    {"", 0}},
    {75,  RECIPE_MEANING_OUTCOME,     SMTP_OUTCOME_TEMPORARY,    {"", 0}},
    {76,  RECIPE_MEANING_OUTCOME,     SMTP_OUTCOME_REFUSED_TLS,  {"", 0}},
    {77,  RECIPE_MEANING_OUTCOME,     SMTP_OUTCOME_REFUSED_AUTH, {"", 0}},
    {127, RECIPE_MEANING_UNSUPPORTED, SMTP_OUTCOME_PERMANENT,    {"", 0}},
    {-1,  RECIPE_MEANING_FAILED,      SMTP_OUTCOME_PERMANENT,    {"", 0}},
};
#define COMMAND_EXIT_COUNT (sizeof(command_exits) / sizeof(command_exits[0]))

static bool add_command_word(struct parser *parser, struct recipe_words *words, const char *word)
{
    struct recipe_word read;
    bool end = false;
    parser->line.text = bytes_of(word);
    parser->line.at = 0;
    if (word[0] == '\0')
        return add_text(parser, words, (struct recipe_text){NULL, 0});
    return recipe_lex_word(&parser->line, &read, &end) && no_password(parser, &read) &&
           add_text(parser, words, read.text);
}

bool recipe_of_command(const char *const *words, size_t count, struct arena *arena,
                       struct recipe *ret, struct err *err)
{
    struct recipe recipe = {.input = RECIPE_PLACEHOLDER_NONE,
                            .precision = SMTP_PRECISION_CLASS,
                            .exit_count = COMMAND_EXIT_COUNT,
                            .can = UINT64_MAX,
                            .used = UINT64_MAX};
    struct parser parser = {
        .recipe = &recipe, .line = {.arena = arena, .err = err, .lenient = true}
    };
    REQUIRE(count > 0);
    const char *slash = strrchr(words[0], '/');
    recipe.name = arena_copy(arena, bytes_of(slash != NULL ? slash + 1 : words[0]));
    recipe.title = recipe.name;
    recipe.exits = arena_alloc(arena, sizeof(command_exits));
    struct recipe_words *run = add_words(&parser, &recipe.args, &recipe.arg_count);
    if (recipe.name.data == NULL || recipe.exits == NULL || run == NULL)
        return err_memory(err);
    memcpy(recipe.exits, command_exits, sizeof(command_exits));
    for (size_t i = 0; i < count; i++)
        if (!add_command_word(&parser, run, words[i]))
            return false;
    *ret = recipe;
    return true;
}
