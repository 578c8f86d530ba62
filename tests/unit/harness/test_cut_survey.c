/* What a run without a cut shows: where it can be cut, which beginnings are alike. */
#include "base/text.h"
#include "tests/support/unit.h"
#include "tests/unit/harness/cut_fixture.h"

/* A part of a reply: the fixture's S: lines end in CRLF. */
#define PART(octets) "+0.500 1 reply - \"" octets "\"\n"
#define HEAD "title t\nsend from=a@x.example to=b@y.example\n"

/* ---- where the points are -------------------------------------------------------------------- */

/* clang-format off */
static const struct {
    const char *run;
    const char *lines; /* of each connection, its lines in brackets */
} surveys[] = {
    {"", ""},
    {"!connected\n!client-closed\n", ""},
    {"S: 220 a\n", "1:[220 a\\r\\n]"},
    {"S: 220 a\nC: EHLO x\nS: 250-b\nS: 250 c\nC: QUIT\nS: 221 d\n",
     "1:[220 a\\r\\n][250-b\\r\\n][250 c\\r\\n][221 d\\r\\n]"},
    {PART("250-b\\r\\n250 c\\r\\n"), "1:[250-b\\r\\n][250 c\\r\\n]"},
    {PART("220 a\\n220\\rb\\r\\n"), "1:[220 a\\n][220\\rb\\r\\n]"},
    /* a line that comes in parts, and one that never ends */
    {PART("25") PART("0 a\\r\\n250") PART(" b\\r\\n"), "1:[250 a\\r\\n][250 b\\r\\n]"},
    {"S: 220 a\n" PART("250"), "1:[220 a\\r\\n][250]"},
    {PART("250 \\0") PART("x\\0y\\r\\n") PART("\\0\\n"), "1:[250 \\0x\\0y\\r\\n][\\0\\n]"},
    {PART("25") "C: NOOP\n" PART("0 a\\r\\n"), "1:[250 a\\r\\n]"},
    /* connections, one of them silent */
    {"S: 220 a\n@2\nS: 220 b\n@1\nS: 221 c\n", "1:[220 a\\r\\n][221 c\\r\\n]2:[220 b\\r\\n]"},
    {"@2\nS: 220 b\n", "1:2:[220 b\\r\\n]"},
};
/* clang-format on */

static void write_lines(const struct cut_survey *survey, struct buf *to)
{
    for (size_t i = 0; i < survey->connection_count; i++) {
        assert_true(buf_printf(to, "%zu:", i + 1));
        for (size_t j = 0; j < survey->connections[i].line_count; j++)
            assert_true(buf_append_octet(to, '[') &&
                        text_escape(to, survey->connections[i].lines[j].octets) &&
                        buf_append_octet(to, ']'));
    }
}

static void the_lines_are_those_of_each_connection(void **state)
{
    struct cut_fixture fixture;

    (void)state;
    cut_fixture_init(&fixture);
    for (size_t i = 0; i < COUNT_OF(surveys); i++) {
        struct cut_survey survey;
        struct buf lines;

        buf_init(&lines, 4096);
        cut_fixture_survey(&fixture, NULL, surveys[i].run, &survey);
        write_lines(&survey, &lines);
        assert_bytes(buf_bytes(&lines), bytes_of(surveys[i].lines));
        buf_release(&lines);
    }
    cut_fixture_release(&fixture);
}

/* ---- which beginnings are alike -------------------------------------------------------------- */

static const struct {
    const char *scenarios[2];
    const char *runs[2];
    size_t alike; /* so many places of connection 1, from the first on */
} beginnings[] = {
    {{HEAD "\n...\n", HEAD "\n...\n"},                                           {"S: 220 a\nS: 221 b\n", "S: 220 a\nS: 221 b\n"}, 3},
    {{HEAD "\n...\n", HEAD "\n...\n"},                                           {"S: 220 a\nS: 221 b\n", "S: 220 a\nS: 421 b\n"}, 2},
    {{HEAD "\n...\n", HEAD "\n...\n"},                                           {"S: 220 a\nS: 221 b\n", "S: 220 b\nS: 221 b\n"}, 1},
 /* what came of the client lies between */
    {{HEAD "\n...\n", HEAD "\n...\n"},
     {"S: 220 a\nC: QUIT\nS: 221 b\n", "S: 220 a\nS: 221 b\n"},
     1                                                                                                                              },
 /* another job */
    {{HEAD "\n...\n", "title t\nsend from=a@x.example to=c@y.example\n\n...\n"},
     {"S: 220 a\n", "S: 220 a\n"},
     0                                                                                                                              },
    {{HEAD "\n...\n", HEAD "send protocol=lmtp\n\n...\n"},                       {"S: 220 a\n", "S: 220 a\n"},                     0},
    {{HEAD "\n...\n", HEAD "send timeout=3s\n\n...\n"},                          {"S: 220 a\n", "S: 220 a\n"},                     0},
    {{HEAD "\n...\n", HEAD "send retry=1\n\n...\n"},                             {"S: 220 a\n", "S: 220 a\n"},                     0},
    {{HEAD "\n...\n", HEAD "send messages=2\n\n...\n"},                          {"S: 220 a\n", "S: 220 a\n"},                     0},
 /* an expectation changes nothing for the client, but for one: that it is given no limit */
    {{HEAD "\n...\n", HEAD "\n...\nexpect outcome sent\n"},                      {"S: 220 a\n", "S: 220 a\n"},                     2},
    {{HEAD "\n...\n", HEAD "\n...\nexpect gives up between 1s and 2s\n"},
     {"S: 220 a\n", "S: 220 a\n"},
     0                                                                                                                              },
};

static void alike_is_what_the_client_cannot_tell_apart(void **state)
{
    struct cut_fixture fixture;

    (void)state;
    cut_fixture_init(&fixture);
    for (size_t i = 0; i < COUNT_OF(beginnings); i++) {
        struct cut_survey surveys_of[2];
        size_t alike = 0;

        for (size_t j = 0; j < 2; j++)
            cut_fixture_survey(&fixture, beginnings[i].scenarios[j], beginnings[i].runs[j],
                               &surveys_of[j]);
        const struct cut_connection *one = &surveys_of[0].connections[0];
        const struct cut_connection *other = &surveys_of[1].connections[0];
        while (alike <= one->line_count && one->lines[alike].before == other->lines[alike].before)
            alike++;
        if (alike != beginnings[i].alike)
            fail_msg("row %zu: %zu places are alike", i, alike);
    }
    cut_fixture_release(&fixture);
}

/* The digest in front of a line is that of the line before it, carried on octet by octet. */
static void a_digest_can_be_carried_on_inside_a_line(void **state)
{
    struct cut_fixture fixture;
    struct cut_survey survey;

    (void)state;
    cut_fixture_init(&fixture);
    cut_fixture_survey(&fixture, NULL, PART("250-a\\0b\\r\\n250 c"), &survey);
    const struct cut_line *lines = survey.connections[0].lines;
    for (size_t i = 0; i < 2; i++) {
        uint64_t digest = lines[i].before;
        for (size_t at = 0; at < lines[i].octets.size; at++) {
            assert_true(at == 0 || digest != lines[i + 1].before);
            digest = cut_survey_digest(digest, bytes_slice(lines[i].octets, at, at + 1));
        }
        assert_true(digest == lines[i + 1].before);
    }
    cut_fixture_release(&fixture);
}

/* ---- segments -------------------------------------------------------------------------------- */

/* clang-format off */
static const struct {
    const char *scenario;
    const char *run;
    bool has_segments;
    bool has_joints;
} segments[] = {
    {HEAD "\n...\n", "S: 220 a\nC: EHLO x\nS: 250 b\n", false, false},
    {HEAD "\n...\n", "S: 220 a\nS: 250 b\n", false, true},
    {HEAD "\n...\n", "S: 220 a\n@2\nS: 220 b\n", false, false},
    {HEAD "\nS: 220 a\nS= \"250 b\\r\\n\"\n...\n", "S: 220 a\n", true, false},
    {HEAD "\n+100ms S: 220 a\n...\n", "S: 220 a\n", true, false},
    {HEAD "\n!split 1,2\nS: 220 a\n...\n", "S: 220 a\n", true, false},
    {HEAD "\nS: 220 a\n!quiet 1s\n...\n", "S: 220 a\n", true, false},
    {HEAD "\n...\nexpect gives up between 1s and 2s\n", "S: 220 a\n", true, false},
};
/* clang-format on */

static void where_a_scenario_says_how_its_octets_come_is_known(void **state)
{
    struct cut_fixture fixture;

    (void)state;
    cut_fixture_init(&fixture);
    for (size_t i = 0; i < COUNT_OF(segments); i++) {
        struct cut_survey survey;

        cut_fixture_survey(&fixture, segments[i].scenario, segments[i].run, &survey);
        if (survey.has_segments != segments[i].has_segments ||
            survey.has_joints != segments[i].has_joints)
            fail_msg("row %zu: segments %d, joints %d", i, survey.has_segments, survey.has_joints);
    }
    cut_fixture_release(&fixture);
}

/* ---- what is compared with ------------------------------------------------------------------- */

static const struct {
    const char *claim; /* NULL: none */
    enum verdict_result verdict;
    bool fit;
} measures[] = {
    {"sent",      VERDICT_PASS,        true },
    {"permanent", VERDICT_FAIL,        true },
    {"temporary", VERDICT_WARN,        true },
    {"hung",      VERDICT_FAIL,        false},
    {"crashed",   VERDICT_FAIL,        false},
    {"sent",      VERDICT_NOT_REACHED, false},
    {"sent",      VERDICT_UNSUPPORTED, false},
    {"sent",      VERDICT_ERROR,       false},
    {NULL,        VERDICT_PASS,        false},
};

static void only_a_run_that_came_to_a_verdict_is_a_measure(void **state)
{
    struct cut_fixture fixture;

    (void)state;
    cut_fixture_init(&fixture);
    for (size_t i = 0; i < COUNT_OF(measures); i++) {
        struct judge_fixture judge;
        struct cut_survey survey;
        struct err err;

        judge_fixture_init(&judge);
        judge_fixture_run(&judge, "S: 220 a\n");
        if (measures[i].claim)
            judge_fixture_claim(&judge, measures[i].claim);
        assert_true(cut_survey_make(
            &(struct cut_survey_run){.scenario = &judge.scenario,
                                     .transcript = judge.transcript,
                                     .claim = measures[i].claim ? &judge.claim : NULL,
                                     .verdict = measures[i].verdict},
            fixture.arena, &survey, &err));
        if (survey.fit != measures[i].fit)
            fail_msg("row %zu: fit %d", i, survey.fit);
        judge_fixture_release(&judge);
    }
    cut_fixture_release(&fixture);
}

static void what_is_compared_with_outlives_the_run(void **state)
{
    char requirement[] = "5321-4.1.1.4-a";
    char expected[] = "no mail data";
    char address[] = "b@y.example";
    struct finding finding = {
        .requirement = requirement, .level = FINDING_MUST, .expected = bytes_of(expected)};
    struct smtp_recipient_outcome recipient = {.address = bytes_of(address),
                                               .outcome = SMTP_OUTCOME_PERMANENT};
    struct cut_fixture fixture;
    struct judge_fixture judge;
    struct cut_survey survey;
    struct err err;

    (void)state;
    cut_fixture_init(&fixture);
    judge_fixture_init(&judge);
    judge_fixture_claim(&judge, "permanent");
    judge.claim.recipients = &recipient;
    judge.claim.recipient_count = 1;
    assert_true(cut_survey_make(&(struct cut_survey_run){.scenario = &judge.scenario,
                                                         .transcript = judge.transcript,
                                                         .claim = &judge.claim,
                                                         .verdict = VERDICT_FAIL,
                                                         .findings = &finding,
                                                         .finding_count = 1},
                                fixture.arena, &survey, &err));
    memset(requirement, 'x', sizeof(requirement) - 1);
    memset(expected, 'x', sizeof(expected) - 1);
    memset(address, 'x', sizeof(address) - 1);
    judge_fixture_release(&judge);
    assert_int_equal(survey.uncut.claim.whole, SMTP_OUTCOME_PERMANENT);
    assert_int_equal(survey.uncut.claim.recipient_count, 1);
    assert_string(survey.uncut.claim.recipients[0].address, "b@y.example");
    assert_int_equal(survey.uncut.finding_count, 1);
    assert_string_equal(survey.uncut.findings[0].requirement, "5321-4.1.1.4-a");
    assert_string(survey.uncut.findings[0].expected, "no mail data");
    cut_fixture_release(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_lines_are_those_of_each_connection),
        cmocka_unit_test(alike_is_what_the_client_cannot_tell_apart),
        cmocka_unit_test(a_digest_can_be_carried_on_inside_a_line),
        cmocka_unit_test(where_a_scenario_says_how_its_octets_come_is_known),
        cmocka_unit_test(only_a_run_that_came_to_a_verdict_is_a_measure),
        cmocka_unit_test(what_is_compared_with_outlives_the_run),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
