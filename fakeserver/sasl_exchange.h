/*
 * sasl_exchange.h - one SASL exchange as a server leads it: challenges made, proofs verified.
 *
 * What a response is held against are the challenges that were really sent, whoever wrote them: so
 * a dialogue can write its own, with the nonce of an RFC. Challenges of one seed are the same each
 * time. A client is often built on GNU SASL; this is no second copy of it, but a second opinion.
 *
 * Shape:   start, then take each response; sent() for each 334 reply.
 * Bounds:  messages of SASL_OCTETS_MAX octets.
 * Lives:   accounts, demand and tls are borrowed. No password outlives the call that reads it.
 * Source:  RFC 2195, 2831, 4422 A, 5801, 5802, 5929, 7628, 7677, 9266; XOAUTH2 as Google has it.
 */
#ifndef FAKESERVER_SASL_EXCHANGE_H
#define FAKESERVER_SASL_EXCHANGE_H

#include "base/smtp_limits.h"
#include "base/smtp_mechanism.h"
#include "base/tls.h"
#include "fakeserver/scenario.h"

enum { SASL_OCTETS_MAX = SMTP_AUTH_LINE_OCTETS_MAX, SASL_HEADER_OCTETS_MAX = 1024 };

enum sasl_verdict {
    SASL_MORE,  /* a challenge is to be sent */
    SASL_RIGHT, /* the credentials are those of an account */
    SASL_WRONG
};

struct sasl_exchange {
    const struct account *accounts;
    size_t account_count;
    const struct sasl_demand *demand; /* NULL: an ordinary server */
    const struct tls_facts *tls;      /* NULL: no TLS */
    bool plus_offered;                /* a mechanism with channel binding */
    uint64_t seed;
    unsigned exchanges; /* begun so far */

    enum smtp_mechanism mechanism;
    unsigned step;     /* responses taken */
    bool failed;       /* the error step of OAuth runs */
    bool proven;       /* all that is left is the client's last, empty response */
    size_t gs2_size;   /* SCRAM: what came before client-first-message-bare, */
    size_t first_size; /* … and that */
    size_t nonce_size; /* … and the client's nonce, at nonce_at in first */
    size_t nonce_at;
    uint64_t nonce_hash;   /* … of this exchange or the one before; 0 = none */
    size_t challenge_size; /* the last one, as it was sent or is to be sent */
    char gs2[SASL_HEADER_OCTETS_MAX];
    char first[SASL_HEADER_OCTETS_MAX];
    char challenge[SASL_OCTETS_MAX];
};

void sasl_exchange_init(struct sasl_exchange *exchange, const struct account *accounts,
                        size_t count);
bool sasl_exchange_knows(enum smtp_mechanism mechanism);
/* True: there is a challenge before the first response. */
bool sasl_exchange_start(struct sasl_exchange *exchange, enum smtp_mechanism mechanism);
/* The next response, decoded. *ret_remark: what is wrong with its form, or its proof. */
enum sasl_verdict sasl_exchange_take(struct sasl_exchange *exchange, struct bytes response,
                                     enum sasl_remark *ret_remark);
/* What is to be sent next. */
struct bytes sasl_exchange_challenge(const struct sasl_exchange *exchange);
/* This was sent, decoded. */
void sasl_exchange_sent(struct sasl_exchange *exchange, struct bytes challenge);

#endif
