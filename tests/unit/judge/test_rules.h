/*
 * test_rules.h - a table row for a rule: a run that breaks it and nothing else, and near misses.
 */
#ifndef TESTS_UNIT_JUDGE_TEST_RULES_H
#define TESTS_UNIT_JUDGE_TEST_RULES_H

#include "tests/unit/judge/judge_fixture.h"

enum { NEAR_MISSES_MAX = 6 };

struct rule_test {
    const char *rule;
    const char *broken;
    const char *kept[NEAR_MISSES_MAX]; /* NULL ends it */
    const char *claim;                 /* judge_fixture_claim(); NULL: nobody says anything */
    const char *also;                  /* another rule that such a run cannot help to break */
    void (*prepare)(struct judge_fixture *fixture); /* changes the scenario; NULL */
};

extern const struct rule_test rule_tests_command[], rule_tests_path[], rule_tests_session[],
    rule_tests_data[], rule_tests_auth[], rule_tests_tls[], rule_tests_extension[],
    rule_tests_run_wide[];
extern const size_t rule_tests_command_count, rule_tests_path_count, rule_tests_session_count,
    rule_tests_data_count, rule_tests_auth_count, rule_tests_tls_count, rule_tests_extension_count,
    rule_tests_run_wide_count;

#endif
