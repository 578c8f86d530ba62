/*
 * The four reports of one set of results, octet for octet. With GOLDEN_WRITE in the environment the
 * files are written anew, for a review: golden files are never regenerated unread.
 */
#include "fakeserver/transcript.h"
#include "harness/report/report.h"
#include "harness/run/suite.h"

#include <check.h>
#include <jansson.h>
#include <stdlib.h>

#ifndef GOLDEN
#define GOLDEN "."
#endif

#define TEXT(text)                                                                                 \
    {                                                                                              \
        text, sizeof(text) - 1                                                                     \
    }

static struct results *results;

/* Of 9 one is known to fail, one passes though, one was known until a day that is over; of rules
 * likewise. */
/* clang-format off */
static struct known_failure failures[] = {
    {.pattern = TEXT("known/*"),      .reason = TEXT("bug 17 <&>"),     .line = 1},
    {.pattern = TEXT("cured"),        .reason = TEXT("bug # 18"),       .line = 2},
    {.pattern = TEXT("faults/error"), .reason = TEXT("covers nothing"), .line = 3},
    {.is_rule = true, .pattern = TEXT("5321-4.1.1.10-a"), .reason = TEXT("no QUIT"), .line = 4},
    {.is_rule = true, .pattern = TEXT("5321-9.9-z"), .reason = TEXT("was so once"), .line = 5},
    {.pattern = TEXT("faults/crash"), .reason = TEXT("bug 20"), .line = 6, .over = true,
     .until = TEXT("2026-02-28")},
    {.is_rule = true, .pattern = TEXT("5321-2.3.8-a"), .reason = TEXT("bug 21"), .line = 7,
     .over = true, .until = TEXT("2026-02-28")},
};
/* clang-format on */
static struct known known = {
    .path = "known.txt", .failures = failures, .count = sizeof(failures) / sizeof(failures[0])};

static void add(size_t index, struct result result, const struct bytes *dialogues, size_t records)
{
    static const struct bytes none[RESULT_FINDINGS_KEPT];
    struct err err;
    struct result_input input = {
        .result = &result, .dialogues = dialogues != NULL ? dialogues : none, .records = records};
    if (result.runs == 0)
        result.runs = 1;
    ck_assert(results_add(results, index, &input, &err));
}

static void add_failure(void)
{
    static const struct finding findings[] = {
        {.axis = FINDING_OF_SCENARIO,
         .level = FINDING_SHOULD,
         .requirement = "5321-4.2.1-b",
         .line = 11,
         .record = 3,
         .expected = TEXT("RSET, QUIT or close"),
         .got = TEXT("MAIL again & <again>")},
        {.axis = FINDING_OF_SCENARIO,
         .level = FINDING_MUST,
         .requirement = "5321-4.2-d",
         .line = 14,
         .record = SIZE_MAX,
         .expected = TEXT("outcome permanent"),
         .got = TEXT("sent")},
        {.axis = FINDING_OF_RULE,
         .level = FINDING_MUST,
         .requirement = "5321-2.3.8-a",
         .record = 1,
         .expected = TEXT("CRLF"),
         .got = TEXT("LF")                            },
    };
    static const struct bytes dialogues[RESULT_FINDINGS_KEPT] = {
        TEXT("   S: 553 no ]]> &\n   C: MAIL\n      ^ expected it\n"),
        {NULL,                                             0 },
        {"   C: MAIL\\n\n      ^ expected CRLF; got LF\n", 43}
    };
    add(1,
        (struct result){.name = "providers/163.com/mail[code=553,at=MAIL]",
                        .verdict = VERDICT_FAIL,
                        .rules = VERDICT_FAIL,
                        .findings = findings,
                        .finding_count = 3,
                        .dialogue = dialogues[0],
                        .variations =
                            VARIATION_BIT(VARIATION_HELO_FALLBACK) | VARIATION_BIT(VARIATION_NOOP),
                        .runs = 3,
                        .failed_runs = 2,
                        .duration_ms = 1234,
                        .status = 75},
        dialogues, 9);
}

static void add_known(void)
{
    static const struct finding findings[] = {
        {.axis = FINDING_OF_SCENARIO,
         .level = FINDING_MUST,
         .requirement = "5321-4.2-d",
         .line = 3,
         .record = 0,
         .expected = TEXT("temporary"),
         .got = TEXT("sent")},
        {.axis = FINDING_OF_RULE,
         .level = FINDING_MUST,
         .requirement = "5321-4.1.1.10-a",
         .record = SIZE_MAX,
         .expected = TEXT("QUIT"),
         .got = TEXT("close")     }
    };
    add(7,
        (struct result){.name = "known/a",
                        .verdict = VERDICT_FAIL,
                        .rules = VERDICT_FAIL,
                        .findings = findings,
                        .finding_count = 2,
                        .outcome = "sent"},
        NULL, 4);
    add(8, (struct result){.name = "cured", .outcome = "temporary"}, NULL, 4);
}

static void set_up(void)
{
    struct err err;
    static const struct finding warned = {
        .axis = FINDING_OF_SCENARIO,
        .level = FINDING_SHOULD,
        .requirement = "",
        .record = 0,
        .expected = {"QUIT", 4},
        .got = TEXT("close")
    };
    results = results_new(9, &err);
    ck_assert_ptr_nonnull(results);
    results->client = "mailit";
    results->version = "1.2";
    results->again = "smtpdrill run --client mailit";
    results->known = &known;
    results->seed = 7;
    results->duration_ms = 2345;
    results->own_cpu_us = 30100;
    results->client_cpu_us = 65200;
    add(0,
        (struct result){.name = "rfc5321/session/quit-waits",
                        .variations = VARIATION_BIT(VARIATION_PIPELINING),
                        .duration_ms = 12},
        NULL, 9);
    add_failure();
    add(2,
        (struct result){.name = "a # b",
                        .verdict = VERDICT_WARN,
                        .findings = &warned,
                        .finding_count = 1,
                        .duration_ms = 5},
        NULL, 3);
    add(3,
        (struct result){.name = "rfc4954-auth/login",
                        .verdict = VERDICT_UNSUPPORTED,
                        .reason = TEXT("the client lacks auth"),
                        .status = -1},
        NULL, 0);
    add(4,
        (struct result){.name = "faults/silent",
                        .verdict = VERDICT_NOT_REACHED,
                        .reason = TEXT("the client never connected (exit status 1)"),
                        .status = 1},
        NULL, 0);
    add(5,
        (struct result){.name = "faults/error",
                        .verdict = VERDICT_ERROR,
                        .reason = TEXT("cannot run mailit: Permission denied"),
                        .status = -1},
        NULL, 0);
    add(6,
        (struct result){.name = "faults/crash",
                        .verdict = VERDICT_FAIL,
                        .reason = TEXT("it crashed"),
                        .signal = 11,
                        .failed_runs = 1,
                        .status = -1},
        NULL, 2);
    add_known();
    results->whole = true;
    ck_assert(results_expect_rules(results, &err));
}

static void tear_down(void)
{
    results_free(results);
}

static void write_text(FILE *to)
{
    struct report_style style = {.verbose = true};
    for (size_t i = 0; i < results->count; i++)
        ck_assert(report_text_result(results, i, style, to));
    ck_assert(report_text_end(results, style, to));
}

static void write_tap(FILE *to)
{
    for (size_t i = 0; i < results->count; i++)
        ck_assert(report_tap_result(results, i, to));
    ck_assert(report_tap_end(results, to));
}

static void write_junit(FILE *to)
{
    struct err err;
    ck_assert(report_junit(results, to, &err));
}

static void write_json(FILE *to)
{
    struct err err;
    ck_assert(report_json(results, to, &err));
}

static const struct {
    const char *name;
    void (*write)(FILE *to);
} reports[] = {
    {"report.txt",  write_text },
    {"report.tap",  write_tap  },
    {"report.xml",  write_junit},
    {"report.json", write_json },
};
#define REPORT_COUNT (sizeof(reports) / sizeof(reports[0]))

static char *read_whole(FILE *from)
{
    static const size_t room = 65536;
    char *text = calloc(1, room);
    ck_assert_ptr_nonnull(text);
    rewind(from);
    ck_assert_uint_lt(fread(text, 1, room - 1, from), room - 1);
    return text;
}

START_TEST(a_report_is_as_it_was_reviewed)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", GOLDEN, reports[_i].name);
    FILE *golden = fopen(path, getenv("GOLDEN_WRITE") != NULL ? "w+" : "r");
    FILE *made = tmpfile();
    ck_assert_ptr_nonnull(golden);
    ck_assert_ptr_nonnull(made);
    reports[_i].write(made);
    if (getenv("GOLDEN_WRITE") != NULL)
        reports[_i].write(golden);
    char *expected = read_whole(golden);
    char *got = read_whole(made);
    ck_assert_str_eq(got, expected);
    free(expected);
    free(got);
    ck_assert_int_eq(fclose(golden), 0);
    ck_assert_int_eq(fclose(made), 0);
}
END_TEST

START_TEST(the_exit_status_tells_our_trouble_from_the_clients)
{
    ck_assert_int_eq(results_exit_status(results), 2);
    results->verdicts[VERDICT_ERROR] = 0;
    ck_assert_int_eq(results_exit_status(results), 1);
    results->verdicts[VERDICT_FAIL] = results->known_failures;
    ck_assert_int_eq(results_exit_status(results), 1); /* one passes that is known to fail */
    results->unexpected_passes = 0;
    ck_assert_int_eq(results_exit_status(results), 1); /* a rule is broken */
    results->rule_count = 0;
    ck_assert_int_eq(results_exit_status(results), 0);
    results->strict = true;
    ck_assert_int_eq(results_exit_status(results), 1);
}
END_TEST

static size_t occurrences(const char *text, const char *words)
{
    size_t count = 0;
    for (; (text = strstr(text, words)) != NULL; text += strlen(words))
        count++;
    return count;
}

static bool has(json_t *object, const char *member)
{
    return json_object_get(object, member) != NULL;
}

static size_t failures_in_json(const char *text)
{
    json_t *root = json_loads(text, 0, NULL);
    json_t *each;
    size_t i, count = 0;
    ck_assert_ptr_nonnull(root);
    json_array_foreach(json_object_get(root, "scenarios"), i, each)
    {
        const char *verdict = json_string_value(json_object_get(each, "verdict"));
        count += strcmp(verdict, "error") == 0 || has(each, "unexpected_pass") ||
                 (strcmp(verdict, "fail") == 0 && !has(each, "known_failure"));
    }
    json_array_foreach(json_object_get(root, "rules"), i, each) count +=
        strcmp(json_string_value(json_object_get(each, "level")), "must") == 0 &&
        !has(each, "known_failure");
    json_decref(root);
    return count;
}

static size_t failures_in_page(const char *page)
{
    const char *data = strstr(page, "const data = ");
    json_t *root, *client, *rule;
    size_t i, count = 0;
    ck_assert_ptr_nonnull(data);
    root = json_loads(data + strlen("const data = "), JSON_DISABLE_EOF_CHECK, NULL);
    ck_assert_ptr_nonnull(root);
    client = json_array_get(json_object_get(root, "clients"), 0);
    for (const char *at = json_string_value(json_object_get(client, "cells")); *at != '\0'; at++)
        count += strchr("fex", *at) != NULL;
    json_array_foreach(json_object_get(client, "rules"), i, rule) count +=
        strcmp(json_string_value(json_object_get(rule, "level")), "must") == 0 &&
        !has(rule, "known_failure");
    json_decref(root);
    return count;
}

static char *written(void (*write)(FILE *to))
{
    char *text = NULL;
    size_t octets = 0;
    FILE *to = open_memstream(&text, &octets);
    ck_assert_ptr_nonnull(to);
    write(to);
    ck_assert_int_eq(fclose(to), 0);
    return text;
}

static void write_html(FILE *to)
{
    struct err err;
    struct suite *suite = suite_new(".", 1, &err);
    ck_assert_ptr_nonnull(suite);
    ck_assert_msg(report_html(results, suite, to, &err), "%s", err.what);
    suite_free(suite);
}

/* Two failures, one error, one unexpected pass; one broken rule, one that is broken no more. */
START_TEST(all_reports_count_the_same_failures)
{
    char *tap = written(write_tap), *junit = written(write_junit);
    char *json = written(write_json), *html = written(write_html);
    ck_assert_uint_eq(results_failures(results), 3);
    ck_assert_uint_eq(results_rules_broken(results), 2);
    ck_assert_uint_eq(occurrences(tap, "not ok ") - occurrences(tap, "# TODO "), 6);
    ck_assert_uint_eq(occurrences(junit, "<failure") + occurrences(junit, "<error"), 6);
    ck_assert_uint_eq(failures_in_json(json), 6);
    ck_assert_uint_eq(failures_in_page(html), 6);
    free(tap);
    free(junit);
    free(json);
    free(html);
}
END_TEST

START_TEST(known_failures_alone_are_no_failure)
{
    struct results *few;
    struct err err;
    static const struct bytes none[RESULT_FINDINGS_KEPT];
    static const struct {
        enum verdict_result verdict;
        int status, strict;
    } rows[] = {
        {VERDICT_FAIL,        0, 0},
        {VERDICT_PASS,        1, 1},
        {VERDICT_WARN,        1, 0},
        {VERDICT_ERROR,       2, 2},
        {VERDICT_UNSUPPORTED, 0, 0},
        {VERDICT_NOT_REACHED, 0, 0},
    };
    const int count = sizeof(rows) / sizeof(rows[0]);
    for (int i = 0; i < 2 * count; i++) {
        struct result result = {.name = "cured", .verdict = rows[i / 2].verdict, .runs = 1};
        few = results_new(1, &err);
        few->known = &known;
        few->strict = i % 2;
        ck_assert(results_add(few, 0, &(struct result_input){.result = &result, .dialogues = none},
                              &err));
        ck_assert_int_eq(results_exit_status(few), i % 2 ? rows[i / 2].strict : rows[i / 2].status);
        results_free(few);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("report");
    TCase *tests = tcase_create("report");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, a_report_is_as_it_was_reviewed, 0, REPORT_COUNT);
    tcase_add_test(tests, all_reports_count_the_same_failures);
    tcase_add_test(tests, known_failures_alone_are_no_failure);
    tcase_add_test(tests, the_exit_status_tells_our_trouble_from_the_clients);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
