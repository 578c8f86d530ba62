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

struct coverage coverage_of(const struct requirement *requirement,
                            const struct requirement_register *list, const struct suite *suite)
{
    struct coverage coverage = {.kind = COVERAGE_TESTED};
    const struct requirement *same = NULL;
    if (requirement->cover == REQUIREMENT_AS) {
        same = requirement_find(list, requirement->covered);
        coverage.as = requirement->covered;
    }
    coverage.rules = count_rules(requirement->id) + (same != NULL ? count_rules(same->id) : 0);
    coverage.scenarios = count_scenarios(requirement->id, suite) +
                         (same != NULL ? count_scenarios(same->id, suite) : 0);
    if (coverage.rules > 0 || coverage.scenarios > 0)
        return coverage;
    if (same == NULL)
        same = requirement;
    coverage.kind = same->cover == REQUIREMENT_NEVER ? COVERAGE_IMPOSSIBLE : COVERAGE_NOT_YET;
    if (same->cover == REQUIREMENT_NEVER || same->cover == REQUIREMENT_LATER)
        coverage.reason = same->covered;
    return coverage;
}

const char *coverage_word(enum coverage_kind kind)
{
    static const char *const words[] = {"tested", "not-observable", "not-yet"};
    return words[kind];
}
