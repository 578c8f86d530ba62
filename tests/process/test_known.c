/* `--known`: failures that are known count no more, until they pass or their last day is over. */
#include "tests/process/scratch.h"

#include <check.h>
#include <stdlib.h>

START_TEST(what_is_known_to_fail_fails_no_more_until_it_passes)
{
    put_file("known", "plain  it crashes, bug 17\nrule *  and so it breaks rules\n");
    ck_assert_int_eq(
        run("$D run --scenarios s --known known --report html=page.html plain -- $C %s "
            "{port}",
            "crash"),
        0);
    has("1 failed, 1 known failure among them");
    ck_assert_int_gt(count("grep -c 'it crashes, bug 17' page.html"), 0);
    ck_assert_int_eq(run("$D run --scenarios s --known known plain -- $C %s {port}", "good"), 1);
    has("UNEXPECTED pass plain");
    has("known:1");
    has("1 unexpected pass");
    has_not("rule *"); /* one scenario is no proof that nothing breaks it */
}
END_TEST

START_TEST(a_sample_is_no_proof_that_nothing_breaks_a_rule)
{
    put_file("known", "rule 5321-2.3.8-a  bare LF\n");
    (void)run("$D run --scenarios s --known known --sample 1 -- $C %s {port}", "good");
    has_not("UNEXPECTED");
    (void)run("$D run --scenarios s --known known -- $C %s {port}", "good");
    has("UNEXPECTED pass rule 5321-2.3.8-a");
}
END_TEST

START_TEST(a_rule_is_known_until_its_day)
{
    put_file("known", "rule 5321-3.3-b until 2020-01-01 bug 17\nrule * bug 18\n");
    ck_assert_int_eq(run("$D run --scenarios s --known known -v refused -- $C %s {port}", "good"),
                     0);
    has("known failure (known:2): bug 18");
    put_file("known", "rule 5321-3.3-b until 2020-01-01 bug 17\nrule *d bug 18\n");
    ck_assert_int_eq(run("$D run --scenarios s --known known refused -- $C %s {port}", "good"), 1);
    has("FAIL rule 5321-3.3-b");
    has("known until 2020-01-01, which is over (known:1): bug 17");
    has_not("FAIL rule 5321-4.1.1.10-d");
}
END_TEST

static const char crash[] = "$D run --scenarios s --known %s --report text --report json=r.json "
                            "--report junit=r.xml plain -- $C crash {port}";

START_TEST(what_was_known_until_a_day_counts_again_behind_it)
{
    put_file("old", "plain until 2020-02-29 bug 17\nrule * until 2020-02-29 bug 18\n");
    put_file("new", "plain until 9999-12-31 bug 17\nrule * until 9999-12-31 bug 18\n");
    ck_assert_int_eq(run(crash, "new"), 0);
    has("1 known failure among them");
    has_not("is over");
    ck_assert_int_eq(run(crash, "old"), 1);
    has("known until 2020-02-29, which is over (old:1): bug 17");
    has("1 known no more of 1 runs");
    has_not("known failure");
    ck_assert_int_eq(summary_member("r.json", "known_no_more"), 1);
    ck_assert_int_eq(count("grep -c '<failure.*is over (old:1): bug 17' r.xml"), 1);
    ck_assert_int_eq(
        run("$D run --scenarios s --known old --report tap plain -- $C %s {port}", "crash"), 1);
    has("\nnot ok 1 - plain\n# known until 2020-02-29, which is over (old:1): bug 17\n");
}
END_TEST

START_TEST(a_list_that_is_over_need_not_be_mended)
{
    put_file("old", "plain until 2020-02-29 bug 17\n");
    ck_assert_int_eq(run("$D run --scenarios s --known old plain -- $C %s {port}", "good"), 0);
    has_not("UNEXPECTED");
}
END_TEST

START_TEST(a_line_that_no_run_matches_is_noticed)
{
    put_file("known", "plain  bug 17\nrefused* bug 18\n\nrule *  bugs\nplain~*  bug 19\n");
    (void)run("$D run --scenarios s --known known plain -- $C %s {port}", "crash");
    has("known: 2 of 3 lines matched no run of these: line 2, 5\n");
    put_file("known", "p* bug 17\nrule *  bugs\n");
    (void)run("$D run --scenarios s --known known plain -- $C %s {port}", "crash");
    has_not("matched no run");
}
END_TEST

START_TEST(a_file_outside_may_be_known_of_without_being_run)
{
    put_file("mine.drill", "title t\nsource RFC 5321 3.3\n\n...\n\nexpect outcome sent\n");
    put_file("known", "mine  bug 17\n");
    ck_assert_int_eq(run("$D run --scenarios s --known known plain -- $C %s {port}", "good"), 0);
    has("1 of 1 line matched no run of these: line 1\n");
}
END_TEST

START_TEST(a_report_marks_what_is_known_of_a_client)
{
    (void)run("$D run --scenarios s --report json=r.json plain -- $C %s {port}", "crash");
    put_file("known", "plain  bug 17\n");
    ck_assert_int_eq(run("$D report --scenarios s -o p.html --known %s r.json", "known"), 0);
    ck_assert_int_eq(count("grep -o '\"known_failure\":\"bug 17\"' p.html | wc -l"), 1);
    ck_assert_int_eq(count("grep -o '\"unexpected_pass\":' p.html | wc -l"), 0);
    put_file("known", "plain until 2020-01-01 bug 17\n");
    ck_assert_int_eq(run("$D report --scenarios s -o p.html --known odd_client=%s r.json", "known"),
                     0);
    ck_assert_int_eq(
        count(
            "grep -o '\"known_no_more\":\"bug 17\",\"known_until\":\"2020-01-01\"' p.html | wc -l"),
        1);
}
END_TEST

START_TEST(a_report_is_told_of_a_list_that_does_not_go_with_it)
{
    (void)run("$D run --scenarios s --report json=r.json plain -- $C %s {port}", "good");
    put_file("known", "plain bug 17\nrefused* bug 18\n");
    ck_assert_int_eq(run("$D report --scenarios s -o p.html --known %s r.json", "known"), 0);
    has("known: 1 of 2 lines matched no run of these: line 2\n");
    ck_assert_int_eq(count("grep -o '\"unexpected_pass\":\"bug 17\"' p.html | wc -l"), 1);
    ck_assert_int_eq(run("$D report --scenarios s -o q.html --known other=%s r.json", "known"), 2);
    has("none of these results is of other");
    put_file("known", "nosuch  bug 17\n");
    ck_assert_int_eq(run("$D report --scenarios s -o q.html --known %s r.json", "known"), 2);
    has("known:1:1: no scenario or instance is called nosuch");
    ck_assert_int_eq(run("[ -e %s ]", "q.html"), 1);
}
END_TEST

START_TEST(a_report_marks_what_is_known_of_a_rule)
{
    (void)run("$D run --scenarios s --report json=r.json refused -- $C %s {port}", "good");
    put_file("known", "rule 5321-3.3-b until 2020-01-01 bug 17\nrule * bug 18\nrule x* bug 19\n");
    ck_assert_int_eq(run("$D report --scenarios s -o p.html --known %s r.json", "known"), 2);
    has("known:3:6: no rule is called x*");
    put_file("known", "rule 5321-3.3-b until 2020-01-01 bug 17\nrule *d bug 18\n");
    ck_assert_int_eq(run("$D report --scenarios s -o p.html --known %s r.json", "known"), 0);
    ck_assert_int_gt(count("grep -o '\"known_no_more\":\"bug 17\"' p.html | wc -l"), 0);
    ck_assert_int_gt(count("grep -o '\"known_failure\":\"bug 18\"' p.html | wc -l"), 0);
}
END_TEST

/* The same list, given before or behind: the page says the same. */
START_TEST(a_report_of_whole_results_misses_a_rule_as_a_run_does)
{
    put_file("known", "plain bug 17\nrule 5321-2.3.8-a bare LF\nrule * until 2020-01-01 no more\n");
    (void)run("$D run --scenarios s --seed 1 --report json=r.json -- $C %s {port}", "good");
    (void)run("$D run --scenarios s --seed 1 --known known --report json=k.json -- $C %s {port}",
              "good");
    ck_assert_int_eq(run("$D report --scenarios s -o r.html --known %s r.json", "known"), 0);
    ck_assert_int_eq(run("$D report --scenarios s -o k.html %s", "k.json"), 0);
    static const char marks[] =
        "grep -oE '\"(known_failure|unexpected_pass|known_no_more)\":\"[^\"]"
        "*\"' %s | sort > marks && cat marks";
    ck_assert_int_eq(run(marks, "r.html"), 0);
    has("\"unexpected_pass\":\"bare LF\"");
    ck_assert_int_eq(run("mv marks first && %s", "true"), 0);
    ck_assert_int_eq(run(marks, "k.html"), 0);
    ck_assert_int_eq(run("cmp %s marks", "first"), 0);
}
END_TEST

int main(int argc, char **argv)
{
    if (argc < 3)
        return EXIT_FAILURE;
    scratch_smtpdrill = argv[1];
    scratch_client = argv[2];
    Suite *suite = suite_create("known");
    TCase *tests = tcase_create("known");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, scratch_set_up, scratch_tear_down);
    tcase_add_test(tests, what_is_known_to_fail_fails_no_more_until_it_passes);
    tcase_add_test(tests, a_sample_is_no_proof_that_nothing_breaks_a_rule);
    tcase_add_test(tests, a_rule_is_known_until_its_day);
    tcase_add_test(tests, what_was_known_until_a_day_counts_again_behind_it);
    tcase_add_test(tests, a_list_that_is_over_need_not_be_mended);
    tcase_add_test(tests, a_line_that_no_run_matches_is_noticed);
    tcase_add_test(tests, a_file_outside_may_be_known_of_without_being_run);
    tcase_add_test(tests, a_report_marks_what_is_known_of_a_client);
    tcase_add_test(tests, a_report_marks_what_is_known_of_a_rule);
    tcase_add_test(tests, a_report_is_told_of_a_list_that_does_not_go_with_it);
    tcase_add_test(tests, a_report_of_whole_results_misses_a_rule_as_a_run_does);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
