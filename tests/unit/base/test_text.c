#include "base/text.h"

#include "tests/support/fail_alloc.h"
#include "tests/support/guard_page.h"
#include "tests/support/unit.h"

static const struct {
    struct bytes octets;
    const char *escaped;
    const char *for_people; /* NULL: the same */
} escapes[] = {
    {OCTETS(""),                         "",                               NULL                  },
    {OCTETS("250 ok"),                   "250 ok",                         NULL                  },
    {OCTETS("250 ok\r\n"),               "250 ok\\r\\n",                   NULL                  },
    {OCTETS("\t\0\\\""),                 "\\t\\0\\\\\\\"",                 NULL                  },
    {OCTETS("\x1b[2J\x07"),              "\\x1b[2J\\x07",                  NULL                  },
    {OCTETS("~\x7f\x80\xff"),            "~\\x7f\\x80\\xff",               NULL                  },
    {OCTETS("Gr\xc3\xbc\xc3\x9f e"),     "Gr\\xc3\\xbc\\xc3\\x9f e",       "Gr\xc3\xbc\xc3\x9f e"},
    {OCTETS("\xe4\xbd\xa0\xe5\xa5\xbd"), "\\xe4\\xbd\\xa0\\xe5\\xa5\\xbd",
     "\xe4\xbd\xa0\xe5\xa5\xbd"                                                                  },
    {OCTETS("\xf0\x9f\x93\xa7"),         "\\xf0\\x9f\\x93\\xa7",           "\xf0\x9f\x93\xa7"    },
    {OCTETS("\xc3"),                     "\\xc3",                          NULL                  }, /* cut */
    {OCTETS("\xc0\xaf"),                 "\\xc0\\xaf",                     NULL                  }, /* overlong */
    {OCTETS("\xed\xa0\x80"),             "\\xed\\xa0\\x80",                NULL                  }, /* surrogate */
    {OCTETS("\xc2\x9b"
            "2J"),
     "\\xc2\\x9b2J",                                                       NULL                  }, /* C1 control */
    {OCTETS("\xe2\x80\xae"
            "x"),
     "\\xe2\\x80\\xaex",                                                   NULL                  }, /* right-to-left override */
    {OCTETS("\xc4\xe3\xba\xc3"),         "\\xc4\\xe3\\xba\\xc3",           NULL                  }, /* GBK */
};

static void foreign_octets_become_printable_and_come_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(escapes); i++) {
        struct buf escaped;
        struct buf people;
        struct buf back;

        buf_init(&escaped, 100);
        buf_init(&people, 100);
        buf_init(&back, 100);
        assert_true(text_escape(&escaped, escapes[i].octets));
        assert_string(buf_bytes(&escaped), escapes[i].escaped);
        assert_true(text_escape_utf8(&people, escapes[i].octets));
        assert_string(buf_bytes(&people),
                      escapes[i].for_people ? escapes[i].for_people : escapes[i].escaped);
        assert_true(text_unescape(&back, buf_bytes(&escaped), NULL));
        assert_bytes(buf_bytes(&back), escapes[i].octets);
        buf_release(&escaped);
        buf_release(&people);
        buf_release(&back);
    }
}

static void every_octet_escapes_to_printable_ascii_and_back(void **state)
{
    (void)state;
    for (int octet = 0; octet < 256; octet++) {
        char one = (char)octet;
        struct buf escaped;
        struct buf back;

        buf_init(&escaped, 4);
        buf_init(&back, 1);
        assert_true(text_escape(&escaped, (struct bytes){&one, 1}));
        for (size_t i = 0; i < escaped.size; i++)
            assert_in_range(escaped.data[i], ' ', '~');
        assert_true(text_unescape(&back, buf_bytes(&escaped), NULL));
        assert_bytes(buf_bytes(&back), ((struct bytes){&one, 1}));
        buf_release(&escaped);
        buf_release(&back);
    }
}

static const struct {
    const char *text;
    unsigned column;
} invalid_escapes[] = {
    {"\\",       1},
    {"ab\\",     3},
    {"\\a",      1},
    {"x\\x1",    2},
    {"x\\xg0",   2},
    {"x\\x0g",   2},
    {"\\n\\u12", 3},
};

static void an_unknown_escape_is_refused_at_its_backslash(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(invalid_escapes); i++) {
        struct err err;
        struct buf back;

        buf_init(&back, 100);
        assert_false(text_unescape(&back, bytes_of(invalid_escapes[i].text), &err));
        assert_int_equal(err.kind, ERR_SYNTAX);
        assert_int_equal(err.column, invalid_escapes[i].column);
        buf_release(&back);
    }
}

static void a_full_buffer_is_a_limit_and_not_a_cut(void **state)
{
    struct err err;
    struct buf buf;

    (void)state;
    buf_init(&buf, 3);
    assert_false(text_escape(&buf, BYTES_LITERAL("ab\n")));
    buf_clear(&buf);
    assert_false(text_unescape(&buf, BYTES_LITERAL("ab\\ncd"), &err));
    assert_int_equal(err.kind, ERR_LIMIT);
    buf_release(&buf);
}

static void what_is_shown_in_a_message_is_escaped_and_cut(void **state)
{
    char many[200];

    (void)state;
    memset(many, 'a', sizeof(many));
    assert_string_equal(text_show(BYTES_LITERAL("a\r\n")).text, "a\\r\\n");
    assert_int_equal(strlen(text_show((struct bytes){many, 200}).text), TEXT_SHOWN_OCTETS + 3);
    memset(many, '\x01', sizeof(many));
    assert_int_equal(strlen(text_show((struct bytes){many, 200}).text), TEXT_SHOWN_OCTETS + 3);
    assert_string_equal(text_show(BYTES_NONE).text, "");
}

static const char *const words[] = {"expect", "either", "end", "send", "server", "sweep", "S:"};

static const struct {
    const char *word;
    const char *nearest;
} nearest_words[] = {
    {"expct",                                        "expect"},
    {"exepct",                                       "expect"},
    {"EXPECT",                                       "expect"},
    {"expects",                                      "expect"},
    {"ether",                                        "either"},
    {"sned",                                         "send"  },
    {"sever",                                        "server"},
    {"swep",                                         "sweep" },
    {"banana",                                       NULL    },
    {"x",                                            NULL    },
    {"",                                             NULL    },
    {"an-extremely-long-word-that-is-none-of-these", NULL    },
};

static void an_unknown_word_finds_the_known_one_that_was_meant(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(nearest_words); i++) {
        const char *found = text_nearest(bytes_of(nearest_words[i].word), words, COUNT_OF(words));

        if (nearest_words[i].nearest) {
            assert_non_null(found);
            assert_string_equal(found, nearest_words[i].nearest);
        } else {
            assert_null(found);
        }
    }
}

static void nothing_is_read_behind_the_end(void **state)
{
    struct guard_page page;
    struct buf buf;

    (void)state;
    buf_init(&buf, 1000);
    assert_true(guard_page_init(&page, 100));
    for (size_t i = 0; i < COUNT_OF(escapes); i++) {
        for (size_t size = 0; size <= escapes[i].octets.size; size++) {
            struct bytes octets = guard_page_put(&page, bytes_slice(escapes[i].octets, 0, size));

            buf_clear(&buf);
            assert_true(text_escape_utf8(&buf, octets));
            text_unescape(&buf, octets, NULL);
            text_nearest(octets, words, COUNT_OF(words));
        }
    }
    guard_page_release(&page);
    buf_release(&buf);
}

static bool escape_something(void *context)
{
    struct buf buf;
    bool made;

    (void)context;
    buf_init(&buf, 100);
    made =
        text_escape(&buf, BYTES_LITERAL("a\n")) && text_unescape(&buf, BYTES_LITERAL("b\\n"), NULL);
    buf_release(&buf);
    return made;
}

static void without_memory_it_says_so(void **state)
{
    (void)state;
    assert_int_equal(fail_alloc_each(escape_something, NULL), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(foreign_octets_become_printable_and_come_back),
        cmocka_unit_test(every_octet_escapes_to_printable_ascii_and_back),
        cmocka_unit_test(an_unknown_escape_is_refused_at_its_backslash),
        cmocka_unit_test(a_full_buffer_is_a_limit_and_not_a_cut),
        cmocka_unit_test(what_is_shown_in_a_message_is_escaped_and_cut),
        cmocka_unit_test(an_unknown_word_finds_the_known_one_that_was_meant),
        cmocka_unit_test(nothing_is_read_behind_the_end),
        cmocka_unit_test(without_memory_it_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
