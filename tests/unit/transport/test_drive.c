#include "toy.h"

#include "transport/drive.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

/* A transport that notes what it is asked. */
struct note {
    char sent[256];
    size_t sent_octets;
    size_t takes; /* octets in one call */
    size_t calls;
    bool tls; /* it can */
    bool read_wanted;
    unsigned half_closes, closes, resets;
};

static size_t note_send(void *self, struct bytes octets)
{
    struct note *note = self;
    size_t taken = octets.size < note->takes ? octets.size : note->takes;

    note->calls++;
    assert_true(note->sent_octets + taken <= sizeof(note->sent));
    memcpy(note->sent + note->sent_octets, octets.data, taken);
    note->sent_octets += taken;
    return taken;
}

static void note_half_close(void *self)
{
    ((struct note *)self)->half_closes++;
}

static void note_close(void *self)
{
    ((struct note *)self)->closes++;
}

static void note_reset(void *self)
{
    ((struct note *)self)->resets++;
}

static bool note_start_tls(void *self, const struct tls_demand *demand)
{
    (void)demand;
    return ((struct note *)self)->tls;
}

static void note_read_wanted(void *self, bool wanted)
{
    ((struct note *)self)->read_wanted = wanted;
}

static const struct transport_ops note_ops = {
    .send = note_send,
    .half_close = note_half_close,
    .close = note_close,
    .reset = note_reset,
    .start_tls = note_start_tls,
    .read_wanted = note_read_wanted,
};

struct bench {
    struct toy toy;
    struct note note;
    struct drive drive;
    unsigned notices; /* events() calls */
};

static void notice(void *owner)
{
    ((struct bench *)owner)->notices++;
}

static int set_up(void **state)
{
    static struct bench bench;

    toy_init(&bench.toy);
    bench.note = (struct note){.takes = SIZE_MAX, .read_wanted = true};
    bench.notices = 0;
    drive_init(&bench.drive, toy_engine(&bench.toy), (struct transport){&note_ops, &bench.note});
    bench.drive.events = notice;
    bench.drive.owner = &bench;
    *state = &bench;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *bench = *state;

    drive_release(&bench->drive);
    toy_release(&bench->toy);
    return 0;
}

static void hear(struct bench *bench, const char *text)
{
    drive_received(&bench->drive, 0, bytes_of(text));
}

static void assert_sent(const struct bench *bench, const char *text)
{
    assert_int_equal(bench->note.sent_octets, strlen(text));
    assert_memory_equal(bench->note.sent, text, strlen(text));
}

static void assert_heard(const struct bench *bench, const char *text)
{
    assert_int_equal(bench->toy.heard.size, strlen(text));
    assert_memory_equal(bench->toy.heard.data, text, strlen(text));
}

/* ---- octets ---------------------------------------------------------------------------------- */

static void input_is_offered_again_until_the_engine_has_had_it_all(void **state)
{
    struct bench *bench = *state;

    bench->toy.bite = 3;
    bench->toy.echoes = true;
    hear(bench, "MAIL FROM:<>\r\n");
    assert_heard(bench, "MAIL FROM:<>\r\n");
    assert_sent(bench, "MAIL FROM:<>\r\n");
    assert_int_equal(bench->note.calls, 5);
    assert_true(bench->notices >= 5);
}

static void input_cut_anywhere_gives_the_same(void **state)
{
    static const char text[] = "EHLO client.example\r\nQUIT\r\n";
    struct bench *bench = *state;
    size_t cut;

    for (cut = 0; cut < sizeof(text); cut++) {
        buf_clear(&bench->toy.heard);
        drive_received(&bench->drive, 0, (struct bytes){text, cut});
        drive_received(&bench->drive, 0, (struct bytes){text + cut, sizeof(text) - 1 - cut});
        assert_heard(bench, text);
    }
}

static void what_the_engine_leaves_is_kept_and_offered_at_its_deadline(void **state)
{
    struct bench *bench = *state;

    bench->toy.deaf_until_tick = true;
    bench->toy.deadline_ms = 5000;
    hear(bench, "one ");
    hear(bench, "two");
    assert_heard(bench, "");
    drive_time(&bench->drive, 4999);
    assert_heard(bench, "");
    drive_time(&bench->drive, 5000);
    assert_heard(bench, "one two");
    assert_int_equal(bench->drive.unread.size, 0);
}

static void reading_stops_before_the_bound_and_goes_on_below_it(void **state)
{
    static char many[DRIVE_RECEIVE_MAX];
    struct bench *bench = *state;
    unsigned rounds = 0;

    bench->toy.deaf_until_tick = true;
    bench->toy.deadline_ms = 1;
    while (bench->note.read_wanted) {
        drive_received(&bench->drive, 0, (struct bytes){many, sizeof(many)});
        assert_true(++rounds <= DRIVE_UNREAD_MAX / DRIVE_RECEIVE_MAX);
    }
    assert_false(drive_is_over(&bench->drive));
    drive_time(&bench->drive, 1);
    assert_true(bench->note.read_wanted);
    assert_int_equal(bench->toy.heard.size, rounds * sizeof(many));
}

static void a_transport_that_does_not_stop_is_reset(void **state)
{
    static char many[DRIVE_RECEIVE_MAX];
    struct bench *bench = *state;
    unsigned rounds;

    bench->toy.deaf = true;
    for (rounds = 0; rounds <= DRIVE_UNREAD_MAX / DRIVE_RECEIVE_MAX; rounds++)
        drive_received(&bench->drive, 0, (struct bytes){many, sizeof(many)});
    assert_int_equal(bench->note.resets, 1);
    assert_true(drive_is_over(&bench->drive));
    assert_int_equal(bench->toy.end, ENGINE_END_RESET);
}

static void what_the_transport_does_not_take_waits_until_it_is_writable(void **state)
{
    struct bench *bench = *state;

    bench->note.takes = 4;
    toy_say(&bench->toy, "220 ready\r\n");
    drive_wake(&bench->drive, 0);
    assert_sent(bench, "220 ");
    hear(bench, "x");
    assert_int_equal(bench->note.calls, 1);
    drive_writable(&bench->drive, 0);
    drive_writable(&bench->drive, 0);
    assert_sent(bench, "220 ready\r\n");
}

/* ---- the end --------------------------------------------------------------------------------- */

static void a_fin_is_told_after_the_octets_before_it(void **state)
{
    struct bench *bench = *state;

    bench->toy.deaf_until_tick = true;
    bench->toy.deadline_ms = 10;
    bench->toy.closes_at_end = true;
    hear(bench, "QUIT\r\n");
    drive_ended(&bench->drive, 0, ENGINE_END_FIN);
    assert_int_equal(bench->toy.ends, 0);
    drive_time(&bench->drive, 10);
    assert_int_equal(bench->toy.ends, 1);
    assert_int_equal(bench->toy.heard_before_end, 6);
    assert_int_equal(bench->note.closes, 1);
    assert_true(drive_is_over(&bench->drive));
}

static void a_reset_is_told_at_once_and_nothing_is_sent_after_it(void **state)
{
    struct bench *bench = *state;

    bench->toy.deaf = true;
    hear(bench, "DATA\r\n");
    toy_say(&bench->toy, "354 ");
    drive_ended(&bench->drive, 0, ENGINE_END_RESET);
    assert_int_equal(bench->toy.ends, 1);
    assert_int_equal(bench->toy.end, ENGINE_END_RESET);
    assert_int_equal(bench->note.calls, 0);
    assert_true(drive_is_over(&bench->drive));
}

static void an_end_is_told_once(void **state)
{
    struct bench *bench = *state;

    drive_ended(&bench->drive, 0, ENGINE_END_FIN);
    drive_ended(&bench->drive, 0, ENGINE_END_FIN);
    assert_false(drive_is_over(&bench->drive));
    drive_ended(&bench->drive, 0, ENGINE_END_RESET);
    assert_int_equal(bench->toy.ends, 1);
    assert_true(drive_is_over(&bench->drive));
}

/* ---- wishes ---------------------------------------------------------------------------------- */

static void a_wish_waits_until_nothing_is_pending(void **state)
{
    struct bench *bench = *state;

    bench->note.takes = 4;
    toy_say(&bench->toy, "221 bye\r\n");
    bench->toy.wish = ENGINE_WISH_CLOSE;
    drive_wake(&bench->drive, 0);
    assert_int_equal(bench->note.closes, 0);
    drive_writable(&bench->drive, 0);
    assert_int_equal(bench->note.closes, 0);
    drive_writable(&bench->drive, 0);
    assert_sent(bench, "221 bye\r\n");
    assert_int_equal(bench->note.closes, 1);
    assert_int_equal(bench->toy.wishes_done, 1U << ENGINE_WISH_CLOSE);
}

static void after_a_close_the_engine_still_hears_until_the_fin(void **state)
{
    struct bench *bench = *state;

    bench->toy.wish = ENGINE_WISH_CLOSE;
    drive_wake(&bench->drive, 0);
    hear(bench, "late");
    assert_heard(bench, "late");
    toy_say(&bench->toy, "never");
    drive_wake(&bench->drive, 0);
    assert_sent(bench, "");
    assert_false(drive_is_over(&bench->drive));
    drive_ended(&bench->drive, 0, ENGINE_END_FIN);
    assert_true(drive_is_over(&bench->drive));
    assert_int_equal(bench->toy.ends, 1);
}

static void a_reset_ends_both_directions(void **state)
{
    struct bench *bench = *state;

    bench->toy.wish = ENGINE_WISH_RESET;
    drive_wake(&bench->drive, 0);
    assert_int_equal(bench->note.resets, 1);
    assert_true(drive_is_over(&bench->drive));
    hear(bench, "late");
    assert_heard(bench, "");
}

static void after_a_half_close_octets_still_come_in(void **state)
{
    struct bench *bench = *state;

    bench->toy.wish = ENGINE_WISH_HALF_CLOSE;
    drive_wake(&bench->drive, 0);
    assert_int_equal(bench->note.half_closes, 1);
    hear(bench, "more");
    assert_heard(bench, "more");
    bench->toy.wish = ENGINE_WISH_CLOSE;
    drive_wake(&bench->drive, 0);
    assert_int_equal(bench->note.closes, 1);
}

/* ---- TLS ------------------------------------------------------------------------------------- */

static void a_transport_without_tls_ends_the_connection(void **state)
{
    struct bench *bench = *state;

    toy_say(&bench->toy, "220 go\r\n");
    bench->toy.wish = ENGINE_WISH_TLS;
    drive_wake(&bench->drive, 0);
    assert_sent(bench, "220 go\r\n");
    assert_int_equal(bench->note.closes, 1);
    assert_int_equal(bench->toy.end, ENGINE_END_RESET);
    assert_true(drive_is_over(&bench->drive));
}

static void nothing_is_sent_or_offered_during_the_handshake(void **state)
{
    struct bench *bench = *state;

    bench->note.tls = true;
    bench->toy.wish = ENGINE_WISH_TLS;
    drive_wake(&bench->drive, 0);
    toy_say(&bench->toy, "x");
    drive_wake(&bench->drive, 0);
    assert_sent(bench, "");
    drive_tls_done(&bench->drive, 0, &(struct tls_facts){.ok = true});
    assert_int_equal(bench->toy.wishes_done, 1U << ENGINE_WISH_TLS);
    assert_sent(bench, "x");
}

static void octets_left_unread_make_tls_fail(void **state)
{
    struct bench *bench = *state;

    bench->note.tls = true;
    bench->toy.deaf = true;
    bench->toy.wish = ENGINE_WISH_TLS;
    hear(bench, "EHLO injected\r\n");
    assert_int_equal(bench->toy.end, ENGINE_END_RESET);
    assert_true(drive_is_over(&bench->drive));
    assert_heard(bench, "");
}

static void an_end_in_the_handshake_makes_it_fail(void **state)
{
    static const enum engine_end ends[] = {ENGINE_END_FIN, ENGINE_END_RESET};
    struct bench *bench = *state;

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        tear_down(state);
        set_up(state);
        bench = *state;
        bench->note.tls = true;
        bench->toy.wish = ENGINE_WISH_TLS;
        drive_wake(&bench->drive, 0);
        drive_ended(&bench->drive, 0, ends[i]);
        assert_int_equal(bench->toy.handshakes, 1);
        assert_false(bench->toy.facts.ok);
        assert_string_equal(bench->toy.trouble, "the connection ended in the handshake");
        assert_int_equal(bench->toy.end, ENGINE_END_RESET);
        assert_true(drive_is_over(&bench->drive));
    }
}

static void an_engine_that_has_waited_enough_gives_the_handshake_up(void **state)
{
    struct bench *bench = *state;

    bench->note.tls = true;
    bench->toy.wish = ENGINE_WISH_TLS;
    bench->toy.deadline_ms = 1000;
    bench->toy.wish_at_tick = ENGINE_WISH_CLOSE;
    drive_wake(&bench->drive, 0);
    drive_time(&bench->drive, 1000);
    assert_int_equal(bench->note.closes, 1);
    assert_int_equal(bench->toy.wishes_done, 1U << ENGINE_WISH_CLOSE);
    drive_tls_done(&bench->drive, 1001, &(struct tls_facts){.ok = true});
    assert_int_equal(bench->toy.handshakes, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(input_is_offered_again_until_the_engine_has_had_it_all),
        TEST(input_cut_anywhere_gives_the_same),
        TEST(what_the_engine_leaves_is_kept_and_offered_at_its_deadline),
        TEST(reading_stops_before_the_bound_and_goes_on_below_it),
        TEST(a_transport_that_does_not_stop_is_reset),
        TEST(what_the_transport_does_not_take_waits_until_it_is_writable),
        TEST(a_fin_is_told_after_the_octets_before_it),
        TEST(a_reset_is_told_at_once_and_nothing_is_sent_after_it),
        TEST(an_end_is_told_once),
        TEST(a_wish_waits_until_nothing_is_pending),
        TEST(after_a_close_the_engine_still_hears_until_the_fin),
        TEST(a_reset_ends_both_directions),
        TEST(after_a_half_close_octets_still_come_in),
        TEST(a_transport_without_tls_ends_the_connection),
        TEST(nothing_is_sent_or_offered_during_the_handshake),
        TEST(octets_left_unread_make_tls_fail),
        TEST(an_end_in_the_handshake_makes_it_fail),
        TEST(an_engine_that_has_waited_enough_gives_the_handshake_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
