#include "fakeserver/scenario_lint.h"

#include "base/text.h"

#include <stdarg.h>

#include <stdio.h>
#include <stdlib.h>

enum { REMARKS_MAX = 200, INSTANCE_OCTETS_MAX = 64 * 1024 * 1024 };

bool lint_remark_at(struct lint *lint, bool is_error, unsigned line, unsigned column,
                    const char *format, ...)
{
    char what[sizeof(((struct err *)NULL)->what)];
    struct lint_remark remark = {.line = line, .column = column, .is_error = is_error};
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(what, sizeof(what), format, arguments);
    va_end(arguments);
    /* Many instances say the same thing of the same line. */
    for (size_t i = 0; i < lint->count; i++)
        if (lint->remarks[i].line == line && lint->remarks[i].column == column &&
            bytes_equal(lint->remarks[i].what, bytes_of(what)))
            return true;
    if (lint->count == REMARKS_MAX)
        return true;
    remark.what = arena_copy(lint->arena, bytes_of(what));
    if (!remark.what.data ||
        !arena_grow(lint->arena, (void **)&lint->remarks, lint->count, sizeof(remark)))
        return err_memory(lint->err);
    lint->remarks[lint->count++] = remark;
    return true;
}

/* ---- the file ------------------------------------------------------------------------------- */

static const struct scenario_line *first_of(const struct scenario_file *file, enum line_kind kind)
{
    for (size_t i = 0; i < file->line_count; i++)
        if (file->lines[i].kind == kind)
            return &file->lines[i];
    return NULL;
}

static bool uses_name(const struct scenario_file *file, struct bytes name)
{
    for (size_t i = 0; i < file->line_count; i++) {
        struct bytes rest = file->lines[i].body;
        size_t at;

        while ((at = bytes_find(rest, '{')) != BYTES_NOT_FOUND) {
            rest = bytes_after(rest, at + 1);
            if (bytes_starts_with(rest, name) && rest.size > name.size &&
                rest.data[name.size] == '}')
                return true;
        }
    }
    return false;
}

static bool check_sweeps(struct lint *lint)
{
    for (size_t i = 0; i < lint->file->sweep_count; i++) {
        const struct scenario_sweep *sweep = &lint->file->sweeps[i];
        bool is_used = false;

        for (size_t j = 0; j < sweep->name_count; j++)
            is_used = is_used || uses_name(lint->file, sweep->names[j]);
        if (!is_used && !lint_remark_at(lint, false, sweep->line, 1,
                                        sweep->is_table ? "no column of this table is used"
                                                        : "{%s} is used nowhere",
                                        text_show(sweep->names[0]).text))
            return false;
    }
    return true;
}

static bool check_head(struct lint *lint)
{
    if (!first_of(lint->file, LINE_TITLE) &&
        !lint_remark_at(lint, true, 1, 1, "there is no title: the claim that this scenario tests"))
        return false;
    if (!lint->is_personality && !first_of(lint->file, LINE_CITES) &&
        !lint_remark_at(lint, false, 1, 1, "there is no cites line: which requirement is shown?"))
        return false;
    return check_sweeps(lint);
}

/* ---- an instance ---------------------------------------------------------------------------- */

static unsigned line_of(const struct lint *lint, enum line_kind kind)
{
    const struct scenario_line *line = first_of(lint->file, kind);

    return line ? line->number : 1;
}

static bool check_known(struct lint *lint, bool (*is_known)(void *, struct bytes),
                        const struct bytes *words, size_t count, enum line_kind kind,
                        const char *what)
{
    for (size_t i = 0; i < count && is_known; i++)
        if (words[i].size > 0 && !is_known(lint->known->owner, words[i]) &&
            !lint_remark_at(lint, true, line_of(lint, kind), 1, "unknown %s \"%s\"", what,
                            text_show(words[i]).text))
            return false;
    return true;
}

static bool check_words(struct lint *lint, const struct scenario *scenario)
{
    const struct lint_known *known = lint->known;

    if (!known)
        return true;
    return check_known(lint, known->requirement, scenario->cites, scenario->cite_count, LINE_CITES,
                       "requirement") &&
           check_known(lint, known->capability, scenario->needs, scenario->need_count, LINE_NEEDS,
                       "capability") &&
           check_known(lint, known->personality, &scenario->server, 1, LINE_SERVER, "personality");
}

static bool make_instance(struct lint *lint, size_t index, struct arena *arena,
                          struct scenario *ret, struct err *err)
{
    static const struct bytes to[] = {
        {"rcpt@server.example", 19}
    };
    const struct scenario session = {
        .send = {.from = BYTES_LITERAL("user@client.example"),
                 .to = to,
                 .to_count = 1,
                 .user = BYTES_LITERAL("user@client.example"),
                 .password = BYTES_LITERAL("secret"),
                 .domain = BYTES_LITERAL("client.example")},
    };

    if (lint->is_personality)
        return scenario_file_personality(lint->file, &session, 1, arena, ret, err);
    return scenario_file_instance(lint->file, index, 1, arena, ret, err);
}

static bool check_instance(struct lint *lint, size_t index, struct arena *arena)
{
    struct scenario scenario;
    struct err err = {0};

    if (make_instance(lint, index, arena, &scenario, &err))
        return check_words(lint, &scenario) && lint_steps(lint, &scenario) &&
               lint_rules(lint, &scenario) && lint_expectations(lint, &scenario);
    if (err.kind == ERR_MEMORY)
        return err_memory(lint->err);
    return lint_remark_at(lint, true, err.line, err.column, "%s", err.what);
}

static int compare_remarks(const void *left, const void *right)
{
    const struct lint_remark *a = left;
    const struct lint_remark *b = right;

    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    return a->column < b->column ? -1 : a->column > b->column;
}

static bool ends_with(struct bytes text, struct bytes end)
{
    return text.size >= end.size && bytes_equal(bytes_after(text, text.size - end.size), end);
}

bool scenario_lint(const struct scenario_file *file, const struct lint_known *known,
                   struct arena *arena, struct lint_remark **ret, size_t *ret_count,
                   struct err *err)
{
    struct lint lint = {
        .file = file,
        .known = known,
        .arena = arena,
        .err = err,
        .is_personality = ends_with(file->path, BYTES_LITERAL(".personality")),
    };

    if (!check_head(&lint) || !lint_texts(&lint))
        return false;
    for (size_t i = 0; i < file->instance_count && lint.count < REMARKS_MAX; i++) {
        struct arena *scratch = arena_new(INSTANCE_OCTETS_MAX);
        bool ok = scratch ? check_instance(&lint, i, scratch) : err_memory(err);

        arena_free(scratch);
        if (!ok)
            return false;
    }
    if (lint.count > 0)
        qsort(lint.remarks, lint.count, sizeof(*lint.remarks), compare_remarks);
    *ret = lint.remarks;
    *ret_count = lint.count;
    return true;
}
