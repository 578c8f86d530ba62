/* Many clients' results side by side: what is taken, what is refused, and what the page gets. */
#include "harness/report/matrix.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define RESULT(name, more) "{\"name\":\"" name "\"," more "}"
#define FILE_OF(client, version, scenarios)                                                        \
    "{\"schema\":1,\"client\":{\"name\":\"" client "\",\"version\":\"" version "\"},"              \
    "\"scenarios\":[" scenarios "],\"rules\":[]}"

static struct matrix *matrix;
static struct err err;

static void set_up(void)
{
    matrix = matrix_new();
    ck_assert_ptr_nonnull(matrix);
}

static void tear_down(void)
{
    matrix_free(matrix);
}

static void has(const char *part)
{
    char *json = matrix_json(matrix);

    ck_assert_ptr_nonnull(json);
    ck_assert_msg(strstr(json, part) != NULL, "%s is not in %s", part, json);
    free(json);
}

START_TEST(each_verdict_is_a_letter_and_what_was_not_run_a_dot)
{
    /* clang-format off */
    const char *all = FILE_OF("a", "1",
        RESULT("p", "\"verdict\":\"pass\",\"variations\":[]") ","
        RESULT("v", "\"verdict\":\"pass\",\"variations\":[\"noop\"]") ","
        RESULT("w", "\"verdict\":\"warn\"") ","
        RESULT("f", "\"verdict\":\"fail\"") ","
        RESULT("u", "\"verdict\":\"unsupported\"") ","
        RESULT("n", "\"verdict\":\"not-reached\"") ","
        RESULT("e", "\"verdict\":\"error\""));
    /* clang-format on */

    ck_assert(matrix_add(matrix, "all", bytes_of(all), &err));
    ck_assert(matrix_add(matrix, "one",
                         bytes_of(FILE_OF("b", "", RESULT("f", "\"verdict\":\"pass\""))), &err));
    has("\"cells\":\"pvwfune\"");
    has("\"cells\":\"...p...\"");
}
END_TEST

START_TEST(shards_of_one_client_are_one_column)
{
    ck_assert(matrix_add(matrix, "1",
                         bytes_of(FILE_OF("a", "1", RESULT("x", "\"verdict\":\"pass\""))), &err));
    ck_assert(matrix_add(matrix, "2",
                         bytes_of(FILE_OF("a", "1", RESULT("y", "\"verdict\":\"fail\""))), &err));
    has("\"cells\":\"pf\"");
    ck_assert(matrix_add(matrix, "3",
                         bytes_of(FILE_OF("a", "2", RESULT("x", "\"verdict\":\"warn\""))), &err));
    has("\"cells\":\"w.\"");
}
END_TEST

START_TEST(nothing_of_the_results_can_end_the_script)
{
    ck_assert(matrix_add(matrix, "x",
                         bytes_of(FILE_OF("</script><!--", "1",
                                          RESULT("x", "\"verdict\":\"fail\",\"reason\":\"a<b\""))),
                         &err));
    has("\\u003c/script>\\u003c!--");
    has("a\\u003cb");
    ck_assert(matrix_title(matrix, "x", bytes_of("the claim")));
    ck_assert(matrix_title(matrix, "absent", bytes_of("of no scenario here")));
    has("\"titles\":{\"x\":\"the claim\"}");
}
END_TEST

/* clang-format off */
static const struct {
    const char *text;
    const char *says;
} refused[] = {
    {"",                                                       "no JSON"                  },
    {"{\"schema\":1,",                                         "no JSON"                  },
    {"[]",                                                     "schema 1"                 },
    {"{\"schema\":2}",                                         "schema 1"                 },
    {"{\"schema\":1}",                                         "arrays of scenarios"      },
    {"{\"schema\":1,\"scenarios\":[],\"rules\":[]}",           "a client with name"       },
    {FILE_OF("a", "1", "{}"),                                  "a name and a verdict"     },
    {FILE_OF("a", "1", RESULT("x", "\"verdict\":\"fine\"")),   "a name and a verdict"     },
    {FILE_OF("a", "1", RESULT("x", "\"verdict\":\"pass\"") "," RESULT("x", "\"verdict\":\"pass\"")),
     "was run with the same client"},
};
/* clang-format on */

START_TEST(what_is_no_results_is_refused_by_name)
{
    ck_assert(!matrix_add(matrix, "some.json", bytes_of(refused[_i].text), &err));
    ck_assert_int_eq(err.kind, ERR_SYNTAX);
    ck_assert_msg(strstr(err.what, "some.json: ") == err.what, "%s", err.what);
    ck_assert_msg(strstr(err.what, refused[_i].says) != NULL, "%s", err.what);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("matrix");
    TCase *tests = tcase_create("matrix");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, each_verdict_is_a_letter_and_what_was_not_run_a_dot);
    tcase_add_test(tests, shards_of_one_client_are_one_column);
    tcase_add_test(tests, nothing_of_the_results_can_end_the_script);
    tcase_add_loop_test(tests, what_is_no_results_is_refused_by_name, 0,
                        (int)(sizeof(refused) / sizeof(refused[0])));
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
