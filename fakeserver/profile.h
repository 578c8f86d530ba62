/*
 * profile.h - where RFCs disagree, or forbid what nearly everyone does: which stand is taken.
 *
 * A stand is about one behaviour of clients, and either allows or forbids it. A scenario that is
 * right under one answer only says so (`stand bare-lf forbidden`). A profile has an answer for each
 * stand; it takes the scenarios that go with its answers, and those that name no stand.
 *
 * Shape:   one row for a stand, one column for a profile.
 * Source:  the section in each row.
 */
#ifndef FAKESERVER_PROFILE_H
#define FAKESERVER_PROFILE_H

#include "base/bytes.h"

enum stand_answer {
    STAND_OPEN, /* a scenario's: right under both */
    STAND_ALLOWED,
    STAND_FORBIDDEN
};

/* clang-format off */
#define PROFILE_TABLE(X) /* enum name, word, what it is for */                                     \
    X(DEFAULT, "default", "what RFCs leave open, or nearly no client keeps, is allowed")           \
    X(STRICT, "strict", "the letter of the newest RFC")
/* clang-format on */

enum profile {
#define X(name, word, what) PROFILE_##name,
    PROFILE_TABLE(X)
#undef X
        PROFILE_COUNT
};

enum stand { STAND_BARE_LF, STAND_CN_ONLY, STAND_COUNT };

struct stand_row {
    const char *word;
    enum stand_answer answers[PROFILE_COUNT]; /* never OPEN */
    const char *what;                         /* the behaviour: "a client that …" */
    const char *source;
};

extern const struct stand_row stands[STAND_COUNT];

const char *profile_word(enum profile profile);
const char *profile_says(enum profile profile);
bool profile_from_word(struct bytes word, enum profile *ret);
/* PROFILE_COUNT words, for messages. */
extern const char *const profile_words[PROFILE_COUNT];

const char *stand_answer_word(enum stand_answer answer);
bool stand_from_word(struct bytes word, enum stand *ret);

/* Does the profile take a scenario with these answers? */
bool profile_takes(enum profile profile, const enum stand_answer answers[STAND_COUNT]);

#endif
