/* fake_server_unit.c - a unit, who answers it, and how. */
#include "fakeserver/fake_server_private.h"

#include "base/smtp_code.h"

/* ---- what the model would say --------------------------------------------------------------- */

static void take_response(struct fake_server *server, struct unit *unit, struct bytes response,
                          bool initial)
{
    uint32_t notes;

    unit->verdict = auth_check_take(&server->state.auth, response, initial, &notes);
    unit->has_verdict = true;
    unit->notes |= notes;
    unit->remark = server->state.auth.remark;
}

/* Verified whoever answers: the notes say what is true of the credentials. */
static enum model_reply ask_model_auth(struct fake_server *server, struct unit *unit)
{
    enum model_reply reply;

    server_prepare_sasl(server);
    reply = model_answer(&server->state, &unit->command);
    auth_check_start(&server->state.auth, smtp_mechanism_from(unit->command.mechanism));
    if (unit->command.initial_response.data)
        take_response(server, unit, unit->command.initial_response, true);
    if (unit->too_long)
        return MODEL_AUTH_TOO_LONG;
    if (reply != MODEL_AUTH_PROMPT)
        return reply;
    return model_answer_auth(&server->state, unit->has_verdict ? unit->verdict : AUTH_MORE);
}

static enum model_reply ask_model_chunk(const struct fake_server *server, const struct unit *unit)
{
    enum model_reply reply = model_answer(&server->state, &unit->command);

    return reply == MODEL_BDAT_OK && unit->command.last
               ? model_answer_content(&server->state, unit->facts->octets)
               : reply;
}

static enum model_reply ask_model(struct fake_server *server, struct unit *unit)
{
    const struct command *command = &unit->command;

    if (command->kind == TRANSCRIPT_RESPONSE) {
        take_response(server, unit, command->text, false);
        return unit->too_long ? MODEL_AUTH_TOO_LONG
                              : model_answer_auth(&server->state, unit->verdict);
    }
    if (command->kind == TRANSCRIPT_MAIL_DATA)
        return unit->uninvited ? MODEL_CONTENT_UNINVITED
                               : model_answer_content(&server->state, unit->facts->octets);
    if (command->kind != TRANSCRIPT_COMMAND)
        return MODEL_UNKNOWN;
    if (unit->is_chunk)
        return ask_model_chunk(server, unit);
    if (command->verb == SMTP_VERB_AUTH)
        return ask_model_auth(server, unit);
    return unit->too_long ? MODEL_TOO_LONG : model_answer(&server->state, command);
}

/* ---- standing rules ------------------------------------------------------------------------- */

static bool holds(const struct fake_server *server, const struct standing_rule *rule,
                  const struct unit *unit)
{
    enum smtp_code_class class = smtp_code_class(model_replies[unit->model].code);
    unsigned now = 0;

    now |= server->state.secure ? RULE_WHEN_TLS : RULE_WHEN_PLAIN;
    now |= server->state.authenticated ? RULE_WHEN_AUTHENTICATED : RULE_WHEN_UNAUTHENTICATED;
    if (class == SMTP_CODE_2YZ || class == SMTP_CODE_3YZ)
        now |= RULE_WHEN_ACCEPTED;
    return (rule->when & ~now) == 0;
}

static bool matches_rule(const struct fake_server *server, const struct standing_rule *rule,
                         const struct unit *unit)
{
    struct command chunk;

    if (match_pattern(rule->pattern, &unit->command, server->state.secure, server->scratch, NULL))
        return true;
    if (!unit->is_chunk)
        return false;
    command_of_kind(TRANSCRIPT_CHUNK, &chunk);
    chunk.last = unit->command.last;
    return match_pattern(rule->pattern, &chunk, server->state.secure, server->scratch, NULL);
}

static bool ask_rules(struct fake_server *server, const struct scenario *owner, unsigned *times,
                      const struct unit *unit, struct decision *ret)
{
    for (size_t i = 0; owner && i < owner->rule_count; i++) {
        const struct standing_rule *rule = &owner->rules[i];
        bool is_own = owner == server->scenario;

        if (rule->on_connect || (rule->times > 0 && times[i] == rule->times) ||
            !holds(server, rule, unit) || !matches_rule(server, rule, unit))
            continue;
        times[i] += rule->times > 0;
        ret->taken_by = is_own ? TRANSCRIPT_SOURCE_RULE : TRANSCRIPT_SOURCE_PERSONALITY;
        if (ret->line == 0)
            ret->line = rule->line;
        ret->program = (struct program){
            .kind = PROGRAM_RULE, .source = ret->taken_by, .owner = owner, .at = rule->first_step};
        return true;
    }
    return false;
}

/* ---- variations that do not depend on the dialogue ------------------------------------------ */

static bool has_lower_case(struct bytes word)
{
    for (size_t i = 0; i < word.size; i++)
        if (word.data[i] >= 'a' && word.data[i] <= 'z')
            return true;
    return false;
}

static void note_manners(const struct fake_server *server, const struct unit *unit,
                         struct decision *ret)
{
    const struct command *command = &unit->command;
    enum variation variation = VARIATION_NONE;

    if (ret->variation != VARIATION_NONE || command->kind != TRANSCRIPT_COMMAND)
        return;
    if (command->verb != SMTP_VERB_OTHER && has_lower_case(command->verb_text))
        variation = VARIATION_LOWER_CASE_VERBS;
    else if (server->input.early && !smtp_verb_ends_group(server->last_verb) &&
             smtp_extensions_has(&server->state.offered, SMTP_EXTENSION_PIPELINING))
        variation = VARIATION_PIPELINING;
    if (variation == VARIATION_NONE)
        return;
    ret->variation = variation;
    ret->notes |= TRANSCRIPT_NOTE(HARMLESS);
}

/* ---- the way of a unit ---------------------------------------------------------------------- */

/* A line of the dialogue with nothing behind it that answers: rules and model do. */
static bool is_left_unanswered(const struct unit *unit, const struct decision *decision)
{
    const struct step *steps;
    size_t at = decision->program.at;

    if (decision->program.kind != PROGRAM_DIALOGUE || unit->command.kind == TRANSCRIPT_OCTETS)
        return false;
    steps = decision->program.owner->steps;
    while (steps[at].kind == STEP_EVENT &&
           (steps[at].event == STEP_EVENT_FLUSH || steps[at].event == STEP_EVENT_SPLIT ||
            steps[at].event == STEP_EVENT_PACE))
        at++;
    return steps[at].kind != STEP_REPLY && steps[at].kind != STEP_EVENT;
}

static void decide(struct fake_server *server, struct unit *unit, struct decision *ret)
{
    if (server_ask_dialogue(server, unit, ret)) {
        if (!is_left_unanswered(unit, ret))
            return;
        server->cursor = ret->program.at;
    }
    if (!unit->uninvited &&
        (ask_rules(server, server->scenario, server->rule_times, unit, ret) ||
         ask_rules(server, server->personality, server->rule_times + server->scenario->rule_count,
                   unit, ret)))
        return;
    ret->taken_by = TRANSCRIPT_SOURCE_MODEL;
    ret->program = (struct program){.kind = PROGRAM_MODEL,
                                    .source = TRANSCRIPT_SOURCE_MODEL,
                                    .reply = unit->model,
                                    .times = unit->replies};
}

static enum smtp_stage stage_of(const struct unit *unit)
{
    if (unit->is_chunk)
        return unit->command.last ? SMTP_STAGE_END_OF_DATA : SMTP_STAGE_BDAT;
    return model_stage_of(&unit->command);
}

static void note_broken_quiet(struct fake_server *server, struct decision *decision)
{
    if (server->quiet_line == 0 || server->listening)
        return;
    decision->notes |= TRANSCRIPT_NOTE(DEPARTURE);
    decision->line = server->quiet_line;
    server->quiet_line = 0;
}

static unsigned replies_to(const struct fake_server *server, const struct unit *unit)
{
    return stage_of(unit) == SMTP_STAGE_END_OF_DATA && !unit->uninvited
               ? model_replies_due(&server->state, unit->is_chunk)
               : 1;
}

static bool begins_group(const struct fake_server *server, const struct unit *unit)
{
    return unit->command.kind == TRANSCRIPT_COMMAND && !unit->is_chunk &&
           !smtp_verb_ends_group(unit->command.verb) && server->output.pace_octets == 0 &&
           smtp_extensions_has(&server->state.offered, SMTP_EXTENSION_PIPELINING);
}

/* A client that sends something else than a response has left the exchange. */
static void follow_unit(struct fake_server *server, const struct unit *unit,
                        const struct decision *decision)
{
    enum smtp_verb verb = unit->command.verb;

    server->replies.stage = stage_of(unit);
    server->replies.lines = 0;
    server->input.expect_response = false;
    server->input.watch_content = false;
    server->input.invited = false;
    if (unit->command.kind == TRANSCRIPT_COMMAND && verb == SMTP_VERB_DATA)
        server->input.watch_content = true; /* until a 3yz says otherwise */
    if (unit->command.kind == TRANSCRIPT_COMMAND && verb == SMTP_VERB_AUTH)
        server->auth_by_model =
            decision->taken_by != TRANSCRIPT_SOURCE_DIALOGUE && server->block.final == 0;
    server->ehlo_seen = server->ehlo_seen || verb == SMTP_VERB_EHLO;
    server->quit_seen = server->quit_seen || verb == SMTP_VERB_QUIT;
    server->last_verb = unit->command.kind == TRANSCRIPT_RESPONSE ? SMTP_VERB_AUTH : verb;
}

void server_take_unit(struct fake_server *server, struct unit *unit)
{
    struct decision decision = {.taken_by = TRANSCRIPT_SOURCE_NOBODY};
    bool is_part = unit->command.kind == TRANSCRIPT_OCTETS && server->input.mode == INPUT_DATA;

    server->units++;
    unit->model = ask_model(server, unit);
    unit->replies = replies_to(server, unit);
    if (unit->command.kind == TRANSCRIPT_COMMAND)
        model_state_take(&server->state, &unit->command);
    note_broken_quiet(server, &decision);
    if (!server->mute) {
        decide(server, unit, &decision);
        note_manners(server, unit, &decision);
    }
    server_record_unit(server, unit, &decision);
    if (!is_part)
        server->owed += (int)unit->replies;
    follow_unit(server, unit, &decision);
    if (server->mute)
        return;
    if (unit->replies == 0 && decision.program.kind == PROGRAM_MODEL) {
        model_state_follow(&server->state, server->replies.stage, 250);
        return;
    }
    server_start(server, &decision.program);
    server->grouping = begins_group(server, unit);
}

void server_take_cut_unit(struct fake_server *server, struct unit *unit)
{
    struct decision decision = {.taken_by = TRANSCRIPT_SOURCE_NOBODY};

    unit->notes |= TRANSCRIPT_NOTE(CUT);
    if (unit->command.kind == TRANSCRIPT_RESPONSE)
        unit->notes |= auth_check_describe(&server->state.auth, unit->command.text, false);
    note_broken_quiet(server, &decision);
    server->units++;
    server_record_unit(server, unit, &decision);
}
