#include "harness/recipe_reader.h"

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

bool recipe_read_fact(struct recipe_reader *reader, enum recipe_placeholder *ret)
{
    struct recipe_word word;
    const char *known[RECIPE_PLACEHOLDER_COUNT];
    if (!recipe_plain_word(reader, "expected the name of a placeholder", &word))
        return false;
    for (int i = 0; i < RECIPE_PLACEHOLDER_COUNT; i++) {
        known[i] = recipe_placeholder_word((enum recipe_placeholder)i);
        if (bytes_equal(word.plain, bytes_of(known[i]))) {
            *ret = (enum recipe_placeholder)i;
            reader->recipe->used |= RECIPE_PLACEHOLDER_BIT(*ret);
            return true;
        }
    }
    return recipe_fail_unknown(reader, word.column, "no placeholder is called that",
                               text_nearest(word.plain, known, RECIPE_PLACEHOLDER_COUNT));
}

/* [when NAME | unless NAME | each to | each message] before the words. */
bool recipe_read_condition(struct recipe_reader *reader, bool each_allowed,
                           struct recipe_condition *ret)
{
    struct recipe_line before = reader->line;
    struct recipe_word word;
    bool end = false;
    *ret = (struct recipe_condition){.kind = RECIPE_ALWAYS, .fact = RECIPE_PLACEHOLDER_NONE};
    if (!recipe_lex_word(&reader->line, &word, &end))
        return end;
    if (!word.quoted && bytes_equal(word.plain, BYTES_LITERAL("when")))
        ret->kind = RECIPE_WHEN;
    else if (!word.quoted && bytes_equal(word.plain, BYTES_LITERAL("unless")))
        ret->kind = RECIPE_UNLESS;
    else if (!word.quoted && each_allowed && bytes_equal(word.plain, BYTES_LITERAL("each")))
        ret->kind = RECIPE_EACH_TO;
    else {
        reader->line = before;
        return true;
    }
    if (!recipe_read_fact(reader, &ret->fact))
        return false;
    if (ret->kind == RECIPE_EACH_TO && ret->fact == RECIPE_PLACEHOLDER_MESSAGE)
        ret->kind = RECIPE_EACH_MESSAGE;
    else if (ret->kind == RECIPE_EACH_TO && ret->fact != RECIPE_PLACEHOLDER_TO)
        return recipe_fail(reader, word.column,
                           "`each` goes with `to` and `message` only: there is one of the others");
    return true;
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
    (*list)[*count] = (struct recipe_words){.name = BYTES_NONE};
    return &(*list)[(*count)++];
}
