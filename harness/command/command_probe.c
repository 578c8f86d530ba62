#include "harness/command/program.h"
#include "harness/probe/probe.h"

static const struct option_row rows[] = {
    {"client",  '\0', "NAME", "the client, by its recipe (default: smtpsend)"},
    {"jobs",    'j',  "N",    "so many runs at once (default: 8)"            },
    {"probes",  '\0', "DIR",  "where the probes are"                         },
    {"verbose", 'v',  NULL,   "names every capability"                       },
    {"help",    '\0', NULL,   "this text"                                    },
    {NULL,      '\0', NULL,   NULL                                           },
};

static const char usage[] =
    "usage: smtpdrill probe [OPTION...]\n"
    "Says whether a client can do what its recipe claims: each capability has to be seen on the\n"
    "wire. Status 2 when one was not.\n";

#define PROBE_JOBS 8

struct tally {
    size_t shown;
    size_t not_shown;
    size_t not_probed;
};

static void tell(const struct probe *probe, const struct recipe *recipe, const char *path,
                 bool verbose, struct tally *tally)
{
    for (int i = 0; i < CAPABILITY_COUNT; i++) {
        enum capability capability = (enum capability)i;
        enum probe_shown shown = probe->answers[i].shown;
        if ((recipe->can & CAPABILITY_BIT(capability)) == 0)
            continue;
        if (probe->answers[i].result != NULL)
            (void)probe_tell(probe, recipe, path, capability, stdout);
        else if (verbose)
            (void)printf("%s %s\n", shown == PROBE_SHOWN ? "shown     " : "not probed",
                         capability_word(capability));
        tally->shown += shown == PROBE_SHOWN;
        tally->not_probed += shown == PROBE_NOT_PROBED;
        tally->not_shown += probe->answers[i].result != NULL;
    }
}

static bool probe(struct program *program, const struct options *options, struct err *err)
{
    struct recipe recipe;
    struct probe probe = {.suite = NULL};
    struct tally tally = {0};
    unsigned long long jobs = 0;
    const char *client = options_value(options, "client");
    if (client == NULL)
        client = "smtpsend";
    const char *path = program_recipe_path(program, client);
    if (path == NULL)
        return err_memory(err);
    if (!options_number(options, "jobs", RUN_JOBS_MAX, PROBE_JOBS, &jobs, err) ||
        !program_recipe(program, client, &recipe, err))
        return false;
    struct probe_wishes wishes = {.folder = options_value(options, "probes"),
                                  .recipe = &recipe,
                                  .claims = recipe.can,
                                  .jobs = jobs > 0 ? (unsigned)jobs : 1,
                                  .clients = program->clients,
                                  .smtpsend = program->smtpsend,
                                  .arena = program->arena};
    bool ok = probe_run(&wishes, &probe, err);
    if (ok) {
        const struct results *results = probe.results;
        tell(&probe, &recipe, path, options_value(options, "verbose") != NULL, &tally);
        (void)printf("%s%s%s: %zu shown, %zu not shown, %zu not probed\n", results->client,
                     results->version[0] != '\0' ? " " : "", results->version, tally.shown,
                     tally.not_shown, tally.not_probed);
    }
    if (ok && tally.not_shown > 0)
        ok = err_set(err, ERR_PROTOCOL, "%s claims what it was not seen to do", path);
    probe_release(&probe);
    return ok;
}

enum program_status command_probe(int argc, const char **argv)
{
    return program_answer(rows, usage, argc, argv, probe);
}
