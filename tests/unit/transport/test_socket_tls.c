#include "toy.h"

#include "tests/support/unit.h"
#include "transport/socket.h"
#include "transport/tls_ca.h"
#include "transport/tls_context.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { TEST_LIMIT_MS = 20000, MANY_OCTETS = 3000000 };

/* A client and a server on loopback; what each starts as is set before dine(). */
struct table {
    struct loop *loop;
    struct listener *listener;
    struct timer *limit;
    struct tls_ca *ca;
    struct tls_context *server_context, *client_context;
    struct toy server, client;
    struct connection *server_connection, *client_connection;
    struct route route;
    bool no_client_tls;
    bool server_closes;  /* once it has said under TLS what it has to say */
    size_t client_wants; /* octets; it closes when it has heard so many, and TLS is there */
    struct buf server_says, client_says; /* when the handshake is done */
    unsigned over;
    char trouble[256]; /* of the client's connection, at its end */
};

static struct engine server_opened(void *owner, struct connection *connection)
{
    struct table *table = owner;

    table->server_connection = connection;
    assert_true(connection_set_tls(connection, table->server_context, NULL));
    return toy_engine(&table->server);
}

static struct engine client_opened(void *owner, struct connection *connection)
{
    struct table *table = owner;

    table->client_connection = connection;
    if (!table->no_client_tls)
        assert_true(connection_set_tls(connection, table->client_context, "localhost"));
    return toy_engine(&table->client);
}

static void side_over(struct table *table)
{
    if (++table->over == 2)
        loop_stop(table->loop);
}

static void server_over(void *owner)
{
    side_over(owner);
}

static void client_over(void *owner)
{
    struct table *table = owner;

    snprintf(table->trouble, sizeof(table->trouble), "%s",
             connection_trouble(table->client_connection));
    side_over(table);
}

static void say_under_tls(struct toy *toy, struct buf *what, struct connection *connection)
{
    if (!toy->facts.ok || what->size == 0)
        return;
    assert_true(buf_append(&toy->out, buf_bytes(what)));
    buf_clear(what);
    connection_wake(connection);
}

static void many(struct buf *buf)
{
    struct toy toy;

    toy_init(&toy);
    toy_say_many(&toy, MANY_OCTETS);
    assert_true(buf_append(buf, buf_bytes(&toy.out)));
    toy_release(&toy);
}

static void close_now(struct toy *toy, struct connection *connection)
{
    toy->wish = ENGINE_WISH_CLOSE;
    connection_wake(connection);
}

/* Once the clear part is over, both wish for TLS. */
static void server_events(void *owner)
{
    struct table *table = owner;

    if (table->server.heard.size == 10 && table->server.handshakes == 0 &&
        table->server.wish == ENGINE_WISH_NONE) {
        toy_say(&table->server, "220 go\r\n");
        table->server.wish = ENGINE_WISH_TLS;
    }
    say_under_tls(&table->server, &table->server_says, table->server_connection);
    if (table->server_closes && table->server.wishes_done == 1U << ENGINE_WISH_TLS &&
        table->server.wish == ENGINE_WISH_NONE)
        close_now(&table->server, table->server_connection);
}

static void client_events(void *owner)
{
    struct table *table = owner;

    if (table->client.heard.size == 8 && table->client.handshakes == 0)
        table->client.wish = ENGINE_WISH_TLS;
    say_under_tls(&table->client, &table->client_says, table->client_connection);
    if (table->client_wants > 0 && table->client.heard.size == table->client_wants &&
        table->client.facts.ok && table->client.wishes_done == 1U << ENGINE_WISH_TLS &&
        table->client.wish == ENGINE_WISH_NONE)
        close_now(&table->client, table->client_connection);
}

static const struct connection_calls server_calls = {
    .opened = server_opened, .events = server_events, .over = server_over};
static const struct connection_calls client_calls = {
    .opened = client_opened, .events = client_events, .over = client_over};

static void took_too_long(void *owner)
{
    (void)owner;
    fail_msg("the loop did not come to an end");
}

static int set_up(void **state)
{
    static struct table table;
    char path[] = "/tmp/smtpdrill-ca-XXXXXX";
    struct err err = {0};
    int file = mkstemp(path);

    table = (struct table){.ca = tls_ca_new("localhost", &err)};
    assert_true(file >= 0 && table.ca && tls_ca_write(table.ca, path, &err));
    table.server_context = tls_context_new_server(table.ca, &err);
    table.client_context =
        tls_context_new_client(&(struct tls_client_options){.verify = true, .ca_file = path}, &err);
    assert_true(table.server_context && table.client_context);
    close(file);
    unlink(path);
    buf_init(&table.server_says, MANY_OCTETS);
    buf_init(&table.client_says, MANY_OCTETS);
    toy_init(&table.server);
    toy_init(&table.client);
    table.server.closes_at_end = table.client.closes_at_end = true;
    table.loop = loop_new(&err);
    assert_non_null(table.loop);
    table.limit = timer_new(table.loop, took_too_long, NULL);
    timer_set(table.limit, TEST_LIMIT_MS);
    table.listener = listener_new(table.loop, "127.0.0.1", 0, &server_calls, &table, &err);
    assert_non_null(table.listener);
    *state = &table;
    return 0;
}

static int tear_down(void **state)
{
    struct table *table = *state;

    loop_free(table->loop);
    tls_context_free(table->client_context);
    tls_context_free(table->server_context);
    tls_ca_free(table->ca);
    buf_release(&table->server_says);
    buf_release(&table->client_says);
    toy_release(&table->server);
    toy_release(&table->client);
    return 0;
}

static void dine(struct table *table)
{
    struct err err = {0};

    assert_true(route_init(&table->route, "127.0.0.1", listener_port(table->listener)));
    assert_non_null(connection_new(table->loop, &table->route, &client_calls, table, &err));
    assert_true(loop_run(table->loop, &err));
}

static void wish_at_once(struct table *table)
{
    table->server.wish = table->client.wish = ENGINE_WISH_TLS;
}

static void assert_tls(const struct table *table)
{
    assert_string_equal(table->client.trouble, "");
    assert_true(table->client.facts.ok && table->server.facts.ok);
    assert_int_equal(table->client.facts.version, TLS_VERSION_1_3);
}

/* ---- sessions -------------------------------------------------------------------------------- */

static void tls_begins_where_both_agreed_on_it(void **state)
{
    struct table *table = *state;

    toy_say(&table->client, "STARTTLS\r\n");
    table->client_wants = 8;
    dine(table);
    assert_tls(table);
    assert_string(buf_bytes(&table->client.heard), "220 go\r\n");
    assert_int_equal(table->server.end, ENGINE_END_FIN);
    assert_int_equal(table->client.end, ENGINE_END_FIN);
}

static void tls_begins_at_once_and_carries_megabytes_both_ways(void **state)
{
    struct table *table = *state;

    wish_at_once(table);
    many(&table->client_says);
    table->server.echoes = true;
    table->client_wants = MANY_OCTETS;
    dine(table);
    assert_tls(table);
    assert_int_equal(table->server.heard.size, MANY_OCTETS);
    assert_true(toy_is_pattern(buf_bytes(&table->server.heard)));
    assert_bytes(buf_bytes(&table->client.heard), buf_bytes(&table->server.heard));
}

static void what_is_said_before_a_close_arrives(void **state)
{
    struct table *table = *state;

    wish_at_once(table);
    many(&table->server_says);
    table->server_closes = true;
    dine(table);
    assert_int_equal(table->client.heard.size, MANY_OCTETS);
    assert_true(toy_is_pattern(buf_bytes(&table->client.heard)));
}

/* ---- ends ------------------------------------------------------------------------------------ */

static void a_truncated_session_is_a_reset_to_the_client(void **state)
{
    static const struct tls_demand truncate = {.fault = TLS_FAULT_TRUNCATE};
    struct table *table = *state;

    wish_at_once(table);
    table->server.demand = &truncate;
    assert_true(buf_append_string(&table->server_says, "250 half a rep"));
    table->server_closes = true;
    dine(table);
    assert_tls(table);
    assert_string(buf_bytes(&table->client.heard), "250 half a rep");
    assert_int_equal(table->client.end, ENGINE_END_RESET);
    assert_string_equal(table->trouble, "the server closed the connection without close_notify");
}

static void each_fault_ends_in_an_end_for_both(void **state)
{
    struct table *table;

    for (unsigned i = TLS_FAULT_REFUSE; i <= TLS_FAULT_PLAIN; i++) {
        struct tls_demand demand = {.fault = (enum tls_fault)i};

        table = *state;
        wish_at_once(table);
        table->server.demand = &demand;
        table->client.deadline_ms = 300; /* of a stall it has enough then */
        table->client.wish_at_tick = ENGINE_WISH_CLOSE;
        dine(table);
        assert_false(table->client.facts.ok || table->server.facts.ok);
        assert_int_equal(table->server.handshakes, 1);
        assert_true(table->server.trouble[0] != '\0');
        assert_int_equal(table->client.handshakes, i == TLS_FAULT_STALL ? 0 : 1);
        assert_true(i == TLS_FAULT_STALL || table->client.trouble[0] != '\0');
        tear_down(state);
        set_up(state);
    }
}

static void a_certificate_that_is_not_trusted_ends_both(void **state)
{
    static const struct tls_demand expired = {.cert = TLS_CERT_EXPIRED};
    struct table *table = *state;

    wish_at_once(table);
    table->server.demand = &expired;
    dine(table);
    assert_int_equal(table->client.end, ENGINE_END_RESET);
    assert_string_equal(table->client.trouble,
                        "the server's certificate is not to be trusted: certificate has expired");
    assert_string_equal(table->server.trouble,
                        "the client ended TLS with the alert \"certificate expired\"");
}

static void who_speaks_in_the_clear_is_no_client(void **state)
{
    struct table *table = *state;

    table->server.wish = ENGINE_WISH_TLS;
    toy_say(&table->client, "EHLO client.example\r\n");
    dine(table);
    assert_string_equal(table->server.trouble, "the client sent octets that are no ClientHello");
    assert_int_equal(table->server.heard.size, 0);
}

static void who_has_no_context_makes_no_tls(void **state)
{
    struct table *table = *state;

    wish_at_once(table);
    table->no_client_tls = true;
    dine(table);
    assert_string_equal(table->client.trouble, "no TLS can be made here");
    assert_int_equal(table->client.end, ENGINE_END_RESET);
    assert_string_equal(table->server.trouble,
                        "the other side closed the connection in the handshake");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(tls_begins_where_both_agreed_on_it),
        TEST(tls_begins_at_once_and_carries_megabytes_both_ways),
        TEST(what_is_said_before_a_close_arrives),
        TEST(a_truncated_session_is_a_reset_to_the_client),
        TEST(each_fault_ends_in_an_end_for_both),
        TEST(a_certificate_that_is_not_trusted_ends_both),
        TEST(who_speaks_in_the_clear_is_no_client),
        TEST(who_has_no_context_makes_no_tls),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
