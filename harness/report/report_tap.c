#include "harness/report/report.h"

#include <inttypes.h>

/* In a description `#` would begin a directive, and a `\` an escape (TAP 14). */
static void put_description(const char *text, FILE *to)
{
    for (; *text != '\0'; text++) {
        if (*text == '#' || *text == '\\')
            (void)fputc('\\', to);
        (void)fputc(*text, to);
    }
}

/* Each line of a text as a comment. */
static void put_comment(struct bytes text, FILE *to)
{
    struct bytes line;
    while (bytes_next(&text, '\n', &line))
        if (line.size > 0)
            (void)fprintf(to, "# %.*s\n", BYTES_FORMAT(line));
}

static void put_sentence(const struct finding *finding, FILE *to)
{
    struct buf sentence;
    buf_init(&sentence, 64 * 1024);
    if (report_sentence(&sentence, finding))
        (void)fprintf(to, "# %s (%s): %.*s\n",
                      finding->requirement[0] != '\0' ? finding->requirement : "scenario",
                      report_level(finding->level), BYTES_FORMAT(buf_bytes(&sentence)));
    buf_release(&sentence);
}

static void put_over(const struct results *results, const struct known_failure *known, FILE *to)
{
    struct buf sentence;
    buf_init(&sentence, KNOWN_OCTETS_MAX + 4096);
    if (report_over(&sentence, results, known))
        put_comment(buf_bytes(&sentence), to);
    buf_release(&sentence);
}

bool report_tap_result(const struct results *results, size_t index, FILE *to)
{
    const struct result *result = &results->entries[index];
    bool failed = result_is_failure(results, result);
    if (index == 0)
        (void)fputs("TAP version 13\n", to);
    bool is_known = result_is_known_failure(results, result);
    (void)fprintf(to, "%s %zu - ", failed || is_known ? "not ok" : "ok", index + 1);
    put_description(result->name, to);
    if (result->verdict == VERDICT_UNSUPPORTED || result->verdict == VERDICT_NOT_REACHED)
        (void)fprintf(to, " # SKIP %s: %.*s", verdict_result_word(result->verdict),
                      BYTES_FORMAT(result->reason));
    if (is_known) /* which is no failure to a reader of TAP */
        (void)fprintf(to, " # TODO known failure: %.*s", BYTES_FORMAT(result->known->reason));
    (void)fputc('\n', to);
    if (result_is_unexpected_pass(results, result))
        (void)fprintf(to, "# unexpected pass, known to fail (%s:%u): %.*s\n", results->known->path,
                      result->known->line, BYTES_FORMAT(result->known->reason));
    if (result_is_over(results, result))
        put_over(results, result->known, to);
    if (result->warped_ms > 0)
        (void)fprintf(to, "# warped: %" PRIu64 " ms of %" PRIu64 " ms\n", result->warped_ms,
                      result->duration_ms);
    if (result->verdict == VERDICT_ERROR)
        put_comment(result->reason, to);
    for (size_t i = 0; i < result->finding_count && i < RESULT_FINDINGS_KEPT; i++)
        if (result->findings[i].axis == FINDING_OF_SCENARIO)
            put_sentence(&result->findings[i], to);
    if (failed)
        put_comment(result->dialogue, to);
    return ferror(to) == 0;
}

bool report_tap_end(const struct results *results, FILE *to)
{
    for (size_t i = 0; i < results->rule_count; i++) {
        const struct broken_rule *rule = &results->rules[i];
        bool is_known = broken_rule_is_known_failure(results, rule);
        (void)fprintf(to, "%s %zu - rule %s",
                      is_known || broken_rule_is_failure(results, rule) ? "not ok" : "ok",
                      results->count + i + 1, rule->requirement);
        if (is_known)
            (void)fprintf(to, " # TODO known failure: %.*s", BYTES_FORMAT(rule->known->reason));
        (void)fputc('\n', to);
        if (rule->unexpected_pass) {
            (void)fprintf(to, "# unexpected pass, known to fail (%s:%u): %.*s\n",
                          results->known->path, rule->known->line,
                          BYTES_FORMAT(rule->known->reason));
            continue;
        }
        (void)fprintf(to, "# %s, in %zu runs, for one %s\n", report_level(rule->level), rule->runs,
                      rule->scenario);
        if (broken_rule_is_over(results, rule))
            put_over(results, rule->known, to);
        put_comment(rule->dialogue, to);
    }
    if (results->count == 0)
        (void)fputs("TAP version 13\n", to);
    if (results->interrupted)
        (void)fprintf(to, "Bail out! interrupted\n");
    (void)fprintf(to, "1..%zu\n# ", results->count + results->rule_count);
    (void)report_text_counts(results, to);
    (void)fprintf(to, "; %zu rule%s broken\n", results_rules_broken(results),
                  results_rules_broken(results) == 1 ? "" : "s");
    return ferror(to) == 0 && fflush(to) == 0;
}
