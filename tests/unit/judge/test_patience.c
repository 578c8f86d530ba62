#include "fakeserver/patience.h"

#include "tests/support/unit.h"

#include <string.h>

struct line {
    uint64_t at_ms;
    unsigned connection;
    enum transcript_kind kind;
    const char *octets;
};

/* Mail data that the connection's end cut off. */
static const char cut[] = "cut";

#define LINES_MAX 8

static const struct {
    const char *name;
    struct line lines[LINES_MAX]; /* the first one without a connection ends them */
    bool measured;
    struct patience expected;
} cases[] = {
    {"no greeting",
     {{5, 1, TRANSCRIPT_CONNECTED, ""},
      {5, 1, TRANSCRIPT_STALLED, ""},
      {300005, 1, TRANSCRIPT_CLIENT_CLOSED, ""}},
     true,                                                                                                                      {PATIENCE_GREETING, true, true, 300000, 2}  },
    {"QUIT is giving up",
     {{5, 1, TRANSCRIPT_REPLY, "220 a\r\n"},
      {6, 1, TRANSCRIPT_COMMAND, "mail FROM:<a@b.example>\r\n"},
      {6, 1, TRANSCRIPT_STALLED, ""},
      {30006, 1, TRANSCRIPT_COMMAND, "QUIT\r\n"},
      {60006, 1, TRANSCRIPT_CLIENT_CLOSED, ""}},
     true,                                                                                                                      {PATIENCE_MAIL, true, true, 30000, 3}       },
    {"QUIT in one group with the mail data is not",
     {{6, 1, TRANSCRIPT_MAIL_DATA, ""},
      {6, 1, TRANSCRIPT_STALLED, ""},
      {7, 1, TRANSCRIPT_COMMAND, "QUIT\r\n"},
      {60006, 1, TRANSCRIPT_CLIENT_RESET, ""}},
     true,                                                                                                                      {PATIENCE_END_OF_DATA, true, true, 60000, 3}},
    {"another connection's end is another's",
     {{6, 1, TRANSCRIPT_COMMAND, "RCPT TO:<a@b.example>\r\n"},
      {7, 2, TRANSCRIPT_COMMAND, "DATA\r\n"},
      {8, 1, TRANSCRIPT_STALLED, ""},
      {9, 2, TRANSCRIPT_CLIENT_CLOSED, ""},
      {1008, 1, TRANSCRIPT_CLIENT_CLOSED, ""}},
     true,                                                                                                                      {PATIENCE_RCPT, true, true, 1000, 4}        },
    {"the run ends first",
     {{6, 1, TRANSCRIPT_COMMAND, "DATA\r\n"},
      {7, 1, TRANSCRIPT_STALLED, ""},
      {9007, 1, TRANSCRIPT_EXPIRED, ""}},
     true,                                                                                                                      {PATIENCE_DATA, true, false, 9000, 2}       },
    {"a server that only has nothing more to say",
     {{6, 1, TRANSCRIPT_COMMAND, "HELO a\r\n"},
      {7, 1, TRANSCRIPT_REPLY, "250 a\r\n"},
      {9007, 1, TRANSCRIPT_CLIENT_CLOSED, ""}},
     true,                                                                                                                      {PATIENCE_EHLO, false, true, 9000, 2}       },
    {"a block of mail data is not taken, and what was buffered comes at the end",
     {{5, 1, TRANSCRIPT_REPLY, "354 a\r\n"},
      {6, 1, TRANSCRIPT_DEAF, ""},
      {200006, 1, TRANSCRIPT_MAIL_DATA, cut},
      {200006, 1, TRANSCRIPT_CLIENT_CLOSED, ""}},
     true,                                                                                                                      {PATIENCE_BLOCK, true, true, 200000, 3}     },
    {"… and taken at last",
     {{5, 1, TRANSCRIPT_REPLY, "354 a\r\n"},
      {6, 1, TRANSCRIPT_DEAF, ""},
      {200006, 1, TRANSCRIPT_MAIL_DATA, ""},
      {200007, 1, TRANSCRIPT_CLIENT_CLOSED, ""}},
     true,                                                                                                                      {PATIENCE_BLOCK, true, false, 200000, 2}    },
    {"who is deaf before it has asked for mail data is not waited for with a block",
     {{5, 1, TRANSCRIPT_REPLY, "220 a\r\n"},
      {6, 1, TRANSCRIPT_DEAF, ""},
      {9005, 1, TRANSCRIPT_CLIENT_CLOSED, ""}},
     true,                                                                                                                      {PATIENCE_GREETING, false, true, 9000, 2}   },
    {"nothing ended",                                                                {{6, 1, TRANSCRIPT_STALLED, ""}},   false, {PATIENCE_GREETING, 0, 0, 0, 0}             },
    {"nobody came",                                                                  {{0, 0, TRANSCRIPT_CONNECTED, ""}}, false, {PATIENCE_GREETING, 0, 0, 0, 0}             },
};

static struct transcript *transcript_of(const struct line *lines)
{
    struct transcript *transcript = transcript_new();
    struct err err = {.kind = ERR_NONE};

    assert_non_null(transcript);
    for (size_t i = 0; i < LINES_MAX && lines[i].connection != 0; i++) {
        struct transcript_record record = {.at_ms = lines[i].at_ms,
                                           .connection = lines[i].connection,
                                           .kind = lines[i].kind,
                                           .octets = bytes_of(lines[i].octets),
                                           .notes =
                                               lines[i].octets == cut ? TRANSCRIPT_NOTE(CUT) : 0};

        assert_true(transcript_add(transcript, &record, &err));
    }
    return transcript;
}

static void it_lasts_until_the_client_gives_up(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct transcript *transcript = transcript_of(cases[i].lines);
        struct patience patience = {.stage = PATIENCE_GREETING};
        const struct patience *expected = &cases[i].expected;

        if (patience_measure(transcript, &patience) != cases[i].measured ||
            patience.stage != expected->stage || patience.stalled != expected->stalled ||
            patience.gave_up != expected->gave_up || patience.waited_ms != expected->waited_ms ||
            patience.record != expected->record)
            fail_msg("%s: %s, %llu ms, record %zu", cases[i].name, patience_word(patience.stage),
                     (unsigned long long)patience.waited_ms, patience.record);
        transcript_free(transcript);
    }
}

static void each_stage_of_the_rfc_has_its_section(void **state)
{
    (void)state;
    for (int i = 0; i < PATIENCE_COUNT; i++) {
        enum patience_stage stage = (enum patience_stage)i;

        assert_int_equal(patience_least_s(stage) > 0,
                         strncmp(patience_source(stage), "RFC 5321 4.5.3.2.", 17) == 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_lasts_until_the_client_gives_up),
        cmocka_unit_test(each_stage_of_the_rfc_has_its_section),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
