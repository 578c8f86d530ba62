/* matrix_private.h - what the files of matrix.h share. */
#ifndef HARNESS_REPORT_MATRIX_PRIVATE_H
#define HARNESS_REPORT_MATRIX_PRIVATE_H

#include "harness/report/matrix.h"

#include <jansson.h>

#define MATRIX_SCHEMA 1

struct column {
    json_t *value;  /* name, version, rules, details … */
    char *cells;    /* one letter an instance, as many as there were when it was last touched */
    char *outcomes; /* as many */
    size_t cell_count;
};

struct matrix {
    json_t *names; /* array, in the order in which they were met */
    json_t *index; /* name → its place */
    json_t *titles;
    struct column columns[MATRIX_CLIENTS_MAX];
    size_t column_count;
    struct {
        const char *client; /* NULL: each */
        struct known *known;
    } lists[MATRIX_LISTS_MAX];
    size_t list_count;
};

/* matrix_known.c: marks in one file of results what the lists say, as a run with them does. Where
 * they say nothing, what the results say themselves stays. False: out of memory. */
bool matrix_mark(const struct matrix *matrix, json_t *results);

#endif
