#include "harness/record/moment.h"

#include "tests/support/unit.h"

static const struct {
    const char *text;
    const char *expected;
} bound[] = {
    {"250 2.0.0 Ok: queued as 4F1C2A3B9D",                                      "250 2.0.0 Ok: queued as {token}"          },
    {"250 2.0.0 Ok: queued as 3pmZHz1fGzz9",                                    "250 2.0.0 Ok: queued as {token}"          },
    {"250 OK id=1tGvPM-0000Ab-2k",                                              "250 OK id={token}"                        },
    {"250 2.0.0 fd0ab12c Message accepted for delivery",                        "250 2.0.0 {token} Message accepted for "
                                                         "delivery"},
    {"250 2.0.0 4ARKhQ2u012345 Message accepted",                               "250 2.0.0 {token} Message accepted"       },
    {"250 OK  1606500000 a640c23a62f3a-aa50f5d23sm123456b.12 - gsmtp",
     "250 OK  {token} {token} - gsmtp"                                                                                     },
    {"553 163 smtp11,D8CowACnytCrxzhaT7gLEQ--.52662S2",                         "553 163 smtp11,{token}"                   },
    {"220 mail.server.example ESMTP Exim 4.96 Fri, 27 Nov 2026 20:43:26 +0000",
     "220 mail.server.example ESMTP Exim 4.96 {date}"                                                                      },
    {"220 x ready at Fri,  7 Nov 2026",                                         "220 x ready at Fri,  7 Nov 2026"          },
    {"220 x; 2026-11-27T20:43:26Z",                                             "220 x; {date}"                            },
    {"220 x Fri Nov 27 20:43:26 2026",                                          "220 x {date}"                             },
};

/* What only looks a little like it, and is the server's own. */
static const char *const lasting[] = {
    "220 163.com Anti-spam GT for Coremail System (163com[20141201])",
    "220 mail-wr1-x429a7b8c9.server.example ESMTP",
    "220 mx1.server.example ESMTP Postfix (Debian/GNU) smtp12345678",
    "504 5.5.4 SCRAM-SHA-256 is not known, XOAUTH2 and 8BITMIME neither",
    "250 mail Hello client.example [192.0.2.1]",
    "250 2.1.5 <rcpt1@server.example> accepted",
    "550 5.7.1 see RFC7504 and RFC5321 at 12:34:56",
    "421 4.4.2 timeout after 300 seconds, 12345678 octets",
    "",
};

static void assert_put(const char *text, const char *expected)
{
    struct buf to;

    buf_init(&to, 4096);
    assert_true(moment_put(&to, bytes_of(text)));
    assert_string(buf_bytes(&to), expected);
    buf_release(&to);
}

static void what_is_bound_to_the_moment_is_replaced(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bound); i++)
        assert_put(bound[i].text, bound[i].expected);
}

static void what_lasts_stays(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(lasting); i++)
        assert_put(lasting[i], lasting[i]);
}

static void a_full_buffer_is_no_answer(void **state)
{
    struct buf to;

    (void)state;
    buf_init(&to, 8);
    assert_false(moment_put(&to, BYTES_LITERAL("queued as 4F1C2A3B9D")));
    buf_release(&to);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_bound_to_the_moment_is_replaced),
        cmocka_unit_test(what_lasts_stays),
        cmocka_unit_test(a_full_buffer_is_no_answer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
