/*
 * Any octets as a client, against scenarios that use every kind of line: no crash, no hang, nothing
 * pending after the end, no secret in a record.
 *
 * The first octet chooses the scenario, the second how the rest is cut. In the rest, octet 1 lets
 * the time pass to the next deadline, 2 ends the connection, 3 resets it.
 */
#include "base/require.h"
#include "base/smtp_limits.h"
#include "fakeserver/fake_server.h"
#include "feed.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

enum { ARENA_OCTETS_MAX = 4 * 1024 * 1024, LIMIT_MS = 1000000 };
#define SEND "title x\nsend from=a@b.example to=c@d.example user=joker password=s3cret-pass\n"

static const char *const texts[] = {
    SEND "\n...\n",
    SEND "offer CHUNKING\noffer PIPELINING\noffer AUTH PLAIN LOGIN\noffer STARTTLS\n\n...\n",
    SEND "odd\n\nS: 220 a\nC: EHLO\nS: 250-a\nS: 250-AUTH PLAIN LOGIN\nS: 250 PIPELINING\n"
         "C? RSET\nC: AUTH PLAIN\nS: 235 ok\nC: MAIL\nS: 250 a\nC: RCPT\nS: 250 a\n"
         "C: DATA\nS: 355 go\nC: .\nS: 250 done\nC: QUIT\nS: 221 bye\n",
    SEND "offer AUTH PLAIN LOGIN\n\n...\nC: AUTH LOGIN\nS: 334 AAAA\nC: {base64 {user}}\n"
         "S: 334 AAAA\nC: {base64 {password}}\n+1s S: 235 ok\n...\nC: DATA\nS: 354 go\n"
         "C= 20 octets\n!close\n",
    SEND "odd\n\n!quiet 1s\n!pace 3/5ms\nS: 220 hi\nC: /E.LO|NOOP/\n!split 2,5\nS: 250-a\n"
         "S: 250 CHUNKING\nS= \"250 more\\r\\n25\"\n!flush\nS= \"0 x\\r\\n\"\neither\n"
         "  C: MAIL FROM:<*@b> SIZE=*\n  S: 250 a\nor\n  C: BDAT\n  S: 503 no\nor\n  !closed\n"
         "end\nC: *\n!half-close\n",
    SEND "odd\n\non MAIL x2\n  S: 451 later\non RCPT when accepted\n  S: 550 no\n"
         "on * when tls\n  !reset\non connect\n  +1s S: 220 late\n\n...\nC: STARTTLS\nS: 220 go\n"
         "!tls\n...\nC: DATA\nS: 554 no\n...\nC: QUIT\n!stall\n",
};
enum { TEXTS = sizeof(texts) / sizeof(texts[0]) };

struct session {
    struct fake_server *server;
    struct feed feed;
};

static bool no_files(void *owner, const char *path, struct arena *arena, struct bytes *ret,
                     struct err *err)
{
    (void)owner;
    (void)path;
    (void)arena;
    (void)ret;
    return err_set(err, ERR_IO, "there are no files");
}

/* Read once: a scenario does not change. */
static const struct scenario *scenario_of(unsigned index)
{
    static struct scenario scenarios[TEXTS];
    static bool read[TEXTS];
    const struct scenario_loader loader = {no_files, NULL};
    struct scenario_file *file;
    struct err err = {0};
    static struct arena *arenas[TEXTS];

    if (!read[index]) {
        arenas[index] = arena_new(ARENA_OCTETS_MAX);
        REQUIRE(arenas[index] != NULL);
        REQUIRE(
            scenario_file_parse("x", bytes_of(texts[index]), &loader, arenas[index], &file, &err));
        REQUIRE(scenario_file_instance(file, 0, 1, arenas[index], &scenarios[index], &err));
        read[index] = true;
    }
    return &scenarios[index];
}

static void take_events(void *owner)
{
    struct session *session = owner;
    struct transcript_record record;

    while (fake_server_event(session->server, &record)) {
        REQUIRE(record.kind < TRANSCRIPT_KIND_COUNT);
        REQUIRE(record.variation < VARIATION_COUNT);
        REQUIRE(record.octets.size <= SMTP_COMMAND_LINE_OCTETS_TAKEN + 64);
        REQUIRE(bytes_find_bytes(record.octets, BYTES_LITERAL("s3cret-pass")) == BYTES_NOT_FOUND);
        REQUIRE(bytes_find_bytes(record.octets, BYTES_LITERAL("czNjcmV0LXBh")) == BYTES_NOT_FOUND);
    }
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct session session = {.server = NULL};
    struct fake_server_options options = {.connection = 1, .limit_ms = LIMIT_MS};

    if (size < 2)
        return 0;
    options.scenario = scenario_of(data[0] % TEXTS);
    session.server = fake_server_new(&options);
    REQUIRE(session.server != NULL);
    session.feed = (struct feed){.engine = fake_server_engine(session.server),
                                 .take_events = take_events,
                                 .owner = &session};
    feed_settle(&session.feed);
    feed_play(&session.feed, (struct bytes){(const char *)data + 2, size - 2}, 1 + (size_t)data[1]);
    feed_end(&session.feed, ENGINE_END_FIN);
    /* A slow reply is still sent, piece by piece, to a client that said FIN. */
    feed_finish(&session.feed);
    REQUIRE(fake_server_is_over(session.server));
    REQUIRE(session.feed.engine.ops->pending(session.feed.engine.self).size == 0);
    REQUIRE(session.feed.engine.ops->wish(session.feed.engine.self) == ENGINE_WISH_NONE);
    fake_server_free(session.server);
    return 0;
}
