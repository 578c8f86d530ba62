/*
 * The four reports of one set of results, octet for octet. With GOLDEN_WRITE in the environment the
 * files are written anew, for a review: golden files are never regenerated unread.
 */
#include "fakeserver/transcript.h"
#include "harness/report/report.h"

#include <check.h>
#include <stdlib.h>

#ifndef GOLDEN
#define GOLDEN "."
#endif

#define TEXT(text)                                                                                 \
    {                                                                                              \
        text, sizeof(text) - 1                                                                     \
    }

static struct results *results;

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
    results = results_new(7, &err);
    ck_assert_ptr_nonnull(results);
    results->client = "mailit";
    results->version = "1.2";
    results->again = "smtpdrill run --client mailit";
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
    results->verdicts[VERDICT_FAIL] = 0;
    ck_assert_int_eq(results_exit_status(results), 1); /* a rule is broken */
    results->rule_count = 0;
    ck_assert_int_eq(results_exit_status(results), 0);
    results->strict = true;
    ck_assert_int_eq(results_exit_status(results), 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("report");
    TCase *tests = tcase_create("report");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, a_report_is_as_it_was_reviewed, 0, REPORT_COUNT);
    tcase_add_test(tests, the_exit_status_tells_our_trouble_from_the_clients);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
