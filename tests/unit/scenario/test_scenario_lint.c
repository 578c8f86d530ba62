#include "fakeserver/scenario.h"

#include "tests/support/unit.h"
#include "tests/unit/scenario/fixture.h"

/* The remark is the first one; the head of each text is without fault. */
#define HEAD "title a claim\ncites 5321-4.2-a\n"

static const struct {
    const char *text;
    unsigned line, column;
    bool is_error;
    const char *what;
} remarked[] = {
    {"cites 5321-4.2-a\n",                                         1, 1,  true,  "there is no title: the claim that this scenario tests"},
    {"title a claim\n",                                            1, 1,  false, "there is no cites line: which requirement is shown?"  },
    {HEAD "sweep code 421 450\n",                                  3, 1,  false, "{code} is used nowhere"                               },
    {HEAD "cites 9999-1\n",                                        2, 1,  true,  "unknown requirement \"9999-1\""                       },
    {HEAD "needs flying\n",                                        3, 1,  true,  "unknown capability \"flying\""                        },
    {HEAD "server nowhere\n",                                      3, 1,  true,  "unknown personality \"nowhere\""                      },
    {HEAD "expect outcom sent\n",                                  3, 8,  true,
     "unknown expectation \"outcom\"; did you mean \"outcome\"?"                                                                        },
    {HEAD "...\nS: 250 ok\n",                                      4, 1,  true,
     "behind ... the model serves until a C: line or !closed; this is never done"                                                       },
    {HEAD "!close\nC: MAIL\n",                                     4, 1,  true,
     "this is never done: the server has closed the connection"                                                                         },
    {HEAD "!stall\nS: 250 ok\n",                                   4, 1,  true,  "this is never done: the server says nothing more"     },
    {HEAD "on MAIL\n  S: 250 ok\non MAIL when tls\n  S: 250 ok\n", 5, 1,  true,
     "this rule is never asked: line 3 takes what it waits for"                                                                         },
    {HEAD "S: 250-a\nS: 550 b\n",                                  3, 1,  true,
     "the lines of one reply have one code (RFC 5321 4.2.1); write odd if another is meant"                                             },
    {HEAD "S: hello\n",                                            3, 1,  true,
     "this is no reply line (RFC 5321 4.2); write odd if that is meant: hello"                                                          },
    {HEAD "S: 250-a\nC: MAIL\n",                                   3, 1,  true,
     "the reply has no last line (RFC 5321 4.2.1); write odd if that is meant"                                                          },
    {HEAD "S: 334 no base64\n",                                    3, 1,  true,
     "the text of a 334 reply is base64 (RFC 4954 4); this is not: no base64"                                                           },
    {HEAD "S: 334 VXNlcm5hbWU6\nC: user\x21\n",                    4, 1,  true,
     "a client response is base64 (RFC 4954 4); this is not: user!"                                                                     },
    {HEAD "C: DATA now\n",                                         3, 1,  true,  "no client sends DATA with an argument"                },
    {HEAD "S: 250 ok\nC: hello world\n",                           4, 1,  true,
     "\"hello world\" is no command, and only a 334 asks for a response"                                                                },
    {HEAD "C: RCPT TO:<a@gmail.com>\n",                            3, 15, false,
     "\"gmail.com\" may belong to somebody; write a domain in .example"                                                                 },
    {HEAD "S: 550 8.8.8.8 is blocked\n",                           3, 8,  false,
     "8.8.8.8 may belong to somebody; write one of 192.0.2.0/24"                                                                        },
    {HEAD "C: AUTH PLAIN AHVzZXIAcGFzc3dvcmQ=\n",                  3, 15, false,
     "this may be somebody's secret; write {base64 ...} with {user} and {password}"                                                     },
    {HEAD "expect AUTH before MAIL\nexpect never AUTH\n",          4, 8,  true,
     "this can never be met together with line 3"                                                                                       },
    {HEAD "expect outcome sent\nexpect never sent|unknown\n",      4, 8,  true,
     "this can never be met together with line 3"                                                                                       },
    {HEAD "expect MAIL before MAIL\n",                             3, 8,  true,  "nothing comes before itself"                          },
};

/* What resembles a fault and is none. */
static const char *const unremarked[] = {
    HEAD "server 163.com\nneeds starttls\n",
    HEAD "odd\nS: 250-a\nS: 550 b\nS: no reply\nS: 334 no base64\n",
    HEAD "S: 220 mail.163.com [192.0.2.7] 163com[20141201] a@b.example 4.3.2.1000\n",
    HEAD "sweep code 421 450\nS: {code} later\n!close\n!closed\n",
    HEAD "...\n!closed\n",
    HEAD "...\nC: AUTH LOGIN\nS: 334 {base64 {repeat 9210 x}}\nC: {base64 x}\nS: 235 ok\n",
    HEAD "...\nC: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: *\nS: 334 \nC: {base64 x}\nS: 235 ok\n",
    HEAD "on MAIL x1\n  S: 451 later\non MAIL\n  S: 250 ok\n",
    HEAD "S: 220-a\n!quiet 1s\nS: 220 b\n",
    HEAD "expect outcome sent|unknown\nexpect never unknown\nexpect a@b.example permanent\n",
    HEAD "expect never MAIL after RCPT\nexpect MAIL before RCPT\n",
};

static bool knows_requirement(void *owner, struct bytes id)
{
    (void)owner;
    return bytes_starts_with(id, BYTES_LITERAL("5321-"));
}

static bool knows_capability(void *owner, struct bytes name)
{
    (void)owner;
    return bytes_equal(name, BYTES_LITERAL("starttls"));
}

static bool knows_personality(void *owner, struct bytes name)
{
    (void)owner;
    return bytes_equal(name, BYTES_LITERAL("163.com"));
}

static const struct lint_known known = {knows_requirement, knows_capability, knows_personality,
                                        NULL};

static void lint(struct fixture *fixture, const char *text, struct lint_remark **ret,
                 size_t *ret_count)
{
    fixture_init(fixture);
    if (!fixture_file(fixture, "x.drill", bytes_of(text)))
        print_error("%s\n", fixture->err.what);
    assert_true(
        scenario_lint(fixture->file, &known, fixture->arena, ret, ret_count, &fixture->err));
}

static void what_should_not_be_is_remarked_at_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(remarked); i++) {
        struct fixture fixture;
        struct lint_remark *remarks;
        size_t count;

        lint(&fixture, remarked[i].text, &remarks, &count);
        if (count == 0)
            print_error("no remark on %s\n", remarked[i].text);
        assert_true(count > 0);
        assert_string(remarks[0].what, remarked[i].what);
        assert_int_equal(remarks[0].line, remarked[i].line);
        assert_int_equal(remarks[0].column, remarked[i].column);
        assert_int_equal(remarks[0].is_error, remarked[i].is_error);
        fixture_release(&fixture);
    }
}

static void what_may_be_is_not_remarked(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(unremarked); i++) {
        struct fixture fixture;
        struct lint_remark *remarks;
        size_t count;

        lint(&fixture, unremarked[i], &remarks, &count);
        if (count > 0)
            print_error("%s%u: %.*s\n", unremarked[i], remarks[0].line,
                        BYTES_FORMAT(remarks[0].what));
        assert_int_equal(count, 0);
        fixture_release(&fixture);
    }
}

static void check_clean(const char *path)
{
    struct fixture fixture;
    struct lint_remark *remarks;
    size_t count;

    fixture_init(&fixture);
    assert_true(fixture_file(&fixture, path, fixture_read(fixture.arena, path)));
    assert_true(scenario_lint(fixture.file, NULL, fixture.arena, &remarks, &count, &fixture.err));
    for (size_t i = 0; i < count; i++)
        print_error("%s:%u:%u: %.*s\n", path, remarks[i].line, remarks[i].column,
                    BYTES_FORMAT(remarks[i].what));
    assert_int_equal(count, 0);
    fixture_release(&fixture);
}

static void our_own_scenarios_are_without_remark(void **state)
{
    (void)state;
    fixture_each_file(SCENARIOS_FOLDER, check_clean);
}

static void a_remark_on_every_instance_is_made_once(void **state)
{
    struct fixture fixture;
    struct lint_remark *remarks;
    size_t count;

    (void)state;
    lint(&fixture, HEAD "sweep code 421 450 451\nS: {code}-later\nC: MAIL\n", &remarks, &count);
    assert_int_equal(count, 1);
    fixture_release(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_should_not_be_is_remarked_at_its_place),
        cmocka_unit_test(what_may_be_is_not_remarked),
        cmocka_unit_test(our_own_scenarios_are_without_remark),
        cmocka_unit_test(a_remark_on_every_instance_is_made_once),
    };

    return cmocka_run_group_tests_name("scenario_lint", tests, NULL, NULL);
}
