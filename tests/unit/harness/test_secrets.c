/* One list of ways in which a password is said: none gets past what a client printed (redact), nor
 * into an imported log or a recording (import_redact). */
#include "harness/import/import_redact.h"
#include "harness/run/redact.h"

#include "tests/support/unit.h"

#define ARENA_OCTETS_MAX ((size_t)1024 * 1024)
#define USER "joker@a.example"
#define PASSWORD "s3cret-planted"

static const struct {
    const char *name;
    const char *text;
    bool is_secret;
} said[] = {
    {"as it is",               PASSWORD,                                                               true },
    {"AUTH LOGIN",             "czNjcmV0LXBsYW50ZWQ=",                                                 true },
    {"AUTH LOGIN, cut",        "czNjcmV0LXBsYW50ZWQ",                                                  true },
    {"AUTH PLAIN",             "AGpva2VyQGEuZXhhbXBsZQBzM2NyZXQtcGxhbnRlZA==",                         true },
    {"AUTH PLAIN for oneself",
     "am9rZXJAYS5leGFtcGxlAGpva2VyQGEuZXhhbXBsZQBzM2NyZXQtcGxhbnRlZA==",                               true },
    {"AUTH XOAUTH2",           "dXNlcj1qb2tlckBhLmV4YW1wbGUBYXV0aD1CZWFyZXIgczNjcmV0LXBsYW50ZWQBAQ==", true },
    {"another password",       "s3cret-plant",                                                         false},
    {"another base64",         "czNjcmV0LXBsYW50",                                                     false},
};

static void assert_hidden(size_t i, const char *by, struct bytes kept)
{
    /* Where a log cut it, its padding is not there to be looked for. */
    struct bytes text = bytes_of(said[i].text);

    while (text.data[text.size - 1] == '=')
        text.size--;
    if ((bytes_find_bytes(kept, text) == BYTES_NOT_FOUND) != said[i].is_secret)
        fail_msg("%s, by %s: %.*s", said[i].name, by, BYTES_FORMAT(kept));
}

static void a_password_is_known_in_whatever_way_it_is_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(said); i++) {
        struct arena *arena = arena_new(ARENA_OCTETS_MAX);
        struct bytes text = arena_printf(arena, "535 <%s> is none", said[i].text);
        struct import_names names;
        struct buf put;

        assert_hidden(i, "redact",
                      redact(text, BYTES_LITERAL(USER), BYTES_LITERAL(PASSWORD), arena));
        import_names_init(&names, arena);
        assert_true(import_names_add_account(&names, BYTES_LITERAL(USER), BYTES_LITERAL(PASSWORD)));
        buf_init(&put, 4096);
        assert_true(import_put_text(&put, &names, text));
        assert_hidden(i, "import_redact", buf_bytes(&put));
        buf_release(&put);
        arena_free(arena);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_password_is_known_in_whatever_way_it_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
