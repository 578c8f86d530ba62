#include "tests/unit/harness/cut_fixture.h"

#include "tests/support/unit.h"

enum { ARENA_MAX = 16 * 1024 * 1024 };

void cut_fixture_init(struct cut_fixture *fixture)
{
    fixture->arena = arena_new(ARENA_MAX);
    assert_non_null(fixture->arena);
}

void cut_fixture_release(struct cut_fixture *fixture)
{
    arena_free(fixture->arena);
}

void cut_fixture_survey(struct cut_fixture *fixture, const char *scenario, const char *run,
                        struct cut_survey *ret)
{
    struct judge_fixture judge;
    struct err err;

    judge_fixture_init(&judge);
    judge_fixture_scenario(&judge, scenario ? scenario : CUT_FIXTURE_SCENARIO);
    judge_fixture_run(&judge, run);
    judge_fixture_claim(&judge, "sent");
    assert_true(cut_survey_make(&(struct cut_survey_run){.scenario = &judge.scenario,
                                                         .transcript = judge.transcript,
                                                         .claim = &judge.claim,
                                                         .verdict = VERDICT_PASS},
                                fixture->arena, ret, &err));
    judge_fixture_release(&judge);
}
