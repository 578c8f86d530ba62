/* What shrinking asks, in which order, and where it ends. */
#include "harness/cut/cut_shrink.h"
#include "tests/support/unit.h"
#include "tests/unit/harness/cut_fixture.h"

#define PART(octets) "+0.500 1 reply - \"" octets "\"\n"
/* Two lines of four octets each, then one of two on a second connection. */
#define RUN PART("22\\r\\n") PART("25\\r\\n") "@2\n+0.600 2 reply - \"2\\n\"\n"

static const struct {
    const char *failing;
    const char *alike; /* also fail so, between spaces */
    const char *asked;
    const char *smallest;
} shrinks[] = {
    {"close@0",      "",                            "",                                                             "close@0"     },
 /* kinds, then lines from the first on, then octets of its own line */
    {"close@2",      "",                            "close@0 close@1",                                              "close@2"     },
    {"close@2",      " close@1 ",                   "close@0 close@1",                                              "close@1"     },
    {"stall@1",      "",                            "close@1 half-close@1 reset@1 stall@0",                         "stall@1"     },
    {"stall@1",      " half-close@1 half-close@0 ", "close@1 half-close@1 half-close@0",                            "half-close@0"},
    {"reset@1+3",    "",                            "close@1+3 half-close@1+3 reset@0 reset@1 reset@1+1 reset@1+2", "reset@1+3"   },
    {"reset@1+3",    " close@1+3 close@1+2 ",       "close@1+3 close@0 close@1 close@1+1 close@1+2",
     "close@1+2"                                                                                                                  },
    {"close@2:1",    " close@2:0 ",                 "close@2:0",                                                    "close@2:0"   },
 /* of what fails at the earlier line nothing is asked twice */
    {"close@2+1",    " close@1 ",                   "close@0 close@1",                                              "close@1"     },
 /* splits: lines for octets, then one border, on each connection */
    {"split@lines",  "",                            "split@1 split@2 split@2:1",                                    "split@lines" },
    {"split@lines",  " split@2:1 ",                 "split@1 split@2 split@2:1",                                    "split@2:1"   },
    {"split@octets", " split@lines split@1 ",       "split@lines split@1",                                          "split@1"     },
    {"split@octets", " split@1+2 ",
     "split@lines split@1 split@2 split@2:1 split@0+1 split@0+2 split@0+3 split@1+1 split@1+2",                     "split@1+2"   },
    {"split@octets", "",
     "split@lines split@1 split@2 split@2:1 split@0+1 split@0+2 split@0+3 split@1+1 split@1+2 "
     "split@1+3 split@2:0+1",                                                                                       "split@octets"},
    {"split@1+2",    "",                            "",                                                             "split@1+2"   },
    {"join",         "",                            "",                                                             "join"        },
};

static bool is_alike(const char *alike, const char *name, struct arena *arena)
{
    return strstr(alike, arena_printf(arena, " %s ", name).data) != NULL;
}

static void the_smallest_is_found_in_this_order(void **state)
{
    struct cut_fixture fixture;
    struct cut_survey survey;

    (void)state;
    cut_fixture_init(&fixture);
    cut_fixture_survey(&fixture, NULL, RUN, &survey);
    for (size_t i = 0; i < COUNT_OF(shrinks); i++) {
        struct cut_shrink shrink;
        struct cut cut;
        struct err err;
        struct buf asked;

        buf_init(&asked, 4096);
        assert_true(cut_parse(bytes_of(shrinks[i].failing), &cut, &err));
        cut_shrink_begin(&shrink, &cut, &survey);
        while (cut_shrink_next(&shrink, &cut)) {
            assert_true(
                buf_printf(&asked, "%s%s", asked.size > 0 ? " " : "", cut_print(&cut).text));
            cut_shrink_told(&shrink,
                            is_alike(shrinks[i].alike, cut_print(&cut).text, fixture.arena));
        }
        if (!bytes_equal(buf_bytes(&asked), bytes_of(shrinks[i].asked)))
            fail_msg("row %zu: %.*s", i, BYTES_FORMAT(buf_bytes(&asked)));
        assert_string_equal(cut_print(&shrink.best).text, shrinks[i].smallest);
        buf_release(&asked);
    }
    cut_fixture_release(&fixture);
}

static void shrinking_ends(void **state)
{
    static const struct cut far = {
        .kind = CUT_CLOSE, .where = CUT_AT_POINT, .connection = 1, .lines = 1000000};
    struct cut_survey survey = {.fit = true};
    struct cut_shrink shrink;
    struct cut cut;
    unsigned runs = 0;

    (void)state;
    cut_shrink_begin(&shrink, &far, &survey);
    while (cut_shrink_next(&shrink, &cut)) {
        runs++;
        cut_shrink_told(&shrink, false);
    }
    assert_int_equal(runs, CUT_SHRINK_RUNS_MAX);
    assert_memory_equal(&shrink.best, &far, sizeof(far));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_smallest_is_found_in_this_order),
        cmocka_unit_test(shrinking_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
