#include "harness/register.h"

#include "transport/data_path.h"

#define COLUMNS_MAX 32
#define NO_COLUMN REGISTER_COLUMN_COUNT

static const struct {
    const char *word;
    bool required;
} columns[REGISTER_COLUMN_COUNT] = {
#define X(name, word, required) {word, required},
    REGISTER_COLUMN_TABLE(X)
#undef X
};

struct head {
    enum register_column at[COLUMNS_MAX]; /* what each column of the file is */
    size_t count;
};

static bool read_head(struct bytes line, struct head *head, const char *path, struct err *err)
{
    bool there[REGISTER_COLUMN_COUNT] = {false};
    struct bytes cell;
    while (bytes_next(&line, '\t', &cell)) {
        if (head->count == COLUMNS_MAX)
            return err_set(err, ERR_LIMIT, "%s: more than %d columns", path, COLUMNS_MAX);
        enum register_column found = NO_COLUMN;
        for (int i = 0; i < REGISTER_COLUMN_COUNT; i++)
            if (bytes_equal(cell, bytes_of(columns[i].word)))
                found = (enum register_column)i;
        if (found != NO_COLUMN)
            there[found] = true;
        head->at[head->count++] = found;
    }
    for (int i = 0; i < REGISTER_COLUMN_COUNT; i++)
        if (columns[i].required && !there[i])
            return err_set_at(err, ERR_SYNTAX, 1, 1, "%s: no column is called \"%s\"", path,
                              columns[i].word);
    return true;
}

static bool read_row(struct bytes line, unsigned number, const struct head *head,
                     struct requirement *ret, const char *path, struct err *err)
{
    struct bytes cell;
    *ret = (struct requirement){.cells = {BYTES_NONE}};
    for (size_t i = 0; bytes_next(&line, '\t', &cell); i++) {
        if (i >= head->count)
            return err_set_at(err, ERR_SYNTAX, number, 0, "%s:%u: more cells than columns", path,
                              number);
        if (head->at[i] != NO_COLUMN)
            ret->cells[head->at[i]] = cell;
    }
    if (ret->cells[REGISTER_ID].size == 0)
        return err_set_at(err, ERR_SYNTAX, number, 0, "%s:%u: a requirement without an id", path,
                          number);
    return true;
}

bool register_load(const char *path, struct arena *arena, struct requirement_register *ret,
                   struct err *err)
{
    struct requirement_register list = {.rows = NULL};
    struct head head = {.count = 0};
    struct bytes text;
    struct bytes line;
    if (!data_path_read(path, REGISTER_OCTETS_MAX, arena, &text, err))
        return false;
    for (unsigned number = 1; bytes_next(&text, '\n', &line); number++) {
        struct requirement row;
        void *items = list.rows;
        if (line.size == 0 || line.data[0] == '#')
            continue;
        if (head.count == 0) {
            if (!read_head(line, &head, path, err))
                return false;
            continue;
        }
        if (!read_row(line, number, &head, &row, path, err))
            return false;
        if (!arena_grow(arena, &items, list.count, sizeof(row)))
            return err_memory(err);
        list.rows = items;
        list.rows[list.count++] = row;
    }
    *ret = list;
    return true;
}

const struct requirement *register_find(const struct requirement_register *list, struct bytes id)
{
    for (size_t i = 0; i < list->count; i++)
        if (bytes_equal_nocase(list->rows[i].cells[REGISTER_ID], id))
            return &list->rows[i];
    return NULL;
}
