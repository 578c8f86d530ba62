/*
 * recipe_lex.h - the words of one line of a recipe.
 *
 * Shape:   a word is pieces of text and placeholders; `"` quotes, `{name}` is a placeholder, `{{`
 *          and `}}` are braces. Inside quotes `\"`, `\\`, `\n` and `\t` are escapes.
 * Lives:   pieces live in the arena.
 * Errors:  ERR_SYNTAX with line and column.
 */
#ifndef HARNESS_RECIPE_RECIPE_LEX_H
#define HARNESS_RECIPE_RECIPE_LEX_H

#include "harness/recipe/recipe.h"

struct recipe_line {
    struct bytes text; /* without its line end */
    size_t at;         /* octets read of it */
    unsigned number;   /* 1-based */
    bool lenient;      /* a COMMAND: unknown placeholders and quotes are text */
    struct arena *arena;
    struct err *err;
};

struct recipe_word {
    struct bytes plain; /* the word when it has no placeholder; else data NULL */
    struct recipe_text text;
    unsigned column; /* 1-based */
    bool quoted;
};

/* False with *ret_end set: the line has no more words; false without: *line->err is filled. */
bool recipe_lex_word(struct recipe_line *line, struct recipe_word *ret, bool *ret_end);
/* All that is left of the line, blanks and quotes included, as one text. */
bool recipe_lex_rest(struct recipe_line *line, struct recipe_text *ret);
/* The rest without blanks at both ends and without a comment. */
struct bytes recipe_lex_plain_rest(struct recipe_line *line);

#endif
