#include "harness/run/results.h"

#include "tests/support/unit.h"

#define BROKEN(id, what)                                                                           \
    {                                                                                              \
        .axis = FINDING_OF_RULE, .level = FINDING_MUST, .requirement = id, .expected = {           \
            what,                                                                                  \
            sizeof(what) - 1                                                                       \
        }                                                                                          \
    }

/* Takes what one run found; its name is the number of its records. */
static void add(struct results *results, size_t index, const char *name,
                const struct finding *findings, size_t count, size_t records)
{
    static const struct bytes none[RESULT_FINDINGS_KEPT];
    struct result result = {.name = name,
                            .verdict = VERDICT_PASS,
                            .rules = count > 0 ? VERDICT_FAIL : VERDICT_PASS,
                            .findings = findings,
                            .finding_count = count,
                            .runs = 1};
    struct result_input input = {.result = &result, .dialogues = none, .records = records};
    struct err err;

    assert_true(results_add(results, index, &input, &err));
}

static struct results *make(size_t count)
{
    struct err err;
    struct results *results = results_new(count, &err);

    assert_non_null(results);
    return results;
}

/* The row of the second rule goes where the first one stood. */
static void a_run_counts_for_each_rule_that_it_breaks(void **state)
{
    static const struct finding findings[] = {BROKEN("5321-3.3-g", "brackets"),
                                              BROKEN("5321-2.3.8-a", "CRLF"),
                                              BROKEN("5321-2.3.8-a", "another rule")};
    struct results *results = make(1);

    (void)state;
    add(results, 0, "a", findings, COUNT_OF(findings), 10);
    assert_int_equal(results->rule_count, 3);
    for (size_t i = 0; i < results->rule_count; i++)
        assert_int_equal(results->rules[i].runs, 1);
    results_free(results);
}

static void findings_of_one_rule_are_one_run(void **state)
{
    static const struct finding findings[] = {BROKEN("5321-2.3.8-a", "CRLF"),
                                              BROKEN("5321-2.3.8-a", "CRLF")};
    struct results *results = make(2);

    (void)state;
    add(results, 0, "a", findings, COUNT_OF(findings), 10);
    add(results, 1, "b", findings, 1, 10);
    assert_int_equal(results->rule_count, 1);
    assert_int_equal(results->rules[0].runs, 2);
    results_free(results);
}

static void the_shortest_run_shows_a_rule_best_and_names_decide_between_equals(void **state)
{
    static const struct finding findings[] = {BROKEN("5321-2.3.8-a", "CRLF")};
    struct results *results = make(3);

    (void)state;
    add(results, 0, "c", findings, 1, 10);
    add(results, 1, "b", findings, 1, 5);
    add(results, 2, "a", findings, 1, 5);
    assert_string_equal(results->rules[0].scenario, "a");
    assert_int_equal(results->rules[0].records, 5);
    results_free(results);
}

static void the_exit_status_says_whether_a_client_failed(void **state)
{
    static const struct finding findings[] = {BROKEN("5321-2.3.8-a", "CRLF")};
    struct results *results = make(2);

    (void)state;
    add(results, 0, "a", NULL, 0, 10);
    assert_int_equal(results_exit_status(results), 2); /* one is not done */
    add(results, 1, "b", NULL, 0, 10);
    assert_int_equal(results_exit_status(results), 0);
    results_free(results);
    results = make(1);
    add(results, 0, "a", findings, 1, 10);
    assert_int_equal(results_exit_status(results), 1);
    results_free(results);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_counts_for_each_rule_that_it_breaks),
        cmocka_unit_test(findings_of_one_rule_are_one_run),
        cmocka_unit_test(the_shortest_run_shows_a_rule_best_and_names_decide_between_equals),
        cmocka_unit_test(the_exit_status_says_whether_a_client_failed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
