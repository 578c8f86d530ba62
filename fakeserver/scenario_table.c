#include "fakeserver/scenario_sweep.h"

#include "base/text.h"

#include <stdlib.h>

/* ---- sweep from FILE [where COLUMN=VALUE …] ------------------------------------------------- */

struct table {
    struct bytes path; /* as written in the scenario */
    struct bytes names[SCENARIO_TABLE_COLUMNS_MAX];
    size_t column_count;
    struct bytes *values;
    size_t value_count;
    size_t row_count;
    unsigned line;
};

static bool fail_table(const struct sweep_reader *reader, const struct table *table,
                       const char *what, struct bytes word)
{
    return scenario_fail(&reader->text, reader->words[1].at, reader->err, "%s:%u: %s \"%s\"",
                         text_show(table->path).text, table->line, what, text_show(word).text);
}

/* The head of a column as a name: letters in lower case, all else one "-". */
static struct bytes make_column_name(struct arena *arena, struct bytes cell)
{
    struct bytes slug = sweep_slug(arena, cell);
    char *octets = (char *)(uintptr_t)slug.data;

    for (size_t i = 0; i < slug.size; i++) {
        if (octets[i] >= 'A' && octets[i] <= 'Z')
            octets[i] = (char)(octets[i] - 'A' + 'a');
        else if (octets[i] == '_' || octets[i] == '.' || octets[i] == '@' || octets[i] == '+')
            octets[i] = '-';
    }
    return slug;
}

static bool read_table_head(struct sweep_reader *reader, struct table *table, struct bytes line)
{
    struct bytes cell;

    while (bytes_next(&line, '\t', &cell)) {
        struct bytes name = make_column_name(reader->arena, cell);

        if (!name.data)
            return err_memory(reader->err);
        if (table->column_count == SCENARIO_TABLE_COLUMNS_MAX)
            return fail_table(reader, table, "more columns than 32; the first too many is", cell);
        if (!scenario_is_name(name) || scenario_is_placeholder(name))
            return fail_table(reader, table, "this cannot be the name of a column:", cell);
        for (size_t i = 0; i < table->column_count; i++)
            if (bytes_equal(table->names[i], name))
                return fail_table(reader, table, "two columns have the name", cell);
        table->names[table->column_count++] = name;
    }
    return true;
}

static bool read_cell(struct sweep_reader *reader, const struct table *table, struct bytes cell,
                      struct bytes *ret)
{
    struct err inner = {0};
    struct buf buf;
    bool ok;

    if (bytes_find(cell, '\\') == BYTES_NOT_FOUND) {
        *ret = cell;
        return true;
    }
    buf_init(&buf, SCENARIO_LINE_OCTETS_MAX);
    ok = text_unescape(&buf, cell, &inner);
    if (ok) {
        *ret = arena_copy(reader->arena, buf_bytes(&buf));
        ok = ret->data || err_memory(reader->err);
    } else if (inner.kind == ERR_SYNTAX) {
        fail_table(reader, table, "an unknown escape in", bytes_after(cell, inner.column - 1));
    } else {
        err_memory(reader->err);
    }
    buf_release(&buf);
    return ok;
}

static bool read_row(struct sweep_reader *reader, struct table *table, struct bytes line)
{
    for (size_t i = 0; i < table->column_count; i++) {
        struct bytes cell = BYTES_LITERAL("");

        if (!bytes_next(&line, '\t', &cell))
            cell = BYTES_LITERAL("");
        if (!arena_grow(reader->arena, (void **)&table->values, table->value_count,
                        sizeof(*table->values)))
            return err_memory(reader->err);
        if (!read_cell(reader, table, cell, &table->values[table->value_count]))
            return false;
        table->value_count++;
    }
    if (line.size > 0)
        return fail_table(reader, table, "more cells than columns from", line);
    table->row_count++;
    return true;
}

/* The scenario's folder and the name as written. */
static char *table_path(const struct scenario_file *file, struct sweep_reader *reader,
                        struct bytes name)
{
    size_t folder = file->path.size;
    struct bytes path;

    while (folder > 0 && file->path.data[folder - 1] != '/')
        folder--;
    path = arena_join(reader->arena, bytes_slice(file->path, 0, folder), name);
    return (char *)(uintptr_t)path.data;
}

static bool load_table(struct sweep_reader *reader, const struct scenario_file *file,
                       struct table *table)
{
    struct err inner = {0};
    struct bytes text = BYTES_NONE;
    struct bytes line;
    char *path = table_path(file, reader, table->path);

    if (!path)
        return err_memory(reader->err);
    if (!file->loader || !file->loader->load)
        return fail_table(reader, table, "no file can be read here:", table->path);
    if (!file->loader->load(file->loader->owner, path, reader->arena, &text, &inner))
        return scenario_fail(&reader->text, reader->words[1].at, reader->err, "%s", inner.what);
    while (bytes_next(&text, '\n', &line)) {
        table->line++;
        if (line.size > 0 && line.data[line.size - 1] == '\r')
            line.size--;
        if (line.size == 0 || line.data[0] == '#')
            continue;
        if (!(table->column_count == 0 ? read_table_head(reader, table, line)
                                       : read_row(reader, table, line)))
            return false;
    }
    return true;
}

/* VALUE|VALUE of a where word. */
static bool is_one_of(struct bytes alternatives, struct bytes value)
{
    struct bytes one;

    if (alternatives.size == 0)
        return value.size == 0;
    while (bytes_next(&alternatives, '|', &one))
        if (bytes_equal(one, value))
            return true;
    return false;
}

/* Keeps the rows whose cell in the column of `COLUMN=VALUE` has that value. */
static bool filter_rows(struct sweep_reader *reader, struct table *table,
                        const struct scenario_word *word)
{
    size_t equals = bytes_find(word->octets, '=');
    struct bytes name = bytes_slice(word->octets, 0, equals);
    struct bytes wanted;
    size_t column = 0;
    size_t kept = 0;

    if (equals == BYTES_NOT_FOUND)
        return scenario_fail(&reader->text, word->at, reader->err,
                             "expected COLUMN=VALUE; got \"%s\"", text_show(word->octets).text);
    while (column < table->column_count && !bytes_equal(table->names[column], name))
        column++;
    if (column == table->column_count)
        return scenario_fail(&reader->text, word->at, reader->err, "%s has no column \"%s\"",
                             text_show(table->path).text, text_show(name).text);
    if (!scenario_word_octets(&reader->text, bytes_after(word->octets, equals + 1),
                              word->at + equals + 1, reader->arena, &wanted, reader->err))
        return false;
    for (size_t row = 0; row < table->row_count; row++) {
        struct bytes *cells = &table->values[row * table->column_count];

        if (!is_one_of(wanted, cells[column]))
            continue;
        memmove(&table->values[kept * table->column_count], cells,
                table->column_count * sizeof(*cells));
        kept++;
    }
    table->row_count = kept;
    return true;
}

static bool column_varies(const struct table *table, size_t column)
{
    for (size_t row = 1; row < table->row_count; row++)
        if (!bytes_equal(table->values[row * table->column_count + column], table->values[column]))
            return true;
    return false;
}

/* Adds one column to the digests of all rows; *ret: do they differ now, each from each? */
static bool add_column(struct sweep_reader *reader, const struct table *table, size_t column,
                       uint64_t *digests, bool *ret)
{
    struct row_digest *sorted = arena_alloc_array(reader->arena, table->row_count, sizeof(*sorted));

    if (!sorted)
        return err_memory(reader->err);
    for (size_t row = 0; row < table->row_count; row++) {
        digests[row] =
            sweep_digest(digests[row], table->values[row * table->column_count + column]);
        sorted[row] = (struct row_digest){digests[row], row};
    }
    qsort(sorted, table->row_count, sizeof(*sorted), sweep_compare_digests);
    *ret = true;
    for (size_t i = 1; i < table->row_count; i++)
        *ret = *ret && sorted[i].digest != sorted[i - 1].digest;
    return true;
}

/* The first columns that tell the rows apart; columns in which all rows agree tell nothing. */
static bool choose_columns(struct sweep_reader *reader, const struct table *table,
                           size_t *ret_columns, size_t *ret_count)
{
    uint64_t *digests = arena_alloc_array(reader->arena, table->row_count, sizeof(*digests));
    bool unique = table->row_count == 1;
    size_t count = 0;

    if (!digests)
        return err_memory(reader->err);
    for (size_t i = 0; i < table->column_count && !unique; i++) {
        if (!column_varies(table, i))
            continue;
        ret_columns[count++] = i;
        if (!add_column(reader, table, i, digests, &unique))
            return false;
    }
    if (count == 0)
        ret_columns[count++] = 0;
    *ret_count = count;
    return true;
}

bool sweep_read_table(struct sweep_reader *reader, const struct scenario_file *file)
{
    struct table table = {0};
    size_t columns[SCENARIO_TABLE_COLUMNS_MAX];
    size_t column_count = 0;
    struct bytes *names;

    if (!scenario_word_octets(&reader->text, reader->words[1].octets, reader->words[1].at,
                              reader->arena, &table.path, reader->err))
        return false;
    if (table.path.size == 0 || table.path.data[0] == '/')
        return scenario_fail(&reader->text, reader->words[1].at, reader->err,
                             "expected a file name relative to the scenario's folder");
    if (!load_table(reader, file, &table))
        return false;
    if (reader->word_count > 2 && !bytes_equal(reader->words[2].octets, BYTES_LITERAL("where")))
        return scenario_fail(&reader->text, reader->words[2].at, reader->err,
                             "expected where; got \"%s\"", text_show(reader->words[2].octets).text);
    for (size_t i = 3; i < reader->word_count; i++)
        if (!filter_rows(reader, &table, &reader->words[i]))
            return false;
    if (table.row_count == 0)
        return scenario_fail(&reader->text, reader->words[1].at, reader->err, "%s has no such row",
                             text_show(table.path).text);
    names = arena_alloc_array(reader->arena, table.column_count, sizeof(*names));
    if (!names)
        return err_memory(reader->err);
    memcpy(names, table.names, table.column_count * sizeof(*names));
    *reader->sweep = (struct scenario_sweep){
        .line = reader->sweep->line,
        .names = names,
        .name_count = table.column_count,
        .values = table.values,
        .row_count = table.row_count,
        .is_table = true,
    };
    return choose_columns(reader, &table, columns, &column_count) &&
           sweep_label_rows(reader, columns, column_count);
}
