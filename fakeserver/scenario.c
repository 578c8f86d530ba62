#include "fakeserver/scenario.h"

#include "base/require.h"
#include "base/text.h"
#include "fakeserver/scenario_private.h"

/* Where in the file we are, while its lines are put in order. */
struct layout {
    unsigned number;
    bool in_rule;
    bool dialogue_begun;
    unsigned depth;                               /* of either … end */
    unsigned opened[SCENARIO_EITHER_DEPTH_MAX];   /* lines of those either */
    unsigned branched[SCENARIO_EITHER_DEPTH_MAX]; /* lines since the last either or or */
    struct err *err;
};

static bool fail_line(const struct layout *layout, const struct scenario_line *line,
                      const char *what)
{
    return err_set_at(layout->err, ERR_SYNTAX, line->number, (unsigned)line->key_at + 1,
                      "\"%s\" %s", scenario_line_word(line->kind), what);
}

static bool place_either(struct layout *layout, struct scenario_line *line)
{
    if (layout->depth == SCENARIO_EITHER_DEPTH_MAX)
        return err_set_at(layout->err, ERR_LIMIT, line->number, (unsigned)line->key_at + 1,
                          "at most %d blocks may stand in each other", SCENARIO_EITHER_DEPTH_MAX);
    layout->opened[layout->depth] = line->number;
    layout->branched[layout->depth] = 0;
    layout->depth++;
    return true;
}

static bool place_or_end(struct layout *layout, struct scenario_line *line)
{
    if (layout->depth == 0)
        return fail_line(layout, line, "stands here without an either");
    if (layout->branched[layout->depth - 1] == 0)
        return fail_line(layout, line, "follows an empty branch; expected C: or !closed before it");
    layout->branched[layout->depth - 1] = 0;
    line->depth--;
    if (line->kind == LINE_END)
        layout->depth--;
    return true;
}

static bool place_dialogue(struct layout *layout, struct scenario_line *line)
{
    layout->dialogue_begun = true;
    if (line->indented && layout->depth == 0)
        return fail_line(layout, line, "is indented, but stands in no on and in no either");
    line->depth = layout->depth;
    if (line->kind == LINE_OR || line->kind == LINE_END)
        return place_or_end(layout, line);
    if (layout->depth > 0)
        layout->branched[layout->depth - 1]++;
    return line->kind != LINE_EITHER || place_either(layout, line);
}

/* A line of its own at the left margin: head, rule, border, expectation. */
static bool place_at_margin(struct layout *layout, struct scenario_line *line)
{
    enum line_place place = scenario_line_place(line->kind);

    if (layout->depth > 0)
        return fail_line(layout, line, "stands outside of either ... end only");
    if (line->indented)
        return fail_line(layout, line, "stands at the left margin only");
    if (layout->dialogue_begun && (place == LINE_PLACE_HEAD || place == LINE_PLACE_RULE))
        return fail_line(layout, line, "stands before the dialogue only");
    if (place == LINE_PLACE_BORDER)
        layout->dialogue_begun = true;
    layout->in_rule = line->kind == LINE_ON;
    return true;
}

static bool place_line(struct layout *layout, struct scenario_line *line)
{
    enum line_place place = scenario_line_place(line->kind);

    if (line->kind == LINE_BLANK)
        return true;
    if (line->kind == LINE_COMMENT) {
        line->depth = layout->in_rule && line->indented ? 1 : layout->depth;
        return true;
    }
    if (layout->in_rule && line->indented) {
        line->depth = 1;
        return place == LINE_PLACE_ANSWER ||
               fail_line(layout, line, "does not stand in a rule; a rule has S:, S= and events");
    }
    layout->in_rule = false;
    if (place == LINE_PLACE_DIALOGUE || place == LINE_PLACE_ANSWER)
        return place_dialogue(layout, line);
    return place_at_margin(layout, line);
}

/* The next line of the text without its line end, LF or CRLF. */
static struct bytes take_line(struct bytes *rest)
{
    size_t end = bytes_find(*rest, '\n');
    struct bytes raw = bytes_slice(*rest, 0, end);

    *rest = end == BYTES_NOT_FOUND ? BYTES_NONE : bytes_after(*rest, end + 1);
    if (raw.size > 0 && raw.data[raw.size - 1] == '\r')
        raw.size--;
    return raw;
}

static bool read_lines(struct scenario_file *file, struct bytes text, struct arena *arena,
                       struct err *err)
{
    struct layout layout = {.err = err};
    struct scenario_line *lines = NULL;

    while (text.size > 0) {
        if (layout.number == SCENARIO_LINES_MAX)
            return err_set_at(err, ERR_LIMIT, layout.number + 1, 0,
                              "a scenario has at most %d lines", SCENARIO_LINES_MAX);
        if (!arena_grow(arena, (void **)&lines, layout.number, sizeof(*lines)))
            return err_memory(err);
        file->lines = lines;
        layout.number++;
        if (!scenario_lex_line(take_line(&text), layout.number, &lines[layout.number - 1], err) ||
            !place_line(&layout, &lines[layout.number - 1]))
            return false;
    }
    file->line_count = layout.number;
    if (layout.depth > 0)
        return err_set_at(err, ERR_SYNTAX, layout.opened[layout.depth - 1], 1,
                          "\"either\" without its \"end\"");
    return true;
}

/* Nothing but blank lines would be a scenario that every client passes. */
static bool check_not_empty(const struct scenario_file *file, struct err *err)
{
    for (size_t i = 0; i < file->line_count; i++)
        if (file->lines[i].kind != LINE_BLANK && file->lines[i].kind != LINE_COMMENT)
            return true;
    return err_set_at(err, ERR_SYNTAX, 1, 1, "expected a title; nothing stands in this file");
}

bool scenario_file_parse(const char *path, struct bytes text, const struct scenario_loader *loader,
                         struct arena *arena, struct scenario_file **ret, struct err *err)
{
    struct scenario_file *file = arena_alloc(arena, sizeof(*file));

    if (text.size > SCENARIO_FILE_OCTETS_MAX)
        return err_set(err, ERR_LIMIT, "a scenario has at most %d octets; this one has %zu",
                       SCENARIO_FILE_OCTETS_MAX, text.size);
    if (!file)
        return err_memory(err);
    file->path = arena_copy(arena, bytes_of(path));
    text = arena_copy(arena, text);
    if (!file->path.data || !text.data)
        return err_memory(err);
    if (!read_lines(file, text, arena, err) || !check_not_empty(file, err) ||
        !scenario_file_read_sweeps(file, loader, arena, err))
        return false;
    *ret = file;
    return true;
}

size_t scenario_file_instance_count(const struct scenario_file *file)
{
    return file->instance_count;
}

struct bytes scenario_file_instance_name(const struct scenario_file *file, size_t index)
{
    REQUIRE(index < file->instance_count);
    return file->instance_names[index];
}

bool scenario_has_event(const struct scenario *scenario, enum step_event event)
{
    for (size_t i = 0; i < scenario->step_count; i++)
        if (scenario->steps[i].kind == STEP_EVENT && scenario->steps[i].event == event)
            return true;
    return false;
}

void scenario_release(struct scenario *scenario)
{
    /* The arena is freed by its owner; what stood there may be reused by another program. */
    for (size_t i = 0; i < scenario->account_count; i++)
        if (scenario->accounts[i].password.size > 0)
            wipe((char *)(uintptr_t)scenario->accounts[i].password.data,
                 scenario->accounts[i].password.size);
    *scenario = (struct scenario){0};
}

/* Tabs stay, so that the caret stands under the octet in every terminal. */
static bool print_caret(struct bytes line, unsigned column, struct buf *ret)
{
    struct buf shown;
    bool ok;

    buf_init(&shown, SCENARIO_LINE_OCTETS_MAX);
    ok = text_escape_utf8(&shown, bytes_slice(line, 0, column - 1));
    ok = ok && buf_append_string(ret, "  | ");
    for (size_t i = 0; ok && i < shown.size; i++) {
        unsigned char octet = (unsigned char)shown.data[i];

        /* Continuation octets of UTF-8 take no room. */
        if (octet < 0x80 || octet >= 0xC0)
            ok = buf_append_octet(ret, ' ');
    }
    buf_release(&shown);
    return ok && buf_append_string(ret, "^\n");
}

bool scenario_error_print(struct bytes path, struct bytes text, const struct err *error,
                          struct buf *ret)
{
    struct bytes line = BYTES_NONE;

    if (!text_escape_utf8(ret, path))
        return false;
    if (error->line == 0)
        return buf_printf(ret, ": %s\n", error->what);
    for (unsigned i = 0; i < error->line; i++)
        line = take_line(&text);
    if (error->column == 0)
        return buf_printf(ret, ":%u: %s\n", error->line, error->what);
    if (!buf_printf(ret, ":%u:%u: %s\n  | ", error->line, error->column, error->what))
        return false;
    return text_escape_utf8(ret, line) && buf_append_octet(ret, '\n') &&
           (error->column - 1 > line.size || print_caret(line, error->column, ret));
}
