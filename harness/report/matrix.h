/*
 * matrix.h - many clients' results side by side, in the compact form that the page shows.
 *
 * Shape:   matrix_add() reads one file of smtpdrill-results(5); files of the same client and
 * version are parts of one column (shards). matrix_json() is one JSON object: the names of all
 *          instances, and for each client two letters an instance, for the verdict
 *          (MATRIX_CELL_TABLE) and for the outcome (MATRIX_OUTCOME_TABLE), with details
 *          of those cells alone that say more than a pass.
 * Bounds:  MATRIX_CLIENTS_MAX columns; MATRIX_LISTS_MAX lists of what is known;
 *          MATRIX_FILE_OCTETS_MAX a file.
 * Lives:   matrix_free() frees all of it; what is added is copied.
 * Errors:  ERR_SYNTAX with the line for a file that is no JSON, or not of this form; ERR_LIMIT;
 *          ERR_MEMORY.
 */
#ifndef HARNESS_REPORT_MATRIX_H
#define HARNESS_REPORT_MATRIX_H

#include "base/bytes.h"
#include "base/err.h"
#include "harness/run/known.h"

#define MATRIX_CLIENTS_MAX 256
#define MATRIX_LISTS_MAX 64
#define MATRIX_FILE_OCTETS_MAX ((size_t)512 * 1024 * 1024)

#define MATRIX_CELL_TABLE(X) /* letter, verdict, what the page calls it */                         \
    X('p', "pass", "pass")                                                                         \
    X('w', "warn", "warning")                                                                      \
    X('f', "fail", "fail")                                                                         \
    X('u', "unsupported", "unsupported")                                                           \
    X('n', "not-reached", "not reached")                                                           \
    X('e', "error", "error")
#define MATRIX_VARIATION 'v'  /* a pass with named variations */
#define MATRIX_KNOWN 'k'      /* a failure that is known */
#define MATRIX_UNEXPECTED 'x' /* a pass of what is known to fail */
/* letter, outcome as the client claims it; the page knows the same ones */
#define MATRIX_OUTCOME_TABLE(X)                                                                    \
    X('s', "sent")                                                                                 \
    X('t', "temporary")                                                                            \
    X('p', "permanent")                                                                            \
    X('u', "unknown")                                                                              \
    X('m', "partial")                                                                              \
    X('a', "refused-auth")                                                                         \
    X('l', "refused-tls")                                                                          \
    X('f', "failed")
#define MATRIX_NOTHING '.' /* not run */

struct matrix;

struct matrix *matrix_new(void); /* NULL: out of memory */
void matrix_free(struct matrix *matrix);
/* What is known to fail, of the client of that name; NULL: of each. Before matrix_add(); both are
 * borrowed as long as the matrix lives. */
bool matrix_known(struct matrix *matrix, const char *client, struct known *known, struct err *err);
bool matrix_has_client(const struct matrix *matrix, const char *name);
/* path: for messages. */
bool matrix_add(struct matrix *matrix, const char *path, struct bytes text, struct err *err);
/* The titles of scenarios, for a page that is read without the data: of those that occur. */
bool matrix_title(struct matrix *matrix, const char *scenario, struct bytes title);
/* Without line ends or "<", so that it can stand in a page. NUL-terminated; to be freed by free().
 * NULL: out of memory. */
char *matrix_json(const struct matrix *matrix);

#endif
