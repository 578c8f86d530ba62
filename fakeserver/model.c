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
#define MODEL_AWAY MODEL_TURNED_AWAY
#define ROW(verb, away, start, ready, mail, rcpt)                                                  \
    [SMTP_VERB_##verb] = {MODEL_##away, MODEL_##start, MODEL_##ready, MODEL_##mail, MODEL_##rcpt}
/* clang-format off */
static const unsigned char table[SMTP_VERB_COUNT][MODEL_PHASE_COUNT] = {
    /*  verb      turned   start              ready          mail           rcpt            because */
    ROW(EHLO,     AWAY,    EHLO_OK,           EHLO_OK,        EHLO_OK,        EHLO_OK),        /* RFC 5321 4.1.4 */
    ROW(HELO,     AWAY,    HELO_OK,           HELO_OK,        HELO_OK,        HELO_OK),        /* RFC 5321 4.1.4 */
    ROW(LHLO,     AWAY,    LHLO_OK,           LHLO_OK,        LHLO_OK,        LHLO_OK),        /* RFC 2033 4.1 */
    ROW(MAIL,     AWAY,    MAIL_NO_HELLO,     MAIL_OK,        MAIL_NESTED,    MAIL_NESTED),    /* RFC 5321 4.1.4 */
    ROW(RCPT,     AWAY,    RCPT_NO_MAIL,      RCPT_NO_MAIL,   RCPT_OK,        RCPT_OK),        /* RFC 5321 3.3 */
    ROW(DATA,     AWAY,    DATA_NO_RCPT,      DATA_NO_RCPT,   DATA_NO_RCPT,   DATA_OK),        /* RFC 5321 3.3 */
    ROW(BDAT,     AWAY,    BDAT_NO_RCPT,      BDAT_NO_RCPT,   BDAT_NO_RCPT,   BDAT_OK),        /* RFC 3030 2 */
    ROW(BURL,     AWAY,    UNIMPLEMENTED,     UNIMPLEMENTED,  UNIMPLEMENTED,  UNIMPLEMENTED),  /* RFC 5321 4.2.4 */
    ROW(RSET,     AWAY,    RSET_OK,           RSET_OK,        RSET_OK,        RSET_OK),        /* RFC 5321 4.1.4 */
    ROW(NOOP,     AWAY,    NOOP_OK,           NOOP_OK,        NOOP_OK,        NOOP_OK),        /* RFC 5321 4.1.4 */
    ROW(VRFY,     AWAY,    VRFY_OK,           VRFY_OK,        VRFY_OK,        VRFY_OK),        /* RFC 5321 3.5.3, 4.1.4 */
    ROW(EXPN,     AWAY,    EXPN_OK,           EXPN_OK,        EXPN_OK,        EXPN_OK),        /* RFC 5321 4.1.4 */
    ROW(HELP,     AWAY,    HELP_OK,           HELP_OK,        HELP_OK,        HELP_OK),        /* RFC 5321 4.1.4 */
    ROW(QUIT,     QUIT_OK, QUIT_OK,           QUIT_OK,        QUIT_OK,        QUIT_OK),        /* RFC 5321 4.1.1.10 */
    ROW(STARTTLS, AWAY,    STARTTLS_NO_HELLO, STARTTLS_OK,    STARTTLS_OK,    STARTTLS_OK),    /* RFC 3207 4.1 */
    ROW(AUTH,     AWAY,    AUTH_NO_HELLO,     AUTH_PROMPT,    AUTH_NOT_NOW,   AUTH_NOT_NOW),   /* RFC 4954 4 */
    ROW(ETRN,     AWAY,    UNIMPLEMENTED,     ETRN_OK,        ETRN_OK,        ETRN_OK),        /* RFC 1985 5 */
    ROW(ATRN,     AWAY,    UNIMPLEMENTED,     UNIMPLEMENTED,  UNIMPLEMENTED,  UNIMPLEMENTED),  /* RFC 5321 4.2.4 */
    ROW(TURN,     AWAY,    UNIMPLEMENTED,     UNIMPLEMENTED,  UNIMPLEMENTED,  UNIMPLEMENTED),  /* RFC 5321 F.1 */
    ROW(SEND,     AWAY,    UNIMPLEMENTED,     UNIMPLEMENTED,  UNIMPLEMENTED,  UNIMPLEMENTED),  /* RFC 5321 F.6 */
    ROW(SOML,     AWAY,    UNIMPLEMENTED,     UNIMPLEMENTED,  UNIMPLEMENTED,  UNIMPLEMENTED),  /* RFC 5321 F.6 */
    ROW(SAML,     AWAY,    UNIMPLEMENTED,     UNIMPLEMENTED,  UNIMPLEMENTED,  UNIMPLEMENTED),  /* RFC 5321 F.6 */
    ROW(XCLIENT,  AWAY,    UNIMPLEMENTED,     UNIMPLEMENTED,  UNIMPLEMENTED,  UNIMPLEMENTED),  /* RFC 5321 4.2.4 */
    ROW(OTHER,    AWAY,    UNKNOWN,           UNKNOWN,        UNKNOWN,        UNKNOWN),        /* RFC 5321 4.2.4 */
};
/* clang-format on */
#undef ROW

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

#define ON(class) (1U << SMTP_CODE_##class)
#define ON_ALL ((1U << SMTP_CODE_CLASS_COUNT) - 1)

/* What a final reply does to the phase; a stage without a row does nothing. */
static const struct {
    enum smtp_stage stage;
    unsigned classes; /* of reply codes */
    bool needs_hello;
    enum model_phase phase;
} moves[] = {
    {SMTP_STAGE_GREETING,    ON(4YZ) | ON(5YZ), false, MODEL_PHASE_TURNED_AWAY}, /* RFC 5321 3.1 */
    {SMTP_STAGE_EHLO,        ON(2YZ),           false, MODEL_PHASE_READY      }, /* 4.1.4 */
    {SMTP_STAGE_LHLO,        ON(2YZ),           false, MODEL_PHASE_READY      }, /* RFC 2033 4.1 */
    {SMTP_STAGE_HELO,        ON(2YZ),           false, MODEL_PHASE_READY      }, /* RFC 5321 4.1.4 */
    {SMTP_STAGE_MAIL,        ON(2YZ),           false, MODEL_PHASE_MAIL       }, /* 3.3 */
    {SMTP_STAGE_RCPT,        ON(2YZ),           false, MODEL_PHASE_RCPT       }, /* 3.3 */
    {SMTP_STAGE_BDAT,        ON_ALL & ~ON(2YZ), true,  MODEL_PHASE_READY      }, /* RFC 3030 2 */
    {SMTP_STAGE_END_OF_DATA, ON_ALL,            true,  MODEL_PHASE_READY      }, /* RFC 5321 4.1.1.4 */
    {SMTP_STAGE_RSET,        ON(2YZ),           true,  MODEL_PHASE_READY      }, /* 4.1.1.5 */
};

void model_state_follow(struct model_state *state, enum smtp_stage stage, unsigned code)
{
    enum smtp_code_class class = smtp_code_class(code);

    for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++)
        if (moves[i].stage == stage && (moves[i].classes & 1U << class) != 0 &&
            (!moves[i].needs_hello || has_hello(state)))
            state->phase = moves[i].phase;
    if (class != SMTP_CODE_2YZ)
        return;
    if (stage == SMTP_STAGE_RCPT)
        state->accepted++;
    if (stage == SMTP_STAGE_HELO)
        state->offered = (struct smtp_extensions){0};
    if (stage == SMTP_STAGE_AUTH)
        state->authenticated = true;
}

void model_state_take(struct model_state *state, const struct command *command)
{
    const struct command_parameter *body;

    if (command->verb == SMTP_VERB_MAIL) {
        body = command_find_parameter(command, BYTES_LITERAL("BODY"));
        state->binary = body && bytes_equal_nocase(body->value, BYTES_LITERAL("BINARYMIME"));
        state->chunks = false;
        state->mails++;
        state->rcpts = state->accepted = 0;
    } else if (command->verb == SMTP_VERB_RCPT) {
        state->rcpts++;
        if (!model_domains_exceed(&state->domains, command->path,
                                  state->offered.limits.rcpt_domain_max))
            model_domains_add(&state->domains, command->path);
    } else if (command->verb == SMTP_VERB_BDAT) {
        state->chunks = true;
    }
}

unsigned model_replies_due(const struct model_state *state, bool is_chunk)
{
    unsigned accepted = state->phase == MODEL_PHASE_RCPT ? state->accepted : 0;

    if (!state->lmtp)
        return 1;
    /* DATA has been refused without a recipient, or somebody else invited it: one reply then. */
    return accepted > 0 || is_chunk ? accepted : 1;
}

/* ---- paths ------------------------------------------------------------------------------------
 */

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

static bool may_be_8bit(const struct model_state *state)
{
    return smtp_extensions_has(&state->offered, SMTP_EXTENSION_SMTPUTF8);
}

/* One more than the limit that was announced (RFC 9422 4); 0 = none was. */
static bool is_beyond(unsigned count, unsigned max)
{
    return max > 0 && count >= max;
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
    if (is_beyond(state->mails, state->offered.limits.mail_max))
        return MODEL_MAIL_LIMIT;
    return model_answer_parameters(state, command);
}

static enum model_reply answer_rcpt(const struct model_state *state, const struct command *command)
{
    if (!command->path.data)
        return MODEL_RCPT_BAD;
    if (!bytes_equal_nocase(command->path, BYTES_LITERAL("postmaster"))) {
        enum path_fault path = check_path(command->path, may_be_8bit(state));

        if (path != PATH_RIGHT)
            return path == PATH_8BIT ? MODEL_RCPT_8BIT : MODEL_RCPT_ADDRESS;
    }
    if (is_beyond(state->rcpts, state->offered.limits.rcpt_max))
        return MODEL_RCPT_LIMIT;
    if (model_domains_exceed(&state->domains, command->path, state->offered.limits.rcpt_domain_max))
        return MODEL_RCPT_DOMAIN_LIMIT;
    return model_answer_parameters(state, command);
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
    if (!auth_check_knows(&state->auth, mechanism) ||
        !smtp_extensions_has_mechanism(&state->offered, mechanism))
        return MODEL_AUTH_MECHANISM;
    return MODEL_AUTH_PROMPT;
}

/* DATA goes neither with BDAT nor with binary content (RFC 3030 2, 3). */
static enum model_reply answer_data(const struct model_state *state)
{
    if (state->binary)
        return MODEL_DATA_BINARY;
    return state->chunks ? MODEL_DATA_AFTER_BDAT : MODEL_DATA_OK;
}

enum argument { ARGUMENT_NONE, ARGUMENT_SOME, ARGUMENT_CHUNK };

static const struct {
    enum model_reply good; /* to a command in its place … */
    enum argument wanted;  /* … that has the right argument */
    enum model_reply bad;
} arguments[] = {
    {MODEL_EHLO_OK,     ARGUMENT_SOME,  MODEL_EHLO_BAD    }, /* RFC 5321 4.1.1.1 */
    {MODEL_HELO_OK,     ARGUMENT_SOME,  MODEL_HELO_BAD    }, /* RFC 5321 4.1.1.1 */
    {MODEL_LHLO_OK,     ARGUMENT_SOME,  MODEL_LHLO_BAD    }, /* RFC 2033 4.1 */
    {MODEL_ETRN_OK,     ARGUMENT_SOME,  MODEL_ETRN_BAD    }, /* RFC 1985 5 */
    {MODEL_DATA_OK,     ARGUMENT_NONE,  MODEL_DATA_BAD    }, /* RFC 5321 4.1.1 */
    {MODEL_RSET_OK,     ARGUMENT_NONE,  MODEL_RSET_BAD    }, /* RFC 5321 4.1.1.5 */
    {MODEL_QUIT_OK,     ARGUMENT_NONE,  MODEL_QUIT_BAD    }, /* RFC 5321 4.1.1.10 */
    {MODEL_VRFY_OK,     ARGUMENT_SOME,  MODEL_VRFY_BAD    }, /* RFC 5321 4.1.1.6 */
    {MODEL_EXPN_OK,     ARGUMENT_SOME,  MODEL_EXPN_BAD    }, /* RFC 5321 4.1.1.7 */
    {MODEL_BDAT_OK,     ARGUMENT_CHUNK, MODEL_BDAT_BAD    }, /* RFC 3030 2 */
    {MODEL_STARTTLS_OK, ARGUMENT_NONE,  MODEL_STARTTLS_BAD}, /* RFC 3207 4 */
};

static bool has_wanted(const struct command *command, enum argument wanted)
{
    switch (wanted) {
    case ARGUMENT_NONE:
        return command->argument.size == 0;
    case ARGUMENT_SOME:
        return command->argument.size > 0;
    case ARGUMENT_CHUNK:
        return command->has_chunk;
    }
    return false;
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
    if (reply == MODEL_MAIL_OK)
        return answer_mail(state, command);
    if (reply == MODEL_RCPT_OK)
        return answer_rcpt(state, command);
    if (reply == MODEL_AUTH_PROMPT)
        return answer_auth(state, command);
    if (reply == MODEL_DATA_OK && command->argument.size == 0)
        return answer_data(state);
    for (size_t i = 0; i < sizeof(arguments) / sizeof(arguments[0]); i++)
        if (arguments[i].good == reply)
            return has_wanted(command, arguments[i].wanted) ? reply : arguments[i].bad;
    return reply;
}

/* EHLO and HELO are none of LMTP, and LHLO is none of SMTP (RFC 2033 4.1). */
static bool is_hello_of_another_protocol(const struct model_state *state, enum smtp_verb verb)
{
    if (state->lmtp)
        return verb == SMTP_VERB_EHLO || verb == SMTP_VERB_HELO;
    return verb == SMTP_VERB_LHLO;
}

enum model_reply model_answer(const struct model_state *state, const struct command *command)
{
    enum model_reply reply = model_table_reply(command->verb, state->phase);

    if (reply == MODEL_TURNED_AWAY)
        return reply;
    if (is_hello_of_another_protocol(state, command->verb))
        return MODEL_UNKNOWN;
    if (command->verb == SMTP_VERB_ETRN && !offers(state, SMTP_EXTENSION_ETRN))
        return MODEL_UNIMPLEMENTED;
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
            return auth_check_challenge(&state->auth).size > 0 ? MODEL_AUTH_CHALLENGE
                                                               : MODEL_AUTH_PROMPT;
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
    case TRANSCRIPT_DEAF:
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
