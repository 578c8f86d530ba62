/* Pasted logs, from one line to the whole: which side, what is around it, what a paste did to it.
 */
#include "harness/import/import.h"
#include "harness/import/import_content.h"
#include "harness/import/import_line.h"
#include "harness/import/import_paste.h"
#include "harness/import/import_pcap.h"

#include "tests/support/unit.h"

#define ARENA_OCTETS_MAX ((size_t)64 * 1024 * 1024)
#define TEXT_OCTETS_MAX ((size_t)8 * 1024 * 1024)

/* ---- which side says it ---------------------------------------------------------------------- */

static const struct {
    struct bytes text;
    enum import_hint side;
    unsigned code;
} contents[] = {
    {OCTETS("220 hi"),                      IMPORT_HINT_SERVER, 220},
    {OCTETS("250-SIZE"),                    IMPORT_HINT_SERVER, 250},
    {OCTETS("354"),                         IMPORT_HINT_SERVER, 354},
    {OCTETS("599 x"),                       IMPORT_HINT_SERVER, 599},
    {OCTETS("600 x"),                       IMPORT_HINT_NONE,   0  },
    {OCTETS("199 x"),                       IMPORT_HINT_NONE,   0  },
    {OCTETS("2500 octets"),                 IMPORT_HINT_NONE,   0  },
    {OCTETS("25"),                          IMPORT_HINT_NONE,   0  },
    {OCTETS("250\0x"),                      IMPORT_HINT_NONE,   0  },
    {OCTETS(""),                            IMPORT_HINT_NONE,   0  },
    {OCTETS("\0"),                          IMPORT_HINT_NONE,   0  },
    {OCTETS("ehlo client.example"),         IMPORT_HINT_CLIENT, 0  },
    {OCTETS("MAIL FROM:<a@b.example>"),     IMPORT_HINT_CLIENT, 0  },
    {OCTETS("mail from the boss"),          IMPORT_HINT_NONE,   0  },
    {OCTETS("Data follows"),                IMPORT_HINT_NONE,   0  },
    {OCTETS("DATA"),                        IMPORT_HINT_CLIENT, 0  },
    {OCTETS("AUTH PLAIN AGEAYg=="),         IMPORT_HINT_CLIENT, 0  },
    {OCTETS("Auth method selected: PLAIN"), IMPORT_HINT_NONE,   0  },
    {OCTETS("BDAT 12 LAST"),                IMPORT_HINT_CLIENT, 0  },
};

static void a_line_tells_its_side(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(contents); i++)
        if (import_side_of(contents[i].text) != contents[i].side ||
            import_reply_code(contents[i].text) != contents[i].code)
            fail_msg("%.*s: side %d, code %u", BYTES_FORMAT(contents[i].text),
                     (int)import_side_of(contents[i].text), import_reply_code(contents[i].text));
}

/* ---- what stands around it ------------------------------------------------------------------- */

static const struct {
    struct bytes line;
    enum import_hint hint;
    struct bytes text;
} lines[] = {
    {OCTETS("250 ok"),                                     IMPORT_HINT_NONE,   OCTETS("250 ok")         },
    {OCTETS("S: 250 ok"),                                  IMPORT_HINT_SERVER, OCTETS("250 ok")         },
    {OCTETS("2026-11-27 01:02:03 CLIENT -> SERVER: QUIT"), IMPORT_HINT_CLIENT, OCTETS("QUIT")           },
    {OCTETS("send: 'ehlo c\\r\\n'"),                       IMPORT_HINT_CLIENT, OCTETS("ehlo c\r\n")     },
    {OCTETS("reply: b'250 a\\\\b\\r\\n'"),                 IMPORT_HINT_SERVER, OCTETS("250 a\\b\r\n")   },
    {OCTETS("<~  220 hi"),                                 IMPORT_HINT_SERVER, OCTETS("220 hi")         },
    {OCTETS("=== Trying 127.0.0.1:25..."),                 IMPORT_HINT_OPENS,  OCTETS("127.0.0.1:25...")},
    {OCTETS("* Connected to x"),                           IMPORT_HINT_NOISE,  OCTETS("Connected to x") },
    {OCTETS("[gap] TLS"),                                  IMPORT_HINT_GAP,    OCTETS("TLS")            },
    {OCTETS("\0S: 250 ok"),                                IMPORT_HINT_NONE,   OCTETS("\0S: 250 ok")    },
    {OCTETS(""),                                           IMPORT_HINT_NONE,   OCTETS("")               },
};

static void a_line_is_freed_of_what_stands_around_it(void **state)
{
    struct arena *arena = arena_new(ARENA_OCTETS_MAX);

    (void)state;
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        struct import_line line;

        assert_true(import_line_read(lines[i].line, arena, &line));
        if (line.hint != lines[i].hint || !bytes_equal(line.text, lines[i].text))
            fail_msg("%.*s: hint %d, \"%.*s\"", BYTES_FORMAT(lines[i].line), (int)line.hint,
                     BYTES_FORMAT(line.text));
    }
    arena_free(arena);
}

/* ---- what a paste did ------------------------------------------------------------------------ */

static const struct {
    const char *name;
    struct bytes pasted, log;
} pastes[] = {
    {"as it was",         OCTETS("C: QUIT\nS: 221 bye\n"),                                    OCTETS("C: QUIT\nS: 221 bye\n")},
    {"CRLF and LF",       OCTETS("C: QUIT\r\nS: 221 bye\nC: x\r\r\n"),
     OCTETS("C: QUIT\nS: 221 bye\nC: x\n")                                                                                   },
    {"CR alone",          OCTETS("C: QUIT\rS: 221 bye\r"),                                    OCTETS("C: QUIT\nS: 221 bye\n")},
    {"a byte order mark",
     OCTETS("\xef\xbb\xbf"
            "220 hi\nQUIT\n"),
     OCTETS("220 hi\nQUIT\n")                                                                                                },
    {"colours",           OCTETS("\x1b[32;1m220 hi\x1b[0m\n\x1b[KQUIT\n"),                    OCTETS("220 hi\nQUIT\n")       },
    {"HTML",              OCTETS("C: MAIL FROM:&lt;a@b&gt;<br />\nS: 250 a &amp; b<br />\n"),
     OCTETS("C: MAIL FROM:<a@b>\nS: 250 a & b\n")                                                                            },
    {"quoted",            OCTETS("> S: 220 hi\n> C: QUIT\n> S: 221 bye\n"),
     OCTETS("S: 220 hi\nC: QUIT\nS: 221 bye\n")                                                                              },
    {"nothing",           OCTETS(""),                                                         OCTETS("")                     },
};

static void what_a_paste_did_is_undone(void **state)
{
    struct arena *arena = arena_new(ARENA_OCTETS_MAX);

    (void)state;
    for (size_t i = 0; i < COUNT_OF(pastes); i++) {
        struct bytes log = BYTES_NONE;

        assert_true(import_paste_undo(pastes[i].pasted, arena, &log));
        if (!bytes_equal(log, pastes[i].log))
            fail_msg("%s: \"%.*s\"", pastes[i].name, BYTES_FORMAT(log));
    }
    arena_free(arena);
}

/* ---- what tshark prints ---------------------------------------------------------------------- */

#define FOLLOW                                                                                     \
    "\n====\nFollow: tcp,raw\nFilter: tcp.stream eq 0\nNode 0: 127.0.0.1:1\nNode 1: 127.0.0.1:2\n"

static const struct {
    const char *name;
    struct bytes followed;
    const char *log; /* NULL: refused … */
    const char *why; /* … with this in the error */
} captures[] = {
    {"a session",           OCTETS(FOLLOW "\t3232302068690d0a\n515549540d0a\n\t323231206279650d0a\n====\n"),
     "[connection]\nS: 220 hi\nC: QUIT\nS: 221 bye\n",                                                                                    NULL                      },
    {"lines in pieces",     OCTETS(FOLLOW "\t323230\n\t2068690d\n\t0a\n5155\n49540d0a\n====\n"),
     "[connection]\nS: 220 hi\nC: QUIT\n",                                                                                                NULL                      },
    {"without an end",      OCTETS(FOLLOW "\t323230206869"),                                                 "[connection]\nS: 220 hi\n", NULL                      },
    {"TLS behind STARTTLS", OCTETS(FOLLOW "\t3232302068690d0a\n160301\n====\n"),
     "[connection]\nS: 220 hi\n[gap] TLS\n",                                                                                              NULL                      },
    {"TLS alone",           OCTETS(FOLLOW "160301\n====\n"),                                                 NULL,                        "TLS from the first octet"},
    {"no SMTP",             OCTETS(FOLLOW "474554202f0d0a\n====\n"),                                         NULL,                        "no TCP connection"       },
    {"odd digits",          OCTETS(FOLLOW "\t3232302068690d0a3\n\tzz\n====\n"),                              "[connection]\nS: 220 hi\n",
     NULL                                                                                                                                                           },
    {"nothing",             OCTETS(""),                                                                      NULL,                        "no TCP connection"       },
};

static void what_tshark_prints_becomes_a_log(void **state)
{
    struct arena *arena = arena_new(ARENA_OCTETS_MAX);

    (void)state;
    for (size_t i = 0; i < COUNT_OF(captures); i++) {
        struct bytes log = BYTES_NONE;
        struct err err = {.kind = ERR_NONE};
        bool ok = import_pcap_log(captures[i].followed, arena, &log, &err);

        if (ok != (captures[i].log != NULL) || (ok ? !bytes_equal(log, bytes_of(captures[i].log))
                                                   : strstr(err.what, captures[i].why) == NULL))
            fail_msg("%s: \"%.*s\" %s", captures[i].name, BYTES_FORMAT(log), err.what);
    }
    arena_free(arena);
}

static void a_capture_is_known_by_its_first_octets(void **state)
{
    (void)state;
    assert_true(import_pcap_is((struct bytes)OCTETS("\xd4\xc3\xb2\xa1\x02\0")));
    assert_true(import_pcap_is((struct bytes)OCTETS("\x0a\x0d\x0d\x0a")));
    assert_false(import_pcap_is((struct bytes)OCTETS("\xd4\xc3\xb2")));
    assert_false(import_pcap_is((struct bytes)OCTETS("220 hi\r\n")));
    assert_false(import_pcap_is((struct bytes)OCTETS("")));
}

/* ---- the whole ------------------------------------------------------------------------------- */

static bool import(struct bytes log, struct arena *arena, struct buf *ret, struct err *err)
{
    struct import_counts counts;

    buf_clear(ret);
    return import_log(log, &(struct import_options){.session = 0}, arena, ret, &counts, err);
}

/* What no log should hold is passed over, or refused in so many words. */
static void hostile_logs_are_read_or_refused(void **state)
{
    enum { LONG_OCTETS = 1024 * 1024 };
    static char octets[LONG_OCTETS];
    static const char *const before[] = {"",   "S: ",  "C: ", "S: 220 ", "C: AUTH PLAIN ",
                                         "> ", "\x1b["};
    static const char fills[] = {'x', '\0', '<', '&', '{', '\\', '\'', '\x1b', ' ', '\xff'};
    struct buf text;
    struct buf log;

    (void)state;
    buf_init(&text, TEXT_OCTETS_MAX);
    buf_init(&log, (size_t)2 * LONG_OCTETS);
    for (size_t i = 0; i < COUNT_OF(fills); i++) {
        struct arena *arena = arena_new(ARENA_OCTETS_MAX);
        struct err err = {.kind = ERR_NONE};

        memset(octets, fills[i], sizeof(octets));
        buf_clear(&log);
        assert_true(buf_append_string(&log, "S: 220 hi\nC: EHLO c\nS: 250 hi\n") &&
                    buf_append_string(&log, before[i % COUNT_OF(before)]) &&
                    buf_append(&log, (struct bytes){octets, sizeof(octets)}) &&
                    buf_append_string(&log, "\nC: QUIT\nS: 221 bye\n"));
        if (import(buf_bytes(&log), arena, &text, &err))
            assert_int_not_equal(bytes_find_bytes(buf_bytes(&text), BYTES_LITERAL("S: 220 hi\n")),
                                 BYTES_NOT_FOUND);
        else
            assert_true(err.kind == ERR_LIMIT || err.kind == ERR_MEMORY);
        arena_free(arena);
    }
    buf_release(&log);
    buf_release(&text);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_tells_its_side),
        cmocka_unit_test(a_line_is_freed_of_what_stands_around_it),
        cmocka_unit_test(what_a_paste_did_is_undone),
        cmocka_unit_test(what_tshark_prints_becomes_a_log),
        cmocka_unit_test(a_capture_is_known_by_its_first_octets),
        cmocka_unit_test(hostile_logs_are_read_or_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
