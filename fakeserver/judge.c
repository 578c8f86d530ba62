#include "fakeserver/judge.h"

#include "base/text.h"
#include "fakeserver/judge_private.h"
#include "fakeserver/rule.h"

#include <stdio.h>

enum {
    PHRASE_OCTETS = 320,
    BROKEN_PIPE = 13, /* SIGPIPE, on every system there is; a pure floor has no <signal.h> */
};

bool judge_add(struct judging *judging, const struct finding *finding, const char *expected,
               const char *got)
{
    struct verdict *verdict = judging->verdict;
    struct finding *kept;

    if (verdict->finding_count == FINDINGS_MAX) {
        verdict->finding_lost++;
        return true;
    }
    kept = &verdict->findings[verdict->finding_count];
    *kept = *finding;
    kept->expected = arena_copy(judging->arena, bytes_of(expected));
    kept->got = arena_copy(judging->arena, bytes_of(got));
    if (!kept->expected.data || !kept->got.data)
        return err_memory(judging->err);
    verdict->finding_count++;
    return true;
}

/* ---- departures ----------------------------------------------------------------------------- */

static struct bytes pattern_at_line(const struct scenario *scenario, unsigned line)
{
    for (size_t i = 0; i < scenario->step_count; i++)
        if (scenario->steps[i].line == line && scenario->steps[i].pattern)
            return scenario->steps[i].pattern->written;
    return BYTES_NONE;
}

static const struct step *event_at_line(const struct scenario *scenario, unsigned line)
{
    for (size_t i = 0; i < scenario->step_count; i++)
        if (scenario->steps[i].line == line && scenario->steps[i].kind == STEP_EVENT)
            return &scenario->steps[i];
    return NULL;
}

static void phrase_of_line(const struct scenario *scenario, unsigned line, char *ret, size_t room)
{
    const struct step *event = event_at_line(scenario, line);
    struct bytes written = pattern_at_line(scenario, line);

    if (written.size)
        (void)snprintf(ret, room, "%s", text_show(written).text);
    else if (event && event->event == STEP_EVENT_CLOSED)
        (void)snprintf(ret, room, "the client to close the connection");
    else if (event && event->event == STEP_EVENT_QUIET)
        (void)snprintf(ret, room, "silence");
    else
        (void)snprintf(ret, room, "what the dialogue says");
}

static bool add_departure(struct judging *judging, const struct transcript_record *record,
                          size_t index)
{
    struct finding finding = {.axis = FINDING_OF_SCENARIO,
                              .level = judging->scenario->level,
                              .requirement = judging->cited,
                              .line = record->line,
                              .record = index};
    char expected[PHRASE_OCTETS];
    char got[PHRASE_OCTETS];

    phrase_of_line(judging->scenario, record->line, expected, sizeof(expected));
    if (record->variation != VARIATION_NONE)
        (void)snprintf(got, sizeof(got), "%s, which `exact` does not allow here",
                       variation_word(record->variation));
    else
        finding_phrase_record(record, got, sizeof(got));
    return judge_add(judging, &finding, expected, got);
}

static bool judge_departure(struct judging *judging, const struct transcript_record *record,
                            size_t index)
{
    uint64_t bit = VARIATION_BIT(record->variation);

    if (record->variation != VARIATION_NONE) {
        judging->verdict->variations |= bit;
        return !(judging->scenario->exact & bit) || add_departure(judging, record, index);
    }
    if (!(record->notes & TRANSCRIPT_NOTE(DEPARTURE)) || record->notes & TRANSCRIPT_NOTE(HARMLESS))
        return true;
    return add_departure(judging, record, index);
}

static bool has_ending(const struct judging *judging)
{
    return judging->cut && cut_is_ending(judging->cut->cut);
}

/* ---- rules ---------------------------------------------------------------------------------- */

static bool break_rule(struct judging *judging, const struct rule *rule, const struct rule_case *of,
                       const struct rule_report *report)
{
    struct finding finding = {.axis = FINDING_OF_RULE,
                              .level = rule->level,
                              .requirement = rule->requirement,
                              .record = report->record};
    char got[PHRASE_OCTETS];

    if (report->got[0])
        (void)snprintf(got, sizeof(got), "%s", report->got);
    else
        finding_phrase_record(of->record, got, sizeof(got));
    return judge_add(judging, &finding, rule->title, got);
}

/* The report stays untouched but for what says that it is empty: it is large, and rules are many.
 */
static bool is_broken(const struct rule *rule, const struct rule_case *of,
                      struct rule_report *report)
{
    report->record = of->index;
    report->got[0] = '\0';
    return rule->broken(of, rule, report);
}

/* Each rule is reported once for a run: at its first breach. */
static bool ask_rules(struct judging *judging, bool *broken, const struct rule_case *of)
{
    unsigned kind = rule_kind_of(of);
    struct rule_report report;

    for (size_t i = 0; kind != 0 && i < rule_count; i++) {
        if (!(rules[i].of & kind) || broken[i] || !rule_applies(&rules[i], of) ||
            !is_broken(&rules[i], of, &report))
            continue;
        broken[i] = true;
        if (!break_rule(judging, &rules[i], of, &report))
            return false;
    }
    return true;
}

static bool replay(struct judging *judging, struct session_view *view, bool *broken)
{
    struct rule_case of = {.scenario = judging->scenario,
                           .transcript = judging->transcript,
                           .claim = judging->claim,
                           .view = view};
    struct session *session;

    for (;;) {
        if (!session_view_next(view, &of.record, &session, judging->err))
            return false;
        if (!of.record)
            break;
        of.session = session;
        of.index = view->index;
        of.command = session_is_unit(of.record) ? &view->command : NULL;
        of.in_flight = of.command && session_may_be_in_flight(session, of.record, of.command);
        judging->in_flight[of.index] = of.in_flight;
        if (!has_ending(judging) && !judge_departure(judging, of.record, of.index))
            return false;
        if (!ask_rules(judging, broken, &of))
            return false;
    }
    of.session = NULL;
    of.index = SESSION_NOWHERE;
    return ask_rules(judging, broken, &of);
}

/* ---- the client as a program ---------------------------------------------------------------- */

/* The last unit, when it is a QUIT that nothing but the end of the run ended. */
static bool hung_at_quit(const struct judging *judging, uint64_t *ret_waited_ms)
{
    size_t count = transcript_count(judging->transcript);

    for (size_t i = count; i > 0; i--) {
        const struct transcript_record *record = transcript_at(judging->transcript, i - 1);
        struct command command;

        if (!session_is_unit(record))
            continue;
        if (record->kind != TRANSCRIPT_COMMAND)
            return false;
        command_read(record->octets, &command);
        *ret_waited_ms = transcript_at(judging->transcript, count - 1)->at_ms - record->at_ms;
        return command.verb == SMTP_VERB_QUIT;
    }
    return false;
}

static void phrase_of_limit(const struct scenario *scenario, char *ret, size_t room)
{
    uint64_t timeout_ms = scenario->send.timeout_ms;

    if (timeout_ms == 0)
        (void)snprintf(ret, room, "no time limit was given to it");
    else
        (void)snprintf(ret, room, "the time limit given to it was %llu.%03llu s",
                       (unsigned long long)(timeout_ms / 1000),
                       (unsigned long long)(timeout_ms % 1000));
}

/* RFC 5321 4.5.3.2 names no time for the reply to QUIT, and what became of the message is known by
 * then: a client with a limit of its own there only fails to take the one that it was given. */
static bool add_hang(struct judging *judging, struct finding *finding)
{
    char got[PHRASE_OCTETS];
    char limit[80];
    uint64_t waited_ms = 0;

    phrase_of_limit(judging->scenario, limit, sizeof(limit));
    finding->requirement = "5321-4.5.3.2-a";
    if (judging->scenario->send.timeout_ms > 0 && hung_at_quit(judging, &waited_ms)) {
        finding->requirement = "5321-4.5.3.2-c";
        finding->level = FINDING_SHOULD;
        (void)snprintf(got, sizeof(got),
                       "a client that still waited for the reply to QUIT after %llu s; %s",
                       (unsigned long long)(waited_ms / 1000), limit);
        return judge_add(judging, finding, "a client that keeps the time limit given to it", got);
    }
    (void)snprintf(got, sizeof(got), "a client that still ran at the limit and had to be ended; %s",
                   limit);
    return judge_add(judging, finding, "a client that ends by itself", got);
}

/* A program that dies of its lost connection tells its caller of a failure all the same. */
static void soften_broken_pipe(struct finding *finding, int signal)
{
    if (signal != BROKEN_PIPE)
        return;
    finding->requirement = "5321-3.8-a";
    finding->level = FINDING_SHOULD;
}

static bool judge_program(struct judging *judging)
{
    struct finding finding = {.axis = FINDING_OF_SCENARIO,
                              .level = FINDING_MUST,
                              .requirement = judging->cited,
                              .record = SESSION_NOWHERE};
    char got[PHRASE_OCTETS];

    if (!judging->claim || (!judging->claim->hung && judging->claim->signal == 0))
        return true;
    if (judging->claim->hung)
        return add_hang(judging, &finding);
    soften_broken_pipe(&finding, judging->claim->signal);
    (void)snprintf(got, sizeof(got), "a client that was ended by signal %d",
                   judging->claim->signal);
    return judge_add(judging, &finding, "a client that ends by itself", got);
}

/* ---- the verdict ---------------------------------------------------------------------------- */

static bool has_finding(const struct verdict *verdict, enum finding_axis axis,
                        enum finding_level level)
{
    for (size_t i = 0; i < verdict->finding_count; i++)
        if (verdict->findings[i].axis == axis && verdict->findings[i].level == level)
            return true;
    return false;
}

/* Does the dialogue ask the client for anything? */
static bool asks_for_a_command(const struct scenario *scenario)
{
    if (scenario->connection_count == 0)
        return false;
    for (size_t i = scenario->connection_first[0]; i < scenario->step_count; i++) {
        if (scenario->steps[i].kind == STEP_END)
            return false;
        if (scenario->steps[i].kind == STEP_COMMAND || scenario->steps[i].kind == STEP_OCTETS)
            return true;
    }
    return false;
}

static struct bytes why_not_reached(const struct judging *judging)
{
    bool connected = false;

    for (size_t i = 0; i < transcript_count(judging->transcript); i++) {
        const struct transcript_record *record = transcript_at(judging->transcript, i);
        char phrase[PHRASE_OCTETS];

        connected |= record->kind == TRANSCRIPT_CONNECTED;
        if (!(record->notes & TRANSCRIPT_NOTE(UNREACHED)))
            continue;
        phrase_of_line(judging->scenario, record->line, phrase, sizeof(phrase));
        return record->line ? arena_printf(judging->arena, "the client ended before line %u: %s",
                                           record->line, phrase)
                            : arena_printf(judging->arena, "the client ended before the dialogue");
    }
    if (!connected && asks_for_a_command(judging->scenario))
        return arena_printf(judging->arena, "the client never connected");
    return (struct bytes){"", 0};
}

static bool conclude(struct judging *judging)
{
    struct verdict *verdict = judging->verdict;
    struct bytes unreached =
        has_ending(judging) ? judge_cut_unreached(judging) : why_not_reached(judging);

    if (!unreached.data)
        return err_memory(judging->err);
    if (has_finding(verdict, FINDING_OF_RULE, FINDING_MUST))
        verdict->rules = VERDICT_FAIL;
    else if (has_finding(verdict, FINDING_OF_RULE, FINDING_SHOULD))
        verdict->rules = VERDICT_WARN;
    if (has_finding(verdict, FINDING_OF_SCENARIO, FINDING_MUST)) {
        verdict->scenario = VERDICT_FAIL;
    } else if (judging->claim_is_odd) {
        verdict->scenario = VERDICT_ERROR;
        verdict->reason =
            arena_printf(judging->arena, "the client's recipe does not know exit status %d",
                         judging->claim->status);
    } else if (has_finding(verdict, FINDING_OF_SCENARIO, FINDING_SHOULD)) {
        verdict->scenario = VERDICT_WARN;
    } else if (unreached.size) {
        verdict->scenario = VERDICT_NOT_REACHED;
        verdict->reason = unreached;
    }
    return verdict->scenario != VERDICT_ERROR || verdict->reason.data || err_memory(judging->err);
}

/* In the order of the transcript; what is about the whole run comes last. */
static void sort_findings(struct verdict *verdict)
{
    for (size_t i = 1; i < verdict->finding_count; i++) {
        struct finding finding = verdict->findings[i];
        size_t to = i;

        for (; to > 0 && verdict->findings[to - 1].record > finding.record; to--)
            verdict->findings[to] = verdict->findings[to - 1];
        verdict->findings[to] = finding;
    }
}

static bool judge_all(struct judging *judging)
{
    struct session_view view;
    bool *broken = arena_alloc_array(judging->arena, rule_count, sizeof(*broken));
    size_t records = transcript_count(judging->transcript);

    judging->in_flight =
        arena_alloc_array(judging->arena, records + 1, sizeof(*judging->in_flight));
    if (judging->scenario->cite_count)
        judging->cited = arena_string(judging->arena, judging->scenario->cites[0]);
    session_view_init(&view, judging->transcript, judging->arena);
    if (!broken || !judging->in_flight || !judging->scratch || !judging->cited)
        return err_memory(judging->err);
    return replay(judging, &view, broken) &&
           (has_ending(judging) ? judge_lost(judging) : judge_expectations(judging)) &&
           judge_program(judging) && (!judging->cut || judge_compare(judging)) && conclude(judging);
}

static bool judge_with(struct judging *judging)
{
    bool ok;

    memset(judging->verdict, 0, sizeof(*judging->verdict));
    judging->cited = "";
    judging->scratch = match_scratch_new();
    ok = judge_all(judging);
    match_scratch_free(judging->scratch);
    sort_findings(judging->verdict);
    return ok;
}

bool judge(const struct scenario *scenario, const struct transcript *transcript,
           const struct smtp_claim *claim, struct arena *arena, struct verdict *ret,
           struct err *err)
{
    struct judging judging = {.scenario = scenario,
                              .transcript = transcript,
                              .claim = claim,
                              .arena = arena,
                              .verdict = ret,
                              .err = err};

    return judge_with(&judging);
}

bool judge_cut(const struct judge_cut_run *run, struct arena *arena, struct verdict *ret,
               struct err *err)
{
    struct judging judging = {.scenario = run->scenario,
                              .transcript = run->transcript,
                              .claim = run->claim,
                              .cut = run,
                              .arena = arena,
                              .verdict = ret,
                              .err = err};

    return judge_with(&judging);
}
