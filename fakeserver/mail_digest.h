/*
 * mail_digest.h - a running digest that tells two messages apart.
 *
 * Shape:   four words at a time; what is less than a stripe waits. Any cutting gives the same.
 * Bounds:  fixed. Not for secrets: whoever wants to can make two messages of one digest.
 * Lives:   by value.
 */
#ifndef FAKESERVER_MAIL_DIGEST_H
#define FAKESERVER_MAIL_DIGEST_H

#include "base/bytes.h"

#include <stdint.h>

enum { MAIL_DIGEST_WORDS = 4, MAIL_DIGEST_OCTETS = MAIL_DIGEST_WORDS * 8 };

struct mail_digest {
    uint64_t lanes[MAIL_DIGEST_WORDS];
    char rest[MAIL_DIGEST_OCTETS];
    size_t rest_octets;
};

void mail_digest_start(struct mail_digest *digest);
void mail_digest_add(struct mail_digest *digest, struct bytes octets);
uint64_t mail_digest_end(const struct mail_digest *digest);

#endif
