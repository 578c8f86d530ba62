/*
 * Whatever is pasted as a log: it is refused, or becomes a scenario that can be read. No password
 * that stands in a response to AUTH stands in it.
 */
#include "base/require.h"
#include "fakeserver/scenario.h"
#include "harness/import/import.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

enum { ARENA_OCTETS_MAX = 64 * 1024 * 1024, SCENARIO_OCTETS_MAX = 8 * 1024 * 1024 };

#define PASSWORD "sesame-open"
#define RESPONSE "AGpva2VyAHNlc2FtZS1vcGVu" /* NUL joker NUL password */

/* Elsewhere the same octets may be mail data, or noise. */
static void hold_no_password(struct bytes scenario, struct bytes log)
{
    if (!bytes_starts_with(log, BYTES_LITERAL("S: 220 hi\nC: EHLO a\nS: 250 AUTH PLAIN\n"
                                              "C: AUTH PLAIN " RESPONSE "\n")))
        return;
    REQUIRE(bytes_find_bytes(scenario, BYTES_LITERAL(RESPONSE)) == BYTES_NOT_FOUND);
    REQUIRE(bytes_find_bytes(scenario, BYTES_LITERAL(PASSWORD)) == BYTES_NOT_FOUND);
}

static void hold_it_can_be_read(struct bytes text, struct arena *arena)
{
    struct scenario_file *file = NULL;
    struct buf printed;
    struct err err = {.kind = ERR_NONE};
    bool ok = scenario_file_parse("import.drill", text, &(struct scenario_loader){.load = NULL},
                                  arena, &file, &err);

    /* Limits of the language may be passed by a log that is long enough. */
    REQUIRE(ok || err.kind == ERR_LIMIT || err.kind == ERR_MEMORY);
    if (!ok)
        return;
    buf_init(&printed, SCENARIO_OCTETS_MAX);
    REQUIRE(scenario_print(file, &printed, &err));
    buf_release(&printed);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct arena *arena = arena_new(ARENA_OCTETS_MAX);
    struct bytes log = {(const char *)data, size};
    struct import_counts counts;
    struct err err = {.kind = ERR_NONE};
    struct buf text;

    if (arena == NULL)
        return 0;
    buf_init(&text, SCENARIO_OCTETS_MAX);
    if (import_log(log, &(struct import_options){.session = 0}, arena, &text, &counts, &err)) {
        hold_no_password(buf_bytes(&text), log);
        hold_it_can_be_read(buf_bytes(&text), arena);
    } else {
        REQUIRE(err.kind != ERR_NONE && err.what[0] != '\0');
    }
    buf_release(&text);
    arena_free(arena);
    return 0;
}
