#include "fakeserver/scenario_lint.h"

#include "base/base64.h"
#include "base/smtp_limits.h"
#include "base/text.h"

/* ---- lines that nothing reaches ------------------------------------------------------------- */

static bool is_event(const struct step *step, enum step_event event)
{
    return step->kind == STEP_EVENT && step->event == event;
}

static bool sends(const struct step *step)
{
    return step->kind == STEP_REPLY || is_event(step, STEP_EVENT_SPLIT) ||
           is_event(step, STEP_EVENT_PACE) || is_event(step, STEP_EVENT_TLS);
}

/* Why the step that follows `step` is never done; NULL: it may be. */
static const char *why_unreachable(const struct step *step, const struct step *next)
{
    bool is_border = next->kind == STEP_GOTO || next->kind == STEP_END;

    if (is_border)
        return NULL;
    if (step->kind == STEP_MODEL &&
        (next->kind == STEP_MODEL || next->kind == STEP_REPLY ||
         (next->kind == STEP_EVENT && !is_event(next, STEP_EVENT_CLOSED))))
        return "behind ... the model serves until a C: line or !closed; this is never done";
    if ((is_event(step, STEP_EVENT_CLOSE) || is_event(step, STEP_EVENT_RESET)) &&
        !is_event(next, STEP_EVENT_CLOSED))
        return "this is never done: the server has closed the connection";
    if (is_event(step, STEP_EVENT_CLOSED))
        return "this is never done: the client has closed the connection";
    if ((is_event(step, STEP_EVENT_STALL) || is_event(step, STEP_EVENT_HALF_CLOSE)) && sends(next))
        return "this is never done: the server says nothing more";
    return NULL;
}

/* ---- replies -------------------------------------------------------------------------------- */

/* A challenge may be longer than another reply line (RFC 4954 4). */
static size_t reply_line_max(unsigned long long code)
{
    return code == 334 ? SMTP_AUTH_LINE_OCTETS_MAX : SMTP_REPLY_LINE_OCTETS_MAX;
}

static bool is_reply_line(struct bytes line)
{
    unsigned long long code;

    if (line.size < 3)
        return false;
    if (!bytes_to_number(bytes_slice(line, 0, 3), 599, &code) || code < 200 ||
        line.size + 2 > reply_line_max(code))
        return false;
    if (line.size > 3 && line.data[3] != ' ' && line.data[3] != '-')
        return false;
    for (size_t i = 4; i < line.size; i++) {
        unsigned char octet = (unsigned char)line.data[i];

        if (octet != '\t' && (octet < ' ' || octet > 126))
            return false;
    }
    return true;
}

static bool check_challenge(struct lint *lint, const struct step *step, struct bytes line)
{
    struct bytes text = bytes_after(line, 4);
    struct buf octets;
    struct err err = {0};
    bool ok;

    buf_init(&octets, SMTP_AUTH_LINE_OCTETS_MAX);
    ok = base64_decode(&octets, text, &err);
    buf_release(&octets);
    if (!ok && err.kind != ERR_SYNTAX)
        return err_memory(lint->err);
    return ok || lint_remark_at(lint, true, step->line, step->column,
                                "the text of a 334 reply is base64 (RFC 4954 4); this is not: %s",
                                text_show(text).text);
}

/* A reply that no server may send, in a scenario that does not say that it is meant. */
static bool check_reply(struct lint *lint, const struct step *step, const struct step *next)
{
    struct bytes rest = step->octets;
    struct bytes first = bytes_slice(rest, 0, 3);

    if (step->unfinished && next->kind != STEP_REPLY && !is_event(next, STEP_EVENT_FLUSH) &&
        !is_event(next, STEP_EVENT_QUIET) &&
        !lint_remark_at(lint, true, step->line, step->column,
                        "the reply has no last line (RFC 5321 4.2.1); write odd if that is meant"))
        return false;
    while (rest.size > 0) {
        size_t end = bytes_find(rest, '\n');
        struct bytes line = bytes_slice(rest, 0, end - 1);

        rest = bytes_after(rest, end + 1);
        if (!is_reply_line(line) &&
            !lint_remark_at(lint, true, step->line, step->column,
                            "this is no reply line (RFC 5321 4.2); write odd if that is meant: %s",
                            text_show(line).text))
            return false;
        if (!bytes_equal(bytes_slice(line, 0, 3), first) &&
            !lint_remark_at(lint, true, step->line, step->column,
                            "the lines of one reply have one code (RFC 5321 4.2.1); write odd if "
                            "another is meant"))
            return false;
        if (step->code == 334 && is_reply_line(line) && !check_challenge(lint, step, line))
            return false;
    }
    return true;
}

/* ---- what the client is to send ------------------------------------------------------------- */

static bool check_response(struct lint *lint, const struct step *step, struct bytes text)
{
    struct buf octets;
    struct err err = {0};
    bool ok;

    if (bytes_find(text, '*') != BYTES_NOT_FOUND)
        return true;
    buf_init(&octets, SCENARIO_LINE_OCTETS_MAX);
    ok = base64_decode(&octets, text, &err);
    buf_release(&octets);
    if (!ok && err.kind != ERR_SYNTAX)
        return err_memory(lint->err);
    return ok || lint_remark_at(lint, true, step->line, step->column,
                                "a client response is base64 (RFC 4954 4); this is not: %s",
                                text_show(text).text);
}

/* No client sends an argument with these (RFC 5321 4.1.1; RFC 3207 4). */
static bool takes_no_argument(enum smtp_verb verb)
{
    return verb == SMTP_VERB_DATA || verb == SMTP_VERB_RSET || verb == SMTP_VERB_QUIT ||
           verb == SMTP_VERB_STARTTLS;
}

static bool check_choice(struct lint *lint, const struct step *step, const struct step *before,
                         const struct pattern_choice *choice)
{
    if (choice->kind == PATTERN_COMMAND && choice->has_argument && takes_no_argument(choice->verb))
        return lint_remark_at(lint, true, step->line, step->column,
                              "no client sends %s with an argument", smtp_verb_word(choice->verb));
    if (choice->kind != PATTERN_TEXT || !before || before->kind != STEP_REPLY || before->raw)
        return true;
    if (before->code == 334)
        return check_response(lint, step, choice->text);
    return lint_remark_at(lint, true, step->line, step->column,
                          "\"%s\" is no command, and only a 334 asks for a response",
                          text_show(choice->text).text);
}

static bool check_step(struct lint *lint, const struct scenario *scenario, size_t index)
{
    const struct step *step = &scenario->steps[index];
    const struct step *before = index > 0 ? &scenario->steps[index - 1] : NULL;
    const struct step *next = index + 1 < scenario->step_count ? step + 1 : NULL;
    const char *why = next ? why_unreachable(step, next) : NULL;

    if (why && !lint_remark_at(lint, true, next->line, next->column, "%s", why))
        return false;
    if (step->kind == STEP_REPLY && !step->raw && !scenario->meant && next)
        return check_reply(lint, step, next);
    if (step->kind != STEP_COMMAND && step->kind != STEP_OPTIONAL)
        return true;
    for (size_t i = 0; i < step->pattern->choice_count; i++)
        if (!check_choice(lint, step, before, &step->pattern->choices[i]))
            return false;
    return true;
}

bool lint_steps(struct lint *lint, const struct scenario *scenario)
{
    if (!scenario->steps) /* there is no dialogue */
        return true;
    for (size_t i = 0; i < scenario->step_count; i++)
        if (!check_step(lint, scenario, i))
            return false;
    return true;
}

/* A rule that is always there leaves nothing for the same pattern below it. */
bool lint_rules(struct lint *lint, const struct scenario *scenario)
{
    for (size_t i = 0; i < scenario->rule_count; i++) {
        const struct standing_rule *rule = &scenario->rules[i];

        for (size_t j = 0; j < i; j++) {
            const struct standing_rule *above = &scenario->rules[j];
            bool same = rule->on_connect
                            ? above->on_connect
                            : !above->on_connect &&
                                  bytes_equal(above->pattern->written, rule->pattern->written);

            if (same && above->times == 0 && (above->when & ~rule->when) == 0 &&
                !lint_remark_at(lint, true, rule->line, 1,
                                "this rule is never asked: line %u takes what it waits for",
                                above->line))
                return false;
        }
    }
    return true;
}
