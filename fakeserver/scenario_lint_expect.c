#include "fakeserver/scenario_lint.h"

static bool same_pattern(const struct pattern *a, const struct pattern *b)
{
    return a && b && a->under == b->under && bytes_equal_nocase(a->written, b->written);
}

/* `never P` and something that needs P. */
static bool needs_it(const struct expectation *expectation, const struct pattern *pattern)
{
    bool counts = expectation->kind == EXPECT_COUNT && expectation->compare != EXPECT_AT_MOST &&
                  expectation->number > 0;
    bool before = expectation->kind == EXPECT_BEFORE && !expectation->negated;
    bool next = expectation->kind == EXPECT_NEXT;

    return (counts || before || next) && same_pattern(expectation->pattern, pattern);
}

static bool count_contradicts(const struct expectation *a, const struct expectation *b)
{
    if (a->kind != EXPECT_COUNT || b->kind != EXPECT_COUNT || !same_pattern(a->pattern, b->pattern))
        return false;
    if (a->compare == EXPECT_AT_MOST)
        return b->compare != EXPECT_AT_MOST && b->number > a->number;
    return a->compare == EXPECT_EXACTLY && b->compare == EXPECT_EXACTLY && a->number != b->number;
}

static bool contradict(const struct expectation *a, const struct expectation *b)
{
    if (a->kind == EXPECT_NEVER && !a->other && needs_it(b, a->pattern))
        return true;
    if (a->kind == EXPECT_BEFORE && b->kind == EXPECT_BEFORE && a->negated == b->negated)
        return same_pattern(a->pattern, b->other) && same_pattern(a->other, b->pattern) &&
               !a->negated;
    if (a->kind == EXPECT_BEFORE && b->kind == EXPECT_BEFORE)
        return same_pattern(a->pattern, b->pattern) && same_pattern(a->other, b->other);
    if (a->kind == EXPECT_OUTCOME && b->kind == EXPECT_OUTCOME &&
        bytes_equal_nocase(a->address, b->address)) {
        if (!a->negated && !b->negated)
            return (a->outcomes & b->outcomes) == 0;
        return !a->negated && b->negated && (a->outcomes & ~b->outcomes) == 0;
    }
    return count_contradicts(a, b);
}

/* PATTERN before itself, never itself after nothing else … */
static bool check_alone(struct lint *lint, const struct expectation *expectation)
{
    if (expectation->kind == EXPECT_BEFORE && !expectation->negated &&
        same_pattern(expectation->pattern, expectation->other))
        return lint_remark_at(lint, true, expectation->line, expectation->column,
                              "nothing comes before itself");
    return true;
}

bool lint_expectations(struct lint *lint, const struct scenario *scenario)
{
    for (size_t i = 0; i < scenario->expectation_count; i++) {
        const struct expectation *expectation = &scenario->expectations[i];

        if (!check_alone(lint, expectation))
            return false;
        for (size_t j = 0; j < i; j++) {
            const struct expectation *above = &scenario->expectations[j];

            if (!contradict(expectation, above) && !contradict(above, expectation))
                continue;
            if (!lint_remark_at(lint, true, expectation->line, expectation->column,
                                "this can never be met together with line %u", above->line))
                return false;
        }
    }
    return true;
}
