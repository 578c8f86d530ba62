#include "fakeserver/profile.h"

const struct stand_row stands[STAND_COUNT] = {
  /* the word, in default, in strict, what the client does, source */
    [STAND_BARE_LF] = {"bare-lf",
                       {STAND_ALLOWED, STAND_FORBIDDEN},
                       "takes LF or CR alone for the end of a reply line", "RFC 5321 2.3.8"                           },
    [STAND_CN_ONLY] = {"cn-only",
                       {STAND_ALLOWED, STAND_FORBIDDEN},
                       "takes the common name of a certificate for the server's where it has no "
                       "subjectAltName",                                   "RFC 7817 3 (4): MAY; RFC 9525 2: MUST NOT"},
};

const char *const profile_words[PROFILE_COUNT] = {
#define X(name, word, what) word,
    PROFILE_TABLE(X)
#undef X
};

const char *profile_word(enum profile profile)
{
    return profile_words[profile];
}

const char *profile_says(enum profile profile)
{
    static const char *const says[PROFILE_COUNT] = {
#define X(name, word, what) what,
        PROFILE_TABLE(X)
#undef X
    };

    return says[profile];
}

bool profile_from_word(struct bytes word, enum profile *ret)
{
    for (unsigned i = 0; i < PROFILE_COUNT; i++) {
        if (bytes_equal(word, bytes_of(profile_words[i]))) {
            *ret = (enum profile)i;
            return true;
        }
    }
    return false;
}

const char *stand_answer_word(enum stand_answer answer)
{
    static const char *const words[] = {"open", "allowed", "forbidden"};

    return words[answer];
}

bool stand_from_word(struct bytes word, enum stand *ret)
{
    for (unsigned i = 0; i < STAND_COUNT; i++) {
        if (bytes_equal(word, bytes_of(stands[i].word))) {
            *ret = (enum stand)i;
            return true;
        }
    }
    return false;
}

bool profile_takes(enum profile profile, const enum stand_answer answers[STAND_COUNT])
{
    for (unsigned i = 0; i < STAND_COUNT; i++)
        if (answers[i] != STAND_OPEN && answers[i] != stands[i].answers[profile])
            return false;
    return true;
}
