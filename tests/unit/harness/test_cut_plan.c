/* Which cuts are run, and what they are called. */
#include "harness/cut/cut_plan.h"
#include "tests/support/unit.h"
#include "tests/unit/harness/cut_fixture.h"

#include <stdio.h>

#define SESSION "S: 220 a\nC: EHLO x\nS: 250 ok\n"
#define PART(octets) "+0.500 1 reply - \"" octets "\"\n"

/* ---- planning -------------------------------------------------------------------------------- */

enum { INSTANCES_MAX = 3 };

struct instance {
    const char *name;
    const char *scenario; /* NULL: CUT_FIXTURE_SCENARIO */
    const char *run;      /* NULL: it is no measure */
};

struct planned {
    struct cut_fixture fixture;
    struct suite_scenario scenarios[INSTANCES_MAX];
    struct plan_entry entries[INSTANCES_MAX];
    struct cut_survey surveys[INSTANCES_MAX];
    struct plan uncut;
    struct plan plan;
};

/* The scenario of an instance is what stands before its bracket. */
static void add_instance(struct planned *planned, const struct instance *instance)
{
    size_t at = planned->uncut.count++;
    struct bytes name = bytes_of(instance->name);

    planned->scenarios[at].name =
        arena_string(planned->fixture.arena, bytes_slice(name, 0, bytes_find(name, '[')));
    planned->entries[at] =
        (struct plan_entry){.scenario = &planned->scenarios[at], .name = instance->name};
    planned->surveys[at] = (struct cut_survey){.fit = false};
    if (instance->run)
        cut_fixture_survey(&planned->fixture, instance->scenario, instance->run,
                           &planned->surveys[at]);
}

static void plan_begin(struct planned *planned, const struct instance *instances)
{
    *planned = (struct planned){.uncut = {.entries = planned->entries}};
    cut_fixture_init(&planned->fixture);
    for (size_t i = 0; i < INSTANCES_MAX && instances[i].name; i++)
        add_instance(planned, &instances[i]);
}

static void plan_go_on(struct planned *planned, const struct cut_wishes *wishes)
{
    struct cut_plan_source source = {
        .uncut = &planned->uncut, .surveys = planned->surveys, .wishes = wishes};
    struct err err;

    assert_true(cut_plan_make(&source, planned->fixture.arena, &planned->plan, &err));
}

static void assert_names(const struct planned *planned, const char *expected, size_t row)
{
    struct buf names;

    buf_init(&names, 65536);
    for (size_t i = 0; i < planned->plan.count; i++)
        assert_true(buf_printf(&names, "%s%s", i > 0 ? " " : "", planned->plan.entries[i].name));
    if (!bytes_equal(buf_bytes(&names), bytes_of(expected)))
        fail_msg("row %zu: %.*s", row, BYTES_FORMAT(buf_bytes(&names)));
    buf_release(&names);
}

/* ---- which ----------------------------------------------------------------------------------- */

static const struct {
    const char *kinds;
    struct instance instances[INSTANCES_MAX];
    const char *names;
} plans[] = {
    {"close",                      {{"s", NULL, SESSION}},                              "s~close@0 s~close@1 s~close@2"                },
    {"half-close,reset",
     {{"s", NULL, "S: 220 a\n"}},
     "s~half-close@0 s~half-close@1 s~reset@0 s~reset@1"                                                                               },
    {"stall@octets",
     {{"s", NULL, PART("2\\r\\n3\\n")}},
     "s~stall@0 s~stall@0+1 s~stall@0+2 s~stall@1 s~stall@1+1 s~stall@2"                                                               },
 /* behind octets that end no line */
    {"close",                      {{"s", NULL, "S: 220 a\n" PART("25")}},              "s~close@0 s~close@1 s~close@1+2"              },
    {"close@octets",               {{"s", NULL, PART("250")}},                          "s~close@0 s~close@0+1 s~close@0+2 s~close@0+3"},
 /* each connection; the beginning of the second is another one than that of the first */
    {"close",
     {{"s", NULL, "S: 220 a\n@2\nS: 220 a\n"}},
     "s~close@0 s~close@1 s~close@2:0 s~close@2:1"                                                                                     },
    {"close",                      {{"s", NULL, "@2\nS: 220 a\n"}},                     "s~close@2:0 s~close@2:1"                      },
 /* a sweep shares its beginning */
    {"close",
     {{"s[a]", NULL, "S: 220 a\nS: 250 b\n"}, {"s[b]", NULL, "S: 220 a\nS: 450 b\n"}},
     "s[a]~close@0 s[a]~close@1 s[a]~close@2 s[b]~close@2"                                                                             },
    {"close@octets",
     {{"s[a]", NULL, PART("12\\n")}, {"s[b]", NULL, PART("13\\n")}},
     "s[a]~close@0 s[a]~close@0+1 s[a]~close@0+2 s[a]~close@1 s[b]~close@0+2 s[b]~close@1"                                             },
    {"split,join",
     {{"s[a]", NULL, "S: 220 a\nS: 250 b\n"}, {"s[b]", NULL, "S: 220 a\nS: 250 b\n"}},
     "s[a]~split@lines s[a]~join"                                                                                                      },
 /* a place that was asked for is cut in each */
    {"close@1",                    {{"s[a]", NULL, SESSION}, {"s[b]", NULL, SESSION}},  "s[a]~close@1 s[b]~close@1"                    },
 /* nothing follows another reply, nothing is said, the scenario says how */
    {"join",                       {{"s", NULL, SESSION}},                              ""                                             },
    {"close,split",                {{"s", NULL, "!connected\n!client-closed\n"}},       ""                                             },
    {"close@0,split,split@octets",
     {{"s", CUT_FIXTURE_SCENARIO "expect gives up between 1s and 2s\n", "S: 220 a\n"}},
     "s~close@0"                                                                                                                       },
 /* no measure */
    {"all",                        {{"s", NULL, NULL}},                                 ""                                             },
    {"all",
     {{"s", NULL, PART("\\n") PART("\\n")}},
     "s~close@0 s~close@1 s~close@2 s~half-close@0 s~half-close@1 s~half-close@2 s~reset@0 "
     "s~reset@1 s~reset@2 s~stall@0 s~stall@1 s~stall@2 s~split@lines s~join s~split@octets"                                           },
};

static void each_place_is_cut_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(plans); i++) {
        struct cut_wishes wishes = {.count = 0};
        struct planned planned;
        struct err err;

        assert_true(cut_wishes_read(&wishes, plans[i].kinds, &err));
        plan_begin(&planned, plans[i].instances);
        plan_go_on(&planned, &wishes);
        assert_names(&planned, plans[i].names, i);
        cut_fixture_release(&planned.fixture);
    }
}

/* Only the first and the last octets, so many that both ends are seen. */
static void of_a_long_line_its_ends_are_cut(void **state)
{
    static const char *const missing = "s~close@0+257";
    static const char *const there[] = {"s~close@0+1", "s~close@0+256", "s~close@0+444",
                                        "s~close@0+699"};
    struct cut_wishes wishes = {.count = 0};
    struct planned planned;
    struct err err;
    char run[1024];
    size_t found = 0;

    (void)state;
    (void)snprintf(run, sizeof(run), "S: %0698d\n", 1);
    assert_true(cut_wishes_read(&wishes, "close@octets", &err));
    plan_begin(&planned, (const struct instance[INSTANCES_MAX]){
                             {"s", NULL, run}
    });
    plan_go_on(&planned, &wishes);
    assert_int_equal(planned.plan.count, 2 + 2 * CUT_LINE_ENDS);
    for (size_t i = 0; i < planned.plan.count; i++) {
        assert_string_not_equal(planned.plan.entries[i].name, missing);
        for (size_t j = 0; j < COUNT_OF(there); j++)
            found += strcmp(planned.plan.entries[i].name, there[j]) == 0;
    }
    assert_int_equal(found, COUNT_OF(there));
    cut_fixture_release(&planned.fixture);
}

/* ---- names ----------------------------------------------------------------------------------- */

/* What a plan calls a cut is that cut alone when somebody asks for it. */
static void a_cut_is_found_again_by_its_name(void **state)
{
    static const struct instance instances[INSTANCES_MAX] = {
        {"a/s[x=~1]", NULL, "S: 220 a\nS: 220 b\n@2\nS: 220 c\n" PART("25")},
        {"a/s[x=2]",  NULL, SESSION                                        },
    };
    struct cut_wishes all = {.count = 0};
    struct planned planned;
    struct err err;

    (void)state;
    assert_true(cut_wishes_read(&all, "all,close@octets", &err));
    plan_begin(&planned, instances);
    plan_go_on(&planned, &all);
    struct plan whole = planned.plan;
    assert_true(whole.count > 40);
    for (size_t i = 0; i < whole.count; i++) {
        struct cut_wishes one = {.count = 0};
        const char *word = whole.entries[i].name;

        assert_true(cut_wishes_take_word(&one, &word, planned.fixture.arena, &err));
        assert_string_equal(word, strncmp(whole.entries[i].name, "a/s[x=2]", 8) == 0 ? "a/s[x=2]"
                                                                                     : "a/s[x=~1]");
        plan_go_on(&planned, &one);
        assert_names(&planned, whole.entries[i].name, i);
        assert_memory_equal(planned.plan.entries[0].cut, whole.entries[i].cut, sizeof(struct cut));
        assert_ptr_equal(planned.plan.entries[0].survey, whole.entries[i].survey);
    }
    cut_fixture_release(&planned.fixture);
}

static const struct {
    const char *word;
    const char *left;
    size_t wishes;
} words[] = {
    {"a/s~close@3",      "a/s",           1},
    {"s[x=1]~split@4+1", "s[x=1]",        1},
    {"s~join",           "s",             1},
    {"s[x=~close@1]",    "s[x=~close@1]", 0},
    {"s~close",          "s~close",       0}, /* no single place: it is the name of something else */
    {"s~",               "s~",            0},
    {"~close@3",         "~close@3",      0},
    {"~/s.drill",        "~/s.drill",     0},
    {"s",                "s",             0},
};

static void a_word_without_a_cut_stays_as_it_is(void **state)
{
    struct arena *arena = arena_new(65536);

    (void)state;
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        struct cut_wishes wishes = {.count = 0};
        const char *word = words[i].word;
        struct err err;

        assert_true(cut_wishes_take_word(&wishes, &word, arena, &err));
        assert_string_equal(word, words[i].left);
        assert_int_equal(wishes.count, words[i].wishes);
    }
    arena_free(arena);
}

/* A scenario is named for all its instances. */
static void a_cut_of_a_scenario_is_one_of_each_instance(void **state)
{
    static const struct instance instances[INSTANCES_MAX] = {
        {"s[a]", NULL, SESSION},
        {"s[b]", NULL, SESSION},
        {"t",    NULL, SESSION}
    };
    struct cut_wishes wishes = {.count = 0};
    const char *word = "s~reset@1";
    struct planned planned;
    struct err err;

    (void)state;
    plan_begin(&planned, instances);
    assert_true(cut_wishes_take_word(&wishes, &word, planned.fixture.arena, &err));
    plan_go_on(&planned, &wishes);
    assert_names(&planned, "s[a]~reset@1 s[b]~reset@1", 0);
    cut_fixture_release(&planned.fixture);
}

static const struct {
    const char *kinds;
    const char *what;
} refused[] = {
    {"",             "wants kinds"      },
    {"clse",         "but close"        },
    {"close,,reset", "no cut is called" },
    {"join@lines",   "join has no place"},
    {"all@lines",    "no cut is called" },
};

static void what_is_no_kind_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        struct cut_wishes wishes = {.count = 0};
        struct err err;

        assert_false(cut_wishes_read(&wishes, refused[i].kinds, &err));
        if (!strstr(err.what, refused[i].what))
            fail_msg("row %zu: %s", i, err.what);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_place_is_cut_once),
        cmocka_unit_test(of_a_long_line_its_ends_are_cut),
        cmocka_unit_test(a_cut_is_found_again_by_its_name),
        cmocka_unit_test(a_word_without_a_cut_stays_as_it_is),
        cmocka_unit_test(a_cut_of_a_scenario_is_one_of_each_instance),
        cmocka_unit_test(what_is_no_kind_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
