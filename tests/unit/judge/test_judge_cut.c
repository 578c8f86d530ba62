/* Runs with a cut: what a client may say after a loss, and that segments change nothing. */
#include "fakeserver/judge.h"

#include "tests/support/unit.h"
#include "tests/unit/judge/judge_fixture.h"

#include <string.h>

#define TITLE "title t\nsend from=a@x.example to=b@y.example\n\n...\n\nexpect   outcome sent\n"
#define UP_TO_DATA PLAIN MAIL RCPT DATA "D: ended octets=10 differs_at=-\n"
#define LOST "!server-closed\n!client-closed\n"
#define ACCEPTED "S: 250 ok\n"

struct row {
    const char *run;
    const char *claim;
    const char *cut;
    enum verdict_result result;
    const char *requirement; /* of the finding; NULL: none */
};

static const struct row rows[] = {
  /* the acceptance did not come */
    {UP_TO_DATA LOST,                                                  "sent",             "close@6",   VERDICT_FAIL, "5321-4.1.1.10-d"},
    {UP_TO_DATA LOST,                                                  "binary sent",      "close@6",   VERDICT_FAIL, "5321-4.1.1.10-d"},
    {UP_TO_DATA LOST,                                                  "unknown",          "close@6",   VERDICT_PASS, NULL             },
    {UP_TO_DATA LOST,                                                  "temporary",        "close@6",   VERDICT_PASS, NULL             },
    {UP_TO_DATA LOST,                                                  "permanent",        "close@6",   VERDICT_WARN, "5321-3.8-a"     },
    {UP_TO_DATA LOST,                                                  "binary permanent", "close@6",   VERDICT_PASS, NULL             },
 /* it came */
    {UP_TO_DATA ACCEPTED LOST,                                         "sent",             "close@7",   VERDICT_PASS, NULL             },
    {UP_TO_DATA ACCEPTED LOST,                                         "temporary",        "close@7",   VERDICT_FAIL, "5321-4.2.5-a"   },
    {UP_TO_DATA ACCEPTED "!stalled\nC: QUIT\n~5000\n!client-closed\n", "sent",             "stall@7",
     VERDICT_PASS,                                                                                                    NULL             },
 /* a refusal stands */
    {PLAIN "C: MAIL FROM:<a@x.example>\nS: 550 no\n" LOST,             "permanent",        "close@4",   VERDICT_PASS,
     NULL                                                                                                                              },
    {PLAIN "C: MAIL FROM:<a@x.example>\nS: 450 no\n" LOST,             "permanent",        "close@4",   VERDICT_WARN,
     "5321-3.8-a"                                                                                                                      },
 /* departures and expectations are not asked */
    {PLAIN "C{departure} RSET\nS: 250 ok\n" LOST,                      "temporary",        "close@4",   VERDICT_PASS, NULL             },
    {PLAIN LOST,                                                       "hung",             "close@3",   VERDICT_FAIL, "5321-4.5.3.2-a" },
    {PLAIN LOST,                                                       "crashed",          "close@3",   VERDICT_FAIL, ""               },
    {PLAIN "C: MAIL FROM:<a@x.example>\nS: 250 ok\n" BYE,              "temporary",        "close@9",
     VERDICT_NOT_REACHED,                                                                                             NULL             },
    {PLAIN "C: MAIL FROM:<a@x.example>\nS: 250 ok\n" BYE,              "temporary",        "close@2:0",
     VERDICT_NOT_REACHED,                                                                                             NULL             },
};

static void judge_row(struct judge_fixture *fixture, const struct row *row,
                      const struct judge_uncut *uncut)
{
    struct cut cut;
    struct judge_cut_run run = {.scenario = &fixture->scenario,
                                .transcript = fixture->transcript,
                                .claim = &fixture->claim,
                                .cut = &cut,
                                .uncut = uncut};

    assert_true(cut_parse(bytes_of(row->cut), &cut, NULL));
    assert_true(judge_cut(&run, fixture->arena, &fixture->verdict, &fixture->err));
}

static void assert_row(const struct judge_fixture *fixture, const struct row *row, size_t index)
{
    const struct verdict *verdict = &fixture->verdict;
    const char *found = verdict->finding_count > 0 ? verdict->findings[0].requirement : NULL;
    bool same = found && row->requirement ? strcmp(found, row->requirement) == 0
                                          : !found == !row->requirement;

    if (verdict->scenario != row->result || verdict->rules != VERDICT_PASS || !same)
        fail_msg("row %zu: %s, found %s", index, verdict_result_word(verdict->scenario),
                 found ? found : "nothing");
}

static void a_loss_is_judged_by_what_was_said(void **state)
{
    struct judge_uncut uncut = {
        .claim = {.known = true, .precision = SMTP_PRECISION_CLASS}
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct judge_fixture fixture;

        judge_fixture_init(&fixture);
        judge_fixture_scenario(&fixture, TITLE);
        judge_fixture_run(&fixture, rows[i].run);
        judge_fixture_claim(&fixture, rows[i].claim);
        judge_row(&fixture, &rows[i], &uncut);
        assert_row(&fixture, &rows[i], i);
        judge_fixture_release(&fixture);
    }
}

static void what_was_wrong_without_the_cut_is_not_said_again(void **state)
{
    struct judge_fixture fixture;
    struct judge_uncut uncut = {
        .claim = {.known = true, .whole = SMTP_OUTCOME_PERMANENT}
    };
    struct row row = {.cut = "close@6"};
    struct verdict before;

    (void)state;
    judge_fixture_init(&fixture);
    judge_fixture_scenario(&fixture, TITLE);
    judge_fixture_run(&fixture, UP_TO_DATA LOST);
    judge_fixture_claim(&fixture, "permanent");
    judge_row(&fixture, &row, &uncut);
    assert_int_equal(VERDICT_PASS, fixture.verdict.scenario);
    judge_fixture_claim(&fixture, "sent");
    uncut.claim.whole = SMTP_OUTCOME_SENT;
    judge_row(&fixture, &row, &uncut);
    assert_int_equal(VERDICT_FAIL, fixture.verdict.scenario);
    before = fixture.verdict;
    uncut.findings = before.findings;
    uncut.finding_count = before.finding_count;
    judge_row(&fixture, &row, &uncut);
    assert_int_equal(VERDICT_PASS, fixture.verdict.scenario);
    judge_fixture_release(&fixture);
}

/* Only CRLF ends the acceptance (RFC 5321 2.3.8), where it was the cut that took it away. */
static void half_an_acceptance_is_none(void **state)
{
    static const struct row row = {.cut = "close@6+6", .claim = "sent"};
    struct judge_fixture fixture;
    struct judge_uncut uncut = {
        .claim = {.known = true, .whole = SMTP_OUTCOME_SENT}
    };

    (void)state;
    judge_fixture_init(&fixture);
    judge_fixture_scenario(&fixture, TITLE);
    judge_fixture_run(&fixture, UP_TO_DATA);
    judge_fixture_claim(&fixture, row.claim);
    assert_true(transcript_add(fixture.transcript,
                               &(struct transcript_record){.connection = 1,
                                                           .kind = TRANSCRIPT_REPLY,
                                                           .notes = TRANSCRIPT_NOTE(CUT),
                                                           .octets = BYTES_LITERAL("250 ok")},
                               NULL));
    assert_true(transcript_add(
        fixture.transcript,
        &(struct transcript_record){.connection = 1, .kind = TRANSCRIPT_SERVER_CLOSED}, NULL));
    judge_row(&fixture, &row, &uncut);
    assert_int_equal(VERDICT_FAIL, fixture.verdict.scenario);
    assert_string_equal("5321-4.1.1.10-d", fixture.verdict.findings[0].requirement);
    judge_fixture_release(&fixture);
}

static void segments_change_nothing(void **state)
{
    static const struct {
        const char *run;
        const char *claim;
        enum verdict_result result;
    } cases[] = {
        {PLAIN SENT BYE,                                                                  "sent",             VERDICT_PASS},
        {PLAIN SENT BYE,                                                                  "temporary",        VERDICT_FAIL},
        {PLAIN MAIL BYE,                                                                  "temporary",        VERDICT_FAIL},
        {PLAIN SENT BYE,                                                                  "binary permanent", VERDICT_FAIL},
        {PLAIN "C: MAIL FROM:<a@x.example> what=ever\nS: 250 ok\n" RCPT DATA CONTENT BYE, "sent",
         VERDICT_FAIL                                                                                                     },
    };
    struct judge_uncut uncut = {
        .claim = {.known = true, .precision = SMTP_PRECISION_CLASS, .whole = SMTP_OUTCOME_SENT}
    };
    struct row row = {.cut = "split@octets"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct judge_fixture fixture;

        judge_fixture_init(&fixture);
        judge_fixture_scenario(&fixture, TITLE);
        judge_fixture_run(&fixture, cases[i].run);
        judge_fixture_claim(&fixture, cases[i].claim);
        uncut.claim.precision = fixture.claim.precision;
        judge_row(&fixture, &row, &uncut);
        if (fixture.verdict.scenario != cases[i].result)
            fail_msg("case %zu: %s", i, verdict_result_word(fixture.verdict.scenario));
        judge_fixture_release(&fixture);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_loss_is_judged_by_what_was_said),
        cmocka_unit_test(what_was_wrong_without_the_cut_is_not_said_again),
        cmocka_unit_test(half_an_acceptance_is_none),
        cmocka_unit_test(segments_change_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
