#include "base/text.h"
#include "harness/command/program.h"
#include "harness/files.h"
#include "harness/recipe/capability.h"
#include "harness/recipe/recipe_claim.h"
#include "transport/data_path.h"

static const struct option_row rows[] = {
    {"scenarios", '\0', "DIR", "where the scenarios are"   },
    {"strict",    '\0', NULL,  "what is only odd fails too"},
    {"help",      '\0', NULL,  "this text"                 },
    {NULL,        '\0', NULL,  NULL                        },
};

static const char usage[] =
    "usage: smtpdrill check [OPTION...] [FILE|FOLDER...]\n"
    "Says what is wrong or odd in scenarios (.drill), personalities (.personality) and recipes\n"
    "(.client); without a FILE in all that there are. Status 2: a file cannot be used; 1: one is\n"
    "wrong; 0: neither.\n";

struct checking {
    struct program program;
    struct suite *suite; /* for its loader */
    struct requirement_register list;
    bool has_list;
    size_t files;
    size_t unusable;
    size_t wrong;
    size_t odd;
    struct err *err;
};

static bool knows_requirement(void *owner, struct bytes id)
{
    const struct checking *checking = owner;
    return !checking->has_list || requirement_find(&checking->list, id) != NULL;
}

static bool knows_capability(void *owner, struct bytes name)
{
    enum capability capability;
    (void)owner;
    return capability_from_word(name, &capability);
}

static bool knows_personality(void *owner, struct bytes name)
{
    const struct checking *checking = owner;
    struct bytes path = arena_printf(checking->program.arena, "%s/personalities/%.*s.personality",
                                     checking->program.scenarios, BYTES_FORMAT(name));
    return path.data != NULL && data_path_is_file(path.data);
}

/* An error of one file is said and counted; the others are checked all the same. */
static void unusable(struct checking *checking, struct err *err, const char *path,
                     struct bytes text)
{
    suite_name_error(err, path);
    checking->unusable++;
    (void)program_trouble_in(err, text);
}

static bool lint(struct checking *checking, const char *path, const struct scenario_file *file,
                 struct arena *arena, struct err *err)
{
    const struct lint_known known = {.requirement = knows_requirement,
                                     .capability = knows_capability,
                                     .personality = knows_personality,
                                     .owner = checking};
    struct lint_remark *remarks = NULL;
    size_t count = 0;
    if (!scenario_lint(file, &known, arena, &remarks, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct lint_remark *remark = &remarks[i];
        (void)printf("%s:%u:%u: %s: %.*s\n", path, remark->line, remark->column,
                     remark->is_error ? "wrong" : "odd", BYTES_FORMAT(remark->what));
        *(remark->is_error ? &checking->wrong : &checking->odd) += 1;
    }
    return true;
}

/* Values of a sweep can be wrong in one instance only. */
static bool make_instances(const struct scenario_file *file, struct err *err)
{
    size_t count = scenario_file_instance_count(file);
    for (size_t i = 0; i < count; i++) {
        struct arena *arena = arena_new(SUITE_OCTETS_MAX);
        struct scenario scenario;
        bool ok = arena != NULL || err_memory(err);
        ok = ok && scenario_file_instance(file, i, 1, arena, &scenario, err);
        if (ok)
            scenario_release(&scenario);
        arena_free(arena);
        if (!ok)
            return false;
    }
    return true;
}

static void check_scenario(struct checking *checking, const char *path, struct bytes text,
                           struct arena *arena)
{
    struct scenario_file *file = NULL;
    struct err err = {.kind = ERR_NONE};
    if (!scenario_file_parse(path, text, &checking->suite->loader, arena, &file, &err) ||
        /* A personality is made for the session of a scenario: lint does. */
        (!files_has_suffix(path, ".personality") && !make_instances(file, &err)) ||
        !lint(checking, path, file, arena, &err))
        unusable(checking, &err, path, text);
}

static void check_recipe(struct checking *checking, const char *path, struct bytes text,
                         struct arena *arena)
{
    struct recipe recipe;
    struct err err = {.kind = ERR_NONE};
    struct recipe_reader *reader = NULL;
    if (!recipe_parse(path, text, arena, &recipe, &err) ||
        (reader = recipe_reader_new(&recipe, &err)) == NULL)
        unusable(checking, &err, path, text);
    recipe_reader_free(reader);
}

static bool check_file(struct checking *checking, const char *path)
{
    struct arena *arena = arena_new(SUITE_OCTETS_MAX);
    struct bytes text;
    if (arena == NULL)
        return err_memory(checking->err);
    bool ok = data_path_read(path, SCENARIO_FILE_OCTETS_MAX, arena, &text, checking->err);
    if (ok && files_has_suffix(path, ".client"))
        check_recipe(checking, path, text, arena);
    else if (ok)
        check_scenario(checking, path, text, arena);
    checking->files++;
    arena_free(arena);
    return ok;
}

static bool check_folder(struct checking *checking, const char *folder)
{
    static const char *const suffixes[] = {".drill", ".personality", ".client"};
    for (size_t i = 0; i < 3; i++) {
        const char *const *names = NULL;
        size_t count = 0;
        if (!files_find(folder, suffixes[i], checking->program.arena, &names, &count,
                        checking->err))
            return false;
        for (size_t j = 0; j < count; j++) {
            struct bytes path = arena_printf(checking->program.arena, "%s/%s", folder, names[j]);
            if (path.data == NULL)
                return err_memory(checking->err);
            if (!check_file(checking, path.data))
                return false;
        }
    }
    return true;
}

/* A name of a scenario will do as well as its path. */
static bool check_word(struct checking *checking, const char *word)
{
    if (data_path_is_folder(word))
        return check_folder(checking, word);
    if (data_path_is_file(word))
        return check_file(checking, word);
    struct bytes folder =
        arena_printf(checking->program.arena, "%s/%s", checking->program.scenarios, word);
    struct bytes file = arena_printf(checking->program.arena, "%s.drill", folder.data);
    if (folder.data == NULL || file.data == NULL)
        return err_memory(checking->err);
    if (data_path_is_file(file.data))
        return check_file(checking, file.data);
    return data_path_is_folder(folder.data) ? check_folder(checking, folder.data)
                                            : check_file(checking, word);
}

static bool check_all(struct checking *checking, const struct options *options)
{
    const char *scenarios = options_value(options, "scenarios");
    if (!program_open(&checking->program, scenarios, checking->err))
        return false;
    checking->suite = suite_new(checking->program.scenarios, 1, checking->err);
    if (checking->suite == NULL)
        return false;
    struct err no_list;
    checking->has_list = program_register(&checking->program, &checking->list, &no_list);
    for (size_t i = 0; i < options->word_count; i++)
        if (!check_word(checking, options->words[i]))
            return false;
    return options->word_count > 0 || (check_folder(checking, checking->program.scenarios) &&
                                       check_folder(checking, checking->program.clients));
}

enum program_status command_check(int argc, const char **argv)
{
    struct options options;
    struct err err = {.kind = ERR_NONE};
    struct checking checking = {.err = &err};
    enum program_status status = PROGRAM_OK;
    if (!program_options(rows, usage, argc, argv, &options, &status))
        return status;
    bool ok = check_all(&checking, &options);
    if (ok) {
        (void)printf("%zu files: %zu cannot be used, %zu remarks wrong, %zu odd\n", checking.files,
                     checking.unusable, checking.wrong, checking.odd);
        if (checking.wrong > 0 || (checking.odd > 0 && options_value(&options, "strict") != NULL))
            status = PROGRAM_FAILED;
    } else {
        (void)program_trouble(&err);
    }
    if (!ok || checking.unusable > 0)
        status = PROGRAM_TROUBLE;
    suite_free(checking.suite);
    program_close(&checking.program);
    return status;
}
