/*
 * hash.h - MD5, SHA-1 and SHA-256, HMAC, and the stretched key of SCRAM.
 *
 * For the proofs of SASL, which are made of them; the engines that verify proofs do not allocate,
 * and no library here offers digests without that. None of it is meant to keep a secret from
 * somebody who measures time.
 *
 * Shape:   init, add, end for a stream; hash_hmac() for one text.
 * Bounds:  HASH_OCTETS_MAX octets of a digest.
 * Lives:   by value.
 * Source:  RFC 1321, RFC 3174, RFC 6234, RFC 2104; RFC 5802 2.2 (Hi).
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/bytes.h"

#include <stdint.h>

enum { HASH_OCTETS_MAX = 32, HASH_BLOCK_OCTETS = 64 };
enum hash_kind { HASH_MD5, HASH_SHA_1, HASH_SHA_256 };

struct hash {
    enum hash_kind kind;
    uint32_t state[8];
    uint64_t octets;
    size_t held; /* octets of a block that is not full */
    unsigned char block[HASH_BLOCK_OCTETS];
};

struct hash_digest {
    size_t size;
    unsigned char octets[HASH_OCTETS_MAX];
};

void hash_init(struct hash *hash, enum hash_kind kind);
void hash_add(struct hash *hash, struct bytes octets);
void hash_end(struct hash *hash, struct hash_digest *ret);

void hash_of(enum hash_kind kind, struct bytes octets, struct hash_digest *ret);
void hash_hmac(enum hash_kind kind, struct bytes key, struct bytes octets, struct hash_digest *ret);
/* Hi(password, salt, iterations), which is PBKDF2 with one block. */
void hash_stretch(enum hash_kind kind, struct bytes password, struct bytes salt,
                  unsigned iterations, struct hash_digest *ret);
struct bytes hash_digest_bytes(const struct hash_digest *digest);

#endif
