/*
 * sasl_demand.h - words of SASL: what a server is asked to do wrong, what a client did.
 *
 * Shape:   two tables; a plain struct.
 * Source:  the section in each row.
 */
#ifndef FAKESERVER_SASL_DEMAND_H
#define FAKESERVER_SASL_DEMAND_H

#include "base/bytes.h"

/* enum name, word, what the server does; success is claimed in the end (235) unless it says more */
#define SASL_FAULT_TABLE(X)                                                                        \
    X(NONE, "none", "nothing out of the ordinary")                                                 \
    X(WRONG_SIGNATURE, "wrong-signature", "its own proof (v=, rspauth=) has a bit changed")        \
    X(NO_SIGNATURE, "no-signature", "it leaves its own proof out")                                 \
    X(ERROR, "error", "it sends e=other-error in the place of its proof")                          \
    X(OTHER_NONCE, "other-nonce", "r= does not begin with the client's nonce")                     \
    X(SAME_NONCE, "same-nonce", "r= is the client's nonce and no more")                            \
    X(EXTENSION, "extension", "m=, which no client knows, comes before r=")                        \
    X(ATTRIBUTE, "attribute", "an attribute that is optional comes behind i=")                     \
    X(LONG, "long", "its challenge has as many octets as a line may (RFC 4954 4)")                 \
    X(NO_NONCE, "no-nonce", "DIGEST-MD5 without a nonce")                                          \
    X(NONCE_TWICE, "nonce-twice", "DIGEST-MD5 with two nonces")                                    \
    X(MORE_QOP, "more-qop", "DIGEST-MD5 with a qop that nobody knows beside auth")                 \
    X(OTHER_QOP, "other-qop", "DIGEST-MD5 with no qop but one that nobody knows")                  \
    X(REFUSE, "refuse", "it refuses whatever is right")

enum sasl_fault {
#define X(id, word, says) SASL_FAULT_##id,
    SASL_FAULT_TABLE(X)
#undef X
        SASL_FAULT_COUNT
};

/* The line `sasl` of a scenario; zeroed it asks for nothing. */
struct sasl_demand {
    enum sasl_fault fault;
    struct bytes iterations; /* of SCRAM, as a text; empty: 4096 */
};

/* enum name, word in a transcript, what a client did, source */
#define SASL_REMARK_TABLE(X)                                                                       \
    X(NONE, "-", "nothing to be said of", "")                                                      \
    X(PLAIN_NUL, "plain-nul", "more than two NULs in PLAIN", "RFC 4616 2")                         \
    X(PLAIN_EMPTY, "plain-empty", "no user name or no password in PLAIN", "RFC 4616 2")            \
    X(CRAM_FORM, "cram-form", "no `user digest` of 32 lower-case digits", "RFC 2195 2")            \
    X(CRAM_PROOF, "cram-proof", "a digest that does not verify", "RFC 2195 2")                     \
    X(DIGEST_FORM, "digest-form", "no digest-response", "RFC 2831 2.1.2")                          \
    X(DIGEST_COUNT, "digest-count", "nc is not 00000001", "RFC 2831 2.1.2")                        \
    X(DIGEST_URI, "digest-uri", "digest-uri is not smtp/host", "RFC 2831 2.1.2")                   \
    X(DIGEST_QOP, "digest-qop", "a qop that was not offered", "RFC 2831 2.1.2")                    \
    X(DIGEST_NONCE, "digest-nonce", "another nonce than the server's, or no cnonce",               \
      "RFC 2831 2.1.2")                                                                            \
    X(DIGEST_PROOF, "digest-proof", "a response that does not verify", "RFC 2831 2.1.2")           \
    X(GS2_HEADER, "gs2-header", "a GS2 header that is none", "RFC 5801 4; RFC 5802 7")             \
    X(GS2_BINDING, "gs2-binding", "a channel binding flag that is not the mechanism's",            \
      "RFC 5802 6")                                                                                \
    X(GS2_NO_BINDING, "gs2-no-binding", "the flag n inside TLS", "RFC 5802 6")                     \
    X(SCRAM_USER, "scram-user", "no user name, or one with = or , as they are", "RFC 5802 5.1")    \
    X(SCRAM_NONCE, "scram-nonce", "no nonce of printable octets, or a short one", "RFC 5802 5.1")  \
    X(SCRAM_BINDING, "scram-binding", "c= is not the header and the binding", "RFC 5802 5.1, 6")   \
    X(SCRAM_OTHER_NONCE, "scram-other-nonce", "r= is not the server's", "RFC 5802 5.1")            \
    X(SCRAM_FORM, "scram-form", "no client-final-message", "RFC 5802 7")                           \
    X(SCRAM_PROOF, "scram-proof", "a proof that does not verify", "RFC 5802 3")                    \
    X(SCRAM_GOES_ON, "scram-goes-on", "a proof in answer to a challenge that is none",             \
      "RFC 5802 5.1")                                                                              \
    X(LAST_RESPONSE, "last-response", "more than an empty response to the server's proof",         \
      "RFC 4954 4; RFC 5802 5")                                                                    \
    X(OAUTH_FORM, "oauth-form", "no client-resp with auth=Bearer", "RFC 7628 3.1")                 \
    X(OAUTH_TOKEN, "oauth-token", "another token", "RFC 7628 3.1")                                 \
    X(OAUTH_ERROR, "oauth-error", "neither %x01 nor * after an error", "RFC 7628 3.2.3")           \
    X(EXTERNAL_IDENTITY, "external-identity", "another identity, or no certificate", "RFC 4422 A")

enum sasl_remark {
#define X(id, word, says, source) SASL_REMARK_##id,
    SASL_REMARK_TABLE(X)
#undef X
        SASL_REMARK_COUNT
};

const char *sasl_fault_word(enum sasl_fault fault);
bool sasl_fault_from_word(struct bytes word, enum sasl_fault *ret);
const char *sasl_remark_word(enum sasl_remark remark);
const char *sasl_remark_says(enum sasl_remark remark);
bool sasl_remark_from_word(struct bytes word, enum sasl_remark *ret);

#endif
