/*
 * options.h - the options of a command line, read by a table.
 *
 * Shape:   `--name`, `--name VALUE`, `--name=VALUE`, `-x`, `-xVALUE`, `-x VALUE`; words may stand
 *          anywhere; `--` ends the options. An unknown option names the nearest known one.
 * Bounds:  OPTIONS_MAX values.
 * Lives:   values and words point into argv.
 * Errors:  ERR_SYNTAX.
 */
#ifndef HARNESS_COMMAND_OPTIONS_H
#define HARNESS_COMMAND_OPTIONS_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define OPTIONS_MAX 64

struct option_row {
    const char *name;  /* without dashes; NULL ends the table */
    char letter;       /* '\0' = none */
    const char *value; /* what stands for the value in the help; NULL = takes none */
    const char *says;
};

struct option_value {
    const struct option_row *row;
    const char *value; /* NULL for an option without one */
};

struct options {
    struct option_value values[OPTIONS_MAX];
    size_t value_count;
    const char **words; /* what is no option, in argv, moved to its front */
    size_t word_count;
    const char **command; /* behind `--` */
    size_t command_count;
    bool has_command;
};

/* argv[0] is the first argument, not the name of the program. */
bool options_read(const struct option_row *rows, int argc, const char **argv, struct options *ret,
                  struct err *err);
/* The last value given; NULL when the option was not given. For one without value: "". */
const char *options_value(const struct options *options, const char *name);
/* All values, in order; at most max. */
size_t options_values(const struct options *options, const char *name, const char **ret,
                      size_t max);
bool options_number(const struct options *options, const char *name, unsigned long long most,
                    unsigned long long otherwise, unsigned long long *ret, struct err *err);
void options_help(const struct option_row *rows, FILE *to);

#endif
