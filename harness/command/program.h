/*
 * program.h - what the commands of smtpdrill share: where the data is, and how they end.
 *
 * Data is looked for in --scenarios DIR (scenarios only), then in SMTPDRILL_DATA, then in
 * ../share/smtpdrill beside the executable.
 *
 * Lives:   everything lives in the program's arena, to its end.
 */
#ifndef HARNESS_COMMAND_PROGRAM_H
#define HARNESS_COMMAND_PROGRAM_H

#include "fakeserver/profile.h"
#include "fakeserver/requirement.h"
#include "harness/command/options.h"
#include "harness/recipe/recipe.h"
#include "harness/run/known.h"
#include "harness/run/suite.h"

#define PROGRAM_REGISTER_OCTETS_MAX (8 * 1024 * 1024)
#define PROGRAM_OCTETS_MAX ((size_t)256 * 1024 * 1024)

enum program_status { PROGRAM_OK = 0, PROGRAM_FAILED = 1, PROGRAM_TROUBLE = 2 };

struct program {
    struct arena *arena;
    const char *scenarios; /* folder */
    const char *clients;   /* folder */
    const char *smtpsend;  /* the bundled client */
    const char *shim;      /* what --warp loads into a client */
    const char *tracer;    /* what it runs a client by that loads nothing */
};

bool program_open(struct program *program, const char *scenarios, struct err *err);
void program_close(struct program *program);
/* Prints `smtpdrill: what` on standard error. */
enum program_status program_trouble(const struct err *err);
/* The same, and the line of the text at fault with a caret under the column. */
enum program_status program_trouble_in(const struct err *err, struct bytes text);

/* Every recipe there is, by name; text of the one at fault in *ret_text when one is wrong. */
bool program_recipes(struct program *program, struct recipe **ret, size_t *ret_count,
                     struct err *err);
/* Where the recipe of a client stands: of one in the clients folder, or the name itself, which is
 * the path of a file. NULL: no memory. */
const char *program_recipe_path(struct program *program, const char *name);
/* A name of the clients folder, or the path of a file. */
bool program_recipe(struct program *program, const char *name, struct recipe *ret, struct err *err);
bool program_register(struct program *program, struct requirement_register *ret, struct err *err);
/* A list of known failures, as of today. */
bool program_known(struct program *program, const char *path, struct known *ret, struct err *err);

/* ---- the commands; argv[0] is the first argument behind the command's word ------------------- */

enum program_status command_run(int argc, const char **argv);
enum program_status command_check(int argc, const char **argv);
enum program_status command_fmt(int argc, const char **argv);
enum program_status command_list(int argc, const char **argv);
enum program_status command_explain(int argc, const char **argv);
enum program_status command_judge(int argc, const char **argv);
enum program_status command_import(int argc, const char **argv);
enum program_status command_record(int argc, const char **argv);
enum program_status command_probe(int argc, const char **argv);
enum program_status command_profile(int argc, const char **argv);
enum program_status command_report(int argc, const char **argv);

/* Reads the options; true: the command has to go on. Else *ret_status is how it ends (--help, or a
 * wrong option). */
bool program_options(const struct option_row *rows, const char *usage, int argc, const char **argv,
                     struct options *ret, enum program_status *ret_status);
/* --profile, or the default one. */
bool program_profile(const struct options *options, enum profile *ret, struct err *err);
/* A command that only answers: reads the options, opens the program, answers, closes it. */
enum program_status program_answer(const struct option_row *rows, const char *usage, int argc,
                                   const char **argv,
                                   bool (*answer)(struct program *program,
                                                  const struct options *options, struct err *err));

#endif
