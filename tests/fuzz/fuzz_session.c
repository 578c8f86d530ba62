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

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

enum { ARENA_OCTETS_MAX = 4 * 1024 * 1024, LIMIT_MS = 1000000, STEPS_MAX = 1000000 };
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
    struct engine engine;
    uint64_t now_ms;
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

static void take_events(struct session *session)
{
    struct transcript_record record;

    while (fake_server_event(session->server, &record)) {
        REQUIRE(record.kind < TRANSCRIPT_KIND_COUNT);
        REQUIRE(record.variation < VARIATION_COUNT);
        REQUIRE(record.octets.size <= SMTP_COMMAND_LINE_OCTETS_TAKEN + 64);
        REQUIRE(bytes_find_bytes(record.octets, BYTES_LITERAL("s3cret-pass")) == BYTES_NOT_FOUND);
        REQUIRE(bytes_find_bytes(record.octets, BYTES_LITERAL("czNjcmV0LXBh")) == BYTES_NOT_FOUND);
    }
}

static void settle(struct session *session)
{
    const struct engine_ops *ops = session->engine.ops;
    void *self = session->engine.self;

    for (unsigned steps = 0;; steps++) {
        struct bytes octets = ops->pending(self);
        enum engine_wish wish = ops->wish(self);

        REQUIRE(steps < STEPS_MAX);
        take_events(session);
        if (octets.size > 0)
            ops->sent(self, session->now_ms, octets.size > 1 ? octets.size / 2 : 1);
        else if (wish != ENGINE_WISH_NONE)
            ops->wish_done(self, session->now_ms, wish);
        else
            return;
    }
}

static bool pass_time(struct session *session)
{
    uint64_t due = session->engine.ops->deadline_ms(session->engine.self);

    if (due == ENGINE_NEVER)
        return false;
    session->now_ms = due > session->now_ms ? due : session->now_ms;
    session->engine.ops->tick(session->engine.self, session->now_ms);
    settle(session);
    return true;
}

static void end(struct session *session, enum engine_end how)
{
    session->engine.ops->ended(session->engine.self, session->now_ms, how);
    settle(session);
}

static void say(struct session *session, struct bytes octets)
{
    for (unsigned steps = 0; octets.size > 0; steps++) {
        size_t used = session->engine.ops->receive(session->engine.self, session->now_ms, octets);

        REQUIRE(used <= octets.size && steps < STEPS_MAX);
        octets = bytes_after(octets, used);
        settle(session);
        if (used == 0)
            (void)pass_time(session);
    }
}

static void play(struct session *session, struct bytes input, size_t cut)
{
    while (input.size > 0) {
        size_t size = 0;

        while (size < input.size && size < cut && (unsigned char)input.data[size] > 3)
            size++;
        say(session, bytes_slice(input, 0, size));
        input = bytes_after(input, size);
        if (input.size == 0 || size == cut)
            continue;
        if (input.data[0] == 1)
            (void)pass_time(session);
        else if (input.data[0] == 2)
            end(session, ENGINE_END_FIN);
        else if (input.data[0] == 3)
            end(session, ENGINE_END_RESET);
        else
            say(session, bytes_slice(input, 0, 1));
        input = bytes_after(input, 1);
    }
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct session session = {.now_ms = 0};
    struct fake_server_options options = {.connection = 1, .limit_ms = LIMIT_MS};

    if (size < 2)
        return 0;
    options.scenario = scenario_of(data[0] % TEXTS);
    session.server = fake_server_new(&options);
    REQUIRE(session.server != NULL);
    session.engine = fake_server_engine(session.server);
    settle(&session);
    play(&session, (struct bytes){(const char *)data + 2, size - 2}, 1 + (size_t)data[1]);
    end(&session, ENGINE_END_FIN);
    /* A slow reply is still sent, piece by piece, to a client that said FIN. */
    for (unsigned steps = 0; pass_time(&session); steps++)
        REQUIRE(steps < STEPS_MAX);
    REQUIRE(fake_server_is_over(session.server));
    REQUIRE(session.engine.ops->pending(session.engine.self).size == 0);
    REQUIRE(session.engine.ops->wish(session.engine.self) == ENGINE_WISH_NONE);
    fake_server_free(session.server);
    return 0;
}
