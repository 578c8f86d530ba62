#include "fakeserver/scenario_private.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>

/* The last span that starts at or before the offset; NULL: the text stands as it was written. */
static const struct scenario_span *span_at(const struct scenario_text *text, size_t at)
{
    size_t low = 0;
    size_t high = text->span_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (text->spans[middle].at <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? &text->spans[low - 1] : NULL;
}

unsigned scenario_text_column(const struct scenario_text *text, size_t at)
{
    const struct scenario_span *span = span_at(text, at);

    if (!span)
        return text->column + (unsigned)at;
    return span->is_value ? span->column : span->column + (unsigned)(at - span->at);
}

bool scenario_text_is_value(const struct scenario_text *text, size_t at)
{
    const struct scenario_span *span = span_at(text, at);

    return span && span->is_value;
}

bool scenario_fail(const struct scenario_text *text, size_t at, struct err *err, const char *format,
                   ...)
{
    char what[sizeof(err->what)];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(what, sizeof(what), format, arguments);
    va_end(arguments);
    return err_set_at(err, ERR_SYNTAX, text->line, scenario_text_column(text, at), "%s", what);
}

/* NOLINTNEXTLINE(readability-function-size): where, what and which words it could have been */
bool scenario_fail_unknown(const struct scenario_text *text, size_t at, struct err *err,
                           const char *what, struct bytes word, const char *const *known,
                           size_t known_count)
{
    const char *nearest = text_nearest(word, known, known_count);

    if (!nearest)
        return scenario_fail(text, at, err, "unknown %s \"%s\"", what, text_show(word).text);
    return scenario_fail(text, at, err, "unknown %s \"%s\"; did you mean \"%s\"?", what,
                         text_show(word).text, nearest);
}

bool scenario_fail_room(const struct scenario_text *text, struct err *err)
{
    return err_set_at(err, ERR_MEMORY, text->line, text->column, "out of memory");
}

bool scenario_word_next(struct bytes text, size_t *at, struct scenario_word *ret)
{
    size_t from = *at;
    size_t to;

    while (from < text.size && scenario_is_blank(text.data[from]))
        from++;
    if (from >= text.size)
        return false;
    for (to = from; to < text.size && !scenario_is_blank(text.data[to]); to++) {
        if (scenario_string_opens(text, to)) {
            size_t extent = scenario_string_extent(text, to);

            to = extent > 0 ? to + extent - 1 : text.size - 1;
        }
    }
    *ret = (struct scenario_word){bytes_slice(text, from, to), from};
    *at = to;
    return true;
}

/* Offset in the word of a string that has no end; its size: there is none. */
static size_t find_open_string(struct bytes word)
{
    for (size_t i = 0; i < word.size; i++) {
        size_t extent;

        if (!scenario_string_opens(word, i))
            continue;
        extent = scenario_string_extent(word, i);
        if (extent == 0)
            return i;
        i += extent - 1;
    }
    return word.size;
}

bool scenario_words(const struct scenario_text *text, struct arena *arena,
                    struct scenario_word **ret, size_t *ret_count, struct err *err)
{
    struct scenario_word *words = NULL;
    size_t count = 0;
    size_t at = 0;
    struct scenario_word word;

    while (scenario_word_next(text->octets, &at, &word)) {
        size_t open = find_open_string(word.octets);

        if (open < word.octets.size)
            return scenario_fail(text, word.at + open, err, "a string without its closing quote");
        if (!arena_grow(arena, (void **)&words, count, sizeof(*words)))
            return scenario_fail_room(text, err);
        words[count++] = word;
    }
    *ret = words;
    *ret_count = count;
    return true;
}

bool scenario_word_octets(const struct scenario_text *text, struct bytes written, size_t at,
                          struct arena *arena, struct bytes *ret, struct err *err)
{
    struct err inner = {0};
    struct buf buf;
    bool ok;

    if (written.size == 0 || written.data[0] != '"') {
        *ret = written;
        return true;
    }
    if (scenario_string_extent(written, 0) == 0)
        return scenario_fail(text, at, err, "a string without its closing quote");
    if (scenario_string_extent(written, 0) != written.size)
        return scenario_fail(text, at + scenario_string_extent(written, 0), err,
                             "expected a blank behind the closing quote");
    buf_init(&buf, SCENARIO_LINE_OCTETS_MAX);
    ok = text_unescape(&buf, bytes_slice(written, 1, written.size - 1), &inner);
    if (!ok && inner.kind == ERR_SYNTAX)
        scenario_fail(text, at + inner.column, err,
                      "expected one of \\r \\n \\t \\0 \\xHH \\\\ \\\" behind the backslash");
    else if (!ok)
        scenario_fail_room(text, err);
    if (ok) {
        *ret = arena_copy(arena, buf_bytes(&buf));
        ok = ret->data || scenario_fail_room(text, err);
    }
    buf_release(&buf);
    return ok;
}
