/* fake_server_dialogue.c - the dialogue's cursor, and what it does not mind. */
#include "fakeserver/fake_server_private.h"

#include "base/smtp_code.h"

/* ---- what is waited for --------------------------------------------------------------------- */

static void add_candidate(struct waits *waits, const struct step *step, size_t at)
{
    if (waits->count < CANDIDATES_MAX)
        waits->steps[waits->count++] = at;
    if (waits->line == 0 && step->kind == STEP_COMMAND)
        waits->line = step->line;
}

static void must_come(struct waits *waits, const struct step *step)
{
    if (waits->line == 0)
        waits->line = step->line;
}

/* Where this server closes, nothing more is waited for; its other events are passed over. */
static bool ends_with(struct waits *waits, const struct step *step)
{
    if (step->event != STEP_EVENT_CLOSED)
        return false;
    waits->closed = true;
    must_come(waits, step);
    return true;
}

/* Depth is bounded by SCENARIO_EITHER_DEPTH_MAX: only an either calls again. */
static void walk(const struct step *steps, size_t at, struct waits *ret)
{
    for (;;) {
        const struct step *step = &steps[at];

        switch (step->kind) {
        case STEP_COMMAND:
            add_candidate(ret, step, at);
            return;
        case STEP_OPTIONAL:
            add_candidate(ret, step, at);
            at = step->target;
            break;
        case STEP_EITHER:
            for (size_t i = 0; i < step->branch_count; i++)
                walk(steps, step->branches[i], ret);
            return;
        case STEP_GOTO:
            at = step->target;
            break;
        case STEP_MODEL:
            ret->lenient = true;
            ret->model_at = at++;
            break;
        case STEP_END:
            ret->lenient = ret->may_end = true;
            ret->model_at = at;
            return;
        case STEP_OCTETS:
            must_come(ret, step);
            return;
        case STEP_EVENT:
            if (ends_with(ret, step))
                return;
            at++;
            break;
        case STEP_REPLY:
            at++;
            break;
        }
    }
}

void server_waits(const struct fake_server *server, size_t at, struct waits *ret)
{
    *ret = (struct waits){.count = 0};
    walk(server->scenario->steps, at, ret);
}

/* ---- a unit that was waited for ------------------------------------------------------------- */

void server_take_step(const struct fake_server *server, size_t step, struct decision *ret)
{
    ret->taken_by = TRANSCRIPT_SOURCE_DIALOGUE;
    if (ret->line == 0)
        ret->line = server->scenario->steps[step].line;
    ret->program = (struct program){.kind = PROGRAM_DIALOGUE,
                                    .source = TRANSCRIPT_SOURCE_DIALOGUE,
                                    .owner = server->scenario,
                                    .at = step + 1};
}

static void note_variation(struct decision *ret, enum variation variation)
{
    ret->variation = variation;
    ret->notes |= TRANSCRIPT_NOTE(HARMLESS);
}

static bool matches(const struct fake_server *server, size_t step, const struct unit *unit,
                    struct match *ret)
{
    const struct pattern *pattern = server->scenario->steps[step].pattern;
    struct command chunk;

    if (match_pattern(pattern, &unit->command, server->state.secure, server->scratch, ret))
        return true;
    if (!unit->is_chunk || !unit->command.last)
        return false;
    command_of_kind(TRANSCRIPT_CHUNK, &chunk);
    chunk.last = true;
    return match_pattern(pattern, &chunk, server->state.secure, server->scratch, ret);
}

static bool ask_candidates(struct fake_server *server, const struct waits *waits,
                           const struct unit *unit, struct decision *ret)
{
    struct match match;

    for (size_t i = 0; i < waits->count; i++) {
        size_t step = waits->steps[i];

        if (!matches(server, step, unit, &match))
            continue;
        if (unit->command.verb == SMTP_VERB_AUTH &&
            server_auth_begin(server, step, unit, true, ret))
            return true;
        server_take_step(server, step, ret);
        if (match.other_order)
            note_variation(ret, VARIATION_PARAMETER_ORDER);
        else if (match.extra_parameter)
            note_variation(ret, VARIATION_EXTRA_PARAMETER);
        else if (unit->is_chunk && match.choice->kind == PATTERN_END_OF_DATA)
            note_variation(ret, VARIATION_BDAT_FOR_DATA);
        return true;
    }
    return false;
}

/* ---- the same in another way ---------------------------------------------------------------- */

/* The candidate that waits for this verb; false: none. */
static bool find_verb(const struct fake_server *server, const struct waits *waits,
                      enum smtp_verb verb, size_t *ret_step)
{
    for (size_t i = 0; i < waits->count; i++)
        if (pattern_find_verb(server->scenario->steps[waits->steps[i]].pattern, verb)) {
            *ret_step = waits->steps[i];
            return true;
        }
    return false;
}

static bool waits_for_data(const struct fake_server *server, const struct waits *waits)
{
    for (size_t i = 0; i < waits->count; i++) {
        const struct pattern *pattern = server->scenario->steps[waits->steps[i]].pattern;

        for (size_t j = 0; j < pattern->choice_count; j++)
            if (pattern->choices[j].kind == PATTERN_END_OF_DATA)
                return true;
    }
    return false;
}

static size_t behind_answers(const struct step *steps, size_t at, unsigned *ret_code)
{
    *ret_code = 0;
    while (steps[at].kind == STEP_REPLY ||
           (steps[at].kind == STEP_EVENT && steps[at].event != STEP_EVENT_CLOSED)) {
        if (steps[at].kind == STEP_REPLY)
            *ret_code = steps[at].code;
        at++;
    }
    return at;
}

/*
 * BDAT where DATA is waited for (RFC 3030 2): a refusal is given to it; an invitation is passed
 * over, and the last chunk is the end of the mail data.
 */
static bool ask_chunk(struct fake_server *server, const struct waits *waits,
                      const struct unit *unit, struct decision *ret)
{
    struct waits after;
    size_t step;
    unsigned code;

    if (!unit->is_chunk)
        return false;
    if (!find_verb(server, waits, SMTP_VERB_DATA, &step)) {
        if (!waits_for_data(server, waits))
            return false;
        note_variation(ret, VARIATION_BDAT_FOR_DATA);
        ret->program = (struct program){
            .kind = PROGRAM_MODEL, .source = TRANSCRIPT_SOURCE_MODEL, .reply = unit->model};
        ret->taken_by = TRANSCRIPT_SOURCE_MODEL;
        return true;
    }
    note_variation(ret, VARIATION_BDAT_FOR_DATA);
    ret->line = server->scenario->steps[step].line;
    server->cursor = behind_answers(server->scenario->steps, step + 1, &code);
    if (smtp_code_class(code) != SMTP_CODE_3YZ) {
        server_take_step(server, step, ret);
        return true;
    }
    server_waits(server, server->cursor, &after);
    if (unit->command.last && ask_candidates(server, &after, unit, ret))
        return true;
    ret->taken_by = TRANSCRIPT_SOURCE_MODEL;
    ret->program = (struct program){
        .kind = PROGRAM_MODEL, .source = TRANSCRIPT_SOURCE_MODEL, .reply = unit->model};
    return true;
}

static bool ask_auth(struct fake_server *server, const struct waits *waits, const struct unit *unit,
                     struct decision *ret)
{
    for (size_t i = 0; i < waits->count; i++)
        if (server_auth_begin(server, waits->steps[i], unit, false, ret))
            return true;
    return false;
}

/* HELO for EHLO and the reverse (RFC 5321 3.2, 4.1.1.1); EHLO again (4.1.4). */
static bool ask_hello(struct fake_server *server, const struct waits *waits,
                      const struct unit *unit, struct decision *ret)
{
    bool is_helo = unit->command.verb == SMTP_VERB_HELO;
    bool is_first = server->state.phase <= MODEL_PHASE_START;
    size_t step;

    if (is_helo && find_verb(server, waits, SMTP_VERB_EHLO, &step)) {
        note_variation(ret, server->ehlo_seen && is_first ? VARIATION_HELO_FALLBACK
                                                          : VARIATION_HELO_FIRST);
        server_take_step(server, step, ret);
        return true;
    }
    if (!is_helo && !server->ehlo_seen && find_verb(server, waits, SMTP_VERB_HELO, &step)) {
        note_variation(ret, VARIATION_EHLO_FOR_HELO);
        server_take_step(server, step, ret);
        return true;
    }
    if (is_helo || is_first)
        return false;
    note_variation(ret, VARIATION_EHLO_AGAIN);
    if (server->ehlo_reply.size == 0)
        return false;
    ret->taken_by = TRANSCRIPT_SOURCE_DIALOGUE;
    ret->program = (struct program){
        .kind = PROGRAM_OCTETS, .source = TRANSCRIPT_SOURCE_DIALOGUE, .octets = server->ehlo_reply};
    return true;
}

static bool may_reset(const struct fake_server *server, const struct waits *waits)
{
    size_t step;

    return server->state.phase < MODEL_PHASE_MAIL ||
           find_verb(server, waits, SMTP_VERB_QUIT, &step);
}

static bool offers(const struct fake_server *server, enum smtp_extension extension)
{
    return smtp_extensions_has(&server->state.offered, extension);
}

/* What rules and model answer while the cursor stays. */
static enum variation aside(const struct fake_server *server, const struct waits *waits,
                            enum smtp_verb verb)
{
    if (verb == SMTP_VERB_NOOP)
        return VARIATION_NOOP;
    if (verb == SMTP_VERB_VRFY)
        return VARIATION_VRFY;
    if (verb == SMTP_VERB_HELP)
        return VARIATION_HELP;
    if (verb == SMTP_VERB_RSET && may_reset(server, waits))
        return VARIATION_RSET;
    if (verb == SMTP_VERB_AUTH && offers(server, SMTP_EXTENSION_AUTH) &&
        !server->state.authenticated)
        return VARIATION_AUTH_UNASKED;
    if (verb == SMTP_VERB_STARTTLS && offers(server, SMTP_EXTENSION_STARTTLS) &&
        !server->state.secure)
        return VARIATION_STARTTLS_UNASKED;
    return VARIATION_NONE;
}

/* In a part without `...`: a named variation, or a departure. QUIT is neither: a client may leave
 * at any time (RFC 5321 4.1.1.10); what it did not come to is noted when the session ends. */
static bool ask_strict(struct fake_server *server, const struct waits *waits,
                       const struct unit *unit, struct decision *ret)
{
    enum smtp_verb verb = unit->command.verb;
    enum variation variation = VARIATION_NONE;
    bool is_command = unit->command.kind == TRANSCRIPT_COMMAND;

    if (ret->line == 0)
        ret->line = waits->line;
    if (is_command && !waits->closed) {
        if ((verb == SMTP_VERB_EHLO || verb == SMTP_VERB_HELO) &&
            ask_hello(server, waits, unit, ret))
            return true;
        variation = ret->variation != VARIATION_NONE ? ret->variation : aside(server, waits, verb);
    }
    if (variation != VARIATION_NONE)
        note_variation(ret, variation);
    else if (!is_command || waits->closed || verb != SMTP_VERB_QUIT)
        ret->notes |= TRANSCRIPT_NOTE(DEPARTURE);
    return false;
}

bool server_ask_dialogue(struct fake_server *server, const struct unit *unit, struct decision *ret)
{
    bool is_response = unit->command.kind == TRANSCRIPT_RESPONSE;
    struct waits waits;

    if (!server->has_dialogue)
        return false;
    if (unit->command.kind == TRANSCRIPT_OCTETS) {
        server_take_step(server, server->cursor, ret);
        return true;
    }
    if (is_response && server->block.final > 0) {
        server_auth_go_on(server, unit, ret);
        return true;
    }
    server->block.final = 0;
    if (is_response && server->auth_by_model)
        return false;
    server_waits(server, server->cursor, &waits);
    if (unit->uninvited) {
        if (!waits.lenient)
            return ask_strict(server, &waits, unit, ret);
        return false;
    }
    if (ask_candidates(server, &waits, unit, ret) || ask_chunk(server, &waits, unit, ret))
        return true;
    if (unit->command.verb == SMTP_VERB_AUTH && ask_auth(server, &waits, unit, ret))
        return true;
    if (!waits.lenient)
        return ask_strict(server, &waits, unit, ret);
    server->cursor = waits.model_at;
    return false;
}
