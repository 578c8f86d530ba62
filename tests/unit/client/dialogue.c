#include "dialogue.h"

#include "base/base64.h"
#include "tests/support/unit.h"

#include <stdio.h>
#include <stdlib.h>

enum { RECIPIENTS_HELD = 300 };

struct smtp_client_options dialogue_options(void)
{
    return (struct smtp_client_options){.host = BYTES_LITERAL("client.example"),
                                        .recipients_max = RECIPIENTS_HELD};
}

void dialogue_begin(struct dialogue *dialogue, const struct smtp_client_options *options)
{
    struct err err = {0};

    *dialogue = (struct dialogue){.now_ms = options->now_ms};
    dialogue->client = smtp_client_new(options, &err);
    if (!dialogue->client)
        fail_msg("smtp_client_new: %s", err.what);
    dialogue->engine = smtp_client_engine(dialogue->client);
    assert_true(buf_init_whole(&dialogue->told, 64 * 1024));
    assert_true(buf_init_whole(&dialogue->trace, 1024 * 1024));
}

void dialogue_end(struct dialogue *dialogue)
{
    smtp_client_free(dialogue->client);
    free(dialogue->paths);
    buf_release(&dialogue->told);
    buf_release(&dialogue->trace);
}

static void tell(struct dialogue *dialogue, const struct smtp_client_event *event)
{
    struct bytes who =
        event->kind == SMTP_CLIENT_MESSAGE ? BYTES_LITERAL("message") : event->recipient.address;

    assert_true(buf_printf(&dialogue->told, "%s%.*s %s", dialogue->told.size > 0 ? "\n" : "",
                           BYTES_FORMAT(who), smtp_outcome_word(event->recipient.outcome)));
    if (event->recipient.code > 0)
        assert_true(buf_printf(&dialogue->told, " %03u", event->recipient.code));
    assert_true(buf_printf(&dialogue->told, " at %s%s", smtp_stage_word(event->stage),
                           event->next_session ? " next session" : ""));
}

static void feed(struct dialogue *dialogue, const struct smtp_client_event *event)
{
    struct bytes rest = bytes_after(dialogue->stream, (size_t)event->octets);
    struct bytes piece = bytes_slice(
        rest, 0, dialogue->stream_piece ? dialogue->stream_piece : dialogue->stream.size);

    dialogue->streamed =
        (size_t)event->octets + smtp_client_feed(dialogue->client, piece, piece.size == rest.size);
}

static void tell_verification(struct dialogue *dialogue, const struct smtp_client_event *event)
{
    const struct smtp_verification *one = &event->verification;

    assert_true(buf_printf(&dialogue->told, "%s%.*s %s %03u %.*s",
                           dialogue->told.size > 0 ? "\n" : "", BYTES_FORMAT(one->name),
                           one->exists ? "verified" : "not verified", one->code,
                           BYTES_FORMAT(one->text)));
}

void dialogue_take_events(struct dialogue *dialogue)
{
    struct smtp_client_event event;

    while (smtp_client_event(dialogue->client, &event)) {
        switch (event.kind) {
        case SMTP_CLIENT_RECIPIENT:
        case SMTP_CLIENT_MESSAGE:
            tell(dialogue, &event);
            break;
        case SMTP_CLIENT_VERIFIED:
            tell_verification(dialogue, &event);
            break;
        case SMTP_CLIENT_WANTS_DATA:
            feed(dialogue, &event);
            break;
        case SMTP_CLIENT_SENT:
            assert_true(buf_append_string(&dialogue->trace, "C: "));
            assert_true(buf_append(&dialogue->trace, event.line));
            assert_true(buf_append_string(&dialogue->trace, "\n"));
            break;
        case SMTP_CLIENT_RECEIVED:
            assert_true(buf_append_string(&dialogue->trace, "S: "));
            assert_true(buf_append(&dialogue->trace, event.line));
            break;
        case SMTP_CLIENT_SENT_DATA:
        case SMTP_CLIENT_STATE:
        case SMTP_CLIENT_SECURED:
        case SMTP_CLIENT_READY:
        case SMTP_CLIENT_OVER:
            break;
        }
    }
}

const char *dialogue_told(struct dialogue *dialogue)
{
    dialogue_take_events(dialogue);
    assert_true(buf_append_octet(&dialogue->told, '\0'));
    dialogue->told.size--;
    return dialogue->told.data;
}

static void deliver(struct dialogue *dialogue, struct buf *octets)
{
    struct bytes rest = buf_bytes(octets);

    while (rest.size > 0) {
        struct bytes piece = bytes_slice(rest, 0, dialogue->cut > 0 ? dialogue->cut : rest.size);
        size_t taken =
            dialogue->engine.ops->receive(dialogue->engine.self, dialogue->now_ms, piece);

        assert_true(taken <= piece.size);
        rest = bytes_after(rest, taken);
        dialogue_take_events(dialogue);
        if (taken == 0 && dialogue->engine.ops->wish(dialogue->engine.self) == ENGINE_WISH_TLS)
            break;
    }
    dialogue->unread = rest.size;
    buf_clear(octets);
}

static struct bytes pending(const struct dialogue *dialogue)
{
    return dialogue->engine.ops->pending(dialogue->engine.self);
}

static void send_octets(struct dialogue *dialogue, size_t octets)
{
    dialogue->engine.ops->sent(dialogue->engine.self, dialogue->now_ms, octets);
    dialogue_take_events(dialogue);
}

static void expect_line(struct dialogue *dialogue, struct bytes line)
{
    struct bytes now = pending(dialogue);
    size_t end = bytes_find(now, '\n');
    struct bytes got = bytes_slice(now, 0, end == BYTES_NOT_FOUND ? now.size : end + 1);

    if (got.size != line.size + 2 || !bytes_starts_with(got, line) ||
        memcmp(got.data + line.size, "\r\n", 2) != 0)
        fail_msg("expected C: %.*s\n       got: %.*s", BYTES_FORMAT(line), BYTES_FORMAT(got));
    send_octets(dialogue, got.size);
}

static void unescape(struct buf *to, struct bytes text)
{
    static const char letters[] = "rnt01\\";
    static const char octets[] = "\r\n\t\0\1\\";
    size_t i;

    for (i = 0; i < text.size; i++) {
        char octet = text.data[i];

        if (octet == '\\' && i + 1 < text.size)
            octet = octets[strchr(letters, text.data[++i]) - letters];
        assert_true(buf_append_octet(to, octet));
    }
}

static void append_base64(struct buf *to, struct bytes line)
{
    size_t bar = bytes_find(line, '|');
    struct buf octets;

    assert_true(bar != BYTES_NOT_FOUND);
    assert_true(buf_init_whole(&octets, 32 * 1024));
    unescape(&octets, bytes_after(line, bar + 1));
    assert_true(buf_append(to, bytes_slice(line, 0, bar)));
    assert_true(base64_encode(to, buf_bytes(&octets)));
    buf_release(&octets);
}

static void expect_base64(struct dialogue *dialogue, struct bytes line)
{
    struct buf text;

    assert_true(buf_init_whole(&text, 64 * 1024));
    append_base64(&text, line);
    expect_line(dialogue, buf_bytes(&text));
    buf_release(&text);
}

static void end(struct dialogue *dialogue, enum engine_end how)
{
    dialogue->engine.ops->ended(dialogue->engine.self, dialogue->now_ms, how);
}

static void grant(struct dialogue *dialogue, enum engine_wish wish)
{
    assert_int_equal(pending(dialogue).size, 0);
    assert_int_equal(dialogue->engine.ops->wish(dialogue->engine.self), wish);
    dialogue->engine.ops->wish_done(dialogue->engine.self, dialogue->now_ms, wish);
}

/* As the driver does it. */
static void fail_tls(struct dialogue *dialogue, const char *trouble)
{
    struct tls_facts facts = {.trouble = bytes_of(trouble)};

    assert_int_equal(pending(dialogue).size, 0);
    assert_int_equal(dialogue->engine.ops->wish(dialogue->engine.self), ENGINE_WISH_TLS);
    dialogue->engine.ops->tls_facts(dialogue->engine.self, dialogue->now_ms, &facts);
    end(dialogue, ENGINE_END_RESET);
}

static void make_tls(struct dialogue *dialogue)
{
    struct tls_facts facts = {.ok = true,
                              .version = TLS_VERSION_1_3,
                              .cipher = OCTETS("CIPHER"),
                              .tls_exporter = dialogue->tls_exporter};

    assert_int_equal(dialogue->unread, 0);
    dialogue->engine.ops->tls_facts(dialogue->engine.self, dialogue->now_ms, &facts);
    grant(dialogue, ENGINE_WISH_TLS);
}

static void special(struct dialogue *dialogue, struct bytes word)
{
    if (bytes_equal(word, BYTES_LITERAL("!closed")))
        end(dialogue, ENGINE_END_FIN);
    else if (bytes_equal(word, BYTES_LITERAL("!reset")))
        end(dialogue, ENGINE_END_RESET);
    else if (bytes_equal(word, BYTES_LITERAL("!refused")))
        end(dialogue, ENGINE_END_REFUSED);
    else if (bytes_equal(word, BYTES_LITERAL("!wish-close")))
        grant(dialogue, ENGINE_WISH_CLOSE);
    else if (bytes_equal(word, BYTES_LITERAL("!wish-reset")))
        grant(dialogue, ENGINE_WISH_RESET);
    else if (bytes_equal(word, BYTES_LITERAL("!tls")))
        make_tls(dialogue);
    else if (bytes_equal(word, BYTES_LITERAL("!tls-fails")))
        fail_tls(dialogue, "the certificate is for another name");
    else if (bytes_equal(word, BYTES_LITERAL("!tls-unread"))) {
        assert_true(dialogue->unread > 0);
        fail_tls(dialogue, "octets came in the clear behind the go-ahead for TLS");
    } else if (bytes_equal(word, BYTES_LITERAL("!over")))
        assert_true(smtp_client_is_over(dialogue->client));
    else if (bytes_equal(word, BYTES_LITERAL("!deadline"))) {
        dialogue->now_ms = dialogue->engine.ops->deadline_ms(dialogue->engine.self);
        assert_true(dialogue->now_ms != ENGINE_NEVER);
        dialogue->engine.ops->tick(dialogue->engine.self, dialogue->now_ms);
    } else
        fail_msg("unknown: %.*s", BYTES_FORMAT(word));
}

static void play_line(struct dialogue *dialogue, struct bytes line, struct buf *heard)
{
    if (bytes_starts_with(line, BYTES_LITERAL("S: "))) {
        assert_true(buf_append(heard, bytes_after(line, 3)));
        assert_true(buf_append_string(heard, "\r\n"));
        return;
    }
    if (bytes_starts_with(line, BYTES_LITERAL("S64: "))) {
        append_base64(heard, bytes_after(line, 5));
        assert_true(buf_append_string(heard, "\r\n"));
        return;
    }
    if (bytes_starts_with(line, BYTES_LITERAL("S= "))) {
        unescape(heard, bytes_after(line, 3));
        return;
    }
    deliver(dialogue, heard);
    if (bytes_starts_with(line, BYTES_LITERAL("C: ")))
        expect_line(dialogue, bytes_after(line, 3));
    else if (bytes_starts_with(line, BYTES_LITERAL("C64: ")))
        expect_base64(dialogue, bytes_after(line, 5));
    else if (bytes_equal(line, BYTES_LITERAL("C.")))
        assert_int_equal(pending(dialogue).size, 0);
    else
        special(dialogue, line);
    dialogue_take_events(dialogue);
}

void dialogue_play(struct dialogue *dialogue, const char *script)
{
    struct bytes rest = bytes_of(script);
    struct bytes line;
    struct buf heard;

    assert_true(buf_init_whole(&heard, 256 * 1024));
    while (bytes_next(&rest, '\n', &line))
        if (line.size > 0)
            play_line(dialogue, line, &heard);
    deliver(dialogue, &heard);
    buf_release(&heard);
}

void dialogue_submit(struct dialogue *dialogue, const char *recipients, const char *octets)
{
    struct bytes from = BYTES_LITERAL("from@a.example");
    struct bytes *paths = calloc(RECIPIENTS_HELD, sizeof paths[0]);
    struct smtp_message message = {
        .reverse_path = from, .forward_paths = paths, .octets = bytes_of(octets)};
    struct bytes rest = bytes_of(recipients);
    struct err err = {0};

    assert_non_null(paths);
    while (bytes_next_word(&rest, &paths[message.forward_path_count]))
        message.forward_path_count++;
    if (!smtp_client_submit(dialogue->client, &message, &err))
        fail_msg("smtp_client_submit: %s", err.what);
    free(dialogue->paths);
    dialogue->paths = paths;
}

void dialogue_submit_message(struct dialogue *dialogue, const struct smtp_message *message)
{
    struct err err = {0};

    if (!smtp_client_submit(dialogue->client, message, &err))
        fail_msg("smtp_client_submit: %s", err.what);
}

void check_message(const struct smtp_client_options *options, const struct smtp_message *message,
                   const char *script, const char *told)
{
    struct dialogue dialogue;

    dialogue_begin(&dialogue, options);
    dialogue_submit_message(&dialogue, message);
    smtp_client_finish(dialogue.client);
    dialogue_play(&dialogue, script);
    assert_string_equal(dialogue_told(&dialogue), told);
    dialogue_end(&dialogue);
}

void check_session(const struct smtp_client_options *options, const char *recipients,
                   const char *octets, const char *script, const char *told)
{
    struct dialogue dialogue;

    dialogue_begin(&dialogue, options);
    dialogue_submit(&dialogue, recipients, octets);
    smtp_client_finish(dialogue.client);
    dialogue_play(&dialogue, script);
    assert_string_equal(dialogue_told(&dialogue), told);
    dialogue_end(&dialogue);
}
