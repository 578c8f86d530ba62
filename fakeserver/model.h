/*
 * model.h - a correct RFC 5321 server: what it answers in which state.
 *
 * The state follows the replies that were really sent, whoever wrote them (model_state_follow());
 * the answer is a pure function of state and unit (model_answer()).
 *
 * Shape:   one table of replies, one of state × verb; total.
 * Bounds:  recipients are counted, not kept.
 * Lives:   by value; texts are static.
 * Source:  RFC 5321 3.3, 4.1.4, 4.3.2; RFC 1870; RFC 1985; RFC 2033; RFC 2034; RFC 2852; RFC 3030;
 *          RFC 3207; RFC 3461; RFC 4865; RFC 4954; RFC 6152; RFC 6531; RFC 6710; RFC 8689; RFC
 * 9422.
 */
#ifndef FAKESERVER_MODEL_H
#define FAKESERVER_MODEL_H

#include "base/smtp_extension.h"
#include "fakeserver/auth_check.h"
#include "fakeserver/command.h"

/* name, stage, code, enhanced status code with its blank, text, source */
#define MODEL_REPLY_TABLE(X)                                                                       \
    X(GREETING, GREETING, 220, "", "server.example ESMTP ready", "RFC 5321 3.1")                   \
    X(TURNED_AWAY, OTHER, 503, "5.5.1 ", "no service here, only QUIT", "RFC 5321 3.1")             \
    X(EHLO_OK, EHLO, 250, "", "server.example", "RFC 5321 4.1.1.1")                                \
    X(EHLO_BAD, EHLO, 501, "", "expected EHLO domain", "RFC 5321 4.1.1.1")                         \
    X(LHLO_OK, LHLO, 250, "", "server.example", "RFC 2033 4.1")                                    \
    X(LHLO_BAD, LHLO, 501, "", "expected LHLO domain", "RFC 2033 4.1")                             \
    X(HELO_OK, HELO, 250, "", "server.example", "RFC 5321 4.1.1.1")                                \
    X(HELO_BAD, HELO, 501, "", "expected HELO domain", "RFC 5321 4.1.1.1")                         \
    X(MAIL_OK, MAIL, 250, "2.1.0 ", "sender ok", "RFC 5321 4.1.1.2")                               \
    X(MAIL_NO_HELLO, MAIL, 503, "5.5.1 ", "send EHLO or HELO first", "RFC 5321 4.1.4")             \
    X(MAIL_NESTED, MAIL, 503, "5.5.1 ", "a mail transaction is open", "RFC 5321 4.1.4")            \
    X(MAIL_BAD, MAIL, 501, "5.5.4 ", "expected MAIL FROM:<reverse-path>", "RFC 5321 4.1.1.2")      \
    X(MAIL_ADDRESS, MAIL, 501, "5.1.7 ", "bad reverse-path", "RFC 5321 4.1.2")                     \
    X(MAIL_8BIT, MAIL, 553, "5.6.7 ", "this address needs SMTPUTF8", "RFC 6531 3.5")               \
    X(MAIL_UNKNOWN_PARAMETER, MAIL, 555, "5.5.4 ", "unknown parameter", "RFC 5321 4.1.1.11")       \
    X(MAIL_BAD_PARAMETER, MAIL, 501, "5.5.4 ", "bad value of a parameter", "RFC 5321 4.3.2")       \
    X(MAIL_TOO_LARGE, MAIL, 552, "5.3.4 ", "message too large", "RFC 1870 6.1")                    \
    X(MAIL_DELIVERBY, MAIL, 555, "5.5.4 ", "no delivery within that time", "RFC 2852 4")           \
    X(MAIL_HOLD, MAIL, 501, "5.5.4 ", "not held for so long", "RFC 4865 4.1")                      \
    X(MAIL_REQUIRETLS, MAIL, 530, "5.7.10 ", "REQUIRETLS needs TLS", "RFC 8689 2, 5")              \
    X(MAIL_LIMIT, MAIL, 452, "4.5.3 ", "no more mail in this session", "RFC 9422 4.1")             \
    X(RCPT_OK, RCPT, 250, "2.1.5 ", "recipient ok", "RFC 5321 4.1.1.3")                            \
    X(RCPT_NO_MAIL, RCPT, 503, "5.5.1 ", "send MAIL first", "RFC 5321 4.1.4")                      \
    X(RCPT_BAD, RCPT, 501, "5.5.4 ", "expected RCPT TO:<forward-path>", "RFC 5321 4.1.1.3")        \
    X(RCPT_ADDRESS, RCPT, 501, "5.1.3 ", "bad forward-path", "RFC 5321 4.1.2")                     \
    X(RCPT_8BIT, RCPT, 553, "5.6.7 ", "this address needs SMTPUTF8", "RFC 6531 3.5")               \
    X(RCPT_UNKNOWN_PARAMETER, RCPT, 555, "5.5.4 ", "unknown parameter", "RFC 5321 4.1.1.11")       \
    X(RCPT_BAD_PARAMETER, RCPT, 501, "5.5.4 ", "bad value of a parameter", "RFC 5321 4.3.2")       \
    X(RCPT_LIMIT, RCPT, 452, "4.5.3 ", "too many recipients", "RFC 9422 4.2")                      \
    X(RCPT_DOMAIN_LIMIT, RCPT, 452, "4.5.3 ", "too many domains", "RFC 9422 4.3")                  \
    X(DATA_BINARY, DATA, 503, "5.6.1 ", "BODY=BINARYMIME goes with BDAT only", "RFC 3030 3")       \
    X(DATA_AFTER_BDAT, DATA, 503, "5.5.1 ", "this message comes by BDAT", "RFC 3030 2")            \
    X(DATA_OK, DATA, 354, "", "send the mail data, end with <CRLF>.<CRLF>", "RFC 5321 4.1.1.4")    \
    X(DATA_NO_RCPT, DATA, 503, "5.5.1 ", "no valid recipients", "RFC 5321 3.3")                    \
    X(DATA_BAD, DATA, 501, "5.5.4 ", "DATA has no arguments", "RFC 5321 4.1.1")                    \
    X(CONTENT_OK, END_OF_DATA, 250, "2.0.0 ", "message accepted", "RFC 5321 4.1.1.4")              \
    X(CONTENT_TOO_LARGE, END_OF_DATA, 552, "5.3.4 ", "message too large", "RFC 1870 6.3")          \
    X(CONTENT_NO_RCPT, END_OF_DATA, 554, "5.5.1 ", "no valid recipients", "RFC 2920 3.1")          \
    X(CONTENT_UNINVITED, END_OF_DATA, 503, "5.5.1 ", "no mail data was asked for", "RFC 5321 3.3") \
    X(BDAT_OK, BDAT, 250, "2.0.0 ", "chunk taken", "RFC 3030 2")                                   \
    X(BDAT_NO_RCPT, BDAT, 503, "5.5.1 ", "no valid recipients", "RFC 3030 2")                      \
    X(BDAT_BAD, BDAT, 501, "5.5.4 ", "expected BDAT octets [LAST]", "RFC 3030 2")                  \
    X(BDAT_NOT_OFFERED, BDAT, 502, "5.5.1 ", "BDAT is not offered", "RFC 5321 4.2.4")              \
    X(RSET_OK, RSET, 250, "2.0.0 ", "ok", "RFC 5321 4.1.1.5")                                      \
    X(RSET_BAD, RSET, 501, "5.5.4 ", "RSET has no arguments", "RFC 5321 4.1.1.5")                  \
    X(NOOP_OK, NOOP, 250, "2.0.0 ", "ok", "RFC 5321 4.1.1.9")                                      \
    X(VRFY_OK, VRFY, 252, "2.5.0 ", "try it and see", "RFC 5321 3.5.3")                            \
    X(VRFY_BAD, VRFY, 501, "5.5.4 ", "expected VRFY string", "RFC 5321 4.1.1.6")                   \
    X(EXPN_NOT_OFFERED, EXPN, 502, "5.5.1 ", "EXPN is not offered", "RFC 5321 4.2.4")              \
    X(EXPN_OK, EXPN, 252, "2.5.0 ", "there are no lists here", "RFC 5321 4.3.2")                   \
    X(EXPN_BAD, EXPN, 501, "5.5.4 ", "expected EXPN string", "RFC 5321 4.1.1.7")                   \
    X(HELP_OK, HELP, 214, "2.0.0 ", "see RFC 5321", "RFC 5321 4.1.1.8")                            \
    X(QUIT_OK, QUIT, 221, "2.0.0 ", "bye", "RFC 5321 4.1.1.10")                                    \
    X(QUIT_BAD, QUIT, 501, "5.5.4 ", "QUIT has no arguments", "RFC 5321 4.1.1.10")                 \
    X(STARTTLS_OK, STARTTLS, 220, "2.0.0 ", "ready to start TLS", "RFC 3207 4")                    \
    X(STARTTLS_NO_HELLO, STARTTLS, 503, "5.5.1 ", "send EHLO first", "RFC 3207 4.1")               \
    X(STARTTLS_BAD, STARTTLS, 501, "5.5.4 ", "STARTTLS has no arguments", "RFC 3207 4")            \
    X(STARTTLS_NOT_OFFERED, STARTTLS, 502, "5.5.1 ", "STARTTLS is not offered", "RFC 5321 4.2.4")  \
    X(AUTH_PROMPT, AUTH, 334, "", "", "RFC 4954 4")                                                \
    X(AUTH_CHALLENGE, AUTH, 334, "", "", "RFC 4954 4")                                             \
    X(AUTH_USER, AUTH, 334, "", "VXNlcm5hbWU6", "draft-murchison-sasl-login-00 2.2")               \
    X(AUTH_PASSWORD, AUTH, 334, "", "UGFzc3dvcmQ6", "draft-murchison-sasl-login-00 2.2")           \
    X(AUTH_OK, AUTH, 235, "2.7.0 ", "authenticated", "RFC 4954 6")                                 \
    X(AUTH_WRONG, AUTH, 535, "5.7.8 ", "credentials invalid", "RFC 4954 6")                        \
    X(AUTH_NO_HELLO, AUTH, 503, "5.5.1 ", "send EHLO first", "RFC 4954 4")                         \
    X(AUTH_NOT_NOW, AUTH, 503, "5.5.1 ", "not in a mail transaction", "RFC 4954 4")                \
    X(AUTH_AGAIN, AUTH, 503, "5.5.1 ", "already authenticated", "RFC 4954 4")                      \
    X(AUTH_NOT_OFFERED, AUTH, 502, "5.5.1 ", "AUTH is not offered", "RFC 5321 4.2.4")              \
    X(AUTH_MECHANISM, AUTH, 504, "5.5.4 ", "unknown mechanism", "RFC 4954 4")                      \
    X(AUTH_BAD, AUTH, 501, "5.5.4 ", "expected AUTH mechanism [initial-response]", "RFC 4954 4")   \
    X(AUTH_NOT_BASE64, AUTH, 501, "5.5.2 ", "this is no base64", "RFC 4954 4")                     \
    X(AUTH_CANCELLED, AUTH, 501, "5.7.0 ", "cancelled", "RFC 4954 4")                              \
    X(AUTH_TOO_LONG, AUTH, 500, "5.5.6 ", "line too long", "RFC 4954 4")                           \
    X(ETRN_OK, OTHER, 250, "2.0.0 ", "queuing for this node started", "RFC 1985 5.3")              \
    X(ETRN_BAD, OTHER, 501, "5.5.4 ", "expected ETRN node", "RFC 1985 5.3")                        \
    X(UNIMPLEMENTED, OTHER, 502, "5.5.1 ", "command not implemented", "RFC 5321 4.2.4")            \
    X(UNKNOWN, OTHER, 500, "5.5.2 ", "command not recognized", "RFC 5321 4.2.4")                   \
    X(TOO_LONG, OTHER, 500, "5.5.6 ", "line too long", "RFC 5321 4.5.3.1.9")

enum model_reply {
#define X(name, stage, code, enhanced, text, source) MODEL_##name,
    MODEL_REPLY_TABLE(X)
#undef X
        MODEL_REPLY_COUNT
};

struct model_reply_row {
    enum smtp_stage stage;
    unsigned code;
    struct bytes plain;    /* whole line */
    struct bytes enhanced; /* the same with its enhanced status code */
    const char *source;
};
extern const struct model_reply_row model_replies[MODEL_REPLY_COUNT];

enum model_phase {
    MODEL_PHASE_TURNED_AWAY, /* the greeting was an error: only QUIT is left (RFC 5321 3.1) */
    MODEL_PHASE_START,       /* neither EHLO nor HELO */
    MODEL_PHASE_READY,
    MODEL_PHASE_MAIL, /* a reverse-path was accepted */
    MODEL_PHASE_RCPT, /* and a forward-path */
    MODEL_PHASE_COUNT
};

/* Domains of the RCPT commands of one session, by a hash of each; of more than these it knows no
 * more, and limits none. */
#define MODEL_DOMAINS_MAX 32

struct model_domains {
    uint32_t hashes[MODEL_DOMAINS_MAX];
    unsigned count;
};

struct model_state {
    enum model_phase phase;
    bool secure;
    bool authenticated;
    bool lmtp;                      /* RFC 2033: LHLO, and a reply for each recipient */
    bool binary;                    /* MAIL said BODY=BINARYMIME */
    bool chunks;                    /* a chunk of this message came */
    unsigned mails;                 /* MAIL commands of this session */
    unsigned rcpts;                 /* RCPT commands of this transaction … */
    unsigned accepted;              /* … and those that were accepted */
    struct model_domains domains;   /* within what was announced */
    struct smtp_extensions offered; /* in the last reply to EHLO */
    struct auth_check auth;
};

void model_state_init(struct model_state *state, const struct account *accounts, size_t count);
/* A final reply of this code was sent for that stage. */
void model_state_follow(struct model_state *state, enum smtp_stage stage, unsigned code);
/* The command came, whatever its reply will be: what it says counts from now on. */
void model_state_take(struct model_state *state, const struct command *command);
/* TLS is there: what was known is forgotten (RFC 3207 4.2). */
void model_state_secured(struct model_state *state);

/* One more than may be (RFC 9422 4.3; max 0: any number)? A path without a domain never is. */
bool model_domains_exceed(const struct model_domains *domains, struct bytes path, unsigned max);
void model_domains_add(struct model_domains *domains, struct bytes path);

/* To a command; AUTH as if its credentials were right, and MODEL_AUTH_PROMPT for "go on". */
enum model_reply model_answer(const struct model_state *state, const struct command *command);
/* To what a response or an initial response came to. */
enum model_reply model_answer_auth(const struct model_state *state, enum auth_verdict verdict);
/* Replies to the end of this mail data: one, and with LMTP one for each accepted recipient (RFC
 * 2033 4.2, 4.3). */
unsigned model_replies_due(const struct model_state *state, bool is_chunk);
/* To mail data or the last chunk; content_octets: after transparency is undone. */
enum model_reply model_answer_content(const struct model_state *state, uint64_t content_octets);
/* To the parameters of MAIL or RCPT; MODEL_MAIL_OK, MODEL_RCPT_OK: they are right.
 * (model_parameter.c) */
enum model_reply model_answer_parameters(const struct model_state *state,
                                         const struct command *command);
enum smtp_stage model_stage_of(const struct command *command);

/* One row of the table, for its test. */
enum model_reply model_table_reply(enum smtp_verb verb, enum model_phase phase);

#endif
