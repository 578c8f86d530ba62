#include "base/hash.h"

#include "base/buf.h"

static uint32_t left(uint32_t word, unsigned bits)
{
    return word << bits | word >> (32 - bits);
}

static uint32_t right(uint32_t word, unsigned bits)
{
    return left(word, 32 - bits);
}

/* ---- MD5 (RFC 1321 3.4) --------------------------------------------------------------------- */

/* floor(2^32 * abs(sin(i + 1))) */
static const uint32_t md5_sines[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
};

static uint32_t little(const unsigned char *octets)
{
    return (uint32_t)octets[0] | (uint32_t)octets[1] << 8 | (uint32_t)octets[2] << 16 |
           (uint32_t)octets[3] << 24;
}

static uint32_t md5_mix(unsigned round, uint32_t b, uint32_t c, uint32_t d)
{
    if (round == 0)
        return (b & c) | (~b & d);
    if (round == 1)
        return (d & b) | (~d & c);
    return round == 2 ? b ^ c ^ d : c ^ (b | ~d);
}

static void md5_block(uint32_t *state, const unsigned char *block)
{
    static const unsigned char turns[4][4] = {
        {7, 12, 17, 22},
        {5, 9,  14, 20},
        {4, 11, 16, 23},
        {6, 10, 15, 21}
    };
    static const unsigned char steps[4][2] = {
        {1, 0},
        {5, 1},
        {3, 5},
        {7, 0}
    };
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];

    for (unsigned i = 0; i < 64; i++) {
        unsigned round = i / 16;
        unsigned word = (steps[round][0] * i + steps[round][1]) % 16;
        uint32_t sum =
            a + md5_mix(round, b, c, d) + md5_sines[i] + little(block + 4 * (size_t)word);

        a = d;
        d = c;
        c = b;
        b += left(sum, turns[round][i % 4]);
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
}

/* ---- SHA-1 (RFC 3174 6.1) ------------------------------------------------------------------- */

static uint32_t big(const unsigned char *octets)
{
    return (uint32_t)octets[0] << 24 | (uint32_t)octets[1] << 16 | (uint32_t)octets[2] << 8 |
           (uint32_t)octets[3];
}

static uint32_t sha_1_mix(unsigned round, uint32_t b, uint32_t c, uint32_t d)
{
    if (round == 0)
        return (b & c) | (~b & d);
    return round == 2 ? (b & c) | (b & d) | (c & d) : b ^ c ^ d;
}

static void sha_1_block(uint32_t *state, const unsigned char *block)
{
    static const uint32_t constants[4] = {0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6};
    uint32_t words[80];
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];

    for (unsigned i = 0; i < 80; i++)
        words[i] = i < 16 ? big(block + 4 * (size_t)i)
                          : left(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
    for (unsigned i = 0; i < 80; i++) {
        uint32_t sum = left(a, 5) + sha_1_mix(i / 20, b, c, d) + e + words[i] + constants[i / 20];

        e = d;
        d = c;
        c = left(b, 30);
        b = a;
        a = sum;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
}

/* ---- SHA-256 (RFC 6234 5.1, 6.2) ------------------------------------------------------------ */

static const uint32_t sha_256_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t sha_256_word(const uint32_t *words, unsigned i)
{
    uint32_t early = words[i - 15];
    uint32_t late = words[i - 2];

    return (right(late, 17) ^ right(late, 19) ^ late >> 10) + words[i - 7] +
           (right(early, 7) ^ right(early, 18) ^ early >> 3) + words[i - 16];
}

static void sha_256_block(uint32_t *state, const unsigned char *block)
{
    uint32_t words[64];
    uint32_t v[8];

    memcpy(v, state, sizeof(v));
    for (unsigned i = 0; i < 64; i++) {
        uint32_t one, two;

        words[i] = i < 16 ? big(block + 4 * (size_t)i) : sha_256_word(words, i);
        one = v[7] + (right(v[4], 6) ^ right(v[4], 11) ^ right(v[4], 25)) +
              ((v[4] & v[5]) ^ (~v[4] & v[6])) + sha_256_constants[i] + words[i];
        two = (right(v[0], 2) ^ right(v[0], 13) ^ right(v[0], 22)) +
              ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
        memmove(&v[1], &v[0], 7 * sizeof(v[0]));
        v[4] += one;
        v[0] = one + two;
    }
    for (unsigned i = 0; i < 8; i++)
        state[i] += v[i];
}

/* ---- a stream ------------------------------------------------------------------------------- */

static const struct {
    void (*block)(uint32_t *state, const unsigned char *block);
    size_t digest_octets;
    bool little_endian;
    uint32_t state[8];
} kinds[] = {
    [HASH_MD5] = {md5_block,     16, true,  {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476}},
    [HASH_SHA_1] = {sha_1_block,
                  20,                false,
                  {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0}              },
    [HASH_SHA_256] = {sha_256_block,
                  32,                false,
                  {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c,
                       0x1f83d9ab, 0x5be0cd19}                                              },
};

void hash_init(struct hash *hash, enum hash_kind kind)
{
    hash->kind = kind;
    hash->octets = 0;
    hash->held = 0;
    memcpy(hash->state, kinds[kind].state, sizeof(hash->state));
}

void hash_add(struct hash *hash, struct bytes octets)
{
    hash->octets += octets.size;
    while (octets.size > 0) {
        size_t room = sizeof(hash->block) - hash->held;
        size_t size = octets.size < room ? octets.size : room;

        memcpy(hash->block + hash->held, octets.data, size);
        hash->held += size;
        octets = bytes_after(octets, size);
        if (hash->held < sizeof(hash->block))
            return;
        kinds[hash->kind].block(hash->state, hash->block);
        hash->held = 0;
    }
}

/* The number of an octet, from the low end, in the order of this kind. */
static unsigned shift(const struct hash *hash, unsigned index, unsigned count)
{
    return 8 * (kinds[hash->kind].little_endian ? index : count - 1 - index);
}

void hash_end(struct hash *hash, struct hash_digest *ret)
{
    static const char padding[HASH_BLOCK_OCTETS] = {(char)0x80};
    uint64_t bits = hash->octets * 8;
    size_t pad = (hash->held < 56 ? 56 : 120) - hash->held;
    char length[8];

    for (unsigned i = 0; i < 8; i++)
        length[i] = (char)(bits >> shift(hash, i, 8) & 0xff);
    hash_add(hash, (struct bytes){padding, pad});
    hash_add(hash, (struct bytes){length, sizeof(length)});
    ret->size = kinds[hash->kind].digest_octets;
    for (unsigned i = 0; i < ret->size; i++)
        ret->octets[i] = (unsigned char)(hash->state[i / 4] >> shift(hash, i % 4, 4) & 0xff);
    wipe(hash, sizeof(*hash));
}

void hash_of(enum hash_kind kind, struct bytes octets, struct hash_digest *ret)
{
    struct hash hash;

    hash_init(&hash, kind);
    hash_add(&hash, octets);
    hash_end(&hash, ret);
}

struct bytes hash_digest_bytes(const struct hash_digest *digest)
{
    return (struct bytes){(const char *)digest->octets, digest->size};
}

/* ---- HMAC (RFC 2104 2) ---------------------------------------------------------------------- */

/* With the key taken in, so that one key serves many texts. */
struct keyed {
    struct hash inner;
    struct hash outer;
};

static void keyed_init(struct keyed *keyed, enum hash_kind kind, struct bytes key)
{
    char block[HASH_BLOCK_OCTETS] = {0};
    struct hash_digest digest;

    if (key.size > sizeof(block)) {
        hash_of(kind, key, &digest);
        key = hash_digest_bytes(&digest);
    }
    if (key.size > 0)
        memcpy(block, key.data, key.size);
    for (size_t i = 0; i < sizeof(block); i++)
        block[i] = (char)(block[i] ^ 0x36);
    hash_init(&keyed->inner, kind);
    hash_add(&keyed->inner, (struct bytes){block, sizeof(block)});
    for (size_t i = 0; i < sizeof(block); i++)
        block[i] = (char)(block[i] ^ 0x36 ^ 0x5c);
    hash_init(&keyed->outer, kind);
    hash_add(&keyed->outer, (struct bytes){block, sizeof(block)});
    wipe(block, sizeof(block));
    wipe(&digest, sizeof(digest));
}

static void keyed_end(const struct keyed *keyed, struct bytes octets, struct bytes more,
                      struct hash_digest *ret)
{
    struct hash inner = keyed->inner;
    struct hash outer = keyed->outer;

    hash_add(&inner, octets);
    hash_add(&inner, more);
    hash_end(&inner, ret);
    hash_add(&outer, hash_digest_bytes(ret));
    hash_end(&outer, ret);
}

void hash_hmac(enum hash_kind kind, struct bytes key, struct bytes octets, struct hash_digest *ret)
{
    struct keyed keyed;

    keyed_init(&keyed, kind, key);
    keyed_end(&keyed, octets, BYTES_NONE, ret);
    wipe(&keyed, sizeof(keyed));
}

/* U1 := HMAC(password, salt + INT(1)), Ui := HMAC(password, Ui-1), Hi := U1 XOR U2 XOR … */
void hash_stretch(enum hash_kind kind, struct bytes password, struct bytes salt,
                  unsigned iterations, struct hash_digest *ret)
{
    struct keyed keyed;
    struct hash_digest last;

    keyed_init(&keyed, kind, password);
    keyed_end(&keyed, salt, BYTES_LITERAL("\0\0\0\1"), &last);
    *ret = last;
    for (unsigned i = 1; i < iterations; i++) {
        keyed_end(&keyed, hash_digest_bytes(&last), BYTES_NONE, &last);
        for (size_t j = 0; j < ret->size; j++)
            ret->octets[j] = (unsigned char)(ret->octets[j] ^ last.octets[j]);
    }
    wipe(&keyed, sizeof(keyed));
    wipe(&last, sizeof(last));
}
