#include "harness/recipe/recipe_reader.h"

#include "base/text.h"

bool recipe_fail(struct recipe_reader *reader, unsigned column, const char *what)
{
    return err_set_at(reader->line.err, ERR_SYNTAX, reader->line.number, column, "%s", what);
}

bool recipe_fail_unknown(struct recipe_reader *reader, unsigned column, const char *what,
                         const char *near)
{
    return err_set_at(reader->line.err, ERR_SYNTAX, reader->line.number, column, "%s%s%s%s", what,
                      near != NULL ? "; `" : "", near != NULL ? near : "",
                      near != NULL ? "` is near" : "");
}

bool recipe_plain_word(struct recipe_reader *reader, const char *missing, struct recipe_word *ret)
{
    bool end = false;
    if (!recipe_lex_word(&reader->line, ret, &end))
        return end ? recipe_fail(reader, (unsigned)reader->line.text.size + 1, missing) : false;
    if (ret->plain.data == NULL)
        return recipe_fail(reader, ret->column, "no placeholder can stand here");
    return true;
}

bool recipe_no_more_words(struct recipe_reader *reader)
{
    struct recipe_word word;
    bool end = false;
    if (recipe_lex_word(&reader->line, &word, &end))
        return recipe_fail(reader, word.column, "nothing more is expected on this line");
    return end;
}

static void note_used(struct recipe_reader *reader, const struct recipe_text *text)
{
    for (size_t i = 0; i < text->count; i++)
        if (text->pieces[i].placeholder != RECIPE_PLACEHOLDER_NONE)
            reader->recipe->used |= RECIPE_PLACEHOLDER_BIT(text->pieces[i].placeholder);
}

bool recipe_no_password(struct recipe_reader *reader, const struct recipe_word *word)
{
    for (size_t i = 0; i < word->text.count; i++)
        if (word->text.pieces[i].placeholder == RECIPE_PLACEHOLDER_PASSWORD)
            return recipe_fail(
                reader, word->column,
                "{password} may stand in a `file` only: others can read arguments and "
                "environments");
    return true;
}

/* ---- conditions ------------------------------------------------------------------------------ */

static bool find_fact(struct recipe_reader *reader, struct bytes name, unsigned column,
                      enum recipe_placeholder *ret)
{
    const char *known[RECIPE_PLACEHOLDER_COUNT];
    for (int i = 0; i < RECIPE_PLACEHOLDER_COUNT; i++) {
        known[i] = recipe_placeholder_word((enum recipe_placeholder)i);
        if (bytes_equal(name, bytes_of(known[i]))) {
            *ret = (enum recipe_placeholder)i;
            reader->recipe->used |= RECIPE_PLACEHOLDER_BIT(*ret);
            return true;
        }
    }
    return recipe_fail_unknown(reader, column, "no placeholder is called that",
                               text_nearest(name, known, RECIPE_PLACEHOLDER_COUNT));
}

bool recipe_read_fact(struct recipe_reader *reader, enum recipe_placeholder *ret)
{
    struct recipe_word word;
    return recipe_plain_word(reader, "expected the name of a placeholder", &word) &&
           find_fact(reader, word.plain, word.column, ret);
}

/* NAME or NAME=VALUE. */
static bool read_test(struct recipe_reader *reader, bool unless, struct recipe_condition *to)
{
    struct recipe_word word;
    struct recipe_test test = {.unless = unless};
    if (!recipe_plain_word(reader, "expected the name of a placeholder", &word))
        return false;
    struct bytes name = word.plain;
    size_t equals = bytes_find(name, '=');
    if (equals != BYTES_NOT_FOUND) {
        test.value = bytes_after(name, equals + 1);
        name.size = equals;
        if (test.value.size == 0)
            return recipe_fail(reader, word.column, "expected a value behind the `=`");
    }
    if (to->test_count == RECIPE_TESTS_MAX)
        return recipe_fail(reader, word.column, "too many conditions: four are enough");
    if (!find_fact(reader, name, word.column, &test.fact))
        return false;
    to->tests[to->test_count++] = test;
    return true;
}

static bool read_each(struct recipe_reader *reader, unsigned column, struct recipe_condition *to)
{
    enum recipe_placeholder fact;
    if (!recipe_read_fact(reader, &fact))
        return false;
    if (fact != RECIPE_PLACEHOLDER_MESSAGE && fact != RECIPE_PLACEHOLDER_TO)
        return recipe_fail(reader, column,
                           "`each` goes with `to` and `message` only: there is one of the others");
    to->each = fact == RECIPE_PLACEHOLDER_TO ? RECIPE_EACH_TO : RECIPE_EACH_MESSAGE;
    return true;
}

bool recipe_read_condition(struct recipe_reader *reader, bool each_allowed,
                           struct recipe_condition *ret)
{
    *ret = (struct recipe_condition){.each = RECIPE_ONCE};
    for (;;) {
        struct recipe_line before = reader->line;
        struct recipe_word word;
        bool end = false;
        if (!recipe_lex_word(&reader->line, &word, &end))
            return end;
        bool when = !word.quoted && bytes_equal(word.plain, BYTES_LITERAL("when"));
        bool unless = !word.quoted && bytes_equal(word.plain, BYTES_LITERAL("unless"));
        if (!word.quoted && each_allowed && bytes_equal(word.plain, BYTES_LITERAL("each")))
            return read_each(reader, word.column, ret);
        if (!when && !unless) {
            reader->line = before;
            return true;
        }
        if (!read_test(reader, unless, ret))
            return false;
    }
}

/* ---- lists of words -------------------------------------------------------------------------- */

bool recipe_add_text(struct recipe_reader *reader, struct recipe_words *to, struct recipe_text text)
{
    void *items = (void *)(uintptr_t)to->words;
    if (!arena_grow(reader->line.arena, &items, to->count, sizeof(text)))
        return err_memory(reader->line.err);
    ((struct recipe_text *)items)[to->count++] = text;
    to->words = items;
    note_used(reader, &text);
    return true;
}

bool recipe_read_words(struct recipe_reader *reader, struct recipe_words *to)
{
    struct recipe_word word;
    bool end = false;
    while (recipe_lex_word(&reader->line, &word, &end))
        if (!recipe_no_password(reader, &word) || !recipe_add_text(reader, to, word.text))
            return false;
    if (!end)
        return false;
    return to->count > 0 ||
           recipe_fail(reader, (unsigned)reader->line.text.size + 1, "expected a word");
}

struct recipe_words *recipe_add_words(struct recipe_reader *reader, struct recipe_words **list,
                                      size_t *count)
{
    void *items = *list;
    if (!arena_grow(reader->line.arena, &items, *count, sizeof(**list))) {
        err_memory(reader->line.err);
        return NULL;
    }
    *list = items;
    (*list)[*count] = (struct recipe_words){.name = BYTES_NONE, .line = reader->line.number};
    return &(*list)[(*count)++];
}
