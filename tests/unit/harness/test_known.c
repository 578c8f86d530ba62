/* The list of known failures: what a line may be, and which runs it fits. */
#include "harness/run/known.h"

#include "tests/support/unit.h"

#include <stdio.h>

#define TODAY_S INT64_C(1772366399) /* the last second of 2026-03-01, UTC */

static bool parse(const char *text, struct arena *arena, struct known *ret, struct err *err)
{
    *err = (struct err){.kind = ERR_NONE};
    *ret = (struct known){.path = "known.txt", .now_s = TODAY_S};
    return known_parse(ret, bytes_of(text), arena, err);
}

static const struct {
    const char *text;
    unsigned line, column;
    const char *says;
} wrong[] = {
    {"a/b\n",                 1, 4,  "known.txt:1:4: expected the reason"   },
    {"# x\n\n  a/b   \n",     3, 9,  "known.txt:3:9: expected the reason"   },
    {"\"a b reason\n",        1, 1,  "second double quote"                  },
    {"\"\" reason\n",         1, 1,  "expected the name of a run"           },
    {"\"a b\"reason\n",       1, 6,  "expected a blank behind the name"     },
    {"rule\n",                1, 5,  "expected the name of a run, or `rule`"},
    {"rule 5321-3.3-a\n",     1, 16, "expected the reason"                  },
    {"a until\n",             1, 8,  "expected a day as in 2027-03-01"      },
    {"a until bug 17\n",      1, 9,  "expected a day as in 2027-03-01"      },
    {"a until 2027-3-1 b",    1, 9,  "expected a day as in 2027-03-01"      },
    {"a until 2027-02-29 b",  1, 9,  "expected a day as in 2027-03-01"      },
    {"a until 2027-02-28T b", 1, 9,  "expected a day as in 2027-03-01"      },
    {"a until 2027-02-28",    1, 19, "expected the reason"                  },
    {"rule a until x b",      1, 14, "expected a day as in 2027-03-01"      },
};

static void a_line_that_says_too_little_is_refused_where_it_ends(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct arena *arena = arena_new(1 << 20);
        struct known known;
        struct err err;
        assert_false(parse(wrong[i].text, arena, &known, &err));
        assert_int_equal(err.kind, ERR_SYNTAX);
        assert_int_equal(err.line, wrong[i].line);
        assert_int_equal(err.column, wrong[i].column);
        assert_non_null(strstr(err.what, wrong[i].says));
        arena_free(arena);
    }
}

static const struct {
    const char *pattern, *name;
    bool fits;
} rows[] = {
    {"a/b",         "a/b",             true },
    {"a/b",         "a/bc",            false},
    {"a/b",         "a/",              false},
    {"a/*",         "a/b/c[code=421]", true },
    {"*c",          "abcabc",          true },
    {"*c",          "abcabd",          false},
    {"a*b*c",       "aXbXbXc",         true },
    {"a*b*c",       "aXcXb",           false},
    {"a[code=421]", "a[code=421]",     true },
    {"a[code=421]", "a4",              false},
    {"a[*=421]",    "a[code=421]",     true },
    {"\"a b\"",     "a b",             true },
    {"*",           "",                true },
    {"A",           "a",               false},
};

static void a_star_stands_for_any_octets_and_all_else_for_itself(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct arena *arena = arena_new(1 << 20);
        struct known known;
        struct err err;
        char text[100];
        snprintf(text, sizeof(text), "%s  some reason\r\n", rows[i].pattern);
        assert_true(parse(text, arena, &known, &err));
        assert_int_equal(known_run(&known, rows[i].name) != NULL, rows[i].fits);
        assert_null(known_rule(&known, rows[i].name));
        assert_true(bytes_equal(known.failures[0].reason, BYTES_LITERAL("some reason")));
        arena_free(arena);
    }
}

static void runs_and_rules_are_told_apart_and_the_first_line_counts(void **state)
{
    struct arena *arena = arena_new(1 << 20);
    struct known known;
    struct err err;
    (void)state;
    assert_true(parse("# of mailit\n\nrule 5321-3.3-a one\n5321-3.3-a two\n*  three\n"
                      "\"rule\" four",
                      arena, &known, &err));
    assert_int_equal(known.count, 4);
    assert_int_equal(known_rule(&known, "5321-3.3-a")->line, 3);
    assert_int_equal(known_run(&known, "5321-3.3-a")->line, 4);
    assert_int_equal(known_run(&known, "rule")->line, 5);
    assert_null(known_run(NULL, "a"));
    assert_null(known_rule(NULL, "a"));
    arena_free(arena);
}

static const struct {
    const char *until;
    bool over;
} days[] = {
    {"2026-03-01", false},
    {"2026-03-02", false},
    {"2028-02-29", false},
    {"2026-02-28", true },
    {"1999-12-31", true },
};

static void a_line_covers_to_the_end_of_its_last_day(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
        struct arena *arena = arena_new(1 << 20);
        struct known known;
        struct err err;
        char text[100];
        snprintf(text, sizeof(text), "a  until\t%s  bug\nrule 5321-3.3-a until %s bug",
                 days[i].until, days[i].until);
        assert_true(parse(text, arena, &known, &err));
        assert_int_equal(known_covers(known_run(&known, "a")), !days[i].over);
        assert_int_equal(known_covers(known_rule(&known, "5321-3.3-a")), !days[i].over);
        assert_true(bytes_equal(known.failures[0].until, bytes_of(days[i].until)));
        assert_true(bytes_equal(known.failures[1].reason, BYTES_LITERAL("bug")));
        arena_free(arena);
    }
    assert_false(known_covers(NULL));
}

static void a_line_that_is_over_yields_to_one_that_is_not(void **state)
{
    struct arena *arena = arena_new(1 << 20);
    struct known known;
    struct err err;
    (void)state;
    assert_true(parse("a* until 2020-01-01 one\n  \"ab\" until 2030-01-01 two\na*  three\n"
                      "b until 2020-01-01 four\nb until 2020-01-02 five\nc six",
                      arena, &known, &err));
    assert_int_equal(known_run(&known, "ab")->line, 2);
    assert_int_equal(known_run(&known, "a")->line, 3);
    assert_int_equal(known_run(&known, "b")->line, 4);
    assert_int_equal(known.failures[1].column, 3);
    for (size_t i = 0; i < known.count; i++) /* and what answered has matched */
        assert_int_equal(known.failures[i].matched, i >= 1 && i <= 3);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_that_says_too_little_is_refused_where_it_ends),
        cmocka_unit_test(a_star_stands_for_any_octets_and_all_else_for_itself),
        cmocka_unit_test(runs_and_rules_are_told_apart_and_the_first_line_counts),
        cmocka_unit_test(a_line_covers_to_the_end_of_its_last_day),
        cmocka_unit_test(a_line_that_is_over_yields_to_one_that_is_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
