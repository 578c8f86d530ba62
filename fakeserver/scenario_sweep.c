#include "fakeserver/scenario_sweep.h"

#include "base/text.h"

#include <stdlib.h>

enum { LABEL_OCTETS_MAX = 32 };

static bool is_plain(char octet)
{
    return (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z') ||
           (octet >= '0' && octet <= '9') || octet == '.' || octet == '_' || octet == '-' ||
           octet == '@' || octet == '+';
}

/* A value as part of a name that needs no quotes in a shell: other octets become one "-". */
struct bytes sweep_slug(struct arena *arena, struct bytes value)
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
uint64_t sweep_digest(uint64_t digest, struct bytes octets)
{
    for (size_t i = 0; i <= octets.size; i++) {
        digest ^= i < octets.size ? (unsigned char)octets.data[i] : 0U;
        digest *= UINT64_C(0x100000001b3);
    }
    return digest;
}

int sweep_compare_digests(const void *left, const void *right)
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
        digests[row] = (struct row_digest){sweep_digest(SWEEP_DIGEST_START, labels[row]), row};
    qsort(digests, count, sizeof(*digests), sweep_compare_digests);
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
            sweep_slug(reader->arena, sweep->values[row * sweep->name_count + columns[i]]);

        if (!slug.data)
            return err_memory(reader->err);
        *ret = arena_printf(reader->arena, "%.*s%s%.*s=%.*s", BYTES_FORMAT(*ret), i > 0 ? "," : "",
                            BYTES_FORMAT(sweep->names[columns[i]]), BYTES_FORMAT(slug));
        if (!ret->data)
            return err_memory(reader->err);
    }
    return true;
}

bool sweep_label_rows(struct sweep_reader *reader, const size_t *columns, size_t column_count)
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
    if (bytes_equal(reader->words[1].octets, BYTES_LITERAL("=")))
        return scenario_fail(&reader->text, reader->words[1].at, reader->err,
                             "expected a value; no \"=\" stands between name and values");
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
    return sweep_label_rows(reader, &column, 1);
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
        if (!sweep_read_table(reader, file))
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

/* The labels of all sweeps, with commas. */
static bool name_instance(const struct scenario_file *file, size_t index, struct buf *scratch,
                          struct arena *arena, struct bytes *ret)
{
    buf_clear(scratch);
    for (size_t i = 0; i < file->sweep_count; i++)
        if ((i > 0 && !buf_append_octet(scratch, ',')) ||
            !buf_append(scratch, file->sweeps[i].labels[row_of(file, index, i)]))
            return false;
    *ret = arena_copy(arena, buf_bytes(scratch));
    return ret->data != NULL;
}

static bool name_instances(struct scenario_file *file, struct arena *arena, struct err *err)
{
    struct bytes *names = arena_alloc_array(arena, file->instance_count, sizeof(*names));
    struct buf scratch;
    bool ok = names != NULL;

    buf_init(&scratch, SCENARIO_FILE_OCTETS_MAX);
    for (size_t i = 0; ok && i < file->instance_count; i++)
        ok = name_instance(file, i, &scratch, arena, &names[i]);
    buf_release(&scratch);
    file->instance_names = names;
    return ok || err_memory(err);
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
