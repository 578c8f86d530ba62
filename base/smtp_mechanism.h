/*
 * smtp_mechanism.h - SASL mechanisms that are seen with SMTP.
 *
 * Names compare without case (RFC 4954 8), though they are registered in upper case (RFC 4422 3.1).
 */
#ifndef BASE_SMTP_MECHANISM_H
#define BASE_SMTP_MECHANISM_H

#include "base/bytes.h"

/* name, enum name, the client begins (may send an initial response), what is sent can be used again
 * by whoever reads it, source */
#define SMTP_MECHANISM_TABLE(X)                                                                    \
    X("PLAIN", PLAIN, true, true, "RFC 4616 2")                                                    \
    X("LOGIN", LOGIN, false, true, "draft-murchison-sasl-login-00 2")                              \
    X("CRAM-MD5", CRAM_MD5, false, false, "RFC 2195 2")                                            \
    X("DIGEST-MD5", DIGEST_MD5, false, false, "RFC 2831 2.1; RFC 6331: historic")                  \
    X("SCRAM-SHA-1", SCRAM_SHA_1, true, false, "RFC 5802 5")                                       \
    X("SCRAM-SHA-1-PLUS", SCRAM_SHA_1_PLUS, true, false, "RFC 5802 5, 6")                          \
    X("SCRAM-SHA-256", SCRAM_SHA_256, true, false, "RFC 7677 3")                                   \
    X("SCRAM-SHA-256-PLUS", SCRAM_SHA_256_PLUS, true, false, "RFC 7677 3")                         \
    X("SCRAM-SHA-512", SCRAM_SHA_512, true, false, "RFC 5802 4")                                   \
    X("SCRAM-SHA-512-PLUS", SCRAM_SHA_512_PLUS, true, false, "RFC 5802 4")                         \
    X("EXTERNAL", EXTERNAL, true, false, "RFC 4422 A")                                             \
    X("ANONYMOUS", ANONYMOUS, true, false, "RFC 4505")                                             \
    X("OAUTHBEARER", OAUTHBEARER, true, true, "RFC 7628 3")                                        \
    X("XOAUTH2", XOAUTH2, true, true, "private: Google")                                           \
    X("XOAUTH", XOAUTH, true, true, "private: Google")                                             \
    X("OAUTH10A", OAUTH10A, true, false, "RFC 7628 3")                                             \
    X("PLAIN-CLIENTTOKEN", PLAIN_CLIENTTOKEN, true, true, "private: Google")                       \
    X("GSSAPI", GSSAPI, true, false, "RFC 4752")                                                   \
    X("GS2-KRB5", GS2_KRB5, true, false, "RFC 5801 2")                                             \
    X("NTLM", NTLM, true, false, "private: Microsoft")                                             \
    X("KERBEROS_V4", KERBEROS_V4, false, false, "RFC 2222")

enum smtp_mechanism {
#define X(name, id, client_first, reusable_secret, source) SMTP_MECHANISM_##id,
    SMTP_MECHANISM_TABLE(X)
#undef X
        SMTP_MECHANISM_OTHER, /* none of these */
    SMTP_MECHANISM_COUNT
};

const char *smtp_mechanism_name(enum smtp_mechanism mechanism); /* OTHER: "?" */
enum smtp_mechanism smtp_mechanism_from(struct bytes name);
bool smtp_mechanism_is_client_first(enum smtp_mechanism mechanism);
/* A password or token crosses the wire in a form that anyone could use again. */
bool smtp_mechanism_sends_secret(enum smtp_mechanism mechanism);
/* sasl-mech: 1 to 20 of A-Z 0-9 "-" "_" (RFC 4422 3.1); lower case is let through. */
bool smtp_mechanism_is_name(struct bytes name);

#endif
