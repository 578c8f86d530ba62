#include "base/tls.h"

#include "tests/support/unit.h"

static void every_word_is_found_again(void **state)
{
    enum tls_cert cert;
    enum tls_fault fault;
    enum tls_version version;

    (void)state;
    for (unsigned i = 0; i < TLS_CERT_COUNT; i++) {
        assert_true(tls_cert_from_word(bytes_of(tls_cert_word((enum tls_cert)i)), &cert));
        assert_int_equal(cert, i);
        assert_string_not_equal(tls_cert_says(cert), "");
    }
    for (unsigned i = 0; i < TLS_FAULT_COUNT; i++) {
        assert_true(tls_fault_from_word(bytes_of(tls_fault_word((enum tls_fault)i)), &fault));
        assert_int_equal(fault, i);
    }
    for (unsigned i = TLS_VERSION_1_0; i < TLS_VERSION_COUNT; i++) {
        assert_true(
            tls_version_from_word(bytes_of(tls_version_word((enum tls_version)i)), &version));
        assert_int_equal(version, i);
    }
    assert_false(tls_cert_from_word(BYTES_LITERAL("Good"), &cert));
    assert_false(tls_fault_from_word(BYTES_LITERAL(""), &fault));
    assert_false(tls_version_from_word(BYTES_LITERAL("any"), &version));
}

static void an_old_version_or_a_fault_outweighs_a_good_certificate(void **state)
{
    struct tls_demand demand = {.cert = TLS_CERT_GOOD};

    (void)state;
    assert_int_equal(tls_demand_trust(&demand), TLS_TRUST_YES);
    demand.at_most = TLS_VERSION_1_1;
    assert_int_equal(tls_demand_trust(&demand), TLS_TRUST_NO);
    demand.at_most = TLS_VERSION_1_2;
    demand.fault = TLS_FAULT_CUT;
    assert_int_equal(tls_demand_trust(&demand), TLS_TRUST_NO);
    demand.fault = TLS_FAULT_TRUNCATE;
    assert_int_equal(tls_demand_trust(&demand), TLS_TRUST_YES);
    demand.cert = TLS_CERT_REVOKED;
    assert_int_equal(tls_demand_trust(&demand), TLS_TRUST_CHOICE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_word_is_found_again),
        cmocka_unit_test(an_old_version_or_a_fault_outweighs_a_good_certificate),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
