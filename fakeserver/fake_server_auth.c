/*
 * fake_server_auth.c - an AUTH exchange of the dialogue with a client that has another way.
 *
 * A dialogue writes one mechanism in one form, with or without an initial response. A client may
 * take another mechanism that is offered, or the other form (RFC 4954 4): then the model leads, and
 * the dialogue's final reply ends the exchange.
 */
#include "fakeserver/fake_server_private.h"

#include "base/smtp_code.h"

/* The exchange as the dialogue writes it, from behind its AUTH line. */
struct written {
    size_t
        final; /* step of the first reply that is no 334, else of the last 334; 0 = there is none */
    unsigned code;
    unsigned prompts; /* 334 replies before it */
};

static bool is_response_line(const struct step *step)
{
    if (step->kind != STEP_COMMAND && step->kind != STEP_OPTIONAL)
        return false;
    for (size_t i = 0; i < step->pattern->choice_count; i++)
        if (step->pattern->choices[i].kind == PATTERN_COMMAND)
            return false;
    return true;
}

static struct written read_written(const struct step *steps, size_t at)
{
    struct written written = {.final = 0};
    size_t prompt = 0; /* step of the last one */

    for (;; at++) {
        const struct step *step = &steps[at];

        if (step->kind == STEP_REPLY && step->code == 334) {
            written.prompts++;
            prompt = at;
        } else if (step->kind == STEP_REPLY) {
            written.final = step->code > 0 || !step->raw ? at : 0;
            written.code = step->code;
            return written;
        } else if (step->kind != STEP_EVENT && !is_response_line(step)) {
            break;
        }
    }
    /* The dialogue ends with a challenge and leaves the rest to the model: that is its last word.
     */
    if (written.prompts > 0) {
        written.final = prompt;
        written.code = 334;
        written.prompts--;
    }
    return written;
}

static bool is_accepting(const struct written *written)
{
    return smtp_code_class(written->code) == SMTP_CODE_2YZ;
}

/* The dialogue writes this mechanism, or none at all. */
static bool writes_mechanism(const struct pattern_choice *choice, struct bytes mechanism,
                             bool *ret_initial)
{
    struct bytes rest = choice->argument;
    struct bytes word;

    *ret_initial = false;
    if (!choice->has_argument || !bytes_next_word(&rest, &word))
        return true;
    *ret_initial = bytes_trim(rest).size > 0;
    return match_glob(word, mechanism, true);
}

/* Server challenges that the mechanism needs from the AUTH command on (RFC 4616 2; LOGIN 2). */
static unsigned needed_prompts(enum smtp_mechanism mechanism, bool initial)
{
    return (mechanism == SMTP_MECHANISM_LOGIN ? 2U : 1U) - (initial ? 1U : 0U);
}

/* An exchange that accepts has as many challenges as its form needs; one that refuses may end
 * anywhere, and then a challenge before it says that no initial response was meant. */
static bool writes_initial(const struct written *written, enum smtp_mechanism mechanism,
                           bool initial)
{
    if (initial)
        return true;
    if (is_accepting(written))
        return written->prompts < needed_prompts(mechanism, false);
    return false;
}

static bool is_led(enum smtp_mechanism mechanism)
{
    return mechanism == SMTP_MECHANISM_PLAIN || mechanism == SMTP_MECHANISM_LOGIN;
}

static void end_block(struct fake_server *server, struct decision *ret)
{
    server_take_step(server, server->block.final - 1, ret);
    ret->line = server->scenario->steps[server->block.final].line;
    server->block.final = 0;
}

/* The dialogue accepts nobody whose credentials are wrong: then the model says so, and the dialogue
 * waits for AUTH again. */
static bool contradicts(const struct fake_server *server, const struct unit *unit)
{
    const struct step *final = &server->scenario->steps[server->block.final];

    if (!unit->has_verdict || unit->verdict == AUTH_MORE || unit->verdict == AUTH_RIGHT)
        return false;
    return unit->verdict != AUTH_WRONG || smtp_code_class(final->code) == SMTP_CODE_2YZ;
}

void server_auth_go_on(struct fake_server *server, const struct unit *unit, struct decision *ret)
{
    bool refused = contradicts(server, unit);

    if (!refused && server->block.prompts == 0) {
        end_block(server, ret);
        return;
    }
    if (refused)
        server->block.final = 0;
    else
        server->block.prompts--;
    ret->taken_by = TRANSCRIPT_SOURCE_MODEL;
    ret->program = (struct program){
        .kind = PROGRAM_MODEL, .source = TRANSCRIPT_SOURCE_MODEL, .reply = unit->model};
}

static void lead(struct fake_server *server, const struct unit *unit, size_t final,
                 unsigned prompts, struct decision *ret)
{
    server->block = (struct auth_block){.final = final, .prompts = prompts};
    server_auth_go_on(server, unit, ret);
}

static bool is_offered(const struct fake_server *server, enum smtp_mechanism mechanism)
{
    return is_led(mechanism) && smtp_extensions_has_mechanism(&server->state.offered, mechanism);
}

/* The same mechanism in the other form: challenges that the model has to send; false: as it is. */
static bool differs_in_form(const struct written *written, bool written_initial, bool initial,
                            bool matches, unsigned *ret_prompts)
{
    if (written_initial == initial || (initial && written->prompts == 0))
        return false;
    /* A refusal is as good an answer to the AUTH command itself. */
    if (!initial && matches && !is_accepting(written))
        return false;
    *ret_prompts = initial ? written->prompts - 1 : written->prompts + 1;
    return true;
}

bool server_auth_begin(struct fake_server *server, size_t step, const struct unit *unit,
                       bool matches, struct decision *ret)
{
    const struct step *steps = server->scenario->steps;
    const struct pattern_choice *choice = pattern_find_verb(steps[step].pattern, SMTP_VERB_AUTH);
    enum smtp_mechanism mechanism = smtp_mechanism_from(unit->command.mechanism);
    bool initial = unit->command.initial_response.data != NULL;
    struct written written = read_written(steps, step + 1);
    bool written_initial;
    unsigned prompts;

    if (!choice || !is_led(mechanism) || written.final == 0)
        return false;
    if (!writes_mechanism(choice, unit->command.mechanism, &written_initial)) {
        if (!is_offered(server, mechanism) || unit->model == MODEL_AUTH_AGAIN)
            return false;
        prompts = needed_prompts(mechanism, initial);
        ret->variation = VARIATION_AUTH_MECHANISM;
    } else {
        /* An odd server may accept too early: its exchange is meant as it is written. */
        if (!server->scenario->meant)
            written_initial = writes_initial(&written, mechanism, written_initial);
        if (!differs_in_form(&written, written_initial, initial, matches, &prompts))
            return false;
        ret->variation =
            initial ? VARIATION_AUTH_INITIAL_RESPONSE : VARIATION_AUTH_NO_INITIAL_RESPONSE;
    }
    ret->notes |= TRANSCRIPT_NOTE(HARMLESS);
    ret->line = steps[step].line;
    lead(server, unit, written.final, prompts, ret);
    return true;
}
