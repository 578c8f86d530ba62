#include "fakeserver/transcript_reader.h"

#include "base/text.h"

bool words_fail(const struct words *words, const char *expected)
{
    return err_set_at(words->err, ERR_SYNTAX, words->line_number, (unsigned)words->at + 1,
                      "expected %s, got \"%s\"", expected,
                      text_show(bytes_after(words->line, words->at)).text);
}

bool words_no_memory(const struct words *words)
{
    return err_memory(words->err);
}

bool words_next_line(struct words *words)
{
    if (!bytes_next(&words->rest, '\n', &words->line))
        return false;
    words->line_number++;
    words->at = 0;
    return true;
}

bool words_at_end(const struct words *words)
{
    return words->at == words->line.size;
}

/* The word here; words stand apart by one space. Empty at the end. */
struct bytes words_peek(const struct words *words)
{
    struct bytes rest = bytes_after(words->line, words->at);
    size_t end = bytes_find(rest, ' ');

    return bytes_slice(rest, 0, end);
}

static bool take_space(struct words *words)
{
    if (words_at_end(words))
        return true;
    if (words->line.data[words->at] != ' ' || words->at + 1 == words->line.size)
        return words_fail(words, "one space or the end of the line");
    words->at++;
    return true;
}

bool words_skip(struct words *words, size_t octets)
{
    words->at += octets;
    return take_space(words);
}

bool words_take(struct words *words, const char *word)
{
    return bytes_equal(words_peek(words), bytes_of(word)) && words_skip(words, strlen(word));
}

bool words_take_index(struct words *words, const char *const *list, size_t count,
                      const char *expected, unsigned *ret)
{
    struct bytes word = words_peek(words);

    for (size_t i = 0; i < count; i++) {
        if (!bytes_equal(word, bytes_of(list[i])))
            continue;
        *ret = (unsigned)i;
        return words_skip(words, word.size);
    }
    return words_fail(words, expected);
}

bool words_take_number(struct words *words, unsigned long long max, const char *expected,
                       unsigned long long *ret)
{
    struct bytes word = words_peek(words);

    if (!bytes_to_number(word, max, ret))
        return words_fail(words, expected);
    return words_skip(words, word.size);
}

/* `name=` stands here: steps behind it. */
bool words_take_name(struct words *words, const char *name)
{
    struct bytes rest = bytes_after(words->line, words->at);
    size_t size = strlen(name);

    if (!bytes_starts_with(rest, bytes_of(name)) || size == rest.size || rest.data[size] != '=')
        return false;
    words->at += size + 1;
    return true;
}

bool words_take_string(struct words *words, struct bytes *ret)
{
    struct bytes rest = bytes_after(words->line, words->at);
    struct err err = {0};
    size_t end = 1;

    if (rest.size == 0 || rest.data[0] != '"')
        return words_fail(words, "a string in quotes");
    while (end < rest.size && rest.data[end] != '"')
        end += rest.data[end] == '\\' ? 2 : 1;
    if (end >= rest.size)
        return words_fail(words, "a string that ends in a quote");
    buf_clear(&words->scratch);
    if (!text_unescape(&words->scratch, bytes_slice(rest, 1, end), &err)) {
        if (err.kind != ERR_SYNTAX) /* the buffer is as large as the text */
            return words_no_memory(words);
        words->at += err.column;
        return words_fail(words, "an escape of a string");
    }
    *ret = arena_copy(words->arena, buf_bytes(&words->scratch));
    if (!ret->data)
        return words_no_memory(words);
    return words_skip(words, end + 1);
}

bool words_take_named(struct words *words, const char *name, struct bytes *ret)
{
    if (!words_next_line(words) || !words_take(words, name))
        return words_fail(words, name);
    return words_take_string(words, ret) &&
           (words_at_end(words) || words_fail(words, "the end of the line"));
}
