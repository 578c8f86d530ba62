#include "harness/probe/probe.h"

#include "harness/run/run_facts.h"
#include "harness/run/run_one.h"
#include "transport/data_path.h"

#define PROBE_SEED 1

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

/* ---- what is worth a probe ------------------------------------------------------------------- */

/* An instance that cannot be read is an error of its run, and no matter here. */
static uint64_t needs_of(struct suite *suite, const struct plan_entry *entry, struct arena *arena)
{
    struct scenario scenario;
    struct err ignored;
    uint64_t needs = 0;
    if (!suite_instance(suite, entry->scenario, entry->instance, arena, &scenario, &ignored))
        return 0;
    if (!run_facts_needs(&scenario, &needs, &ignored))
        needs = 0;
    scenario_release(&scenario);
    return needs;
}

bool probe_claims(const struct recipe *recipe, struct suite *suite, const struct plan *plan,
                  uint64_t *ret, struct err *err)
{
    uint64_t claims = 0;
    for (size_t i = 0; i < plan->count && claims != recipe->can; i++) {
        struct arena *arena = arena_new(RUN_ARENA_OCTETS_MAX);
        if (arena == NULL)
            return err_memory(err);
        uint64_t needs = needs_of(suite, &plan->entries[i], arena);
        if ((needs & ~recipe->can) == 0)
            claims |= needs;
        arena_free(arena);
    }
    *ret = claims;
    return true;
}

/* ---- the runs -------------------------------------------------------------------------------- */

static void run_finished(void *owner, size_t index, uint64_t now_ms)
{
    (void)owner;
    (void)index;
    (void)now_ms;
}

static void keep_asked(struct plan *plan, uint64_t claims)
{
    size_t kept = 0;
    for (size_t i = 0; i < plan->count; i++) {
        bool asked = false;
        for (int j = 0; j < CAPABILITY_COUNT; j++) {
            const char *way = "";
            asked = asked ||
                    ((claims & CAPABILITY_BIT((enum capability)j)) != 0 &&
                     is_probe_of(plan->entries[i].name, capability_word((enum capability)j), &way));
        }
        if (asked)
            plan->entries[kept++] = plan->entries[i];
    }
    plan->count = kept;
}

static bool run_them(const struct probe_wishes *wishes, struct probe *probe, struct err *err)
{
    struct plan_wishes all = {
        .seed = PROBE_SEED, .shard_index = 1, .shard_count = 1, .unshuffled = true};
    struct plan plan = {.entries = NULL};
    struct run_options run = {.suite = probe->suite,
                              .plan = &plan,
                              .recipe = wishes->recipe,
                              .jobs = wishes->jobs,
                              .repeat = 1,
                              .retry_failures = true, /* a machine that stood still shows nothing */
                              .clients = wishes->clients,
                              .smtpsend = wishes->smtpsend,
                              .finished = run_finished};
    if (!plan_make(probe->suite, &all, wishes->arena, &plan, err))
        return false;
    keep_asked(&plan, wishes->claims);
    probe->results = results_new(plan.count, err);
    if (probe->results == NULL)
        return false;
    probe->results->client = wishes->recipe->name.data;
    probe->results->seed = PROBE_SEED;
    run.results = probe->results;
    return run_all(&run, err);
}

/* ---- what they show -------------------------------------------------------------------------- */

/* A client that does not take its command line has refused, too. */
static struct probe_answer answer_of(const struct results *results, enum capability capability)
{
    struct probe_answer answer = {.shown = PROBE_NOT_PROBED};
    const char *way = "";
    for (size_t i = 0; i < results->count; i++) {
        const struct result *result = &results->entries[i];
        if (!is_probe_of(result->name, capability_word(capability), &way))
            continue;
        bool passed = result->verdict == VERDICT_PASS || result->verdict == VERDICT_WARN;
        if (strcmp(way, "refused") == 0) {
            if (result->verdict == VERDICT_FAIL)
                return (struct probe_answer){PROBE_REFUSES_NOTHING, result};
        } else if (passed) {
            answer = (struct probe_answer){.shown = PROBE_SHOWN};
        } else if (answer.shown == PROBE_NOT_PROBED ||
                   (answer.shown == PROBE_NOT_SHOWN && result->verdict != VERDICT_UNSUPPORTED)) {
            answer = (struct probe_answer){PROBE_NOT_SHOWN, result};
        }
    }
    return answer;
}

bool probe_run(const struct probe_wishes *wishes, struct probe *ret, struct err *err)
{
    const char *folder = wishes->folder;
    *ret = (struct probe){.suite = NULL};
    if (folder == NULL && !data_path_folder("probes", wishes->arena, &folder, err))
        return false;
    ret->suite = suite_new(folder, PROBE_SEED, err);
    if (ret->suite == NULL || !suite_load(ret->suite, err) || !run_them(wishes, ret, err))
        return false;
    if (ret->results->interrupted)
        return err_set(err, ERR_IO, "ended while the recipe was probed");
    for (int i = 0; i < CAPABILITY_COUNT; i++)
        if ((wishes->claims & CAPABILITY_BIT((enum capability)i)) != 0)
            ret->answers[i] = answer_of(ret->results, (enum capability)i);
    return true;
}

uint64_t probe_refuted(const struct probe *probe)
{
    uint64_t refuted = 0;
    for (int i = 0; i < CAPABILITY_COUNT; i++)
        if (probe->answers[i].result != NULL)
            refuted |= CAPABILITY_BIT((enum capability)i);
    return refuted;
}

void probe_release(struct probe *probe)
{
    results_free(probe->results);
    suite_free(probe->suite);
}

/* ---- in words -------------------------------------------------------------------------------- */

static struct bytes why_not(const struct result *result)
{
    if (result->reason.size > 0)
        return result->reason;
    if (result->finding_count > 0 && result->dialogue.size > 0)
        return result->dialogue;
    return BYTES_LITERAL("nothing says why");
}

void probe_tell(const struct probe *probe, const struct recipe *recipe, const char *path,
                enum capability capability, FILE *to)
{
    const struct probe_answer *answer = &probe->answers[capability];
    const struct result *result = answer->result;
    /* Broken rules are no matter of capabilities. */
    const struct finding *finding = result_own_finding(result);
    const struct bytes why = why_not(result);
    (void)fprintf(to, "%s:%u: error: `can %s`, and the probe %s %s\n", path,
                  recipe->can_lines[capability], capability_word(capability), result->name,
                  answer->shown == PROBE_NOT_SHOWN ? "does not show it"
                                                   : "shows that it refuses nothing");
    if (finding != NULL)
        (void)fprintf(to, "   expected %.*s; got %.*s\n", BYTES_FORMAT(finding->expected),
                      BYTES_FORMAT(finding->got));
    (void)fprintf(to, "%s%.*s%s", result->dialogue.size > 0 ? "" : "   ", BYTES_FORMAT(why),
                  why.size > 0 && why.data[why.size - 1] == '\n' ? "" : "\n");
}
