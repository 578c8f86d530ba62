#include "tls_pair.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* What a client that does everything right makes of each certificate, by which name. */
static bool is_taken(struct pair *pair, enum tls_cert cert, const char *name)
{
    pair->name = name;
    pair->demand = (struct tls_demand){.cert = cert};
    pair_begin(pair);
    pair_carry(pair);
    assert_int_equal(pair->client.done, pair->server.done && pair->client.done);
    assert_int_not_equal(pair->client.done, pair->client.failed);
    if (!pair->client.done)
        assert_true(pair->client.told.facts.trouble.size > 0);
    return pair->client.done;
}

static void a_client_takes_the_certificates_that_it_may_trust_and_no_others(void **state)
{
    for (size_t i = 0; i < TLS_CERT_COUNT; i++) {
        enum tls_cert cert = (enum tls_cert)i;
        bool taken =
            is_taken(*state, cert, tls_cert_is_for_address(cert) ? "127.0.0.1" : PAIR_NAME);
        enum tls_trust trust = tls_cert_trust(cert);

        if (trust != TLS_TRUST_CHOICE && taken != (trust == TLS_TRUST_YES))
            fail_msg("%s: %s", tls_cert_word(cert), taken ? "taken" : "refused");
    }
}

static void a_server_is_known_by_its_names_and_addresses(void **state)
{
    static const struct {
        enum tls_cert cert;
        const char *name;
        bool taken;
    } cases[] = {
        {TLS_CERT_GOOD,                "localhost",             true },
        {TLS_CERT_GOOD,                "127.0.0.1",             true },
        {TLS_CERT_GOOD,                "::1",                   true },
        {TLS_CERT_GOOD,                "MAIL.Server.example",   true },
        {TLS_CERT_GOOD,                "127.0.0.2",             false},
        {TLS_CERT_GOOD,                "server.example",        false},
        {TLS_CERT_WILDCARD,            "other.server.example",  true },
        {TLS_CERT_WILDCARD,            "a.mail.server.example", false},
        {TLS_CERT_WILDCARD,            "server.example",        false},
        {TLS_CERT_WILDCARD_TWO_LABELS, "mail.server.example",   false},
        {TLS_CERT_IP_SAN,              "::1",                   true },
        {TLS_CERT_IP_SAN,              PAIR_NAME,               false},
        {TLS_CERT_CN_ONLY,             PAIR_NAME,               false},
        {TLS_CERT_CN_ONLY,             "127.0.0.1",             false},
        {TLS_CERT_WRONG_HOST,          "127.0.0.1",             false},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++)
        if (is_taken(*state, cases[i].cert, cases[i].name) != cases[i].taken)
            fail_msg("%s for %s", tls_cert_word(cases[i].cert), cases[i].name);
}

static void why_a_certificate_is_refused_is_said(void **state)
{
    static const struct {
        enum tls_cert cert;
        const char *why;
    } cases[] = {
        {TLS_CERT_WRONG_HOST,     "hostname mismatch"                     },
        {TLS_CERT_EXPIRED,        "certificate has expired"               },
        {TLS_CERT_NOT_YET_VALID,  "certificate is not yet valid"          },
        {TLS_CERT_SELF_SIGNED,    "self-signed certificate"               },
        {TLS_CERT_UNKNOWN_CA,     "unable to get local issuer certificate"},
        {TLS_CERT_NOT_A_CA,       "invalid CA certificate"                },
        {TLS_CERT_CLIENT_PURPOSE, "unsuitable certificate purpose"        },
        {TLS_CERT_CHAIN_TOO_LONG, "path length constraint exceeded"       },
        {TLS_CERT_CHAIN_MISSING,  "unable to get local issuer certificate"},
    };
    struct pair *pair = *state;

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char wanted[160];

        assert_false(is_taken(pair, cases[i].cert, PAIR_NAME));
        snprintf(wanted, sizeof(wanted), "the server's certificate is not to be trusted: %s",
                 cases[i].why);
        assert_string(pair->client.told.facts.trouble, wanted);
        assert_true(pair->server.failed);
        assert_true(strstr(pair->server.told.trouble, "the client ended TLS with the alert") !=
                    NULL);
    }
}

static void a_revoked_certificate_is_refused_by_who_has_the_list(void **state)
{
    struct pair *pair = *state;

    assert_true(is_taken(pair, TLS_CERT_REVOKED, PAIR_NAME));
    pair_use_client(pair, &(struct tls_client_options){.verify = true,
                                                       .ca_file = pair->ca_path,
                                                       .crl_file = pair->crl_path});
    assert_false(is_taken(pair, TLS_CERT_REVOKED, PAIR_NAME));
    assert_string(pair->client.told.facts.trouble,
                  "the server's certificate is not to be trusted: certificate revoked");
    assert_true(is_taken(pair, TLS_CERT_GOOD, PAIR_NAME));
}

static void who_does_not_verify_takes_any(void **state)
{
    pair_use_client(*state, &(struct tls_client_options){.verify = false});
    for (size_t i = 0; i < TLS_CERT_COUNT; i++)
        if (i != TLS_CERT_WEAK_KEY) /* too weak for some libraries in any case */
            assert_true(is_taken(*state, (enum tls_cert)i, PAIR_NAME));
}

static void the_key_of_a_client_is_for_its_owner_alone(void **state)
{
    const struct pair *pair = *state;
    struct stat status;

    assert_int_equal(stat(pair->key_path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
}

static void what_cannot_be_made_is_an_error_in_words(void **state)
{
    static const char *const names[] = {
        "",         "a,DNS:b",
        ".example", "example.",
        "a name",   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example",
    };
    const struct pair *pair = *state;
    struct err err = {0};

    for (size_t i = 0; i < COUNT_OF(names); i++)
        assert_null(tls_ca_new(names[i], &err));
    assert_int_equal(err.kind, ERR_LIMIT);
    assert_false(tls_ca_write(pair->ca, "/nonexistent/ca.pem", &err));
    assert_string_equal(err.what, "/nonexistent/ca.pem: No such file or directory");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, pair_set_up, pair_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_client_takes_the_certificates_that_it_may_trust_and_no_others),
        TEST(a_server_is_known_by_its_names_and_addresses),
        TEST(why_a_certificate_is_refused_is_said),
        TEST(a_revoked_certificate_is_refused_by_who_has_the_list),
        TEST(who_does_not_verify_takes_any),
        TEST(the_key_of_a_client_is_for_its_owner_alone),
        TEST(what_cannot_be_made_is_an_error_in_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
