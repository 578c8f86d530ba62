/* model_parameter.c - parameters of MAIL and RCPT: offered, well-formed, within what was announced.
 */
#include "base/smtp_parameter.h"
#include "fakeserver/model.h"

static bool offers(const struct model_state *state, enum smtp_extension extension)
{
    return smtp_extensions_has(&state->offered, extension);
}

/* ---- what was announced --------------------------------------------------------------------- */

/* "The value MUST be greater than or equal to the fixed minimum" of mode R (RFC 2852 4.1.4.1). */
static enum model_reply answer_by(const struct model_state *state, struct bytes value)
{
    struct smtp_deliver_by by;

    if (!smtp_parameter_by(value, &by, NULL))
        return MODEL_MAIL_BAD_PARAMETER;
    return by.returns && by.seconds < (int64_t)state->offered.deliverby_min_s ? MODEL_MAIL_DELIVERBY
                                                                              : MODEL_MAIL_OK;
}

static enum model_reply answer_holdfor(const struct model_state *state, struct bytes value)
{
    uint32_t seconds;

    if (!smtp_parameter_holdfor(value, &seconds, NULL))
        return MODEL_MAIL_BAD_PARAMETER;
    return seconds > state->offered.holdfor_max_s ? MODEL_MAIL_HOLD : MODEL_MAIL_OK;
}

static enum model_reply answer_holduntil(const struct model_state *state, struct bytes value)
{
    int64_t seconds;

    if (!smtp_parameter_holduntil(value, &seconds, NULL))
        return MODEL_MAIL_BAD_PARAMETER;
    return seconds > (int64_t)state->offered.holduntil_max_s ? MODEL_MAIL_HOLD : MODEL_MAIL_OK;
}

/* A size beyond the maximum (RFC 1870 6.1). */
static enum model_reply answer_size(const struct model_state *state, struct bytes value)
{
    uint64_t octets;

    if (!smtp_parameter_size(value, &octets, NULL))
        return MODEL_MAIL_BAD_PARAMETER;
    return state->offered.size_octets > 0 && octets > state->offered.size_octets
               ? MODEL_MAIL_TOO_LARGE
               : MODEL_MAIL_OK;
}

static enum model_reply answer_mail_value(const struct model_state *state,
                                          const struct command_parameter *parameter)
{
    static const struct {
        const char *keyword;
        enum model_reply (*answer)(const struct model_state *state, struct bytes value);
    } answers[] = {
        {"SIZE",      answer_size     },
        {"BY",        answer_by       },
        {"HOLDFOR",   answer_holdfor  },
        {"HOLDUNTIL", answer_holduntil},
    };

    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
        if (bytes_equal_nocase(parameter->name, bytes_of(answers[i].keyword)))
            return answers[i].answer(state, parameter->value);
    if (bytes_equal_nocase(parameter->name, BYTES_LITERAL("REQUIRETLS")) && !state->secure)
        return MODEL_MAIL_REQUIRETLS;
    return smtp_parameter_check(parameter->name, parameter->value, SMTP_CHARSET_ASCII, NULL)
               ? MODEL_MAIL_OK
               : MODEL_MAIL_BAD_PARAMETER;
}

static enum model_reply answer_rcpt_value(const struct model_state *state,
                                          const struct command_parameter *parameter)
{
    enum smtp_charset charset =
        offers(state, SMTP_EXTENSION_SMTPUTF8) ? SMTP_CHARSET_UTF8 : SMTP_CHARSET_ASCII;

    return smtp_parameter_check(parameter->name, parameter->value, charset, NULL)
               ? MODEL_RCPT_OK
               : MODEL_RCPT_BAD_PARAMETER;
}

/* ---- which, and how often ------------------------------------------------------------------- */

/* Those of one kind exclude each other, and themselves (RFC 3461 4.5, RFC 4865 5.2.1). */
static unsigned kind_of(struct bytes name)
{
    static const struct {
        const char *keyword;
        unsigned kind;
    } kinds[] = {
        {"RET",       1 },
        {"ENVID",     2 },
        {"NOTIFY",    4 },
        {"ORCPT",     8 },
        {"HOLDFOR",   16},
        {"HOLDUNTIL", 16},
    };

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (bytes_equal_nocase(name, bytes_of(kinds[i].keyword)))
            return kinds[i].kind;
    return 0;
}

static enum model_reply answer_one(const struct model_state *state, enum smtp_verb verb,
                                   const struct command_parameter *parameter)
{
    const struct smtp_parameter *known =
        smtp_extensions_find_parameter(&state->offered, verb, parameter->name, parameter->value);
    bool is_mail = verb == SMTP_VERB_MAIL;

    if (!known)
        return is_mail ? MODEL_MAIL_UNKNOWN_PARAMETER : MODEL_RCPT_UNKNOWN_PARAMETER;
    if ((known->value == SMTP_PARAMETER_MUST && parameter->value.size == 0) ||
        (known->value == SMTP_PARAMETER_NONE && parameter->value.data))
        return is_mail ? MODEL_MAIL_BAD_PARAMETER : MODEL_RCPT_BAD_PARAMETER;
    return is_mail ? answer_mail_value(state, parameter) : answer_rcpt_value(state, parameter);
}

enum model_reply model_answer_parameters(const struct model_state *state,
                                         const struct command *command)
{
    bool is_mail = command->verb == SMTP_VERB_MAIL;
    enum model_reply right = is_mail ? MODEL_MAIL_OK : MODEL_RCPT_OK;
    unsigned seen = 0;

    if (command->parameters_lost > 0)
        return is_mail ? MODEL_MAIL_UNKNOWN_PARAMETER : MODEL_RCPT_UNKNOWN_PARAMETER;
    for (size_t i = 0; i < command->parameter_count; i++) {
        unsigned kind = kind_of(command->parameters[i].name);
        enum model_reply reply = answer_one(state, command->verb, &command->parameters[i]);

        if (reply != right)
            return reply;
        if (seen & kind)
            return is_mail ? MODEL_MAIL_BAD_PARAMETER : MODEL_RCPT_BAD_PARAMETER;
        seen |= kind;
    }
    return right;
}
