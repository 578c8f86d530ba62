/* SASL with proofs: the examples of the RFCs, and GNU SASL as the client. */
#include "fakeserver/sasl_exchange.h"

#include "base/buf.h"
#include "tests/support/unit.h"

#include <gsasl.h>

static const struct account accounts[] = {
    {{"user", 4},           {"pencil", 6}           },
    {{"tim", 3},            {"tanstaaftanstaaf", 16}},
    {{"a,b=c", 5},
     {"0123456789012345678901234567890123456789"
      "01234567890123456789012345678901234567890123456789",
      90}                                           },
    {{"u@client.test", 13}, {"tok", 3}              },
};

static void begin(struct sasl_exchange *exchange, enum smtp_mechanism mechanism)
{
    sasl_exchange_init(exchange, accounts, 4);
    exchange->seed = 7;
    (void)sasl_exchange_start(exchange, mechanism);
}

static void expect(struct sasl_exchange *exchange, const char *response, enum sasl_verdict verdict,
                   enum sasl_remark remark)
{
    enum sasl_remark got;

    assert_int_equal(verdict, sasl_exchange_take(exchange, bytes_of(response), &got));
    assert_string_equal(sasl_remark_word(remark), sasl_remark_word(got));
}

/* ---- the examples of the RFCs --------------------------------------------------------------- */

static void a_challenge_that_a_dialogue_wrote_is_what_counts(void **state)
{
    struct sasl_exchange exchange;

    (void)state;
    begin(&exchange, SMTP_MECHANISM_CRAM_MD5);
    sasl_exchange_sent(&exchange, bytes_of("<1896.697170952@postoffice.reston.mci.net>"));
    expect(&exchange, "tim b913a602c7eda7a495b4e6e7334d3890", SASL_RIGHT, SASL_REMARK_NONE);
    expect(&exchange, "tim B913A602C7EDA7A495B4E6E7334D3890", SASL_RIGHT, SASL_REMARK_CRAM_FORM);
    expect(&exchange, "tim b913a602c7eda7a495b4e6e7334d3891", SASL_WRONG, SASL_REMARK_CRAM_PROOF);
    expect(&exchange, "tim", SASL_WRONG, SASL_REMARK_CRAM_FORM);
}

static const struct {
    enum smtp_mechanism mechanism;
    const char *first, *server_first, *final, *server_final;
} scram[] = {
    {SMTP_MECHANISM_SCRAM_SHA_1,   "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
     "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",                 "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
     "v=rmF9pqV8S7suAoZWja4dJRkFsKQ="                                                                                                                                                                                                },
    {SMTP_MECHANISM_SCRAM_SHA_256, "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
     "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
     "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",                                 "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="},
};

static void the_examples_of_scram_verify(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct sasl_exchange exchange;

        begin(&exchange, scram[i].mechanism);
        expect(&exchange, scram[i].first, SASL_MORE, SASL_REMARK_NONE);
        sasl_exchange_sent(&exchange, bytes_of(scram[i].server_first));
        expect(&exchange, scram[i].final, SASL_MORE, SASL_REMARK_NONE);
        assert_string(sasl_exchange_challenge(&exchange), scram[i].server_final);
        expect(&exchange, "", SASL_RIGHT, SASL_REMARK_NONE);
    }
}

static const struct {
    enum smtp_mechanism mechanism;
    const char *response;
    enum sasl_remark remark;
} wrong[] = {
    {SMTP_MECHANISM_SCRAM_SHA_1,      "x,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",      SASL_REMARK_GS2_HEADER       },
    {SMTP_MECHANISM_SCRAM_SHA_1,      "n,n=user,r=fyko+d2lbbFgONRv9qkxdawL",       SASL_REMARK_GS2_HEADER       },
    {SMTP_MECHANISM_SCRAM_SHA_1,      "p=tls-unique,,n=user,r=fyko+d2lbbFgONRv9q",
     SASL_REMARK_GS2_BINDING                                                                                    },
    {SMTP_MECHANISM_SCRAM_SHA_1_PLUS, "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
     SASL_REMARK_GS2_BINDING                                                                                    },
    {SMTP_MECHANISM_SCRAM_SHA_1,      "n,,n=a=b,r=fyko+d2lbbFgONRv9qkxdawL",       SASL_REMARK_SCRAM_USER       },
    {SMTP_MECHANISM_SCRAM_SHA_1,      "n,,n=a,b,r=fyko+d2lbbFgONRv9qkxdawL",       SASL_REMARK_SCRAM_USER       },
    {SMTP_MECHANISM_SCRAM_SHA_1,      "n,,n=,r=fyko+d2lbbFgONRv9qkxdawL",          SASL_REMARK_SCRAM_USER       },
    {SMTP_MECHANISM_OAUTHBEARER,      "auth=Bearer tok",                           SASL_REMARK_OAUTH_FORM       },
    {SMTP_MECHANISM_OAUTHBEARER,      "n,,\1auth=Basic tok\1\1",                   SASL_REMARK_OAUTH_FORM       },
    {SMTP_MECHANISM_XOAUTH2,          "user=u@client.test\1auth=Bearer tok\1",     SASL_REMARK_OAUTH_FORM       },
    {SMTP_MECHANISM_EXTERNAL,         "",                                          SASL_REMARK_EXTERNAL_IDENTITY},
    {SMTP_MECHANISM_DIGEST_MD5,       "username=\"user\"",                         SASL_REMARK_DIGEST_FORM      },
};

static void what_has_not_its_form_is_wrong(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct sasl_exchange exchange;

        begin(&exchange, wrong[i].mechanism);
        expect(&exchange, wrong[i].response, SASL_WRONG, wrong[i].remark);
    }
}

static void a_short_nonce_and_the_same_one_again_are_noted(void **state)
{
    struct sasl_exchange exchange;

    (void)state;
    begin(&exchange, SMTP_MECHANISM_SCRAM_SHA_1);
    expect(&exchange, "n,,n=user,r=abc", SASL_MORE, SASL_REMARK_SCRAM_NONCE);
    (void)sasl_exchange_start(&exchange, SMTP_MECHANISM_SCRAM_SHA_256);
    expect(&exchange, scram[0].first, SASL_MORE, SASL_REMARK_NONE);
    (void)sasl_exchange_start(&exchange, SMTP_MECHANISM_SCRAM_SHA_1);
    expect(&exchange, scram[0].first, SASL_MORE, SASL_REMARK_SCRAM_NONCE);
}

static void an_answer_to_a_challenge_that_is_none_is_noted(void **state)
{
    struct sasl_exchange exchange;

    (void)state;
    begin(&exchange, SMTP_MECHANISM_SCRAM_SHA_1);
    expect(&exchange, scram[0].first, SASL_MORE, SASL_REMARK_NONE);
    sasl_exchange_sent(&exchange, bytes_of("r=other,s=QSXCR+Q6sek8bf92,i=4096"));
    expect(&exchange, "c=biws,r=other,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=", SASL_WRONG,
           SASL_REMARK_SCRAM_GOES_ON);
    sasl_exchange_sent(&exchange, bytes_of("r=other,s=QSXCR+Q6sek8bf92,i=99999999999"));
    expect(&exchange, "c=biws,r=other,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=", SASL_WRONG,
           SASL_REMARK_SCRAM_GOES_ON);
}

/* ---- bearer tokens -------------------------------------------------------------------------- */

static void tokens_are_held_against_the_account(void **state)
{
    struct sasl_exchange exchange;

    (void)state;
    begin(&exchange, SMTP_MECHANISM_OAUTHBEARER);
    expect(&exchange, "n,a=u@client.test,\1host=h\1port=587\1auth=Bearer tok\1\1", SASL_RIGHT,
           SASL_REMARK_NONE);
    begin(&exchange, SMTP_MECHANISM_OAUTHBEARER);
    expect(&exchange, "n,,\1auth=Bearer other\1\1", SASL_MORE, SASL_REMARK_OAUTH_TOKEN);
    expect(&exchange, "\1", SASL_WRONG, SASL_REMARK_NONE);
    begin(&exchange, SMTP_MECHANISM_OAUTHBEARER);
    expect(&exchange, "n,,\1auth=Bearer other\1\1", SASL_MORE, SASL_REMARK_OAUTH_TOKEN);
    expect(&exchange, "", SASL_WRONG, SASL_REMARK_OAUTH_ERROR);
    begin(&exchange, SMTP_MECHANISM_XOAUTH2);
    expect(&exchange, "user=u@client.test\1auth=Bearer tok\1\1", SASL_RIGHT, SASL_REMARK_NONE);
    begin(&exchange, SMTP_MECHANISM_XOAUTH2);
    expect(&exchange, "user=u@client.test\1auth=Bearer t\1\1", SASL_MORE, SASL_REMARK_OAUTH_TOKEN);
    expect(&exchange, "", SASL_WRONG, SASL_REMARK_NONE);
}

static void a_certificate_is_an_identity(void **state)
{
    struct tls_facts tls = {
        .ok = true, .client = {"CN=user", 7}
    };
    struct sasl_exchange exchange;

    (void)state;
    begin(&exchange, SMTP_MECHANISM_EXTERNAL);
    exchange.tls = &tls;
    expect(&exchange, "", SASL_RIGHT, SASL_REMARK_NONE);
    expect(&exchange, "user", SASL_RIGHT, SASL_REMARK_NONE);
    expect(&exchange, "root", SASL_WRONG, SASL_REMARK_EXTERNAL_IDENTITY);
}

/* ---- GNU SASL as the client ----------------------------------------------------------------- */

static const char *const binding = "MDEyMzQ1Njc4OWFi"; /* 0123456789ab */

struct client {
    Gsasl *context;
    Gsasl_session *session;
};

static void client_begin(struct client *client, const char *mechanism,
                         const struct account *account)
{
    char user[32], password[128];

    (void)snprintf(user, sizeof(user), "%.*s", BYTES_FORMAT(account->user));
    (void)snprintf(password, sizeof(password), "%.*s", BYTES_FORMAT(account->password));
    assert_int_equal(GSASL_OK, gsasl_init(&client->context));
    assert_int_equal(GSASL_OK, gsasl_client_start(client->context, mechanism, &client->session));
    (void)gsasl_property_set(client->session, GSASL_AUTHID, user);
    (void)gsasl_property_set(client->session, GSASL_PASSWORD, password);
    (void)gsasl_property_set(client->session, GSASL_SERVICE, "smtp");
    (void)gsasl_property_set(client->session, GSASL_HOSTNAME, "server.example");
    if (strstr(mechanism, "-PLUS"))
        (void)gsasl_property_set(client->session, GSASL_CB_TLS_UNIQUE, binding);
}

static void client_end(struct client *client)
{
    gsasl_finish(client->session);
    gsasl_done(client->context);
}

/* Plays it to its end; what the client said last, by GNU SASL. */
static int play(struct client *client, struct sasl_exchange *exchange, enum sasl_verdict *ret)
{
    bool server_first = exchange->challenge_size > 0;
    int status = GSASL_NEEDS_MORE;

    *ret = SASL_MORE;
    for (int i = 0; i < 5 && *ret == SASL_MORE; i++) {
        struct bytes challenge = sasl_exchange_challenge(exchange);
        enum sasl_remark remark;
        char *text = NULL;
        size_t size = 0;

        status = gsasl_step(client->session, i > 0 || server_first ? challenge.data : NULL,
                            i > 0 || server_first ? challenge.size : 0, &text, &size);
        if (status != GSASL_OK && status != GSASL_NEEDS_MORE)
            break;
        *ret = sasl_exchange_take(exchange, (struct bytes){text ? text : "", size}, &remark);
        assert_string_equal("-", sasl_remark_word(remark));
        gsasl_free(text);
    }
    return status;
}

static const struct {
    const char *mechanism;
    size_t account;
} rights[] = {
    {"CRAM-MD5",           0},
    {"CRAM-MD5",           2},
    {"DIGEST-MD5",         0},
    {"SCRAM-SHA-1",        0},
    {"SCRAM-SHA-1",        2},
    {"SCRAM-SHA-256",      2},
    {"SCRAM-SHA-1-PLUS",   0},
    {"SCRAM-SHA-256-PLUS", 2},
};

static void another_implementation_proves_itself(void **state)
{
    static const struct tls_facts tls = {
        .ok = true, .tls_unique = {"0123456789ab", 12}
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rights) / sizeof(rights[0]); i++) {
        struct sasl_exchange exchange;
        struct client client;
        enum sasl_verdict verdict;
        int status;
        bool plus = strstr(rights[i].mechanism, "PLUS") != NULL;

        sasl_exchange_init(&exchange, accounts, 4);
        exchange.tls = plus ? &tls : NULL;
        exchange.seed = i;
        (void)sasl_exchange_start(&exchange, smtp_mechanism_from(bytes_of(rights[i].mechanism)));
        client_begin(&client, rights[i].mechanism, &accounts[rights[i].account]);
        status = play(&client, &exchange, &verdict);
        if (status != GSASL_OK || verdict != SASL_RIGHT)
            print_error("%s: %s\n", rights[i].mechanism, gsasl_strerror(status));
        assert_int_equal(GSASL_OK, status);
        assert_int_equal(SASL_RIGHT, verdict);
        client_end(&client);
    }
}

static const struct {
    const char *mechanism;
    enum sasl_fault fault;
    bool goes_on; /* GNU SASL does not mind */
} faults[] = {
    {"SCRAM-SHA-256", SASL_FAULT_WRONG_SIGNATURE, false},
    {"SCRAM-SHA-256", SASL_FAULT_OTHER_NONCE,     false},
    {"SCRAM-SHA-256", SASL_FAULT_EXTENSION,       false},
    {"SCRAM-SHA-256", SASL_FAULT_ATTRIBUTE,       true },
    {"SCRAM-SHA-256", SASL_FAULT_LONG,            true },
    {"CRAM-MD5",      SASL_FAULT_LONG,            true },
    {"DIGEST-MD5",    SASL_FAULT_WRONG_SIGNATURE, false},
    {"DIGEST-MD5",    SASL_FAULT_NO_NONCE,        false},
    {"DIGEST-MD5",    SASL_FAULT_MORE_QOP,        true },
};

static void a_server_that_does_wrong_is_found_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        struct sasl_demand demand = {.fault = faults[i].fault};
        struct sasl_exchange exchange;
        struct client client;
        enum sasl_verdict verdict;

        sasl_exchange_init(&exchange, accounts, 4);
        exchange.demand = &demand;
        (void)sasl_exchange_start(&exchange, smtp_mechanism_from(bytes_of(faults[i].mechanism)));
        client_begin(&client, faults[i].mechanism, &accounts[0]);
        (void)play(&client, &exchange, &verdict);
        if ((verdict == SASL_RIGHT) != faults[i].goes_on)
            print_error("%s %s\n", faults[i].mechanism, sasl_fault_word(faults[i].fault));
        assert_int_equal(faults[i].goes_on, verdict == SASL_RIGHT);
        client_end(&client);
    }
}

static void a_password_that_differs_is_no_proof(void **state)
{
    static const struct account other = {
        {"user",    4},
        {"pencil2", 7}
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rights) / sizeof(rights[0]) - 2; i++) {
        struct sasl_exchange exchange;
        struct client client;
        enum sasl_remark remark = SASL_REMARK_NONE;
        enum sasl_verdict verdict = SASL_MORE;
        char *text = NULL;
        size_t size = 0;
        bool server_first;

        begin(&exchange, smtp_mechanism_from(bytes_of(rights[i].mechanism)));
        server_first = exchange.challenge_size > 0;
        client_begin(&client, rights[i].mechanism, &other);
        for (int j = 0; j < 2 && verdict == SASL_MORE; j++) {
            struct bytes challenge = sasl_exchange_challenge(&exchange);

            (void)gsasl_step(client.session, j > 0 || server_first ? challenge.data : NULL,
                             challenge.size, &text, &size);
            verdict = sasl_exchange_take(&exchange, (struct bytes){text, size}, &remark);
            gsasl_free(text);
        }
        assert_int_equal(SASL_WRONG, verdict);
        assert_non_null(strstr(sasl_remark_word(remark), "-proof"));
        client_end(&client);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_challenge_that_a_dialogue_wrote_is_what_counts),
        cmocka_unit_test(the_examples_of_scram_verify),
        cmocka_unit_test(what_has_not_its_form_is_wrong),
        cmocka_unit_test(a_short_nonce_and_the_same_one_again_are_noted),
        cmocka_unit_test(an_answer_to_a_challenge_that_is_none_is_noted),
        cmocka_unit_test(tokens_are_held_against_the_account),
        cmocka_unit_test(a_certificate_is_an_identity),
        cmocka_unit_test(another_implementation_proves_itself),
        cmocka_unit_test(a_server_that_does_wrong_is_found_out),
        cmocka_unit_test(a_password_that_differs_is_no_proof),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
