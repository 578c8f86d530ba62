#include "tests/soak/hostile.h"

#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))
#define LINES(literal)                                                                             \
    {                                                                                              \
        "" literal, sizeof(literal) - 1                                                            \
    }

static const struct bytes of_client[] = {
    LINES("EHLO client.example\r\n"),
    LINES("HELO\r\n"),
    LINES("MAIL FROM:<a@client.example>\r\n"),
    LINES("MAIL FROM:<a@client.example> SIZE=99999999999999999999\r\n"),
    LINES("RCPT TO:<b@example.org>\r\n"),
    LINES("RCPT TO:<"),
    LINES("DATA\r\n"),
    LINES("text\r\n..dot\r\n.\r\n"),
    LINES("\r\n.\r\nMAIL"),
    LINES("BDAT 10 LAST\r\n0123456789"),
    LINES("BDAT 4294967296\r\n"),
    LINES("STARTTLS\r\n"),
    LINES("STARTTLS\r\nEHLO x\r\n"),
    LINES("\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03"),
    LINES("AUTH PLAIN AGEAYg==\r\n"),
    LINES("AUTH CRAM-MD5\r\n*\r\n"),
    LINES("RSET\r\nNOOP\r\nVRFY x\r\n"),
    LINES("QUIT\r\n"),
    LINES("\0\0\r\n"),
};

static const struct bytes of_server[] = {
    LINES("220 server.example\r\n"),
    LINES("220-a\r\n220"),
    LINES("250 ok\r\n"),
    LINES("250-server.example\r\n250-PIPELINING\r\n250-CHUNKING\r\n250 STARTTLS\r\n"),
    LINES("250-x\r\n251 y\r\n"),
    LINES("354 go\r\n"),
    LINES("250 ok\r\n354 go\r\n250 ok\r\n"),
    LINES("421 away\r\n"),
    LINES("550 no\r\n"),
    LINES("5"),
    LINES("\r"),
    LINES("250 a\0b\r\n"),
    LINES("999 what\r\n"),
    LINES("250-endless\r\n250-endless\r\n250-endless\r\n"),
    LINES("\x15\x03\x03\x00\x02\x02\x28"),
    LINES("221 bye\r\n"),
};

static void add(struct hostile *hostile, struct bytes octets)
{
    if (octets.size > HOSTILE_OCTETS_MAX - hostile->size)
        return;
    memcpy(hostile->octets + hostile->size, octets.data, octets.size);
    hostile->size += octets.size;
}

static void add_random(struct hostile *hostile)
{
    unsigned count = 1 + chance_below(&hostile->chance, HOSTILE_OCTETS_MAX / 2);

    while (count-- > 0) {
        char octet = (char)chance_below(&hostile->chance, 256);

        add(hostile, (struct bytes){&octet, 1});
    }
}

static void compose(struct hostile *hostile)
{
    unsigned lines = 1 + chance_below(&hostile->chance, 4);

    hostile->size = hostile->sent = 0;
    if (chance_percent(&hostile->chance, 8)) {
        add_random(hostile);
        return;
    }
    while (lines-- > 0)
        add(hostile, hostile->is_server
                         ? of_server[chance_below(&hostile->chance, COUNT_OF(of_server))]
                         : of_client[chance_below(&hostile->chance, COUNT_OF(of_client))]);
}

static void end(struct hostile *hostile, uint64_t now_ms)
{
    static const enum engine_wish wishes[] = {ENGINE_WISH_CLOSE, ENGINE_WISH_RESET,
                                              ENGINE_WISH_HALF_CLOSE, ENGINE_WISH_NONE};

    if (hostile->is_over) { /* what was to come behind a half-close, or a silence */
        hostile->wish = ENGINE_WISH_RESET;
        hostile->due_ms = ENGINE_NEVER;
        return;
    }
    hostile->is_over = true;
    hostile->wish = wishes[chance_below(&hostile->chance, COUNT_OF(wishes))];
    hostile->due_ms = now_ms + HOSTILE_STALL_MS;
}

/* ---- the engine ------------------------------------------------------------------------------ */

static size_t receive(void *self, uint64_t now_ms, struct bytes input)
{
    (void)self;
    (void)now_ms;
    return input.size;
}

static struct bytes pending(const void *self)
{
    const struct hostile *hostile = self;

    return (struct bytes){hostile->octets + hostile->sent, hostile->size - hostile->sent};
}

static void sent(void *self, uint64_t now_ms, size_t octets)
{
    struct hostile *hostile = self;

    (void)now_ms;
    hostile->sent += octets;
}

static enum engine_wish wish(const void *self)
{
    const struct hostile *hostile = self;

    return hostile->wish;
}

static void wish_done(void *self, uint64_t now_ms, enum engine_wish done)
{
    struct hostile *hostile = self;

    (void)now_ms;
    hostile->wish = ENGINE_WISH_NONE;
    if (done != ENGINE_WISH_HALF_CLOSE)
        hostile->due_ms = ENGINE_NEVER;
}

static void ended(void *self, uint64_t now_ms, enum engine_end how)
{
    struct hostile *hostile = self;

    (void)now_ms;
    hostile->is_over = true;
    hostile->sent = hostile->size;
    hostile->due_ms = ENGINE_NEVER;
    hostile->wish = how == ENGINE_END_FIN ? ENGINE_WISH_CLOSE : ENGINE_WISH_NONE;
}

static uint64_t deadline_ms(const void *self)
{
    const struct hostile *hostile = self;

    return hostile->due_ms;
}

static void tick(void *self, uint64_t now_ms)
{
    struct hostile *hostile = self;

    if (now_ms < hostile->due_ms)
        return;
    if (hostile->is_over || hostile->rounds == 0) {
        end(hostile, now_ms);
        return;
    }
    hostile->rounds--;
    if (hostile->sent == hostile->size)
        compose(hostile);
    hostile->due_ms = now_ms + chance_below(&hostile->chance, HOSTILE_WAIT_MS);
}

void hostile_init(struct hostile *hostile, bool is_server, uint64_t now_ms, uint64_t seed)
{
    *hostile =
        (struct hostile){.chance = {.state = seed}, .is_server = is_server, .due_ms = now_ms};
    hostile->rounds = chance_below(&hostile->chance, HOSTILE_ROUNDS_MAX);
}

struct engine hostile_engine(struct hostile *hostile)
{
    static const struct engine_ops ops = {.receive = receive,
                                          .pending = pending,
                                          .sent = sent,
                                          .wish = wish,
                                          .wish_done = wish_done,
                                          .ended = ended,
                                          .deadline_ms = deadline_ms,
                                          .tick = tick};

    return (struct engine){&ops, hostile};
}
