/*
 * smtp_verb.h - the commands of SMTP, and the stages of a session.
 *
 * Verbs compare without case (RFC 5321 2.4).
 */
#ifndef BASE_SMTP_VERB_H
#define BASE_SMTP_VERB_H

#include "base/bytes.h"

#define SMTP_VERB_TABLE(X) /* name, ends a command group (RFC 2920 3.1), source */                 \
    X(EHLO, true, "RFC 5321 4.1.1.1")                                                              \
    X(HELO, true, "RFC 5321 4.1.1.1")                                                              \
    X(LHLO, true, "RFC 2033 4.1")                                                                  \
    X(MAIL, false, "RFC 5321 4.1.1.2")                                                             \
    X(RCPT, false, "RFC 5321 4.1.1.3")                                                             \
    X(DATA, true, "RFC 5321 4.1.1.4")                                                              \
    X(BDAT, false, "RFC 3030 2")                                                                   \
    X(BURL, true, "RFC 4468 3")                                                                    \
    X(RSET, false, "RFC 5321 4.1.1.5")                                                             \
    X(VRFY, true, "RFC 5321 4.1.1.6")                                                              \
    X(EXPN, true, "RFC 5321 4.1.1.7")                                                              \
    X(HELP, true, "RFC 5321 4.1.1.8")                                                              \
    X(NOOP, true, "RFC 5321 4.1.1.9")                                                              \
    X(QUIT, true, "RFC 5321 4.1.1.10")                                                             \
    X(STARTTLS, true, "RFC 3207 4")                                                                \
    X(AUTH, true, "RFC 4954 4")                                                                    \
    X(ETRN, true, "RFC 1985 5")                                                                    \
    X(ATRN, true, "RFC 2645 5.2.1")                                                                \
    X(TURN, true, "RFC 5321 F.1")                                                                  \
    X(SEND, true, "RFC 5321 F.6")                                                                  \
    X(SOML, true, "RFC 5321 F.6")                                                                  \
    X(SAML, true, "RFC 5321 F.6")                                                                  \
    X(XCLIENT, true, "private")

enum smtp_verb {
#define X(name, ends_group, source) SMTP_VERB_##name,
    SMTP_VERB_TABLE(X)
#undef X
        SMTP_VERB_OTHER, /* none of these */
    SMTP_VERB_COUNT
};

const char *smtp_verb_word(enum smtp_verb verb);  /* upper case; OTHER: "?" */
enum smtp_verb smtp_verb_from(struct bytes word); /* the whole word */
bool smtp_verb_ends_group(enum smtp_verb verb);

#define SMTP_STAGE_TABLE(X) /* enum name, word: the rows of the reply-code table */                \
    X(GREETING, "greeting")                                                                        \
    X(EHLO, "EHLO")                                                                                \
    X(HELO, "HELO")                                                                                \
    X(LHLO, "LHLO")                                                                                \
    X(STARTTLS, "STARTTLS")                                                                        \
    X(AUTH, "AUTH")                                                                                \
    X(MAIL, "MAIL")                                                                                \
    X(RCPT, "RCPT")                                                                                \
    X(DATA, "DATA")                                                                                \
    X(END_OF_DATA, "end-of-data")                                                                  \
    X(BDAT, "BDAT")                                                                                \
    X(RSET, "RSET")                                                                                \
    X(NOOP, "NOOP")                                                                                \
    X(VRFY, "VRFY")                                                                                \
    X(EXPN, "EXPN")                                                                                \
    X(HELP, "HELP")                                                                                \
    X(QUIT, "QUIT")                                                                                \
    X(OTHER, "other")

enum smtp_stage {
#define X(name, word) SMTP_STAGE_##name,
    SMTP_STAGE_TABLE(X)
#undef X
        SMTP_STAGE_COUNT
};

const char *smtp_stage_word(enum smtp_stage stage);
bool smtp_stage_from_word(struct bytes word, enum smtp_stage *ret); /* without case */
enum smtp_stage smtp_stage_of_verb(enum smtp_verb verb);

#endif
