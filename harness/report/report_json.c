#include "harness/report/report.h"

#include "base/text.h"
#include "fakeserver/transcript.h"

#include <jansson.h>

#define REPORT_SCHEMA 1

/* Text of our own is UTF-8 already; foreign octets in it were escaped when it was made. */
static json_t *json_text(struct bytes text)
{
    json_t *value = json_stringn(text.data != NULL ? text.data : "", text.size);
    if (value != NULL)
        return value;
    struct buf escaped; /* what is no UTF-8 all the same */
    buf_init(&escaped, 4 * text.size + 1);
    if (text_escape(&escaped, text))
        value = json_stringn(escaped.data, escaped.size);
    buf_release(&escaped);
    return value;
}

static json_t *json_variations(uint64_t variations)
{
    json_t *list = json_array();
    for (int i = VARIATION_NONE + 1; i < VARIATION_COUNT; i++)
        if ((variations & VARIATION_BIT((enum variation)i)) != 0)
            (void)json_array_append_new(list, json_string(variation_word((enum variation)i)));
    return list;
}

static json_t *json_finding(const struct finding *finding)
{
    json_t *value = json_pack(
        "{s:s, s:s, s:s, s:o, s:o}", "axis", finding->axis == FINDING_OF_RULE ? "rule" : "scenario",
        "level", finding_level_word(finding->level), "requirement", finding->requirement,
        "expected", json_text(finding->expected), "got", json_text(finding->got));
    if (finding->line > 0)
        (void)json_object_set_new(value, "line", json_integer((json_int_t)finding->line));
    if (finding->record != SIZE_MAX)
        (void)json_object_set_new(value, "record", json_integer((json_int_t)finding->record));
    return value;
}

static json_t *json_patience(const struct patience *patience)
{
    json_t *value =
        json_pack("{s:s, s:I, s:b}", "stage", patience_word(patience->stage), "measured_ms",
                  (json_int_t)patience->waited_ms, "gave_up", patience->gave_up ? 1 : 0);
    if (patience_least_s(patience->stage) > 0) {
        (void)json_object_set_new(
            value, "required_ms",
            json_integer((json_int_t)patience_least_s(patience->stage) * 1000));
        (void)json_object_set_new(value, "source", json_string(patience_source(patience->stage)));
    }
    return value;
}

/* The reason by one of three names, and the last day. */
static void add_known(json_t *to, const char *member, const struct known_failure *known)
{
    (void)json_object_set_new(to, member, json_text(known->reason));
    if (known->until.size > 0)
        (void)json_object_set_new(to, "known_until", json_text(known->until));
}

static json_t *json_result(const struct results *results, const struct result *result)
{
    json_t *findings = json_array();
    for (size_t i = 0; i < result->finding_count && i < RESULT_FINDINGS_KEPT; i++)
        (void)json_array_append_new(findings, json_finding(&result->findings[i]));
    json_t *value =
        json_pack("{s:s, s:s, s:s, s:o, s:o, s:i, s:i, s:I, s:b}", "name", result->name, "verdict",
                  verdict_result_word(result->verdict), "rules", verdict_result_word(result->rules),
                  "findings", findings, "variations", json_variations(result->variations), "runs",
                  (int)result->runs, "failed_runs", (int)result->failed_runs, "duration_ms",
                  (json_int_t)result->duration_ms, "hung", result->hung ? 1 : 0);
    if (result->outcome != NULL)
        (void)json_object_set_new(value, "outcome", json_string(result->outcome));
    if (result->has_patience)
        (void)json_object_set_new(value, "timeout", json_patience(&result->patience));
    if (result->warped_ms > 0)
        (void)json_object_set_new(value, "warped_ms", json_integer((json_int_t)result->warped_ms));
    if (result->reason.size > 0)
        (void)json_object_set_new(value, "reason", json_text(result->reason));
    if (result->dialogue.size > 0)
        (void)json_object_set_new(value, "dialogue", json_text(result->dialogue));
    if (result_is_known_failure(results, result))
        add_known(value, "known_failure", result->known);
    if (result_is_unexpected_pass(results, result))
        add_known(value, "unexpected_pass", result->known);
    if (result_is_over(results, result))
        add_known(value, "known_no_more", result->known);
    if (result->status >= 0)
        (void)json_object_set_new(value, "exit_status", json_integer(result->status));
    if (result->signal != 0)
        (void)json_object_set_new(value, "signal", json_integer(result->signal));
    return value;
}

static json_t *json_rule(const struct results *results, const struct broken_rule *rule)
{
    json_t *value =
        json_pack("{s:s, s:s, s:I, s:s, s:o, s:o, s:o}", "requirement", rule->requirement, "level",
                  finding_level_word(rule->level), "runs", (json_int_t)rule->runs, "scenario",
                  rule->scenario, "expected", json_text(rule->expected), "got",
                  json_text(rule->got), "dialogue", json_text(rule->dialogue));
    if (rule->unexpected_pass)
        add_known(value, "unexpected_pass", rule->known);
    if (broken_rule_is_known_failure(results, rule))
        add_known(value, "known_failure", rule->known);
    if (broken_rule_is_over(results, rule))
        add_known(value, "known_no_more", rule->known);
    return value;
}

static json_t *json_summary(const struct results *results)
{
    json_t *summary = json_pack("{s:I}", "runs", (json_int_t)results->count);
    for (int i = 0; i < VERDICT_COUNT; i++)
        (void)json_object_set_new(summary, verdict_result_word((enum verdict_result)i),
                                  json_integer((json_int_t)results->verdicts[i]));
    (void)json_object_set_new(summary, "rules_broken",
                              json_integer((json_int_t)results_rules_broken(results)));
    (void)json_object_set_new(summary, "known_failures",
                              json_integer((json_int_t)results->known_failures));
    (void)json_object_set_new(summary, "unexpected_passes",
                              json_integer((json_int_t)results->unexpected_passes));
    (void)json_object_set_new(summary, "known_no_more", json_integer((json_int_t)results->over));
    if (results->warp)
        (void)json_object_set_new(summary, "warped", json_integer((json_int_t)results->warped));
    (void)json_object_set_new(summary, "flaky", json_integer((json_int_t)results->flaky));
    (void)json_object_set_new(summary, "duration_ms",
                              json_integer((json_int_t)results->duration_ms));
    (void)json_object_set_new(summary, "interrupted", json_boolean(results->interrupted));
    (void)json_object_set_new(summary, "exit_status", json_integer(results_exit_status(results)));
    return summary;
}

/* What the runs cost, ./dev bench reads it. */
static json_t *json_cost(const struct results *results)
{
    json_int_t runs = 0;
    for (size_t i = 0; i < results->count; i++)
        runs += (json_int_t)results->entries[i].runs;
    return json_pack("{s:I, s:I, s:I}", "runs", runs, "own_cpu_us", (json_int_t)results->own_cpu_us,
                     "client_cpu_us", (json_int_t)results->client_cpu_us);
}

bool report_json(const struct results *results, FILE *to, struct err *err)
{
    json_t *scenarios = json_array();
    json_t *rules = json_array();
    for (size_t i = 0; i < results->count; i++)
        if (results->entries[i].done)
            (void)json_array_append_new(scenarios, json_result(results, &results->entries[i]));
    for (size_t i = 0; i < results->rule_count; i++)
        (void)json_array_append_new(rules, json_rule(results, &results->rules[i]));
    json_t *root =
        json_pack("{s:i, s:{s:s, s:s}, s:I, s:{s:i, s:i}, s:b, s:b, s:o, s:o, s:o, s:o}", "schema",
                  REPORT_SCHEMA, "client", "name", results->client, "version", results->version,
                  "seed", (json_int_t)results->seed, "shard", "index", (int)results->shard_index,
                  "count", (int)results->shard_count, "whole", results->whole ? 1 : 0, "strict",
                  results->strict ? 1 : 0, "summary", json_summary(results), "cost",
                  json_cost(results), "scenarios", scenarios, "rules", rules);
    if (root == NULL)
        return err_memory(err);
    if (results->sample > 0)
        (void)json_object_set_new(root, "sample", json_integer((json_int_t)results->sample));
    bool ok = json_dumpf(root, to, JSON_INDENT(1) | JSON_PRESERVE_ORDER) == 0 &&
              fputc('\n', to) != EOF && fflush(to) == 0;
    json_decref(root);
    return ok || err_set(err, ERR_IO, "the JSON report could not be written whole");
}
