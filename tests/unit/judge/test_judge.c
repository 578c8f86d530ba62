#include "fakeserver/judge.h"

#include "tests/support/fail_alloc.h"
#include "tests/support/unit.h"
#include "tests/unit/judge/judge_fixture.h"

#include <stdio.h>

#define TITLE "title t\nsend from=a@x.example to=b@y.example\n\n"
#define TWO "title t\nsend from=a@x.example to=b@y.example,c@y.example\n\n"
#define LIMITED "title t\nsend from=a@x.example to=b@y.example timeout=2s\n\n"
#define STRICT TITLE "S: 220 hi\nC: EHLO\nS: 250 hi\nC: MAIL\nS: 550 no\nC: QUIT\nS: 221 bye\n"
#define REFUSED PLAIN "C: MAIL FROM:<a@x.example>\nS: 550 no\n"
#define NO_RCPT PIPELINING MAIL "C: RCPT TO:<b@y.example>\nS: 550 no\n"
#define TO_C "C: RCPT TO:<c@y.example>\n"

/* One expectation, a run, what the client says, the verdict on the scenario. */
static const struct {
    const char *scenario;
    const char *expect; /* put behind `...`; NULL: the scenario is whole */
    const char *run;
    const char *claim; /* NULL: none */
    enum verdict_result result;
} verdicts[] = {
  /* outcome */
    {TITLE,                  "outcome sent",                       PLAIN SENT BYE,                                                                 "sent",                 VERDICT_PASS       },
    {TITLE,                  "outcome sent",                       REFUSED BYE,                                                                    "permanent 550",        VERDICT_FAIL       },
    {TITLE,                  "outcome temporary",                  REFUSED BYE,                                                                    "permanent",            VERDICT_FAIL       },
    {TITLE,                  "outcome temporary|permanent",        REFUSED BYE,                                                                    "permanent",            VERDICT_PASS       },
    {TITLE,                  "outcome temporary",                  REFUSED BYE,                                                                    "binary permanent",     VERDICT_PASS       },
    {TITLE,                  "outcome sent",                       REFUSED BYE,                                                                    "binary permanent",     VERDICT_FAIL       },
    {TITLE,                  "outcome permanent",                  PLAIN SENT BYE,                                                                 "binary sent",          VERDICT_FAIL       },
    {TITLE,                  "outcome permanent",                  REFUSED BYE,                                                                    NULL,                   VERDICT_PASS       },
    {TITLE,                  "outcome sent",                       REFUSED BYE,                                                                    "none permanent",       VERDICT_PASS       },
    {TITLE,                  "outcome permanent",                  REFUSED BYE,                                                                    "refused-auth",         VERDICT_PASS       },
    {TITLE,                  "outcome refused-auth",               REFUSED BYE,                                                                    "temporary",            VERDICT_PASS       },
    {TITLE,                  "outcome refused-auth",               PLAIN SENT BYE,                                                                 "sent",                 VERDICT_FAIL       },
    {TITLE,                  "outcome permanent|refused-auth",     REFUSED BYE,                                                                    "temporary",            VERDICT_FAIL       },
    {TITLE,                  "outcome unknown",                    REFUSED BYE,                                                                    "temporary",            VERDICT_PASS       },
    {TITLE,                  "outcome temporary|unknown",          REFUSED BYE,                                                                    "unknown",              VERDICT_PASS       },
    {TITLE,                  "outcome temporary",                  REFUSED BYE,                                                                    "unknown",              VERDICT_FAIL       },
    {TWO,                    "outcome partial",                    PLAIN SENT BYE,                                                                 "temporary",            VERDICT_PASS       },
    {TITLE,                  "outcome permanent code 550",         REFUSED BYE,                                                                    "permanent 550",        VERDICT_PASS       },
    {TITLE,                  "outcome permanent code 553",         REFUSED BYE,                                                                    "permanent 550",        VERDICT_FAIL       },
    {TITLE,                  "outcome permanent code 553",         REFUSED BYE,                                                                    "permanent",            VERDICT_PASS       },
    {TITLE,                  "outcome permanent at MAIL",          REFUSED BYE,                                                                    "permanent at=MAIL",    VERDICT_PASS       },
    {TITLE,                  "outcome permanent at MAIL",          REFUSED BYE,                                                                    "permanent at=RCPT",    VERDICT_FAIL       },
    {TITLE,                  "outcome permanent at MAIL code 553", REFUSED BYE,                                                                    "binary permanent 550",
     VERDICT_PASS                                                                                                                                                                             },
    {TITLE,                  "never sent",                         PLAIN SENT BYE,                                                                 "sent",                 VERDICT_FAIL       },
    {TITLE,                  "never sent",                         REFUSED BYE,                                                                    "permanent",            VERDICT_PASS       },
    {TITLE,                  "b@y.example permanent",              REFUSED BYE,                                                                    "permanent",            VERDICT_PASS       },
    {TITLE,                  "b@y.example sent",                   REFUSED BYE,                                                                    "permanent",            VERDICT_FAIL       },
    {TWO,                    "b@y.example sent",                   REFUSED BYE,                                                                    "permanent",            VERDICT_PASS       },
    {TITLE,                  "should outcome sent",                REFUSED BYE,                                                                    "permanent",            VERDICT_WARN       },
    {"level should\n" TITLE, "outcome sent",                       REFUSED BYE,                                                                    "permanent",            VERDICT_WARN       },
    {"level should\n" TITLE, "must outcome sent",                  REFUSED BYE,                                                                    "permanent",            VERDICT_FAIL       },
 /* never */
    {TITLE,                  "never RCPT",                         REFUSED BYE,                                                                    NULL,                   VERDICT_PASS       },
    {TITLE,                  "never RCPT",                         PLAIN MAIL RCPT BYE,                                                            NULL,                   VERDICT_FAIL       },
    {TITLE,                  "never RCPT TO:<c@y.example>",        PLAIN MAIL RCPT BYE,                                                            NULL,                   VERDICT_PASS       },
    {TITLE,                  "never content",                      PLAIN SENT BYE,                                                                 NULL,                   VERDICT_FAIL       },
    {TITLE,                  "never content",                      NO_RCPT "C: DATA\nS: 354 go\nD: ended\nS: 554 no\n" BYE,                        NULL,
     VERDICT_PASS                                                                                                                                                                             },
    {TITLE,                  "never .",                            NO_RCPT "C: DATA\nS: 354 go\nD: ended\nS: 554 no\n" BYE,                        NULL,                   VERDICT_FAIL       },
    {TITLE,                  "never .",                            PLAIN MAIL RCPT DATA "D{cut} octets=5\n!client-reset\n",                        NULL,                   VERDICT_PASS       },
    {TITLE,                  "never MAIL after QUIT",              PLAIN MAIL BYE,                                                                 NULL,                   VERDICT_PASS       },
    {TITLE,                  "never RCPT after MAIL",              PLAIN MAIL RCPT BYE,                                                            NULL,                   VERDICT_FAIL       },
    {TITLE,                  "never close",                        PLAIN BYE,                                                                      NULL,                   VERDICT_FAIL       },
    {TITLE,                  "never MAIL under tls",               PLAIN MAIL BYE,                                                                 NULL,                   VERDICT_PASS       },
    {TITLE,                  "never MAIL under plain",             PLAIN MAIL BYE,                                                                 NULL,                   VERDICT_FAIL       },
    {TITLE,                  "never /^RCPT.*y\\.example/",         PLAIN MAIL RCPT BYE,                                                            NULL,                   VERDICT_FAIL       },
 /* the rest of a command group was on its way */
    {TITLE,                  "never DATA",                         NO_RCPT "C: DATA\nS: 503 no\n" BYE,                                             NULL,                   VERDICT_PASS       },
    {TITLE,                  "never DATA",
     PLAIN MAIL "C: RCPT TO:<b@y.example>\nS: 550 no\nC: DATA\nS: 503 no\n" BYE,                                                                   NULL,
     VERDICT_FAIL                                                                                                                                                                             },
 /* before */
    {TITLE,                  "EHLO before MAIL",                   PLAIN MAIL BYE,                                                                 NULL,                   VERDICT_PASS       },
    {TITLE,                  "AUTH before MAIL",                   PLAIN BYE,                                                                      NULL,                   VERDICT_PASS       },
    {TITLE,                  "AUTH before MAIL",                   PLAIN MAIL BYE,                                                                 NULL,                   VERDICT_FAIL       },
    {TITLE,                  "never AUTH before MAIL",             AUTH "C: AUTH PLAIN {secret}\nS: 235 ok\n" MAIL BYE,                            NULL,
     VERDICT_FAIL                                                                                                                                                                             },
    {TITLE,                  "never AUTH before MAIL",             AUTH MAIL BYE,                                                                  NULL,                   VERDICT_PASS       },
 /* count, connections */
    {TITLE,                  "count MAIL <= 1",                    PLAIN SENT BYE,                                                                 NULL,                   VERDICT_PASS       },
    {TITLE,                  "count MAIL <= 1",                    PLAIN SENT SENT BYE,                                                            NULL,                   VERDICT_FAIL       },
    {TITLE,                  "count MAIL = 2",                     PLAIN SENT SENT BYE,                                                            NULL,                   VERDICT_PASS       },
    {TITLE,                  "count MAIL >= 2",                    PLAIN SENT BYE,                                                                 NULL,                   VERDICT_FAIL       },
    {TITLE,                  "connections <= 1",                   PLAIN BYE "@2\n" PLAIN BYE,                                                     NULL,                   VERDICT_FAIL       },
    {TITLE,                  "connections <= 1",                   PLAIN BYE,                                                                      NULL,                   VERDICT_PASS       },
 /* next */
    {TITLE,                  "next RSET|QUIT|close after MAIL",    REFUSED BYE,                                                                    NULL,                   VERDICT_PASS       },
    {TITLE,                  "next RSET|QUIT|close after MAIL",    REFUSED "!client-closed\n",                                                     NULL,                   VERDICT_PASS       },
    {TITLE,                  "next RSET|QUIT|close after MAIL",    REFUSED "!server-closed\n",                                                     NULL,                   VERDICT_PASS       },
    {TITLE,                  "next RSET|QUIT after MAIL",          REFUSED "!client-closed\n",                                                     NULL,                   VERDICT_FAIL       },
    {TITLE,                  "next RSET|QUIT|close after MAIL",    REFUSED "!expired\n",                                                           NULL,                   VERDICT_FAIL       },
    {TITLE,                  "next RSET|QUIT|close after MAIL",    REFUSED MAIL BYE,                                                               NULL,                   VERDICT_FAIL       },
    {TITLE,                  "next RSET|QUIT|close after MAIL",    REFUSED "@2\n" PLAIN MAIL BYE "@1\n" BYE,                                       NULL,
     VERDICT_PASS                                                                                                                                                                             },
    {TITLE,                  "next RSET|QUIT|close after RCPT",    PLAIN BYE,                                                                      NULL,                   VERDICT_PASS       },
    {TITLE,                  "next RSET|QUIT|close after MAIL",
     PIPELINING "C: MAIL FROM:<a@x.example>\nC{early} RCPT TO:<b@y.example>\nC{early} DATA\n"
                "S: 550 no\nS: 503 no\nS: 354 what\nD: ended\nS: 554 no\n" BYE,
     NULL,                                                                                                                                                                 VERDICT_PASS       },
    {TITLE,                  "next RSET|QUIT|close after MAIL",
     PIPELINING "C: MAIL FROM:<a@x.example>\nC{early} RCPT TO:<b@y.example>\nC{early} DATA\n"
                "S: 550 no\nS: 503 no\nS: 354 what\nD: ended octets=9\nS: 554 no\n" BYE,
     NULL,                                                                                                                                                                 VERDICT_FAIL       },
    {TITLE,                  "next RSET|QUIT|close after MAIL",
     PLAIN "C: MAIL FROM:<a@x.example>\nS: 550 no\n" TO_C "S: 503 no\n" BYE,                                                                       NULL,                   VERDICT_FAIL       },
 /* message */
    {TITLE,                  "message intact",                     PLAIN SENT BYE,                                                                 NULL,                   VERDICT_PASS       },
    {TITLE,                  "message intact",
     PLAIN MAIL RCPT DATA "D: ended octets=10 differs_at=7\nS: 250 ok\n" BYE,                                                                      NULL,                   VERDICT_FAIL       },
    {TITLE,                  "message intact",
     PLAIN MAIL RCPT DATA "D: ended octets=10 differs_at=- header_differs=1\nS: 250 ok\n" BYE,                                                     NULL,
     VERDICT_FAIL                                                                                                                                                                             },
    {TITLE,                  "message intact",
     PLAIN MAIL RCPT DATA "D: ended octets=10 differs_at=- header_extra=2\nS: 250 ok\n" BYE,                                                       NULL,
     VERDICT_PASS                                                                                                                                                                             },
    {TITLE,                  "message intact",                     PLAIN BYE,                                                                      NULL,                   VERDICT_FAIL       },
    {TITLE,                  "message intact",                     PLAIN BYE,                                                                      "permanent",            VERDICT_PASS       },
 /* report */
    {TITLE,                  "report 550",                         REFUSED BYE,                                                                    "permanent 550",        VERDICT_PASS       },
    {TITLE,                  "report 550",                         REFUSED BYE,                                                                    "permanent",            VERDICT_FAIL       },
    {TITLE,                  "report 550",                         REFUSED BYE,                                                                    NULL,                   VERDICT_PASS       },
 /* gives up */
    {TITLE,                  "gives up between 2s and 4s",         PLAIN "C: NOOP\n!stalled\n~3000\n!client-closed\n",                             NULL,
     VERDICT_PASS                                                                                                                                                                             },
    {TITLE,                  "gives up between 2s and 4s",         PLAIN "C: NOOP\n!stalled\n~1000\n!client-closed\n",                             NULL,
     VERDICT_FAIL                                                                                                                                                                             },
    {TITLE,                  "gives up between 2s and 4s",         PLAIN "C: NOOP\n!stalled\n~5000\n!expired\n",                                   NULL,
     VERDICT_FAIL                                                                                                                                                                             },
    {TITLE,                  "gives up between 2s and 4s",         PLAIN "C: NOOP\n!stalled\n~3000\n!expired\n",                                   NULL,
     VERDICT_PASS                                                                                                                                                                             },
    {TITLE,                  "gives up between 2s and 4s",         PLAIN "C: NOOP\n~3000\n!client-closed\n",                                       NULL,
     VERDICT_PASS                                                                                                                                                                             },
 /* the client as a program */
    {TITLE,                  "never RCPT",                         PLAIN "!expired\n",                                                             "hung",                 VERDICT_FAIL       },
    {LIMITED,                "never VRFY",                         PLAIN "C: NOOP\n!stalled\n~9000\n!expired\n",                                   "hung",                 VERDICT_FAIL       },
    {LIMITED,                "never VRFY",                         PLAIN SENT "C: QUIT\n!stalled\n~9000\n!expired\n",                              "hung",
     VERDICT_WARN                                                                                                                                                                             },
    {TITLE,                  "never RCPT",                         PLAIN "!client-reset\n",                                                        "crashed",              VERDICT_FAIL       },
    {TITLE,                  "never RCPT",                         PLAIN "!client-reset\n",                                                        "broken-pipe",          VERDICT_WARN       },
    {TITLE,                  "outcome sent",                       PLAIN SENT BYE,                                                                 "odd",                  VERDICT_ERROR      },
    {TITLE,                  "never RCPT",                         PLAIN BYE,                                                                      "odd",                  VERDICT_PASS       },
 /* departures */
    {STRICT,                 NULL,                                 REFUSED BYE,                                                                    NULL,                   VERDICT_PASS       },
    {STRICT,                 NULL,
     REFUSED "+1.000 1 command - line=9 notes=departure \"RSET\\r\\n\"\nS: 250 ok\n" BYE,                                                          NULL,
     VERDICT_FAIL                                                                                                                                                                             },
    {STRICT,                 NULL,
     REFUSED "+1.000 1 command - line=9 notes=departure,harmless variation=noop \"NOOP\\r\\n\"\nS: "
             "250 ok\n" BYE,
     NULL,                                                                                                                                                                 VERDICT_PASS       },
    {"exact\n" STRICT,       NULL,
     REFUSED "+1.000 1 command - line=10 notes=departure,harmless variation=noop "
             "\"NOOP\\r\\n\"\nS: 250 ok\n" BYE,
     NULL,                                                                                                                                                                 VERDICT_FAIL       },
 /* not reached */
    {STRICT,                 NULL,                                 PLAIN "C: QUIT\nS: 221 bye\n+1.000 1 client-closed - line=7 notes=unreached\n",
     NULL,                                                                                                                                                                 VERDICT_NOT_REACHED},
    {STRICT,                 NULL,                                 "",                                                                             NULL,                   VERDICT_NOT_REACHED},
    {TITLE,                  "never RCPT",                         "",                                                                             "permanent",            VERDICT_PASS       },
    {TITLE,                  "never EHLO",
     PLAIN "C: QUIT\nS: 221 bye\n+1.000 1 client-closed - line=7 notes=unreached\n",                                                               NULL,
     VERDICT_FAIL                                                                                                                                                                             },
};

static void each_expectation_gives_its_verdict(void **state)
{
    unsigned wrong = 0;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(verdicts); i++) {
        struct judge_fixture fixture;
        char text[1000];

        judge_fixture_init(&fixture);
        (void)snprintf(text, sizeof(text), "%s%s%s\n", verdicts[i].scenario,
                       verdicts[i].expect ? "...\n\nexpect " : "",
                       verdicts[i].expect ? verdicts[i].expect : "");
        judge_fixture_scenario(&fixture, text);
        if (verdicts[i].claim)
            judge_fixture_claim(&fixture, verdicts[i].claim);
        judge_fixture_run(&fixture, verdicts[i].run);
        judge_fixture_judge(&fixture, verdicts[i].claim != NULL);
        if (fixture.verdict.scenario != verdicts[i].result) {
            wrong++;
            print_error("%s\n%s%sis %s, not %s; %.*s\n", text, verdicts[i].run,
                        verdicts[i].claim ? verdicts[i].claim : "",
                        verdict_result_word(fixture.verdict.scenario),
                        verdict_result_word(verdicts[i].result),
                        BYTES_FORMAT(fixture.verdict.reason));
        }
        judge_fixture_release(&fixture);
    }
    assert_int_equal(wrong, 0);
}

static void what_each_recipient_got_is_compared_where_the_client_says_it(void **state)
{
    static const struct smtp_recipient_outcome said[] = {
        {.address = OCTETS("b@y.example"), .outcome = SMTP_OUTCOME_SENT,      .code = 250},
        {.address = OCTETS("c@y.example"), .outcome = SMTP_OUTCOME_PERMANENT, .code = 550},
    };
    struct judge_fixture fixture;

    (void)state;
    judge_fixture_init(&fixture);
    judge_fixture_scenario(&fixture,
                           TWO "...\n\nexpect b@y.example sent\nexpect c@Y.EXAMPLE temporary\n"
                               "expect outcome partial\n");
    judge_fixture_claim(&fixture, "partial");
    fixture.claim.per_recipient = true;
    fixture.claim.recipients = said;
    fixture.claim.recipient_count = COUNT_OF(said);
    judge_fixture_run(&fixture, PLAIN MAIL RCPT TO_C "S: 550 no\n" DATA CONTENT BYE);
    judge_fixture_judge(&fixture, true);
    assert_int_equal(fixture.verdict.finding_count, 1);
    assert_string(fixture.verdict.findings[0].expected, "c@Y.EXAMPLE temporary");
    assert_string(fixture.verdict.findings[0].got, "permanent, code 550");
    assert_int_equal(fixture.verdict.findings[0].line, 7);
    judge_fixture_release(&fixture);
}

static void a_false_word_on_one_recipient_is_found(void **state)
{
    static const struct smtp_recipient_outcome said[] = {
        {.address = OCTETS("b@y.example"), .outcome = SMTP_OUTCOME_TEMPORARY},
        {.address = OCTETS("c@y.example"), .outcome = SMTP_OUTCOME_SENT     },
    };
    struct judge_fixture fixture;

    (void)state;
    judge_fixture_init(&fixture);
    judge_fixture_scenario(&fixture, TWO "...\n");
    judge_fixture_claim(&fixture, "partial");
    fixture.claim.per_recipient = true;
    fixture.claim.recipients = said;
    fixture.claim.recipient_count = COUNT_OF(said);
    judge_fixture_run(&fixture, PLAIN MAIL RCPT TO_C "S: 550 no\n" DATA CONTENT BYE);
    judge_fixture_judge(&fixture, true);
    assert_int_equal(fixture.verdict.finding_count, 2);
    assert_string(fixture.verdict.findings[0].got,
                  "\"sent\" for c@y.example, which was not accepted");
    assert_string(fixture.verdict.findings[1].got,
                  "\"temporary\" for b@y.example, which was delivered");
    judge_fixture_release(&fixture);
}

/* The other address is the fault, not that it was said to be sent to; with nothing delivered it is
 * false all the same. */
static void a_word_on_an_address_with_a_line_end_is_false_only_when_nothing_was_sent(void **state)
{
    static const struct smtp_recipient_outcome said[] = {
        {.address = OCTETS("b\r\n@y.example"), .outcome = SMTP_OUTCOME_SENT},
    };
    static const char *const runs[] = {PLAIN SENT BYE, PLAIN BYE};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(runs); i++) {
        struct judge_fixture fixture;
        size_t lies = 0;

        judge_fixture_init(&fixture);
        judge_fixture_scenario(&fixture, "title x\nsend to=\"b\\r\\n@y.example\"\n\n...\n");
        judge_fixture_claim(&fixture, "sent");
        fixture.claim.per_recipient = true;
        fixture.claim.recipients = said;
        fixture.claim.recipient_count = COUNT_OF(said);
        judge_fixture_run(&fixture, runs[i]);
        judge_fixture_judge(&fixture, true);
        for (size_t f = 0; f < fixture.verdict.finding_count; f++)
            lies += strcmp(fixture.verdict.findings[f].requirement, "5321-4.1.1.10-d") == 0;
        assert_int_equal(lies, i);
        judge_fixture_release(&fixture);
    }
}

static void variations_are_counted_by_name(void **state)
{
    struct judge_fixture fixture;

    (void)state;
    judge_fixture_init(&fixture);
    judge_fixture_run(&fixture, GREETING
                      "+0.010 1 command dialogue variation=helo-first \"HELO c.example\\r\\n\"\n"
                      "S: 250 ok\n" BYE);
    judge_fixture_judge(&fixture, false);
    assert_true(fixture.verdict.variations == VARIATION_BIT(VARIATION_HELO_FIRST));
    assert_int_equal(fixture.verdict.scenario, VERDICT_PASS);
    judge_fixture_release(&fixture);
}

static void findings_stand_in_the_order_of_the_transcript(void **state)
{
    struct judge_fixture fixture;

    (void)state;
    judge_fixture_init(&fixture);
    judge_fixture_scenario(&fixture, TITLE "...\n\nexpect never EHLO\nexpect outcome sent\n");
    judge_fixture_claim(&fixture, "permanent");
    judge_fixture_run(&fixture, PLAIN "C: WIZ\nS: 500 what\n!client-closed\n");
    judge_fixture_judge(&fixture, true);
    assert_int_equal(fixture.verdict.finding_count, 4);
    for (size_t i = 1; i < fixture.verdict.finding_count; i++)
        assert_true(fixture.verdict.findings[i - 1].record <= fixture.verdict.findings[i].record);
    assert_true(fixture.verdict.findings[3].record == SIZE_MAX);
    judge_fixture_release(&fixture);
}

static void a_finding_is_shown_under_its_line(void **state)
{
    struct judge_fixture fixture;
    struct buf shown;

    (void)state;
    judge_fixture_init(&fixture);
    judge_fixture_scenario(&fixture, TITLE "...\n\nexpect next RSET|QUIT|close after MAIL\n");
    judge_fixture_run(&fixture, REFUSED "~31\nC: MAIL FROM:<\x1b[2J@x.example>\nS: 503 no\n" BYE);
    judge_fixture_judge(&fixture, false);
    buf_init(&shown, 4096);
    assert_int_equal(fixture.verdict.findings[0].axis, FINDING_OF_RULE);
    assert_true(finding_print(&fixture.verdict.findings[1], fixture.transcript, "   ", &shown));
    assert_string(buf_bytes(&shown),
                  "   S: 250-mail.example                                              +0.004\n"
                  "   S: 250 HELP                                                      +0.005\n"
                  "   C: MAIL FROM:<a@x.example>                                       +0.006\n"
                  "   S: 550 no                                                        +0.007\n"
                  "   C: MAIL FROM:<\\x1b[2J@x.example>                                 +0.039\n"
                  "      ^ expected next RSET|QUIT|close after MAIL (line 6); got \"MAIL "
                  "FROM:<\\x1b[2J@x.example>\" 32 ms later\n");
    buf_clear(&shown);
    fixture.verdict.findings[1].record = SIZE_MAX;
    assert_true(finding_print(&fixture.verdict.findings[1], fixture.transcript, "", &shown));
    assert_true(bytes_starts_with(buf_bytes(&shown), BYTES_LITERAL("expected next ")));
    buf_release(&shown);
    judge_fixture_release(&fixture);
}

static void more_findings_than_fit_are_counted(void **state)
{
    static struct expectation many[FINDINGS_MAX + 7];
    static const struct pattern_choice quit = {.kind = PATTERN_COMMAND, .verb = SMTP_VERB_QUIT};
    static const struct pattern pattern = {.choices = &quit, .choice_count = 1};
    struct judge_fixture fixture;

    (void)state;
    judge_fixture_init(&fixture);
    for (size_t i = 0; i < COUNT_OF(many); i++)
        many[i] = (struct expectation){.kind = EXPECT_NEVER, .pattern = &pattern};
    fixture.scenario.expectations = many;
    fixture.scenario.expectation_count = COUNT_OF(many);
    judge_fixture_run(&fixture, PLAIN BYE);
    judge_fixture_judge(&fixture, false);
    assert_int_equal(fixture.verdict.finding_count, FINDINGS_MAX);
    assert_int_equal(fixture.verdict.finding_lost, 7);
    assert_int_equal(fixture.verdict.scenario, VERDICT_FAIL);
    judge_fixture_release(&fixture);
}

/* ---- memory --------------------------------------------------------------------------------- */

static bool judges(void *context)
{
    struct judge_fixture *fixture = context;
    struct arena *arena = arena_new(1 << 20);
    struct verdict verdict;
    struct err err = {0};
    bool ok = arena && judge(&fixture->scenario, fixture->transcript, &fixture->claim, arena,
                             &verdict, &err);

    assert_true(ok || !arena || err.kind == ERR_MEMORY);
    arena_free(arena);
    return ok;
}

static void each_allocation_may_fail(void **state)
{
    struct judge_fixture fixture;
    size_t max = 0;
    bool ok = false;

    (void)state;
    judge_fixture_init(&fixture);
    judge_fixture_scenario(&fixture, TITLE "...\n\nexpect never EHLO\nexpect outcome sent\n");
    judge_fixture_claim(&fixture, "permanent");
    judge_fixture_run(&fixture, PLAIN "+0.010 1 reply - \"250 part\"\n"
                                      "C: WIZ\nS: 500 what\n" MAIL RCPT "!client-closed\n");
    assert_true(fail_alloc_each(judges, &fixture) >= 3);
    /* … and so may the arena end anywhere. */
    for (; !ok; max += 64) {
        struct arena *arena = arena_new(max);
        struct verdict verdict;

        ok = judge(&fixture.scenario, fixture.transcript, &fixture.claim, arena, &verdict, NULL);
        arena_free(arena);
    }
    assert_true(max > 1000);
    judge_fixture_release(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_expectation_gives_its_verdict),
        cmocka_unit_test(what_each_recipient_got_is_compared_where_the_client_says_it),
        cmocka_unit_test(a_false_word_on_one_recipient_is_found),
        cmocka_unit_test(a_word_on_an_address_with_a_line_end_is_false_only_when_nothing_was_sent),
        cmocka_unit_test(variations_are_counted_by_name),
        cmocka_unit_test(findings_stand_in_the_order_of_the_transcript),
        cmocka_unit_test(a_finding_is_shown_under_its_line),
        cmocka_unit_test(more_findings_than_fit_are_counted),
        cmocka_unit_test(each_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
