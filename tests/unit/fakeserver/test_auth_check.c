#include "fakeserver/auth_check.h"

#include "base/smtp_limits.h"
#include "tests/support/unit.h"

static const struct account accounts[] = {
    {{"joker", 5}, {"s3cret-pass", 11}},
    {{"u", 1},     {"p", 1}           },
};

#define WRONG TRANSCRIPT_NOTE(WRONG_CREDENTIALS)
#define RIGHT TRANSCRIPT_NOTE(AUTHENTICATED)

struct plain_case {
    const char *response;
    bool initial;
    enum auth_verdict verdict;
    uint32_t notes;
};

static const struct plain_case plain[] = {
    {"AGpva2VyAHMzY3JldC1wYXNz",         true,  AUTH_RIGHT,     TRANSCRIPT_NOTE(PASSWORD) | RIGHT                      },
    {"am9rZXIAam9rZXIAczNjcmV0LXBhc3M=", true,  AUTH_RIGHT,     TRANSCRIPT_NOTE(PASSWORD) | RIGHT                      },
    {"eHgAam9rZXIAczNjcmV0LXBhc3M=",     true,  AUTH_WRONG,     TRANSCRIPT_NOTE(PASSWORD) | WRONG                      },
    {"AHUAcA==",                         false, AUTH_RIGHT,     TRANSCRIPT_NOTE(PASSWORD) | RIGHT                      },
    {"AGpva2VyAHg=",                     false, AUTH_WRONG,     WRONG                                                  },
    {"am9rZXI=",                         false, AUTH_WRONG,     TRANSCRIPT_NOTE(USER) | WRONG                          },
    {"=",                                true,  AUTH_WRONG,     TRANSCRIPT_NOTE(EMPTY) | WRONG                         },
    {"=",                                false, AUTH_BAD,       TRANSCRIPT_NOTE(NOT_BASE64)                            },
    {"",                                 false, AUTH_WRONG,     TRANSCRIPT_NOTE(EMPTY) | WRONG                         },
    {"*",                                false, AUTH_CANCELLED, TRANSCRIPT_NOTE(CANCEL)                                },
    {"AGpva2VyAHMzY3JldC1wYXN",          false, AUTH_BAD,       TRANSCRIPT_NOTE(NOT_BASE64)                            },
    {"s3cret-pass",                      false, AUTH_BAD,       TRANSCRIPT_NOTE(NOT_BASE64) | TRANSCRIPT_NOTE(PASSWORD)},
};

static void responses_of_plain_are_verified_and_described(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
        struct auth_check check;
        uint32_t notes;

        auth_check_init(&check, accounts, 2);
        auth_check_start(&check, SMTP_MECHANISM_PLAIN);
        assert_int_equal(plain[i].verdict, auth_check_take(&check, bytes_of(plain[i].response),
                                                           plain[i].initial, &notes));
        assert_int_equal(plain[i].notes, notes);
    }
}

static void login_takes_a_name_and_its_password(void **state)
{
    struct auth_check check;
    uint32_t notes;

    (void)state;
    auth_check_init(&check, accounts, 2);
    auth_check_start(&check, SMTP_MECHANISM_LOGIN);
    assert_int_equal(AUTH_MORE, auth_check_take(&check, BYTES_LITERAL("am9rZXI="), true, &notes));
    assert_int_equal(TRANSCRIPT_NOTE(USER), notes);
    assert_int_equal(AUTH_RIGHT,
                     auth_check_take(&check, BYTES_LITERAL("czNjcmV0LXBhc3M="), false, &notes));
    auth_check_start(&check, SMTP_MECHANISM_LOGIN);
    assert_int_equal(AUTH_MORE, auth_check_take(&check, BYTES_LITERAL("dQ=="), false, &notes));
    assert_int_equal(AUTH_WRONG,
                     auth_check_take(&check, BYTES_LITERAL("czNjcmV0LXBhc3M="), false, &notes));
    auth_check_start(&check, SMTP_MECHANISM_LOGIN);
    assert_int_equal(AUTH_MORE, auth_check_take(&check, BYTES_LITERAL("eHg="), false, &notes));
    assert_int_equal(0, notes);
    assert_int_equal(AUTH_WRONG, auth_check_take(&check, BYTES_LITERAL("cA=="), false, &notes));
}

static void a_response_beyond_the_limit_is_no_base64(void **state)
{
    static char response[SMTP_AUTH_LINE_OCTETS_MAX + 4];
    struct auth_check check;
    uint32_t notes;

    (void)state;
    memset(response, 'A', sizeof(response));
    auth_check_init(&check, accounts, 2);
    auth_check_start(&check, SMTP_MECHANISM_PLAIN);
    assert_int_equal(AUTH_BAD, auth_check_take(&check, (struct bytes){response, sizeof(response)},
                                               false, &notes));
    assert_int_equal(
        AUTH_WRONG,
        auth_check_take(&check, (struct bytes){response, sizeof(response) - 4}, false, &notes));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(responses_of_plain_are_verified_and_described),
        cmocka_unit_test(login_takes_a_name_and_its_password),
        cmocka_unit_test(a_response_beyond_the_limit_is_no_base64),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
