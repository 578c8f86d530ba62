#include "base/base64.h"

#include "tests/support/fail_alloc.h"
#include "tests/support/guard_page.h"
#include "tests/support/unit.h"

static const struct {
    struct bytes octets;
    const char *text;
} valid_texts[] = {
    {OCTETS(""),             ""            }, /* RFC 4648 10 */
    {OCTETS("f"),            "Zg=="        },
    {OCTETS("fo"),           "Zm8="        },
    {OCTETS("foo"),          "Zm9v"        },
    {OCTETS("foob"),         "Zm9vYg=="    },
    {OCTETS("fooba"),        "Zm9vYmE="    },
    {OCTETS("foobar"),       "Zm9vYmFy"    },
    {OCTETS("\0u\0p"),       "AHUAcA=="    },
    {OCTETS("\xff\xfe\xfb"), "//77"        },
    {OCTETS("Username:"),    "VXNlcm5hbWU6"},
};

static void octets_become_text_and_come_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(valid_texts); i++) {
        struct buf text;
        struct buf octets;

        buf_init(&text, 100);
        buf_init(&octets, 100);
        assert_true(base64_encode(&text, valid_texts[i].octets));
        assert_string(buf_bytes(&text), valid_texts[i].text);
        assert_int_equal(base64_encoded_octets(valid_texts[i].octets.size), text.size);
        assert_true(base64_decode(&octets, buf_bytes(&text), NULL));
        assert_bytes(buf_bytes(&octets), valid_texts[i].octets);
        buf_release(&text);
        buf_release(&octets);
    }
}

static void any_length_comes_back(void **state)
{
    char all[3000];
    struct buf text;
    struct buf octets;

    (void)state;
    for (size_t i = 0; i < sizeof(all); i++)
        all[i] = (char)(i * 37 + i / 256);
    buf_init(&text, 4000);
    buf_init(&octets, 3000);
    for (size_t size = 0; size <= sizeof(all); size += size < 100 ? 1 : 97) {
        buf_clear(&text);
        buf_clear(&octets);
        assert_true(base64_encode(&text, (struct bytes){all, size}));
        assert_true(base64_decode(&octets, buf_bytes(&text), NULL));
        assert_bytes(buf_bytes(&octets), ((struct bytes){all, size}));
    }
    buf_release(&text);
    buf_release(&octets);
}

static const struct {
    const char *text;
    unsigned column;
} invalid_texts[] = {
    {"=AAA",     1}, /* RFC 4954 4 names these two */
    {"AAA=BBB",  4},
    {"AAA=BBBB", 4},
    {"AA=A",     3},
    {"====",     1},
    {"A===",     2},
    {"Zg",       3},
    {"Zg=",      3},
    {"Z",        2},
    {"Zm9v\r\n", 5},
    {"Zm 9v",    3},
    {"Zm9_",     4},
    {"Zm9vZm9*", 8},
    {"Zm9\xc3",  4},
    {"Zh==",     2}, /* bits left over */
    {"Zm9=",     3},
    {"Zm9v====", 5},
};

static void what_is_no_base64_is_refused_where_it_goes_wrong(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(invalid_texts); i++) {
        struct err err = {ERR_NONE, 0, 0, ""};
        struct buf octets;

        buf_init(&octets, 100);
        assert_true(buf_append_string(&octets, "before"));
        assert_false(base64_decode(&octets, bytes_of(invalid_texts[i].text), &err));
        assert_int_equal(err.kind, ERR_SYNTAX);
        if (err.column != invalid_texts[i].column)
            print_error("%s: column %u: %s\n", invalid_texts[i].text, err.column, err.what);
        assert_int_equal(err.column, invalid_texts[i].column);
        assert_string(buf_bytes(&octets), "before");
        buf_release(&octets);
    }
}

static void a_full_buffer_is_a_limit(void **state)
{
    struct err err;
    struct buf buf;

    (void)state;
    buf_init(&buf, 5);
    assert_false(base64_encode(&buf, BYTES_LITERAL("foob")));
    assert_int_equal(buf.size, 0);
    assert_false(base64_decode(&buf, BYTES_LITERAL("Zm9vYmFy"), &err));
    assert_int_equal(err.kind, ERR_LIMIT);
    assert_int_equal(buf.size, 0);
    buf_release(&buf);
}

static void nothing_is_read_behind_the_end(void **state)
{
    struct guard_page page;
    struct buf buf;

    (void)state;
    buf_init(&buf, 100);
    assert_true(guard_page_init(&page, 100));
    for (size_t i = 0; i < COUNT_OF(invalid_texts); i++) {
        buf_clear(&buf);
        base64_decode(&buf, guard_page_put(&page, bytes_of(invalid_texts[i].text)), NULL);
        base64_encode(&buf, guard_page_put(&page, bytes_of(invalid_texts[i].text)));
    }
    guard_page_release(&page);
    buf_release(&buf);
}

static bool there_and_back(void *context)
{
    struct buf text;
    struct buf octets;
    bool made;

    (void)context;
    buf_init(&text, 100);
    buf_init(&octets, 100);
    made = base64_encode(&text, BYTES_LITERAL("foobar")) &&
           base64_decode(&octets, buf_bytes(&text), NULL);
    buf_release(&text);
    buf_release(&octets);
    return made;
}

static void without_memory_it_says_so(void **state)
{
    (void)state;
    assert_int_equal(fail_alloc_each(there_and_back, NULL), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(octets_become_text_and_come_back),
        cmocka_unit_test(any_length_comes_back),
        cmocka_unit_test(what_is_no_base64_is_refused_where_it_goes_wrong),
        cmocka_unit_test(a_full_buffer_is_a_limit),
        cmocka_unit_test(nothing_is_read_behind_the_end),
        cmocka_unit_test(without_memory_it_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
