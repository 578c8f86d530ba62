#include "harness/report/report.h"

#include <inttypes.h>

static const struct face {
    const char *word;
    const char *colour;
    const char *counted; /* in the summary */
} faces[VERDICT_COUNT] = {
    [VERDICT_PASS] = {"pass",        "\033[32m",   "passed"     },
    [VERDICT_WARN] = {"WARN",        "\033[33m",   "warned"     },
    [VERDICT_FAIL] = {"FAIL",        "\033[31m",   "failed"     },
    [VERDICT_UNSUPPORTED] = {"unsupported", "\033[36m",   "unsupported"},
    [VERDICT_NOT_REACHED] = {"not-reached", "\033[35m",   "not reached"},
    [VERDICT_ERROR] = {"ERROR",       "\033[31;1m", "in error"   },
};

static void put_word(enum verdict_result verdict, struct report_style style, FILE *to)
{
    if (style.colour)
        (void)fprintf(to, "%s%s\033[0m", faces[verdict].colour, faces[verdict].word);
    else
        (void)fputs(faces[verdict].word, to);
}

static void put_bytes(struct bytes octets, FILE *to)
{
    (void)fwrite(octets.data != NULL ? octets.data : "", 1, octets.size, to);
}

static void put_client(const struct results *results, FILE *to)
{
    (void)fprintf(to, "   %s", results->client);
    if (results->version[0] != '\0')
        (void)fprintf(to, " %s", results->version);
}

/* The findings behind the first one: their dialogue would be the same again. */
static void put_other_findings(const struct result *result, const struct finding *first, FILE *to)
{
    for (size_t i = 0; i < result->finding_count && i < RESULT_FINDINGS_KEPT; i++) {
        const struct finding *finding = &result->findings[i];
        struct buf sentence;
        if (finding->axis != FINDING_OF_SCENARIO || finding == first)
            continue;
        buf_init(&sentence, 64 * 1024);
        if (report_sentence(&sentence, finding)) {
            (void)fputs(first != NULL ? "   also: " : "   ", to);
            put_bytes(buf_bytes(&sentence), to);
            (void)fputc('\n', to);
        }
        buf_release(&sentence);
    }
}

static void put_variations(const struct result *result, FILE *to)
{
    struct buf words;
    buf_init(&words, 4096);
    if (report_variations(&words, result->variations) && words.size > 0) {
        (void)fputs("   variations: ", to);
        put_bytes(buf_bytes(&words), to);
        (void)fputc('\n', to);
    }
    buf_release(&words);
}

static void put_ending(const struct result *result, FILE *to)
{
    if (result->hung)
        (void)fputs("   the client had to be ended: it hung\n", to);
    else if (result->signal != 0)
        (void)fprintf(to, "   the client was ended by signal %d\n", result->signal);
    if (result->failed_runs > 0 && result->runs > 1)
        (void)fprintf(to, "   failed in %u of %u runs\n", result->failed_runs, result->runs);
}

/* A name is quoted where a shell would read more than a word. */
static void put_again(const struct results *results, const char *name, FILE *to)
{
    if (results->again == NULL)
        return;
    bool quote = strpbrk(name, "[]*? '\"$\\&|;<>()~") != NULL;
    (void)fprintf(to, "   again: %s %s%s%s%s\n", results->again, quote ? "'" : "", name,
                  quote ? "'" : "", results->again_tail);
}

/* Time that was jumped over: such a result is as good, but it is not to be taken for a clock's. */
static void put_warped(const struct result *result, FILE *to)
{
    if (result->warped_ms > 0)
        (void)fprintf(to, "   warped: %" PRIu64 ".%03" PRIu64 " s of %" PRIu64 ".%03" PRIu64 " s\n",
                      result->warped_ms / 1000, result->warped_ms % 1000,
                      result->duration_ms / 1000, result->duration_ms % 1000);
}

/* Known, or known and not so any more: with the line that says it. */
static void put_known(const struct results *results, const struct known_failure *known,
                      const char *what, FILE *to)
{
    (void)fprintf(to, "   %s (%s:%u): ", what, results->known->path, known->line);
    put_bytes(known->reason, to);
    (void)fputc('\n', to);
}

static void put_over(const struct results *results, const struct known_failure *known, FILE *to)
{
    struct buf sentence;
    buf_init(&sentence, KNOWN_OCTETS_MAX + 4096);
    if (report_over(&sentence, results, known)) {
        (void)fputs("   ", to);
        put_bytes(buf_bytes(&sentence), to);
        (void)fputc('\n', to);
    }
    buf_release(&sentence);
}

static void put_known_result(const struct results *results, const struct result *result, FILE *to)
{
    if (result_is_known_failure(results, result))
        put_known(results, result->known, "known failure", to);
    if (result_is_unexpected_pass(results, result))
        put_known(results, result->known, "unexpected pass, it is known to fail", to);
    if (result_is_over(results, result))
        put_over(results, result->known, to);
}

static bool is_shown(const struct results *results, const struct result *result,
                     struct report_style style)
{
    if (result_is_known_failure(results, result) && !style.verbose)
        return false;
    return style.verbose || result_is_unexpected_pass(results, result) ||
           result->verdict == VERDICT_FAIL || result->verdict == VERDICT_WARN ||
           result->verdict == VERDICT_NOT_REACHED || result->verdict == VERDICT_ERROR;
}

bool report_text_result(const struct results *results, size_t index, struct report_style style,
                        FILE *to)
{
    const struct result *result = &results->entries[index];
    const struct finding *first = result_own_finding(result);
    if (!is_shown(results, result, style))
        return true;
    if (result_is_known_failure(results, result))
        (void)fputs("known ", to);
    if (result_is_unexpected_pass(results, result))
        (void)fputs("UNEXPECTED ", to);
    put_word(result->verdict, style, to);
    (void)fprintf(to, " %s", result->name);
    if (result->verdict == VERDICT_PASS || result->verdict == VERDICT_UNSUPPORTED ||
        result->verdict == VERDICT_NOT_REACHED) {
        if (result->reason.size > 0)
            (void)fputs(": ", to);
        put_bytes(result->reason, to);
        (void)fputc('\n', to);
        put_known_result(results, result, to);
        put_variations(result, to);
        put_warped(result, to);
        return ferror(to) == 0;
    }
    put_client(results, to);
    if (first != NULL && first->requirement[0] != '\0')
        (void)fprintf(to, "   %s (%s)", first->requirement, report_level(first->level));
    (void)fputc('\n', to);
    put_bytes(result->dialogue, to);
    if (result->reason.size > 0) {
        (void)fputs("   ", to);
        put_bytes(result->reason, to);
        (void)fputc('\n', to);
    }
    put_other_findings(result, result->dialogue.size > 0 ? first : NULL, to);
    put_ending(result, to);
    put_known_result(results, result, to);
    put_variations(result, to);
    put_warped(result, to);
    if (result->smallest != NULL && strcmp(result->smallest, result->name) != 0)
        (void)fprintf(to, "   the smallest cut that does it: %s\n",
                      strrchr(result->smallest, '~') + 1);
    put_again(results, result->smallest != NULL ? result->smallest : result->name, to);
    (void)fputc('\n', to);
    return ferror(to) == 0;
}

static void put_rule(const struct results *results, const struct broken_rule *rule,
                     struct report_style style, FILE *to)
{
    bool is_known = broken_rule_is_known_failure(results, rule);
    if (rule->unexpected_pass) {
        (void)fprintf(to, "UNEXPECTED pass rule %s\n", rule->requirement);
        put_known(results, rule->known, "no run breaks it, which is known to happen", to);
        return;
    }
    if (is_known && !style.verbose)
        return;
    if (is_known)
        (void)fputs("known ", to);
    put_word(rule->level == FINDING_MUST     ? VERDICT_FAIL
             : rule->level == FINDING_SHOULD ? VERDICT_WARN
                                             : VERDICT_PASS,
             style, to);
    (void)fprintf(to, " rule %s (%s)", rule->requirement, report_level(rule->level));
    put_client(results, to);
    (void)fprintf(to, "   in %zu of %zu runs, for one %s\n", rule->runs, results->done,
                  rule->scenario);
    put_bytes(rule->dialogue, to);
    if (is_known)
        put_known(results, rule->known, "known failure", to);
    if (broken_rule_is_over(results, rule))
        put_over(results, rule->known, to);
    put_again(results, rule->scenario, to);
    (void)fputc('\n', to);
}

bool report_text_counts(const struct results *results, FILE *to)
{
    const char *separator = "";
    for (size_t i = 0; i < VERDICT_COUNT; i++) {
        if (results->verdicts[i] == 0 && i != VERDICT_PASS && i != VERDICT_FAIL)
            continue;
        (void)fprintf(to, "%s%zu %s", separator, results->verdicts[i], faces[i].counted);
        separator = ", ";
    }
    if (results->known_failures > 0)
        (void)fprintf(to, ", %zu known failure%s among them", results->known_failures,
                      results->known_failures == 1 ? "" : "s");
    if (results->unexpected_passes > 0)
        (void)fprintf(to, ", %zu unexpected pass%s", results->unexpected_passes,
                      results->unexpected_passes == 1 ? "" : "es");
    if (results->over > 0)
        (void)fprintf(to, ", %zu known no more", results->over);
    return ferror(to) == 0;
}

bool report_text_rules(const struct results *results, struct report_style style, FILE *to)
{
    for (size_t i = 0; i < results->rule_count; i++)
        put_rule(results, &results->rules[i], style, to);
    return ferror(to) == 0;
}

static void put_patience(const struct result *result, FILE *to)
{
    const struct patience *patience = &result->patience;
    unsigned least_s = patience_least_s(patience->stage);
    const char *says = !patience->gave_up ? "it still waited when the run was ended"
                       : patience->waited_ms + PATIENCE_SLACK_MS < least_s * UINT64_C(1000)
                           ? "too short"
                           : "";
    (void)fprintf(to, "   %-16s", patience_word(patience->stage));
    if (least_s > 0)
        (void)fprintf(to, "%6u s", least_s);
    else
        (void)fprintf(to, "%6s  ", "-");
    (void)fprintf(to, "%8" PRIu64 ".%03" PRIu64 " s   %-7s%s\n", patience->waited_ms / 1000,
                  patience->waited_ms % 1000, result->warped_ms > 0 ? "warped" : "", says);
}

/* What a client SHOULD wait at least (RFC 5321 4.5.3.2), and how long this one did. */
static void put_timeouts(const struct results *results, FILE *to)
{
    bool any = false;
    for (int stage = 0; stage < PATIENCE_COUNT; stage++)
        for (size_t i = 0; i < results->count; i++) {
            const struct result *result = &results->entries[i];
            if (!result->done || !result->has_patience || (int)result->patience.stage != stage)
                continue;
            if (!any)
                (void)fprintf(to, "timeouts           required      measured\n");
            any = true;
            put_patience(result, to);
        }
    if (any)
        (void)fputc('\n', to);
}

bool report_text_end(const struct results *results, struct report_style style, FILE *to)
{
    (void)report_text_rules(results, style, to);
    put_timeouts(results, to);
    (void)fprintf(to, "%s%s%s: ", results->client, results->version[0] != '\0' ? " " : "",
                  results->version);
    (void)report_text_counts(results, to);
    (void)fprintf(to, " of %zu runs; %zu rule%s broken", results->count,
                  results_rules_broken(results), results_rules_broken(results) == 1 ? "" : "s");
    if (results->cut_of > 0)
        (void)fprintf(to, "; cuts of %zu of %zu instances", results->cut_of, results->cut_from);
    if (results->interrupted)
        (void)fprintf(to, "; interrupted after %zu", results->done);
    if (results->flaky > 0)
        (void)fprintf(to, "; %zu failed in some runs only", results->flaky);
    if (results->warp)
        (void)fprintf(to, "; %zu warped", results->warped);
    if (results->sample > 0)
        (void)fprintf(to, "; a sample, %u of each scenario at most", results->sample);
    if (results->shard_count > 1)
        (void)fprintf(to, "; shard %u/%u", results->shard_index, results->shard_count);
    (void)fprintf(to, "; %" PRIu64 ".%" PRIu64 " s; seed %" PRIu64 "\n",
                  results->duration_ms / 1000, results->duration_ms % 1000 / 100, results->seed);
    return ferror(to) == 0 && fflush(to) == 0;
}
