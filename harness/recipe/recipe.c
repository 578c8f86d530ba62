#include "harness/recipe/recipe.h"

#include "base/require.h"
#include "harness/recipe/recipe_reader.h"

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

/* ---- the whole ------------------------------------------------------------------------------- */

/* An indented line: one line of the file that is open. */
static bool read_file_line(struct recipe_reader *reader)
{
    struct bytes text = reader->line.text;
    size_t blanks = 0;
    while (blanks < text.size && (text.data[blanks] == ' ' || text.data[blanks] == '\t'))
        blanks++;
    if (blanks == text.size)
        return true; /* an empty line */
    if (reader->open_file == NULL)
        return recipe_fail(reader, (unsigned)blanks + 1,
                           "an indented line belongs to a `file` above it");
    if (reader->indent == SIZE_MAX)
        reader->indent = blanks;
    reader->line.at = blanks < reader->indent ? blanks : reader->indent;
    struct recipe_text line;
    return recipe_lex_rest(&reader->line, &line) &&
           recipe_add_text(reader, reader->open_file, line);
}

static bool read_line(struct recipe_reader *reader)
{
    struct bytes text = reader->line.text;
    if (text.size > 0 && (text.data[0] == ' ' || text.data[0] == '\t'))
        return read_file_line(reader);
    return recipe_read_statement(reader);
}

static bool check_whole(struct recipe_reader *reader)
{
    const struct recipe *recipe = reader->recipe;
    reader->line.number = 0;
    if (recipe->title.size == 0)
        return recipe_fail(reader, 0, "a recipe needs a `title`");
    if (recipe->arg_count == 0)
        return recipe_fail(reader, 0, "a recipe needs a `run` or an `adapter`");
    if (!reader->tells)
        return recipe_fail(reader, 0, "a recipe needs a `tells`: how much does the client say?");
    if (recipe_exit_for(recipe, 0) == NULL && recipe->precision != SMTP_PRECISION_NONE &&
        recipe->report != RECIPE_REPORT_JSON)
        return recipe_fail(reader, 0, "a recipe needs an `exit 0`");
    return true;
}

/* What a COMMAND's exit status means, and that of an adapter where its recipe has no line. */
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

static bool has_exit(const struct recipe *recipe, int status)
{
    for (size_t i = 0; i < recipe->exit_count; i++)
        if (recipe->exits[i].status == status)
            return true;
    return false;
}

static bool add_command_exits(struct recipe *recipe, struct arena *arena)
{
    struct recipe_exit *all =
        arena_alloc_array(arena, recipe->exit_count + COMMAND_EXIT_COUNT, sizeof(*all));
    size_t count = recipe->exit_count;
    if (all == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        all[i] = recipe->exits[i];
    for (size_t i = 0; i < COMMAND_EXIT_COUNT; i++)
        if (!has_exit(recipe, command_exits[i].status))
            all[count++] = command_exits[i];
    recipe->exits = all;
    recipe->exit_count = count;
    return true;
}

bool recipe_parse(const char *name, struct bytes text, struct arena *arena, struct recipe *ret,
                  struct err *err)
{
    struct recipe recipe = {.name = arena_copy(arena, bytes_of(name)),
                            .input = RECIPE_PLACEHOLDER_NONE};
    struct recipe_reader reader = {
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
        reader.line.text = line;
        reader.line.at = 0;
        if (++reader.line.number > RECIPE_LINES_MAX)
            return err_set(err, ERR_LIMIT, "a recipe has at most %d lines", RECIPE_LINES_MAX);
        if (memchr(line.data, '\0', line.size) != NULL)
            return recipe_fail(&reader, 1, "a NUL octet: this is no text");
        if (!read_line(&reader))
            return false;
    }
    if (recipe.is_adapter && !add_command_exits(&recipe, arena))
        return err_memory(err);
    if (!check_whole(&reader))
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

static bool add_command_word(struct recipe_reader *reader, struct recipe_words *words,
                             const char *word)
{
    struct recipe_word read;
    bool end = false;
    reader->line.text = bytes_of(word);
    reader->line.at = 0;
    if (word[0] == '\0')
        return recipe_add_text(reader, words, (struct recipe_text){NULL, 0});
    return recipe_lex_word(&reader->line, &read, &end) && recipe_no_password(reader, &read) &&
           recipe_add_text(reader, words, read.text);
}

bool recipe_of_command(const char *const *words, size_t count, struct arena *arena,
                       struct recipe *ret, struct err *err)
{
    struct recipe recipe = {.input = RECIPE_PLACEHOLDER_NONE,
                            .precision = SMTP_PRECISION_CLASS,
                            .is_adapter = true,
                            .can = UINT64_MAX,
                            .used = UINT64_MAX};
    struct recipe_reader reader = {
        .recipe = &recipe, .line = {.arena = arena, .err = err, .lenient = true}
    };
    REQUIRE(count > 0);
    const char *slash = strrchr(words[0], '/');
    recipe.name = arena_copy(arena, bytes_of(slash != NULL ? slash + 1 : words[0]));
    recipe.title = recipe.name;
    struct recipe_words *run = recipe_add_words(&reader, &recipe.args, &recipe.arg_count);
    if (recipe.name.data == NULL || run == NULL || !add_command_exits(&recipe, arena))
        return err_memory(err);
    for (size_t i = 0; i < count; i++)
        if (!add_command_word(&reader, run, words[i]))
            return false;
    *ret = recipe;
    return true;
}
