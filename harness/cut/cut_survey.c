#include "harness/cut/cut_survey.h"

/* ---- digests --------------------------------------------------------------------------------- */

/* FNV-1a: no secret is kept by it, and nobody chooses what it is asked of. */
uint64_t cut_survey_digest(uint64_t before, struct bytes octets)
{
    for (size_t i = 0; i < octets.size; i++)
        before = (before ^ (unsigned char)octets.data[i]) * UINT64_C(0x100000001B3);
    return before;
}

static void take(uint64_t *digest, struct bytes octets)
{
    uint64_t size = octets.size;
    *digest = cut_survey_digest(*digest, (struct bytes){(const char *)&size, sizeof size});
    *digest = cut_survey_digest(*digest, octets);
}

static void take_number(uint64_t *digest, uint64_t number)
{
    take(digest, (struct bytes){(const char *)&number, sizeof number});
}

static bool expects_patience(const struct scenario *scenario)
{
    for (size_t i = 0; i < scenario->expectation_count; i++)
        if (scenario->expectations[i].kind == EXPECT_GIVES_UP)
            return true;
    return false;
}

static bool says_when(const struct scenario *scenario)
{
    for (size_t i = 0; i < scenario->step_count; i++)
        if (scenario->steps[i].delay_ms > 0)
            return true;
    return scenario_has_event(scenario, STEP_EVENT_PACE) ||
           scenario_has_event(scenario, STEP_EVENT_DEAF) ||
           scenario_has_event(scenario, STEP_EVENT_QUIET);
}

static bool says_how(const struct scenario *scenario)
{
    for (size_t i = 0; i < scenario->step_count; i++)
        if (scenario->steps[i].same_segment)
            return true;
    return says_when(scenario) || expects_patience(scenario) ||
           scenario_has_event(scenario, STEP_EVENT_SPLIT) ||
           scenario_has_event(scenario, STEP_EVENT_FLUSH);
}

/* What the client cannot be told by octets alone: certificates, times, a further connection. */
static void take_name(uint64_t *digest, const struct scenario *scenario)
{
    bool has_tls =
        scenario->send.tls != SEND_TLS_NONE || scenario_has_event(scenario, STEP_EVENT_TLS);
    if (has_tls || says_when(scenario) || scenario->connection_count > 1 ||
        scenario->send.user.size > 0)
        take(digest, scenario->path);
    if (has_tls || says_when(scenario))
        take(digest, scenario->instance);
}

/* The client's job. */
static uint64_t digest_of_job(const struct scenario *scenario)
{
    const struct scenario_send *send = &scenario->send;
    uint64_t digest = UINT64_C(0xCBF29CE484222325);
    take_name(&digest, scenario);
    take(&digest, send->from);
    for (size_t i = 0; i < send->to_count; i++)
        take(&digest, send->to[i]);
    take(&digest, send->user);
    take(&digest, send->domain);
    take(&digest, send->mechanism);
    for (size_t i = 0; i < SEND_PARAMETER_COUNT; i++)
        take(&digest, send->parameters[i]);
    take_number(&digest, send->tls);
    take_number(&digest, send->before);
    take_number(&digest, send->lmtp);
    take_number(&digest, send->messages);
    take_number(&digest, send->retries);
    take_number(&digest, send->no_certificate);
    take_number(&digest, send->timeout_ms);
    take_number(&digest, expects_patience(scenario));
    take(&digest, send->given.head);
    take(&digest, send->given.cycle);
    take_number(&digest, send->given.octets);
    return digest;
}

/* ---- lines ----------------------------------------------------------------------------------- */

struct surveying {
    struct cut_survey *survey;
    struct arena *arena;
    uint64_t digest;
    unsigned last_connection; /* of a reply that nothing came behind so far; 0 = none */
};

static struct cut_connection *connection_of(struct surveying *surveying, unsigned number)
{
    struct cut_survey *survey = surveying->survey;
    while (survey->connection_count < number) {
        void *items = survey->connections;
        if (!arena_grow(surveying->arena, &items, survey->connection_count,
                        sizeof *survey->connections))
            return NULL;
        survey->connections = items;
        survey->connections[survey->connection_count++] = (struct cut_connection){.lines = NULL};
    }
    return &survey->connections[number - 1];
}

/* Octets that end no line are joined to those that do: a line may come in several replies. */
static bool add_line(struct surveying *surveying, struct cut_connection *to, struct bytes octets)
{
    struct cut_line *last = to->line_count > 0 ? &to->lines[to->line_count - 1] : NULL;
    if (last != NULL && last->octets.data[last->octets.size - 1] != '\n') {
        last->octets = arena_join(surveying->arena, last->octets, octets);
        return last->octets.data != NULL;
    }
    void *items = to->lines;
    if (!arena_grow(surveying->arena, &items, to->line_count, sizeof *to->lines))
        return false;
    to->lines = items;
    to->lines[to->line_count].before = surveying->digest;
    to->lines[to->line_count].octets = arena_copy(surveying->arena, octets);
    return to->lines[to->line_count++].octets.data != NULL;
}

static bool take_reply(struct surveying *surveying, const struct transcript_record *record)
{
    struct cut_connection *to = connection_of(surveying, record->connection);
    struct bytes rest = record->octets;
    if (to == NULL)
        return false;
    while (rest.size > 0) {
        size_t end = bytes_find(rest, '\n');
        struct bytes line = bytes_slice(rest, 0, end == BYTES_NOT_FOUND ? rest.size : end + 1);
        if (!add_line(surveying, to, line))
            return false;
        surveying->digest = cut_survey_digest(surveying->digest, line);
        rest = bytes_after(rest, line.size);
    }
    surveying->survey->has_joints |= surveying->last_connection == record->connection;
    surveying->last_connection = record->connection;
    return true;
}

static bool take_records(struct surveying *surveying, const struct transcript *transcript)
{
    for (size_t i = 0; i < transcript_count(transcript); i++) {
        const struct transcript_record *record = transcript_at(transcript, i);
        if (record->kind == TRANSCRIPT_REPLY && !take_reply(surveying, record))
            return false;
        if (record->kind == TRANSCRIPT_REPLY)
            continue;
        surveying->last_connection = 0;
        take_number(&surveying->digest, record->kind);
    }
    return true;
}

/* The place behind the last line. */
static bool end_lines(struct surveying *surveying)
{
    struct cut_survey *survey = surveying->survey;
    for (size_t i = 0; i < survey->connection_count; i++) {
        struct cut_connection *to = &survey->connections[i];
        void *items = to->lines;
        if (!arena_grow(surveying->arena, &items, to->line_count, sizeof *to->lines))
            return false;
        to->lines = items;
        to->lines[to->line_count] = (struct cut_line){.before = surveying->digest};
        if (to->line_count > 0) {
            const struct cut_line *last = &to->lines[to->line_count - 1];
            to->lines[to->line_count].before = cut_survey_digest(last->before, last->octets);
        }
    }
    survey->whole = surveying->digest;
    return true;
}

/* ---- what to compare with -------------------------------------------------------------------- */

static bool copy_claim(const struct smtp_claim *from, struct arena *arena, struct smtp_claim *ret)
{
    struct smtp_recipient_outcome *to =
        arena_alloc_array(arena, from->recipient_count + 1, sizeof *to);
    *ret = *from;
    ret->report = ret->stage = BYTES_NONE;
    ret->recipients = to;
    for (size_t i = 0; to != NULL && i < from->recipient_count; i++) {
        to[i] = (struct smtp_recipient_outcome){.outcome = from->recipients[i].outcome};
        to[i].address = arena_copy(arena, from->recipients[i].address);
        if (to[i].address.data == NULL)
            return false;
    }
    return to != NULL;
}

static bool copy_uncut(const struct cut_survey_run *run, struct arena *arena,
                       struct judge_uncut *ret)
{
    struct finding *to = arena_alloc_array(arena, run->finding_count + 1, sizeof *to);
    if (to == NULL || !copy_claim(run->claim, arena, &ret->claim))
        return false;
    ret->findings = to;
    ret->finding_count = run->finding_count;
    for (size_t i = 0; i < run->finding_count; i++) {
        to[i] = (struct finding){.axis = run->findings[i].axis, .level = run->findings[i].level};
        to[i].requirement = arena_string(arena, bytes_of(run->findings[i].requirement));
        to[i].expected = arena_copy(arena, run->findings[i].expected);
        if (to[i].requirement == NULL || to[i].expected.data == NULL)
            return false;
    }
    return true;
}

static bool is_fit(const struct cut_survey_run *run)
{
    return run->claim != NULL && !run->claim->hung && run->claim->signal == 0 &&
           (run->verdict == VERDICT_PASS || run->verdict == VERDICT_WARN ||
            run->verdict == VERDICT_FAIL);
}

bool cut_survey_make(const struct cut_survey_run *run, struct arena *arena, struct cut_survey *ret,
                     struct err *err)
{
    struct surveying surveying = {.survey = ret, .arena = arena};
    *ret = (struct cut_survey){.fit = is_fit(run)};
    if (!ret->fit)
        return true;
    surveying.digest = digest_of_job(run->scenario);
    ret->has_segments = says_how(run->scenario);
    return (take_records(&surveying, run->transcript) && end_lines(&surveying) &&
            copy_uncut(run, arena, &ret->uncut)) ||
           err_memory(err);
}
