#include "harness/recipe/capability.h"

#include "base/require.h"
#include "base/text.h"

static const char *const words[CAPABILITY_COUNT] = {
#define X(name, word, says) word,
    CAPABILITY_TABLE(X)
#undef X
};

static const char *const sayings[CAPABILITY_COUNT] = {
#define X(name, word, says) says,
    CAPABILITY_TABLE(X)
#undef X
};

const char *capability_word(enum capability capability)
{
    REQUIRE(capability < CAPABILITY_COUNT);
    return words[capability];
}

const char *capability_says(enum capability capability)
{
    REQUIRE(capability < CAPABILITY_COUNT);
    return sayings[capability];
}

bool capability_from_word(struct bytes word, enum capability *ret)
{
    for (size_t i = 0; i < CAPABILITY_COUNT; i++) {
        if (bytes_equal_nocase(word, bytes_of(words[i]))) {
            *ret = (enum capability)i;
            return true;
        }
    }
    return false;
}

const char *capability_nearest(struct bytes word)
{
    return text_nearest(word, words, CAPABILITY_COUNT);
}
