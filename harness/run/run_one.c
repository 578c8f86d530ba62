#include "harness/run/run_one_private.h"

#include "harness/cut/cut_survey.h"
#include "harness/recipe/capability.h"
#include "harness/run/redact.h"
#include "harness/run/run_facts.h"

#include <stdlib.h>

/* ---- the verdict ----------------------------------------------------------------------------- */

static struct bytes join_output(struct one_run *run)
{
    struct buf both;
    struct bytes joined = BYTES_NONE;
    buf_init(&both, run->end.output.size + run->end.errors.size + 1);
    if (buf_append(&both, run->end.errors) &&
        (both.size == 0 || both.data[both.size - 1] == '\n' || buf_append_octet(&both, '\n')) &&
        buf_append(&both, run->end.output))
        joined = arena_copy(run->arena, buf_bytes(&both));
    buf_release_secret(&both);
    if (joined.data != NULL)
        joined = redact(joined, run->scenario.send.user, run->scenario.send.password, run->arena);
    return joined;
}

static bool conclude(struct one_run *run)
{
    enum recipe_meaning meaning = RECIPE_MEANING_OUTCOME;
    struct recipe_ending ending = {.status = run->end.hung ? -1 : run->end.status,
                                   .signal = run->end.hung ? 0 : run->end.signal,
                                   .hung = run->end.hung,
                                   .out = run->end.output,
                                   .report = join_output(run)};
    struct run_evidence evidence = {.scenario = &run->scenario,
                                    .transcript = run->transcript,
                                    .claim = &run->claim,
                                    .connections = run->connection_count,
                                    .cut = run->has_cut ? &run->cut : NULL,
                                    .uncut = run->entry->survey != NULL ? &run->entry->survey->uncut
                                                                        : NULL,
                                    .is_hurried = run->is_hurried,
                                    .is_process = true};
    if (!recipe_claim(run->setting->reader, &ending, run->arena, &run->claim, &meaning))
        return err_memory(&run->err);
    run->has_claim = true;
    run->verdict.result.status = ending.status;
    run->verdict.result.signal = ending.signal;
    run->verdict.result.hung = ending.hung;
    switch (meaning) {
    case RECIPE_MEANING_UNSUPPORTED:
        run_verdict_without(&evidence, run->arena, VERDICT_UNSUPPORTED,
                            "the client says that it cannot do this", &run->verdict);
        return true;
    case RECIPE_MEANING_USAGE:
        run_verdict_without(&evidence, run->arena, VERDICT_ERROR,
                            "the client does not take its command line", &run->verdict);
        return true;
    case RECIPE_MEANING_OUTCOME:
    case RECIPE_MEANING_FAILED:
    case RECIPE_MEANING_COUNT:
        break;
    }
    return run_verdict_make(&evidence, run->arena, &run->verdict, &run->err);
}

/* ---- the end --------------------------------------------------------------------------------- */

static void become_error(struct one_run *run)
{
    run->verdict.result.verdict = VERDICT_ERROR;
    run->verdict.result.rules = VERDICT_PASS;
    run->verdict.result.reason = bytes_of(run->err.what);
    run->verdict.result.finding_count = 0;
}

/* A client that talks until it is ended is judged by as much of its talk as a transcript holds. */
static bool is_endless_talk(const struct one_run *run)
{
    return run->err.kind == ERR_LIMIT && run->end.hung &&
           transcript_count(run->transcript) == TRANSCRIPT_RECORDS_MAX;
}

static void finish(struct one_run *run)
{
    if (is_endless_talk(run))
        run->err = (struct err){.kind = ERR_NONE};
    run->verdict.result.duration_ms = run_now_ms(run) - run->started_ms;
    run->verdict.result.warped_ms = run_warp_ahead_ms(run);
    if (run->err.kind != ERR_NONE || !conclude(run))
        become_error(run);
    process_free(run->process);
    run->process = NULL;
    listener_free(run->listener);
    run->listener = NULL;
    run_folder_remove(&run->folder);
    run->folder.path[0] = '\0';
    run->is_over = true;
    run->over(run->owner);
}

/* What the kernel still holds of a client that has ended (a connection not accepted yet, its last
 * octets) is there at once: one turn of the loop finds it. */
static void settle_due(void *owner)
{
    struct one_run *run = owner;
    uint64_t now_ms = loop_now_ms(run->setting->loop);
    if (run->open == 0) {
        finish(run);
        return;
    }
    if (now_ms >= run->settle_from_ms + RUN_SETTLE_MS)
        for (unsigned i = 0; i < run->connection_count; i++)
            if (run->connections[i].server != NULL)
                connection_abort(run->connections[i].connection);
    timer_set(run->settle, now_ms + RUN_SETTLE_MS);
}

/* The end of its connections stands behind what a deaf server has not read. */
static void tell_servers(struct one_run *run)
{
    for (unsigned i = 0; i < run->connection_count; i++) {
        if (run->connections[i].server == NULL)
            continue;
        fake_server_client_ended(run->connections[i].server, run_now_ms(run), run->end.hung);
        connection_time_moved(run->connections[i].connection);
    }
}

static void process_ended(void *owner, const struct process_end *end)
{
    struct one_run *run = owner;
    run->end = *end;
    run->process_over = true;
    run_warp_end(run);
    tell_servers(run);
    run->settle_from_ms = loop_now_ms(run->setting->loop);
    timer_set(run->settle, run->settle_from_ms + 1);
}

/* ---- connections ----------------------------------------------------------------------------- */

static void take_events(struct run_connection *connection)
{
    struct one_run *run = connection->run;
    struct transcript_record record; /* its time is the loop's; a transcript begins with its run */
    while (fake_server_event(connection->server, &record)) {
        run->moved++;
        record.at_ms = record.at_ms > run->started_ms ? record.at_ms - run->started_ms : 0;
        if (run->err.kind == ERR_NONE)
            (void)transcript_add(run->transcript, &record, &run->err);
    }
}

static void connection_events(void *owner)
{
    take_events(owner);
}

static void connection_over(void *owner)
{
    struct run_connection *connection = owner;
    struct one_run *run = connection->run;
    take_events(connection);
    fake_server_free(connection->server);
    connection->server = NULL;
    run->open--;
    run->moved++;
    if (run->process_over && run->open == 0)
        timer_set(run->settle, loop_now_ms(run->setting->loop));
}

static struct engine connection_opened(void *owner, struct connection *made)
{
    struct one_run *run = owner;
    uint64_t now_ms = run_now_ms(run);
    struct engine none = {.ops = NULL, .self = NULL};
    if (run->connection_count == RUN_CONNECTIONS_MAX) {
        run->refused_connections++;
        return none;
    }
    struct run_connection *connection = &run->connections[run->connection_count];
    struct fake_server_options options = {
        .scenario = &run->scenario,
        .personality = run->has_personality ? &run->personality : NULL,
        .connection = run->connection_count + 1,
        .limit_ms = now_ms + run->limit_ms + 2 * RUN_GRACE_MS,
        .now_ms = now_ms,
        .cut = run->has_cut ? &run->cut : NULL,
    };
    connection->run = run;
    connection->connection = made;
    connection->server = fake_server_new(&options);
    if (connection->server == NULL || !connection_set_tls(made, run->setting->tls->context, NULL)) {
        fake_server_free(connection->server);
        connection->server = NULL;
        err_memory(&run->err);
        return none;
    }
    run->connection_count++;
    run->open++;
    run->moved++;
    connection_set_owner(made, connection);
    if (run->warp != NULL)
        connection_set_ahead(made, warp_ahead_ms(run->warp));
    return fake_server_engine(connection->server);
}

static const struct connection_calls calls = {
    .opened = connection_opened,
    .events = connection_events,
    .over = connection_over,
};

/* ---- the beginning --------------------------------------------------------------------------- */

static bool start_process(struct one_run *run)
{
    const struct run_setting *setting = run->setting;
    struct run_given given = {.setting = setting,
                              .scenario = &run->scenario,
                              .folder = &run->folder,
                              .port = listener_port(run->listener)};
    struct run_command command;
    if (!run_facts_make(&given, run->arena, &command, &run->err) ||
        !run_warp_command(run, &command))
        return false;
    struct process_options options = {.argv = command.argv,
                                      .environment = command.environment,
                                      .folder = setting->is_command ? NULL : run->folder.path,
                                      .input = command.input,
                                      .limit_ms = run->limit_ms,
                                      .grace_ms = RUN_GRACE_MS};
    run->process = process_new(setting->keeper, &options, process_ended, run, &run->err);
    if (run->process != NULL)
        run_warp_begin(run);
    return run->process != NULL;
}

static bool start(struct one_run *run, unsigned long long number)
{
    const struct run_setting *setting = run->setting;
    if (!run_folder_make(setting->parent, number, &run->folder, &run->err))
        return false;
    run->transcript = transcript_new();
    run->settle = timer_new(setting->loop, settle_due, run);
    if (run->transcript == NULL || run->settle == NULL)
        return err_memory(&run->err);
    run->listener = listener_new(setting->loop, "127.0.0.1", 0, &calls, run, &run->err);
    if (run->listener == NULL)
        return false;
    if (scenario_has_event(&run->scenario, STEP_EVENT_DEAF))
        listener_take_little(run->listener);
    return run_warp_prepare(run) && start_process(run);
}

/* After such a cut the client waits for what does not come: as short as it can be told to. A limit
 * for the whole has to suffice for what comes before. */
static void hurry(struct one_run *run)
{
    const struct run_setting *setting = run->setting;
    unsigned long long can = setting->recipe->can;
    bool is_each = (can & CAPABILITY_BIT(CAPABILITY_COMMAND_TIMEOUT)) != 0;
    uint64_t hurried_ms = is_each ? RUN_LOST_TIMEOUT_MS : 2 * RUN_LOST_TIMEOUT_MS;
    uint64_t *timeout_ms = &run->scenario.send.timeout_ms;
    if (run->has_cut && run->cut.kind == CUT_SPLIT && *timeout_ms == 0)
        *timeout_ms = RUN_SPLIT_TIMEOUT_MS;
    if (!run->has_cut || (run->cut.kind != CUT_STALL && run->cut.kind != CUT_HALF_CLOSE))
        return;
    run->is_hurried = setting->is_command || !(can & CAPABILITY_BIT(CAPABILITY_TIMEOUT));
    if (*timeout_ms == 0 || *timeout_ms > hurried_ms)
        *timeout_ms = hurried_ms;
    if (run->limit_ms > RUN_LOST_LIMIT_MS)
        run->limit_ms = RUN_LOST_LIMIT_MS;
}

/* A claim that a probe refuted is an error of the recipe, and no fault of the client. */
static bool check_claims(struct one_run *run)
{
    const struct run_setting *setting = run->setting;
    uint64_t needs = 0;
    if (setting->refuted == 0 || run->verdict.result.reason.size > 0)
        return true;
    if (!run_facts_needs(&run->scenario, &needs, &run->err))
        return false;
    for (int i = 0; i < CAPABILITY_COUNT; i++)
        if ((needs & setting->refuted & CAPABILITY_BIT((enum capability)i)) != 0)
            return err_set(&run->err, ERR_PROTOCOL,
                           "the recipe says `can %s` in line %u, and its probe shows otherwise",
                           capability_word((enum capability)i), setting->recipe->can_lines[i]);
    return true;
}

static bool prepare(struct one_run *run)
{
    const struct run_setting *setting = run->setting;
    if (!suite_instance(setting->suite, run->entry->scenario, run->entry->instance, run->arena,
                        &run->scenario, &run->err))
        return false;
    run->has_scenario = true;
    run->limit_ms = setting->limit_ms > 0        ? setting->limit_ms
                    : run->scenario.limit_ms > 0 ? run->scenario.limit_ms
                                                 : RUN_LIMIT_MS;
    hurry(run);
    return suite_personality(setting->suite, &run->scenario, run->arena, &run->personality,
                             &run->has_personality, &run->err) &&
           run_tls_prepare(setting->tls, &run->scenario,
                           run->has_personality ? &run->personality : NULL, &run->err) &&
           run_facts_lacking(setting->recipe, &run->scenario, run->arena,
                             &run->verdict.result.reason, &run->err) &&
           check_claims(run);
}

struct one_run *one_run_new(const struct run_setting *setting, const struct plan_entry *entry,
                            unsigned long long number, void (*over)(void *owner), void *owner)
{
    struct one_run *run = calloc(1, sizeof(*run));
    if (run == NULL)
        return NULL;
    run->setting = setting;
    run->entry = entry;
    run->over = over;
    run->owner = owner;
    run->has_cut = entry->cut != NULL;
    if (run->has_cut)
        run->cut = *entry->cut;
    run->started_ms = loop_now_ms(setting->loop);
    run->verdict.result = (struct result){.name = entry->name, .status = -1};
    run->arena = arena_new(RUN_ARENA_OCTETS_MAX);
    if (run->arena == NULL) {
        free(run);
        return NULL;
    }
    if (prepare(run) && run->verdict.result.reason.size > 0) {
        run->verdict.result.verdict = VERDICT_UNSUPPORTED;
        run->is_over = true;
    } else if (run->err.kind != ERR_NONE || !start(run, number)) {
        become_error(run);
        run->is_over = true;
    }
    return run;
}

void one_run_stop(struct one_run *run)
{
    if (run == NULL)
        return;
    process_free(run->process);
    listener_free(run->listener);
    timer_free(run->settle);
    run_warp_end(run);
    run->process = NULL;
    run->listener = NULL;
    run->settle = NULL;
    run->process_over = false;
}

void one_run_free(struct one_run *run)
{
    if (run == NULL)
        return;
    one_run_stop(run);
    warp_free(run->warp);
    run_folder_remove(&run->folder);
    transcript_free(run->transcript);
    if (run->has_personality)
        scenario_release(&run->personality);
    if (run->has_scenario)
        scenario_release(&run->scenario);
    arena_free(run->arena);
    free(run);
}

bool one_run_is_over(const struct one_run *run)
{
    return run->is_over;
}

void one_run_input(const struct one_run *run, struct result_input *ret)
{
    *ret = (struct result_input){
        .result = &run->verdict.result,
        .dialogues = run->verdict.dialogues,
        .records = run->transcript != NULL ? transcript_count(run->transcript) : 0};
}

bool one_run_survey(const struct one_run *run, struct arena *arena, struct cut_survey *ret,
                    struct err *err)
{
    const struct result *result = &run->verdict.result;
    size_t kept =
        result->finding_count < RESULT_FINDINGS_KEPT ? result->finding_count : RESULT_FINDINGS_KEPT;
    struct cut_survey_run from = {.scenario = &run->scenario,
                                  .transcript = run->transcript,
                                  .claim = one_run_claim(run),
                                  .verdict = result->verdict,
                                  .findings = result->findings,
                                  .finding_count = kept};
    return cut_survey_make(&from, arena, ret, err);
}

const struct transcript *one_run_transcript(const struct one_run *run)
{
    return run->transcript;
}

const struct scenario *one_run_scenario(const struct one_run *run)
{
    return run->has_scenario ? &run->scenario : NULL;
}

bool one_run_is_hurried(const struct one_run *run)
{
    return run->is_hurried;
}

const struct smtp_claim *one_run_claim(const struct one_run *run)
{
    return run->has_claim ? &run->claim : NULL;
}
