/* fake_server_run.c - answers being carried out: replies, waits, endings. */
#include "fakeserver/fake_server_private.h"

static const struct step *step_at(const struct fake_server *server)
{
    return &server->program.owner->steps[server->program.at];
}

static void wish_for(struct fake_server *server, enum engine_wish wish, unsigned line)
{
    if (server->was_cut)
        return;
    server->wish = wish;
    server->wish_line = line;
    server->wish_source = server->program.source;
}

/* ---- one step; false: come back later ------------------------------------------------------- */

/* The clock prefix of a step. */
static bool has_waited(struct fake_server *server, const struct step *step)
{
    if (step->delay_ms == 0)
        return true;
    if (!server->delaying) {
        if (!server_is_quiet(server))
            return false;
        server->delaying = true;
        server->delay_until_ms = server->now_ms + step->delay_ms;
    }
    return server->now_ms >= server->delay_until_ms;
}

static bool joins_all(const struct fake_server *server)
{
    return server->cut && server->cut->kind == CUT_JOIN;
}

static bool run_reply(struct fake_server *server, const struct step *step)
{
    bool join = step->delay_ms == 0 &&
                (step->same_segment || joins_all(server) || (server->grouping && !server->replied));

    if (!server_put(server, step->octets, join, step))
        return false;
    server->replied = true;
    server->greeted = true;
    return true;
}

static bool run_quiet(struct fake_server *server, const struct step *step)
{
    if (!server->listening) {
        server->listening = true;
        server->quiet_broken = false;
        server->quiet_until_ms = server->now_ms + step->duration_ms;
        server->quiet_line = step->line;
    }
    if (server->now_ms < server->quiet_until_ms)
        return false;
    server->listening = false;
    if (!server->quiet_broken) {
        server->quiet_line = 0;
        server_record_event(server, TRANSCRIPT_QUIET, server->program.source, step->line);
    }
    return true;
}

/* While a program waits nothing is consumed; so the driver stops reading at its bound, and then the
 * client cannot send any more. */
static bool run_deaf(struct fake_server *server, const struct step *step)
{
    if (!server->deaf) {
        server->deaf = true;
        server->deaf_until_ms = server->now_ms + step->duration_ms;
        server_record_event(server, TRANSCRIPT_DEAF, server->program.source, step->line);
    }
    server->deaf = server->now_ms < server->deaf_until_ms;
    return !server->deaf;
}

static void end_program(struct fake_server *server)
{
    server->program.kind = PROGRAM_NONE;
    server->delaying = false;
}

static void run_ending(struct fake_server *server, const struct step *step, enum engine_wish wish)
{
    server->wish_tls = wish == ENGINE_WISH_TLS ? server_tls_demand(server, step) : NULL;
    server->greeted = true;
    server->meant = server->meant || wish != ENGINE_WISH_TLS;
    wish_for(server, wish, step->line);
}

static bool run_event(struct fake_server *server, const struct step *step)
{
    if (step->event == STEP_EVENT_SPLIT && server_is_quiet(server)) {
        server->output.split = step;
        return true;
    }
    if (step->event == STEP_EVENT_FLUSH && joins_all(server))
        return true;
    if (!server_is_quiet(server))
        return false;
    switch (step->event) {
    case STEP_EVENT_CLOSE:
        run_ending(server, step, ENGINE_WISH_CLOSE);
        break;
    case STEP_EVENT_HALF_CLOSE:
        run_ending(server, step, ENGINE_WISH_HALF_CLOSE);
        break;
    case STEP_EVENT_RESET:
        run_ending(server, step, ENGINE_WISH_RESET);
        break;
    case STEP_EVENT_TLS:
        run_ending(server, step, ENGINE_WISH_TLS);
        break;
    case STEP_EVENT_STALL:
        server_record_event(server, TRANSCRIPT_STALLED, server->program.source, step->line);
        server->mute = server->meant = server->greeted = true;
        end_program(server);
        break;
    case STEP_EVENT_QUIET:
        return run_quiet(server, step);
    case STEP_EVENT_DEAF:
        return run_deaf(server, step);
    case STEP_EVENT_PACE:
        server->is_split = false;
        server->output.pace_octets = step->count;
        server->output.pace_ms = step->duration_ms;
        server->output.pace_left = step->count;
        break;
    case STEP_EVENT_CLOSED:
    case STEP_EVENT_FLUSH:
    case STEP_EVENT_SPLIT:
    case STEP_EVENT_COUNT:
        break;
    }
    return true;
}

void server_make_cut(struct fake_server *server)
{
    static const enum engine_wish wishes[] = {
        [CUT_CLOSE] = ENGINE_WISH_CLOSE,
        [CUT_HALF_CLOSE] = ENGINE_WISH_HALF_CLOSE,
        [CUT_RESET] = ENGINE_WISH_RESET,
    };

    if (server->cut->kind == CUT_STALL) {
        server_record_event(server, TRANSCRIPT_STALLED, TRANSCRIPT_SOURCE_NOBODY, 0);
        server->mute = true;
    } else {
        server->program.source = TRANSCRIPT_SOURCE_NOBODY;
        wish_for(server, wishes[server->cut->kind], 0);
    }
    server->cut = NULL;
    server->was_cut = server->meant = server->greeted = true;
    end_program(server);
}

static bool is_answer(const struct step *step)
{
    return step->kind == STEP_REPLY ||
           (step->kind == STEP_EVENT && step->event != STEP_EVENT_CLOSED);
}

/* ---- the program ---------------------------------------------------------------------------- */

/* After a reply to QUIT the server closes (RFC 5321 4.1.1.10), unless the dialogue goes on. */
static bool closes_after_quit(const struct fake_server *server, enum program_kind kind)
{
    enum step_kind next;

    if (!server->quit_answered || server->mute || server->wish != ENGINE_WISH_NONE)
        return false;
    if (kind != PROGRAM_DIALOGUE)
        return true;
    next = server->scenario->steps[server->cursor].kind;
    return next == STEP_END || next == STEP_MODEL;
}

static void come_to_rest(struct fake_server *server, enum program_kind kind)
{
    const struct step *steps = server->scenario->steps;
    size_t at = server->cursor;

    if (closes_after_quit(server, kind)) {
        wish_for(server, ENGINE_WISH_CLOSE, 0);
        return;
    }
    if (!server->has_dialogue || kind != PROGRAM_DIALOGUE)
        return;
    if (steps[at].kind == STEP_MODEL && steps[at + 1].kind == STEP_OCTETS)
        at++;
    if (steps[at].kind == STEP_OCTETS) {
        server->cursor = at;
        server_read_octets(server, steps[at].count);
    }
}

static void end_of_steps(struct fake_server *server)
{
    enum program_kind kind = server->program.kind;

    if (kind == PROGRAM_DIALOGUE)
        server->cursor = server->program.at;
    end_program(server);
    come_to_rest(server, kind);
    /* A dialogue that begins with a wait is greeted as any other, unless the client must close. */
    if (kind == PROGRAM_DIALOGUE && !server->greeted &&
        server->scenario->steps[server->cursor].kind != STEP_EVENT)
        server_greet(server);
}

/* False: the program has to wait. */
static bool run_step(struct fake_server *server)
{
    const struct step *step = step_at(server);

    if (step->kind == STEP_GOTO) {
        server->program.at = step->target;
        return true;
    }
    if (!is_answer(step)) {
        end_of_steps(server);
        return true;
    }
    if (!has_waited(server, step))
        return false;
    if (!(step->kind == STEP_REPLY ? run_reply(server, step) : run_event(server, step)))
        return false;
    server->delaying = false;
    server->program.at++;
    return true;
}

static bool run_single(struct fake_server *server)
{
    struct program *program = &server->program;
    bool challenges = program->kind == PROGRAM_MODEL && program->reply == MODEL_AUTH_CHALLENGE;
    struct bytes octets = challenges ? server_challenge(server)
                          : program->kind == PROGRAM_MODEL
                              ? model_text_reply(server->text, program->reply, &server->state)
                              : program->octets;
    enum program_kind kind = program->kind;

    if (!server_put(server, octets, server->grouping, NULL))
        return false;
    server->replied = server->greeted = true;
    if (program->times > 1) { /* a reply for each recipient (RFC 2033 4.2) */
        program->times--;
        return true;
    }
    if (kind == PROGRAM_MODEL && program->reply == MODEL_STARTTLS_OK) {
        server->wish_tls = server_tls_demand(server, NULL);
        wish_for(server, ENGINE_WISH_TLS, 0);
    }
    end_program(server);
    come_to_rest(server, kind);
    return true;
}

void server_advance(struct fake_server *server)
{
    bool goes_on = true;

    while (goes_on && server->program.kind != PROGRAM_NONE && server->wish == ENGINE_WISH_NONE) {
        /* Whoever takes the records has not come yet; sent() goes on here. */
        if (!server_has_room(server, 0) && !server_is_quiet(server))
            return;
        if (server->program.kind == PROGRAM_DIALOGUE || server->program.kind == PROGRAM_RULE)
            goes_on = run_step(server);
        else
            goes_on = run_single(server);
    }
}

void server_start(struct fake_server *server, const struct program *program)
{
    server->program = *program;
    server->replied = false;
    server->delaying = false;
    server_advance(server);
}

/* ---- the greeting --------------------------------------------------------------------------- */

static bool start_connect_rule(struct fake_server *server, const struct scenario *owner,
                               enum transcript_source source)
{
    for (size_t i = 0; owner && i < owner->rule_count; i++) {
        if (!owner->rules[i].on_connect)
            continue;
        server_start(server, &(struct program){.kind = PROGRAM_RULE,
                                               .source = source,
                                               .owner = owner,
                                               .at = owner->rules[i].first_step});
        return true;
    }
    return false;
}

void server_greet(struct fake_server *server)
{
    server->greeted = true;
    if (start_connect_rule(server, server->scenario, TRANSCRIPT_SOURCE_RULE) ||
        start_connect_rule(server, server->personality, TRANSCRIPT_SOURCE_PERSONALITY))
        return;
    server_start(server, &(struct program){.kind = PROGRAM_MODEL,
                                           .source = TRANSCRIPT_SOURCE_MODEL,
                                           .reply = MODEL_GREETING});
}
