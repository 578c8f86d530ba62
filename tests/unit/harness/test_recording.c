/* What a recorded session becomes where it is not as it should be. */
#include "harness/record/recording.h"

#include "tests/support/relay_table.h"
#include "tests/support/unit.h"

#define OUT_OCTETS_MAX ((size_t)256 * 1024)

static const struct {
    const char *name;
    struct {
        enum recorder_side who;
        const char *says;
    } lines[8];
    const char *is_in;  /* the recording */
    const char *is_not; /* in it */
} peculiar[] = {
    {"a line that is no reply",
     {{RECORDER_SERVER, "220 a\r\n"},
      {RECORDER_CLIENT, "EHLO c\r\n"},
      {RECORDER_SERVER, "what?\r\n"}},
     "\nodd\n\nS: 220 a\n",                                                          "..."     },
    {"two codes in one reply",
     {{RECORDER_SERVER, "220-a\r\n250 b\r\n"}, {RECORDER_CLIENT, "QUIT\r\n"}},
     "\nodd\n\nS: 220-a\n",                                                          "..."     },
    {"a reply as it should be",
     {{RECORDER_SERVER, "220-a\r\n220 b\r\n"}, {RECORDER_CLIENT, "QUIT\r\n"}},
     "\n\nS: 220-a\n",                                                               "odd"     },
    {"mail data that a reply cuts into, and then the end",
     {{RECORDER_SERVER, "220 a\r\n"},
      {RECORDER_CLIENT, "DATA\r\n"},
      {RECORDER_SERVER, "354 go\r\n"},
      {RECORDER_CLIENT, "12345"},
      {RECORDER_SERVER, "421 a\r\n"},
      {RECORDER_CLIENT, "678"},
      {RECORDER_SERVER, "421 b\r\n"}},
     "C= 5 octets\nS: 421 a\nC= 3 octets\nS: 421 b\n!closed\n",                      "8 octets"},
    {"an account that the server knows, and no AUTH",
     {{RECORDER_SERVER, "220 joker, Sesame-Open U2VzYW1lLU9wZW4=\r\n"},
      {RECORDER_CLIENT, "QUIT\r\n"}},
     "\n\nS: 220 user@client.example, not-the-real-one {base64 not-the-real-one}\n", "{user}"  },
    {"a password where a mechanism should be",
     {{RECORDER_SERVER, "220 a\r\n"},
      {RECORDER_CLIENT, "AUTH Sesame-Open\r\n"},
      {RECORDER_SERVER, "504 no\r\n"}},
     "\nC: AUTH\n",                                                                  "Sesame"  },
};

static void what_is_peculiar_is_recorded_as_such(void **state)
{
    const struct recording_origin origin = {.host = "mail.provider.example",
                                            .port = 587,
                                            .day = "27 Nov 2026",
                                            .user = BYTES_LITERAL("joker"),
                                            .password = BYTES_LITERAL("Sesame-Open")};
    struct err err = {.kind = ERR_NONE};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(peculiar); i++) {
        struct relay_table table;
        struct buf text;

        relay_table_open(&table, &(struct relay_options){.login = NULL}, false);
        for (size_t j = 0; peculiar[i].lines[j].says != NULL; j++)
            relay_table_say(&table, peculiar[i].lines[j].who, bytes_of(peculiar[i].lines[j].says));
        relay_table_end(&table, RECORDER_CLIENT, ENGINE_END_FIN);
        buf_init(&text, OUT_OCTETS_MAX);
        assert_true(recording_make(&table.recorder, &origin, table.arena, &text, &err));
        if (bytes_find_bytes(buf_bytes(&text), bytes_of(peculiar[i].is_in)) == BYTES_NOT_FOUND ||
            bytes_find_bytes(buf_bytes(&text), bytes_of(peculiar[i].is_not)) != BYTES_NOT_FOUND)
            fail_msg("%s: %.*s", peculiar[i].name, BYTES_FORMAT(buf_bytes(&text)));
        buf_release(&text);
        relay_table_close(&table);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_peculiar_is_recorded_as_such),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
