#include "fakeserver/requirement.h"

#include "base/text.h"

#include <stddef.h>

static const struct column {
    const char *name;
    size_t offset; /* of the span in struct requirement */
} columns[] = {
    {"id",          offsetof(struct requirement, id)     },
    {"level",       offsetof(struct requirement, level)  },
    {"area",        offsetof(struct requirement, area)   },
    {"status",      offsetof(struct requirement, status) },
    {"covered",     offsetof(struct requirement, covered)},
    {"requirement", offsetof(struct requirement, what)   },
    {"provoke",     offsetof(struct requirement, provoke)},
    {"observe",     offsetof(struct requirement, observe)},
};

enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

static const char *const covers[] = {"rule", "scenario", "as", "never", "later"};
enum { COVERS = sizeof(covers) / sizeof(covers[0]) };

const char *requirement_cover_word(enum requirement_cover cover)
{
    return covers[cover];
}

/* A field up to the next tab; false when the line has no more. */
static bool next_field(struct bytes line, size_t *at, struct bytes *ret)
{
    struct bytes rest = bytes_after(line, *at);
    size_t end = bytes_find(rest, '\t');

    if (*at > line.size)
        return false;
    *ret = bytes_slice(rest, 0, end);
    *at += ret->size + 1;
    return true;
}

static bool check_names(struct bytes line, struct err *err)
{
    struct bytes field;
    size_t at = 0;

    for (size_t i = 0; i < COLUMNS; i++) {
        size_t from = at;

        if (!next_field(line, &at, &field) || !bytes_equal(field, bytes_of(columns[i].name)))
            return err_set_at(err, ERR_SYNTAX, 1, (unsigned)from + 1, "expected the column %s",
                              columns[i].name);
    }
    return at > line.size ||
           err_set_at(err, ERR_SYNTAX, 1, (unsigned)at + 1, "expected %d columns", (int)COLUMNS);
}

/* "word: detail", or the word alone for scenarios. */
static bool read_cover(struct requirement *row)
{
    size_t colon = bytes_find(row->covered, ':');
    struct bytes word = bytes_slice(row->covered, 0, colon);

    for (unsigned i = 0; i < COVERS; i++) {
        if (!bytes_equal(word, bytes_of(covers[i])))
            continue;
        row->cover = (enum requirement_cover)i;
        row->covered = colon == BYTES_NOT_FOUND ? bytes_slice(word, word.size, word.size)
                                                : bytes_trim(bytes_after(row->covered, colon + 1));
        return (row->covered.size == 0) == (row->cover == REQUIREMENT_SCENARIO);
    }
    return false;
}

static bool read_row(struct bytes line, unsigned number, struct requirement *row, struct err *err)
{
    size_t at = 0;

    for (size_t i = 0; i < COLUMNS; i++) {
        struct bytes field;

        if (!next_field(line, &at, &field))
            return err_set_at(err, ERR_SYNTAX, number, (unsigned)line.size + 1,
                              "expected %s and %d columns in all", columns[i].name, (int)COLUMNS);
        memcpy((char *)row + columns[i].offset, &field, sizeof(field));
    }
    if (at <= line.size)
        return err_set_at(err, ERR_SYNTAX, number, (unsigned)at + 1, "expected %d columns",
                          (int)COLUMNS);
    if (row->id.size == 0)
        return err_set_at(err, ERR_SYNTAX, number, 1, "expected an id");
    if (!read_cover(row))
        return err_set_at(
            err, ERR_SYNTAX, number, 1,
            "expected rule: ..., scenario, as: ..., never: ... or later: ..., got \"%s\"",
            text_show(row->covered).text);
    return true;
}

bool requirement_register_parse(struct bytes text, struct arena *arena,
                                struct requirement_register *ret, struct err *err)
{
    struct requirement *rows = NULL;
    struct bytes line = BYTES_NONE;
    unsigned number = 1;
    size_t count = 0;

    if (!bytes_next(&text, '\n', &line))
        return err_set_at(err, ERR_SYNTAX, 1, 1, "expected the names of columns");
    if (!check_names(line, err))
        return false;
    while (bytes_next(&text, '\n', &line)) {
        number++;
        if (count == REQUIREMENTS_MAX)
            return err_set_at(err, ERR_LIMIT, number, 1, "the register has at most %d rows",
                              REQUIREMENTS_MAX);
        if (!arena_grow(arena, (void **)&rows, count, sizeof(*rows)))
            return err_memory(err);
        if (!read_row(line, number, &rows[count], err))
            return false;
        *ret = (struct requirement_register){rows, count};
        if (requirement_find(ret, rows[count].id))
            return err_set_at(err, ERR_SYNTAX, number, 1, "the id %s stands here twice",
                              text_show(rows[count].id).text);
        count++;
    }
    *ret = (struct requirement_register){rows, count};
    return true;
}

const struct requirement *requirement_find(const struct requirement_register *requirements,
                                           struct bytes id)
{
    for (size_t i = 0; i < requirements->count; i++)
        if (bytes_equal(requirements->rows[i].id, id))
            return &requirements->rows[i];
    return NULL;
}
