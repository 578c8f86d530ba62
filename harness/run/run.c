#include "harness/run/run.h"

#include "harness/cut/cut_shrink.h"
#include "harness/process/process.h"
#include "harness/recipe/capability.h"
#include "harness/run/keep.h"
#include "harness/run/run_client.h"
#include "harness/run/run_one.h"
#include "transport/clock.h"

#include <signal.h>
#include <stdlib.h>

#define CUT_HARMLESS_RUNS 3

extern char **environ;

struct slot {
    struct runner *runner;
    size_t index;          /* into the plan */
    struct one_run *run;   /* NULL: the slot is free */
    struct one_run *worst; /* of those that are over, with --repeat */
    unsigned runs;
    unsigned failed_runs;
    struct plan_entry entry; /* that runs: the plan's, or with a smaller cut */
    struct cut smaller;
    struct cut_shrink shrink;
    bool is_shrinking;
};

struct runner {
    const struct run_options *options;
    struct run_setting setting;
    struct run_folder parent;
    struct run_folder made;
    struct run_tls tls;
    struct recipe_reader *reader;
    struct slot *slots;
    size_t next; /* of the plan */
    unsigned long long number;
    struct signal_watch *watches[2];
    struct run_client *client;
    struct timer *turn; /* starts what can be started */
    bool stopped;
    bool is_broken; /* err is filled */
    struct err err;
};

/* ---- one entry of the plan, as often as it has to be run ------------------------------------- */

static const unsigned severity[VERDICT_COUNT] = {
    [VERDICT_PASS] = 0, [VERDICT_UNSUPPORTED] = 1, [VERDICT_NOT_REACHED] = 2,
    [VERDICT_WARN] = 3, [VERDICT_FAIL] = 4,        [VERDICT_ERROR] = 5,
};

static enum verdict_result verdict_of(const struct one_run *run)
{
    struct result_input input;
    one_run_input(run, &input);
    return input.result->verdict;
}

static void break_off(struct runner *runner)
{
    runner->is_broken = true;
    loop_stop(runner->setting.loop);
}

/* How often a failure is run before it counts; 0: every run counts. In a split or a join nothing is
 * lost: what fails there once may be a timeout of the scenario's on a machine that was busy. */
static unsigned runs_of_failure(const struct slot *slot)
{
    const struct run_options *options = slot->runner->options;
    const struct cut *cut = options->plan->entries[slot->index].cut;
    if (options->repeat > 1)
        return 0;
    if (cut != NULL && (cut->kind == CUT_SPLIT || cut->kind == CUT_JOIN))
        return CUT_HARMLESS_RUNS;
    return options->retry_failures ? 2 : 0;
}

static bool wants_another_run(const struct slot *slot, enum verdict_result verdict)
{
    unsigned of_failure = runs_of_failure(slot);
    if (verdict == VERDICT_UNSUPPORTED || verdict == VERDICT_ERROR || slot->runner->stopped)
        return false;
    if (of_failure > 0)
        return slot->runs == slot->failed_runs && slot->runs < of_failure;
    return slot->runs < slot->runner->options->repeat;
}

/* Of several runs the worst is kept; of a failure and its retry the retry. */
static void keep_run(struct slot *slot)
{
    if (slot->worst == NULL || runs_of_failure(slot) > 0 ||
        severity[verdict_of(slot->run)] > severity[verdict_of(slot->worst)]) {
        one_run_free(slot->worst);
        slot->worst = slot->run;
    } else {
        one_run_free(slot->run);
    }
    slot->run = NULL;
}

/* ---- the smallest cut ------------------------------------------------------------------------ */

static const struct finding *first_finding(const struct one_run *run)
{
    struct result_input input;
    one_run_input(run, &input);
    return input.result->finding_count > 0 ? &input.result->findings[0] : NULL;
}

static bool fails_alike(const struct one_run *a, const struct one_run *b)
{
    const struct finding *one = first_finding(a);
    const struct finding *other = first_finding(b);
    return one != NULL && other != NULL && verdict_of(a) == verdict_of(b) &&
           strcmp(one->requirement, other->requirement) == 0 &&
           bytes_equal(one->expected, other->expected);
}

/* True: another, smaller cut is to be run. */
static bool shrink_on(struct slot *slot)
{
    const struct plan_entry *planned = &slot->runner->options->plan->entries[slot->index];
    if (!slot->is_shrinking) {
        enum verdict_result verdict = verdict_of(slot->worst);
        if (planned->cut == NULL || planned->survey == NULL || slot->runner->stopped ||
            (verdict != VERDICT_FAIL && verdict != VERDICT_WARN))
            return false;
        cut_shrink_begin(&slot->shrink, planned->cut, planned->survey);
        slot->is_shrinking = true;
    }
    if (slot->runner->stopped || !cut_shrink_next(&slot->shrink, &slot->smaller))
        return false;
    slot->entry.cut = &slot->smaller;
    return true;
}

static void keep_smaller(struct slot *slot)
{
    bool alike = fails_alike(slot->run, slot->worst);
    cut_shrink_told(&slot->shrink, alike);
    one_run_free(alike ? slot->worst : slot->run);
    slot->worst = alike ? slot->run : slot->worst;
    slot->run = NULL;
}

/* path[instance]~cut of the smallest; NULL: no memory. */
static const char *smallest_name(const struct slot *slot)
{
    const char *name = slot->runner->options->plan->entries[slot->index].name;
    const char *tilde = strrchr(name, '~');
    return arena_printf(slot->runner->options->results->arena, "%.*s~%s", (int)(tilde - name), name,
                        cut_print(&slot->shrink.best).text)
        .data;
}

/* ---- results --------------------------------------------------------------------------------- */

/* Those who look at runs beside their verdicts. */
static bool show_run(const struct slot *slot)
{
    const struct run_options *options = slot->runner->options;
    const struct transcript *transcript = one_run_transcript(slot->worst);
    struct err *err = &slot->runner->err;
    if (options->surveys != NULL &&
        !one_run_survey(slot->worst, options->surveys_arena, &options->surveys[slot->index], err))
        return false;
    return options->seen == NULL || transcript == NULL ||
           options->seen(options->owner, slot->index, transcript, err);
}

static void report_slot(struct slot *slot)
{
    struct runner *runner = slot->runner;
    const struct run_options *options = runner->options;
    struct result_input input;
    struct result result;
    one_run_input(slot->worst, &input);
    result = *input.result;
    result.name = options->plan->entries[slot->index].name;
    result.runs = slot->runs;
    result.failed_runs = slot->failed_runs;
    if (slot->is_shrinking)
        result.smallest = smallest_name(slot);
    slot->is_shrinking = false;
    input.result = &result;
    if (!show_run(slot) || !results_add(options->results, slot->index, &input, &runner->err)) {
        break_off(runner);
        return;
    }
    one_run_free(slot->worst);
    slot->worst = NULL;
    slot->runs = 0;
    slot->failed_runs = 0;
    options->finished(options->owner, slot->index, loop_now_ms(runner->setting.loop));
}

static void run_over(void *owner)
{
    struct slot *slot = owner;
    timer_set(slot->runner->turn, loop_now_ms(slot->runner->setting.loop));
}

static void keep_file(const struct slot *slot)
{
    struct runner *runner = slot->runner;
    const struct run_options *options = runner->options;
    bool several = options->repeat > 1 || options->retry_failures;
    if (options->keep != NULL &&
        !keep_transcript(options->keep, slot->run, &options->plan->entries[slot->index],
                         several ? slot->runs : 0, options->results, &runner->err))
        break_off(runner);
}

/* Takes up a run that is over. True: the slot is free. */
static bool take_up(struct slot *slot)
{
    enum verdict_result verdict = verdict_of(slot->run);
    if (slot->is_shrinking) {
        keep_smaller(slot);
        if (shrink_on(slot))
            return false;
        report_slot(slot);
        return true;
    }
    slot->runs++;
    keep_file(slot);
    if (verdict == VERDICT_FAIL)
        slot->failed_runs++;
    keep_run(slot);
    if (wants_another_run(slot, verdict) || shrink_on(slot))
        return false;
    report_slot(slot);
    return true;
}

static bool start_run(struct slot *slot)
{
    struct runner *runner = slot->runner;
    slot->run = one_run_new(&runner->setting, &slot->entry, ++runner->number, run_over, slot);
    return slot->run != NULL || err_memory(&runner->err);
}

/* Carries a slot on until its run is under way or nothing is left for it. False: our trouble. */
static bool carry_on(struct slot *slot)
{
    struct runner *runner = slot->runner;
    for (;;) {
        bool same = false;
        if (slot->run != NULL) {
            if (!one_run_is_over(slot->run))
                return true;
            same = !take_up(slot);
            if (runner->is_broken)
                return false;
        }
        if (!same) {
            if (runner->next == runner->options->plan->count || runner->stopped)
                return true;
            slot->index = runner->next++;
            slot->entry = runner->options->plan->entries[slot->index];
        }
        if (!start_run(slot))
            return false;
    }
}

static void turn_due(void *owner)
{
    struct runner *runner = owner;
    bool busy = false;
    for (unsigned i = 0; i < runner->options->jobs; i++) {
        if (!carry_on(&runner->slots[i])) {
            break_off(runner);
            return;
        }
        busy = busy || runner->slots[i].run != NULL;
    }
    if (!busy)
        loop_stop(runner->setting.loop);
}

static void interrupted(void *owner)
{
    struct runner *runner = owner;
    runner->stopped = true;
    loop_stop(runner->setting.loop);
}

/* ---- the client ------------------------------------------------------------------------------ */

static void client_ready(void *owner, bool ok)
{
    struct runner *runner = owner;
    if (ok)
        timer_set(runner->turn, loop_now_ms(runner->setting.loop));
    else
        break_off(runner);
}

static bool start_client(struct runner *runner)
{
    struct results *results = runner->options->results;
    struct run_client_wishes wishes = {.setting = &runner->setting,
                                       .arena = results->arena,
                                       .ready = client_ready,
                                       .owner = runner,
                                       .ret_version = &results->version,
                                       .err = &runner->err};
    runner->client = run_client_new(&wishes);
    return runner->client != NULL;
}

/* ---- all ------------------------------------------------------------------------------------- */

static const char *or_else(const char *value, const char *otherwise)
{
    return value != NULL && value[0] != '\0' ? value : otherwise;
}

/* What a COMMAND makes of its facts nobody knows: it verifies the host to which it connects. */
static bool takes_tls_name(const struct run_options *options)
{
    return !options->is_command &&
           (options->recipe->can & CAPABILITY_BIT(CAPABILITY_TLS_NAME)) != 0;
}

static bool open_runner(struct runner *runner)
{
    const struct run_options *options = runner->options;
    struct run_setting *setting = &runner->setting;
    static const int signals[2] = {SIGINT, SIGTERM};
    *setting = (struct run_setting){.suite = options->suite,
                                    .recipe = options->recipe,
                                    .parent = &runner->parent,
                                    .made = &runner->made,
                                    .tls = &runner->tls,
                                    .clients = options->clients,
                                    .smtpsend = options->smtpsend,
                                    .path = or_else(getenv("PATH"), "/usr/bin:/bin"),
                                    .is_command = options->is_command,
                                    .outside = (const char *const *)(void *)environ,
                                    .refuted = options->refuted,
                                    .limit_ms = options->limit_ms,
                                    .shim = options->shim,
                                    .tracer = options->tracer};
    if (!run_folder_make_parent(or_else(getenv("TMPDIR"), "/tmp"), &runner->parent, &runner->err) ||
        !run_folder_make(&runner->parent, 0, &runner->made, &runner->err))
        return false;
    if (!run_tls_open(&runner->tls, takes_tls_name(options), &runner->parent, &runner->err))
        return false;
    setting->loop = loop_new(&runner->err);
    if (setting->loop == NULL)
        return false;
    setting->keeper = process_keeper_new(setting->loop, &runner->err);
    runner->reader = recipe_reader_new(options->recipe, &runner->err);
    setting->reader = runner->reader;
    if (setting->keeper == NULL || runner->reader == NULL)
        return false;
    for (size_t i = 0; i < 2; i++) {
        runner->watches[i] =
            signal_watch_new(setting->loop, signals[i], interrupted, runner, &runner->err);
        if (runner->watches[i] == NULL)
            return false;
    }
    runner->turn = timer_new(setting->loop, turn_due, runner);
    runner->slots = calloc(options->jobs, sizeof(*runner->slots));
    if (runner->turn == NULL || runner->slots == NULL)
        return err_memory(&runner->err);
    for (unsigned i = 0; i < options->jobs; i++)
        runner->slots[i].runner = runner;
    return true;
}

static void close_runner(struct runner *runner)
{
    unsigned slot_count = runner->slots != NULL ? runner->options->jobs : 0;
    for (unsigned i = 0; i < slot_count; i++)
        one_run_stop(runner->slots[i].run);
    run_client_free(runner->client);
    timer_free(runner->turn);
    for (size_t i = 0; i < 2; i++)
        signal_watch_free(runner->watches[i]);
    process_keeper_free(runner->setting.keeper);
    loop_free(runner->setting.loop);
    run_tls_close(&runner->tls);
    for (unsigned i = 0; i < slot_count; i++) {
        one_run_free(runner->slots[i].run);
        one_run_free(runner->slots[i].worst);
    }
    recipe_reader_free(runner->reader);
    run_folder_remove(&runner->parent);
    free(runner->slots);
}

bool run_all(const struct run_options *options, struct err *err)
{
    struct runner runner = {.options = options};
    uint64_t own_us = clock_own_cpu_us();
    uint64_t client_us = clock_children_cpu_us();
    bool ok = open_runner(&runner) && start_client(&runner) &&
              loop_run(runner.setting.loop, &runner.err) && !runner.is_broken;
    options->results->interrupted = runner.stopped;
    if (runner.setting.loop != NULL)
        options->results->duration_ms = loop_now_ms(runner.setting.loop);
    close_runner(&runner);
    options->results->own_cpu_us = clock_own_cpu_us() - own_us;
    options->results->client_cpu_us = clock_children_cpu_us() - client_us;
    if (!ok)
        *err = runner.err;
    return ok;
}
