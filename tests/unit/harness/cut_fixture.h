/*
 * cut_fixture.h - surveys of runs that are written down in the test (judge_fixture.h).
 *
 * Lives:   a survey lives until cut_fixture_release().
 */
#ifndef TESTS_UNIT_HARNESS_CUT_FIXTURE_H
#define TESTS_UNIT_HARNESS_CUT_FIXTURE_H

#include "harness/cut/cut_survey.h"
#include "tests/unit/judge/judge_fixture.h"

#define CUT_FIXTURE_SCENARIO "title t\nsend from=a@x.example to=b@y.example\n\n...\n"

struct cut_fixture {
    struct arena *arena;
};

void cut_fixture_init(struct cut_fixture *fixture);
void cut_fixture_release(struct cut_fixture *fixture);

/* Of a run that passed, by a client that said "sent"; scenario NULL: CUT_FIXTURE_SCENARIO. */
void cut_fixture_survey(struct cut_fixture *fixture, const char *scenario, const char *run,
                        struct cut_survey *ret);

#endif
