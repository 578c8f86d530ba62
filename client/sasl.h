/*
 * sasl.h - the client's side of a SASL exchange.
 *
 * Shape:   sasl_choose() a mechanism, sasl_start() it, then sasl_step() with each decoded
 *          challenge. A mechanism is a row of a table: PLAIN, LOGIN, EXTERNAL, OAUTHBEARER and
 *          XOAUTH2 are written here (sasl_plain.c, sasl_oauth.c), and so are the messages of SCRAM
 *          (sasl_scram.c); its keys, CRAM-MD5, DIGEST-MD5 and SASLprep are GNU SASL's.
 * Bounds:  a response of SASL_RESPONSE_OCTETS_MAX octets before base64; SCRAM with no more than
 *          SASL_ITERATIONS_MAX iterations, so that no server can keep us computing.
 * Lives:   credentials are borrowed as long as the exchange, the channel until sasl_start().
 * Memory:  GNU SASL allocates in each step, and so does SASLprep here for its strings, the one
 * exception to the law that an engine allocates when made; running out of memory there is
 * ERR_MEMORY. Its nonces come from its own gsasl_nonce(), the one source of chance in this floor: a
 * test puts its own function of that name before it. Errors:  ERR_SYNTAX a NUL, an empty user name
 * or password where the mechanism forbids it, or a name that SASLprep forbids; ERR_PROTOCOL a
 * challenge that the mechanism does not know or whose proof is wrong; ERR_LIMIT; ERR_MEMORY.
 * Source:  RFC 4422 5, A (EXTERNAL); RFC 4616 (PLAIN); draft-murchison-sasl-login-00 (LOGIN);
 *          RFC 2195; RFC 2831; RFC 5802; RFC 7677; RFC 7628; RFC 4013.
 */
#ifndef CLIENT_SASL_H
#define CLIENT_SASL_H

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/smtp_mechanism.h"
#include "base/tls.h"

#include <stdint.h>

enum {
    SASL_RESPONSE_OCTETS_MAX = 9213, /* its base64 and CRLF fit SMTP_AUTH_LINE_OCTETS_MAX */
    SASL_ITERATIONS_MAX = 1000000
};

/* What there is decides which mechanisms can be used: a password, a token, or only the certificate
 * that the TLS session was made with. */
struct sasl_credentials {
    struct bytes authorization; /* identity to act as; empty: that of the user (RFC 4616 2) */
    struct bytes user;
    struct bytes password;
    struct bytes token; /* bearer token of OAuth 2.0, in place of a password */
    bool certificate;   /* TLS shows a certificate of ours: EXTERNAL may do */
    struct bytes host;  /* of the server, as it is known to us (RFC 2831 2.1.2, RFC 7628 3.1) */
    unsigned port;      /* 0: not known */
};

/* The channel binding of the TLS session that is used. */
struct sasl_channel {
    enum tls_binding type;
    struct bytes binding; /* empty: none is to be had */
    bool plus_offered;    /* the server offers some mechanism that is bound (RFC 5802 6) */
};

struct sasl {
    const struct sasl_credentials *credentials;
    struct sasl_channel channel;
    enum smtp_mechanism mechanism;
    unsigned steps_taken;
    bool complete;
    bool refused;        /* OAuth: the server said in a challenge that it does not take the token */
    bool disproved;      /* the server failed to prove that it knows the password */
    size_t nonce_octets; /* SCRAM: of our own, at the end of the first message */
    struct buf message;  /* SCRAM: AuthMessage */
    struct buf scratch;
    struct hash_digest server_signature;
    void *library; /* Gsasl */
    void *session; /* Gsasl_session; NULL: none runs */
};

bool sasl_init(struct sasl *sasl, const struct sasl_credentials *credentials); /* false: memory */
void sasl_release(struct sasl *sasl);

bool sasl_is_known(enum smtp_mechanism mechanism);
/* The best mechanism of the set (a bit for each enum smtp_mechanism) for these credentials on this
 * channel; OTHER: none fits. Mechanisms whose octets give a secret away count only with
 * secrets_allowed. */
enum smtp_mechanism sasl_choose(const struct sasl *sasl, uint32_t offered, bool secrets_allowed);

bool sasl_start(struct sasl *sasl, enum smtp_mechanism mechanism, struct err *err);
/* Replaces *response. The first step of a mechanism in which the client begins takes an empty
 * challenge. */
bool sasl_step(struct sasl *sasl, struct bytes challenge, struct buf *response, struct err *err);
/* Nothing is missing, the server's proof neither: only then does 235 mean success (RFC 4954 4;
 * RFC 5802 5, RFC 2831 2.1.3). */
bool sasl_is_complete(const struct sasl *sasl);

#endif
