#include "base/text.h"
#include "harness/command/program.h"
#include "harness/recipe/capability.h"
#include "harness/run/run.h"
#include "transport/data_path.h"

/*
 * A recipe's word is believed when a run shows it. The probes are scenarios: CAPABILITY.drill and
 * CAPABILITY.WAY.drill, of which one has to pass, and CAPABILITY.refused.drill, a demand that no
 * client can meet, which has not to fail.
 */

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

#define PROBE_SEED 1
#define PROBE_JOBS 8

enum shown { SHOWN_NOT_PROBED, SHOWN_NO, SHOWN_YES, SHOWN_REFUSED_NOTHING };

struct probing {
    struct program *program;
    struct recipe recipe;
    const char *path;           /* of the recipe */
    struct results *results;    /* NULL: none yet */
    const struct result *first; /* that does not show what was looked at last */
    bool verbose;
    size_t shown;
    size_t not_shown;
    size_t not_probed;
    struct err *err;
};

/* ---- what the runs show ---------------------------------------------------------------------- */

/* starttls of starttls.refused; a name has its folders before it. */
static bool is_probe_of(const char *name, const char *word, const char **ret_way)
{
    size_t length = strlen(word);
    const char *slash = strrchr(name, '/');
    if (slash != NULL)
        name = slash + 1;
    if (strncmp(name, word, length) != 0 || (name[length] != '\0' && name[length] != '.'))
        return false;
    *ret_way = name[length] == '.' ? name + length + 1 : "";
    return true;
}

/* A client that does not take its command line has refused, too. */
static enum shown shown_by(struct probing *probing, enum capability capability)
{
    enum shown shown = SHOWN_NOT_PROBED;
    const char *way = "";
    for (size_t i = 0; i < probing->results->count; i++) {
        const struct result *result = &probing->results->entries[i];
        if (!is_probe_of(result->name, capability_word(capability), &way))
            continue;
        bool passed = result->verdict == VERDICT_PASS || result->verdict == VERDICT_WARN;
        if (strcmp(way, "refused") == 0) {
            if (result->verdict != VERDICT_FAIL)
                continue;
            probing->first = result;
            return SHOWN_REFUSED_NOTHING;
        }
        if (passed) {
            shown = SHOWN_YES;
        } else if (shown != SHOWN_YES) {
            if (shown == SHOWN_NOT_PROBED || result->verdict != VERDICT_UNSUPPORTED)
                probing->first = result;
            shown = SHOWN_NO;
        }
    }
    return shown;
}

/* What the probe itself expected; broken rules are no matter of capabilities. */
static const struct finding *finding_of(const struct result *result)
{
    for (size_t i = 0; i < result->finding_count && i < RESULT_FINDINGS_KEPT; i++)
        if (result->findings[i].axis == FINDING_OF_SCENARIO)
            return &result->findings[i];
    return NULL;
}

static struct bytes why_not(const struct result *result)
{
    if (result->reason.size > 0)
        return result->reason;
    if (result->finding_count > 0 && result->dialogue.size > 0)
        return result->dialogue;
    return BYTES_LITERAL("nothing says why");
}

static void tell_missing(struct probing *probing, enum capability capability, enum shown shown)
{
    const struct result *result = probing->first;
    const struct finding *finding = finding_of(result);
    const struct bytes why = why_not(result);
    (void)printf("%s:%u: error: `can %s`, and the probe %s %s\n", probing->path,
                 probing->recipe.can_lines[capability], capability_word(capability), result->name,
                 shown == SHOWN_NO ? "does not show it" : "shows that it refuses nothing");
    if (finding != NULL)
        (void)printf("   expected %.*s; got %.*s\n", BYTES_FORMAT(finding->expected),
                     BYTES_FORMAT(finding->got));
    (void)printf("%s%.*s%s", result->dialogue.size > 0 ? "" : "   ", BYTES_FORMAT(why),
                 why.size > 0 && why.data[why.size - 1] == '\n' ? "" : "\n");
}

static void tell(struct probing *probing, enum capability capability)
{
    enum shown shown = shown_by(probing, capability);
    switch (shown) {
    case SHOWN_YES:
        probing->shown++;
        if (probing->verbose)
            (void)printf("shown      %s\n", capability_word(capability));
        break;
    case SHOWN_NOT_PROBED:
        probing->not_probed++;
        if (probing->verbose)
            (void)printf("not probed %s\n", capability_word(capability));
        break;
    case SHOWN_NO:
    case SHOWN_REFUSED_NOTHING:
        probing->not_shown++;
        tell_missing(probing, capability, shown);
        break;
    }
}

/* ---- the runs -------------------------------------------------------------------------------- */

static void run_finished(void *owner, size_t index, uint64_t now_ms)
{
    (void)owner;
    (void)index;
    (void)now_ms;
}

/* Only the probes of what is claimed. */
static void keep_claimed(struct plan *plan, const struct recipe *recipe)
{
    size_t kept = 0;
    for (size_t i = 0; i < plan->count; i++) {
        bool claimed = false;
        for (int j = 0; j < CAPABILITY_COUNT; j++) {
            const char *way = "";
            claimed = claimed || ((recipe->can & CAPABILITY_BIT((enum capability)j)) != 0 &&
                                  is_probe_of(plan->entries[i].name,
                                              capability_word((enum capability)j), &way));
        }
        if (claimed)
            plan->entries[kept++] = plan->entries[i];
    }
    plan->count = kept;
}

static bool run_probes(struct probing *probing, const struct options *options, struct suite *suite)
{
    struct plan_wishes wishes = {
        .seed = PROBE_SEED, .shard_index = 1, .shard_count = 1, .unshuffled = true};
    struct plan plan = {.entries = NULL};
    unsigned long long jobs = 0;
    struct run_options run = {.suite = suite,
                              .plan = &plan,
                              .recipe = &probing->recipe,
                              .repeat = 1,
                              .retry_failures = true, /* a machine that stood still shows nothing */
                              .clients = probing->program->clients,
                              .smtpsend = probing->program->smtpsend,
                              .finished = run_finished};
    if (!options_number(options, "jobs", RUN_JOBS_MAX, PROBE_JOBS, &jobs, probing->err) ||
        !plan_make(suite, &wishes, probing->program->arena, &plan, probing->err))
        return false;
    keep_claimed(&plan, &probing->recipe);
    probing->results = results_new(plan.count, probing->err);
    if (probing->results == NULL)
        return false;
    probing->results->client = probing->recipe.name.data;
    probing->results->seed = PROBE_SEED;
    run.results = probing->results;
    run.jobs = jobs > 0 ? (unsigned)jobs : 1;
    return run_all(&run, probing->err);
}

static bool open_probing(struct probing *probing, const struct options *options,
                         const char **ret_probes)
{
    const char *client = options_value(options, "client");
    *ret_probes = options_value(options, "probes");
    probing->verbose = options_value(options, "verbose") != NULL;
    if (client == NULL)
        client = "smtpsend";
    probing->path = client;
    if (strchr(client, '/') == NULL && strchr(client, '.') == NULL)
        probing->path =
            arena_printf(probing->program->arena, "%s/%s.client", probing->program->clients, client)
                .data;
    return (*ret_probes != NULL ||
            data_path_folder("probes", probing->program->arena, ret_probes, probing->err)) &&
           probing->path != NULL &&
           program_recipe(probing->program, client, &probing->recipe, probing->err);
}

static bool probe(struct program *program, const struct options *options, struct err *err)
{
    struct probing probing = {.program = program, .err = err};
    const char *probes = NULL;
    struct suite *suite = NULL;
    bool ok = open_probing(&probing, options, &probes);
    if (ok)
        suite = suite_new(probes, PROBE_SEED, err);
    ok = ok && suite != NULL && suite_load(suite, err) && run_probes(&probing, options, suite);
    for (int i = 0; ok && i < CAPABILITY_COUNT; i++)
        if ((probing.recipe.can & CAPABILITY_BIT((enum capability)i)) != 0)
            tell(&probing, (enum capability)i);
    if (ok)
        (void)printf("%s%s%s: %zu shown, %zu not shown, %zu not probed\n", probing.results->client,
                     probing.results->version[0] != '\0' ? " " : "", probing.results->version,
                     probing.shown, probing.not_shown, probing.not_probed);
    if (ok && probing.not_shown > 0)
        ok = err_set(err, ERR_PROTOCOL, "%s claims what it was not seen to do", probing.path);
    results_free(probing.results);
    suite_free(suite);
    return ok;
}

enum program_status command_probe(int argc, const char **argv)
{
    return program_answer(rows, usage, argc, argv, probe);
}
