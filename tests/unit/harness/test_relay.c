/* The relay between two scripts: what passes, what is recorded, and what may cut it as it likes. */
#include "harness/record/recording.h"

#include "tests/support/relay_table.h"
#include "tests/support/unit.h"

#define OUT_OCTETS_MAX ((size_t)256 * 1024)

enum { PIECES_MAX = 64 };

/* A session: who says what, in turn. */
struct line {
    enum recorder_side who;
    const char *says;
};

/* piece: octets said at once; 0 = all. cut: the line that is said in two, behind `at` octets. */
struct cutting {
    size_t piece;
    size_t cut, at;
};

static void play(struct relay_table *table, const struct line *lines, size_t count,
                 struct cutting cutting)
{
    relay_table_settle(table);
    for (size_t i = 0; i < count; i++) {
        struct bytes rest = bytes_of(lines[i].says);

        if (cutting.at > 0 && i == cutting.cut) {
            relay_table_say(table, lines[i].who, bytes_slice(rest, 0, cutting.at));
            rest = bytes_after(rest, cutting.at);
        }
        while (rest.size > 0) {
            size_t size =
                cutting.piece > 0 && cutting.piece < rest.size ? cutting.piece : rest.size;

            relay_table_say(table, lines[i].who, bytes_slice(rest, 0, size));
            rest = bytes_after(rest, size);
        }
    }
}

static struct bytes recorded(struct relay_table *table, struct buf *to)
{
    static const struct recording_origin origin = {
        .host = "mail.provider.example", .port = 587, .day = "27 Nov 2026"};
    struct err err = {.kind = ERR_NONE};

    assert_true(recording_make(&table->recorder, &origin, table->arena, to, &err));
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

static const char starttls_recorded[] =
    "title    a session with mail.provider.example: "
    "the message is accepted\n"
    "source   recorded 27 Nov 2026 at mail.provider.example:587; "
    "names and secrets replaced\n"
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
static void assert_heard(struct relay_table *table, enum recorder_side who, const char *before_tls)
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
    struct relay_table table;
    struct buf text;

    relay_table_open(&table, &(struct relay_options){.login = NULL}, false);
    play(&table, starttls_session, COUNT_OF(starttls_session), cutting);
    relay_table_end(&table, RECORDER_SERVER, ENGINE_END_FIN);
    relay_table_end(&table, RECORDER_CLIENT, ENGINE_END_FIN);
    assert_string(bytes_of(relay_trouble(table.relay)), "");
    assert_heard(&table, RECORDER_CLIENT, "220 2.0.0 go ahead\r\n");
    assert_heard(&table, RECORDER_SERVER, "STARTTLS\r\n");
    buf_init(&text, OUT_OCTETS_MAX);
    assert_string(recorded(&table, &text), starttls_recorded);
    buf_release(&text);
    relay_table_close(&table);
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
        struct relay_table table;
        size_t count = 0;

        while (count < COUNT_OF(injected[i].lines) && injected[i].lines[count].says != NULL)
            count++;
        relay_table_open(&table, &(struct relay_options){.login = NULL}, false);
        play(&table, injected[i].lines, count, (struct cutting){.piece = 0});
        assert_non_null(strstr(relay_trouble(table.relay), "octets came in the clear"));
        assert_string(buf_bytes(&table.parties[RECORDER_CLIENT].heard), injected[i].client_heard);
        assert_string(buf_bytes(&table.parties[RECORDER_SERVER].heard), injected[i].server_heard);
        for (size_t side = 0; side < 2; side++)
            assert_int_equal(table.parties[side].closes + table.parties[side].resets, 1);
        relay_table_close(&table);
    }
}

/* Some servers greet again under TLS; nobody asked for another handshake. */
static void a_reply_that_nobody_asked_for_starts_no_tls(void **state)
{
    static const struct line lines[] = {
        {RECORDER_SERVER, "220 a\r\n"       },
        {RECORDER_CLIENT, "STARTTLS\r\n"    },
        {RECORDER_SERVER, "220 go\r\n"      },
        {RECORDER_SERVER, "220 hi again\r\n"},
        {RECORDER_CLIENT, "NOOP\r\n"        },
        {RECORDER_SERVER, "250 ok\r\n"      },
    };
    struct relay_table table;

    (void)state;
    relay_table_open(&table, &(struct relay_options){.login = NULL}, false);
    play(&table, lines, COUNT_OF(lines), (struct cutting){.piece = 0});
    assert_string(bytes_of(relay_trouble(table.relay)), "");
    assert_string(buf_bytes(&table.parties[RECORDER_CLIENT].heard),
                  "220 a\r\n220 go\r\n<TLS>220 hi again\r\n250 ok\r\n");
    assert_int_equal(table.parties[RECORDER_SERVER].handshakes, 1);
    relay_table_close(&table);
}

/* Behind a refusal the same octets are commands, and none of them is lost. */
static void what_waits_behind_a_refused_starttls_is_passed_on(void **state)
{
    static const struct line lines[] = {
        {RECORDER_SERVER, "220 a\r\n"                   },
        {RECORDER_CLIENT, "STARTTLS\r\nNOOP\r\nNOOP\r\n"},
        {RECORDER_SERVER, "454 later\r\n"               },
    };
    struct relay_table table;

    (void)state;
    relay_table_open(&table, &(struct relay_options){.login = NULL}, false);
    play(&table, lines, COUNT_OF(lines), (struct cutting){.piece = 0});
    assert_string(buf_bytes(&table.parties[RECORDER_SERVER].heard), "STARTTLS\r\nNOOP\r\nNOOP\r\n");
    assert_string(buf_bytes(&table.parties[RECORDER_CLIENT].heard), "220 a\r\n454 later\r\n");
    relay_table_close(&table);
}

static void ends_are_passed_on_as_they_are(void **state)
{
    static const struct line lines[] = {
        {RECORDER_SERVER, "220 a\r\n" },
        {RECORDER_CLIENT, "EHLO c\r\n"}
    };
    struct relay_table table;

    (void)state;
    relay_table_open(&table, &(struct relay_options){.login = NULL}, false);
    play(&table, lines, COUNT_OF(lines), (struct cutting){.piece = 0});
    relay_table_end(&table, RECORDER_CLIENT, ENGINE_END_FIN);
    assert_int_equal(table.parties[RECORDER_SERVER].half_closes, 1);
    assert_int_equal(table.parties[RECORDER_CLIENT].closes, 0);
    /* A half-closed connection still hears the answer. */
    relay_table_say(&table, RECORDER_SERVER, BYTES_LITERAL("250 a\r\n"));
    assert_string(buf_bytes(&table.parties[RECORDER_CLIENT].heard), "220 a\r\n250 a\r\n");
    relay_table_end(&table, RECORDER_SERVER, ENGINE_END_FIN);
    assert_int_equal(table.parties[RECORDER_SERVER].closes, 1);
    assert_int_equal(table.parties[RECORDER_CLIENT].closes, 1);
    relay_table_close(&table);

    relay_table_open(&table, &(struct relay_options){.login = NULL}, false);
    play(&table, lines, COUNT_OF(lines), (struct cutting){.piece = 0});
    relay_table_end(&table, RECORDER_SERVER, ENGINE_END_RESET);
    assert_int_equal(table.parties[RECORDER_CLIENT].resets, 1);
    assert_int_equal(table.recorder.dialogue.end, IMPORT_END_RESET);
    relay_table_close(&table);
}

static void a_server_that_cannot_be_reached_is_trouble(void **state)
{
    struct relay_table table;

    (void)state;
    relay_table_open(&table, &(struct relay_options){.login = NULL}, false);
    relay_table_end(&table, RECORDER_SERVER, ENGINE_END_REFUSED);
    assert_string(bytes_of(relay_trouble(table.relay)), "the server cannot be reached");
    assert_int_equal(table.parties[RECORDER_CLIENT].closes, 1);
    relay_table_close(&table);
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
        struct relay_table table;

        relay_table_open(&table, &(struct relay_options){.to_server = RELAY_TLS_STARTTLS}, false);
        play(&table, lines, COUNT_OF(lines), (struct cutting){.piece = piece});
        assert_string(bytes_of(relay_trouble(table.relay)), "");
        assert_string(buf_bytes(&table.parties[RECORDER_SERVER].heard),
                      "EHLO [127.0.0.1]\r\nSTARTTLS\r\n<TLS>EHLO c\r\n");
        assert_string(buf_bytes(&table.parties[RECORDER_CLIENT].heard),
                      "220-hi\r\n220 a\r\n250 a\r\n");
        assert_int_equal(table.recorder.dialogue.count, 2);
        relay_table_close(&table);
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
    struct relay_table table;

    (void)state;
    relay_table_open(&table, &(struct relay_options){.to_server = RELAY_TLS_STARTTLS}, false);
    play(&table, none, COUNT_OF(none), (struct cutting){.piece = 0});
    assert_string(bytes_of(relay_trouble(table.relay)), "the server offers no STARTTLS");
    assert_int_equal(table.parties[RECORDER_CLIENT].heard.size, 0);
    relay_table_close(&table);

    relay_table_open(&table, &(struct relay_options){.login = NULL}, false);
    table.parties[RECORDER_SERVER].refuses_tls = true;
    play(&table, lines, COUNT_OF(lines), (struct cutting){.piece = 0});
    assert_string(bytes_of(relay_trouble(table.relay)), "TLS with the server: no");
    assert_string(buf_bytes(&table.parties[RECORDER_CLIENT].heard), "220 a\r\n");
    assert_int_equal(table.parties[RECORDER_CLIENT].closes, 1);
    relay_table_close(&table);
}

/* Nothing is said to a client that has yet to make TLS; what the server said meanwhile waits. */
static void implicit_tls_comes_before_the_greeting(void **state)
{
    struct relay_table table;

    (void)state;
    relay_table_open(&table, &(struct relay_options){.client_implicit = true}, false);
    drive_received(&table.drives[RECORDER_SERVER], 0, BYTES_LITERAL("220 a\r\n"));
    assert_int_equal(table.parties[RECORDER_CLIENT].heard.size, 0);
    relay_table_settle(&table);
    assert_string(buf_bytes(&table.parties[RECORDER_CLIENT].heard), "<TLS>220 a\r\n");
    relay_table_close(&table);
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
        struct relay_table table;

        relay_table_open(&table, &(struct relay_options){.login = NULL}, true);
        play(&table, lines, COUNT_OF(lines), (struct cutting){.piece = piece});
        assert_string(recorder_mail(&table.recorder), ".\r\nx\r\na.\r\n\r\n");
        relay_table_close(&table);
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
        struct relay_table table;

        relay_table_open(&table, &(struct relay_options){.login = NULL}, true);
        play(&table, lines, COUNT_OF(lines), (struct cutting){.piece = piece});
        assert_string(recorder_mail(&table.recorder), "QUIT\r\n");
        assert_int_equal(table.recorder.dialogue.count, 4);
        assert_string(buf_bytes(&table.parties[RECORDER_SERVER].heard),
                      "BDAT 6\r\nQUIT\r\nBDAT 0 LAST\r\nNOOP\r\n");
        relay_table_close(&table);
    }
}

static void a_session_without_end_is_not_recorded_for_ever(void **state)
{
    struct relay_table table;

    (void)state;
    relay_table_open(&table, &(struct relay_options){.login = NULL}, false);
    relay_table_say(&table, RECORDER_SERVER, BYTES_LITERAL("220 a\r\n"));
    for (size_t i = 0; i <= RECORDER_UNITS_MAX; i++) {
        relay_table_say(&table, RECORDER_CLIENT, BYTES_LITERAL("NOOP\r\n"));
        buf_clear(&table.parties[RECORDER_SERVER].heard);
    }
    assert_string(bytes_of(relay_trouble(table.relay)), "the session is too long to be recorded");
    assert_int_equal(table.parties[RECORDER_CLIENT].closes, 1);
    relay_table_close(&table);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_division_gives_the_same_recording),
        cmocka_unit_test(octets_injected_at_starttls_end_the_session),
        cmocka_unit_test(a_reply_that_nobody_asked_for_starts_no_tls),
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
