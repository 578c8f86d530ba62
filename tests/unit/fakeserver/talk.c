#include "tests/unit/fakeserver/talk.h"

#include "base/text.h"

#include <stdio.h>

enum { LOG_OCTETS_MAX = 64 * 1024 * 1024 };

static const char *const kinds[] = {
#define X(name, word, is_unit) word,
    TRANSCRIPT_KIND_TABLE(X)
#undef X
};
static const char *const sources[] = {
#define X(name, word) word,
    TRANSCRIPT_SOURCE_TABLE(X)
#undef X
};
static const char *const notes[] = {
#define X(name, word) word,
    TRANSCRIPT_NOTE_TABLE(X)
#undef X
};

void talk_init(struct talk *talk)
{
    *talk = (struct talk){.connection = 1};
    fixture_init(&talk->scenario);
    fixture_init(&talk->personality);
    buf_init(&talk->said, LOG_OCTETS_MAX);
    buf_init(&talk->log, LOG_OCTETS_MAX);
}

void talk_release(struct talk *talk)
{
    fake_server_free(talk->server);
    fixture_release(&talk->scenario);
    fixture_release(&talk->personality);
    buf_release(&talk->said);
    buf_release(&talk->log);
}

static void log_record(struct talk *talk, const struct transcript_record *record)
{
    struct buf *log = &talk->log;
    char separator = ' ';
    bool is_early = record->variation == VARIATION_PIPELINING;
    uint32_t hidden = 0;

    if (talk->without_early)
        hidden = TRANSCRIPT_NOTE(EARLY) | (is_early ? TRANSCRIPT_NOTE(HARMLESS) : 0);
    buf_printf(log, "%s %s:%u", kinds[record->kind], sources[record->source], record->line);
    for (unsigned i = 0; i < TRANSCRIPT_NOTE_COUNT; i++) {
        if (!(record->notes & ~hidden & UINT32_C(1) << i))
            continue;
        buf_printf(log, "%c%s", separator, notes[i]);
        separator = ',';
    }
    if (record->variation != VARIATION_NONE && !(talk->without_early && is_early))
        buf_printf(log, " (%s)", variation_word(record->variation));
    buf_append_string(log, " \"");
    text_escape(log, record->octets);
    buf_append_string(log, "\"");
    if (record->facts)
        buf_printf(log, " content=%llu", (unsigned long long)record->facts->octets);
    if (record->tls && (record->tls->ok || record->tls->trouble.size > 0))
        buf_printf(log, " tls %s name=%.*s trouble=%.*s", tls_version_word(record->tls->version),
                   BYTES_FORMAT(record->tls->server_name), BYTES_FORMAT(record->tls->trouble));
    buf_append_string(log, "\n");
}

static void take_events(struct talk *talk)
{
    struct transcript_record record;

    while (fake_server_event(talk->server, &record))
        log_record(talk, &record);
}

static bool carry_out(struct talk *talk)
{
    enum engine_wish wish = talk->engine.ops->wish(talk->engine.self);

    if (wish == ENGINE_WISH_NONE || talk->engine.ops->pending(talk->engine.self).size > 0)
        return false;
    talk->carried_out = wish;
    if (wish == ENGINE_WISH_TLS)
        talk->engine.ops->tls_facts(talk->engine.self, talk->now_ms, &talk->tls);
    if (wish == ENGINE_WISH_TLS && talk->refuses_tls)
        talk->engine.ops->ended(talk->engine.self, talk->now_ms, ENGINE_END_RESET);
    else
        talk->engine.ops->wish_done(talk->engine.self, talk->now_ms, wish);
    return true;
}

static bool send_pending(struct talk *talk)
{
    struct bytes octets = talk->engine.ops->pending(talk->engine.self);

    if (octets.size == 0)
        return false;
    if (talk->segments)
        assert_true(buf_append_octet(&talk->said, '|'));
    assert_true(buf_append(&talk->said, octets));
    talk->engine.ops->sent(talk->engine.self, talk->now_ms, octets.size);
    return true;
}

static void settle(struct talk *talk)
{
    bool moved;

    do {
        moved = send_pending(talk);
        moved = carry_out(talk) || moved;
        take_events(talk);
    } while (moved);
}

void talk_begin(struct talk *talk, const char *scenario, const char *personality)
{
    struct fake_server_options options = {
        .connection = talk->connection,
        .limit_ms = talk->limit_ms ? talk->limit_ms : ENGINE_NEVER,
        .now_ms = talk->now_ms,
        .scenario = &talk->scenario.scenario,
        .cut = talk->with,
    };

    fixture_must_parse(&talk->scenario, scenario);
    if (personality) {
        fixture_must_parse(&talk->personality, personality);
        options.personality = &talk->personality.scenario;
    }
    talk->server = fake_server_new(&options);
    assert_non_null(talk->server);
    talk->engine = fake_server_engine(talk->server);
    settle(talk);
}

static size_t offer(struct talk *talk, struct bytes octets)
{
    size_t used = 0;
    size_t taken;

    do {
        taken =
            talk->engine.ops->receive(talk->engine.self, talk->now_ms, bytes_after(octets, used));
        assert_true(taken <= octets.size - used);
        used += taken;
        settle(talk);
    } while (taken > 0 && used < octets.size);
    return used;
}

size_t talk_offer(struct talk *talk, const char *octets)
{
    return offer(talk, bytes_of(octets));
}

void talk_say_bytes(struct talk *talk, struct bytes octets)
{
    size_t piece = talk->cut > 0 ? talk->cut : octets.size;

    while (octets.size > 0) {
        struct bytes now = bytes_slice(octets, 0, piece);
        size_t used = offer(talk, now);

        /* The server waits for its clock: so do we. */
        while (used < now.size) {
            uint64_t due = talk->engine.ops->deadline_ms(talk->engine.self);

            assert_true(due != ENGINE_NEVER);
            talk->now_ms = due > talk->now_ms ? due : talk->now_ms;
            talk->engine.ops->tick(talk->engine.self, talk->now_ms);
            settle(talk);
            used += offer(talk, bytes_after(now, used));
        }
        octets = bytes_after(octets, now.size);
    }
}

void talk_say(struct talk *talk, const char *octets)
{
    talk_say_bytes(talk, bytes_of(octets));
}

void talk_wait(struct talk *talk, uint64_t ms)
{
    uint64_t until = talk->now_ms + ms;

    for (;;) {
        uint64_t due = talk->engine.ops->deadline_ms(talk->engine.self);

        if (due > until)
            break;
        talk->now_ms = due > talk->now_ms ? due : talk->now_ms;
        talk->engine.ops->tick(talk->engine.self, talk->now_ms);
        settle(talk);
    }
    talk->now_ms = until;
}

void talk_end(struct talk *talk, enum engine_end how)
{
    talk->engine.ops->ended(talk->engine.self, talk->now_ms, how);
    settle(talk);
}

void talk_hears(struct talk *talk, const char *octets)
{
    struct bytes new = bytes_after(buf_bytes(&talk->said), talk->said_seen);

    if (!bytes_equal(new, bytes_of(octets)))
        print_error("expected to hear:\n%s\nheard:\n%.*s\nlog:\n%.*s\n", octets, BYTES_FORMAT(new),
                    BYTES_FORMAT(buf_bytes(&talk->log)));
    assert_true(bytes_equal(new, bytes_of(octets)));
    talk->said_seen = talk->said.size;
}

void talk_says_and_hears(struct talk *talk, const char *octets, const char *heard)
{
    talk_say(talk, octets);
    talk_hears(talk, heard);
}

static bool is_noted(const struct talk *talk, const char *text)
{
    return bytes_find_bytes(buf_bytes(&talk->log), bytes_of(text)) != BYTES_NOT_FOUND;
}

void talk_noted(struct talk *talk, const char *line)
{
    if (!is_noted(talk, line))
        print_error("expected:\n%s\nin log:\n%.*s\n", line, BYTES_FORMAT(buf_bytes(&talk->log)));
    assert_true(is_noted(talk, line));
}

void talk_not_noted(struct talk *talk, const char *text)
{
    if (is_noted(talk, text))
        print_error("unexpected:\n%s\nin log:\n%.*s\n", text, BYTES_FORMAT(buf_bytes(&talk->log)));
    assert_false(is_noted(talk, text));
}

void talk_through(struct talk *talk, const char *const *lines, size_t count)
{
    for (size_t i = 0; i < count; i++)
        talk_say(talk, lines[i]);
}
