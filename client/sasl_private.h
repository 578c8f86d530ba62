/* sasl_private.h - the mechanisms, as sasl.c knows them; not installed. */
#ifndef CLIENT_SASL_PRIVATE_H
#define CLIENT_SASL_PRIVATE_H

#include "client/sasl.h"

/* One step appends the response. It sets complete when nothing is missing. */
typedef bool sasl_mechanism_step(struct sasl *sasl, struct bytes challenge, struct buf *response,
                                 struct err *err);

/* sasl_plain.c */
sasl_mechanism_step sasl_plain_step;
sasl_mechanism_step sasl_login_step;
sasl_mechanism_step sasl_external_step;

/* sasl_oauth.c */
sasl_mechanism_step sasl_oauthbearer_step;
sasl_mechanism_step sasl_xoauth2_step;

/* sasl_scram.c */
sasl_mechanism_step sasl_scram_step;

/* sasl_library.c: the mechanisms of GNU SASL */
bool sasl_library_init(struct sasl *sasl);
void sasl_library_release(struct sasl *sasl);
bool sasl_library_start(struct sasl *sasl, struct err *err);
void sasl_library_finish(struct sasl *sasl);
sasl_mechanism_step sasl_library_step;

/* Appends a name prepared by SASLprep as a query (RFC 4013, RFC 4954 4). */
bool sasl_prepare(struct bytes name, struct buf *to, struct err *err);

/* saslname: "," and "=" are written as "=2C" and "=3D" (RFC 5801 4, RFC 5802 5.1). */
bool sasl_append_name(struct buf *to, struct bytes name);

#endif
