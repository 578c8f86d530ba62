#include "feed.h"

#include "base/require.h"

enum { STEPS_MAX = 1000000 };

/* As the driver does it: octets that came in the clear make TLS fail (transport/drive.h). */
static void make_tls(struct feed *feed)
{
    const struct engine_ops *ops = feed->engine.ops;
    struct tls_facts facts = {.ok = feed->unread == 0, .version = TLS_VERSION_1_3};

    feed->unread = 0;
    if (ops->tls_facts)
        ops->tls_facts(feed->engine.self, feed->now_ms, &facts);
    if (facts.ok)
        ops->wish_done(feed->engine.self, feed->now_ms, ENGINE_WISH_TLS);
    else
        ops->ended(feed->engine.self, feed->now_ms, ENGINE_END_RESET);
}

void feed_settle(struct feed *feed)
{
    const struct engine_ops *ops = feed->engine.ops;
    void *self = feed->engine.self;

    for (unsigned steps = 0;; steps++) {
        REQUIRE(steps < STEPS_MAX);
        feed->take_events(feed->owner);
        struct bytes octets = ops->pending(self);
        enum engine_wish wish = ops->wish(self);
        if (octets.size > 0)
            ops->sent(self, feed->now_ms, octets.size > 1 ? octets.size / 2 : 1);
        else if (wish == ENGINE_WISH_TLS)
            make_tls(feed);
        else if (wish != ENGINE_WISH_NONE)
            ops->wish_done(self, feed->now_ms, wish);
        else
            return;
    }
}

static bool pass_time(struct feed *feed)
{
    uint64_t due = feed->engine.ops->deadline_ms(feed->engine.self);

    if (due == ENGINE_NEVER)
        return false;
    feed->now_ms = due > feed->now_ms ? due : feed->now_ms;
    feed->engine.ops->tick(feed->engine.self, feed->now_ms);
    feed_settle(feed);
    return true;
}

void feed_end(struct feed *feed, enum engine_end how)
{
    feed->engine.ops->ended(feed->engine.self, feed->now_ms, how);
    feed_settle(feed);
}

static bool is_over(const struct feed *feed)
{
    return feed->is_over && feed->is_over(feed->owner);
}

/* Who takes nothing waits for something, or is over. */
static void say(struct feed *feed, struct bytes octets)
{
    for (unsigned steps = 0; octets.size > 0; steps++) {
        size_t used = feed->engine.ops->receive(feed->engine.self, feed->now_ms, octets);

        REQUIRE(used <= octets.size && steps < STEPS_MAX);
        octets = bytes_after(octets, used);
        feed->unread = octets.size;
        feed_settle(feed);
        if (used == 0 && !pass_time(feed)) {
            REQUIRE(feed->is_over);
            return;
        }
    }
}

/* One of the octets that stand for what is no octet; false: it is an ordinary one. */
static bool happen(struct feed *feed, char what)
{
    if (what == 1)
        (void)pass_time(feed);
    else if (what == 2)
        feed_end(feed, ENGINE_END_FIN);
    else if (what == 3)
        feed_end(feed, ENGINE_END_RESET);
    else
        return false;
    return true;
}

void feed_play(struct feed *feed, struct bytes input, size_t cut)
{
    while (input.size > 0 && !is_over(feed)) {
        size_t size = 0;

        if (happen(feed, input.data[0])) {
            input = bytes_after(input, 1);
            continue;
        }
        while (size < input.size && size < cut && (unsigned char)input.data[size] > 3)
            size++;
        size += size == 0;
        say(feed, bytes_slice(input, 0, size));
        input = bytes_after(input, size);
    }
}

void feed_finish(struct feed *feed)
{
    for (unsigned steps = 0; pass_time(feed); steps++)
        REQUIRE(steps < STEPS_MAX);
}
