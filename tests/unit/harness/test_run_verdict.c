/* What only the one who ran a client knows: whether it rightly waited when it was stopped. */
#include "harness/run/run_verdict.h"

#include "tests/support/unit.h"
#include "tests/unit/judge/judge_fixture.h"

#define SCENARIO "title t\nsend from=a@x.example to=b@y.example\n\n...\n"
#define STALL "!stalled\n~9000\n!client-closed\n"
#define AT_MAIL PLAIN "C: MAIL FROM:<a@x.example>\n" STALL
#define AT_QUIT PLAIN SENT "C: QUIT\n" STALL
#define MULTILINE GREETING "C: EHLO x\nS: 250-a\n" STALL

static const struct {
    const char *run;
    uint64_t timeout_ms;
    const char *cut; /* NULL: none */
    bool is_hurried;
    enum verdict_result verdict;
    const char *requirement; /* of the first finding; NULL: none */
} hangs[] = {
  /* clang-format off */
    {AT_MAIL,                0,    NULL,       false, VERDICT_UNSUPPORTED, NULL},
    {AT_MAIL,                2000, NULL,       false, VERDICT_FAIL,        "5321-4.5.3.2-a"},
    {AT_MAIL,                2000, "stall@3",  false, VERDICT_FAIL,        "5321-4.5.3.2-a"},
    {AT_MAIL,                2000, "stall@3",  true,  VERDICT_UNSUPPORTED, NULL},
    {MULTILINE,              2000, "stall@2",  false, VERDICT_FAIL,        "5321-4.5.3.2-a"},
    {MULTILINE,              2000, "stall@2",  true,  VERDICT_UNSUPPORTED, NULL},
    {"!connected\n" STALL,   2000, "stall@0",  false, VERDICT_FAIL,        "5321-4.5.3.2-a"},
    {"!connected\n" STALL,   2000, "stall@0",  true,  VERDICT_UNSUPPORTED, NULL},
    /* For the reply to QUIT a limit counts that the scenario gave, not one that a cut did. */
    {AT_QUIT,                2000, NULL,       false, VERDICT_WARN,        "5321-4.5.3.2-c"},
    {AT_QUIT,                4000, "stall@7",  false, VERDICT_UNSUPPORTED, NULL},
    {AT_QUIT,                4000, "split@lines", false, VERDICT_UNSUPPORTED, NULL},
    /* It was not waiting. */
    {PLAIN "C{cut} QU\n" STALL, 4000, "stall@3", false, VERDICT_FAIL,      "5321-4.5.3.2-a"},
  /* clang-format on */
};

static void a_client_that_was_stopped_may_have_waited_rightly(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(hangs); i++) {
        struct judge_fixture fixture;
        struct run_verdict verdict = {.result = {.name = "t"}};
        struct cut cut;
        struct run_evidence evidence = {.scenario = &fixture.scenario,
                                        .claim = &fixture.claim,
                                        .connections = 1,
                                        .cut = hangs[i].cut ? &cut : NULL,
                                        .is_hurried = hangs[i].is_hurried,
                                        .is_process = true};

        judge_fixture_init(&fixture);
        judge_fixture_scenario(&fixture, SCENARIO);
        judge_fixture_run(&fixture, hangs[i].run);
        judge_fixture_claim(&fixture, "hung");
        fixture.scenario.send.timeout_ms = hangs[i].timeout_ms;
        evidence.transcript = fixture.transcript;
        assert_true(!hangs[i].cut || cut_parse(bytes_of(hangs[i].cut), &cut, &fixture.err));
        assert_true(run_verdict_make(&evidence, fixture.arena, &verdict, &fixture.err));
        const char *found =
            verdict.result.finding_count > 0 ? verdict.result.findings[0].requirement : "none";
        if (verdict.result.verdict != hangs[i].verdict ||
            strcmp(found, hangs[i].requirement ? hangs[i].requirement : "none") != 0)
            fail_msg("row %zu: %s, found %s", i, verdict_result_word(verdict.result.verdict),
                     found);
        judge_fixture_release(&fixture);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_client_that_was_stopped_may_have_waited_rightly),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
