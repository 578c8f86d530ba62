#include "client/smtp_reply.h"

#include "base/smtp_grammar.h"
#include "tests/support/fail_alloc.h"
#include "tests/support/guard_page.h"
#include "tests/support/unit.h"

static const struct {
    const char *name;
    struct bytes octets;
    unsigned code;
    size_t lines;
    const char *last;
} valid_replies[] = {
    {"one line",                    OCTETS("250 ok\r\n"),                  250, 1, "ok"      },
    {"a code alone",                OCTETS("250\r\n"),                     250, 1, ""        },
    {"a code and SP",               OCTETS("334 \r\n"),                    334, 1, ""        },
    {"three lines",                 OCTETS("250-a\r\n250-b\r\n250 c\r\n"), 250, 3, "c"       },
    {"lines without text",          OCTETS("250-\r\n250-\r\n250\r\n"),     250, 3, ""        },
    {"a text that looks like more", OCTETS("250-250 x\r\n250 -\r\n"),      250, 2, "-"       },
    {"octets above 127",            OCTETS("550 \xd3\xc3\r\n"),            550, 1, "\xd3\xc3"},
    {"two SP",                      OCTETS("220  hi\r\n"),                 220, 1, " hi"     },
    {"a tab in the text",           OCTETS("220 a\tb\r\n"),                220, 1, "a\tb"    },
    {"CR in the text",              OCTETS("220 a\rb\r\n"),                220, 1, "a\rb"    },
    {"a code of no class",          OCTETS("999 x\r\n"),                   999, 1, "x"       },
    {"zero",                        OCTETS("000 x\r\n"),                   0,   1, "x"       },
};

static const struct {
    const char *name;
    struct bytes octets;
    enum err_kind kind;
    size_t used; /* up to the end of the line at fault */
} invalid_replies[] = {
    {"no code",                 OCTETS("hello\r\n250 ok\r\n"),         ERR_SYNTAX,   7 },
    {"an empty line",           OCTETS("\r\n250 ok\r\n"),              ERR_SYNTAX,   2 },
    {"two digits",              OCTETS("25 ok\r\n"),                   ERR_SYNTAX,   7 },
    {"four digits",             OCTETS("2500 ok\r\n"),                 ERR_SYNTAX,   9 },
    {"a tab behind the code",   OCTETS("250\tok\r\n"),                 ERR_SYNTAX,   8 },
    {"another separator",       OCTETS("250_ok\r\n"),                  ERR_SYNTAX,   8 },
    {"SP before the code",      OCTETS(" 250 ok\r\n"),                 ERR_SYNTAX,   9 },
    {"LF alone",                OCTETS("250 ok\n250 ok\r\n"),          ERR_SYNTAX,   7 },
    {"LF alone inside a reply", OCTETS("250-a\r\n250 b\n"),            ERR_SYNTAX,   13},
    {"codes that differ",       OCTETS("250-a\r\n550 b\r\n250 c\r\n"), ERR_PROTOCOL, 14},
    {"NUL instead of a code",   OCTETS("\0\0\0 a\r\n"),                ERR_SYNTAX,   7 },
};

static enum smtp_reply_parse parse_in_pieces(struct smtp_reply_reader *reader, struct bytes octets,
                                             size_t piece, struct smtp_reply *reply, size_t *taken,
                                             struct err *err)
{
    enum smtp_reply_parse parse = SMTP_REPLY_MORE;

    *taken = 0;
    while (*taken < octets.size && parse == SMTP_REPLY_MORE) {
        size_t used;

        parse =
            smtp_reply_next(reader, bytes_slice(octets, *taken, *taken + piece), reply, &used, err);
        *taken += used;
    }
    return parse;
}

static void check_valid(struct guard_page *page, size_t i, size_t piece)
{
    struct smtp_reply_reader reader;
    struct smtp_reply reply;
    struct bytes octets = guard_page_put(page, valid_replies[i].octets);
    struct err err;
    size_t taken;

    assert_true(smtp_reply_reader_init(&reader, false));
    assert_int_equal(parse_in_pieces(&reader, octets, piece, &reply, &taken, &err),
                     SMTP_REPLY_DONE);
    assert_int_equal(taken, octets.size);
    assert_int_equal(reply.code, valid_replies[i].code);
    assert_int_equal(reply.line_count, valid_replies[i].lines);
    assert_string(reply.lines[reply.line_count - 1], valid_replies[i].last);
    assert_bytes(reply.octets, valid_replies[i].octets);
    smtp_reply_reader_release(&reader);
}

static void replies_are_read_however_they_are_cut(void **state)
{
    struct guard_page page;

    (void)state;
    assert_true(guard_page_init(&page, 100));
    for (size_t i = 0; i < COUNT_OF(valid_replies); i++)
        for (size_t piece = 1; piece <= valid_replies[i].octets.size; piece++)
            check_valid(&page, i, piece);
    guard_page_release(&page);
}

static void what_is_no_reply_is_refused_however_it_is_cut(void **state)
{
    struct guard_page page;

    (void)state;
    assert_true(guard_page_init(&page, 100));
    for (size_t i = 0; i < COUNT_OF(invalid_replies); i++)
        for (size_t piece = 1; piece <= invalid_replies[i].octets.size; piece++) {
            struct smtp_reply_reader reader;
            struct smtp_reply reply;
            struct err err;
            size_t taken;
            struct bytes octets = guard_page_put(&page, invalid_replies[i].octets);

            assert_true(smtp_reply_reader_init(&reader, false));
            assert_int_equal(parse_in_pieces(&reader, octets, piece, &reply, &taken, &err),
                             SMTP_REPLY_BAD);
            assert_int_equal(err.kind, invalid_replies[i].kind);
            assert_int_equal(taken, invalid_replies[i].used);
            smtp_reply_reader_release(&reader);
        }
    guard_page_release(&page);
}

static void every_prefix_of_a_reply_asks_for_more(void **state)
{
    struct guard_page page;

    (void)state;
    assert_true(guard_page_init(&page, 100));
    for (size_t i = 0; i < COUNT_OF(valid_replies); i++)
        for (size_t size = 0; size < valid_replies[i].octets.size; size++) {
            struct smtp_reply_reader reader;
            struct smtp_reply reply;
            struct err err;
            size_t used;
            struct bytes prefix =
                guard_page_put(&page, bytes_slice(valid_replies[i].octets, 0, size));

            assert_true(smtp_reply_reader_init(&reader, false));
            assert_int_equal(smtp_reply_next(&reader, prefix, &reply, &used, &err),
                             SMTP_REPLY_MORE);
            assert_int_equal(used, size);
            assert_int_equal(smtp_reply_reader_is_begun(&reader), size > 0);
            smtp_reply_reader_release(&reader);
        }
    guard_page_release(&page);
}

static void replies_in_a_row_are_given_one_at_a_time(void **state)
{
    static const char row[] = "220 a\r\n250-b\r\n250 c\r\n354 d\r\n";
    struct smtp_reply_reader reader;
    struct bytes rest = bytes_of(row);
    unsigned codes[3];

    (void)state;
    assert_true(smtp_reply_reader_init(&reader, false));
    for (size_t i = 0; i < 3; i++) {
        struct smtp_reply reply;
        struct err err;
        size_t used;

        assert_int_equal(smtp_reply_next(&reader, rest, &reply, &used, &err), SMTP_REPLY_DONE);
        codes[i] = reply.code;
        rest = bytes_after(rest, used);
    }
    assert_int_equal(rest.size, 0);
    assert_int_equal(codes[0] * 1000000 + codes[1] * 1000 + codes[2], 220250354);
    smtp_reply_reader_release(&reader);
}

static void lf_alone_ends_a_line_only_when_allowed(void **state)
{
    struct smtp_reply_reader reader;
    struct smtp_reply reply;
    struct err err;
    size_t used;

    (void)state;
    assert_true(smtp_reply_reader_init(&reader, true));
    assert_int_equal(smtp_reply_next(&reader, BYTES_LITERAL("250-a\n250 b\n"), &reply, &used, &err),
                     SMTP_REPLY_DONE);
    assert_int_equal(reply.line_count, 2);
    assert_string(reply.lines[1], "b");
    smtp_reply_reader_release(&reader);
}

/* 512 octets have to be taken (RFC 5321 4.5.3.1.5), far more are, and there is an end to it. */
static void lines_are_bounded_and_the_bound_does_not_depend_on_the_pieces(void **state)
{
    static char octets[2 * SMTP_REPLY_LINE_OCTETS_TAKEN];
    const size_t pieces[] = {1, 511, 4096, sizeof octets};

    (void)state;
    memset(octets, 'x', sizeof octets);
    memcpy(octets, "250 ", 4);
    for (size_t i = 0; i < COUNT_OF(pieces); i++) {
        struct smtp_reply_reader reader;
        struct smtp_reply reply;
        struct err err;
        size_t taken;

        assert_true(smtp_reply_reader_init(&reader, false));
        assert_int_equal(parse_in_pieces(&reader, (struct bytes){octets, sizeof octets}, pieces[i],
                                         &reply, &taken, &err),
                         SMTP_REPLY_BAD);
        assert_int_equal(err.kind, ERR_LIMIT);
        assert_int_equal(taken, SMTP_REPLY_LINE_OCTETS_TAKEN);
        smtp_reply_reader_release(&reader);
    }
    memcpy(octets + SMTP_REPLY_LINE_OCTETS_TAKEN - 2, "\r\n", 2);
    for (size_t i = 0; i < COUNT_OF(pieces); i++) {
        struct smtp_reply_reader reader;
        struct smtp_reply reply;
        struct err err;
        size_t taken;

        assert_true(smtp_reply_reader_init(&reader, false));
        assert_int_equal(parse_in_pieces(&reader, (struct bytes){octets, sizeof octets}, pieces[i],
                                         &reply, &taken, &err),
                         SMTP_REPLY_DONE);
        smtp_reply_reader_release(&reader);
    }
}

static void continuation_without_end_is_bounded(void **state)
{
    const size_t pieces[] = {1, 7, 10, 4096, 1000000};
    const size_t text_sizes[] = {0, 5, 500};

    (void)state;
    for (size_t t = 0; t < COUNT_OF(text_sizes); t++) {
        struct buf endless;
        size_t first_taken = 0;

        assert_true(buf_init_whole(&endless, 600000));
        for (size_t i = 0; i < 1100; i++) {
            assert_true(buf_append_string(&endless, "250-"));
            for (size_t at = 0; at < text_sizes[t]; at++)
                assert_true(buf_append_octet(&endless, 'y'));
            assert_true(buf_append_string(&endless, "\r\n"));
        }
        for (size_t i = 0; i < COUNT_OF(pieces); i++) {
            struct smtp_reply_reader reader;
            struct smtp_reply reply;
            struct err err;
            size_t taken;

            assert_true(smtp_reply_reader_init(&reader, false));
            assert_int_equal(
                parse_in_pieces(&reader, buf_bytes(&endless), pieces[i], &reply, &taken, &err),
                SMTP_REPLY_BAD);
            assert_int_equal(err.kind, ERR_LIMIT);
            if (i == 0)
                first_taken = taken;
            assert_int_equal(taken, first_taken);
            smtp_reply_reader_release(&reader);
        }
        buf_release(&endless);
    }
}

/* Law: whatever the strict grammar takes for a reply, the liberal reader reads alike. */
static void liberal_contains_strict(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(invalid_replies); i++)
        assert_false(smtp_grammar_reply(
            bytes_slice(invalid_replies[i].octets, 0, invalid_replies[i].used), NULL));
}

static bool make_reader(void *context)
{
    struct smtp_reply_reader reader;

    (void)context;
    if (!smtp_reply_reader_init(&reader, false))
        return false;
    smtp_reply_reader_release(&reader);
    return true;
}

static void a_reader_without_memory_is_not_made(void **state)
{
    (void)state;
    assert_int_equal(fail_alloc_each(make_reader, NULL), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replies_are_read_however_they_are_cut),
        cmocka_unit_test(what_is_no_reply_is_refused_however_it_is_cut),
        cmocka_unit_test(every_prefix_of_a_reply_asks_for_more),
        cmocka_unit_test(replies_in_a_row_are_given_one_at_a_time),
        cmocka_unit_test(lf_alone_ends_a_line_only_when_allowed),
        cmocka_unit_test(lines_are_bounded_and_the_bound_does_not_depend_on_the_pieces),
        cmocka_unit_test(continuation_without_end_is_bounded),
        cmocka_unit_test(liberal_contains_strict),
        cmocka_unit_test(a_reader_without_memory_is_not_made),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
