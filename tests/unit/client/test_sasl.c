#include "client/sasl.h"

#include "tests/support/unit.h"

static const struct sasl_credentials someone = {.user = OCTETS("user"),
                                                .password = OCTETS("secret")};

static void plain_is_one_message_of_three_parts(void **state)
{
    struct sasl_credentials other = someone;
    struct sasl sasl;
    struct buf response;
    struct err err;

    (void)state;
    assert_true(buf_init_whole(&response, SASL_RESPONSE_OCTETS_MAX));
    sasl_start(&sasl, SMTP_MECHANISM_PLAIN, &someone);
    assert_false(sasl_is_complete(&sasl));
    assert_true(sasl_step(&sasl, BYTES_NONE, &response, &err));
    assert_bytes(buf_bytes(&response), BYTES_LITERAL("\0user\0secret"));
    assert_true(sasl_is_complete(&sasl));
    assert_false(sasl_step(&sasl, BYTES_NONE, &response, &err));
    other.authorization = BYTES_LITERAL("boss");
    sasl_start(&sasl, SMTP_MECHANISM_PLAIN, &other);
    assert_true(sasl_step(&sasl, BYTES_NONE, &response, &err));
    assert_bytes(buf_bytes(&response), BYTES_LITERAL("boss\0user\0secret"));
    buf_release_secret(&response);
}

static void login_is_the_user_then_the_password(void **state)
{
    struct sasl sasl;
    struct buf response;
    struct err err;

    (void)state;
    assert_true(buf_init_whole(&response, SASL_RESPONSE_OCTETS_MAX));
    sasl_start(&sasl, SMTP_MECHANISM_LOGIN, &someone);
    assert_true(sasl_step(&sasl, BYTES_LITERAL("Password:"), &response, &err));
    assert_string(buf_bytes(&response), "user");
    assert_false(sasl_is_complete(&sasl));
    assert_true(sasl_step(&sasl, BYTES_NONE, &response, &err));
    assert_string(buf_bytes(&response), "secret");
    assert_true(sasl_is_complete(&sasl));
    assert_false(sasl_step(&sasl, BYTES_LITERAL("more?"), &response, &err));
    assert_int_equal(err.kind, ERR_PROTOCOL);
    buf_release_secret(&response);
}

/* RFC 4616 2: authcid = 1*SAFE, passwd = 1*SAFE, SAFE without NUL. */
static void credentials_that_the_mechanism_forbids_are_refused(void **state)
{
    const struct bytes none = BYTES_NONE;
    const struct bytes word = BYTES_LITERAL("x");
    const struct bytes nul = BYTES_LITERAL("x\0y");
    const struct sasl_credentials forbidden[] = {
        {none, none, word},
        {none, word, none},
        {none, nul,  word},
        {none, word, nul },
        {nul,  word, word},
    };
    struct buf response;
    struct err err;

    (void)state;
    assert_true(buf_init_whole(&response, SASL_RESPONSE_OCTETS_MAX));
    for (size_t i = 0; i < COUNT_OF(forbidden); i++) {
        struct sasl sasl;

        sasl_start(&sasl, SMTP_MECHANISM_PLAIN, &forbidden[i]);
        assert_false(sasl_step(&sasl, BYTES_NONE, &response, &err));
        assert_int_equal(err.kind, ERR_SYNTAX);
    }
    buf_release_secret(&response);
}

static void the_best_known_mechanism_is_chosen(void **state)
{
    uint32_t plain = UINT32_C(1) << SMTP_MECHANISM_PLAIN;
    uint32_t login = UINT32_C(1) << SMTP_MECHANISM_LOGIN;
    uint32_t gssapi = UINT32_C(1) << SMTP_MECHANISM_GSSAPI;

    (void)state;
    assert_int_equal(sasl_choose(plain | login | gssapi, true), SMTP_MECHANISM_PLAIN);
    assert_int_equal(sasl_choose(login | gssapi, true), SMTP_MECHANISM_LOGIN);
    assert_int_equal(sasl_choose(gssapi, true), SMTP_MECHANISM_OTHER);
    assert_int_equal(sasl_choose(plain | login, false), SMTP_MECHANISM_OTHER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_is_one_message_of_three_parts),
        cmocka_unit_test(login_is_the_user_then_the_password),
        cmocka_unit_test(credentials_that_the_mechanism_forbids_are_refused),
        cmocka_unit_test(the_best_known_mechanism_is_chosen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
