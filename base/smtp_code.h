/*
 * smtp_code.h - reply codes: the first digit decides, the rest is for people.
 *
 * Shape:   a code is a number 0 to 999 as received; the table knows those that an RFC names.
 * Source:  RFC 5321 4.2, 4.2.1, 4.2.3 and the extensions named in the rows.
 */
#ifndef BASE_SMTP_CODE_H
#define BASE_SMTP_CODE_H

#include "base/bytes.h"

enum smtp_code_class {
    SMTP_CODE_OTHER, /* first digit not 2 to 5: fatal for the transaction (RFC 5321 4.2) */
    SMTP_CODE_2YZ,   /* positive completion */
    SMTP_CODE_3YZ,   /* positive intermediate */
    SMTP_CODE_4YZ,   /* transient negative completion */
    SMTP_CODE_5YZ,   /* permanent negative completion */
    SMTP_CODE_CLASS_COUNT
};

enum smtp_code_class smtp_code_class(unsigned code);
const char *smtp_code_class_word(enum smtp_code_class class); /* "2yz" … "5yz", "out of range" */
/* Reply-code of the ABNF: first digit 2 to 5, second 0 to 5 (RFC 5321 4.2). */
bool smtp_code_is_grammatical(unsigned code);
/* Three digits at the start, whatever they are; false leaves *ret alone. */
bool smtp_code_from(struct bytes text, unsigned *ret);

/* code, meaning in a few words, source */
#define SMTP_CODE_TABLE(X)                                                                         \
    X(211, "system status or system help", "RFC 5321 4.2.3")                                       \
    X(214, "help message", "RFC 5321 4.2.3")                                                       \
    X(220, "service ready", "RFC 5321 4.2.3; RFC 3207 4")                                          \
    X(221, "service closing transmission channel", "RFC 5321 4.2.3")                               \
    X(235, "authentication succeeded", "RFC 4954 6")                                               \
    X(250, "requested mail action okay, completed", "RFC 5321 4.2.3")                              \
    X(251, "user not local, will forward", "RFC 5321 4.2.3, 3.4")                                  \
    X(252, "cannot verify user, but will accept message", "RFC 5321 4.2.3, 3.5.3")                 \
    X(253, "pending messages for node started", "RFC 1985 5.1")                                    \
    X(334, "server challenge", "RFC 4954 4")                                                       \
    X(354, "start mail input", "RFC 5321 4.2.3")                                                   \
    X(421, "service not available, closing transmission channel", "RFC 5321 4.2.3, 3.8")           \
    X(422, "a password transition is needed (with 4.7.12)", "RFC 5248 2.4")                        \
    X(432, "a password transition is needed", "RFC 4954 6")                                        \
    X(450, "mailbox unavailable, try later", "RFC 5321 4.2.3")                                     \
    X(451, "local error in processing", "RFC 5321 4.2.3")                                          \
    X(452, "insufficient system storage or too many recipients", "RFC 5321 4.2.3, 4.5.3.1.10")     \
    X(453, "no mail to turn around", "RFC 2645")                                                   \
    X(454, "temporary authentication failure or TLS not available", "RFC 4954 6; RFC 3207 4")      \
    X(455, "server unable to accommodate parameters", "RFC 5321 4.2.3, 4.1.1.11")                  \
    X(458, "unable to queue messages for node", "RFC 1985 5.1")                                    \
    X(459, "node not allowed", "RFC 1985 5.1")                                                     \
    X(500, "syntax error, command unrecognized", "RFC 5321 4.2.3")                                 \
    X(501, "syntax error in parameters or arguments", "RFC 5321 4.2.3")                            \
    X(502, "command not implemented", "RFC 5321 4.2.3, 4.2.4")                                     \
    X(503, "bad sequence of commands", "RFC 5321 4.2.3")                                           \
    X(504, "command parameter not implemented", "RFC 5321 4.2.3")                                  \
    X(521, "host does not accept mail", "RFC 7504 3")                                              \
    X(523, "encryption needed (with 5.7.10)", "RFC 5248 2.4")                                      \
    X(524, "encryption required for the mechanism (with 5.7.11)", "RFC 5248 2.4")                  \
    X(525, "user account disabled (with 5.7.13)", "RFC 5248 2.4")                                  \
    X(530, "authentication required or STARTTLS first", "RFC 4954 6; RFC 3207 4")                  \
    X(534, "authentication mechanism is too weak", "RFC 4954 6")                                   \
    X(535, "authentication credentials invalid", "RFC 4954 6")                                     \
    X(538, "encryption required for the mechanism", "RFC 4954 6")                                  \
    X(550, "mailbox unavailable, or refused for policy", "RFC 5321 4.2.3")                         \
    X(551, "user not local, try another path", "RFC 5321 4.2.3, 3.4")                              \
    X(552, "exceeded storage allocation", "RFC 5321 4.2.3; RFC 1870 6.2")                          \
    X(553, "mailbox name not allowed", "RFC 5321 4.2.3")                                           \
    X(554, "transaction failed, or no SMTP service here", "RFC 5321 4.2.3")                        \
    X(555, "MAIL or RCPT parameters not recognized", "RFC 5321 4.2.3, 4.1.1.11")                   \
    X(556, "domain does not accept mail", "RFC 7504 4")

struct smtp_code {
    unsigned code;
    const char *meaning;
    const char *source;
};

extern const struct smtp_code smtp_codes[]; /* ascending */
extern const size_t smtp_code_count;
const struct smtp_code *smtp_code_find(unsigned code); /* NULL: no RFC names it */

#endif
