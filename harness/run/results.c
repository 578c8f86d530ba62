#include "harness/run/results.h"

#include "base/require.h"

#include <stdlib.h>

struct results *results_new(size_t count, struct err *err)
{
    struct results *results = calloc(1, sizeof(*results));
    if (results == NULL) {
        err_memory(err);
        return NULL;
    }
    results->arena = arena_new(RESULTS_OCTETS_MAX);
    results->entries = results->arena != NULL
                           ? arena_alloc_array(results->arena, count + 1, sizeof(*results->entries))
                           : NULL;
    if (results->entries == NULL) {
        results_free(results);
        err_memory(err);
        return NULL;
    }
    results->count = count;
    results->client = "";
    results->version = "";
    results->again = "";
    results->again_tail = "";
    results->shard_index = 1;
    results->shard_count = 1;
    return results;
}

void results_free(struct results *results)
{
    if (results == NULL)
        return;
    arena_free(results->arena);
    free(results);
}

static bool copy_bytes(struct arena *arena, struct bytes from, struct bytes *to)
{
    *to = arena_copy(arena, from);
    return to->data != NULL;
}

static const struct finding *copy_findings(struct arena *arena, const struct result *from)
{
    size_t kept =
        from->finding_count < RESULT_FINDINGS_KEPT ? from->finding_count : RESULT_FINDINGS_KEPT;
    struct finding *to = arena_alloc_array(arena, kept + 1, sizeof(*to));
    for (size_t i = 0; to != NULL && i < kept; i++) {
        to[i] = from->findings[i];
        const char *requirement = arena_string(arena, bytes_of(from->findings[i].requirement));
        if (requirement == NULL ||
            !copy_bytes(arena, from->findings[i].expected, &to[i].expected) ||
            !copy_bytes(arena, from->findings[i].got, &to[i].got))
            return NULL;
        to[i].requirement = requirement;
    }
    return to;
}

/* ---- rules ----------------------------------------------------------------------------------- */

/* Several rules may rest on one requirement: what they expect tells them apart. */
static int compare_rule(const struct broken_rule *rule, const struct finding *finding)
{
    int order = strcmp(rule->requirement, finding->requirement);
    if (order != 0)
        return order;
    size_t shorter =
        rule->expected.size < finding->expected.size ? rule->expected.size : finding->expected.size;
    order = shorter > 0 ? memcmp(rule->expected.data, finding->expected.data, shorter) : 0;
    if (order != 0 || rule->expected.size == finding->expected.size)
        return order;
    return rule->expected.size < finding->expected.size ? -1 : 1;
}

/* The row of that rule; a new one goes where the order of ids wants it. */
static struct broken_rule *rule_row(struct results *results, const struct finding *finding)
{
    size_t at = 0;
    while (at < results->rule_count && compare_rule(&results->rules[at], finding) < 0)
        at++;
    if (at < results->rule_count && compare_rule(&results->rules[at], finding) == 0)
        return &results->rules[at];
    void *items = results->rules;
    if (!arena_grow(results->arena, &items, results->rule_count, sizeof(*results->rules)))
        return NULL;
    results->rules = items;
    memmove(&results->rules[at + 1], &results->rules[at],
            (results->rule_count - at) * sizeof(*results->rules));
    results->rule_count++;
    results->rules[at] =
        (struct broken_rule){.requirement = finding->requirement,
                             .expected = finding->expected,
                             .records = SIZE_MAX,
                             .known = known_rule(results->known, finding->requirement)};
    return &results->rules[at];
}

/* The shortest transcript is the best one to read; names decide between equals, so that the order
 * in which runs end does not. */
static bool is_better(const struct broken_rule *rule, const char *name, size_t records)
{
    if (rule->records != records)
        return records < rule->records;
    return strcmp(name, rule->scenario) < 0;
}

static bool add_rules(struct results *results, const struct result *result,
                      const struct result_input *input)
{
    size_t kept =
        result->finding_count < RESULT_FINDINGS_KEPT ? result->finding_count : RESULT_FINDINGS_KEPT;
    const struct finding *last = NULL; /* rows move when one comes between them */
    for (size_t i = 0; i < kept; i++) {
        const struct finding *finding = &result->findings[i];
        if (finding->axis != FINDING_OF_RULE)
            continue;
        struct broken_rule *rule = rule_row(results, finding);
        if (rule == NULL)
            return false;
        if (finding->level > rule->level)
            rule->level = finding->level;
        if (last == NULL || compare_rule(rule, last) != 0)
            rule->runs++; /* findings of one rule stand together */
        last = finding;
        if (rule->records != SIZE_MAX && !is_better(rule, result->name, input->records))
            continue;
        rule->scenario = result->name;
        rule->records = input->records;
        rule->got = finding->got;
        if (!copy_bytes(results->arena, input->dialogues[i], &rule->dialogue))
            return false;
    }
    return true;
}

/* ---- results --------------------------------------------------------------------------------- */

bool results_add(struct results *results, size_t index, const struct result_input *input,
                 struct err *err)
{
    REQUIRE(index < results->count);
    REQUIRE(!results->entries[index].done);
    struct result *to = &results->entries[index];
    *to = *input->result;
    to->findings = copy_findings(results->arena, input->result);
    to->done = true;
    if (to->findings == NULL ||
        !copy_bytes(results->arena, input->result->dialogue, &to->dialogue) ||
        !copy_bytes(results->arena, input->result->reason, &to->reason) ||
        !add_rules(results, to, input))
        return err_memory(err);
    to->known = known_run(results->known, to->name);
    results->done++;
    results->verdicts[to->verdict]++;
    results->known_failures += result_is_known_failure(results, to) ? 1 : 0;
    results->unexpected_passes += result_is_unexpected_pass(results, to) ? 1 : 0;
    results->over += result_is_over(results, to) ? 1 : 0;
    if (to->warped_ms > 0)
        results->warped++;
    if (to->failed_runs > 0 && to->failed_runs < to->runs)
        results->flaky++;
    return true;
}

static bool is_seen(const struct results *results, const struct known_failure *known)
{
    for (size_t i = 0; i < results->rule_count; i++)
        if (results->rules[i].known == known)
            return true;
    return false;
}

static bool add_kept_rule(struct results *results, const struct known_failure *known)
{
    void *items = results->rules;
    const char *requirement = arena_string(results->arena, known->pattern);
    if (requirement == NULL ||
        !arena_grow(results->arena, &items, results->rule_count, sizeof(*results->rules)))
        return false;
    results->rules = items;
    results->rules[results->rule_count++] = (struct broken_rule){.requirement = requirement,
                                                                 .level = FINDING_MUST,
                                                                 .scenario = "",
                                                                 .known = known,
                                                                 .unexpected_pass = true};
    results->rules_kept++;
    return true;
}

bool results_expect_rules(struct results *results, struct err *err)
{
    size_t count = results->known != NULL ? results->known->count : 0;
    for (size_t i = 0; i < count; i++) {
        const struct known_failure *known = &results->known->failures[i];
        if (known->is_rule && !known->over && !is_seen(results, known) &&
            !add_kept_rule(results, known))
            return err_memory(err);
    }
    return true;
}

/* The client's fault, known or not. */
static bool is_broken(const struct results *results, enum verdict_result verdict)
{
    return verdict == VERDICT_FAIL || (results->strict && verdict == VERDICT_WARN);
}

const struct finding *result_own_finding(const struct result *result)
{
    for (size_t i = 0; i < result->finding_count && i < RESULT_FINDINGS_KEPT; i++)
        if (result->findings[i].axis == FINDING_OF_SCENARIO)
            return &result->findings[i];
    return NULL;
}

bool result_is_known_failure(const struct results *results, const struct result *result)
{
    return known_covers(result->known) && is_broken(results, result->verdict);
}

bool result_is_over(const struct results *results, const struct result *result)
{
    return result->known != NULL && result->known->over && is_broken(results, result->verdict);
}

/* Of a run that came to no judgement nobody knows whether it would fail still. */
bool result_is_unexpected_pass(const struct results *results, const struct result *result)
{
    return known_covers(result->known) && !is_broken(results, result->verdict) &&
           (result->verdict == VERDICT_PASS || result->verdict == VERDICT_WARN);
}

bool result_is_failure(const struct results *results, const struct result *result)
{
    return result->verdict == VERDICT_ERROR || result_is_unexpected_pass(results, result) ||
           (!known_covers(result->known) && is_broken(results, result->verdict));
}

static bool is_broken_rule(const struct results *results, const struct broken_rule *rule)
{
    return rule->level == FINDING_MUST || (results->strict && rule->level == FINDING_SHOULD);
}

bool broken_rule_is_failure(const struct results *results, const struct broken_rule *rule)
{
    return rule->unexpected_pass || (!known_covers(rule->known) && is_broken_rule(results, rule));
}

bool broken_rule_is_known_failure(const struct results *results, const struct broken_rule *rule)
{
    return known_covers(rule->known) && !rule->unexpected_pass && is_broken_rule(results, rule);
}

bool broken_rule_is_over(const struct results *results, const struct broken_rule *rule)
{
    return rule->known != NULL && rule->known->over && is_broken_rule(results, rule);
}

size_t results_rules_broken(const struct results *results)
{
    return results->rule_count - results->rules_kept;
}

size_t results_failures(const struct results *results)
{
    size_t broken = results->verdicts[VERDICT_FAIL];
    if (results->strict)
        broken += results->verdicts[VERDICT_WARN];
    return broken - results->known_failures + results->unexpected_passes;
}

int results_exit_status(const struct results *results)
{
    bool failed = results_failures(results) > 0;
    for (size_t i = 0; i < results->rule_count; i++)
        failed = failed || broken_rule_is_failure(results, &results->rules[i]);
    if (results->verdicts[VERDICT_ERROR] > 0 || results->done < results->count)
        return 2;
    return failed ? 1 : 0;
}
