#include "harness/command/program.h"
#include "harness/profile/client_profile.h"
#include "harness/run/run.h"
#include "transport/data_path.h"

#include <stdlib.h>

/*
 * The runs are scenarios that hinder no client: what they expect is nothing, and no verdict of
 * theirs counts.
 */

static const struct option_row rows[] = {
    {"client", '\0', "NAME", "the client, by its recipe (default: smtpsend)"          },
    {"json",   '\0', NULL,   "print JSON"                                             },
    {"diff",   '\0', "FILE", "print what is not as in this JSON; status 1 if anything"},
    {"jobs",   'j',  "N",    "so many runs at once (default: 4)"                      },
    {"help",   '\0', NULL,   "this text"                                              },
    {NULL,     '\0', NULL,   NULL                                                     },
};

static const char usage[] =
    "usage: smtpdrill profile [OPTION...] [--client NAME]\n"
    "       smtpdrill profile [OPTION...] -- COMMAND [ARGUMENT...]\n"
    "Says how a client behaves where a choice is allowed. That is no verdict.\n";

#define PROFILE_SEED 1
#define PROFILE_JOBS 4
#define PROFILE_OCTETS_MAX ((size_t)256 * 1024 * 1024)

struct profiling {
    struct program program;
    struct options options;
    struct recipe recipe;
    struct run_options run;
    struct client_profile profile;
    struct arena *arena; /* of the answers */
    const char *error;   /* the name of the first run that was our error; NULL: none */
    struct err *err;
};

static bool run_seen(void *owner, size_t index, const struct transcript *transcript,
                     struct err *err)
{
    struct profiling *profiling = owner;
    return client_profile_add(&profiling->profile, profiling->run.plan->entries[index].name,
                              transcript, profiling->arena, err);
}

static void run_finished(void *owner, size_t index, uint64_t now_ms)
{
    struct profiling *profiling = owner;
    const struct result *result = &profiling->run.results->entries[index];
    (void)now_ms;
    if (result->verdict == VERDICT_ERROR && profiling->error == NULL)
        profiling->error = result->name;
}

static bool choose_client(struct profiling *profiling)
{
    const struct options *options = &profiling->options;
    const char *client = options_value(options, "client");
    if (options->has_command && client != NULL)
        return err_set(profiling->err, ERR_SYNTAX,
                       "either --client or a COMMAND behind `--`, not both");
    if (options->has_command && options->command_count == 0)
        return err_set(profiling->err, ERR_SYNTAX,
                       "behind `--` the command of a client has to stand");
    if (options->word_count > 0)
        return err_set(profiling->err, ERR_SYNTAX,
                       "profile takes no words; a command stands behind `--`");
    profiling->profile.recipe = &profiling->recipe;
    profiling->run.is_command = options->has_command;
    return options->has_command
               ? recipe_of_command(options->command, options->command_count,
                                   profiling->program.arena, &profiling->recipe, profiling->err)
               : program_recipe(&profiling->program, client != NULL ? client : "smtpsend",
                                &profiling->recipe, profiling->err);
}

static bool make_runs(struct profiling *profiling, struct suite *suite)
{
    struct plan_wishes wishes = {
        .seed = PROFILE_SEED, .shard_index = 1, .shard_count = 1, .unshuffled = true};
    struct plan plan = {.entries = NULL};
    struct run_options *run = &profiling->run;
    unsigned long long jobs = 0;
    if (!options_number(&profiling->options, "jobs", RUN_JOBS_MAX, PROFILE_JOBS, &jobs,
                        profiling->err) ||
        !plan_make(suite, &wishes, profiling->program.arena, &plan, profiling->err))
        return false;
    run->suite = suite;
    run->plan = &plan;
    run->recipe = &profiling->recipe;
    run->jobs = jobs > 0 ? (unsigned)jobs : 1;
    run->repeat = 1;
    run->clients = profiling->program.clients;
    run->smtpsend = profiling->program.smtpsend;
    run->seen = run_seen;
    run->finished = run_finished;
    run->owner = profiling;
    run->results->client = profiling->recipe.name.data;
    run->results->seed = PROFILE_SEED;
    bool ok = run_all(run, profiling->err);
    run->plan = NULL;
    if (ok && run->results->interrupted)
        return err_set(profiling->err, ERR_IO, "interrupted before all was seen");
    if (ok && profiling->error != NULL)
        return err_set(profiling->err, ERR_IO,
                       "the run %s went wrong: `smtpdrill run` tells more of this client",
                       profiling->error);
    return ok;
}

static bool make_profile(struct profiling *profiling)
{
    const char *folder = NULL;
    struct suite *suite = NULL;
    struct err *err = profiling->err;
    if (!program_open(&profiling->program, NULL, err) || !choose_client(profiling) ||
        !data_path_folder("profiles", profiling->program.arena, &folder, err))
        return false;
    profiling->arena = arena_new(PROFILE_OCTETS_MAX);
    profiling->run.results = results_new(PROFILE_TRAITS_MAX, err);
    if (profiling->arena == NULL || profiling->run.results == NULL)
        return err_memory(err);
    suite = suite_new(folder, PROFILE_SEED, err);
    bool ok = suite != NULL && suite_load(suite, err) && make_runs(profiling, suite);
    suite_free(suite);
    profiling->profile.client = profiling->run.results->client;
    profiling->profile.version = profiling->run.results->version;
    return ok;
}

static enum program_status tell(struct profiling *profiling)
{
    const char *path = options_value(&profiling->options, "diff");
    const struct client_profile *profile = &profiling->profile;
    struct bytes old = BYTES_NONE;
    size_t changes = 0;
    bool ok = true;
    if (path == NULL) {
        ok = options_value(&profiling->options, "json") != NULL
                 ? client_profile_print_json(profile, stdout, profiling->err)
                 : client_profile_print(profile, stdout, profiling->err);
        return ok ? PROGRAM_OK : PROGRAM_TROUBLE;
    }
    if (!data_path_read(path, PROFILE_FILE_OCTETS_MAX, profiling->arena, &old, profiling->err))
        return PROGRAM_TROUBLE;
    if (!client_profile_print_changes(profile, old, stdout, &changes, profiling->err)) {
        suite_name_error(profiling->err, path);
        return PROGRAM_TROUBLE;
    }
    return changes > 0 ? PROGRAM_FAILED : PROGRAM_OK;
}

enum program_status command_profile(int argc, const char **argv)
{
    struct err err = {.kind = ERR_NONE};
    enum program_status status = PROGRAM_TROUBLE;
    struct profiling *profiling = calloc(1, sizeof(*profiling));
    if (profiling == NULL)
        return PROGRAM_TROUBLE;
    profiling->err = &err;
    if (program_options(rows, usage, argc, argv, &profiling->options, &status)) {
        status = make_profile(profiling) ? tell(profiling) : PROGRAM_TROUBLE;
        if (status == PROGRAM_TROUBLE)
            (void)program_trouble(&err);
    }
    results_free(profiling->run.results);
    arena_free(profiling->arena);
    program_close(&profiling->program);
    free(profiling);
    return status;
}
