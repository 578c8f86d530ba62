/* recipe_statement.c - the statements of a recipe, a function each. */
#include "base/text.h"
#include "harness/recipe/capability.h"
#include "harness/recipe/recipe_reader.h"

static bool read_text(struct recipe_reader *reader, struct bytes *to)
{
    struct bytes rest = recipe_lex_plain_rest(&reader->line);
    if (rest.size == 0)
        return recipe_fail(reader, (unsigned)reader->line.text.size + 1, "expected words");
    *to = arena_copy(reader->line.arena, rest);
    return to->data != NULL || err_memory(reader->line.err);
}

static bool read_title(struct recipe_reader *reader)
{
    return read_text(reader, &reader->recipe->title);
}

static bool read_about(struct recipe_reader *reader)
{
    return read_text(reader, &reader->recipe->about);
}

static bool read_install(struct recipe_reader *reader)
{
    return read_text(reader, &reader->recipe->package);
}

static bool read_version(struct recipe_reader *reader)
{
    return recipe_read_words(reader, &reader->recipe->version);
}

static bool read_can(struct recipe_reader *reader)
{
    struct recipe_word word;
    bool end = false;
    while (recipe_lex_word(&reader->line, &word, &end)) {
        enum capability capability;
        if (word.plain.data == NULL || !capability_from_word(word.plain, &capability))
            return recipe_fail_unknown(reader, word.column, "no capability is called that",
                                       capability_nearest(word.plain));
        reader->recipe->can |= CAPABILITY_BIT(capability);
        reader->recipe->can_lines[capability] = reader->line.number;
    }
    return end;
}

static bool read_tells(struct recipe_reader *reader)
{
    static const char *const known[] = {"nothing", "sent", "class", "recipients"};
    struct recipe *recipe = reader->recipe;
    struct recipe_word word;
    if (!recipe_plain_word(reader, "expected `nothing`, `sent`, `class` or `recipients`", &word))
        return false;
    size_t i = 0;
    while (i < 4 && !bytes_equal(word.plain, bytes_of(known[i])))
        i++;
    if (i == 4)
        return recipe_fail_unknown(reader, word.column,
                                   "expected `nothing`, `sent`, `class` or `recipients`",
                                   text_nearest(word.plain, known, 4));
    recipe->precision = i == 0   ? SMTP_PRECISION_NONE
                        : i == 1 ? SMTP_PRECISION_BINARY
                                 : SMTP_PRECISION_CLASS;
    recipe->per_recipient = i == 3;
    reader->tells = true;
    return recipe_no_more_words(reader);
}

static bool read_run(struct recipe_reader *reader)
{
    struct recipe *recipe = reader->recipe;
    if (recipe->arg_count > 0)
        return recipe_fail(reader, 1, "there is one `run` or `adapter`, before every `arg`");
    struct recipe_words *words = recipe_add_words(reader, &recipe->args, &recipe->arg_count);
    return words != NULL && recipe_read_words(reader, words);
}

/* Its facts are in its environment: it has the use of all of them. */
static bool read_adapter(struct recipe_reader *reader)
{
    reader->recipe->is_adapter = true;
    reader->recipe->used = UINT64_MAX;
    return read_run(reader);
}

static bool read_prepare(struct recipe_reader *reader)
{
    struct recipe *recipe = reader->recipe;
    struct recipe_words *words = recipe_add_words(reader, &recipe->prepare, &recipe->prepare_count);
    return words != NULL && recipe_read_words(reader, words);
}

static bool read_inherit(struct recipe_reader *reader)
{
    struct recipe *recipe = reader->recipe;
    struct recipe_word word;
    if (!recipe_plain_word(reader, "expected the name of a variable", &word))
        return false;
    if (word.plain.size == 0 || bytes_find(word.plain, '=') != BYTES_NOT_FOUND)
        return recipe_fail(reader, word.column, "expected the name of a variable, without a value");
    struct recipe_words *words =
        recipe_add_words(reader, &recipe->inherited, &recipe->inherited_count);
    if (words == NULL)
        return false;
    words->name = word.plain;
    return recipe_no_more_words(reader);
}

static bool read_arg(struct recipe_reader *reader)
{
    struct recipe *recipe = reader->recipe;
    if (recipe->arg_count == 0)
        return recipe_fail(reader, 1,
                           "`run PROGRAM` or `adapter PROGRAM` has to stand before every `arg`");
    struct recipe_words *words = recipe_add_words(reader, &recipe->args, &recipe->arg_count);
    return words != NULL && recipe_read_condition(reader, true, &words->condition) &&
           recipe_read_words(reader, words);
}

static bool read_env(struct recipe_reader *reader)
{
    struct recipe *recipe = reader->recipe;
    struct recipe_words *words =
        recipe_add_words(reader, &recipe->environment, &recipe->environment_count);
    struct recipe_word word;
    bool end = false;
    if (words == NULL || !recipe_read_condition(reader, false, &words->condition))
        return false;
    if (!recipe_lex_word(&reader->line, &word, &end))
        return end ? recipe_fail(reader, (unsigned)reader->line.text.size + 1,
                                 "expected NAME=VALUE")
                   : false;
    const struct recipe_piece *first = word.text.pieces;
    if (word.text.count == 0 || first->placeholder != RECIPE_PLACEHOLDER_NONE ||
        bytes_find(first->text, '=') == BYTES_NOT_FOUND || first->text.data[0] == '=')
        return recipe_fail(reader, word.column, "expected NAME=VALUE");
    words->name = bytes_slice(first->text, 0, bytes_find(first->text, '='));
    return recipe_no_password(reader, &word) && recipe_add_text(reader, words, word.text) &&
           recipe_no_more_words(reader);
}

static bool read_file(struct recipe_reader *reader)
{
    struct recipe *recipe = reader->recipe;
    struct recipe_words *words = recipe_add_words(reader, &recipe->files, &recipe->file_count);
    struct recipe_word word;
    if (words == NULL || !recipe_read_condition(reader, false, &words->condition) ||
        !recipe_plain_word(reader, "expected the file's name", &word))
        return false;
    if (word.plain.size == 0 || bytes_find(word.plain, '/') != BYTES_NOT_FOUND ||
        word.plain.data[0] == '.')
        return recipe_fail(
            reader, word.column,
            "a file of a recipe stands in the folder of its run: a name without `/`, not "
            "beginning with a dot");
    words->name = word.plain;
    reader->open_file = words;
    reader->indent = SIZE_MAX;
    return recipe_no_more_words(reader);
}

static bool read_stdin(struct recipe_reader *reader)
{
    enum recipe_placeholder fact;
    unsigned column = (unsigned)reader->line.at + 2;
    if (!recipe_read_fact(reader, &fact))
        return false;
    if (fact != RECIPE_PLACEHOLDER_MESSAGE && fact != RECIPE_PLACEHOLDER_MESSAGE_LF &&
        fact != RECIPE_PLACEHOLDER_MESSAGE_CRLF && fact != RECIPE_PLACEHOLDER_MESSAGE_OPEN &&
        fact != RECIPE_PLACEHOLDER_BODY)
        return recipe_fail(
            reader, column,
            "standard input is `message`, `message-lf`, `message-crlf`, `message-open` or "
            "`body`");
    reader->recipe->input = fact;
    return recipe_no_more_words(reader);
}

static bool read_meaning(struct recipe_reader *reader, const struct recipe_word *word,
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
    return recipe_fail_unknown(
        reader, word->column, "no outcome is called that",
        text_nearest(word->plain, known, (size_t)SMTP_OUTCOME_COUNT + RECIPE_MEANING_COUNT - 1));
}

static bool read_status(struct recipe_reader *reader, int *ret)
{
    struct recipe_word word;
    unsigned long long number = 0;
    if (!recipe_plain_word(reader, "expected an exit status, 0 to 255, or `*`", &word))
        return false;
    *ret = -1;
    if (bytes_equal(word.plain, BYTES_LITERAL("*")))
        return true;
    if (!bytes_to_number(word.plain, 255, &number))
        return recipe_fail(reader, word.column, "expected an exit status, 0 to 255, or `*`");
    *ret = (int)number;
    return true;
}

static bool read_exit(struct recipe_reader *reader)
{
    struct recipe *recipe = reader->recipe;
    struct recipe_exit row = {.status = -1};
    struct recipe_word word;
    if (!read_status(reader, &row.status))
        return false;
    for (size_t i = 0; i < recipe->exit_count; i++)
        if (recipe->exits[i].status == row.status)
            return recipe_fail(reader, 6, "this exit status has a line already");
    if (!recipe_plain_word(reader, "expected an outcome", &word) ||
        !read_meaning(reader, &word, &row))
        return false;
    row.words = arena_copy(reader->line.arena, recipe_lex_plain_rest(&reader->line));
    void *items = recipe->exits;
    if (row.words.data == NULL ||
        !arena_grow(reader->line.arena, &items, recipe->exit_count, sizeof(row)))
        return err_memory(reader->line.err);
    recipe->exits = items;
    recipe->exits[recipe->exit_count++] = row;
    return true;
}

static bool read_report(struct recipe_reader *reader)
{
    struct recipe *recipe = reader->recipe;
    struct recipe_word word;
    if (!recipe_plain_word(reader, "expected `json` or `code /REGEX/`", &word))
        return false;
    if (bytes_equal(word.plain, BYTES_LITERAL("json"))) {
        recipe->report = RECIPE_REPORT_JSON;
        return recipe_no_more_words(reader);
    }
    if (!bytes_equal(word.plain, BYTES_LITERAL("code")))
        return recipe_fail(reader, word.column, "expected `json` or `code /REGEX/`");
    struct bytes pattern = recipe_lex_plain_rest(&reader->line);
    if (pattern.size < 3 || pattern.data[0] != '/' || pattern.data[pattern.size - 1] != '/')
        return recipe_fail(reader, word.column + 5,
                           "expected a regular expression between two `/`");
    recipe->report = RECIPE_REPORT_CODE;
    recipe->report_pattern =
        arena_copy(reader->line.arena, bytes_slice(pattern, 1, pattern.size - 1));
    return recipe->report_pattern.data != NULL || err_memory(reader->line.err);
}

static const struct statement {
    const char *word;
    bool (*read)(struct recipe_reader *reader);
} statements[] = {
    {"title",   read_title  },
    {"about",   read_about  },
    {"install", read_install},
    {"version", read_version},
    {"can",     read_can    },
    {"tells",   read_tells  },
    {"prepare", read_prepare},
    {"run",     read_run    },
    {"adapter", read_adapter},
    {"inherit", read_inherit},
    {"arg",     read_arg    },
    {"env",     read_env    },
    {"file",    read_file   },
    {"stdin",   read_stdin  },
    {"exit",    read_exit   },
    {"report",  read_report },
};
#define STATEMENT_COUNT (sizeof(statements) / sizeof(statements[0]))

bool recipe_read_statement(struct recipe_reader *reader)
{
    const char *known[STATEMENT_COUNT];
    struct recipe_word word;
    bool end = false;
    if (!recipe_lex_word(&reader->line, &word, &end))
        return end;
    reader->open_file = NULL;
    for (size_t i = 0; i < STATEMENT_COUNT; i++) {
        known[i] = statements[i].word;
        if (word.plain.data != NULL && bytes_equal(word.plain, bytes_of(known[i])))
            return statements[i].read(reader);
    }
    return recipe_fail_unknown(reader, word.column, "no line of a recipe begins so",
                               text_nearest(word.plain, known, STATEMENT_COUNT));
}
