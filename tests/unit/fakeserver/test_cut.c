/* Cuts: how they are written, and what a server does that has one. */
#include "fakeserver/cut.h"

#include "tests/unit/fakeserver/talk.h"

#include <string.h>

#define HEAD "title x\nsend from=me@client.example to=you@server.example\noffer 8BITMIME\n"
#define GREETING "220 server.example ESMTP ready\r\n"

static void what_is_written_is_read_back(void **state)
{
    static const char *const valid[] = {"close@0",      "half-close@3",  "reset@3+17", "stall@2:1",
                                        "close@2:3+17", "split@lines",   "join",       "split@4+1",
                                        "split@octets", "close@7:0+100", "reset@12"};
    struct cut cut;
    struct err err;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(valid); i++) {
        assert_true(cut_parse(bytes_of(valid[i]), &cut, &err));
        assert_string_equal(valid[i], cut_print(&cut).text);
    }
}

static void what_is_no_cut_is_refused(void **state)
{
    static const struct {
        const char *text;
        const char *what;
    } invalid[] = {
        {"clse@1",       "but close"        },
        {"close@",       "behind @ stands"  },
        {"close@x",      "behind @ stands"  },
        {"close@1+",     "behind @ stands"  },
        {"close@0:1",    "behind @ stands"  },
        {"close@-1",     "behind @ stands"  },
        {"join@3",       "join has no place"},
        {"close",        "is no single cut" },
        {"close@lines",  "is no single cut" },
        {"stall@octets", "is no single cut" },
        {"",             "no cut is called" },
    };
    struct cut cut;
    struct err err;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(invalid); i++) {
        assert_false(cut_parse(bytes_of(invalid[i].text), &cut, &err));
        assert_non_null(strstr(err.what, invalid[i].what));
    }
}

static void a_kind_alone_wishes_for_each_line(void **state)
{
    struct cut cut;
    struct err err;

    (void)state;
    assert_true(cut_parse_wish(BYTES_LITERAL("reset"), &cut, &err));
    assert_int_equal(CUT_AT_LINES, cut.where);
    assert_true(cut_parse_wish(BYTES_LITERAL("reset@octets"), &cut, &err));
    assert_int_equal(CUT_AT_OCTETS, cut.where);
    assert_true(cut_parse_wish(BYTES_LITERAL("split"), &cut, &err));
    assert_int_equal(CUT_AT_LINES, cut.where);
}

static void a_place_is_found_however_the_octets_come(void **state)
{
    static const char text[] = "250-a\r\n250 b\r\n354 c\r\n";
    static const struct {
        const char *cut;
        size_t at;
    } places[] = {
        {"close@0",   0 },
        {"close@0+3", 3 },
        {"close@1",   7 },
        {"close@1+1", 8 },
        {"close@2",   14},
        {"close@3",   21},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(places); i++)
        for (size_t piece = 1; piece <= sizeof text - 1; piece++) {
            struct cut_place place = {0};
            struct cut cut;
            bool reached = false;
            size_t used = 0;

            assert_true(cut_parse(bytes_of(places[i].cut), &cut, NULL));
            for (size_t from = 0; from < sizeof text - 1 && !reached; from += piece)
                used += cut_pass(&cut, &place, bytes_slice(bytes_of(text), from, from + piece),
                                 &reached);
            assert_true(reached);
            assert_int_equal(places[i].at, used);
        }
}

static void begin(struct talk *talk, struct cut *cut, const char *written, const char *scenario)
{
    talk_init(talk);
    assert_true(cut_parse(bytes_of(written), cut, NULL));
    talk->with = cut;
    talk_begin(talk, scenario, NULL);
}

static void the_connection_ends_where_the_cut_says(void **state)
{
    static const struct {
        const char *cut;
        enum engine_wish wish;
        const char *greeting;
        const char *ehlo;
    } cases[] = {
        {"close@0",      ENGINE_WISH_CLOSE,      "",       ""                             },
        {"reset@0+4",    ENGINE_WISH_RESET,      "220 ",   ""                             },
        {"half-close@1", ENGINE_WISH_HALF_CLOSE, GREETING, ""                             },
        {"close@2",      ENGINE_WISH_CLOSE,      GREETING, "250-server.example\r\n"       },
        {"reset@2+7",    ENGINE_WISH_RESET,      GREETING, "250-server.example\r\n250 8BI"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct talk talk;
        struct cut cut;

        begin(&talk, &cut, cases[i].cut, HEAD "\n...\n");
        talk_hears(&talk, cases[i].greeting);
        talk_says_and_hears(&talk, "EHLO client.example\r\n", cases[i].ehlo);
        assert_int_equal(cases[i].wish, talk.carried_out);
        talk_not_noted(&talk, "unreached");
        talk_release(&talk);
    }
}

static void a_stalled_server_reads_on_and_says_nothing(void **state)
{
    struct talk talk;
    struct cut cut;

    (void)state;
    begin(&talk, &cut, "stall@1", HEAD "\nS: 220 hello\nC: EHLO\nS: 250 hello\n");
    talk_hears(&talk, "220 hello\r\n");
    talk_says_and_hears(&talk, "EHLO x\r\nQUIT\r\n", "");
    talk_noted(&talk, "stalled -:0");
    talk_noted(&talk, "QUIT\\r\\n");
    assert_int_equal(ENGINE_WISH_NONE, talk.carried_out);
    talk_release(&talk);
}

static void a_reply_that_is_cut_says_so(void **state)
{
    struct talk talk;
    struct cut cut;

    (void)state;
    begin(&talk, &cut, "close@0+7", HEAD "\nS: 220 hello\n...\n");
    talk_hears(&talk, "220 hel");
    talk_noted(&talk, "reply dialogue:5 cut \"220 hel\"");
    talk_release(&talk);
}

static void another_connection_is_not_cut(void **state)
{
    struct talk talk;
    struct cut cut;

    (void)state;
    begin(&talk, &cut, "close@2:0", HEAD "\n...\n");
    talk_hears(&talk, GREETING);
    talk_release(&talk);
}

/* What has no place is of all octets, those of each connection. */
static void a_cut_is_on_its_connection_or_on_all(void **state)
{
    static const struct {
        const char *cut;
        unsigned connection;
        bool on;
    } cases[] = {
        {"close@0",      1, true },
        {"close@0",      2, false},
        {"stall@2:0",    2, true },
        {"stall@2:0",    1, false},
        {"split@2:1",    1, false},
        {"split@2:1",    2, true },
        {"split@lines",  2, true },
        {"split@octets", 3, true },
        {"join",         2, true },
    };
    struct cut cut;
    struct err err;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_true(cut_parse(bytes_of(cases[i].cut), &cut, &err));
        assert_int_equal(cut_is_on(&cut, cases[i].connection), cases[i].on);
    }
}

/* The 220 to STARTTLS is the last that comes: no handshake follows. */
static void a_cut_comes_before_what_would_follow(void **state)
{
    struct talk talk;
    struct cut cut;

    (void)state;
    begin(&talk, &cut, "close@4",
          "title x\nsend from=me@client.example to=you@server.example\noffer STARTTLS\n\n...\n");
    talk_say(&talk, "EHLO x\r\nSTARTTLS\r\n");
    assert_int_equal(ENGINE_WISH_CLOSE, talk.carried_out);
    talk_release(&talk);
}

static void say_all(struct talk *talk, struct cut *cut, const char *written, const char *scenario)
{
    begin(talk, cut, written, scenario);
    talk->segments = true;
    talk_wait(talk, 1000);
    talk_say(talk, "EHLO x\r\n");
    talk_wait(talk, 1000);
}

static void a_split_reply_comes_in_segments(void **state)
{
    static const char scenario[] = HEAD "\nS: 220 hi\nC: EHLO\nS: 250-a\nS: 250 b\n...\n";
    struct talk talk;
    struct cut cut;

    (void)state;
    say_all(&talk, &cut, "split@lines", scenario);
    talk_hears(&talk, "220 hi\r\n|250-a\r\n|250 b\r\n");
    talk_says_and_hears(&talk, "QUIT\r\n", "|221 bye\r\n");
    talk_release(&talk);
    say_all(&talk, &cut, "split@1+2", scenario);
    talk_hears(&talk, "220 hi\r\n|25|0-a\r\n250 b\r\n");
    talk_release(&talk);
    say_all(&talk, &cut, "split@octets", HEAD "\nS: 220 hi\nC: EHLO\nS: 250\n...\n");
    talk_hears(&talk, "2|2|0| |h|i|\r|\n|2|5|0|\r|\n");
    talk_release(&talk);
}

static void neighbours_are_joined_over_a_border(void **state)
{
    struct talk talk;
    struct cut cut;

    (void)state;
    say_all(&talk, &cut, "join", HEAD "\nS: 220 hi\nC: EHLO\nS: 250 a\n!flush\nS: 421 b\n!close\n");
    talk_hears(&talk, "220 hi\r\n|250 a\r\n421 b\r\n");
    assert_int_equal(ENGINE_WISH_CLOSE, talk.carried_out);
    talk_release(&talk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(what_is_no_cut_is_refused),
        cmocka_unit_test(a_kind_alone_wishes_for_each_line),
        cmocka_unit_test(a_place_is_found_however_the_octets_come),
        cmocka_unit_test(the_connection_ends_where_the_cut_says),
        cmocka_unit_test(a_stalled_server_reads_on_and_says_nothing),
        cmocka_unit_test(a_reply_that_is_cut_says_so),
        cmocka_unit_test(another_connection_is_not_cut),
        cmocka_unit_test(a_cut_is_on_its_connection_or_on_all),
        cmocka_unit_test(a_cut_comes_before_what_would_follow),
        cmocka_unit_test(a_split_reply_comes_in_segments),
        cmocka_unit_test(neighbours_are_joined_over_a_border),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
