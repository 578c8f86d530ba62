#include "fakeserver/sasl_demand.h"

static const char *const faults[] = {
#define X(id, word, says) word,
    SASL_FAULT_TABLE(X)
#undef X
};

static const struct {
    const char *word;
    const char *says;
} remarks[] = {
#define X(id, word, says, source) {word, says},
    SASL_REMARK_TABLE(X)
#undef X
};

const char *sasl_fault_word(enum sasl_fault fault)
{
    return faults[fault];
}

bool sasl_fault_from_word(struct bytes word, enum sasl_fault *ret)
{
    for (size_t i = 0; i < SASL_FAULT_COUNT; i++) {
        if (!bytes_equal(word, bytes_of(faults[i])))
            continue;
        *ret = (enum sasl_fault)i;
        return true;
    }
    return false;
}

const char *sasl_remark_word(enum sasl_remark remark)
{
    return remarks[remark].word;
}

const char *sasl_remark_says(enum sasl_remark remark)
{
    return remarks[remark].says;
}

bool sasl_remark_from_word(struct bytes word, enum sasl_remark *ret)
{
    for (size_t i = 0; i < SASL_REMARK_COUNT; i++) {
        if (!bytes_equal(word, bytes_of(remarks[i].word)))
            continue;
        *ret = (enum sasl_remark)i;
        return true;
    }
    return false;
}
