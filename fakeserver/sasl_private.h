/*
 * sasl_private.h - what the files of sasl_exchange share.
 */
#ifndef FAKESERVER_SASL_PRIVATE_H
#define FAKESERVER_SASL_PRIVATE_H

#include "base/buf.h"
#include "base/hash.h"
#include "fakeserver/sasl_exchange.h"

bool sasl_put_hex(struct buf *to, const struct hash_digest *digest); /* lower case */

/* A buffer over memory of the exchange or of the stack, which never grows. */
struct buf sasl_buf(char *octets, size_t size);
/* A new nonce: letters and digits, from the seed. */
void sasl_put_nonce(struct sasl_exchange *exchange, struct buf *to, size_t octets);
enum sasl_fault sasl_fault_of(const struct sasl_exchange *exchange);
/* NULL: nobody has this name. The next one behind `after`, which may be NULL. */
const struct account *sasl_account(const struct sasl_exchange *exchange, struct bytes user,
                                   const struct account *after);

/* sasl_scram.c, sasl_digest_md5.c, sasl_oauth.c: one mechanism each. */
enum sasl_verdict scram_take(struct sasl_exchange *exchange, struct bytes response,
                             enum sasl_remark *ret_remark);
void digest_md5_start(struct sasl_exchange *exchange);
enum sasl_verdict digest_md5_take(struct sasl_exchange *exchange, struct bytes response,
                                  enum sasl_remark *ret_remark);
enum sasl_verdict oauth_take(struct sasl_exchange *exchange, struct bytes response,
                             enum sasl_remark *ret_remark);
/* SCRAM and OAUTHBEARER: n|y|p=name "," [a=authzid] "," (RFC 5801 4). False: it is none. */
struct gs2_header {
    char flag;            /* n, y, p */
    struct bytes binding; /* p=: the name of its type */
    struct bytes authzid; /* as written; data NULL: none */
    size_t size;          /* up to its second comma */
};
/* saslname: "," and "=" stand as =2C and =3D (RFC 5801 4). False: it is none. */
bool gs2_name_read(struct bytes name, struct buf *to);
bool gs2_header_read(struct bytes message, struct gs2_header *ret);

#endif
