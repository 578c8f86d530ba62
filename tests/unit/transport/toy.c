#include "toy.h"

#include "base/require.h"

enum { TOY_OCTETS_MAX = 64 * 1024 * 1024 };

void toy_init(struct toy *toy)
{
    *toy = (struct toy){.deadline_ms = ENGINE_NEVER};
    buf_init(&toy->heard, TOY_OCTETS_MAX);
    buf_init(&toy->out, TOY_OCTETS_MAX);
}

void toy_release(struct toy *toy)
{
    buf_release(&toy->heard);
    buf_release(&toy->out);
}

static size_t receive(void *self, uint64_t now_ms, struct bytes input)
{
    struct toy *toy = self;

    (void)now_ms;
    toy->receives++;
    if (input.size > toy->heard_most)
        toy->heard_most = input.size;
    if (toy->deaf || toy->deaf_until_tick)
        return 0;
    if (toy->bite > 0 && input.size > toy->bite)
        input.size = toy->bite;
    toy->heard_octets += input.size;
    REQUIRE(toy->silent || buf_append(&toy->heard, input));
    if (toy->echoes)
        REQUIRE(buf_append(&toy->out, input));
    if (toy->wish_at_octets != ENGINE_WISH_NONE)
        toy->wish = toy->wish_at_octets;
    return input.size;
}

static struct bytes pending(const void *self)
{
    const struct toy *toy = self;

    return buf_bytes(&toy->out);
}

static void sent(void *self, uint64_t now_ms, size_t octets)
{
    struct toy *toy = self;

    (void)now_ms;
    toy->sends++;
    toy->sent_octets += octets;
    buf_consume(&toy->out, octets);
}

static enum engine_wish wish(const void *self)
{
    const struct toy *toy = self;

    return toy->wish;
}

static void wish_done(void *self, uint64_t now_ms, enum engine_wish done)
{
    struct toy *toy = self;

    REQUIRE(done == toy->wish);
    toy->wish = ENGINE_WISH_NONE;
    toy->wishes_done |= 1U << done;
    toy->done_ms = now_ms;
}

static void ended(void *self, uint64_t now_ms, enum engine_end how)
{
    struct toy *toy = self;

    toy->ends++;
    toy->end = how;
    toy->end_ms = now_ms;
    toy->heard_before_end = toy->heard.size;
    if (toy->closes_at_end)
        toy->wish = ENGINE_WISH_CLOSE;
}

static uint64_t deadline_ms(const void *self)
{
    const struct toy *toy = self;

    return toy->deadline_ms;
}

static void tick(void *self, uint64_t now_ms)
{
    struct toy *toy = self;

    toy->tick_ms = now_ms;
    toy->heard_before_tick = toy->heard.size;
    toy->deadline_ms = ENGINE_NEVER;
    toy->deaf_until_tick = false;
    if (toy->wish_at_tick != ENGINE_WISH_NONE)
        toy->wish = toy->wish_at_tick;
}

static const struct tls_demand *tls_demand(const void *self)
{
    const struct toy *toy = self;

    return toy->demand;
}

static void tls_facts(void *self, uint64_t now_ms, const struct tls_facts *facts)
{
    struct toy *toy = self;

    (void)now_ms;
    toy->handshakes++;
    toy->facts = *facts;
    REQUIRE(facts->trouble.size < sizeof(toy->trouble));
    if (facts->trouble.size > 0)
        memcpy(toy->trouble, facts->trouble.data, facts->trouble.size);
    toy->trouble[facts->trouble.size] = '\0';
}

static const struct engine_ops toy_ops = {
    .receive = receive,
    .pending = pending,
    .sent = sent,
    .wish = wish,
    .wish_done = wish_done,
    .ended = ended,
    .deadline_ms = deadline_ms,
    .tick = tick,
    .tls_demand = tls_demand,
    .tls_facts = tls_facts,
};

struct engine toy_engine(struct toy *toy)
{
    return (struct engine){&toy_ops, toy};
}

void toy_say(struct toy *toy, const char *text)
{
    REQUIRE(buf_append_string(&toy->out, text));
}

static char pattern_at(size_t index)
{
    return (char)('!' + index % 89);
}

void toy_say_many(struct toy *toy, size_t octets)
{
    size_t index;

    for (index = 0; index < octets; index++)
        REQUIRE(buf_append_octet(&toy->out, pattern_at(index)));
}

bool toy_is_pattern(struct bytes octets)
{
    size_t index;

    for (index = 0; index < octets.size; index++)
        if (octets.data[index] != pattern_at(index))
            return false;
    return true;
}
