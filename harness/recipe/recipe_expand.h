/*
 * recipe_expand.h - a recipe and the facts of one run become a command.
 *
 * Shape:   argv and env are NULL-terminated; files are still octets (run_folder writes them).
 * Bounds:  RECIPE_ARGS_MAX words, RECIPE_VALUE_OCTETS_MAX octets each.
 * Lives:   everything lives in the arena given. Files may hold the password; no word does.
 * Errors:  ERR_LIMIT, ERR_MEMORY.
 */
#ifndef HARNESS_RECIPE_RECIPE_EXPAND_H
#define HARNESS_RECIPE_RECIPE_EXPAND_H

#include "harness/recipe/recipe.h"

#define RECIPE_ARGS_MAX 4096
#define RECIPE_VALUE_OCTETS_MAX (256 * 1024)

struct recipe_facts {
    struct bytes values[RECIPE_PLACEHOLDER_COUNT]; /* empty: the fact is not there. TO: joined */
    const struct bytes *to;
    size_t to_count;
    const struct bytes *messages; /* the files of all messages, MESSAGE is the first */
    size_t message_count;
};

struct recipe_made_file {
    struct bytes name;
    struct bytes octets;
};

struct recipe_command {
    const char *const *argv;
    const char *const *environment; /* NAME=VALUE; what the recipe adds */
    struct recipe_made_file *files; /* one a name; parts of the same name are joined */
    size_t file_count;
};

bool recipe_expand(const struct recipe *recipe, const struct recipe_facts *facts,
                   struct arena *arena, struct recipe_command *ret, struct err *err);
/* One line by itself: `version` or one of `prepare`. argv NULL when it has no words. */
bool recipe_expand_line(const struct recipe_words *line, const struct recipe_facts *facts,
                        struct arena *arena, const char *const **ret_argv, struct err *err);

#endif
