#include "tests/unit/judge/test_rules.h"

#include "fakeserver/rule.h"
#include "tests/support/unit.h"

#include <stdio.h>

static const struct {
    const struct rule_test *tests;
    const size_t *count;
} tables[] = {
    {rule_tests_command,   &rule_tests_command_count  },
    {rule_tests_path,      &rule_tests_path_count     },
    {rule_tests_session,   &rule_tests_session_count  },
    {rule_tests_data,      &rule_tests_data_count     },
    {rule_tests_auth,      &rule_tests_auth_count     },
    {rule_tests_extension, &rule_tests_extension_count},
    {rule_tests_tls,       &rule_tests_tls_count      },
    {rule_tests_run_wide,  &rule_tests_run_wide_count },
};

static bool is_of(const struct finding *finding, const char *name)
{
    const struct rule *rule = name ? rule_find(bytes_of(name)) : NULL;

    return rule && finding->axis == FINDING_OF_RULE &&
           bytes_equal(finding->expected, bytes_of(rule->title));
}

static void show(const struct rule_test *test, const char *run, const struct verdict *verdict)
{
    print_error("rule %s, run:\n%s", test->rule, run);
    for (size_t i = 0; i < verdict->finding_count; i++)
        print_error("  %s: expected %.*s; got %.*s\n", verdict->findings[i].requirement,
                    BYTES_FORMAT(verdict->findings[i].expected),
                    BYTES_FORMAT(verdict->findings[i].got));
}

static void judge_run(struct judge_fixture *fixture, const struct rule_test *test, const char *run)
{
    judge_fixture_init(fixture);
    if (test->prepare)
        test->prepare(fixture);
    if (test->claim)
        judge_fixture_claim(fixture, test->claim);
    judge_fixture_run(fixture, run);
    judge_fixture_judge(fixture, test->claim != NULL);
}

static bool only_that_rule(const struct rule_test *test, const struct verdict *verdict)
{
    bool found = false;

    for (size_t i = 0; i < verdict->finding_count; i++) {
        found |= is_of(&verdict->findings[i], test->rule);
        if (!is_of(&verdict->findings[i], test->rule) && !is_of(&verdict->findings[i], test->also))
            return false;
    }
    return found;
}

static void each_rule_is_broken_alone_by_a_run_and_kept_by_its_near_misses(void **state)
{
    struct judge_fixture fixture;
    unsigned wrong = 0;

    (void)state;
    for (size_t t = 0; t < COUNT_OF(tables); t++)
        for (size_t i = 0; i < *tables[t].count; i++) {
            const struct rule_test *test = &tables[t].tests[i];
            bool ok;

            assert_non_null(rule_find(bytes_of(test->rule)));
            judge_run(&fixture, test, test->broken);
            ok = only_that_rule(test, &fixture.verdict);
            if (!ok)
                show(test, test->broken, &fixture.verdict);
            wrong += !ok;
            judge_fixture_release(&fixture);
            for (size_t k = 0; k < NEAR_MISSES_MAX && test->kept[k]; k++) {
                judge_run(&fixture, test, test->kept[k]);
                ok = true;
                for (size_t f = 0; f < fixture.verdict.finding_count; f++)
                    ok &= !is_of(&fixture.verdict.findings[f], test->rule);
                if (!ok)
                    show(test, test->kept[k], &fixture.verdict);
                wrong += !ok;
                judge_fixture_release(&fixture);
            }
        }
    assert_int_equal(wrong, 0);
}

static void each_rule_has_a_run_that_breaks_it(void **state)
{
    (void)state;
    for (size_t r = 0; r < rule_count; r++) {
        bool found = false;

        for (size_t t = 0; t < COUNT_OF(tables); t++)
            for (size_t i = 0; i < *tables[t].count; i++)
                found |= strcmp(tables[t].tests[i].rule, rules[r].name) == 0;
        if (!found)
            print_error("no run breaks %s\n", rules[r].name);
        assert_true(found);
    }
}

static void names_of_rules_are_unique_and_rows_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < rule_count; i++) {
        assert_ptr_equal(rule_find(bytes_of(rules[i].name)), &rules[i]);
        assert_true(rules[i].requirement[0] && rules[i].title[0] && rules[i].section[0]);
        assert_true(rules[i].of != 0 && rules[i].broken);
        assert_true(!rules[i].verbs || rules[i].of == RULE_OF_COMMAND);
    }
    assert_null(rule_find(BYTES_LITERAL("no-such-rule")));
}

static void after_the_server_broke_the_protocol_only_loss_and_lies_count(void **state)
{
    static const char *const odd[] = {
        "S: 250 unasked\n",
        "S: hello\n",
        "C: NOOP\nS: 250-ok\nS: 550 no\n",
        "C: NOOP\nS: 199 what\n",
        "C: NOOP\nS: 354 go\n",
        "+0.050 1 reply - \"250 ok\\n\"\n",
        "+0.050 1 octets - \"abc\"\n",
    };
    struct judge_fixture fixture;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(odd); i++) {
        char run[1000];

        judge_fixture_init(&fixture);
        (void)snprintf(run, sizeof(run), "%s%s%s", PLAIN, odd[i],
                       "C{early} WIZ \nS: 500 what\nC: DATA\nS: 503 no\n!client-reset\n");
        judge_fixture_run(&fixture, run);
        judge_fixture_judge(&fixture, false);
        if (fixture.verdict.finding_count)
            print_error("%s: %.*s\n", odd[i], BYTES_FORMAT(fixture.verdict.findings[0].expected));
        assert_int_equal(fixture.verdict.finding_count, 0);
        assert_int_equal(fixture.verdict.rules, VERDICT_PASS);
        judge_fixture_release(&fixture);
    }
}

static void a_rule_is_reported_once_a_run_at_its_first_breach(void **state)
{
    struct judge_fixture fixture;

    (void)state;
    judge_fixture_init(&fixture);
    judge_fixture_run(&fixture, PLAIN "C: WIZ\nS: 500 what\nC: WOZ\nS: 500 what\n" BYE);
    judge_fixture_judge(&fixture, false);
    assert_int_equal(fixture.verdict.finding_count, 1);
    assert_string(fixture.verdict.findings[0].got, "\"WIZ\"");
    assert_int_equal(fixture.verdict.findings[0].record, 5);
    assert_int_equal(fixture.verdict.rules, VERDICT_FAIL);
    assert_int_equal(fixture.verdict.scenario, VERDICT_PASS);
    judge_fixture_release(&fixture);
}

static void a_broken_should_is_a_warning(void **state)
{
    struct judge_fixture fixture;

    (void)state;
    judge_fixture_init(&fixture);
    judge_fixture_run(&fixture, PLAIN "C: NOOP \nS: 250 ok\n" BYE);
    judge_fixture_judge(&fixture, false);
    assert_int_equal(fixture.verdict.rules, VERDICT_WARN);
    judge_fixture_release(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_rule_is_broken_alone_by_a_run_and_kept_by_its_near_misses),
        cmocka_unit_test(each_rule_has_a_run_that_breaks_it),
        cmocka_unit_test(names_of_rules_are_unique_and_rows_whole),
        cmocka_unit_test(after_the_server_broke_the_protocol_only_loss_and_lies_count),
        cmocka_unit_test(a_rule_is_reported_once_a_run_at_its_first_breach),
        cmocka_unit_test(a_broken_should_is_a_warning),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
