#include "base/smtp_outcome.h"

#include "base/require.h"

static const struct {
    const char *word;
    int status;
} outcomes[SMTP_OUTCOME_COUNT] = {
#define X(name, word, status) {word, status},
    SMTP_OUTCOME_TABLE(X)
#undef X
};

const char *smtp_outcome_word(enum smtp_outcome outcome)
{
    REQUIRE((unsigned)outcome < SMTP_OUTCOME_COUNT);
    return outcomes[outcome].word;
}

bool smtp_outcome_from_word(struct bytes word, enum smtp_outcome *ret)
{
    for (unsigned i = 0; i < SMTP_OUTCOME_COUNT; i++) {
        if (bytes_equal(word, bytes_of(outcomes[i].word))) {
            *ret = (enum smtp_outcome)i;
            return true;
        }
    }
    return false;
}

int smtp_outcome_status(enum smtp_outcome outcome)
{
    REQUIRE((unsigned)outcome < SMTP_OUTCOME_COUNT);
    return outcomes[outcome].status;
}

unsigned smtp_outcome_weight(enum smtp_outcome outcome)
{
    switch (outcome) {
    case SMTP_OUTCOME_UNKNOWN:
        return 6;
    case SMTP_OUTCOME_REFUSED_TLS:
        return 5;
    case SMTP_OUTCOME_REFUSED_AUTH:
        return 4;
    case SMTP_OUTCOME_TEMPORARY:
        return 3;
    case SMTP_OUTCOME_PERMANENT:
        return 2;
    case SMTP_OUTCOME_SENT:
    case SMTP_OUTCOME_PARTIAL:
    case SMTP_OUTCOME_COUNT:
        return 1;
    }
    return 0;
}
