/*
 * smtp_extension.h - SMTP service extensions, and the set that one server offers.
 *
 * Shape:   one table of EHLO keywords, one of the MAIL and RCPT parameters that they bring; a set
 *          that is filled from one line of the reply to EHLO at a time.
 * Bounds:  a set never grows: what it does not know is only counted.
 * Lives:   by value; no pointer into the reply is kept.
 * Errors:  ERR_SYNTAX with the column for a line that is no ehlo-line; the set is as it was.
 * Source:  RFC 5321 2.2, 4.1.1.1, 4.1.2, and the RFCs named in the rows.
 */
#ifndef BASE_SMTP_EXTENSION_H
#define BASE_SMTP_EXTENSION_H

#include "base/err.h"
#include "base/smtp_mechanism.h"
#include "base/smtp_verb.h"

#include <stdint.h>

/* keyword, enum name, EHLO parameters (NONE, MAY, MUST), octets that MAIL may be longer, octets
 * that RCPT may be longer, source */
#define SMTP_EXTENSION_TABLE(X)                                                                    \
    X("PIPELINING", PIPELINING, NONE, 0, 0, "RFC 2920 2")                                          \
    X("SIZE", SIZE, MAY, 26, 0, "RFC 1870 3")                                                      \
    X("8BITMIME", 8BITMIME, NONE, 0, 0, "RFC 6152 2")                                              \
    X("ENHANCEDSTATUSCODES", ENHANCEDSTATUSCODES, NONE, 0, 0, "RFC 2034 3")                        \
    X("HELP", HELP, NONE, 0, 0, "RFC 5321 4.1.1.8")                                                \
    X("VRFY", VRFY, NONE, 0, 0, "RFC 5321 3.5.2")                                                  \
    X("EXPN", EXPN, NONE, 0, 0, "RFC 5321 3.5.2")                                                  \
    X("AUTH", AUTH, MAY, 500, 0, "RFC 4954 3")                                                     \
    X("STARTTLS", STARTTLS, NONE, 0, 0, "RFC 3207 2")                                              \
    X("CHUNKING", CHUNKING, NONE, 0, 0, "RFC 3030 2")                                              \
    X("BINARYMIME", BINARYMIME, NONE, 16, 0, "RFC 3030 3")                                         \
    X("SMTPUTF8", SMTPUTF8, NONE, 10, 0, "RFC 6531 3.1")                                           \
    X("DSN", DSN, NONE, 116, 536, "RFC 3461 3, 4")                                                 \
    X("DELIVERBY", DELIVERBY, MAY, 17, 0, "RFC 2852 2")                                            \
    X("FUTURERELEASE", FUTURERELEASE, MUST, 34, 0, "RFC 4865 3")                                   \
    X("MT-PRIORITY", MT_PRIORITY, MAY, 15, 0, "RFC 6710 3")                                        \
    X("REQUIRETLS", REQUIRETLS, NONE, 11, 0, "RFC 8689 2")                                         \
    X("LIMITS", LIMITS, MUST, 0, 0, "RFC 9422 3")                                                  \
    X("BURL", BURL, MAY, 0, 0, "RFC 4468 3.1")                                                     \
    X("MTRK", MTRK, NONE, 147, 507, "RFC 3885 2, 3.1")                                             \
    X("CHECKPOINT", CHECKPOINT, NONE, 88, 0, "RFC 1845 2")                                         \
    X("ETRN", ETRN, NONE, 0, 0, "RFC 1985 2")                                                      \
    X("ATRN", ATRN, MAY, 0, 0, "RFC 2645")                                                         \
    X("SUBMITTER", SUBMITTER, NONE, 266, 0, "RFC 4405")                                            \
    X("NO-SOLICITING", NO_SOLICITING, MAY, 1007, 0, "RFC 3865")                                    \
    X("TURN", TURN, NONE, 0, 0, "RFC 5321 F.1")                                                    \
    X("SEND", SEND, NONE, 0, 0, "RFC 5321 F.6")                                                    \
    X("SOML", SOML, NONE, 0, 0, "RFC 5321 F.6")                                                    \
    X("SAML", SAML, NONE, 0, 0, "RFC 5321 F.6")                                                    \
    X("XCLIENT", XCLIENT, MAY, 0, 0, "private: Postfix")                                           \
    X("XFORWARD", XFORWARD, MAY, 0, 0, "private: Postfix")

enum smtp_extension {
#define X(keyword, id, parameters, mail, rcpt, source) SMTP_EXTENSION_##id,
    SMTP_EXTENSION_TABLE(X)
#undef X
        SMTP_EXTENSION_OTHER, /* none of these */
    SMTP_EXTENSION_COUNT
};

const char *smtp_extension_keyword(enum smtp_extension extension); /* OTHER: "?" */
enum smtp_extension smtp_extension_from(struct bytes keyword);
const char *smtp_extension_source(enum smtp_extension extension);

enum smtp_parameter_value { SMTP_PARAMETER_NONE, SMTP_PARAMETER_MAY, SMTP_PARAMETER_MUST };
/* May parameters follow the EHLO keyword? */
enum smtp_parameter_value smtp_extension_parameters(enum smtp_extension extension);

/* parameter keyword, of MAIL or RCPT, the extension, its value (NONE, MAY, MUST), source */
#define SMTP_PARAMETER_TABLE(X)                                                                    \
    X("SIZE", MAIL, SIZE, MUST, "RFC 1870 4")                                                      \
    X("BODY", MAIL, 8BITMIME, MUST, "RFC 6152 2")                                                  \
    X("BODY", MAIL, BINARYMIME, MUST, "RFC 3030 3")                                                \
    X("AUTH", MAIL, AUTH, MUST, "RFC 4954 5")                                                      \
    X("SMTPUTF8", MAIL, SMTPUTF8, NONE, "RFC 6531 3.4")                                            \
    X("RET", MAIL, DSN, MUST, "RFC 3461 4.3")                                                      \
    X("ENVID", MAIL, DSN, MUST, "RFC 3461 4.4")                                                    \
    X("NOTIFY", RCPT, DSN, MUST, "RFC 3461 4.1")                                                   \
    X("ORCPT", RCPT, DSN, MUST, "RFC 3461 4.2")                                                    \
    X("BY", MAIL, DELIVERBY, MUST, "RFC 2852 4")                                                   \
    X("HOLDFOR", MAIL, FUTURERELEASE, MUST, "RFC 4865 3")                                          \
    X("HOLDUNTIL", MAIL, FUTURERELEASE, MUST, "RFC 4865 3")                                        \
    X("MT-PRIORITY", MAIL, MT_PRIORITY, MUST, "RFC 6710 3")                                        \
    X("REQUIRETLS", MAIL, REQUIRETLS, NONE, "RFC 8689 2")                                          \
    X("MTRK", MAIL, MTRK, MUST, "RFC 3885 2, 3.1")                                                 \
    X("ENVID", MAIL, MTRK, MUST, "RFC 3885 2")                                                     \
    X("ORCPT", RCPT, MTRK, MUST, "RFC 3885 2")                                                     \
    X("TRANSID", MAIL, CHECKPOINT, MUST, "RFC 1845 2")                                             \
    X("SUBMITTER", MAIL, SUBMITTER, MUST, "RFC 4405")                                              \
    X("SOLICIT", MAIL, NO_SOLICITING, MUST, "RFC 3865")

struct smtp_parameter {
    const char *keyword;
    enum smtp_verb verb; /* MAIL or RCPT */
    enum smtp_extension extension;
    enum smtp_parameter_value value;
    const char *source;
};

extern const struct smtp_parameter smtp_parameters[];
extern const size_t smtp_parameter_count;

/* RFC 9422 4; 0 = no such limit. */
struct smtp_limits {
    unsigned mail_max;        /* MAIL commands of one session */
    unsigned rcpt_max;        /* RCPT commands of one transaction */
    unsigned rcpt_domain_max; /* different domains in the RCPT commands of one session */
};

/* What one server offers. Zeroed it is the empty set. */
struct smtp_extensions {
    uint64_t offered;          /* a bit for each enum smtp_extension */
    uint32_t mechanisms;       /* a bit for each enum smtp_mechanism, OTHER too */
    uint64_t size_octets;      /* SIZE parameter; 0 = no fixed maximum (RFC 1870 3, 4) */
    unsigned lines;            /* keyword lines taken, known or not */
    bool auth_legacy;          /* "AUTH=": the form of before RFC 2554, counted as AUTH too */
    uint32_t deliverby_min_s;  /* DELIVERBY: the least by-time of mode R (RFC 2852 2); 0 = none */
    uint32_t holdfor_max_s;    /* FUTURERELEASE (RFC 4865 3); 0 = not said */
    uint64_t holduntil_max_s;  /* the same, since 1970; 0 = not said */
    struct smtp_limits limits; /* LIMITS (RFC 9422) */
};

/*
 * One line of the reply to EHLO after the first, without code, separator and CRLF. AUTH twice adds
 * up; a later SIZE takes the place of an earlier one. Whatever the keyword, its parameters are held
 * to the ABNF, except that runs of SP and SP at the end are let through: real servers send them. A
 * SIZE that is no number counts as SIZE without one. What is malformed behind DELIVERBY,
 * FUTURERELEASE and LIMITS counts as not said.
 */
bool smtp_extensions_add(struct smtp_extensions *set, struct bytes line, struct err *err);
bool smtp_extensions_has(const struct smtp_extensions *set, enum smtp_extension extension);
/* The parts of smtp_extensions_add() that read the parameters of one keyword. */
void smtp_extensions_read_deliverby(struct smtp_extensions *set, struct bytes parameters);
void smtp_extensions_read_futurerelease(struct smtp_extensions *set, struct bytes parameters);
void smtp_extensions_read_limits(struct smtp_extensions *set, struct bytes parameters);
bool smtp_extensions_has_mechanism(const struct smtp_extensions *set,
                                   enum smtp_mechanism mechanism);
/* The longest MAIL or RCPT line, with CRLF, after what is offered (RFC 5321 4.5.3.1.4); for any
 * other verb the plain maximum. */
size_t smtp_extensions_line_octets_max(const struct smtp_extensions *set, enum smtp_verb verb);
/* The parameter is brought by an extension that is offered (RFC 5321 4.1.1.3: none other may be
 * sent). NULL: none is. BODY=BINARYMIME is told from BODY=8BITMIME by its value. */
const struct smtp_parameter *smtp_extensions_find_parameter(const struct smtp_extensions *set,
                                                            enum smtp_verb verb,
                                                            struct bytes keyword,
                                                            struct bytes value);

#endif
