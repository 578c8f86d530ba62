#include "harness/recipe/recipe_expand.h"

#include "base/buf.h"

struct expansion {
    const struct recipe_facts *facts;
    struct arena *arena;
    struct buf text;          /* one word or file being put together; may hold the password */
    struct bytes one_to;      /* under `each to` */
    struct bytes one_message; /* under `each message` */
    const char **words;
    size_t word_count;
    struct err *err;
};

static bool holds(const struct recipe_condition *condition, const struct recipe_facts *facts)
{
    for (size_t i = 0; i < condition->test_count; i++) {
        const struct recipe_test *test = &condition->tests[i];
        struct bytes fact = facts->values[test->fact];
        bool is_so = test->value.size > 0 ? bytes_equal(fact, test->value) : fact.size > 0;
        if (is_so == test->unless)
            return false;
    }
    return true;
}

static bool is_unreserved(char octet) /* RFC 3986 2.3 */
{
    return (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z') ||
           (octet >= '0' && octet <= '9') || (octet != '\0' && strchr("-._~", octet) != NULL);
}

static bool append_value(struct buf *to, struct bytes value, enum recipe_manner manner)
{
    if (manner == RECIPE_AS_IS)
        return buf_append(to, value);
    if (manner == RECIPE_QUOTED && !buf_append_octet(to, '"'))
        return false;
    for (size_t i = 0; i < value.size; i++) {
        char octet = value.data[i];
        bool ok;
        if (manner == RECIPE_URL && !is_unreserved(octet))
            ok = buf_printf(to, "%%%02X", (unsigned)(unsigned char)octet);
        else if (manner == RECIPE_QUOTED && (octet == '"' || octet == '\\'))
            ok = buf_append_octet(to, '\\') && buf_append_octet(to, octet);
        else if (manner == RECIPE_LOWER && octet >= 'A' && octet <= 'Z')
            ok = buf_append_octet(to, (char)(octet + ('a' - 'A')));
        else
            ok = buf_append_octet(to, octet);
        if (!ok)
            return false;
    }
    return manner != RECIPE_QUOTED || buf_append_octet(to, '"');
}

static bool append_text(struct expansion *e, const struct recipe_text *text)
{
    for (size_t i = 0; i < text->count; i++) {
        const struct recipe_piece *piece = &text->pieces[i];
        struct bytes value = piece->text;
        if (piece->placeholder == RECIPE_PLACEHOLDER_TO && e->one_to.data != NULL)
            value = e->one_to;
        else if (piece->placeholder == RECIPE_PLACEHOLDER_MESSAGE && e->one_message.data != NULL)
            value = e->one_message;
        else if (piece->placeholder != RECIPE_PLACEHOLDER_NONE)
            value = e->facts->values[piece->placeholder];
        if (!append_value(&e->text, value, piece->manner))
            return err_set(e->err, ERR_LIMIT, "a value longer than %d octets, or no memory",
                           RECIPE_VALUE_OCTETS_MAX);
    }
    return true;
}

static bool add_word(struct expansion *e, const char *word)
{
    void *items = e->words;
    if (e->word_count >= RECIPE_ARGS_MAX)
        return err_set(e->err, ERR_LIMIT, "a command of more than %d words", RECIPE_ARGS_MAX);
    if (!arena_grow(e->arena, &items, e->word_count, sizeof(*e->words)))
        return err_memory(e->err);
    e->words = items;
    e->words[e->word_count++] = word;
    return true;
}

static bool add_texts(struct expansion *e, const struct recipe_words *words)
{
    for (size_t i = 0; i < words->count; i++) {
        buf_clear(&e->text);
        if (!append_text(e, &words->words[i]))
            return false;
        char *word = arena_string(e->arena, buf_bytes(&e->text));
        if (word == NULL)
            return err_memory(e->err);
        if (!add_word(e, word))
            return false;
    }
    return true;
}

static bool add_each_message(struct expansion *e, const struct recipe_words *words)
{
    bool ok = true;
    for (size_t i = 0; ok && i < e->facts->message_count; i++) {
        e->one_message = e->facts->messages[i];
        ok = add_texts(e, words);
    }
    e->one_message = BYTES_NONE;
    return ok;
}

static bool add_words(struct expansion *e, const struct recipe_words *words)
{
    bool ok = true;
    if (!holds(&words->condition, e->facts))
        return true;
    if (words->condition.each == RECIPE_EACH_MESSAGE)
        return add_each_message(e, words);
    if (words->condition.each != RECIPE_EACH_TO)
        return add_texts(e, words);
    for (size_t i = 0; ok && i < e->facts->to_count; i++) {
        e->one_to = e->facts->to[i];
        ok = add_texts(e, words);
    }
    e->one_to = BYTES_NONE;
    return ok;
}

/* A NULL-terminated list of all that stands in these lines. */
static bool make_list(struct expansion *e, const struct recipe_words *lines, size_t count,
                      const char *const **ret)
{
    e->words = NULL;
    e->word_count = 0;
    for (size_t i = 0; i < count; i++)
        if (!add_words(e, &lines[i]))
            return false;
    if (!add_word(e, NULL))
        return false;
    *ret = e->words;
    return true;
}

static struct recipe_made_file *file_named(struct recipe_command *command, struct bytes name)
{
    for (size_t i = 0; i < command->file_count; i++)
        if (bytes_equal(command->files[i].name, name))
            return &command->files[i];
    struct recipe_made_file *file = &command->files[command->file_count++];
    *file = (struct recipe_made_file){.name = name};
    return file;
}

/* The lines of one block behind what the file has already. */
static bool add_file_lines(struct expansion *e, const struct recipe_words *lines,
                           struct recipe_made_file *file)
{
    buf_clear(&e->text);
    if (!buf_append(&e->text, file->octets))
        return err_memory(e->err);
    for (size_t i = 0; i < lines->count; i++)
        if (!append_text(e, &lines->words[i]) || !buf_append_octet(&e->text, '\n'))
            return err_memory(e->err);
    file->octets = arena_copy(e->arena, buf_bytes(&e->text));
    return file->octets.data != NULL || err_memory(e->err);
}

static bool make_files(struct expansion *e, const struct recipe *recipe, struct recipe_command *ret)
{
    ret->file_count = 0;
    ret->files = arena_alloc_array(e->arena, recipe->file_count + 1, sizeof(*ret->files));
    if (ret->files == NULL)
        return err_memory(e->err);
    for (size_t i = 0; i < recipe->file_count; i++) {
        const struct recipe_words *lines = &recipe->files[i];
        if (holds(&lines->condition, e->facts) &&
            !add_file_lines(e, lines, file_named(ret, lines->name)))
            return false;
    }
    return true;
}

bool recipe_expand(const struct recipe *recipe, const struct recipe_facts *facts,
                   struct arena *arena, struct recipe_command *ret, struct err *err)
{
    struct expansion e = {.facts = facts, .arena = arena, .err = err};
    buf_init(&e.text, RECIPE_VALUE_OCTETS_MAX);
    bool ok = make_list(&e, recipe->args, recipe->arg_count, &ret->argv) &&
              make_list(&e, recipe->environment, recipe->environment_count, &ret->environment) &&
              make_files(&e, recipe, ret);
    buf_release_secret(&e.text);
    return ok;
}

bool recipe_expand_line(const struct recipe_words *line, const struct recipe_facts *facts,
                        struct arena *arena, const char *const **ret_argv, struct err *err)
{
    struct expansion e = {.facts = facts, .arena = arena, .err = err};
    *ret_argv = NULL;
    if (line->count == 0)
        return true;
    buf_init(&e.text, RECIPE_VALUE_OCTETS_MAX);
    bool ok = make_list(&e, line, 1, ret_argv);
    buf_release(&e.text);
    return ok;
}
