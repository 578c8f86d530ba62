#include "fakeserver/model.h"

#include "base/smtp_code.h"

#define SPAN(literal)                                                                              \
    {                                                                                              \
        literal, sizeof(literal) - 1                                                               \
    }
const struct model_reply_row model_replies[MODEL_REPLY_COUNT] = {
#define X(name, stage, code, enhanced, text, source)                                               \
    [MODEL_##name] = {SMTP_STAGE_##stage, code, SPAN(#code " " text "\r\n"),                       \
                      SPAN(#code " " enhanced text "\r\n"), source},
    MODEL_REPLY_TABLE(X)
#undef X
};

/* State × verb. What is positive here is looked at more closely before it is said. */
#define ALL(reply) MODEL_##reply, MODEL_##reply, MODEL_##reply, MODEL_##reply
#define AWAY MODEL_TURNED_AWAY
static const unsigned char table[SMTP_VERB_COUNT][MODEL_PHASE_COUNT] = {
  /* in phase          turned away, start, ready, mail, rcpt                     because */
    [SMTP_VERB_EHLO] = {AWAY,                ALL(EHLO_OK)           }, /* RFC 5321 4.1.4 */
    [SMTP_VERB_HELO] = {AWAY,                ALL(HELO_OK)           }, /* RFC 5321 4.1.4 */
    [SMTP_VERB_LHLO] = {AWAY,                ALL(UNKNOWN)           }, /* RFC 2033 4.1: LMTP only */
    [SMTP_VERB_MAIL] = {AWAY,                MODEL_MAIL_NO_HELLO,     MODEL_MAIL_OK, MODEL_MAIL_NESTED,
                        MODEL_MAIL_NESTED}, /* RFC 5321 4.1.4 */
    [SMTP_VERB_RCPT] = {AWAY,  MODEL_RCPT_NO_MAIL,                            MODEL_RCPT_NO_MAIL, MODEL_RCPT_OK,
                        MODEL_RCPT_OK}, /* RFC 5321 3.3 */
    [SMTP_VERB_DATA] = {AWAY,                MODEL_DATA_NO_RCPT,                    MODEL_DATA_NO_RCPT, MODEL_DATA_NO_RCPT,
                        MODEL_DATA_OK}, /* RFC 5321 3.3 */
    [SMTP_VERB_BDAT] = {AWAY,      MODEL_BDAT_NO_RCPT,                                MODEL_BDAT_NO_RCPT, MODEL_BDAT_NO_RCPT,
                        MODEL_BDAT_OK}, /* RFC 3030 2 */
    [SMTP_VERB_BURL] = {AWAY,                ALL(UNIMPLEMENTED)     }, /* RFC 5321 4.2.4 */
    [SMTP_VERB_RSET] = {AWAY, ALL(RSET_OK)                               }, /* RFC 5321 4.1.4 */
    [SMTP_VERB_NOOP] = {AWAY,                ALL(NOOP_OK)               }, /* RFC 5321 4.1.4 */
    [SMTP_VERB_VRFY] = {AWAY, ALL(VRFY_OK)                               }, /* RFC 5321 3.5.3, 4.1.4 */
    [SMTP_VERB_EXPN] = {AWAY,                ALL(EXPN_OK)     }, /* RFC 5321 4.1.4 */
    [SMTP_VERB_HELP] = {AWAY,                ALL(HELP_OK)                          }, /* RFC 5321 4.1.4 */
    [SMTP_VERB_QUIT] = {MODEL_QUIT_OK,                ALL(QUIT_OK)           }, /* RFC 5321 4.1.1.10 */
    [SMTP_VERB_STARTTLS] = {AWAY,                MODEL_STARTTLS_NO_HELLO,                           MODEL_STARTTLS_OK, MODEL_STARTTLS_OK,
                        MODEL_STARTTLS_OK}, /* RFC 3207 4.1 */
    [SMTP_VERB_AUTH] = {AWAY,                MODEL_AUTH_NO_HELLO,            MODEL_AUTH_PROMPT, MODEL_AUTH_NOT_NOW,
                        MODEL_AUTH_NOT_NOW}, /* RFC 4954 4 */
    [SMTP_VERB_ETRN] = {AWAY,                ALL(UNIMPLEMENTED)           }, /* RFC 5321 4.2.4 */
    [SMTP_VERB_ATRN] = {AWAY,       ALL(UNIMPLEMENTED)  }, /* RFC 5321 4.2.4 */
    [SMTP_VERB_TURN] = {AWAY,                ALL(UNIMPLEMENTED)}, /* RFC 5321 F.1 */
    [SMTP_VERB_SEND] = {AWAY,  ALL(UNIMPLEMENTED)                           }, /* RFC 5321 F.6 */
    [SMTP_VERB_SOML] = {AWAY,                ALL(UNIMPLEMENTED)    }, /* RFC 5321 F.6 */
    [SMTP_VERB_SAML] = {AWAY, ALL(UNIMPLEMENTED)                          }, /* RFC 5321 F.6 */
    [SMTP_VERB_XCLIENT] = {AWAY,                ALL(UNIMPLEMENTED)     }, /* RFC 5321 4.2.4 */
    [SMTP_VERB_OTHER] = {AWAY,                ALL(UNKNOWN)              }, /* RFC 5321 4.2.4 */
};

enum model_reply model_table_reply(enum smtp_verb verb, enum model_phase phase)
{
    return (enum model_reply)table[verb][phase];
}

/* ---- state ---------------------------------------------------------------------------------- */

void model_state_init(struct model_state *state, const struct account *accounts, size_t count)
{
    *state = (struct model_state){.phase = MODEL_PHASE_START};
    auth_check_init(&state->auth, accounts, count);
}

void model_state_secured(struct model_state *state)
{
    state->phase = MODEL_PHASE_START;
    state->secure = true;
    state->authenticated = false;
    state->offered = (struct smtp_extensions){0};
    auth_check_start(&state->auth, SMTP_MECHANISM_OTHER);
}

static bool has_hello(const struct model_state *state)
{
    return state->phase >= MODEL_PHASE_READY;
}

void model_state_follow(struct model_state *state, enum smtp_stage stage, unsigned code)
{
    enum smtp_code_class class = smtp_code_class(code);
    bool accepted = class == SMTP_CODE_2YZ;

    switch (stage) {
    case SMTP_STAGE_GREETING:
        if (class == SMTP_CODE_4YZ || class == SMTP_CODE_5YZ)
            state->phase = MODEL_PHASE_TURNED_AWAY;
        break;
    case SMTP_STAGE_EHLO:
    case SMTP_STAGE_LHLO:
    case SMTP_STAGE_HELO:
        if (accepted) {
            state->phase = MODEL_PHASE_READY;
            if (stage == SMTP_STAGE_HELO)
                state->offered = (struct smtp_extensions){0};
        }
        break;
    case SMTP_STAGE_MAIL:
        if (accepted)
            state->phase = MODEL_PHASE_MAIL;
        break;
    case SMTP_STAGE_RCPT:
        if (accepted)
            state->phase = MODEL_PHASE_RCPT;
        break;
    case SMTP_STAGE_BDAT:
        if (!accepted && has_hello(state))
            state->phase = MODEL_PHASE_READY;
        break;
    case SMTP_STAGE_END_OF_DATA: /* whatever the reply, this transaction is over */
        if (has_hello(state))
            state->phase = MODEL_PHASE_READY;
        break;
    case SMTP_STAGE_RSET:
        if (accepted && has_hello(state))
            state->phase = MODEL_PHASE_READY;
        break;
    case SMTP_STAGE_AUTH:
        state->authenticated = state->authenticated || accepted;
        break;
    case SMTP_STAGE_STARTTLS:
    case SMTP_STAGE_DATA:
    case SMTP_STAGE_NOOP:
    case SMTP_STAGE_VRFY:
    case SMTP_STAGE_EXPN:
    case SMTP_STAGE_HELP:
    case SMTP_STAGE_QUIT:
    case SMTP_STAGE_OTHER:
    case SMTP_STAGE_COUNT:
        break;
    }
}

/* ---- paths and parameters ------------------------------------------------------------------- */

enum path_fault { PATH_RIGHT, PATH_BAD, PATH_8BIT };

/* Tolerant of length: "implementation techniques that impose no limits" (RFC 5321 4.5.3.1). */
static enum path_fault check_path(struct bytes path, bool may_be_8bit)
{
    bool quoted = false;
    bool has_at = false;

    for (size_t i = 0; i < path.size; i++) {
        unsigned char octet = (unsigned char)path.data[i];

        if (octet < ' ' || octet == 127 || (octet == ' ' && !quoted))
            return PATH_BAD;
        if (octet > 127 && !may_be_8bit)
            return PATH_8BIT;
        if (quoted && octet == '\\')
            i++;
        else if (octet == '"')
            quoted = !quoted;
        else if (octet == '@' && !quoted && i > 0 && i + 1 < path.size)
            has_at = true;
    }
    return has_at && !quoted ? PATH_RIGHT : PATH_BAD;
}

enum parameter_fault { PARAMETER_RIGHT, PARAMETER_UNKNOWN, PARAMETER_BAD, PARAMETER_TOO_LARGE };

/* size-value = 1*20DIGIT (RFC 1870 6.1 for a size beyond the maximum). */
static enum parameter_fault check_size(const struct model_state *state, struct bytes value)
{
    unsigned long long octets;

    if (value.size > SMTP_SIZE_DIGITS_MAX || !bytes_to_number(value, UINT64_MAX, &octets))
        return PARAMETER_BAD;
    return state->offered.size_octets > 0 && octets > state->offered.size_octets
               ? PARAMETER_TOO_LARGE
               : PARAMETER_RIGHT;
}

static bool is_body_value(struct bytes value)
{
    return bytes_equal_nocase(value, BYTES_LITERAL("7BIT")) ||
           bytes_equal_nocase(value, BYTES_LITERAL("8BITMIME")) ||
           bytes_equal_nocase(value, BYTES_LITERAL("BINARYMIME"));
}

static enum parameter_fault check_parameter(const struct model_state *state, enum smtp_verb verb,
                                            const struct command_parameter *parameter)
{
    const struct smtp_parameter *known =
        smtp_extensions_find_parameter(&state->offered, verb, parameter->name, parameter->value);

    if (!known)
        return PARAMETER_UNKNOWN;
    if ((known->value == SMTP_PARAMETER_MUST && parameter->value.size == 0) ||
        (known->value == SMTP_PARAMETER_NONE && parameter->value.data))
        return PARAMETER_BAD;
    if (known->extension == SMTP_EXTENSION_SIZE)
        return check_size(state, parameter->value);
    if ((known->extension == SMTP_EXTENSION_8BITMIME ||
         known->extension == SMTP_EXTENSION_BINARYMIME) &&
        !is_body_value(parameter->value))
        return PARAMETER_BAD;
    return PARAMETER_RIGHT;
}

static enum parameter_fault check_parameters(const struct model_state *state,
                                             const struct command *command)
{
    if (command->parameters_lost > 0)
        return PARAMETER_UNKNOWN;
    for (size_t i = 0; i < command->parameter_count; i++) {
        enum parameter_fault fault = check_parameter(state, command->verb, &command->parameters[i]);

        if (fault != PARAMETER_RIGHT)
            return fault;
    }
    return PARAMETER_RIGHT;
}

static bool may_be_8bit(const struct model_state *state)
{
    return smtp_extensions_has(&state->offered, SMTP_EXTENSION_SMTPUTF8);
}

static enum model_reply answer_mail(const struct model_state *state, const struct command *command)
{
    if (!command->path.data)
        return MODEL_MAIL_BAD;
    if (command->path.size > 0 || !command->bracketed) {
        enum path_fault fault = check_path(command->path, may_be_8bit(state));

        if (fault != PATH_RIGHT)
            return fault == PATH_8BIT ? MODEL_MAIL_8BIT : MODEL_MAIL_ADDRESS;
    }
    switch (check_parameters(state, command)) {
    case PARAMETER_UNKNOWN:
        return MODEL_MAIL_UNKNOWN_PARAMETER;
    case PARAMETER_BAD:
        return MODEL_MAIL_BAD_PARAMETER;
    case PARAMETER_TOO_LARGE:
        return MODEL_MAIL_TOO_LARGE;
    case PARAMETER_RIGHT:
        break;
    }
    return MODEL_MAIL_OK;
}

static enum model_reply answer_rcpt(const struct model_state *state, const struct command *command)
{
    enum parameter_fault fault;

    if (!command->path.data)
        return MODEL_RCPT_BAD;
    if (!bytes_equal_nocase(command->path, BYTES_LITERAL("postmaster"))) {
        enum path_fault path = check_path(command->path, may_be_8bit(state));

        if (path != PATH_RIGHT)
            return path == PATH_8BIT ? MODEL_RCPT_8BIT : MODEL_RCPT_ADDRESS;
    }
    fault = check_parameters(state, command);
    if (fault == PARAMETER_RIGHT)
        return MODEL_RCPT_OK;
    return fault == PARAMETER_UNKNOWN ? MODEL_RCPT_UNKNOWN_PARAMETER : MODEL_RCPT_BAD_PARAMETER;
}

/* ---- answers -------------------------------------------------------------------------------- */

static enum model_reply answer_auth(const struct model_state *state, const struct command *command)
{
    enum smtp_mechanism mechanism = smtp_mechanism_from(command->mechanism);

    if (state->authenticated)
        return MODEL_AUTH_AGAIN;
    if (!smtp_extensions_has(&state->offered, SMTP_EXTENSION_AUTH))
        return MODEL_AUTH_NOT_OFFERED;
    if (command->mechanism.size == 0)
        return MODEL_AUTH_BAD;
    if ((mechanism != SMTP_MECHANISM_PLAIN && mechanism != SMTP_MECHANISM_LOGIN) ||
        !smtp_extensions_has_mechanism(&state->offered, mechanism))
        return MODEL_AUTH_MECHANISM;
    return MODEL_AUTH_PROMPT;
}

static enum model_reply without_argument(const struct command *command, enum model_reply good,
                                         enum model_reply bad)
{
    return command->argument.size == 0 ? good : bad;
}

static bool offers(const struct model_state *state, enum smtp_extension extension)
{
    return smtp_extensions_has(&state->offered, extension);
}

/* What is not offered is unknown in every state; for the rest, what the table has to say about a
 * command in its place is held against its arguments. */
static enum model_reply look_closer(const struct model_state *state, const struct command *command,
                                    enum model_reply reply)
{
    bool has_argument = command->argument.size > 0;

    if (reply == MODEL_MAIL_OK)
        return answer_mail(state, command);
    if (reply == MODEL_RCPT_OK)
        return answer_rcpt(state, command);
    if (reply == MODEL_AUTH_PROMPT)
        return answer_auth(state, command);
    if (reply == MODEL_EHLO_OK)
        return has_argument ? reply : MODEL_EHLO_BAD;
    if (reply == MODEL_HELO_OK)
        return has_argument ? reply : MODEL_HELO_BAD;
    if (reply == MODEL_DATA_OK)
        return without_argument(command, reply, MODEL_DATA_BAD);
    if (reply == MODEL_RSET_OK)
        return without_argument(command, reply, MODEL_RSET_BAD);
    if (reply == MODEL_QUIT_OK)
        return without_argument(command, reply, MODEL_QUIT_BAD);
    if (reply == MODEL_VRFY_OK)
        return has_argument ? reply : MODEL_VRFY_BAD;
    if (reply == MODEL_BDAT_OK)
        return command->has_chunk ? reply : MODEL_BDAT_BAD;
    if (reply == MODEL_STARTTLS_OK)
        return without_argument(command, reply, MODEL_STARTTLS_BAD);
    if (reply == MODEL_EXPN_OK)
        return has_argument ? reply : MODEL_EXPN_BAD;
    return reply;
}

enum model_reply model_answer(const struct model_state *state, const struct command *command)
{
    enum model_reply reply = model_table_reply(command->verb, state->phase);

    if (reply == MODEL_TURNED_AWAY)
        return reply;
    if (command->verb == SMTP_VERB_BDAT && !offers(state, SMTP_EXTENSION_CHUNKING))
        return MODEL_BDAT_NOT_OFFERED;
    if (command->verb == SMTP_VERB_EXPN && !offers(state, SMTP_EXTENSION_EXPN))
        return MODEL_EXPN_NOT_OFFERED;
    /* Taken out of the list, it is refused as well: many clients try it unasked. */
    if (command->verb == SMTP_VERB_STARTTLS && state->phase != MODEL_PHASE_START &&
        (state->secure || !offers(state, SMTP_EXTENSION_STARTTLS)))
        return MODEL_STARTTLS_NOT_OFFERED;
    return look_closer(state, command, reply);
}

enum model_reply model_answer_auth(const struct model_state *state, enum auth_verdict verdict)
{
    switch (verdict) {
    case AUTH_MORE:
        if (state->auth.mechanism != SMTP_MECHANISM_LOGIN)
            return MODEL_AUTH_PROMPT;
        return state->auth.responses == 0 ? MODEL_AUTH_USER : MODEL_AUTH_PASSWORD;
    case AUTH_RIGHT:
        return MODEL_AUTH_OK;
    case AUTH_WRONG:
        return MODEL_AUTH_WRONG;
    case AUTH_BAD:
        return MODEL_AUTH_NOT_BASE64;
    case AUTH_CANCELLED:
        return MODEL_AUTH_CANCELLED;
    }
    return MODEL_AUTH_WRONG;
}

enum model_reply model_answer_content(const struct model_state *state, uint64_t content_octets)
{
    bool too_large = state->offered.size_octets > 0 && content_octets > state->offered.size_octets;

    if (state->phase != MODEL_PHASE_RCPT)
        return MODEL_CONTENT_NO_RCPT;
    return too_large ? MODEL_CONTENT_TOO_LARGE : MODEL_CONTENT_OK;
}

enum smtp_stage model_stage_of(const struct command *command)
{
    switch (command->kind) {
    case TRANSCRIPT_COMMAND:
        return smtp_stage_of_verb(command->verb);
    case TRANSCRIPT_RESPONSE:
        return SMTP_STAGE_AUTH;
    case TRANSCRIPT_MAIL_DATA:
        return SMTP_STAGE_END_OF_DATA;
    case TRANSCRIPT_CHUNK:
        return command->last ? SMTP_STAGE_END_OF_DATA : SMTP_STAGE_BDAT;
    case TRANSCRIPT_CONNECTED:
    case TRANSCRIPT_OCTETS:
    case TRANSCRIPT_REPLY:
    case TRANSCRIPT_TLS_STARTED:
    case TRANSCRIPT_TLS_FAILED:
    case TRANSCRIPT_QUIET:
    case TRANSCRIPT_STALLED:
    case TRANSCRIPT_SERVER_HALF_CLOSED:
    case TRANSCRIPT_SERVER_CLOSED:
    case TRANSCRIPT_SERVER_RESET:
    case TRANSCRIPT_CLIENT_CLOSED:
    case TRANSCRIPT_CLIENT_RESET:
    case TRANSCRIPT_EXPIRED:
    case TRANSCRIPT_KIND_COUNT:
        break;
    }
    return SMTP_STAGE_OTHER;
}
