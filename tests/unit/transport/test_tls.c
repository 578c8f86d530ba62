#include "tls_pair.h"

#include "transport/tls_private.h"

#include <string.h>

static void shake_hands(struct pair *pair)
{
    pair_begin(pair);
    pair_carry(pair);
}

static void say(struct pair_side *side, const char *text)
{
    assert_int_equal(tls_send(side->tls, bytes_of(text)), strlen(text));
}

/* ---- sessions -------------------------------------------------------------------------------- */

static void octets_go_to_and_fro(void **state)
{
    struct pair *pair = *state;

    shake_hands(pair);
    assert_true(pair->client.done && pair->server.done);
    say(&pair->client, "EHLO client.example\r\n");
    say(&pair->server, "220 server.example\r\n");
    pair_carry(pair);
    assert_string(buf_bytes(&pair->server.heard), "EHLO client.example\r\n");
    assert_string(buf_bytes(&pair->client.heard), "220 server.example\r\n");
}

static void any_division_of_the_octets_gives_the_same(void **state)
{
    struct pair *pair = *state;

    for (pair->cut = 1; pair->cut < 40; pair->cut++) {
        octets_go_to_and_fro(state);
        tls_close(pair->client.tls);
        tls_close(pair->server.tls);
        pair_carry(pair);
        assert_true(pair->client.closed && pair->server.closed);
        assert_false(pair->client.failed || pair->server.failed);
    }
}

static void many_octets_pass_in_turns(void **state)
{
    static char octets[1000000];
    struct pair *pair = *state;
    struct bytes rest = {octets, sizeof(octets)};

    memset(octets, 'x', sizeof(octets));
    shake_hands(pair);
    while (rest.size > 0) {
        size_t taken = tls_send(pair->client.tls, rest);

        assert_true(taken > 0 && taken <= TLS_SEND_MAX);
        assert_true(tls_pending(pair->client.tls).size < TLS_PENDING_MAX);
        rest = bytes_after(rest, taken);
        pair_carry(pair);
    }
    assert_bytes(buf_bytes(&pair->server.heard), ((struct bytes){octets, sizeof(octets)}));
}

static void close_notify_is_told_behind_the_octets_before_it(void **state)
{
    struct pair *pair = *state;

    shake_hands(pair);
    say(&pair->server, "221 bye\r\n");
    tls_close(pair->server.tls);
    pair_carry(pair);
    assert_string(buf_bytes(&pair->client.heard), "221 bye\r\n");
    assert_true(pair->client.closed);
    assert_int_equal(tls_send(pair->server.tls, bytes_of("x")), 0);
    say(&pair->client, "still here\r\n"); /* each direction ends by itself (RFC 8446 6.1) */
    pair_carry(pair);
    assert_string(buf_bytes(&pair->server.heard), "still here\r\n");
}

static void octets_of_nobody_end_a_session(void **state)
{
    struct pair *pair = *state;

    shake_hands(pair);
    pair_give(&pair->server, bytes_of("MAIL FROM:<a@example.org>\r\n"));
    assert_true(pair->server.failed);
    assert_true(tls_trouble(pair->server.tls)[0] != '\0');
    assert_int_equal(tls_send(pair->server.tls, bytes_of("x")), 0);
}

/* ---- facts ----------------------------------------------------------------------------------- */

static void both_sides_know_the_same_of_their_session(void **state)
{
    static const enum tls_version versions[] = {TLS_VERSION_1_2, TLS_VERSION_1_3};
    struct pair *pair = *state;

    for (size_t i = 0; i < COUNT_OF(versions); i++) {
        const struct tls_facts *client = &pair->client.told.facts;
        const struct tls_facts *server = &pair->server.told.facts;
        bool unique = versions[i] == TLS_VERSION_1_2;

        pair->demand = (struct tls_demand){.at_most = versions[i]};
        shake_hands(pair);
        assert_true(client->ok && server->ok);
        assert_int_equal(client->version, versions[i]);
        assert_int_equal(server->version, versions[i]);
        assert_true(client->cipher.size > 0);
        assert_bytes(client->cipher, server->cipher);
        assert_string(server->server_name, PAIR_NAME);
        assert_int_equal(client->tls_unique.size, unique ? 12 : 0);
        assert_bytes(client->tls_unique, server->tls_unique);
        assert_int_equal(client->tls_exporter.size, 32);
        assert_bytes(client->tls_exporter, server->tls_exporter);
        assert_int_equal(client->tls_server_end_point.size, 32);
        assert_bytes(client->tls_server_end_point, server->tls_server_end_point);
        assert_int_equal(server->client.size, 0);
        assert_int_equal(server->alpn.size, 0);
    }
}

#define X14 "xxxxxxxxxxxxxx"
#define X126 X14 X14 X14 X14 X14 X14 X14 X14 X14

/* RFC 7301 3.1; the names behind those that find room are not told. */
static void what_a_client_offers_by_alpn_is_told_and_not_agreed_on(void **state)
{
    static const struct {
        const char *list; /* a length before each */
        const char *told;
    } offers[] = {
        {"\4smtp",                 "smtp"       },
        {"\2h2\4smtp\3a,b",        "h2,smtp,a,b"},
        {"\4smtp\176" X126 "\2h2", "smtp"       },
    };
    struct pair *pair = *state;

    for (size_t i = 0; i < COUNT_OF(offers); i++) {
        assert_int_equal(SSL_CTX_set_alpn_protos(pair->client_context->client,
                                                 (const unsigned char *)offers[i].list,
                                                 (unsigned)strlen(offers[i].list)),
                         0);
        shake_hands(pair);
        assert_true(pair->server.told.facts.ok);
        assert_string(pair->server.told.facts.alpn_offer, offers[i].told);
        assert_int_equal(pair->server.told.facts.alpn.size, 0);
        assert_int_equal(pair->client.told.facts.alpn.size, 0);
    }
}

static void no_name_is_indicated_for_an_address(void **state)
{
    struct pair *pair = *state;

    pair->name = "127.0.0.1";
    shake_hands(pair);
    assert_true(pair->server.done);
    assert_int_equal(pair->server.told.facts.server_name.size, 0);
}

static void a_server_limits_versions_and_ciphers(void **state)
{
    struct pair *pair = *state;

    pair->demand = (struct tls_demand){.ciphers = BYTES_LITERAL("TLS_AES_128_GCM_SHA256")};
    shake_hands(pair);
    assert_string(pair->client.told.facts.cipher, "TLS_AES_128_GCM_SHA256");
    pair->demand = (struct tls_demand){.at_most = TLS_VERSION_1_2,
                                       .ciphers = BYTES_LITERAL("ECDHE-ECDSA-AES128-GCM-SHA256")};
    shake_hands(pair);
    assert_string(pair->client.told.facts.cipher, "ECDHE-ECDSA-AES128-GCM-SHA256");
    pair->demand = (struct tls_demand){.at_least = TLS_VERSION_1_3};
    shake_hands(pair);
    assert_int_equal(pair->client.told.facts.version, TLS_VERSION_1_3);
}

static void a_client_takes_no_version_before_1_2(void **state)
{
    static const enum tls_version versions[] = {TLS_VERSION_1_0, TLS_VERSION_1_1};
    struct pair *pair = *state;

    for (size_t i = 0; i < COUNT_OF(versions); i++) {
        pair->demand = (struct tls_demand){.at_most = versions[i]};
        shake_hands(pair);
        assert_true(pair->client.failed && pair->server.failed);
    }
}

/* What was not closed in order is not resumed. */
static void come_and_go(struct pair *pair)
{
    shake_hands(pair);
    tls_close(pair->client.tls);
    pair_carry(pair);
}

static void a_session_is_resumed_where_the_server_lets_it(void **state)
{
    static const enum tls_version versions[] = {TLS_VERSION_1_2, TLS_VERSION_1_3};
    struct pair *pair = *state;

    for (size_t i = 0; i < COUNT_OF(versions); i++) {
        pair->demand = (struct tls_demand){.at_least = versions[i], .at_most = versions[i]};
        come_and_go(pair);
        for (unsigned again = 0; again < 3; again++) {
            come_and_go(pair);
            assert_true(pair->client.told.facts.resumed && pair->server.told.facts.resumed);
            assert_bytes(pair->client.told.facts.tls_unique, pair->server.told.facts.tls_unique);
            assert_bytes(pair->client.told.facts.tls_server_end_point,
                         pair->server.told.facts.tls_server_end_point);
        }
        pair->demand.no_resumption = true;
        come_and_go(pair);
        come_and_go(pair);
        assert_false(pair->client.told.facts.resumed || pair->server.told.facts.resumed);
    }
}

static void a_session_with_one_server_is_not_offered_to_another(void **state)
{
    struct pair *pair = *state;

    come_and_go(pair);
    pair->name = "localhost";
    shake_hands(pair);
    assert_true(pair->client.done);
    assert_false(pair->server.told.facts.resumed);
}

/* ---- certificates of clients ----------------------------------------------------------------- */

static void a_server_that_asks_learns_who_the_client_is(void **state)
{
    struct pair *pair = *state;

    pair_use_client(pair, &(struct tls_client_options){.verify = true,
                                                       .ca_file = pair->ca_path,
                                                       .certificate_file = pair->client_path,
                                                       .key_file = pair->key_path});
    for (unsigned i = 0; i < 2; i++) {
        pair->demand = (struct tls_demand){.ask_client = i == 0, .require_client = i == 1};
        shake_hands(pair);
        assert_true(pair->server.done);
        assert_string(pair->server.told.facts.client, "CN=jan@example.org,O=smtpdrill");
    }
    pair->demand = (struct tls_demand){.ask_client = false};
    shake_hands(pair);
    assert_int_equal(pair->server.told.facts.client.size, 0);
}

static void who_has_no_certificate_is_let_in_unless_one_is_demanded(void **state)
{
    struct pair *pair = *state;

    pair->demand = (struct tls_demand){.ask_client = true};
    shake_hands(pair);
    assert_true(pair->server.done);
    assert_int_equal(pair->server.told.facts.client.size, 0);
    pair->demand = (struct tls_demand){.require_client = true};
    shake_hands(pair);
    assert_true(pair->server.failed);
    assert_true(pair->client.failed); /* behind its own handshake, in TLS 1.3 */
}

/* ---- faults ---------------------------------------------------------------------------------- */

static void each_fault_ends_the_handshake_of_the_client_or_lets_it_wait(void **state)
{
    static const struct {
        enum tls_fault fault;
        bool client_fails; /* by what it reads; else it waits */
        bool server_fails;
        bool reset;
    } cases[] = {
        {TLS_FAULT_REFUSE,  true,  true,  false},
        {TLS_FAULT_CUT,     false, true,  false},
        {TLS_FAULT_RESET,   false, true,  true },
        {TLS_FAULT_STALL,   false, false, false},
        {TLS_FAULT_GARBAGE, true,  false, false},
        {TLS_FAULT_PLAIN,   true,  false, false},
    };
    struct pair *pair = *state;

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        for (pair->cut = 0; pair->cut < 3; pair->cut++) {
            pair->demand = (struct tls_demand){.fault = cases[i].fault};
            shake_hands(pair);
            assert_false(pair->client.done || pair->server.done);
            assert_int_equal(pair->client.failed, cases[i].client_fails);
            assert_int_equal(pair->server.failed, cases[i].server_fails);
            assert_int_equal(tls_wants_reset(pair->server.tls), cases[i].reset);
        }
    }
}

static void a_client_that_goes_on_in_the_clear_behind_a_fault_is_noticed(void **state)
{
    struct pair *pair = *state;

    pair->demand = (struct tls_demand){.fault = TLS_FAULT_PLAIN};
    pair_begin(pair);
    pair_give(&pair->server, tls_pending(pair->client.tls));
    assert_string(tls_pending(pair->server.tls), "454 4.7.0 TLS is not available\r\n");
    pair_give(&pair->server, bytes_of("EHLO client.example\r\n"));
    assert_true(pair->server.failed);
    assert_string(pair->server.told.facts.trouble,
                  "the client went on in the clear where TLS had failed");
}

static void a_client_that_never_began_is_noticed(void **state)
{
    struct pair *pair = *state;

    pair_begin(pair);
    pair_give(&pair->server, bytes_of("EHLO client.example\r\n"));
    assert_true(pair->server.failed);
    assert_string(pair->server.told.facts.trouble,
                  "the client sent octets that are no ClientHello");
}

static void a_truncating_server_sends_no_close_notify(void **state)
{
    struct pair *pair = *state;

    pair->demand = (struct tls_demand){.fault = TLS_FAULT_TRUNCATE};
    octets_go_to_and_fro(state);
    shake_hands(pair);
    tls_close(pair->server.tls);
    assert_int_equal(tls_pending(pair->server.tls).size, 0);
}

static void an_end_that_the_carrier_saw_is_in_the_facts(void **state)
{
    struct pair *pair = *state;

    pair_begin(pair);
    pair_give(&pair->server, bytes_slice(tls_pending(pair->client.tls), 0, 20));
    tls_fail(pair->server.tls, "the client went away");
    tls_tell(pair->server.tls, &pair->server.told);
    assert_false(pair->server.told.facts.ok);
    assert_string(pair->server.told.facts.trouble, "the client went away");
}

/* ---- contexts -------------------------------------------------------------------------------- */

static void what_a_context_cannot_do_is_an_error_in_words(void **state)
{
    struct pair *pair = *state;
    struct tls_demand demand = {.ciphers = BYTES_LITERAL("NO-SUCH-CIPHER")};
    struct err err = {0};

    assert_false(tls_context_prepare(pair->server_context, &demand, &err));
    assert_string_equal(err.what, "ciphers: no cipher match");
    assert_null(tls_context_new_client(
        &(struct tls_client_options){.verify = true, .ca_file = "/nonexistent"}, &err));
    assert_true(strncmp(err.what, "/nonexistent: ", 14) == 0);
    assert_null(
        tls_context_new_client(&(struct tls_client_options){.certificate_file = pair->key_path,
                                                            .key_file = pair->key_path},
                               &err));
    assert_true(strncmp(err.what, pair->key_path, strlen(pair->key_path)) == 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, pair_set_up, pair_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(octets_go_to_and_fro),
        TEST(any_division_of_the_octets_gives_the_same),
        TEST(many_octets_pass_in_turns),
        TEST(close_notify_is_told_behind_the_octets_before_it),
        TEST(octets_of_nobody_end_a_session),
        TEST(both_sides_know_the_same_of_their_session),
        TEST(what_a_client_offers_by_alpn_is_told_and_not_agreed_on),
        TEST(no_name_is_indicated_for_an_address),
        TEST(a_server_limits_versions_and_ciphers),
        TEST(a_client_takes_no_version_before_1_2),
        TEST(a_session_is_resumed_where_the_server_lets_it),
        TEST(a_session_with_one_server_is_not_offered_to_another),
        TEST(a_server_that_asks_learns_who_the_client_is),
        TEST(who_has_no_certificate_is_let_in_unless_one_is_demanded),
        TEST(each_fault_ends_the_handshake_of_the_client_or_lets_it_wait),
        TEST(a_client_that_goes_on_in_the_clear_behind_a_fault_is_noticed),
        TEST(a_client_that_never_began_is_noticed),
        TEST(a_truncating_server_sends_no_close_notify),
        TEST(an_end_that_the_carrier_saw_is_in_the_facts),
        TEST(what_a_context_cannot_do_is_an_error_in_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
