/*
 * smtp_parameter.h - what may stand behind "=" in parameters of MAIL and RCPT.
 *
 * Shape:   strict recognisers; what they read is optional (ret may be NULL).
 * Lives:   spans point into the value given.
 * Errors:  ERR_SYNTAX with the column in the value; ERR_LIMIT: a form that is right and too long.
 * Source:  RFC 3461 4, RFC 6533 3, RFC 2852 4, RFC 4865 4.1, RFC 6710 7, RFC 6152 2, RFC 3030 3,
 *          RFC 1870 4, RFC 3885 3.1.
 */
#ifndef BASE_SMTP_PARAMETER_H
#define BASE_SMTP_PARAMETER_H

#include "base/smtp_grammar.h"

#include <stdint.h>

#define SMTP_BY_SECONDS_MAX 999999999 /* RFC 2852 4 */

struct smtp_deliver_by {
    int32_t seconds; /* may be negative */
    bool returns;    /* mode R; else N */
    bool trace;
};

struct smtp_original_recipient {
    struct bytes type;    /* rfc822, utf-8 … */
    struct bytes address; /* as written: xtext, or one of the forms of RFC 6533 3 */
};

bool smtp_parameter_notify(struct bytes value, struct err *err);
bool smtp_parameter_ret(struct bytes value, struct err *err);
bool smtp_parameter_envid(struct bytes value, struct err *err);
bool smtp_parameter_orcpt(struct bytes value, enum smtp_charset charset,
                          struct smtp_original_recipient *ret, struct err *err);
bool smtp_parameter_by(struct bytes value, struct smtp_deliver_by *ret, struct err *err);
bool smtp_parameter_holdfor(struct bytes value, uint32_t *ret, struct err *err);
bool smtp_parameter_holduntil(struct bytes value, int64_t *ret, struct err *err);
bool smtp_parameter_priority(struct bytes value, int *ret, struct err *err);
bool smtp_parameter_body(struct bytes value, struct err *err);
bool smtp_parameter_size(struct bytes value, uint64_t *ret, struct err *err);
bool smtp_parameter_mtrk(struct bytes value, struct err *err);

/* The value of the parameter of this keyword; a keyword that is none of the above is right with any
 * value. */
bool smtp_parameter_check(struct bytes keyword, struct bytes value, enum smtp_charset charset,
                          struct err *err);

#endif
