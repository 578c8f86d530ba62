/*
 * smtpsend_value.h - single values of the command line of smtpsend, as types.
 *
 * Lives:   spans point into the text given.
 * Errors:  ERR_SYNTAX, one sentence with what was expected and what was there.
 */
#ifndef CLIENT_SMTPSEND_VALUE_H
#define CLIENT_SMTPSEND_VALUE_H

#include "base/bytes.h"
#include "base/err.h"
#include "base/smtp_mechanism.h"
#include "base/tls.h"

#include <stdint.h>

/* A number of seconds, or one with "ms", "s", "m"; not 0. */
bool smtpsend_value_time(struct bytes text, uint64_t *ret_ms, struct err *err);
/* A mechanism that this client knows (client/sasl.h). */
bool smtpsend_value_mechanism(struct bytes text, enum smtp_mechanism *ret, struct err *err);
/* tls-unique, tls-exporter or tls-server-end-point. */
bool smtpsend_value_binding(struct bytes text, enum tls_binding *ret, struct err *err);
/* 0 to 1000. */
bool smtpsend_value_retries(struct bytes text, unsigned *ret, struct err *err);
/* auto or never. */
bool smtpsend_value_chunking(struct bytes text, bool *ret_never, struct err *err);
bool smtpsend_value_descriptor(struct bytes text, int *ret, struct err *err);
/* The angle brackets of a path belong to the command, not to the mailbox. */
struct bytes smtpsend_value_path(struct bytes path);

#endif
