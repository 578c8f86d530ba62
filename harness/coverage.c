#include "harness/coverage.h"

#include "fakeserver/rule.h"

static size_t count_rules(struct bytes id)
{
    size_t count = 0;
    for (size_t i = 0; i < rule_count; i++)
        if (bytes_equal(id, bytes_of(rules[i].requirement)))
            count++;
    return count;
}

static size_t count_scenarios(struct bytes id, const struct suite *suite)
{
    size_t count = 0;
    for (size_t i = 0; i < suite->count; i++)
        for (size_t j = 0; j < suite->scenarios[i].cite_count; j++)
            if (bytes_equal(id, suite->scenarios[i].cites[j])) {
                count++;
                break;
            }
    return count;
}

struct coverage coverage_of(const struct requirement *requirement, const struct suite *suite)
{
    struct bytes id = requirement->cells[REGISTER_ID];
    struct coverage coverage = {.kind = COVERAGE_TESTED,
                                .rules = count_rules(id),
                                .scenarios = count_scenarios(id, suite),
                                .reason = requirement->cells[REGISTER_COVER]};
    bool hidden =
        bytes_equal(requirement->cells[REGISTER_OBSERVABLE], BYTES_LITERAL("not-observable"));
    if (coverage.rules > 0 || coverage.scenarios > 0)
        return coverage;
    coverage.kind = hidden || coverage.reason.size > 0 ? COVERAGE_IMPOSSIBLE : COVERAGE_NOT_YET;
    if (hidden && coverage.reason.size == 0)
        coverage.reason = requirement->cells[REGISTER_NOTE];
    return coverage;
}

const char *coverage_word(enum coverage_kind kind)
{
    static const char *const words[] = {"tested", "not-observable", "not-yet"};
    return words[kind];
}
