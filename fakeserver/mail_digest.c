#include "fakeserver/mail_digest.h"

static inline uint64_t word_at(const char *at)
{
    const unsigned char *octet = (const unsigned char *)at;

    return (uint64_t)octet[0] | (uint64_t)octet[1] << 8 | (uint64_t)octet[2] << 16 |
           (uint64_t)octet[3] << 24 | (uint64_t)octet[4] << 32 | (uint64_t)octet[5] << 40 |
           (uint64_t)octet[6] << 48 | (uint64_t)octet[7] << 56;
}

static uint64_t mix(uint64_t lane, uint64_t word)
{
    lane = (lane ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return lane << 31 | lane >> 33;
}

void mail_digest_start(struct mail_digest *digest)
{
    for (unsigned i = 0; i < MAIL_DIGEST_WORDS; i++)
        digest->lanes[i] = UINT64_C(0xcbf29ce484222325) + i;
    digest->rest_octets = 0;
}

static void digest_stripes(struct mail_digest *digest, const char *at, size_t octets)
{
    uint64_t a = digest->lanes[0];
    uint64_t b = digest->lanes[1];
    uint64_t c = digest->lanes[2];
    uint64_t d = digest->lanes[3];

    for (const char *end = at + octets; at < end; at += MAIL_DIGEST_OCTETS) {
        a = mix(a, word_at(at));
        b = mix(b, word_at(at + 8));
        c = mix(c, word_at(at + 16));
        d = mix(d, word_at(at + 24));
    }
    digest->lanes[0] = a;
    digest->lanes[1] = b;
    digest->lanes[2] = c;
    digest->lanes[3] = d;
}

void mail_digest_add(struct mail_digest *digest, struct bytes octets)
{
    size_t whole;

    if (digest->rest_octets > 0) {
        size_t fits = MAIL_DIGEST_OCTETS - digest->rest_octets;
        struct bytes first = bytes_slice(octets, 0, fits);

        memcpy(digest->rest + digest->rest_octets, first.data, first.size);
        digest->rest_octets += first.size;
        octets = bytes_after(octets, first.size);
        if (digest->rest_octets < MAIL_DIGEST_OCTETS)
            return;
        digest_stripes(digest, digest->rest, MAIL_DIGEST_OCTETS);
        digest->rest_octets = 0;
    }
    whole = octets.size - octets.size % MAIL_DIGEST_OCTETS;
    digest_stripes(digest, octets.data, whole);
    octets = bytes_after(octets, whole);
    if (octets.size > 0)
        memcpy(digest->rest, octets.data, octets.size);
    digest->rest_octets = octets.size;
}

uint64_t mail_digest_end(const struct mail_digest *digest)
{
    uint64_t all = digest->rest_octets;

    for (size_t i = 0; i < MAIL_DIGEST_WORDS; i++)
        all = mix(all, digest->lanes[i]);
    for (size_t i = 0; i < digest->rest_octets; i++)
        all = mix(all, (unsigned char)digest->rest[i]);
    return all ^ all >> 29;
}
