#include "fakeserver/fakesmtpd_tally.h"

#include "fakeserver/transcript.h"

#include <jansson.h>
#include <stdlib.h>

#define TALLY_OCTETS_MAX ((size_t)1024 * 1024)

bool tally_init(struct tally *tally)
{
    *tally = (struct tally){.arena = arena_new(TALLY_OCTETS_MAX)};
    return tally->arena != NULL;
}

void tally_release(struct tally *tally)
{
    arena_free(tally->arena);
}

/* ---- adding ---------------------------------------------------------------------------------- */

/* How bad each result is, to find the worst of many. */
static int badness(enum verdict_result result)
{
    /* PASS, WARN, FAIL, UNSUPPORTED, NOT_REACHED, ERROR */
    static const int order[] = {0, 2, 4, 1, 3, 5};

    return order[result];
}

static enum verdict_result worse(enum verdict_result a, enum verdict_result b)
{
    return badness(b) > badness(a) ? b : a;
}

static bool is_same(const struct finding *a, const struct finding *b)
{
    return a->axis == b->axis && a->level == b->level && a->line == b->line &&
           strcmp(a->requirement, b->requirement) == 0 && bytes_equal(a->expected, b->expected);
}

static void add_finding(struct tally *tally, const struct finding *finding)
{
    struct tally_finding *kept = tally->findings;
    struct tally_finding *end = tally->findings + tally->finding_count;

    while (kept < end && !is_same(&kept->finding, finding))
        kept++;
    if (kept < end) {
        kept->times++;
        return;
    }
    if (tally->finding_count == TALLY_FINDINGS_MAX) {
        tally->finding_lost++;
        return;
    }
    *kept = (struct tally_finding){.finding = *finding, .times = 1};
    kept->finding.requirement = arena_string(tally->arena, bytes_of(finding->requirement));
    kept->finding.expected = arena_copy(tally->arena, finding->expected);
    kept->finding.got = arena_copy(tally->arena, finding->got);
    if (kept->finding.requirement && kept->finding.expected.data && kept->finding.got.data)
        tally->finding_count++;
    else
        tally->finding_lost++;
}

void tally_add(struct tally *tally, const struct verdict *verdict)
{
    enum verdict_result both = worse(verdict->scenario, verdict->rules);
    size_t index;

    tally->runs++;
    if (verdict->reason.size > 0 && badness(verdict->scenario) > badness(tally->scenario))
        tally->reason = arena_copy(tally->arena, verdict->reason);
    tally->scenario = worse(tally->scenario, verdict->scenario);
    tally->rules = worse(tally->rules, verdict->rules);
    tally->is_failed = tally->is_failed || badness(both) >= badness(VERDICT_FAIL);
    tally->is_doubtful =
        tally->is_doubtful || both == VERDICT_WARN || verdict->scenario == VERDICT_NOT_REACHED;
    tally->variations |= verdict->variations;
    tally->finding_lost += verdict->finding_lost;
    for (index = 0; index < verdict->finding_count; index++)
        add_finding(tally, &verdict->findings[index]);
}

enum verdict_result tally_result(const struct tally *tally)
{
    return worse(tally->scenario, tally->rules);
}

/* ---- as text --------------------------------------------------------------------------------- */

static void print_finding(const struct tally_finding *kept, FILE *to)
{
    const struct finding *finding = &kept->finding;

    fprintf(to, "  %s %s", finding_level_word(finding->level),
            finding->requirement[0] ? finding->requirement : "-");
    if (finding->line > 0)
        fprintf(to, " line %u", finding->line);
    fprintf(to, ": expected %.*s; got %.*s", BYTES_FORMAT(finding->expected),
            BYTES_FORMAT(finding->got));
    if (kept->times > 1)
        fprintf(to, " (%zu times)", kept->times);
    fputc('\n', to);
}

static void print_variations(const struct tally *tally, FILE *to)
{
    unsigned variation;

    if (!tally->variations)
        return;
    fputs("  variations:", to);
    for (variation = 0; variation < VARIATION_COUNT; variation++)
        if (tally->variations & VARIATION_BIT(variation))
            fprintf(to, " %s", variation_word((enum variation)variation));
    fputc('\n', to);
}

bool tally_print_text(const struct tally *tally, FILE *to)
{
    size_t index;

    fprintf(to, "%s: scenario %s, rules %s; %zu connections, %zu judged\n",
            verdict_result_word(tally_result(tally)), verdict_result_word(tally->scenario),
            verdict_result_word(tally->rules), tally->connections, tally->runs);
    if (tally->reason.size > 0)
        fprintf(to, "  %.*s\n", BYTES_FORMAT(tally->reason));
    for (index = 0; index < tally->finding_count; index++)
        print_finding(&tally->findings[index], to);
    if (tally->finding_lost > 0)
        fprintf(to, "  and %zu findings more\n", tally->finding_lost);
    print_variations(tally, to);
    return fflush(to) == 0;
}

/* ---- as JSON --------------------------------------------------------------------------------- */

static json_t *finding_json(const struct tally_finding *kept)
{
    const struct finding *finding = &kept->finding;

    return json_pack("{s:s, s:s, s:s, s:I, s:s%, s:s%, s:I}", "axis",
                     finding->axis == FINDING_OF_RULE ? "rule" : "scenario", "level",
                     finding_level_word(finding->level), "requirement", finding->requirement,
                     "line", (json_int_t)finding->line, "expected", finding->expected.data,
                     finding->expected.size, "got", finding->got.data, finding->got.size, "times",
                     (json_int_t)kept->times);
}

static json_t *findings_json(const struct tally *tally)
{
    json_t *list = json_array();
    size_t index;

    for (index = 0; index < tally->finding_count; index++)
        json_array_append_new(list, finding_json(&tally->findings[index]));
    return list;
}

static json_t *variations_json(const struct tally *tally)
{
    json_t *list = json_array();
    unsigned variation;

    for (variation = 0; variation < VARIATION_COUNT; variation++)
        if (tally->variations & VARIATION_BIT(variation))
            json_array_append_new(list, json_string(variation_word((enum variation)variation)));
    return list;
}

bool tally_print_json(const struct tally *tally, FILE *to)
{
    json_t *whole =
        json_pack("{s:s, s:s, s:s, s:s%, s:I, s:I, s:o, s:I, s:o}", "verdict",
                  verdict_result_word(tally_result(tally)), "scenario",
                  verdict_result_word(tally->scenario), "rules", verdict_result_word(tally->rules),
                  "reason", tally->reason.data ? tally->reason.data : "", tally->reason.size,
                  "connections", (json_int_t)tally->connections, "judged", (json_int_t)tally->runs,
                  "findings", findings_json(tally), "findings_lost",
                  (json_int_t)tally->finding_lost, "variations", variations_json(tally));
    bool ok = whole && json_dumpf(whole, to, JSON_COMPACT) == 0 && fputc('\n', to) != EOF;

    json_decref(whole);
    return ok && fflush(to) == 0;
}
