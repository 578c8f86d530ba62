#include "base/smtp_grammar.h"

#include "tests/support/guard_page.h"
#include "tests/support/unit.h"

static const struct {
    struct bytes octets;
    const char *text;
} xtexts[] = {
    {OCTETS(""),        ""         },
    {OCTETS("e=mc2@a"), "e+3Dmc2@a"}, /* RFC 4954 5 */
    {OCTETS("a+b c"),   "a+2Bb+20c"},
    {OCTETS("\0\xff"),  "+00+FF"   },
};

static void octets_become_xtext_and_come_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(xtexts); i++) {
        struct buf text;
        struct buf octets;

        buf_init(&text, 100);
        buf_init(&octets, 100);
        assert_true(smtp_xtext_encode(&text, xtexts[i].octets));
        assert_string(buf_bytes(&text), xtexts[i].text);
        assert_true(smtp_xtext_decode(&octets, buf_bytes(&text), NULL));
        assert_bytes(buf_bytes(&octets), xtexts[i].octets);
        buf_release(&text);
        buf_release(&octets);
    }
}

static void a_broken_xtext_is_not_decoded(void **state)
{
    struct err err;
    struct buf octets;

    (void)state;
    buf_init(&octets, 2);
    assert_false(smtp_xtext_decode(&octets, BYTES_LITERAL("a+4"), &err));
    assert_int_equal(err.kind, ERR_SYNTAX);
    assert_false(smtp_xtext_decode(&octets, BYTES_LITERAL("abc"), &err));
    assert_int_equal(err.kind, ERR_LIMIT);
    buf_release(&octets);
}

static const struct {
    const char *a;
    const char *b;
    bool same;
} paths[] = {
    {"<a@example.org>", "<a@EXAMPLE.org>", true },
    {"<a@example.org>", "<A@example.org>", false},
    {"<\"a\"@b>",       "<a@b>",           true },
    {"<\"a\\b\"@c>",    "<ab@c>",          true },
    {"<\"a b\"@c>",     "<\"a\\ b\"@c>",   true },
    {"<\"a@b\"@c>",     "<a@c>",           false},
    {"<\"a\"@b>",       "<\"ab\"@b>",      false},
    {"<@x,@y:a@b>",     "<a@b>",           true },
    {"<>",              "<>",              true },
    {"<>",              "<a@b>",           false},
    {"<Postmaster>",    "<POSTMASTER>",    true },
    {"<Postmaster@a>",  "<postmaster@A>",  true },
    {"<Postmaster@a>",  "<postmaster>",    false},
    {"a@b",             "<a@b>",           true },
    {"<a@b",            "<a@b>",           false},
    {"<\"",             "<\"",             true },
    {"<\"\\",           "<\"\\",           true },
    {"",                "",                true },
};

static void paths_are_the_same_when_they_mean_the_same_mailbox(void **state)
{
    struct guard_page page;

    (void)state;
    assert_true(guard_page_init(&page, 100));
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        struct bytes a = guard_page_put(&page, bytes_of(paths[i].a));

        if (smtp_path_equal(a, bytes_of(paths[i].b)) != paths[i].same ||
            smtp_path_equal(bytes_of(paths[i].b), a) != paths[i].same)
            fail_msg("%s and %s", paths[i].a, paths[i].b);
    }
    guard_page_release(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(octets_become_xtext_and_come_back),
        cmocka_unit_test(a_broken_xtext_is_not_decoded),
        cmocka_unit_test(paths_are_the_same_when_they_mean_the_same_mailbox),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
