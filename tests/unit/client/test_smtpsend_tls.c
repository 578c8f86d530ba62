/* test_smtpsend_tls.c - how smtpsend uses TLS where nobody says how. */
#include "client/smtpsend_tls.h"

#include "tests/support/unit.h"

static void the_mode_that_nobody_gave_is_the_safe_one(void **state)
{
    static const struct {
        const char *name;
        const char *given;
        unsigned port;
        bool has_secret;
        enum smtp_client_tls mode;
        bool verifies;
    } cases[] = {
        {"a relay in the net",             NULL,            25,  false, SMTP_CLIENT_TLS_OPPORTUNISTIC, false},
        {"submission with a user",         NULL,            587, true,  SMTP_CLIENT_TLS_REQUIRED,      true },
        {"the port of implicit TLS",       NULL,            465, false, SMTP_CLIENT_TLS_IMPLICIT,      true },
        {"… with a user",                NULL,            465, true,  SMTP_CLIENT_TLS_IMPLICIT,      true },
        {"what is given counts",           "none",          465, true,  SMTP_CLIENT_TLS_NONE,          true },
        {"nobody unknown gets a password", "opportunistic", 587, true,
         SMTP_CLIENT_TLS_OPPORTUNISTIC,                                                                true },
        {"the word of RFC 3207",           "starttls",      465, false, SMTP_CLIENT_TLS_REQUIRED,      true },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct smtpsend_tls tls = {.mode = SMTP_CLIENT_TLS_NONE};
        struct err err;

        print_message("  %s\n", cases[i].name);
        if (cases[i].given)
            assert_true(smtpsend_tls_take(SMTPSEND_TLS_MODE, cases[i].given, &tls, &err));
        assert_true(smtpsend_tls_settle(&tls, cases[i].port, cases[i].has_secret, &err));
        assert_int_equal(tls.mode, cases[i].mode);
        assert_int_equal(smtpsend_tls_verifies(&tls, cases[i].has_secret), cases[i].verifies);
    }
}

static void insecure_is_never_the_default(void **state)
{
    struct smtpsend_tls tls = {.mode = SMTP_CLIENT_TLS_REQUIRED};
    struct err err;

    (void)state;
    assert_true(smtpsend_tls_verifies(&tls, false));
    assert_true(smtpsend_tls_take(SMTPSEND_TLS_INSECURE, "", &tls, &err));
    assert_false(smtpsend_tls_verifies(&tls, true));
}

static void options_that_make_no_sense_are_refused(void **state)
{
    struct smtpsend_tls tls = {.mode = SMTP_CLIENT_TLS_NONE};
    struct err err;

    (void)state;
    assert_false(smtpsend_tls_take(SMTPSEND_TLS_MODE, "always", &tls, &err));
    assert_int_equal(err.kind, ERR_SYNTAX);
    assert_true(smtpsend_tls_take(SMTPSEND_TLS_CLIENT_CERT, "a.pem", &tls, &err));
    assert_false(smtpsend_tls_settle(&tls, 25, false, &err));
    assert_int_equal(err.kind, ERR_SYNTAX);
    assert_true(smtpsend_tls_take(SMTPSEND_TLS_CLIENT_KEY, "a.key", &tls, &err));
    assert_true(smtpsend_tls_settle(&tls, 25, false, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_mode_that_nobody_gave_is_the_safe_one),
        cmocka_unit_test(insecure_is_never_the_default),
        cmocka_unit_test(options_that_make_no_sense_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
