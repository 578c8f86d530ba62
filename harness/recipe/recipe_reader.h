/*
 * recipe_reader.h - the words and conditions of which the statements of a recipe are made.
 *
 * Shape:   a reader stands on one line; every function takes what it is named for from there.
 * Lives:   what is read lives in the arena of the line.
 * Errors:  ERR_SYNTAX with line and column, ERR_MEMORY; false, and the line's err says why.
 * Source:  recipe.5.
 */
#ifndef HARNESS_RECIPE_RECIPE_READER_H
#define HARNESS_RECIPE_RECIPE_READER_H

#include "harness/recipe/recipe_lex.h"

struct recipe_reader {
    struct recipe *recipe;
    struct recipe_line line;
    struct recipe_words *open_file; /* indented lines go here; NULL = none */
    size_t indent;                  /* of its first line */
    bool tells;                     /* a `tells` line was there */
};

bool recipe_fail(struct recipe_reader *reader, unsigned column, const char *what);
/* The same, with the known word that is near, or NULL. */
bool recipe_fail_unknown(struct recipe_reader *reader, unsigned column, const char *what,
                         const char *near);

/* A word that has to be there and to be plain. */
bool recipe_plain_word(struct recipe_reader *reader, const char *missing, struct recipe_word *ret);
bool recipe_no_more_words(struct recipe_reader *reader);
/* Arguments and environments can be read by others of the same machine. */
bool recipe_no_password(struct recipe_reader *reader, const struct recipe_word *word);

/* The name of a placeholder. */
bool recipe_read_fact(struct recipe_reader *reader, enum recipe_placeholder *ret);
/* [when NAME[=VALUE] | unless NAME[=VALUE]] … [each to | each message] before the words. */
bool recipe_read_condition(struct recipe_reader *reader, bool each_allowed,
                           struct recipe_condition *ret);

bool recipe_add_text(struct recipe_reader *reader, struct recipe_words *to,
                     struct recipe_text text);
/* All words of the line, of which there is one at least. */
bool recipe_read_words(struct recipe_reader *reader, struct recipe_words *to);
/* Room for one more; NULL: out of memory. */
struct recipe_words *recipe_add_words(struct recipe_reader *reader, struct recipe_words **list,
                                      size_t *count);

/* A line that is not indented: one statement (recipe_statement.c). */
bool recipe_read_statement(struct recipe_reader *reader);

#endif
