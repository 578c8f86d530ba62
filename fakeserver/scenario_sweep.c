#include "fakeserver/scenario_private.h"

#include "base/text.h"

#include <stdlib.h>

/* What the functions below share while one sweep line is read. */
struct sweep_reader {
    struct scenario_text text; /* the body of the line */
    const struct scenario_word *words;
    size_t word_count;
    struct arena *arena;
    struct err *err;
    struct scenario_sweep *sweep;
};

enum { LABEL_OCTETS_MAX = 32 };

static bool is_plain(char octet)
{
    return (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z') ||
           (octet >= '0' && octet <= '9') || octet == '.' || octet == '_' || octet == '-' ||
           octet == '@' || octet == '+';
}

/* A value as part of a name that needs no quotes in a shell: other octets become one "-". */
static struct bytes make_slug(struct arena *arena, struct bytes value)
{
    char slug[LABEL_OCTETS_MAX];
    size_t size = 0;

    for (size_t i = 0; i < value.size && size < sizeof(slug); i++) {
        if (is_plain(value.data[i]))
            slug[size++] = value.data[i];
        else if (size > 0 && slug[size - 1] != '-')
            slug[size++] = '-';
    }
    while (size > 0 && slug[size - 1] == '-')
        size--;
    return arena_copy(arena, (struct bytes){slug, size});
}

/* FNV-1a, so that rows are told apart without comparing each with each. */
#define DIGEST_START UINT64_C(0xcbf29ce484222325)

static uint64_t digest_add(uint64_t digest, struct bytes octets)
{
    for (size_t i = 0; i <= octets.size; i++) {
        digest ^= i < octets.size ? (unsigned char)octets.data[i] : 0U;
        digest *= UINT64_C(0x100000001b3);
    }
    return digest;
}

struct row_digest {
    uint64_t digest;
    size_t row;
};

static int compare_digests(const void *left, const void *right)
{
    const struct row_digest *a = left;
    const struct row_digest *b = right;

    if (a->digest != b->digest)
        return a->digest < b->digest ? -1 : 1;
    return a->row < b->row ? -1 : a->row > b->row;
}

/* A label that an earlier row has already gets its row behind it; "~" stands in no value. */
static bool number_equal_labels(struct sweep_reader *reader, struct bytes *labels)
{
    size_t count = reader->sweep->row_count;
    struct row_digest *digests = arena_alloc_array(reader->arena, count, sizeof(*digests));

    if (!digests)
        return err_memory(reader->err);
    for (size_t row = 0; row < count; row++)
        digests[row] = (struct row_digest){digest_add(DIGEST_START, labels[row]), row};
    qsort(digests, count, sizeof(*digests), compare_digests);
    for (size_t i = 1; i < count; i++) {
        struct bytes *label = &labels[digests[i].row];

        if (digests[i].digest != digests[i - 1].digest)
            continue;
        *label = arena_printf(reader->arena, "%.*s~%zu", BYTES_FORMAT(*label), digests[i].row + 1);
        if (!label->data)
            return err_memory(reader->err);
    }
    return true;
}

/* NAME=VALUE of the given columns. */
static bool label_row(struct sweep_reader *reader, const size_t *columns, size_t column_count,
                      size_t row, struct bytes *ret)
{
    const struct scenario_sweep *sweep = reader->sweep;

    *ret = BYTES_LITERAL("");
    for (size_t i = 0; i < column_count; i++) {
        struct bytes slug =
            make_slug(reader->arena, sweep->values[row * sweep->name_count + columns[i]]);

        if (!slug.data)
            return err_memory(reader->err);
        *ret = arena_printf(reader->arena, "%.*s%s%.*s=%.*s", BYTES_FORMAT(*ret), i > 0 ? "," : "",
                            BYTES_FORMAT(sweep->names[columns[i]]), BYTES_FORMAT(slug));
        if (!ret->data)
            return err_memory(reader->err);
    }
    return true;
}

static bool label_rows(struct sweep_reader *reader, const size_t *columns, size_t column_count)
{
    size_t count = reader->sweep->row_count;
    struct bytes *labels = arena_alloc_array(reader->arena, count, sizeof(*labels));

    if (!labels)
        return err_memory(reader->err);
    reader->sweep->labels = labels;
    for (size_t row = 0; row < count; row++)
        if (!label_row(reader, columns, column_count, row, &labels[row]))
            return false;
    return number_equal_labels(reader, labels);
}

/* ---- sweep NAME value … --------------------------------------------------------------------- */

static bool read_values(struct sweep_reader *reader)
{
    size_t count = reader->word_count - 1;
    struct bytes *values = arena_alloc_array(reader->arena, count, sizeof(*values));
    struct bytes *names = arena_alloc(reader->arena, sizeof(*names));
    size_t column = 0;

    if (!values || !names)
        return err_memory(reader->err);
    names[0] = reader->words[0].octets;
    for (size_t i = 0; i < count; i++) {
        const struct scenario_word *word = &reader->words[i + 1];

        if (!scenario_word_octets(&reader->text, word->octets, word->at, reader->arena, &values[i],
                                  reader->err))
            return false;
    }
    reader->sweep->names = names;
    reader->sweep->name_count = 1;
    reader->sweep->values = values;
    reader->sweep->row_count = count;
    return label_rows(reader, &column, 1);
}

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
    struct bytes slug = make_slug(arena, cell);
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
    path =
        arena_printf(reader->arena, "%.*s%.*s", (int)folder, file->path.data, BYTES_FORMAT(name));
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
        digests[row] = digest_add(digests[row], table->values[row * table->column_count + column]);
        sorted[row] = (struct row_digest){digests[row], row};
    }
    qsort(sorted, table->row_count, sizeof(*sorted), compare_digests);
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

static bool read_table(struct sweep_reader *reader, const struct scenario_file *file)
{
    struct table table = {0};
    size_t columns[SCENARIO_TABLE_COLUMNS_MAX];
    size_t column_count;
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
           label_rows(reader, columns, column_count);
}

/* ---- all sweeps of a file ------------------------------------------------------------------- */

static bool name_is_taken(const struct scenario_file *file, struct bytes name)
{
    for (size_t i = 0; i < file->sweep_count; i++)
        for (size_t j = 0; j < file->sweeps[i].name_count; j++)
            if (bytes_equal(file->sweeps[i].names[j], name))
                return true;
    return false;
}

static bool read_sweep(const struct scenario_file *file, struct sweep_reader *reader)
{
    struct bytes name;

    if (reader->word_count < 2)
        return scenario_fail(&reader->text, reader->text.octets.size, reader->err,
                             "expected a name and at least one value, or from and a file");
    name = reader->words[0].octets;
    if (bytes_equal(name, BYTES_LITERAL("from"))) {
        if (!read_table(reader, file))
            return false;
    } else if (!scenario_is_name(name)) {
        return scenario_fail(&reader->text, reader->words[0].at, reader->err,
                             "expected a name of lower-case letters, digits and \"-\"; got \"%s\"",
                             text_show(name).text);
    } else if (scenario_is_placeholder(name)) {
        return scenario_fail(&reader->text, reader->words[0].at, reader->err,
                             "{%s} has a meaning already", text_show(name).text);
    } else if (!read_values(reader)) {
        return false;
    }
    for (size_t i = 0; i < reader->sweep->name_count; i++)
        if (name_is_taken(file, reader->sweep->names[i]))
            return scenario_fail(&reader->text, reader->words[0].at, reader->err,
                                 "two sweeps give {%s}", text_show(reader->sweep->names[i]).text);
    return true;
}

/* The last sweep turns fastest. */
static size_t row_of(const struct scenario_file *file, size_t instance, size_t sweep)
{
    for (size_t i = file->sweep_count; i > sweep + 1; i--)
        instance /= file->sweeps[i - 1].row_count;
    return instance % file->sweeps[sweep].row_count;
}

static bool name_instances(struct scenario_file *file, struct arena *arena, struct err *err)
{
    struct bytes *names = arena_alloc_array(arena, file->instance_count, sizeof(*names));

    if (!names)
        return err_memory(err);
    for (size_t i = 0; i < file->instance_count; i++) {
        names[i] = BYTES_LITERAL("");
        for (size_t j = 0; j < file->sweep_count; j++) {
            struct bytes label = file->sweeps[j].labels[row_of(file, i, j)];

            if (file->sweep_count == 1)
                names[i] = label;
            else
                names[i] = arena_printf(arena, "%.*s%s%.*s", BYTES_FORMAT(names[i]),
                                        j > 0 ? "," : "", BYTES_FORMAT(label));
            if (!names[i].data)
                return err_memory(err);
        }
    }
    file->instance_names = names;
    return true;
}

static bool add_sweep(struct scenario_file *file, const struct scenario_line *line,
                      struct arena *arena, struct err *err)
{
    struct scenario_sweep *sweeps = (struct scenario_sweep *)(uintptr_t)file->sweeps;
    struct scenario_sweep sweep = {.line = line->number};
    struct sweep_reader reader = {
        .text = {.octets = line->body, .line = line->number, .column = (unsigned)line->body_at + 1},
        .arena = arena,
        .err = err,
        .sweep = &sweep,
    };
    struct scenario_word *words;

    if (!scenario_words(&reader.text, arena, &words, &reader.word_count, err))
        return false;
    reader.words = words;
    if (!read_sweep(file, &reader))
        return false;
    if (file->instance_count > SCENARIO_INSTANCES_MAX / sweep.row_count)
        return err_set_at(err, ERR_LIMIT, line->number, reader.text.column,
                          "a scenario has at most %d instances", SCENARIO_INSTANCES_MAX);
    if (!arena_grow(arena, (void **)&sweeps, file->sweep_count, sizeof(*sweeps)))
        return err_memory(err);
    sweeps[file->sweep_count++] = sweep;
    file->sweeps = sweeps;
    file->instance_count *= sweep.row_count;
    return true;
}

bool scenario_file_read_sweeps(struct scenario_file *file, const struct scenario_loader *loader,
                               struct arena *arena, struct err *err)
{
    file->instance_count = 1;
    file->loader = loader;
    for (size_t i = 0; i < file->line_count; i++)
        if (file->lines[i].kind == LINE_SWEEP && !add_sweep(file, &file->lines[i], arena, err))
            return false;
    file->loader = NULL; /* It may be gone when the instances are made. */
    return name_instances(file, arena, err);
}

bool scenario_file_value(const struct scenario_file *file, size_t instance, struct bytes name,
                         struct bytes *ret)
{
    for (size_t i = 0; i < file->sweep_count; i++) {
        const struct scenario_sweep *sweep = &file->sweeps[i];

        for (size_t j = 0; j < sweep->name_count; j++) {
            if (!bytes_equal(sweep->names[j], name))
                continue;
            *ret = sweep->values[row_of(file, instance, i) * sweep->name_count + j];
            return true;
        }
    }
    return false;
}
