#include "harness/report/matrix.h"

#include "base/text.h"
#include "harness/report/matrix_private.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    char letter;
    const char *verdict;
} cells[] = {
#define X(letter, verdict, says) {letter, verdict},
    MATRIX_CELL_TABLE(X)
#undef X
};
#define CELL_COUNT (sizeof(cells) / sizeof(cells[0]))

/* What a cell says beside its letter, and a rule beside its requirement. */
static const char *const details[] = {
    "findings",      "dialogue",    "reason",   "variations", "runs",          "failed_runs",
    "hung",          "exit_status", "signal",   "rules",      "known_failure", "unexpected_pass",
    "known_no_more", "known_until", "warped_ms"};
static const char *const client_members[] = {"seed", "sample", "strict", "summary"};

struct matrix *matrix_new(void)
{
    struct matrix *matrix = calloc(1, sizeof *matrix);

    if (matrix == NULL)
        return NULL;
    matrix->names = json_array();
    matrix->index = json_object();
    matrix->titles = json_object();
    if (matrix->names != NULL && matrix->index != NULL && matrix->titles != NULL)
        return matrix;
    matrix_free(matrix);
    return NULL;
}

void matrix_free(struct matrix *matrix)
{
    if (matrix == NULL)
        return;
    for (size_t i = 0; i < matrix->column_count; i++) {
        json_decref(matrix->columns[i].value);
        free(matrix->columns[i].cells);
        free(matrix->columns[i].outcomes);
    }
    json_decref(matrix->names);
    json_decref(matrix->index);
    json_decref(matrix->titles);
    free(matrix);
}

/* ---- one file -------------------------------------------------------------------------------- */

static bool fail_form(struct err *err, const char *path, const char *expected)
{
    return err_set(err, ERR_SYNTAX, "%s: no results of smtpdrill: expected %s",
                   text_show(bytes_of(path)).text, expected);
}

static bool same_client(const struct column *column, const char *name, const char *version)
{
    return strcmp(json_string_value(json_object_get(column->value, "name")), name) == 0 &&
           strcmp(json_string_value(json_object_get(column->value, "version")), version) == 0;
}

static struct column *new_column(struct matrix *matrix, json_t *root, const char *name,
                                 const char *version)
{
    struct column *column = &matrix->columns[matrix->column_count];

    column->value =
        json_pack("{s:s, s:s, s:[], s:{}}", "name", name, "version", version, "rules", "details");
    if (column->value == NULL)
        return NULL;
    for (size_t i = 0; i < sizeof(client_members) / sizeof(client_members[0]); i++) {
        json_t *member = json_object_get(root, client_members[i]);

        if (member != NULL && json_object_set(column->value, client_members[i], member) != 0)
            return NULL;
    }
    matrix->column_count++;
    return column;
}

static struct column *column_of(struct matrix *matrix, json_t *root, const char *path,
                                struct err *err)
{
    json_t *client = json_object_get(root, "client");
    const char *name = json_string_value(json_object_get(client, "name"));
    const char *version = json_string_value(json_object_get(client, "version"));
    struct column *column;

    if (name == NULL || version == NULL) {
        (void)fail_form(err, path, "a client with name and version");
        return NULL;
    }
    for (size_t i = 0; i < matrix->column_count; i++)
        if (same_client(&matrix->columns[i], name, version))
            return &matrix->columns[i];
    if (matrix->column_count == MATRIX_CLIENTS_MAX) {
        (void)err_set(err, ERR_LIMIT, "more than %d clients", MATRIX_CLIENTS_MAX);
        return NULL;
    }
    column = new_column(matrix, root, name, version);
    if (column == NULL)
        (void)err_memory(err);
    return column;
}

static bool place_of(struct matrix *matrix, const char *name, size_t *ret)
{
    json_t *known = json_object_get(matrix->index, name);
    size_t count = json_array_size(matrix->names);

    if (known == NULL &&
        (json_array_append_new(matrix->names, json_string(name)) != 0 ||
         json_object_set_new(matrix->index, name, json_integer((json_int_t)count)) != 0))
        return false;
    *ret = known != NULL ? (size_t)json_integer_value(known) : count;
    return true;
}

static bool grow(char **letters, size_t count, size_t wanted)
{
    char *more = realloc(*letters, wanted);

    if (more == NULL)
        return false;
    memset(more + count, MATRIX_NOTHING, wanted - count);
    *letters = more;
    return true;
}

static bool make_room(struct column *column, size_t place)
{
    size_t count = column->cell_count;

    if (place < count)
        return true;
    count = count * 2 > place + 1 ? count * 2 : place + 1;
    if (!grow(&column->cells, column->cell_count, count) ||
        !grow(&column->outcomes, column->cell_count, count))
        return false;
    column->cell_count = count;
    return true;
}

static char letter_of(json_t *result)
{
    const char *verdict = json_string_value(json_object_get(result, "verdict"));

    if (verdict == NULL)
        return '\0';
    if (json_object_get(result, "known_failure") != NULL)
        return MATRIX_KNOWN;
    if (json_object_get(result, "unexpected_pass") != NULL)
        return MATRIX_UNEXPECTED;
    if (strcmp(verdict, "pass") == 0 && json_array_size(json_object_get(result, "variations")) > 0)
        return MATRIX_VARIATION;
    for (size_t i = 0; i < CELL_COUNT; i++)
        if (strcmp(verdict, cells[i].verdict) == 0)
            return cells[i].letter;
    return '\0';
}

static char outcome_of(json_t *result)
{
    static const struct {
        char letter;
        const char *outcome;
    } outcomes[] = {
#define X(letter, outcome) {letter, outcome},
        MATRIX_OUTCOME_TABLE(X)
#undef X
    };
    const char *outcome = json_string_value(json_object_get(result, "outcome"));

    for (size_t i = 0; outcome != NULL && i < sizeof(outcomes) / sizeof(outcomes[0]); i++)
        if (strcmp(outcome, outcomes[i].outcome) == 0)
            return outcomes[i].letter;
    return MATRIX_NOTHING;
}

/* A plain pass has none. */
static bool keep_details(struct column *column, size_t place, json_t *result)
{
    char key[24];
    json_t *kept = json_object();
    bool ok = kept != NULL;

    for (size_t i = 0; ok && i < sizeof(details) / sizeof(details[0]); i++) {
        json_t *member = json_object_get(result, details[i]);

        if (member != NULL)
            ok = json_object_set(kept, details[i], member) == 0;
    }
    (void)snprintf(key, sizeof(key), "%zu", place);
    ok = ok && json_object_set(json_object_get(column->value, "details"), key, kept) == 0;
    json_decref(kept);
    return ok;
}

static bool add_result(struct matrix *matrix, struct column *column, json_t *result,
                       const char *path, struct err *err)
{
    const char *name = json_string_value(json_object_get(result, "name"));
    char letter = letter_of(result);
    size_t place;

    if (name == NULL || letter == '\0')
        return fail_form(err, path, "scenarios with a name and a verdict");
    if (!place_of(matrix, name, &place) || !make_room(column, place))
        return err_memory(err);
    if (column->cells[place] != MATRIX_NOTHING)
        return err_set(err, ERR_SYNTAX,
                       "%s: %.80s was run with the same client in a file before; give each client "
                       "or version its own results",
                       text_show(bytes_of(path)).text, name);
    column->cells[place] = letter;
    column->outcomes[place] = outcome_of(result);
    return letter == 'p' || keep_details(column, place, result) || err_memory(err);
}

static bool add_results(struct matrix *matrix, json_t *root, const char *path, struct err *err)
{
    json_t *scenarios = json_object_get(root, "scenarios");
    json_t *rules = json_object_get(root, "rules");
    struct column *column;
    json_t *result;
    size_t i;

    if (json_integer_value(json_object_get(root, "schema")) != MATRIX_SCHEMA)
        return fail_form(err, path, "an object with schema 1");
    if (!json_is_array(scenarios) || !json_is_array(rules))
        return fail_form(err, path, "arrays of scenarios and rules");
    column = column_of(matrix, root, path, err);
    if (column == NULL)
        return false;
    if (!matrix_mark(matrix, root))
        return err_memory(err);
    json_array_foreach(scenarios, i, result)
    {
        if (!add_result(matrix, column, result, path, err))
            return false;
    }
    return json_array_extend(json_object_get(column->value, "rules"), rules) == 0 ||
           err_memory(err);
}

bool matrix_add(struct matrix *matrix, const char *path, struct bytes text, struct err *err)
{
    json_error_t at;
    json_t *root = json_loadb(text.data, text.size, JSON_REJECT_DUPLICATES, &at);
    bool ok;

    if (root == NULL) {
        (void)err_set(err, ERR_SYNTAX, "%s: no JSON: %.100s", text_show(bytes_of(path)).text,
                      at.text);
        err->line = at.line > 0 ? (unsigned)at.line : 0;
        err->column = at.column > 0 ? (unsigned)at.column : 0;
        return false;
    }
    ok = add_results(matrix, root, path, err);
    json_decref(root);
    return ok;
}
