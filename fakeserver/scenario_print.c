#include "fakeserver/scenario_private.h"

/* The keys of head and expectation lines take so many octets, with the blank behind them. */
enum { KEY_OCTETS = 9, INDENT_OCTETS = 2, LINE_PRINT_MAX = 2 * SCENARIO_FILE_OCTETS_MAX };

static bool put_blanks(struct buf *to, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!buf_append_octet(to, ' '))
            return false;
    return true;
}

/* Words with one blank between them; as written where blanks may count: patterns, placeholders. */
static bool put_body(struct buf *to, const struct scenario_line *line)
{
    bool is_pattern = scenario_line_place(line->kind) != LINE_PLACE_HEAD;
    struct scenario_word word;
    size_t at = 0;
    bool ok = true;

    if (scenario_line_style(line->kind) != LINE_STYLE_WORDS || is_pattern ||
        bytes_find(line->body, '{') != BYTES_NOT_FOUND)
        return buf_append(to, line->body);
    for (bool first = true; ok && scenario_word_next(line->body, &at, &word); first = false)
        ok = (first || buf_append_octet(to, ' ')) && buf_append(to, word.octets);
    return ok;
}

static bool put_key(struct buf *to, const struct scenario_line *line)
{
    enum line_place place = scenario_line_place(line->kind);
    const char *word = scenario_line_word(line->kind);
    size_t pad = 1;

    if (place == LINE_PLACE_HEAD || place == LINE_PLACE_EXPECTATION)
        pad = KEY_OCTETS - strlen(word);
    if (line->kind == LINE_EVENT || line->body.size == 0)
        pad = 0;
    return buf_append_string(to, word) && put_blanks(to, pad);
}

/* All of a line but its comment and its end. */
static bool put_line(struct buf *to, const struct scenario_line *line)
{
    if (!put_blanks(to, (size_t)line->depth * INDENT_OCTETS))
        return false;
    if (line->delay.size > 0 &&
        !(buf_append_octet(to, '+') && buf_append(to, line->delay) && buf_append_octet(to, ' ')))
        return false;
    return put_key(to, line) && put_body(to, line);
}

static bool has_trailing_comment(const struct scenario_line *line)
{
    return line->kind != LINE_COMMENT && line->comment.size > 0;
}

/* Comments of neighbouring lines stand in one column, two blanks behind the longest of them. */
static bool comment_column(const struct scenario_file *file, size_t first, size_t *ret_column,
                           size_t *ret_end)
{
    struct buf line;
    size_t widest = 0;
    size_t i = first;
    bool ok = true;

    buf_init(&line, LINE_PRINT_MAX);
    for (; ok && i < file->line_count && has_trailing_comment(&file->lines[i]); i++) {
        buf_clear(&line);
        ok = put_line(&line, &file->lines[i]);
        widest = line.size > widest ? line.size : widest;
    }
    buf_release(&line);
    *ret_column = widest + 2;
    *ret_end = i;
    return ok;
}

static bool put_with_comment(struct buf *to, const struct scenario_line *line, size_t column)
{
    size_t begin = to->size;

    if (line->kind == LINE_COMMENT)
        return put_blanks(to, (size_t)line->depth * INDENT_OCTETS) &&
               buf_append(to, line->comment) && buf_append_octet(to, '\n');
    if (!put_line(to, line))
        return false;
    if (line->comment.size > 0 &&
        !(put_blanks(to, column - (to->size - begin)) && buf_append(to, line->comment)))
        return false;
    return buf_append_octet(to, '\n');
}

static bool print_lines(const struct scenario_file *file, struct buf *ret)
{
    size_t group_end = 0;
    size_t column = 0;
    bool is_blank_due = false;
    bool ok = true;

    for (size_t i = 0; ok && i < file->line_count; i++) {
        const struct scenario_line *line = &file->lines[i];

        if (line->kind == LINE_BLANK) {
            is_blank_due = ret->size > 0;
            continue;
        }
        if (is_blank_due)
            ok = buf_append_octet(ret, '\n');
        is_blank_due = false;
        if (has_trailing_comment(line) && i >= group_end)
            ok = ok && comment_column(file, i, &column, &group_end);
        ok = ok && put_with_comment(ret, line, column);
    }
    return ok;
}

bool scenario_print(const struct scenario_file *file, struct buf *ret, struct err *err)
{
    if (print_lines(file, ret))
        return true;
    if (buf_room(ret) < SCENARIO_LINE_OCTETS_MAX)
        return err_set(err, ERR_LIMIT, "the canonical layout has more than %zu octets", ret->max);
    return err_memory(err);
}
