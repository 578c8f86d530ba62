/*
 * session.h - one seed: some messages through our client to our server, over as many connections as
 * the queue wants, each on a hostile network, under a virtual clock.
 *
 * Shape:   the same seed gives the same digest, always.
 * Lives:   `broken` is static text.
 * Source:  RFC 5321 3.8, 4.5.3.2, 4.5.4.1, 6.1; RFC 2033 4.2, 4954 9, 6152 3, 8314 3.3.
 */
#ifndef TESTS_SIMULATE_SESSION_H
#define TESTS_SIMULATE_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Faults planted between the client and what is made of it. enum name, word */
#define SESSION_MUTANT_TABLE(X)                                                                    \
    X(NONE, "none")                                                                                \
    X(SENT_ON_LOST_REPLY, "sent-on-lost-reply") /* reports sent when the final reply was lost */   \
    X(RETRIES_AFTER_250, "retries-after-250")   /* sends again what was accepted */                \
    X(DROPS_A_RECIPIENT, "drops-a-recipient")   /* forgets one at the second try */                \
    X(TAKES_4YZ_FOR_5YZ, "takes-4yz-for-5yz")   /* gives up what is temporary */                   \
    X(SENDS_DATA_UNCLEARED, "sends-data-uncleared") /* a try goes behind the one before it */      \
    X(PERMANENT_ON_LOSS, "permanent-on-loss")       /* a lost connection is taken for a refusal */ \
    X(FIRST_REPLY_FOR_ALL, "first-reply-for-all")   /* LMTP: the others' replies are not told */   \
    X(SPEAKS_IN_CLEAR, "speaks-in-clear")           /* where TLS comes first */                    \
    X(SKIPS_AUTH, "skips-auth")                     /* sends without its credentials */            \
    X(CLEARS_EIGHTH_BIT, "clears-eighth-bit")       /* sends 8-bit data in 7 bits */

enum session_mutant {
#define X(name, word) SESSION_MUTANT_##name,
    SESSION_MUTANT_TABLE(X)
#undef X
        SESSION_MUTANT_COUNT
};
const char *session_mutant_word(enum session_mutant mutant);

struct session_result {
    const char *broken; /* the invariant that did not hold; NULL: all did */
    uint64_t digest;
    unsigned connections;
    unsigned sent, temporary, permanent, unknown; /* recipients, in the end */
    unsigned duplicates;                          /* accepted more than once, rightly */
};

/* False: out of memory, or the script is none; broken says which. */
bool session_run(uint64_t seed, enum session_mutant mutant, bool print, struct session_result *ret);

#endif
