/*
 * redact.h - takes a secret out of what a client printed, before anything keeps it.
 *
 * Every password of REDACT_OCTETS_MIN octets or more, as it is and in the base64 of AUTH LOGIN,
 * AUTH PLAIN (RFC 4616 2) and AUTH XOAUTH2, becomes {secret}. Shorter ones would take ordinary
 * words with them.
 */
#ifndef HARNESS_RUN_REDACT_H
#define HARNESS_RUN_REDACT_H

#include "base/arena.h"

#define REDACT_OCTETS_MIN 4

/* Texts in which AUTH says a password, in base64, without the `=` at their end, before which a log
 * may be cut; the first is the password alone. */
#define REDACT_FORMS 4

/* False: no memory. */
bool redact_forms(struct bytes user, struct bytes password, struct arena *arena,
                  struct bytes ret[REDACT_FORMS]);
struct bytes redact_without_padding(struct bytes text);
/* data NULL: no memory. */
struct bytes redact(struct bytes text, struct bytes user, struct bytes password,
                    struct arena *arena);

#endif
