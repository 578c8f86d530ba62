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
    } lines[5];
    const char *is_in;  /* the recording */
    const char *is_not; /* in it */
} peculiar[] = {
    {"a line that is no reply",
     {{RECORDER_SERVER, "220 a\r\n"},
      {RECORDER_CLIENT, "EHLO c\r\n"},
      {RECORDER_SERVER, "what?\r\n"}},
     "\nodd\n\nS: 220 a\n", "..."   },
    {"two codes in one reply",
     {{RECORDER_SERVER, "220-a\r\n250 b\r\n"}, {RECORDER_CLIENT, "QUIT\r\n"}},
     "\nodd\n\nS: 220-a\n", "..."   },
    {"a reply as it should be",
     {{RECORDER_SERVER, "220-a\r\n220 b\r\n"}, {RECORDER_CLIENT, "QUIT\r\n"}},
     "\n\nS: 220-a\n",      "odd"   },
    {"a password where a mechanism should be",
     {{RECORDER_SERVER, "220 a\r\n"},
      {RECORDER_CLIENT, "AUTH Sesame-Open\r\n"},
      {RECORDER_SERVER, "504 no\r\n"}},
     "\nC: AUTH\n",         "Sesame"},
};

static void what_is_peculiar_is_recorded_as_such(void **state)
{
    static const struct recording_origin origin = {
        .host = "mail.provider.example", .port = 587, .day = "27 Nov 2026"};
    struct err err = {.kind = ERR_NONE};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(peculiar); i++) {
        struct relay_table table;
        struct buf text;

        relay_table_open(&table, &(struct relay_options){.login = NULL}, false);
        for (size_t j = 0; peculiar[i].lines[j].says != NULL; j++)
            relay_table_say(&table, peculiar[i].lines[j].who, bytes_of(peculiar[i].lines[j].says));
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
