/*
 * auth_check.h - what a SASL client response says, and whether it is right.
 *
 * PLAIN (RFC 4616 2) and LOGIN (draft-murchison-sasl-login-00 2) are verified here, mechanisms with
 * proofs by sasl_exchange.h; of any other response only its form is told. One exchange is followed
 * from the AUTH command on.
 *
 * Shape:   notes are those of a transcript record.
 * Bounds:  responses of SMTP_AUTH_LINE_OCTETS_MAX octets; longer ones are wrong.
 * Lives:   accounts are borrowed. Decoded octets live in constant-size buffers and are wiped.
 */
#ifndef FAKESERVER_AUTH_CHECK_H
#define FAKESERVER_AUTH_CHECK_H

#include "base/smtp_mechanism.h"
#include "fakeserver/sasl_exchange.h"
#include "fakeserver/scenario.h"

enum auth_verdict {
    AUTH_MORE,     /* another response is needed */
    AUTH_RIGHT,    /* the credentials are those of an account */
    AUTH_WRONG,    /* they are not */
    AUTH_BAD,      /* no base64 (RFC 4954 4: 501) */
    AUTH_CANCELLED /* "*" */
};

struct auth_check {
    const struct account *accounts;
    size_t account_count;
    enum smtp_mechanism mechanism; /* of the exchange that runs */
    unsigned responses;            /* taken so far, an initial response counts */
    size_t login_account;          /* LOGIN: whose name was given; SIZE_MAX = nobody's */
    struct sasl_exchange *sasl;    /* for all other mechanisms; borrowed; NULL: none of them */
    enum sasl_remark remark;       /* on what was taken last */
};

void auth_check_init(struct auth_check *check, const struct account *accounts, size_t count);
bool auth_check_knows(const struct auth_check *check, enum smtp_mechanism mechanism);
void auth_check_start(struct auth_check *check, enum smtp_mechanism mechanism);
/* Takes the next response, in base64; `initial` says that "=" stands for an empty one. *ret_notes:
 * what is true of it. */
enum auth_verdict auth_check_take(struct auth_check *check, struct bytes response, bool initial,
                                  uint32_t *ret_notes);
/* What the model sends next, decoded; empty: a prompt. */
struct bytes auth_check_challenge(const struct auth_check *check);
/* The text of a 334 reply that was really sent. */
void auth_check_sent(struct auth_check *check, struct bytes text);
/* The same notes without an exchange. */
uint32_t auth_check_describe(const struct auth_check *check, struct bytes response, bool initial);

#endif
