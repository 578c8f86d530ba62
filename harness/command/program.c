#include "harness/command/program.h"

#include "base/text.h"
#include "harness/files.h"
#include "transport/clock.h"
#include "transport/data_path.h"

bool program_open(struct program *program, const char *scenarios, struct err *err)
{
    *program = (struct program){.arena = arena_new(PROGRAM_OCTETS_MAX), .scenarios = scenarios};
    if (program->arena == NULL)
        return err_memory(err);
    if (!data_path_beside("smtpsend", program->arena, &program->smtpsend, err) ||
        !data_path_beside("../" SMTPDRILL_LIBDIR "/smtpdrill/warp.so", program->arena,
                          &program->shim, err) ||
        !data_path_beside("../" SMTPDRILL_LIBDIR "/smtpdrill/warp-trace", program->arena,
                          &program->tracer, err))
        return false;
    if (scenarios != NULL && !data_path_is_folder(scenarios))
        return err_set(err, ERR_IO, "%s: no such folder", scenarios);
    return (scenarios != NULL ||
            data_path_folder("scenarios", program->arena, &program->scenarios, err)) &&
           data_path_folder("clients", program->arena, &program->clients, err);
}

void program_close(struct program *program)
{
    arena_free(program->arena);
}

enum program_status program_trouble(const struct err *err)
{
    (void)fflush(stdout);
    (void)fprintf(stderr, "smtpdrill: %s\n", err->what);
    return PROGRAM_TROUBLE;
}

enum program_status program_trouble_in(const struct err *err, struct bytes text)
{
    struct bytes line = BYTES_NONE;
    (void)program_trouble(err);
    if (err->line == 0)
        return PROGRAM_TROUBLE;
    for (unsigned i = 0; i < err->line; i++)
        if (!bytes_next(&text, '\n', &line))
            return PROGRAM_TROUBLE;
    struct buf shown;
    size_t before = err->column > 1 ? err->column - 1 : 0;
    if (before > line.size)
        before = line.size;
    buf_init(&shown, 8 * line.size + 64);
    if (text_escape_utf8(&shown, bytes_slice(line, 0, before))) {
        size_t caret = shown.size;
        if (text_escape_utf8(&shown, bytes_after(line, before)))
            (void)fprintf(stderr, "  %.*s\n", BYTES_FORMAT(buf_bytes(&shown)));
        if (err->column > 0)
            (void)fprintf(stderr, "  %*s^\n", (int)caret, "");
    }
    buf_release(&shown);
    return PROGRAM_TROUBLE;
}

/* ---- recipes --------------------------------------------------------------------------------- */

static bool read_recipe(struct program *program, const char *name, const char *path,
                        struct recipe *ret, struct err *err)
{
    struct bytes text;
    if (!data_path_read(path, RECIPE_OCTETS_MAX, program->arena, &text, err))
        return false;
    if (recipe_parse(name, text, program->arena, ret, err))
        return true;
    suite_name_error(err, path);
    return false;
}

static const char *name_of(struct program *program, const char *path)
{
    const char *slash = strrchr(path, '/');
    struct bytes name = bytes_of(slash != NULL ? slash + 1 : path);
    struct bytes suffix = BYTES_LITERAL(".client");
    if (name.size > suffix.size && bytes_equal(bytes_after(name, name.size - suffix.size), suffix))
        name.size -= suffix.size;
    return arena_string(program->arena, name);
}

bool program_recipes(struct program *program, struct recipe **ret, size_t *ret_count,
                     struct err *err)
{
    const char *const *names = NULL;
    size_t count = 0;
    if (!files_find(program->clients, ".client", program->arena, &names, &count, err))
        return false;
    struct recipe *recipes = arena_alloc_array(program->arena, count + 1, sizeof(*recipes));
    if (recipes == NULL)
        return err_memory(err);
    for (size_t i = 0; i < count; i++) {
        const char *name = name_of(program, names[i]);
        const char *path = arena_printf(program->arena, "%s/%s", program->clients, names[i]).data;
        if (name == NULL || path == NULL)
            return err_memory(err);
        if (!read_recipe(program, name, path, &recipes[i], err))
            return false;
    }
    *ret = recipes;
    *ret_count = count;
    return true;
}

static bool unknown_client(struct program *program, const char *name, struct err *err)
{
    const char *const *names = NULL;
    const char *known[128];
    size_t count = 0;
    if (!files_find(program->clients, ".client", program->arena, &names, &count, err))
        return false;
    if (count > sizeof(known) / sizeof(known[0]))
        count = sizeof(known) / sizeof(known[0]);
    for (size_t i = 0; i < count; i++) {
        known[i] = name_of(program, names[i]);
        if (known[i] == NULL)
            return err_memory(err);
    }
    const char *near = text_nearest(bytes_of(name), known, count);
    return err_set(err, ERR_SYNTAX,
                   "no client is called %s%s%s%s; `smtpdrill list --clients` names them",
                   text_show(bytes_of(name)).text, near != NULL ? "; did you mean " : "",
                   near != NULL ? near : "", near != NULL ? "?" : "");
}

/* A name is one of ours, whatever else is called so where this was started. */
const char *program_recipe_path(struct program *program, const char *name)
{
    if (strchr(name, '/') != NULL || files_has_suffix(name, ".client"))
        return name;
    return arena_printf(program->arena, "%s/%s.client", program->clients, name).data;
}

bool program_recipe(struct program *program, const char *name, struct recipe *ret, struct err *err)
{
    const char *path = program_recipe_path(program, name);
    const char *bare = name_of(program, name);
    if (path == NULL || bare == NULL)
        return err_memory(err);
    if (path != name && !data_path_is_file(path))
        return unknown_client(program, name, err);
    return read_recipe(program, bare, path, ret, err);
}

bool program_register(struct program *program, struct requirement_register *ret, struct err *err)
{
    const char *path = arena_printf(program->arena, "%s/requirements.tsv", program->scenarios).data;
    struct bytes text;
    if (path == NULL)
        return err_memory(err);
    if (!data_path_read(path, PROGRAM_REGISTER_OCTETS_MAX, program->arena, &text, err))
        return false;
    if (requirement_register_parse(text, program->arena, ret, err))
        return true;
    suite_name_error(err, path);
    return false;
}

/* ---- options --------------------------------------------------------------------------------- */

bool program_options(const struct option_row *rows, const char *usage, int argc, const char **argv,
                     struct options *ret, enum program_status *ret_status)
{
    struct err err;
    if (!options_read(rows, argc, argv, ret, &err)) {
        *ret_status = program_trouble(&err);
        return false;
    }
    if (options_value(ret, "help") != NULL) {
        (void)printf("%s\n", usage);
        options_help(rows, stdout);
        *ret_status = PROGRAM_OK;
        return false;
    }
    return true;
}

bool program_profile(const struct options *options, enum profile *ret, struct err *err)
{
    const char *word = options_value(options, "profile");
    *ret = PROFILE_DEFAULT;
    if (word == NULL || profile_from_word(bytes_of(word), ret))
        return true;
    const char *near = text_nearest(bytes_of(word), profile_words, PROFILE_COUNT);
    return err_set(err, ERR_SYNTAX,
                   "no profile is called %s%s%s; `smtpdrill list --profiles` "
                   "names them",
                   text_show(bytes_of(word)).text, near != NULL ? ", but " : "",
                   near != NULL ? near : "");
}

enum program_status program_answer(const struct option_row *rows, const char *usage, int argc,
                                   const char **argv,
                                   bool (*answer)(struct program *program,
                                                  const struct options *options, struct err *err))
{
    struct program program;
    struct options options;
    struct err err = {.kind = ERR_NONE};
    enum program_status status = PROGRAM_OK;
    if (!program_options(rows, usage, argc, argv, &options, &status))
        return status;
    if (!program_open(&program, options_value(&options, "scenarios"), &err) ||
        !answer(&program, &options, &err))
        status = program_trouble(&err);
    program_close(&program);
    return status;
}

bool program_known(struct program *program, const char *path, struct known *ret, struct err *err)
{
    struct bytes text;
    *ret = (struct known){.path = path, .now_s = clock_wall_s()};
    return data_path_read(path, KNOWN_OCTETS_MAX, program->arena, &text, err) &&
           known_parse(ret, text, program->arena, err);
}
