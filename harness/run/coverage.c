#include "harness/run/coverage.h"

#include "fakeserver/rule.h"

static bool names(const struct requirement *requirement, const char *rule)
{
    struct bytes rest = requirement->covered;
    struct bytes word;
    while (requirement->cover == REQUIREMENT_RULE && bytes_next_word(&rest, &word))
        if (bytes_equal(word, bytes_of(rule)))
            return true;
    return false;
}

/* A rule rests on one requirement, and may show others too: the register names it there. */
static size_t count_rules(const struct requirement *requirement)
{
    size_t count = 0;
    for (size_t i = 0; i < rule_count; i++)
        if (bytes_equal(requirement->id, bytes_of(rules[i].requirement)) ||
            names(requirement, rules[i].name))
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
    coverage.rules = count_rules(requirement) + (same != NULL ? count_rules(same) : 0);
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
