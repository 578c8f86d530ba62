#include "harness/report/matrix_private.h"

#include <string.h>

static const char *const marks[] = {"known_failure", "unexpected_pass", "known_no_more",
                                    "known_until"};

static bool is(json_t *object, const char *member, const char *word)
{
    const char *there = json_string_value(json_object_get(object, member));
    return there != NULL && strcmp(there, word) == 0;
}

static json_t *text(struct bytes octets)
{
    return json_stringn(octets.data, octets.size);
}

/* member NULL: the line says nothing of this one. */
static bool mark(json_t *object, const char *member, const struct known_failure *failure)
{
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
        (void)json_object_del(object, marks[i]);
    if (member == NULL)
        return true;
    return json_object_set_new(object, member, text(failure->reason)) == 0 &&
           (failure->until.size == 0 ||
            json_object_set_new(object, "known_until", text(failure->until)) == 0);
}

static const char *broken_mark(const struct known_failure *failure)
{
    return failure->over ? "known_no_more" : "known_failure";
}

static bool mark_result(json_t *result, struct known *known, bool strict)
{
    const char *name = json_string_value(json_object_get(result, "name"));
    const struct known_failure *failure = name != NULL ? known_run(known, name) : NULL;
    bool warned = is(result, "verdict", "warn");
    if (failure == NULL)
        return true;
    if (is(result, "verdict", "fail") || (strict && warned))
        return mark(result, broken_mark(failure), failure);
    bool passed = is(result, "verdict", "pass") || warned;
    return mark(result, passed && !failure->over ? "unexpected_pass" : NULL, failure);
}

/* ---- rules ----------------------------------------------------------------------------------- */

/* A row without runs is there because none broke it. */
static const struct known_failure *failure_of(json_t *rule, struct known *known)
{
    const char *id = json_string_value(json_object_get(rule, "requirement"));
    bool broken = json_integer_value(json_object_get(rule, "runs")) > 0;
    return id != NULL && broken ? known_rule(known, id) : NULL;
}

static bool mark_rule(json_t *rule, struct known *known, bool strict)
{
    const struct known_failure *failure = failure_of(rule, known);
    if (failure == NULL)
        return true;
    bool counts = is(rule, "level", "must") || (strict && is(rule, "level", "should"));
    return mark(rule, counts ? broken_mark(failure) : NULL, failure);
}

/* Broken, or told to be broken no more. */
static bool has_row(json_t *rules, struct known *known, const struct known_failure *failure)
{
    json_t *rule;
    size_t i;
    json_array_foreach(rules, i, rule)
    {
        const char *id = json_string_value(json_object_get(rule, "requirement"));
        if (failure_of(rule, known) == failure ||
            (id != NULL && bytes_equal(bytes_of(id), failure->pattern)))
            return true;
    }
    return false;
}

static bool add_kept_rule(json_t *rules, const struct known_failure *failure)
{
    json_t *rule = json_pack("{s:o, s:s, s:i, s:s, s:s, s:s, s:s}", "requirement",
                             text(failure->pattern), "level", "must", "runs", 0, "scenario", "",
                             "expected", "", "got", "", "dialogue", "");
    bool ok = rule != NULL && mark(rule, "unexpected_pass", failure) &&
              json_array_append(rules, rule) == 0;
    json_decref(rule);
    return ok;
}

static bool expect_rules(json_t *rules, struct known *known)
{
    for (size_t i = 0; i < known->count; i++) {
        const struct known_failure *failure = &known->failures[i];
        if (failure->is_rule && !failure->over && !has_row(rules, known, failure) &&
            !add_kept_rule(rules, failure))
            return false;
    }
    return true;
}

static bool mark_results(json_t *results, struct known *known)
{
    bool strict = json_is_true(json_object_get(results, "strict"));
    json_t *rules = json_object_get(results, "rules");
    json_t *one;
    size_t i;
    json_array_foreach(json_object_get(results, "scenarios"), i, one)
    {
        if (!mark_result(one, known, strict))
            return false;
    }
    json_array_foreach(rules, i, one)
    {
        if (!mark_rule(one, known, strict))
            return false;
    }
    return !json_is_true(json_object_get(results, "whole")) || expect_rules(rules, known);
}

/* ---- lists ----------------------------------------------------------------------------------- */

bool matrix_known(struct matrix *matrix, const char *client, struct known *known, struct err *err)
{
    if (matrix->list_count == MATRIX_LISTS_MAX)
        return err_set(err, ERR_LIMIT, "more than %d lists of what is known", MATRIX_LISTS_MAX);
    matrix->lists[matrix->list_count].client = client;
    matrix->lists[matrix->list_count++].known = known;
    return true;
}

bool matrix_has_client(const struct matrix *matrix, const char *name)
{
    for (size_t i = 0; i < matrix->column_count; i++)
        if (strcmp(json_string_value(json_object_get(matrix->columns[i].value, "name")), name) == 0)
            return true;
    return false;
}

bool matrix_mark(const struct matrix *matrix, json_t *results)
{
    json_t *client = json_object_get(results, "client");
    for (size_t i = 0; i < matrix->list_count; i++) {
        const char *name = matrix->lists[i].client;
        if ((name == NULL || is(client, "name", name)) &&
            !mark_results(results, matrix->lists[i].known))
            return false;
    }
    return true;
}
