#include "harness/report/matrix_private.h"

#include <stdlib.h>
#include <string.h>

static bool occurs(const struct matrix *matrix, const char *scenario)
{
    size_t size = strlen(scenario);
    json_t *name;
    size_t i;

    json_array_foreach(matrix->names, i, name)
    {
        const char *text = json_string_value(name);

        if (strncmp(text, scenario, size) == 0 && (text[size] == '\0' || text[size] == '['))
            return true;
    }
    return false;
}

bool matrix_title(struct matrix *matrix, const char *scenario, struct bytes title)
{
    return !occurs(matrix, scenario) ||
           json_object_set_new(matrix->titles, scenario, json_stringn(title.data, title.size)) == 0;
}

/* One letter for each of count instances. */
static json_t *letters_json(const char *letters, size_t there, size_t count)
{
    size_t kept = there < count ? there : count;
    char *line = malloc(count + 1);
    json_t *value;

    if (line == NULL)
        return NULL;
    memset(line, MATRIX_NOTHING, count);
    if (kept > 0)
        memcpy(line, letters, kept);
    value = json_stringn(line, count);
    free(line);
    return value;
}

static json_t *column_json(const struct matrix *matrix, const struct column *column)
{
    size_t count = json_array_size(matrix->names);
    json_t *value = json_copy(column->value);

    if (value == NULL)
        return NULL;
    if (json_object_set_new(value, "cells",
                            letters_json(column->cells, column->cell_count, count)) == 0 &&
        json_object_set_new(value, "outcomes",
                            letters_json(column->outcomes, column->cell_count, count)) == 0)
        return value;
    json_decref(value);
    return NULL;
}

/* "</script" and "<!--" must not stand in a script; in JSON a "<" is in strings alone. */
static char *without_brackets(const char *json)
{
    size_t size = strlen(json);
    size_t extra = 0;
    char *text, *to;

    for (const char *at = json; (at = strchr(at, '<')) != NULL; at++)
        extra += 5;
    text = malloc(size + extra + 1);
    if (text == NULL)
        return NULL;
    for (to = text; *json != '\0'; json++) {
        if (*json == '<') {
            memcpy(to, "\\u003c", 6);
            to += 6;
        } else {
            *to++ = *json;
        }
    }
    *to = '\0';
    return text;
}

char *matrix_json(const struct matrix *matrix)
{
    json_t *clients = json_array();
    json_t *root = NULL;
    char *json = NULL;
    char *text = NULL;

    for (size_t i = 0; i < matrix->column_count; i++)
        if (json_array_append_new(clients, column_json(matrix, &matrix->columns[i])) != 0)
            goto done;
    root = json_pack("{s:i, s:O, s:O, s:O}", "schema", MATRIX_SCHEMA, "names", matrix->names,
                     "titles", matrix->titles, "clients", clients);
    if (root != NULL)
        json = json_dumps(root, JSON_COMPACT | JSON_ENSURE_ASCII);
    if (json != NULL)
        text = without_brackets(json);
done:
    free(json);
    json_decref(root);
    json_decref(clients);
    return text;
}
