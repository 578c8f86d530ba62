#include "toy.h"

#include "transport/clock.h"
#include "transport/socket.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { TEST_LIMIT_MS = 20000 };

/* One side of one connection. */
struct side {
    struct toy toy;
    struct connection *connection;
    struct table *table;
    struct route route; /* of a client */
    char tried[4][64];  /* "ADDRESS" or "ADDRESS: why not" */
    size_t tried_count;
    bool over;
};

/* A loop, a listener, and the two sides of the connections that a test makes. */
struct table {
    struct loop *loop;
    struct listener *listener;
    struct timer *limit;
    struct side *servers;
    struct side *clients;
    size_t server_count; /* accepted */
    size_t server_max;
    size_t over;
    size_t over_wanted; /* then the loop stops */
    unsigned troubles;
    bool turn_away;
    uint64_t busy_until_ms; /* the loop is, once a server has heard something; 0: never */
    struct toy server_like; /* what each server side starts as */
};

static void side_init(struct side *side, struct table *table, const struct toy *like)
{
    side->table = table;
    side->over = false;
    side->tried_count = 0;
    toy_init(&side->toy);
    if (like) {
        struct buf heard = side->toy.heard;
        struct buf out = side->toy.out;

        side->toy = *like;
        side->toy.heard = heard;
        side->toy.out = out;
        assert_true(buf_append(&side->toy.out, buf_bytes(&like->out)));
    }
}

static struct engine server_opened(void *owner, struct connection *connection)
{
    struct table *table = owner;
    struct side *side = &table->servers[table->server_count];

    if (table->turn_away)
        return (struct engine){0};
    assert_true(table->server_count++ < table->server_max);
    side_init(side, table, &table->server_like);
    side->connection = connection;
    connection_set_owner(connection, side);
    return toy_engine(&side->toy);
}

static struct engine client_opened(void *owner, struct connection *connection)
{
    struct side *side = owner;

    side->connection = connection;
    return toy_engine(&side->toy);
}

static void client_tried(void *owner, const char *address, const char *trouble)
{
    struct side *side = owner;

    assert_true(side->tried_count < 4);
    (void)snprintf(side->tried[side->tried_count++], sizeof side->tried[0],
                   trouble ? "%s: %.20s" : "%s", address, trouble);
}

static void side_over(void *owner)
{
    struct side *side = owner;

    assert_false(side->over);
    side->over = true;
    if (++side->table->over == side->table->over_wanted)
        loop_stop(side->table->loop);
}

static void in_trouble(void *owner, const struct err *err)
{
    struct table *table = owner;

    assert_true(err->what[0] != '\0');
    table->troubles++;
}

static void server_events(void *owner)
{
    const struct side *side = owner;

    while (side->toy.heard.size > 0 && clock_monotonic_ms() < side->table->busy_until_ms) {
    }
}

static const struct connection_calls server_calls = {
    .opened = server_opened, .events = server_events, .over = side_over, .trouble = in_trouble};
static const struct connection_calls client_calls = {
    .opened = client_opened, .over = side_over, .tried = client_tried};

static void took_too_long(void *owner)
{
    (void)owner;
    fail_msg("the loop did not come to an end");
}

static void lay(struct table *table, size_t pairs)
{
    struct err err = {0};
    size_t index;

    *table = (struct table){.server_max = pairs, .over_wanted = 2 * pairs};
    toy_init(&table->server_like);
    table->loop = loop_new(&err);
    assert_non_null(table->loop);
    table->listener = listener_new(table->loop, "127.0.0.1", 0, &server_calls, table, &err);
    assert_non_null(table->listener);
    assert_int_not_equal(listener_port(table->listener), 0);
    table->limit = timer_new(table->loop, took_too_long, NULL);
    timer_set(table->limit, TEST_LIMIT_MS);
    table->servers = calloc(pairs, sizeof(*table->servers));
    table->clients = calloc(pairs, sizeof(*table->clients));
    for (index = 0; index < pairs; index++)
        side_init(&table->clients[index], table, NULL);
}

static void come_to(struct table *table, size_t index, const char *host, unsigned port)
{
    struct side *client = &table->clients[index];
    struct err err = {0};

    assert_true(route_init(&client->route, host, port));
    assert_non_null(connection_new(table->loop, &client->route, &client_calls, client, &err));
}

static void dine(struct table *table)
{
    struct err err = {0};
    size_t index;

    for (index = 0; index < table->server_max; index++)
        come_to(table, index, "127.0.0.1", listener_port(table->listener));
    assert_true(loop_run(table->loop, &err));
}

static void clear(struct table *table)
{
    size_t index;

    loop_free(table->loop);
    for (index = 0; index < table->server_max; index++) {
        toy_release(&table->clients[index].toy);
        if (index < table->server_count)
            toy_release(&table->servers[index].toy);
    }
    toy_release(&table->server_like);
    free(table->servers);
    free(table->clients);
}

/* ---- octets ---------------------------------------------------------------------------------- */

static void octets_go_to_and_fro(void **state)
{
    struct table table;
    struct toy *client;

    (void)state;
    lay(&table, 1);
    client = &table.clients[0].toy;
    table.server_like.echoes = table.server_like.closes_at_end = true;
    toy_say(client, "hello");
    client->wish = ENGINE_WISH_HALF_CLOSE;
    client->closes_at_end = true;
    dine(&table);
    assert_true(bytes_equal(buf_bytes(&client->heard), BYTES_LITERAL("hello")));
    assert_int_equal(client->end, ENGINE_END_FIN);
    assert_int_equal(table.servers[0].toy.end, ENGINE_END_FIN);
    clear(&table);
}

/* The answer came in time, to a loop that was busy until the deadline had passed. */
static void octets_that_have_come_are_read_before_a_deadline(void **state)
{
    enum { DEADLINE_MS = 100, BUSY_MS = 300 };
    struct table table;
    struct toy *client;

    (void)state;
    lay(&table, 1);
    client = &table.clients[0].toy;
    table.server_like.echoes = table.server_like.closes_at_end = true;
    table.busy_until_ms = clock_monotonic_ms() + BUSY_MS;
    toy_say(client, "hello");
    client->deadline_ms = loop_now_ms(table.loop) + DEADLINE_MS;
    client->wish_at_tick = ENGINE_WISH_CLOSE;
    dine(&table);
    assert_true(client->tick_ms >= DEADLINE_MS);
    assert_int_equal(client->heard_before_tick, 5);
    clear(&table);
}

static void megabytes_pass_an_engine_that_reads_slowly(void **state)
{
    enum { OCTETS = 8 * 1024 * 1024 };
    struct table table;
    struct toy *server;

    (void)state;
    lay(&table, 1);
    toy_say_many(&table.clients[0].toy, OCTETS);
    table.clients[0].toy.wish = ENGINE_WISH_CLOSE;
    table.server_like.deaf_until_tick = true;
    table.server_like.deadline_ms = 100;
    table.server_like.bite = 7001;
    table.server_like.closes_at_end = true;
    dine(&table);
    server = &table.servers[0].toy;
    assert_int_equal(server->heard.size, OCTETS);
    assert_true(toy_is_pattern(buf_bytes(&server->heard)));
    assert_true(server->heard_most <= DRIVE_UNREAD_MAX);
    assert_int_equal(server->end, ENGINE_END_FIN);
    clear(&table);
}

static void each_write_is_a_segment(void **state)
{
    struct table table;

    (void)state;
    lay(&table, 1);
    toy_say_many(&table.clients[0].toy, 3);
    table.clients[0].toy.closes_at_end = true;
    table.server_like.wish = ENGINE_WISH_CLOSE;
    toy_say(&table.server_like, "220 x\r\n");
    dine(&table);
    assert_int_equal(table.servers[0].toy.sends, 1);
    assert_int_equal(table.clients[0].toy.heard_most, 7);
    clear(&table);
}

/* ---- closing --------------------------------------------------------------------------------- */

static void a_close_is_seen_as_fin_after_all_octets(void **state)
{
    struct table table;
    struct toy *client;

    (void)state;
    lay(&table, 1);
    client = &table.clients[0].toy;
    toy_say(client, "unread by an engine that has closed");
    client->closes_at_end = true;
    toy_say_many(&table.server_like, 3000000);
    table.server_like.wish = ENGINE_WISH_CLOSE;
    dine(&table);
    assert_int_equal(client->end, ENGINE_END_FIN);
    assert_int_equal(client->heard_before_end, 3000000);
    assert_int_equal(table.servers[0].toy.end, ENGINE_END_FIN);
    clear(&table);
}

static void a_reset_is_seen_as_a_reset(void **state)
{
    struct table table;
    struct toy *client;

    (void)state;
    lay(&table, 1);
    client = &table.clients[0].toy;
    toy_say(&table.server_like, "421 gone\r\n");
    table.server_like.wish = ENGINE_WISH_RESET;
    dine(&table);
    assert_int_equal(client->end, ENGINE_END_RESET);
    assert_int_equal(table.servers[0].toy.wishes_done, 1U << ENGINE_WISH_RESET);
    assert_int_equal(table.servers[0].toy.ends, 0);
    clear(&table);
}

/* Both come in one poll, and libuv looks at the octets alone. */
static void a_reset_right_behind_octets_is_seen_as_a_reset(void **state)
{
    struct table table;

    (void)state;
    lay(&table, 1);
    toy_say(&table.clients[0].toy, "MAIL");
    table.server_like.echoes = true;
    table.server_like.wish_at_octets = ENGINE_WISH_RESET;
    dine(&table);
    assert_int_equal(table.clients[0].toy.heard_before_end, 4);
    assert_int_equal(table.clients[0].toy.end, ENGINE_END_RESET);
    clear(&table);
}

static void after_a_half_close_the_other_side_still_speaks(void **state)
{
    struct table table;
    struct toy *client;
    struct toy *server;

    (void)state;
    lay(&table, 1);
    client = &table.clients[0].toy;
    table.server_like.wish = ENGINE_WISH_HALF_CLOSE;
    table.server_like.closes_at_end = true;
    client->deadline_ms = 50;
    client->wish_at_tick = ENGINE_WISH_CLOSE;
    toy_say(client, "still here");
    dine(&table);
    server = &table.servers[0].toy;
    assert_int_equal(client->end, ENGINE_END_FIN);
    assert_int_equal(server->end, ENGINE_END_FIN);
    assert_true(bytes_equal(buf_bytes(&server->heard), BYTES_LITERAL("still here")));
    clear(&table);
}

static void lingering_ends_when_the_other_side_never_closes(void **state)
{
    struct table table;
    struct toy *server;

    (void)state;
    lay(&table, 1);
    table.over_wanted = 1; /* the client keeps its side open */
    table.server_like.wish = ENGINE_WISH_CLOSE;
    dine(&table);
    server = &table.servers[0].toy;
    assert_true(table.servers[0].over);
    assert_int_equal(server->ends, 0);
    assert_true(loop_now_ms(table.loop) >= server->done_ms + CONNECTION_LINGER_MS);
    assert_int_equal(table.clients[0].toy.end, ENGINE_END_FIN);
    clear(&table);
    assert_true(table.over == 2);
}

static void an_aborted_connection_is_over_and_reset(void **state)
{
    struct table table;

    (void)state;
    lay(&table, 1);
    table.server_like.deadline_ms = 20;
    table.server_like.wish_at_tick = ENGINE_WISH_RESET;
    table.clients[0].toy.closes_at_end = true;
    dine(&table);
    assert_int_equal(table.clients[0].toy.end, ENGINE_END_RESET);
    assert_true(table.clients[0].over);
    clear(&table);
}

/* ---- making connections ---------------------------------------------------------------------- */

static void nobody_listening_is_refused_in_words(void **state)
{
    struct table table;
    struct err err = {0};
    unsigned port;

    (void)state;
    lay(&table, 1);
    port = listener_port(table.listener);
    listener_free(table.listener);
    table.over_wanted = 1;
    come_to(&table, 0, "localhost", port);
    assert_true(loop_run(table.loop, &err));
    assert_int_equal(table.clients[0].toy.end, ENGINE_END_REFUSED);
    assert_true(table.clients[0].tried_count > 0);
    assert_false(route_has_next(&table.clients[0].route));
    clear(&table);
}

static void a_host_that_does_not_exist_is_refused(void **state)
{
    struct table table;
    struct err err = {0};

    (void)state;
    lay(&table, 1);
    table.over_wanted = 1;
    come_to(&table, 0, "no such host", 25);
    assert_true(loop_run(table.loop, &err));
    assert_int_equal(table.clients[0].toy.end, ENGINE_END_REFUSED);
    assert_int_equal(table.clients[0].tried_count, 1);
    assert_memory_equal(table.clients[0].tried[0], "no such host:25: ", 17);
    clear(&table);
}

static void a_loop_freed_while_a_name_is_looked_up_ends_the_connection(void **state)
{
    struct table table;

    (void)state;
    lay(&table, 1);
    come_to(&table, 0, "localhost", 25);
    clear(&table);
    assert_int_equal(table.over, 1);
}

/* 127.0.0.2 is nobody's; 127.0.0.1 listens; 127.0.0.3 would be next. */
static void give_three_addresses(struct route *route, unsigned port)
{
    static const char *const hosts[] = {"127.0.0.2", "127.0.0.1", "127.0.0.3"};
    struct sockaddr_in addresses[3] = {0};
    struct addrinfo list[3] = {0};
    size_t index;

    assert_true(route_init(route, "three.example", port));
    assert_true(route_has_next(route));
    for (index = 0; index < 3; index++) {
        addresses[index].sin_family = AF_INET;
        addresses[index].sin_port = htons((in_port_t)port);
        assert_int_equal(inet_pton(AF_INET, hosts[index], &addresses[index].sin_addr), 1);
        list[index].ai_addr = (struct sockaddr *)&addresses[index];
        list[index].ai_addrlen = sizeof(addresses[index]);
        list[index].ai_next = index < 2 ? &list[index + 1] : NULL;
    }
    route_set(route, list);
}

static void the_next_address_is_tried_where_one_is_not_there(void **state)
{
    struct table table;
    struct err err = {0};
    struct side *client;
    char expected[64];
    unsigned port;

    (void)state;
    lay(&table, 1);
    port = listener_port(table.listener);
    client = &table.clients[0];
    client->toy.closes_at_end = true;
    table.server_like.wish = ENGINE_WISH_CLOSE;
    give_three_addresses(&client->route, port);
    assert_non_null(connection_new(table.loop, &client->route, &client_calls, client, &err));
    assert_true(loop_run(table.loop, &err));
    assert_int_equal(client->toy.end, ENGINE_END_FIN);
    assert_int_equal(client->tried_count, 2);
    (void)snprintf(expected, sizeof expected, "127.0.0.2:%u: connection refused", port);
    assert_string_equal(client->tried[0], expected);
    (void)snprintf(expected, sizeof expected, "127.0.0.1:%u", port);
    assert_string_equal(client->tried[1], expected);
    assert_string_equal(route_name(&client->route).text, expected);
    clear(&table);
}

/* Another connection on the same route begins where the last one ended. */
static void a_route_goes_on_behind_the_address_that_was_taken(void **state)
{
    struct table table;
    struct err err = {0};
    struct side *client;
    char expected[64];
    unsigned port;

    (void)state;
    lay(&table, 1);
    port = listener_port(table.listener);
    client = &table.clients[0];
    give_three_addresses(&client->route, port);
    assert_non_null(route_take(&client->route));
    assert_non_null(route_take(&client->route));
    assert_true(route_has_next(&client->route));
    table.over_wanted = 1;
    assert_non_null(connection_new(table.loop, &client->route, &client_calls, client, &err));
    assert_true(loop_run(table.loop, &err));
    assert_int_equal(client->toy.end, ENGINE_END_REFUSED);
    assert_int_equal(client->tried_count, 1);
    (void)snprintf(expected, sizeof expected, "127.0.0.3:%u: connection refused", port);
    assert_string_equal(client->tried[0], expected);
    assert_false(route_has_next(&client->route));
    clear(&table);
}

static void an_ipv6_address_is_listened_at_and_connected_to(void **state)
{
    struct table table;
    struct err err = {0};
    char expected[64];

    (void)state;
    lay(&table, 1);
    listener_free(table.listener);
    table.listener = listener_new(table.loop, "::1", 0, &server_calls, &table, &err);
    if (!table.listener) {
        print_message("[  NOTE    ] this machine has no ::1: %s\n", err.what);
        clear(&table);
        skip();
    }
    assert_string_equal(listener_address(table.listener), "::1");
    table.clients[0].toy.closes_at_end = true;
    table.server_like.wish = ENGINE_WISH_CLOSE;
    come_to(&table, 0, "::1", listener_port(table.listener));
    assert_true(loop_run(table.loop, &err));
    assert_int_equal(table.clients[0].toy.end, ENGINE_END_FIN);
    (void)snprintf(expected, sizeof expected, "[::1]:%u", listener_port(table.listener));
    assert_string_equal(table.clients[0].tried[0], expected);
    clear(&table);
}

static void a_connection_that_nobody_wants_is_closed_at_once(void **state)
{
    struct table table;

    (void)state;
    lay(&table, 1);
    table.over_wanted = 1;
    table.turn_away = true;
    table.clients[0].toy.closes_at_end = true;
    dine(&table);
    assert_int_equal(table.clients[0].toy.end, ENGINE_END_FIN);
    clear(&table);
}

static void an_address_in_use_is_an_error_in_words(void **state)
{
    struct table table;
    struct err err = {0};

    (void)state;
    lay(&table, 1);
    assert_null(listener_new(table.loop, "127.0.0.1", listener_port(table.listener), &server_calls,
                             &table, &err));
    assert_int_equal(err.kind, ERR_IO);
    assert_non_null(strstr(err.what, "127.0.0.1"));
    assert_null(listener_new(table.loop, "mail.example", 0, &server_calls, &table, &err));
    assert_int_equal(err.kind, ERR_IO);
    clear(&table);
}

/* ---- many ------------------------------------------------------------------------------------ */

static void two_thousand_connections_live_at_once(void **state)
{
    enum { PAIRS = 2000 };
    struct table table;
    size_t index;

    (void)state;
    lay(&table, PAIRS);
    loop_want_files(table.loop, 2 * PAIRS + 2 * LOOP_FILES_RESERVED);
    if (loop_files_max(table.loop) < 2 * PAIRS) {
        clear(&table);
        skip();
    }
    table.server_like.echoes = table.server_like.closes_at_end = true;
    for (index = 0; index < PAIRS; index++) {
        struct toy *client = &table.clients[index].toy;

        toy_say(client, "hello");
        client->closes_at_end = true;
        client->deadline_ms = 1500; /* all of them are open until then */
        client->wish_at_tick = ENGINE_WISH_HALF_CLOSE;
    }
    dine(&table);
    assert_int_equal(table.server_count, PAIRS);
    for (index = 0; index < PAIRS; index++)
        assert_true(
            bytes_equal(buf_bytes(&table.clients[index].toy.heard), BYTES_LITERAL("hello")));
    clear(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(octets_go_to_and_fro),
        cmocka_unit_test(octets_that_have_come_are_read_before_a_deadline),
        cmocka_unit_test(megabytes_pass_an_engine_that_reads_slowly),
        cmocka_unit_test(each_write_is_a_segment),
        cmocka_unit_test(a_close_is_seen_as_fin_after_all_octets),
        cmocka_unit_test(a_reset_is_seen_as_a_reset),
        cmocka_unit_test(a_reset_right_behind_octets_is_seen_as_a_reset),
        cmocka_unit_test(after_a_half_close_the_other_side_still_speaks),
        cmocka_unit_test(lingering_ends_when_the_other_side_never_closes),
        cmocka_unit_test(an_aborted_connection_is_over_and_reset),
        cmocka_unit_test(nobody_listening_is_refused_in_words),
        cmocka_unit_test(a_host_that_does_not_exist_is_refused),
        cmocka_unit_test(a_loop_freed_while_a_name_is_looked_up_ends_the_connection),
        cmocka_unit_test(the_next_address_is_tried_where_one_is_not_there),
        cmocka_unit_test(a_route_goes_on_behind_the_address_that_was_taken),
        cmocka_unit_test(an_ipv6_address_is_listened_at_and_connected_to),
        cmocka_unit_test(a_connection_that_nobody_wants_is_closed_at_once),
        cmocka_unit_test(an_address_in_use_is_an_error_in_words),
        cmocka_unit_test(two_thousand_connections_live_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
