#include "base/smtp_verb.h"

#include "base/require.h"

static const struct {
    const char *word;
    size_t size; /* of word */
    bool ends_group;
} verbs[SMTP_VERB_OTHER] = {
#define X(name, ends_group, source) {#name, sizeof(#name) - 1, ends_group},
    SMTP_VERB_TABLE(X)
#undef X
};

static const char *const stages[SMTP_STAGE_COUNT] = {
#define X(name, word) word,
    SMTP_STAGE_TABLE(X)
#undef X
};

const char *smtp_verb_word(enum smtp_verb verb)
{
    REQUIRE((unsigned)verb < SMTP_VERB_COUNT);
    return verb == SMTP_VERB_OTHER ? "?" : verbs[verb].word;
}

enum smtp_verb smtp_verb_from(struct bytes word)
{
    for (unsigned i = 0; i < SMTP_VERB_OTHER; i++)
        if (bytes_equal_nocase(word, (struct bytes){verbs[i].word, verbs[i].size}))
            return (enum smtp_verb)i;
    return SMTP_VERB_OTHER;
}

bool smtp_verb_ends_group(enum smtp_verb verb)
{
    /* What nobody knows may answer with anything: wait for the reply (RFC 2920 3.1). */
    return verb >= SMTP_VERB_OTHER || verbs[verb].ends_group;
}

const char *smtp_stage_word(enum smtp_stage stage)
{
    REQUIRE((unsigned)stage < SMTP_STAGE_COUNT);
    return stages[stage];
}

bool smtp_stage_from_word(struct bytes word, enum smtp_stage *ret)
{
    for (unsigned i = 0; i < SMTP_STAGE_COUNT; i++) {
        if (bytes_equal_nocase(word, bytes_of(stages[i]))) {
            *ret = (enum smtp_stage)i;
            return true;
        }
    }
    return false;
}

enum smtp_stage smtp_stage_of_verb(enum smtp_verb verb)
{
    enum smtp_stage stage;

    if (!smtp_stage_from_word(bytes_of(smtp_verb_word(verb)), &stage))
        return SMTP_STAGE_OTHER;
    return stage;
}
