#include "toy.h"

#include "transport/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

struct pair {
    struct toy client;
    struct toy server;
    struct memory *memory;
    unsigned client_notices;
    unsigned server_notices;
};

static void notice_client(void *owner)
{
    ((struct pair *)owner)->client_notices++;
}

static void notice_server(void *owner)
{
    ((struct pair *)owner)->server_notices++;
}

static int set_up(void **state)
{
    static struct pair pair;

    toy_init(&pair.client);
    toy_init(&pair.server);
    pair.memory = memory_new(toy_engine(&pair.client), toy_engine(&pair.server));
    pair.client_notices = pair.server_notices = 0;
    assert_non_null(pair.memory);
    memory_watch(pair.memory, notice_client, notice_server, &pair);
    *state = &pair;
    return 0;
}

static int tear_down(void **state)
{
    struct pair *pair = *state;

    memory_free(pair->memory);
    toy_release(&pair->client);
    toy_release(&pair->server);
    return 0;
}

static bool run(struct pair *pair)
{
    return memory_run(pair->memory, ENGINE_NEVER - 1);
}

static void octets_arrive_at_once_and_in_their_segments(void **state)
{
    struct pair *pair = *state;

    pair->server.echoes = true;
    toy_say(&pair->client, "EHLO client.example\r\n");
    assert_false(run(pair));
    assert_int_equal(memory_now_ms(pair->memory), 0);
    assert_int_equal(pair->server.receives, 1);
    assert_int_equal(pair->client.heard.size, 21);
    assert_true(pair->client_notices > 0 && pair->server_notices > 0);
}

static void segments_are_cut_as_asked(void **state)
{
    struct pair *pair = *state;

    memory_cut(pair->memory, 4);
    toy_say_many(&pair->client, 10);
    assert_false(run(pair));
    assert_int_equal(pair->server.receives, 3);
    assert_int_equal(pair->server.heard_most, 4);
    assert_true(toy_is_pattern(buf_bytes(&pair->server.heard)));
}

static void a_full_pipe_stalls_its_sender_and_loses_nothing(void **state)
{
    enum { OCTETS = 3 * 1024 * 1024 + 7 };
    struct pair *pair = *state;

    pair->server.deaf_until_tick = true;
    pair->server.deadline_ms = 1000;
    pair->server.closes_at_end = true;
    toy_say_many(&pair->client, OCTETS);
    pair->client.wish = ENGINE_WISH_CLOSE;
    assert_true(run(pair));
    assert_int_equal(pair->server.heard.size, OCTETS);
    assert_true(toy_is_pattern(buf_bytes(&pair->server.heard)));
    assert_int_equal(pair->client.done_ms, 1000);
}

static void time_jumps_to_the_nearest_deadline(void **state)
{
    struct pair *pair = *state;

    pair->server.deadline_ms = 600000; /* RFC 5321 4.5.3.2.6: ten minutes */
    pair->client.deadline_ms = 300000;
    assert_false(run(pair));
    assert_int_equal(pair->client.tick_ms, 300000);
    assert_int_equal(pair->server.tick_ms, 600000);
    assert_int_equal(memory_now_ms(pair->memory), 600000);
}

static void a_run_stops_at_its_limit_and_can_go_on(void **state)
{
    struct pair *pair = *state;

    pair->server.deadline_ms = 5000;
    assert_false(memory_run(pair->memory, 4000));
    assert_int_equal(memory_now_ms(pair->memory), 4000);
    assert_int_equal(pair->server.tick_ms, 0);
    assert_false(memory_run(pair->memory, 5000));
    assert_int_equal(pair->server.tick_ms, 5000);
}

static void a_close_is_heard_as_fin_and_both_ends_are_over(void **state)
{
    struct pair *pair = *state;

    toy_say(&pair->server, "421 bye\r\n");
    pair->server.wish = ENGINE_WISH_CLOSE;
    pair->client.closes_at_end = true;
    assert_true(run(pair));
    assert_int_equal(pair->client.end, ENGINE_END_FIN);
    assert_int_equal(pair->client.heard_before_end, 9);
    assert_int_equal(pair->server.end, ENGINE_END_FIN);
}

static void a_reset_is_heard_behind_the_octets_before_it(void **state)
{
    struct pair *pair = *state;

    toy_say(&pair->server, "421 bye\r\n");
    pair->server.wish = ENGINE_WISH_RESET;
    assert_true(run(pair));
    assert_int_equal(pair->client.end, ENGINE_END_RESET);
    assert_int_equal(pair->client.heard_before_end, 9);
    assert_int_equal(pair->server.ends, 0);
}

static void after_a_half_close_the_other_side_still_speaks(void **state)
{
    struct pair *pair = *state;

    pair->server.wish = ENGINE_WISH_HALF_CLOSE;
    pair->server.closes_at_end = true;
    pair->client.deadline_ms = 10;
    pair->client.wish_at_tick = ENGINE_WISH_CLOSE;
    toy_say(&pair->client, "still here");
    assert_true(run(pair));
    assert_int_equal(pair->client.end_ms, 0);
    assert_int_equal(pair->server.heard.size, 10);
    assert_int_equal(pair->server.end_ms, 10);
}

static void lingering_has_an_end_and_octets_after_it_are_reset(void **state)
{
    struct pair *pair = *state;

    pair->server.wish = ENGINE_WISH_CLOSE;
    pair->client.deadline_ms = MEMORY_LINGER_MS + 1000;
    assert_false(run(pair));
    assert_int_equal(pair->server.ends, 0);
    toy_say(&pair->client, "anybody there?");
    assert_false(memory_run(pair->memory, 0)); /* nobody has told the driver */
    pair->client.deadline_ms = memory_now_ms(pair->memory) + 1;
    assert_true(run(pair));
    assert_int_equal(pair->server.heard.size, 0);
}

static void ignore_time(void *self, uint64_t now_ms)
{
    (void)self;
    (void)now_ms;
}

static void an_engine_that_is_always_due_ends_the_run(void **state)
{
    struct pair *pair = *state;
    struct engine_ops ops = *toy_engine(&pair->server).ops;
    struct memory *memory;

    ops.tick = ignore_time;
    pair->server.deadline_ms = 0;
    memory = memory_new(toy_engine(&pair->client), (struct engine){&ops, &pair->server});
    assert_false(memory_run(memory, 1000));
    memory_free(memory);
}

static void two_runs_of_the_same_engines_are_the_same(void **state)
{
    struct pair *pair = *state;
    uint64_t first_ms;
    size_t first_octets;

    pair->server.echoes = pair->client.echoes = false;
    toy_say_many(&pair->client, 200000);
    pair->server.deadline_ms = 77;
    pair->server.deaf_until_tick = true;
    assert_false(run(pair));
    first_ms = memory_now_ms(pair->memory);
    first_octets = pair->server.heard_most;
    tear_down(state);
    set_up(state);
    toy_say_many(&pair->client, 200000);
    pair->server.deadline_ms = 77;
    pair->server.deaf_until_tick = true;
    assert_false(run(pair));
    assert_int_equal(memory_now_ms(pair->memory), first_ms);
    assert_int_equal(pair->server.heard_most, first_octets);
}

static void two_that_wish_for_tls_have_it(void **state)
{
    struct pair *pair = *state;

    pair->client.wish = pair->server.wish = ENGINE_WISH_TLS;
    assert_false(run(pair));
    assert_int_equal(pair->client.wishes_done, 1U << ENGINE_WISH_TLS);
    assert_int_equal(pair->server.wishes_done, 1U << ENGINE_WISH_TLS);
    assert_int_equal(pair->server.heard.size, 0);
}

/* CVE-2011-0411, from the client's side. */
static void octets_in_the_clear_are_of_no_session_but_to_a_client_that_keeps_them(void **state)
{
    struct pair *pair = *state;

    for (unsigned keeps = 0; keeps < 2; keeps++) {
        struct memory_tls tls = {.keeps_plain = keeps == 1};

        tear_down(state);
        set_up(state);
        pair = *state;
        memory_tls(pair->memory, &tls);
        toy_say(&pair->server, "250 ok\r\n");
        pair->client.wish = pair->server.wish = ENGINE_WISH_TLS;
        (void)run(pair);
        assert_int_equal(pair->client.wishes_done, keeps << ENGINE_WISH_TLS);
        assert_int_equal(pair->client.heard.size, keeps * 8);
    }
}

static void a_truncated_session_is_a_reset_to_the_client(void **state)
{
    static const struct tls_demand demands[] = {{.fault = TLS_FAULT_NONE},
                                                {.fault = TLS_FAULT_TRUNCATE}};
    struct pair *pair = *state;

    for (size_t i = 0; i < 2; i++) {
        tear_down(state);
        set_up(state);
        pair = *state;
        pair->client.wish = pair->server.wish = ENGINE_WISH_TLS;
        pair->server.demand = &demands[i];
        pair->server.deadline_ms = 100;
        pair->server.wish_at_tick = ENGINE_WISH_CLOSE;
        run(pair);
        assert_int_equal(pair->client.ends, 1);
        assert_int_equal(pair->client.end, i == 0 ? ENGINE_END_FIN : ENGINE_END_RESET);
    }
}

static void a_client_hello_is_no_handshake_to_a_server_that_wishes_for_none(void **state)
{
    struct pair *pair = *state;

    pair->client.wish = ENGINE_WISH_TLS;
    pair->client.closes_at_end = pair->server.closes_at_end = true;
    assert_false(run(pair));
    assert_int_equal(pair->client.wishes_done, 0);
    assert_int_equal(pair->server.heard.data[0], 0x16); /* RFC 8446 5.1: handshake */
}

static void an_answer_in_the_clear_is_no_handshake(void **state)
{
    struct pair *pair = *state;

    pair->client.wish = ENGINE_WISH_TLS;
    pair->server.echoes = true;
    (void)run(pair);
    assert_int_equal(pair->client.wishes_done, 0);
    assert_int_equal(pair->client.ends, 1);
    assert_int_equal(pair->client.heard.size, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(octets_arrive_at_once_and_in_their_segments),
        TEST(segments_are_cut_as_asked),
        TEST(a_full_pipe_stalls_its_sender_and_loses_nothing),
        TEST(time_jumps_to_the_nearest_deadline),
        TEST(a_run_stops_at_its_limit_and_can_go_on),
        TEST(a_close_is_heard_as_fin_and_both_ends_are_over),
        TEST(a_reset_is_heard_behind_the_octets_before_it),
        TEST(after_a_half_close_the_other_side_still_speaks),
        TEST(lingering_has_an_end_and_octets_after_it_are_reset),
        TEST(an_engine_that_is_always_due_ends_the_run),
        TEST(two_runs_of_the_same_engines_are_the_same),
        TEST(two_that_wish_for_tls_have_it),
        TEST(octets_in_the_clear_are_of_no_session_but_to_a_client_that_keeps_them),
        TEST(a_truncated_session_is_a_reset_to_the_client),
        TEST(a_client_hello_is_no_handshake_to_a_server_that_wishes_for_none),
        TEST(an_answer_in_the_clear_is_no_handshake),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
