/*
 * smtpsend_password.h - where the password comes from: a file, a descriptor, or a person.
 *
 * Never the command line, where every process of the machine could read it.
 *
 * Bounds:  SMTPSEND_PASSWORD_OCTETS_MAX; the first line, without its end.
 * Lives:   in the buffer; the caller releases it with buf_release_secret().
 * Errors:  ERR_IO, ERR_LIMIT, ERR_SYNTAX an empty password.
 */
#ifndef CLIENT_SMTPSEND_PASSWORD_H
#define CLIENT_SMTPSEND_PASSWORD_H

#include "base/buf.h"
#include "base/err.h"

enum { SMTPSEND_PASSWORD_OCTETS_MAX = 8192 }; /* a token may be long */

bool smtpsend_password_file(const char *path, struct buf *ret, struct err *err);
bool smtpsend_password_descriptor(int descriptor, struct buf *ret, struct err *err);
bool smtpsend_password_ask(struct bytes user, const char *host, struct buf *ret, struct err *err);

#endif
