/*
 * capability.h - what a client may or may not be able to do: the words of `can` and `needs`.
 *
 * A scenario that needs what a client lacks is unsupported there, not failed.
 */
#ifndef HARNESS_RECIPE_CAPABILITY_H
#define HARNESS_RECIPE_CAPABILITY_H

#include "base/bytes.h"

#include <stdint.h>

#define CAPABILITY_TABLE(X) /* enum name, word, what it says of the client */                      \
    X(HELO, "helo", "opens with HELO, or falls back to it")                                        \
    X(EHLO, "ehlo", "opens with EHLO")                                                             \
    X(DOMAIN, "domain", "takes the domain that it gives in EHLO")                                  \
    X(AUTH, "auth", "authenticates when it is given credentials")                                  \
    X(AUTH_PLAIN, "auth-plain", "knows AUTH PLAIN")                                                \
    X(AUTH_LOGIN, "auth-login", "knows AUTH LOGIN")                                                \
    X(AUTH_CRAM_MD5, "auth-cram-md5", "knows AUTH CRAM-MD5")                                       \
    X(AUTH_DIGEST_MD5, "auth-digest-md5", "knows AUTH DIGEST-MD5")                                 \
    X(AUTH_SCRAM_SHA_1, "auth-scram-sha-1", "knows AUTH SCRAM-SHA-1")                              \
    X(AUTH_SCRAM_SHA_256, "auth-scram-sha-256", "knows AUTH SCRAM-SHA-256")                        \
    X(AUTH_SCRAM_SHA_1_PLUS, "auth-scram-sha-1-plus", "knows AUTH SCRAM-SHA-1-PLUS")               \
    X(AUTH_SCRAM_SHA_256_PLUS, "auth-scram-sha-256-plus", "knows AUTH SCRAM-SHA-256-PLUS")         \
    X(AUTH_EXTERNAL, "auth-external", "knows AUTH EXTERNAL")                                       \
    X(AUTH_XOAUTH2, "auth-xoauth2", "knows AUTH XOAUTH2")                                          \
    X(AUTH_OAUTHBEARER, "auth-oauthbearer", "knows AUTH OAUTHBEARER")                              \
    X(AUTH_EMPTY_RESPONSE, "auth-empty-response", "sends a first response after a 334")            \
    X(MECHANISM, "mechanism", "can be told which AUTH mechanism to use")                           \
    X(MULTIPLE_RECIPIENTS, "multiple-recipients", "sends one message to several recipients")       \
    X(PARTIAL_DELIVERY, "partial-delivery", "goes on without the recipients that are refused")     \
    X(NULL_SENDER, "null-sender", "sends with the null reverse-path <>")                           \
    X(QUOTED_LOCAL_PART, "quoted-local-part", "takes a mailbox with a quoted local part")          \
    X(MESSAGE_HEADER, "message-header", "takes the header of the message, and adds to it at most") \
    X(MESSAGE_VERBATIM, "message-verbatim", "sends the header and the body as it was given them")  \
    X(MESSAGE_LF, "message-lf", "takes a message whose lines end in LF")                           \
    X(LARGE_MESSAGE, "large-message", "takes a message of many megabytes")                         \
    X(PIPELINING, "pipelining", "uses PIPELINING where it is offered")                             \
    X(SIZE, "size", "uses SIZE where it is offered")                                               \
    X(EIGHTBITMIME, "8bitmime", "uses 8BITMIME where it is offered")                               \
    X(ENHANCED_STATUS_CODES, "enhancedstatuscodes", "reads enhanced status codes")                 \
    X(QUIT, "quit", "ends its sessions with QUIT")                                                 \
    X(TIMEOUT, "timeout", "takes a time limit for its waits")                                      \
    X(COMMAND_TIMEOUT, "command-timeout", "takes that limit for each reply, not for the whole")    \
    X(BEFORE_NOOP, "before-noop", "can be told to send NOOP before the mail")                      \
    X(BEFORE_VRFY, "before-vrfy", "can be told to send VRFY before the mail")                      \
    X(BEFORE_RSET, "before-rset", "can be told to send RSET before the mail")                      \
    X(PER_RECIPIENT, "per-recipient", "says what became of each recipient")                        \
    X(REPORT_CODE, "report-code", "tells its user the reply code")                                 \
    X(STARTTLS, "starttls", "uses STARTTLS")                                                       \
    X(TLS, "tls", "connects with implicit TLS")                                                    \
    X(CHUNKING, "chunking", "sends BDAT where CHUNKING is offered")                                \
    X(BINARYMIME, "binarymime", "sends binary content where BINARYMIME is offered")                \
    X(SMTPUTF8, "smtputf8", "uses SMTPUTF8 where it is offered")                                   \
    X(DSN, "dsn", "asks for delivery status notifications")                                        \
    X(DELIVERBY, "deliverby", "asks for delivery within a time")                                   \
    X(FUTURERELEASE, "futurerelease", "asks for release at a later time")                          \
    X(MT_PRIORITY, "mt-priority", "asks for a priority")                                           \
    X(REQUIRETLS, "requiretls", "asks for TLS on the whole way")                                   \
    X(LIMITS, "limits", "keeps to the LIMITS that a server announces")                             \
    X(LMTP, "lmtp", "speaks LMTP")                                                                 \
    X(MESSAGES, "messages", "sends several messages in one run")                                   \
    X(TLS_OPPORTUNISTIC, "tls-opportunistic", "uses STARTTLS where it is offered, with anybody")   \
    X(TLS_ADDRESS, "tls-address", "verifies a server that it knows by its address alone")          \
    X(TLS_NAME, "tls-name", "verifies a name that it is told, not the host it connects to")        \
    X(RETRY, "retry", "tries again, as often as it is told, what failed for now")

enum capability {
#define X(name, word, says) CAPABILITY_##name,
    CAPABILITY_TABLE(X)
#undef X
        CAPABILITY_COUNT
};

#define CAPABILITY_BIT(capability) (UINT64_C(1) << (capability))

const char *capability_word(enum capability capability);
const char *capability_says(enum capability capability);
bool capability_from_word(struct bytes word, enum capability *ret);
/* The known word nearest to this one; NULL when none is near. */
const char *capability_nearest(struct bytes word);

#endif
