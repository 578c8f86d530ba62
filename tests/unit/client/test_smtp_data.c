#include "client/smtp_data.h"

#include "tests/support/guard_page.h"
#include "tests/support/unit.h"

#include <stdlib.h>

static const struct {
    const char *name;
    struct bytes given;
    struct bytes sent;
} valid_data[] = {
    {"nothing",                OCTETS(""),                       OCTETS(".\r\n")                   },
    {"CRLF",                   OCTETS("a\r\nb\r\n"),             OCTETS("a\r\nb\r\n.\r\n")         },
    {"LF",                     OCTETS("a\nb\n"),                 OCTETS("a\r\nb\r\n.\r\n")         },
    {"both",                   OCTETS("a\r\nb\nc\r\n"),          OCTETS("a\r\nb\r\nc\r\n.\r\n")    },
    {"no last line end",       OCTETS("a\nb"),                   OCTETS("a\r\nb\r\n.\r\n")         },
    {"empty lines",            OCTETS("\n\r\n\n"),               OCTETS("\r\n\r\n\r\n.\r\n")       },
    {"a dot alone",            OCTETS("."),                      OCTETS("..\r\n.\r\n")             },
    {"dots at line starts",    OCTETS(".\n..\n.a\na.\r\n.\r\n"),
     OCTETS("..\r\n...\r\n..a\r\na.\r\n..\r\n.\r\n")                                               },
    {"look-alikes of the end", OCTETS("a\n.\nQUIT\n"),           OCTETS("a\r\n..\r\nQUIT\r\n.\r\n")},
    {"controls",               OCTETS("\x01\t\x7f\f \n"),        OCTETS("\x01\t\x7f\f \r\n.\r\n")  },
};

static const struct {
    const char *name;
    struct bytes given;
    unsigned line;
} invalid_data[] = {
    {"CR inside a line", OCTETS("a\nb\rc\n"),      2},
    {"CR CR LF",         OCTETS("a\r\r\n"),        1},
    {"CR . CR",          OCTETS("a\r.\rb\n"),      1},
    {"CR at the end",    OCTETS("a\n\r"),          2},
    {"NUL",              OCTETS("a\nb\nc\0\n"),    3},
    {"above 127",        OCTETS("a\nh\xc3\xa9\n"), 2},
};

static bool encode_in_pieces(struct smtp_data *data, struct bytes input, size_t piece,
                             struct buf *out, struct err *err)
{
    size_t at = 0;

    while (at < input.size) {
        size_t used;

        if (!smtp_data_encode(data, bytes_slice(input, at, at + piece), out, &used, err))
            return false;
        assert_true(used > 0);
        at += used;
    }
    return smtp_data_end(data, out, err);
}

static void mail_data_is_sent_alike_however_it_is_cut(void **state)
{
    struct guard_page page;

    (void)state;
    assert_true(guard_page_init(&page, 100));
    for (size_t i = 0; i < COUNT_OF(valid_data); i++)
        for (size_t piece = 1; piece <= valid_data[i].given.size + 1; piece++) {
            struct bytes given = guard_page_put(&page, valid_data[i].given);
            struct smtp_data data;
            struct smtp_data scanned;
            struct buf out;
            struct err err;

            assert_true(buf_init_whole(&out, 200));
            smtp_data_init(&data, (struct smtp_data_policy){.eight_bit = false});
            assert_true(encode_in_pieces(&data, given, piece, &out, &err));
            assert_bytes(buf_bytes(&out), valid_data[i].sent);
            smtp_data_init(&scanned, (struct smtp_data_policy){.eight_bit = false});
            for (size_t at = 0; at < given.size; at += piece)
                assert_true(smtp_data_scan(&scanned, bytes_slice(given, at, at + piece), &err));
            assert_true(smtp_data_scan_end(&scanned, &err));
            assert_int_equal(scanned.octets, data.octets);
            assert_int_equal(data.octets + data.added_dots + 3, out.size);
            assert_int_equal(scanned.lines, data.lines);
            buf_release(&out);
        }
    guard_page_release(&page);
}

enum { LONG_OCTETS = 100000 };

/* Lines of all lengths that may be, with LF; the last one without. */
static void write_lines(char *to)
{
    size_t length = 0;
    size_t left = 0;

    for (size_t i = 0; i < LONG_OCTETS; i++) {
        to[i] = left > 0 ? 'x' : '\n';
        if (left-- > 0)
            continue;
        length = (length + 337) % 999;
        left = length;
    }
    to[LONG_OCTETS - 1] = 'x';
}

/* What is looked at a piece at a time comes to the same as what is sent. */
static void a_long_text_is_measured_as_it_is_sent(void **state)
{
    char *text = malloc(LONG_OCTETS);
    struct smtp_data sent;
    struct smtp_data scanned;
    struct buf out;
    struct err err;

    (void)state;
    assert_non_null(text);
    write_lines(text);
    assert_true(buf_init_whole(&out, 2 * LONG_OCTETS));
    for (int cr = 0; cr <= 1; cr++) {
        if (cr == 1)
            *((char *)memchr(text + LONG_OCTETS / 2, '\n', LONG_OCTETS / 2) - 1) = '\r';
        buf_clear(&out);
        smtp_data_init(&sent, (struct smtp_data_policy){.eight_bit = false});
        smtp_data_init(&scanned, (struct smtp_data_policy){.eight_bit = false});
        assert_true(encode_in_pieces(&sent, (struct bytes){text, LONG_OCTETS}, 4096, &out, &err));
        assert_true(smtp_data_scan(&scanned, (struct bytes){text, LONG_OCTETS}, &err));
        assert_true(smtp_data_scan_end(&scanned, &err));
        assert_int_equal(scanned.octets, sent.octets);
        assert_int_equal(scanned.lines, sent.lines);
    }
    buf_release(&out);
    free(text);
}

/* Wherever it begins in what is looked at a time, also where another piece begins in it. */
static void a_line_that_is_too_long_is_found_in_a_long_text(void **state)
{
    static char text[20 * 1024];
    struct smtp_data data;
    struct err err;

    (void)state;
    for (size_t before = 14 * 1024; before < 18 * 1024; before += 64)
        for (size_t size = 998; size <= 999; size++) {
            memset(text, 'x', sizeof text);
            for (size_t i = 63; i < before; i += 64)
                text[i] = '\n';
            text[before + size] = '\n';
            smtp_data_init(&data, (struct smtp_data_policy){.eight_bit = false});
            assert_int_equal(smtp_data_scan(&data, (struct bytes){text, before + size + 1}, &err),
                             size == 998);
            if (size > 998)
                assert_int_equal(err.line, before / 64 + 1);
            else
                assert_int_equal(data.lines, before / 64 + 1);
        }
}

static void what_cannot_be_sent_is_refused_with_its_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(invalid_data); i++)
        for (size_t piece = 1; piece <= invalid_data[i].given.size; piece++) {
            struct smtp_data data;
            struct buf out;
            struct err err = {0};
            bool ok = true;

            assert_true(buf_init_whole(&out, 200));
            smtp_data_init(&data, (struct smtp_data_policy){.eight_bit = false});
            assert_false(encode_in_pieces(&data, invalid_data[i].given, piece, &out, &err));
            assert_int_equal(err.kind, ERR_SYNTAX);
            assert_int_equal(err.line, invalid_data[i].line);
            smtp_data_init(&data, (struct smtp_data_policy){.eight_bit = false});
            for (size_t at = 0; ok && at < invalid_data[i].given.size; at += piece)
                ok =
                    smtp_data_scan(&data, bytes_slice(invalid_data[i].given, at, at + piece), &err);
            assert_false(ok && smtp_data_scan_end(&data, &err));
            assert_int_equal(err.line, invalid_data[i].line);
            buf_release(&out);
        }
}

static void octets_above_127_pass_with_8bitmime(void **state)
{
    struct smtp_data data;
    struct buf out;
    struct err err;

    (void)state;
    assert_true(buf_init_whole(&out, 200));
    smtp_data_init(&data, (struct smtp_data_policy){.eight_bit = true});
    assert_true(encode_in_pieces(&data, BYTES_LITERAL("h\xc3\xa9\n"), 100, &out, &err));
    assert_string(buf_bytes(&out), "h\xc3\xa9\r\n.\r\n");
    assert_true(data.has_eight_bit);
    buf_release(&out);
}

/* 998 octets and CRLF (RFC 5321 4.5.3.1.6); the dot of transparency does not count. */
static void lines_of_998_octets_pass_and_longer_ones_when_allowed(void **state)
{
    char line[1000];

    (void)state;
    memset(line, '.', sizeof line);
    for (size_t size = 997; size <= 999; size++)
        for (int allowed = 0; allowed <= 1; allowed++) {
            struct smtp_data data;
            struct buf out;
            struct err err;

            assert_true(buf_init_whole(&out, 2000));
            smtp_data_init(&data, (struct smtp_data_policy){.long_lines = allowed});
            assert_int_equal(encode_in_pieces(&data, (struct bytes){line, size}, 100, &out, &err),
                             size <= 998 || allowed);
            buf_release(&out);
        }
}

/* Undoes what was done, as RFC 5321 4.5.2 says for a server: the octets come back. */
static void undo(struct buf *octets)
{
    struct buf plain;
    struct bytes rest = buf_bytes(octets);
    struct bytes line;

    assert_true(buf_init_whole(&plain, octets->size + 1));
    while (bytes_next(&rest, '\n', &line)) {
        assert_true(line.size > 0 && line.data[line.size - 1] == '\r');
        if (bytes_equal(line, BYTES_LITERAL(".\r")))
            break;
        assert_true(buf_append(&plain, bytes_slice(line, line.data[0] == '.', line.size - 1)));
        assert_true(buf_append_octet(&plain, '\n'));
    }
    assert_int_equal(rest.size, 0);
    buf_release(octets);
    *octets = plain;
}

static void transparency_can_be_undone_through_an_output_of_any_size(void **state)
{
    unsigned seed = 1;

    (void)state;
    for (unsigned round = 0; round < 300; round++) {
        static const char letters[] = "..\n\nab";
        char given[400];
        size_t size = round + 1;
        size_t at = 0;
        struct smtp_data data;
        struct buf all;
        struct buf out;
        struct err err;

        for (size_t i = 0; i < size; i++) {
            seed = seed * 1103515245 + 12345;
            given[i] = letters[seed / 65536 % 6];
        }
        given[size - 1] = '\n';
        assert_true(buf_init_whole(&all, 2000));
        assert_true(buf_init_whole(&out, SMTP_DATA_ROOM_MIN + round % 20));
        smtp_data_init(&data, (struct smtp_data_policy){.trusted = round % 2});
        while (at < size) {
            size_t used;

            assert_true(
                smtp_data_encode(&data, (struct bytes){given + at, size - at}, &out, &used, &err));
            at += used;
            assert_true(used > 0);
            assert_true(buf_append(&all, buf_bytes(&out)));
            buf_clear(&out);
        }
        assert_true(smtp_data_end(&data, &out, &err));
        assert_true(buf_append(&all, buf_bytes(&out)));
        undo(&all);
        assert_bytes(buf_bytes(&all), ((struct bytes){given, size}));
        buf_release(&all);
        buf_release(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mail_data_is_sent_alike_however_it_is_cut),
        cmocka_unit_test(a_long_text_is_measured_as_it_is_sent),
        cmocka_unit_test(a_line_that_is_too_long_is_found_in_a_long_text),
        cmocka_unit_test(what_cannot_be_sent_is_refused_with_its_line),
        cmocka_unit_test(octets_above_127_pass_with_8bitmime),
        cmocka_unit_test(lines_of_998_octets_pass_and_longer_ones_when_allowed),
        cmocka_unit_test(transparency_can_be_undone_through_an_output_of_any_size),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
