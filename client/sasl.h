/*
 * sasl.h - the client's side of a SASL exchange.
 *
 * Shape:   sasl_start() for one AUTH mechanism, then sasl_step() with each decoded challenge. A
 *          mechanism is a row of a table: others, whose steps a library takes, fit beside these.
 * Bounds:  a response of SASL_RESPONSE_OCTETS_MAX octets before base64.
 * Lives:   credentials are borrowed as long as the exchange.
 * Errors:  ERR_SYNTAX a NUL, or an empty user name or password, where the mechanism forbids it;
 *          ERR_PROTOCOL a challenge that the mechanism does not know; ERR_LIMIT.
 * Source:  RFC 4422 5; RFC 4616 (PLAIN); draft-murchison-sasl-login-00 (LOGIN).
 */
#ifndef CLIENT_SASL_H
#define CLIENT_SASL_H

#include "base/buf.h"
#include "base/err.h"
#include "base/smtp_mechanism.h"

#include <stdint.h>

enum { SASL_RESPONSE_OCTETS_MAX = 4096 };

struct sasl_credentials {
    struct bytes authorization; /* identity to act as; empty: that of the user (RFC 4616 2) */
    struct bytes user;
    struct bytes password;
};

struct sasl {
    enum smtp_mechanism mechanism;
    const struct sasl_credentials *credentials;
    unsigned steps_taken;
    void *library; /* of a mechanism that is a library's; NULL so far */
};

bool sasl_is_known(enum smtp_mechanism mechanism);
/* The best mechanism of the set (a bit for each enum smtp_mechanism); OTHER: none fits. Mechanisms
 * whose octets give the password away count only with secrets_allowed. */
enum smtp_mechanism sasl_choose(uint32_t offered, bool secrets_allowed);

void sasl_start(struct sasl *sasl, enum smtp_mechanism mechanism,
                const struct sasl_credentials *credentials);
/* Replaces *response. The first step of a mechanism in which the client begins takes an empty
 * challenge. */
bool sasl_step(struct sasl *sasl, struct bytes challenge, struct buf *response, struct err *err);
/* Nothing is missing on our side: only then does 235 mean success (RFC 4954 4). */
bool sasl_is_complete(const struct sasl *sasl);

#endif
