#include "fakeserver/scenario.h"

#include "tests/support/unit.h"
#include "tests/unit/scenario/fixture.h"

#include <stdio.h>
#include <stdlib.h>

static const char table[] = "# codes\n"
                            "stage\tReply Code\toctets\toutcome\r\n"
                            "MAIL\t421\t421 later\\r\\n\ttemporary\n"
                            "MAIL\t550\t550 no\\r\\n\tpermanent\n"
                            "\n"
                            "RCPT\t421\t\ttemporary\n"
                            "RCPT\t550\t550-a\\r\\n550 b\\r\\n\n";

/* All instance names, each with a blank behind it. */
static void names_of(struct fixture *fixture, struct buf *ret)
{
    buf_init(ret, 10000);
    for (size_t i = 0; i < scenario_file_instance_count(fixture->file); i++)
        assert_true(buf_append(ret, scenario_file_instance_name(fixture->file, i)) &&
                    buf_append_octet(ret, ' '));
}

static const struct {
    const char *name;
    const char *text;
    const char *names;
} valid_sweeps[] = {
    {"none",                                  "title x\n",                                            " "                     },
    {"one",                                   "sweep code 421 450\n",                                 "code=421 code=450 "    },
    {"two multiply",                          "sweep code 421 450\nsweep at MAIL RCPT\n",
     "code=421,at=MAIL code=421,at=RCPT code=450,at=MAIL code=450,at=RCPT "                                                   },
    {"what a shell would not take",           "sweep x \"250 ok\\r\\n\" \"250-ok\" \"<a@b>\" \"\"\n",
     "x=250-ok x=250-ok~2 x=a@b x= "                                                                                          },
    {"columns that tell the rows apart",      "sweep from t.tsv\n",
     "stage=MAIL,reply-code=421 stage=MAIL,reply-code=550 stage=RCPT,reply-code=421 "
     "stage=RCPT,reply-code=550 "                                                                                             },
    {"a column that is the same in all rows", "sweep from t.tsv where stage=MAIL\n",
     "reply-code=421 reply-code=550 "                                                                                         },
    {"one row",                               "sweep from t.tsv where stage=RCPT reply-code=550\n",   "stage=RCPT "           },
    {"alternatives",                          "sweep from t.tsv where reply-code=550|999\n",          "stage=MAIL stage=RCPT "},
    {"an empty cell",                         "sweep from t.tsv where octets=\n",                     "stage=RCPT "           },
};

static void instances_have_short_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(valid_sweeps); i++) {
        struct fixture fixture;
        struct buf names;

        fixture_init(&fixture);
        fixture.table = table;
        if (!fixture_file(&fixture, "folder/x.drill", bytes_of(valid_sweeps[i].text)))
            print_error("%s: %s\n", valid_sweeps[i].name, fixture.err.what);
        names_of(&fixture, &names);
        if (!bytes_equal(buf_bytes(&names), bytes_of(valid_sweeps[i].names)))
            print_error("%s\n", valid_sweeps[i].name);
        assert_string(buf_bytes(&names), valid_sweeps[i].names);
        buf_release(&names);
        fixture_release(&fixture);
    }
}

static void columns_become_names(void **state)
{
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    fixture.table = table;
    assert_true(fixture_file(&fixture, "folder/x.drill",
                             BYTES_LITERAL("sweep from ../t.tsv\n"
                                           "...\n"
                                           "C: {stage}\n"
                                           "S= \"{octets}\"\n"
                                           "expect outcome temporary code {reply-code}\n")));
    assert_string_equal(fixture.table_path, "folder/../t.tsv");
    assert_true(fixture_instance(&fixture, 3));
    assert_int_equal(fixture.scenario.steps[1].pattern->choices[0].verb, SMTP_VERB_RCPT);
    assert_string(fixture.scenario.steps[2].octets, "550-a\r\n550 b\r\n");
    assert_int_equal(fixture.scenario.expectations[0].code, 550);
    assert_string(fixture.scenario.instance, "stage=RCPT,reply-code=550");
    fixture_release(&fixture);
}

static const struct {
    const char *table;
    const char *text;
    unsigned column;
    const char *what;
} invalid_sweeps[] = {
    {"a\tb\n1\t2\n", "sweep from t.tsv where c=1\n", 24, "t.tsv has no column \"c\""                  },
    {"a\tb\n1\t2\n", "sweep from t.tsv where a=3\n", 12, "t.tsv has no such row"                      },
    {"a\tb\n1\t2\n", "sweep from t.tsv with a=3\n",  18, "expected where; got \"with\""               },
    {"a\tb\n1\t2\n", "sweep from t.tsv where a\n",   24, "expected COLUMN=VALUE; got \"a\""           },
    {"",             "sweep from t.tsv\n",           12, "t.tsv has no such row"                      },
    {"a\ta\n1\t2\n", "sweep from t.tsv\n",           12, "t.tsv:1: two columns have the name \"a\""   },
    {"user\n1\n",    "sweep from t.tsv\n",           12,
     "t.tsv:1: this cannot be the name of a column: \"user\""                                         },
    {"a\n1\t2\n",    "sweep from t.tsv\n",           12, "t.tsv:2: more cells than columns from \"2\""},
    {"a\n\\q\n",     "sweep from t.tsv\n",           12, "t.tsv:2: an unknown escape in \"\\\\q\""    },
    {NULL,           "sweep from t.tsv\n",           12, "cannot read the file"                       },
};

static void a_broken_table_is_refused_at_the_line_that_names_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(invalid_sweeps); i++) {
        struct fixture fixture;

        fixture_init(&fixture);
        fixture.table = invalid_sweeps[i].table;
        assert_false(fixture_file(&fixture, "nowhere/x.drill", bytes_of(invalid_sweeps[i].text)));
        assert_string_equal(fixture.err.what, invalid_sweeps[i].what);
        assert_int_equal(fixture.err.line, 1);
        assert_int_equal(fixture.err.column, invalid_sweeps[i].column);
        fixture_release(&fixture);
    }
}

/* ---- limits --------------------------------------------------------------------------------- */

static bool parses_repeated(const char *line, size_t times, struct err *ret_err)
{
    struct fixture fixture;
    struct buf text;
    bool parsed;

    fixture_init(&fixture);
    buf_init(&text, 64 * 1024 * 1024);
    for (size_t i = 0; i < times; i++)
        assert_true(buf_append_string(&text, line));
    parsed = fixture_file(&fixture, "x.drill", buf_bytes(&text)) && fixture_instance(&fixture, 0);
    *ret_err = fixture.err;
    buf_release(&text);
    fixture_release(&fixture);
    return parsed;
}

static void every_limit_is_an_error_that_says_so(void **state)
{
    struct err err;

    (void)state;
    assert_true(parses_repeated("S: 250 ok\n", SCENARIO_LINES_MAX, &err));
    assert_false(parses_repeated("S: 250 ok\n", SCENARIO_LINES_MAX + 1, &err));
    assert_int_equal(err.kind, ERR_LIMIT);
    assert_int_equal(err.line, SCENARIO_LINES_MAX + 1);
    assert_false(parses_repeated("# a comment that takes its room in the file, line by line\n",
                                 SCENARIO_FILE_OCTETS_MAX / 50, &err));
    assert_int_equal(err.kind, ERR_LIMIT);
    assert_false(parses_repeated("either\nC: MAIL\n", 9, &err));
    assert_int_equal(err.kind, ERR_LIMIT);
}

static void the_product_of_sweeps_has_a_limit(void **state)
{
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    assert_false(fixture_file(&fixture, "x.drill",
                              BYTES_LITERAL("sweep a 0 1 2 3 4 5 6 7 8 9\n"
                                            "sweep b 0 1 2 3 4 5 6 7 8 9\n"
                                            "sweep c 0 1 2 3 4 5 6 7 8 9\n"
                                            "sweep d 0 1 2 3 4 5 6 7 8 9\n"
                                            "sweep e 0 1 2 3 4 5 6 7 8 9\n"
                                            "sweep f 0 1\n")));
    assert_int_equal(fixture.err.kind, ERR_LIMIT);
    assert_int_equal(fixture.err.line, 6);
    fixture_release(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(instances_have_short_names),
        cmocka_unit_test(columns_become_names),
        cmocka_unit_test(a_broken_table_is_refused_at_the_line_that_names_it),
        cmocka_unit_test(every_limit_is_an_error_that_says_so),
        cmocka_unit_test(the_product_of_sweeps_has_a_limit),
    };

    return cmocka_run_group_tests_name("scenario_sweep", tests, NULL, NULL);
}
