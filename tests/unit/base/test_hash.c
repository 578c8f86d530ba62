#include "base/hash.h"

#include "base/buf.h"
#include "tests/support/unit.h"

#include <stdio.h>

static void expect(const struct hash_digest *digest, const char *hex)
{
    char text[2 * HASH_OCTETS_MAX + 1];

    for (size_t i = 0; i < digest->size; i++)
        (void)snprintf(text + 2 * i, 3, "%02x", digest->octets[i]);
    assert_string_equal(text, hex);
}

static const struct {
    enum hash_kind kind;
    const char *text;
    const char *hex;
} digests[] = {
    {HASH_MD5,     "",                                                                                 "d41d8cd98f00b204e9800998ecf8427e"                                },
    {HASH_MD5,     "message digest",                                                                   "f96b697d7cb7938d525a2f31aaf161d0"                                },
    {HASH_MD5,     "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
     "57edf4a22be3c955ac49da2e2107b67a"                                                                                                                                  },
    {HASH_SHA_1,   "abc",                                                                              "a9993e364706816aba3e25717850c26c9cd0d89d"                        },
    {HASH_SHA_1,   "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "84983e441c3bd26ebaae4aa1f95129e5e54670f1"                                                                                                                          },
    {HASH_SHA_256, "abc",                                                                              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {HASH_SHA_256, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"                                                                                                  },
};

static void the_digests_of_the_rfcs(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(digests) / sizeof(digests[0]); i++) {
        struct hash_digest digest;

        hash_of(digests[i].kind, bytes_of(digests[i].text), &digest);
        expect(&digest, digests[i].hex);
    }
}

/* Octet by octet is the same as at once, around the borders of blocks. */
static void a_text_may_come_in_pieces(void **state)
{
    char text[200];

    (void)state;
    memset(text, 'a', sizeof(text));
    for (size_t size = 0; size < sizeof(text); size++)
        for (unsigned kind = HASH_MD5; kind <= HASH_SHA_256; kind++) {
            struct hash hash;
            struct hash_digest whole, pieces;

            hash_of((enum hash_kind)kind, (struct bytes){text, size}, &whole);
            hash_init(&hash, (enum hash_kind)kind);
            for (size_t i = 0; i < size; i++)
                hash_add(&hash, (struct bytes){text + i, 1});
            hash_end(&hash, &pieces);
            assert_bytes(hash_digest_bytes(&pieces), hash_digest_bytes(&whole));
        }
}

/* RFC 2202 2, 3 and RFC 4231 4.3, 4.7: short keys and one of more than a block. */
static void the_examples_of_hmac(void **state)
{
    char key[131];
    struct hash_digest digest;
    const char *text = "Test Using Larger Than Block-Size Key - Hash Key First";

    (void)state;
    memset(key, '\xaa', sizeof(key));
    hash_hmac(HASH_MD5, bytes_of("Jefe"), bytes_of("what do ya want for nothing?"), &digest);
    expect(&digest, "750c783e6ab0b503eaa86e310a5db738");
    hash_hmac(HASH_SHA_1, bytes_of("Jefe"), bytes_of("what do ya want for nothing?"), &digest);
    expect(&digest, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
    hash_hmac(HASH_SHA_256, bytes_of("Jefe"), bytes_of("what do ya want for nothing?"), &digest);
    expect(&digest, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    hash_hmac(HASH_MD5, (struct bytes){key, 80}, bytes_of(text), &digest);
    expect(&digest, "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd");
    hash_hmac(HASH_SHA_256, (struct bytes){key, 131}, bytes_of(text), &digest);
    expect(&digest, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

/* RFC 6070 2. */
static void a_password_is_stretched(void **state)
{
    struct hash_digest digest;

    (void)state;
    hash_stretch(HASH_SHA_1, bytes_of("password"), bytes_of("salt"), 1, &digest);
    expect(&digest, "0c60c80f961f0e71f3a9b524af6012062fe037a6");
    hash_stretch(HASH_SHA_1, bytes_of("password"), bytes_of("salt"), 4096, &digest);
    expect(&digest, "4b007901b765489abead49d926f721d065a429c1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_digests_of_the_rfcs),
        cmocka_unit_test(a_text_may_come_in_pieces),
        cmocka_unit_test(the_examples_of_hmac),
        cmocka_unit_test(a_password_is_stretched),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
