/*
 * redact.h - takes a secret out of what a client printed, before anything keeps it.
 *
 * Every password of REDACT_OCTETS_MIN octets or more, as it is and in the base64 of AUTH LOGIN and
 * AUTH PLAIN (RFC 4616 2), becomes {secret}. Shorter ones would take ordinary words with them.
 */
#ifndef HARNESS_RUN_REDACT_H
#define HARNESS_RUN_REDACT_H

#include "base/arena.h"

#define REDACT_OCTETS_MIN 4

/* data NULL: no memory. */
struct bytes redact(struct bytes text, struct bytes user, struct bytes password,
                    struct arena *arena);

#endif
