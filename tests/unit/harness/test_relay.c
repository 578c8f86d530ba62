/* The relay between two scripts: what passes, what is recorded, and what may cut it as it likes. */
#include "harness/record/generalise.h"
#include "harness/record/relay.h"

#include "tests/support/unit.h"
#include "transport/drive.h"

#define OUT_OCTETS_MAX ((size_t)256 * 1024)

enum { PIECES_MAX = 64 };

/* One side, as the relay's transport towards it sees it. */
struct party {
    struct buf heard; /* what the relay sent it; a handshake leaves "<TLS>" */
    bool refuses_tls;
    bool tls_asked;
    unsigned half_closes, closes, resets;
};

struct table {
    struct arena *arena;
    struct recorder recorder;
    struct relay *relay;
    struct party parties[2];
    struct drive drives[2];
};

static size_t party_send(void *self, struct bytes octets)
{
    assert_true(buf_append(&((struct party *)self)->heard, octets));
    return octets.size;
}

static void party_half_close(void *self)
{
    ((struct party *)self)->half_closes++;
}

static void party_close(void *self)
{
    ((struct party *)self)->closes++;
}

static void party_reset(void *self)
{
    ((struct party *)self)->resets++;
}

static bool party_start_tls(void *self, const struct tls_demand *demand)
{
    (void)demand;
    ((struct party *)self)->tls_asked = true;
    return true;
}

static void party_read_wanted(void *self, bool wanted)
{
    (void)self;
    (void)wanted;
}

static const struct transport_ops party_ops = {
    .send = party_send,
    .half_close = party_half_close,
    .close = party_close,
    .reset = party_reset,
    .start_tls = party_start_tls,
    .read_wanted = party_read_wanted,
};

static void sit_down(struct table *table, const struct relay_options *wanted, bool keep_mail)
{
    struct relay_options options = *wanted;

    *table = (struct table){.arena = arena_new(16 * 1024 * 1024)};
    assert_non_null(table->arena);
    assert_true(
        recorder_init(&table->recorder, table->arena, options.client_implicit, keep_mail, 0));
    options.recorder = &table->recorder;
    table->relay = relay_new(&options);
    assert_non_null(table->relay);
    for (size_t i = 0; i < 2; i++) {
        buf_init(&table->parties[i].heard, OUT_OCTETS_MAX);
        drive_init(&table->drives[i], relay_engine(table->relay, (enum recorder_side)i),
                   (struct transport){&party_ops, &table->parties[i]});
    }
    for (size_t i = 0; i < 2; i++)
        drive_wake(&table->drives[i], 0);
}

static void get_up(struct table *table)
{
    for (size_t i = 0; i < 2; i++) {
        drive_release(&table->drives[i]);
        buf_release(&table->parties[i].heard);
    }
    relay_free(table->relay);
    recorder_release(&table->recorder);
    arena_free(table->arena);
}

static void shake_hands(struct table *table, size_t i)
{
    const struct tls_facts facts = {.ok = !table->parties[i].refuses_tls,
                                    .trouble = BYTES_LITERAL("no")};

    table->parties[i].tls_asked = false;
    assert_true(buf_append_string(&table->parties[i].heard, "<TLS>"));
    drive_tls_done(&table->drives[i], 0, &facts);
}

static void settle(struct table *table)
{
    bool moved = true;

    while (moved) {
        moved = false;
        for (size_t i = 0; i < 2; i++) {
            if (table->parties[i].tls_asked) {
                shake_hands(table, i);
                moved = true;
            }
            if (relay_stirred(table->relay, (enum recorder_side)i)) {
                drive_wake(&table->drives[i], 0);
                moved = true;
            }
        }
    }
}

/* A session: who says what, in turn. */
struct line {
    enum recorder_side who;
    const char *says;
};

static void say(struct table *table, enum recorder_side who, struct bytes octets)
{
    drive_received(&table->drives[who], 0, octets);
    settle(table);
}

static void end(struct table *table, enum recorder_side who, enum engine_end how)
{
    drive_ended(&table->drives[who], 0, how);
    settle(table);
}

/* piece: octets said at once; 0 = all. cut: the line that is said in two, behind `at` octets. */
struct cutting {
    size_t piece;
    size_t cut, at;
};

static void play(struct table *table, const struct line *lines, size_t count,
                 struct cutting cutting)
{
    settle(table);
    for (size_t i = 0; i < count; i++) {
        struct bytes rest = bytes_of(lines[i].says);

        if (cutting.at > 0 && i == cutting.cut) {
            say(table, lines[i].who, bytes_slice(rest, 0, cutting.at));
            rest = bytes_after(rest, cutting.at);
        }
        while (rest.size > 0) {
            size_t size =
                cutting.piece > 0 && cutting.piece < rest.size ? cutting.piece : rest.size;

            say(table, lines[i].who, bytes_slice(rest, 0, size));
            rest = bytes_after(rest, size);
        }
    }
}

static struct bytes recorded(struct table *table, struct buf *to)
{
    static const struct generalise_origin origin = {.what = "a session", .source = "a test"};
    struct import_names *names = arena_alloc(table->arena, sizeof(*names));
    struct buf made;
    struct err err = {.kind = ERR_NONE};

    assert_non_null(names);
    buf_init(&made, OUT_OCTETS_MAX);
    import_names_init(names, table->arena);
    import_names_read(names, &table->recorder.dialogue);
    assert_true(generalise(&table->recorder.dialogue, &origin, names, &made, &err));
    assert_true(generalise_lay_out(buf_bytes(&made), table->arena, to, &err));
    buf_release(&made);
    return buf_bytes(to);
}

static const struct line starttls_session[] = {
    {RECORDER_SERVER, "220-mail.server.example\r\n220 ready\r\n"                             },
    {RECORDER_CLIENT, "EHLO client.example\r\n"                                              },
    {RECORDER_SERVER, "250-mail.server.example\r\n250 STARTTLS\r\n"                          },
    {RECORDER_CLIENT, "STARTTLS\r\n"                                                         },
    {RECORDER_SERVER, "220 2.0.0 go ahead\r\n"                                               },
    {RECORDER_CLIENT, "EHLO client.example\r\n"                                              },
    {RECORDER_SERVER, "250-mail.server.example\r\n250-PIPELINING\r\n250 AUTH PLAIN LOGIN\r\n"},
    {RECORDER_CLIENT, "AUTH LOGIN\r\n"                                                       },
    {RECORDER_SERVER, "334 VXNlcm5hbWU6\r\n"                                                 },
    {RECORDER_CLIENT, "am9rZXI=\r\n"                                                         },
    {RECORDER_SERVER, "334 UGFzc3dvcmQ6\r\n"                                                 },
    {RECORDER_CLIENT, "c2VzYW1lLW9wZW4=\r\n"                                                 },
    {RECORDER_SERVER, "235 2.7.0 joker is in\r\n"                                            },
    {RECORDER_CLIENT, "MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n"         },
    {RECORDER_SERVER, "250 ok\r\n250 ok\r\n354 go\r\n"                                       },
    {RECORDER_CLIENT, "Subject: x\r\n\r\n..\r\n.one\r\nQUIT\r\n.\r\nQUIT\r\n"                },
    {RECORDER_SERVER, "250 2.0.0 Ok: queued as 4F1C2A3B9D\r\n221 bye\r\n"                    },
};

static const char starttls_recorded[] = "title    a session: the message is accepted\n"
                                        "source   a test\n"
                                        "send     from=sender@client.example "
                                        "to=rcpt@server.example user=user@client.example "
                                        "password=not-the-real-one tls=starttls\n"
                                        "\n"
                                        "S: 220-mail.server.example\n"
                                        "S: 220 ready\n"
                                        "C: EHLO\n"
                                        "S: 250-mail.server.example\n"
                                        "S: 250 STARTTLS\n"
                                        "C: STARTTLS\n"
                                        "S: 220 2.0.0 go ahead\n"
                                        "!tls\n"
                                        "C: EHLO\n"
                                        "S: 250-mail.server.example\n"
                                        "S: 250-PIPELINING\n"
                                        "S: 250 AUTH PLAIN LOGIN\n"
                                        "C: AUTH LOGIN\n"
                                        "S: 334 VXNlcm5hbWU6\n"
                                        "C: *\n"
                                        "S: 334 UGFzc3dvcmQ6\n"
                                        "C: *\n"
                                        "S: 235 2.7.0 {user} is in\n"
                                        "C: MAIL\n"
                                        "S: 250 ok\n"
                                        "C: RCPT TO:<{to}>\n"
                                        "S: 250 ok\n"
                                        "C: DATA\n"
                                        "S: 354 go\n"
                                        "C: .  # 33 octets in 5 lines\n"
                                        "S: 250 2.0.0 Ok: queued as {token}\n"
                                        "C: QUIT\n"
                                        "S: 221 bye\n"
                                        "\n"
                                        "expect   outcome sent\n";

/* All that one side said, with a mark where the handshake has its place. */
static void assert_heard(struct table *table, enum recorder_side who, const char *before_tls)
{
    struct buf all;

    buf_init(&all, OUT_OCTETS_MAX);
    for (size_t i = 0; i < COUNT_OF(starttls_session); i++) {
        if (starttls_session[i].who == who)
            continue;
        assert_true(buf_append_string(&all, starttls_session[i].says));
        if (strcmp(starttls_session[i].says, before_tls) == 0)
            assert_true(buf_append_string(&all, "<TLS>"));
    }
    assert_bytes(buf_bytes(&table->parties[who].heard), buf_bytes(&all));
    buf_release(&all);
}

static void assert_starttls_session(struct cutting cutting)
{
    struct table table;
    struct buf text;

    sit_down(&table, &(struct relay_options){.login = NULL}, false);
    play(&table, starttls_session, COUNT_OF(starttls_session), cutting);
    end(&table, RECORDER_SERVER, ENGINE_END_FIN);
    end(&table, RECORDER_CLIENT, ENGINE_END_FIN);
    assert_string(bytes_of(relay_trouble(table.relay)), "");
    assert_heard(&table, RECORDER_CLIENT, "220 2.0.0 go ahead\r\n");
    assert_heard(&table, RECORDER_SERVER, "STARTTLS\r\n");
    buf_init(&text, OUT_OCTETS_MAX);
    assert_string(recorded(&table, &text), starttls_recorded);
    buf_release(&text);
    get_up(&table);
}

static void any_division_gives_the_same_recording(void **state)
{
    (void)state;
    assert_starttls_session((struct cutting){.piece = 0});
    for (size_t piece = 1; piece < PIECES_MAX; piece++)
        assert_starttls_session((struct cutting){.piece = piece});
    for (size_t i = 0; i < COUNT_OF(starttls_session); i++)
        for (size_t at = 1; at < strlen(starttls_session[i].says); at++)
            assert_starttls_session((struct cutting){.cut = i, .at = at});
}

static const struct {
    const char *name;
    struct line lines[6];
    const char *client_heard;
    const char *server_heard;
} injected[] = {
    {"a reply behind the 220",
     {{RECORDER_SERVER, "220 a\r\n"},
      {RECORDER_CLIENT, "EHLO c\r\n"},
      {RECORDER_SERVER, "250 STARTTLS\r\n"},
      {RECORDER_CLIENT, "STARTTLS\r\n"},
      {RECORDER_SERVER, "220 go\r\n250 AUTH PLAIN\r\n"}},
     "220 a\r\n250 STARTTLS\r\n", "EHLO c\r\nSTARTTLS\r\n"},
    {"a fragment behind the 220",
     {{RECORDER_SERVER, "220 a\r\n"},
      {RECORDER_CLIENT, "STARTTLS\r\n"},
      {RECORDER_SERVER, "220 go\r\n2"}},
     "220 a\r\n",                 "STARTTLS\r\n"          },
    {"a command behind STARTTLS",
     {{RECORDER_SERVER, "220 a\r\n"},
      {RECORDER_CLIENT, "STARTTLS\r\nMAIL FROM:<>\r\n"},
      {RECORDER_SERVER, "220 go\r\n"}},
     "220 a\r\n220 go\r\n",       "STARTTLS\r\n<TLS>"     },
    {"a command before the 220",
     {{RECORDER_SERVER, "220 a\r\n"},
      {RECORDER_CLIENT, "STARTTLS\r\n"},
      {RECORDER_CLIENT, "M"},
      {RECORDER_SERVER, "220 go\r\n"}},
     "220 a\r\n220 go\r\n",       "STARTTLS\r\n<TLS>"     },
};

static void octets_injected_at_starttls_end_the_session(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(injected); i++) {
        struct table table;
        size_t count = 0;

        while (count < COUNT_OF(injected[i].lines) && injected[i].lines[count].says != NULL)
            count++;
        sit_down(&table, &(struct relay_options){.login = NULL}, false);
        play(&table, injected[i].lines, count, (struct cutting){.piece = 0});
        assert_non_null(strstr(relay_trouble(table.relay), "octets came in the clear"));
        assert_string(buf_bytes(&table.parties[RECORDER_CLIENT].heard), injected[i].client_heard);
        assert_string(buf_bytes(&table.parties[RECORDER_SERVER].heard), injected[i].server_heard);
        for (size_t side = 0; side < 2; side++)
            assert_int_equal(table.parties[side].closes + table.parties[side].resets, 1);
        get_up(&table);
    }
}

/* Behind a refusal the same octets are commands, and none of them is lost. */
static void what_waits_behind_a_refused_starttls_is_passed_on(void **state)
{
    static const struct line lines[] = {
        {RECORDER_SERVER, "220 a\r\n"                   },
        {RECORDER_CLIENT, "STARTTLS\r\nNOOP\r\nNOOP\r\n"},
        {RECORDER_SERVER, "454 later\r\n"               },
    };
    struct table table;

    (void)state;
    sit_down(&table, &(struct relay_options){.login = NULL}, false);
    play(&table, lines, COUNT_OF(lines), (struct cutting){.piece = 0});
    assert_string(buf_bytes(&table.parties[RECORDER_SERVER].heard), "STARTTLS\r\nNOOP\r\nNOOP\r\n");
    assert_string(buf_bytes(&table.parties[RECORDER_CLIENT].heard), "220 a\r\n454 later\r\n");
    get_up(&table);
}

static void ends_are_passed_on_as_they_are(void **state)
{
    static const struct line lines[] = {
        {RECORDER_SERVER, "220 a\r\n" },
        {RECORDER_CLIENT, "EHLO c\r\n"}
    };
    struct table table;

    (void)state;
    sit_down(&table, &(struct relay_options){.login = NULL}, false);
    play(&table, lines, COUNT_OF(lines), (struct cutting){.piece = 0});
    end(&table, RECORDER_CLIENT, ENGINE_END_FIN);
    assert_int_equal(table.parties[RECORDER_SERVER].half_closes, 1);
    assert_int_equal(table.parties[RECORDER_CLIENT].closes, 0);
    /* A half-closed connection still hears the answer. */
    say(&table, RECORDER_SERVER, BYTES_LITERAL("250 a\r\n"));
    assert_string(buf_bytes(&table.parties[RECORDER_CLIENT].heard), "220 a\r\n250 a\r\n");
    end(&table, RECORDER_SERVER, ENGINE_END_FIN);
    assert_int_equal(table.parties[RECORDER_SERVER].closes, 1);
    assert_int_equal(table.parties[RECORDER_CLIENT].closes, 1);
    get_up(&table);

    sit_down(&table, &(struct relay_options){.login = NULL}, false);
    play(&table, lines, COUNT_OF(lines), (struct cutting){.piece = 0});
    end(&table, RECORDER_SERVER, ENGINE_END_RESET);
    assert_int_equal(table.parties[RECORDER_CLIENT].resets, 1);
    assert_int_equal(table.recorder.dialogue.end, IMPORT_END_RESET);
    get_up(&table);
}

static void a_server_that_cannot_be_reached_is_trouble(void **state)
{
    struct table table;

    (void)state;
    sit_down(&table, &(struct relay_options){.login = NULL}, false);
    end(&table, RECORDER_SERVER, ENGINE_END_REFUSED);
    assert_string(bytes_of(relay_trouble(table.relay)), "the server cannot be reached");
    assert_int_equal(table.parties[RECORDER_CLIENT].closes, 1);
    get_up(&table);
}

static void the_relay_asks_for_starttls_itself(void **state)
{
    static const struct line lines[] = {
        {RECORDER_SERVER, "220-hi\r\n220 a\r\n"      },
        {RECORDER_SERVER, "250-a\r\n250 starttls\r\n"},
        {RECORDER_SERVER, "220 go\r\n"               },
        {RECORDER_CLIENT, "EHLO c\r\n"               },
        {RECORDER_SERVER, "250 a\r\n"                },
    };

    (void)state;
    for (size_t piece = 0; piece < 20; piece++) {
        struct table table;

        sit_down(&table, &(struct relay_options){.to_server = RELAY_TLS_STARTTLS}, false);
        play(&table, lines, COUNT_OF(lines), (struct cutting){.piece = piece});
        assert_string(bytes_of(relay_trouble(table.relay)), "");
        assert_string(buf_bytes(&table.parties[RECORDER_SERVER].heard),
                      "EHLO [127.0.0.1]\r\nSTARTTLS\r\n<TLS>EHLO c\r\n");
        assert_string(buf_bytes(&table.parties[RECORDER_CLIENT].heard),
                      "220-hi\r\n220 a\r\n250 a\r\n");
        assert_int_equal(table.recorder.dialogue.count, 2);
        get_up(&table);
    }
}

static void a_server_without_tls_is_not_gone_on_with(void **state)
{
    static const struct line none[] = {
        {RECORDER_SERVER, "220 a\r\n"},
        {RECORDER_SERVER, "250 a\r\n"}
    };
    static const struct line lines[] = {
        {RECORDER_SERVER, "220 a\r\n"   },
        {RECORDER_CLIENT, "STARTTLS\r\n"},
        {RECORDER_SERVER, "220 go\r\n"  }
    };
    struct table table;

    (void)state;
    sit_down(&table, &(struct relay_options){.to_server = RELAY_TLS_STARTTLS}, false);
    play(&table, none, COUNT_OF(none), (struct cutting){.piece = 0});
    assert_string(bytes_of(relay_trouble(table.relay)), "the server offers no STARTTLS");
    assert_int_equal(table.parties[RECORDER_CLIENT].heard.size, 0);
    get_up(&table);

    sit_down(&table, &(struct relay_options){.login = NULL}, false);
    table.parties[RECORDER_SERVER].refuses_tls = true;
    play(&table, lines, COUNT_OF(lines), (struct cutting){.piece = 0});
    assert_string(bytes_of(relay_trouble(table.relay)), "TLS with the server: no");
    assert_string(buf_bytes(&table.parties[RECORDER_CLIENT].heard), "220 a\r\n");
    assert_int_equal(table.parties[RECORDER_CLIENT].closes, 1);
    get_up(&table);
}

/* Nothing is said to a client that has yet to make TLS; what the server said meanwhile waits. */
static void implicit_tls_comes_before_the_greeting(void **state)
{
    struct table table;

    (void)state;
    sit_down(&table, &(struct relay_options){.client_implicit = true}, false);
    drive_received(&table.drives[RECORDER_SERVER], 0, BYTES_LITERAL("220 a\r\n"));
    assert_int_equal(table.parties[RECORDER_CLIENT].heard.size, 0);
    settle(&table);
    assert_string(buf_bytes(&table.parties[RECORDER_CLIENT].heard), "<TLS>220 a\r\n");
    get_up(&table);
}

static void mail_data_is_kept_as_it_was_meant(void **state)
{
    static const struct line lines[] = {
        {RECORDER_SERVER, "220 a\r\n"                  },
        {RECORDER_CLIENT, "DATA\r\n"                   },
        {RECORDER_SERVER, "354 go\r\n"                 },
        {RECORDER_CLIENT, "..\r\n.x\r\na.\r\n\r\n.\r\n"},
        {RECORDER_SERVER, "250 ok\r\n"                 },
        {RECORDER_CLIENT, "BDAT 3 LAST\r\nnot"         },
    };

    (void)state;
    for (size_t piece = 0; piece < 20; piece++) {
        struct table table;

        sit_down(&table, &(struct relay_options){.login = NULL}, true);
        play(&table, lines, COUNT_OF(lines), (struct cutting){.piece = piece});
        assert_string(recorder_mail(&table.recorder), ".\r\nx\r\na.\r\n\r\n");
        get_up(&table);
    }
}

static void chunks_are_no_commands(void **state)
{
    static const struct line lines[] = {
        {RECORDER_SERVER, "220 a\r\n"                                },
        {RECORDER_CLIENT, "BDAT 6\r\nQUIT\r\nBDAT 0 LAST\r\nNOOP\r\n"},
        {RECORDER_SERVER, "250 ok\r\n250 ok\r\n250 ok\r\n"           },
    };

    (void)state;
    for (size_t piece = 0; piece < 20; piece++) {
        struct table table;

        sit_down(&table, &(struct relay_options){.login = NULL}, true);
        play(&table, lines, COUNT_OF(lines), (struct cutting){.piece = piece});
        assert_string(recorder_mail(&table.recorder), "QUIT\r\n");
        assert_int_equal(table.recorder.dialogue.count, 4);
        assert_string(buf_bytes(&table.parties[RECORDER_SERVER].heard),
                      "BDAT 6\r\nQUIT\r\nBDAT 0 LAST\r\nNOOP\r\n");
        get_up(&table);
    }
}

static void a_session_without_end_is_not_recorded_for_ever(void **state)
{
    struct table table;

    (void)state;
    sit_down(&table, &(struct relay_options){.login = NULL}, false);
    say(&table, RECORDER_SERVER, BYTES_LITERAL("220 a\r\n"));
    for (size_t i = 0; i <= RECORDER_UNITS_MAX; i++) {
        say(&table, RECORDER_CLIENT, BYTES_LITERAL("NOOP\r\n"));
        buf_clear(&table.parties[RECORDER_SERVER].heard);
    }
    assert_string(bytes_of(relay_trouble(table.relay)), "the session is too long to be recorded");
    assert_int_equal(table.parties[RECORDER_CLIENT].closes, 1);
    get_up(&table);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_division_gives_the_same_recording),
        cmocka_unit_test(octets_injected_at_starttls_end_the_session),
        cmocka_unit_test(what_waits_behind_a_refused_starttls_is_passed_on),
        cmocka_unit_test(ends_are_passed_on_as_they_are),
        cmocka_unit_test(a_server_that_cannot_be_reached_is_trouble),
        cmocka_unit_test(the_relay_asks_for_starttls_itself),
        cmocka_unit_test(a_server_without_tls_is_not_gone_on_with),
        cmocka_unit_test(implicit_tls_comes_before_the_greeting),
        cmocka_unit_test(mail_data_is_kept_as_it_was_meant),
        cmocka_unit_test(chunks_are_no_commands),
        cmocka_unit_test(a_session_without_end_is_not_recorded_for_ever),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
