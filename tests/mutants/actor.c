/*
 * actor.c - the actor as an engine: octets, time, endings, and what it says at the end.
 */
#include "tests/mutants/actor_private.h"

#include "base/require.h"

#include <stdlib.h>

#define MINUTE_MS ((uint64_t)60 * 1000)

/* What SASLprep makes of the names and passwords in scenarios (RFC 4013 2.1): the soft hyphen maps
 * to nothing. */
static struct bytes prepare(struct bytes text, char *to)
{
    size_t size = 0;
    if (bytes_find_bytes(text, BYTES_LITERAL("\xc2\xad")) == BYTES_NOT_FOUND ||
        text.size > ACTOR_NAME_OCTETS)
        return text;
    for (size_t i = 0; i < text.size; i++) {
        if (bytes_starts_with(bytes_after(text, i), BYTES_LITERAL("\xc2\xad")))
            i++;
        else
            to[size++] = text.data[i];
    }
    return (struct bytes){to, size};
}

struct actor *actor_new(const struct actor_job *job, const enum actor_trait *traits,
                        size_t trait_count, uint64_t now_ms)
{
    struct actor *a = calloc(1, sizeof *a);
    if (a == NULL)
        return NULL;
    REQUIRE(job->to_count <= ACTOR_RECIPIENTS_MAX);
    a->now = *job;
    a->job = &a->now;
    a->now_ms = a->began_ms = now_ms;
    a->count = job->to_count;
    a->whole_if_none = SMTP_OUTCOME_TEMPORARY;
    for (size_t i = 0; i < trait_count; i++)
        a->trait[traits[i]] = true;
    if (!HAS(a, SASL_UNPREPARED)) {
        a->now.user = prepare(job->user, a->user);
        a->now.password = prepare(job->password, a->password);
    }
    if (!buf_init_whole(&a->out, ACTOR_OUT_OCTETS) ||
        !buf_init_whole(&a->chunk, ACTOR_OUT_OCTETS) ||
        !buf_init_whole(&a->line, ACTOR_LINE_OCTETS) ||
        !buf_init_whole(&a->report, ACTOR_REPORT_OCTETS)) {
        actor_free(a);
        return NULL;
    }
    actor_start(a);
    return a;
}

void actor_free(struct actor *a)
{
    if (a == NULL)
        return;
    buf_release(&a->out);
    buf_release(&a->chunk);
    buf_release(&a->line);
    buf_release(&a->report);
    free(a);
}

bool actor_is_over(const struct actor *a)
{
    return a->over;
}

void actor_await(struct actor *a, enum actor_stage stage, size_t recipient)
{
    REQUIRE(a->await_count < ACTOR_AWAITED_MAX);
    size_t at = (a->await_first + a->await_count++) % ACTOR_AWAITED_MAX;
    a->awaited[at] = (struct actor_await){stage, recipient};
    actor_wait_as_usual(a);
}

static uint64_t patience_ms(const struct actor *a)
{
    bool end = a->await_count > 0 && a->awaited[a->await_first].stage == STAGE_END;
    if (HAS(a, SHORT_TIMEOUT))
        return a->job->timeout_ms != 0 ? a->job->timeout_ms / 4 : MINUTE_MS / 2;
    if (a->job->timeout_ms != 0)
        return a->job->timeout_ms;
    if (HAS(a, LONG_TIMEOUT))
        return 30 * MINUTE_MS;
    return end ? 12 * MINUTE_MS : 6 * MINUTE_MS; /* RFC 5321 4.5.3.2: at least 10 and 5 */
}

void actor_wait_as_usual(struct actor *a)
{
    uint64_t from_ms = HAS(a, WHOLE_TIMEOUT) ? a->began_ms : a->now_ms;
    a->deadline_ms = HAS(a, NO_TIMEOUT) || HAS(a, HANGS) ? ENGINE_NEVER : from_ms + patience_ms(a);
}

/* The only way out. Nothing is pending after it. */
void actor_close(struct actor *a)
{
    a->closing = true;
    a->sending = false;
    a->deadline_ms = ENGINE_NEVER;
}

static size_t on_receive(void *self, uint64_t now_ms, struct bytes input)
{
    struct actor *a = self;
    a->now_ms = now_ms;
    if (a->tls_wish)
        a->tls_leftover += input.size;
    else if (!a->closing && !a->over)
        actor_read(a, input);
    return input.size;
}

static struct bytes on_pending(const void *self)
{
    const struct actor *a = self;
    if (a->held || a->over || a->reset)
        return BYTES_NONE;
    struct bytes out = buf_bytes(&a->out);
    if (HAS(a, OCTET_WRITES) && out.size > 1)
        out.size = 1;
    return out;
}

static void on_sent(void *self, uint64_t now_ms, size_t octets)
{
    struct actor *a = self;
    a->now_ms = now_ms;
    buf_consume(&a->out, octets);
    if (a->sending && a->out.size == 0) {
        actor_content_more(a);
        if (HAS(a, PAUSES_IN_DATA) && a->sending) {
            a->held = true;
            a->held_until_ms = now_ms + 20;
        }
    }
    if (!a->closing)
        actor_wait_as_usual(a);
}

static enum engine_wish on_wish(const void *self)
{
    const struct actor *a = self;
    if (a->over)
        return ENGINE_WISH_NONE;
    if (a->reset)
        return ENGINE_WISH_RESET;
    if (a->tls_wish && !a->held && !a->closing)
        return ENGINE_WISH_TLS;
    return a->closing && a->out.size == 0 ? ENGINE_WISH_CLOSE : ENGINE_WISH_NONE;
}

static void on_wish_done(void *self, uint64_t now_ms, enum engine_wish wish)
{
    struct actor *a = self;
    a->now_ms = now_ms;
    if (wish == ENGINE_WISH_TLS) {
        actor_tls_done(a);
        return;
    }
    a->over = true;
    buf_clear(&a->out);
    a->deadline_ms = ENGINE_NEVER;
}

static void on_tls_facts(void *self, uint64_t now_ms, const struct tls_facts *facts)
{
    struct actor *a = self;
    a->now_ms = now_ms;
    a->tls_resumed = facts->resumed;
}

/* The connection is lost: as if 451 had been received (RFC 5321 3.8); after the mail data nobody
 * knows. */
static void lost(struct actor *a)
{
    bool ended = a->end_written;
    enum smtp_outcome early = a->tls_wish ? SMTP_OUTCOME_REFUSED_TLS : SMTP_OUTCOME_TEMPORARY;
    if (a->tls_wish && HAS(a, TLS_FAILED_IS_SENT))
        early = SMTP_OUTCOME_SENT;
    enum smtp_outcome outcome = ended ? SMTP_OUTCOME_UNKNOWN : early;
    if (ended && HAS(a, LOST_IS_TEMPORARY))
        outcome = SMTP_OUTCOME_TEMPORARY;
    if (ended && HAS(a, LOST_IS_SENT))
        outcome = SMTP_OUTCOME_SENT;
    if ((ended && HAS(a, LOST_IS_PERMANENT)) || (!ended && HAS(a, LOST_EARLY_IS_PERMANENT)))
        outcome = SMTP_OUTCOME_PERMANENT;
    if (!ended && a->chunk_taken && HAS(a, CHUNK_IS_SENT))
        outcome = SMTP_OUTCOME_SENT;
    /* LMTP: those without a reply are temporary failures (RFC 2033 5). */
    if (ended && a->job->send->lmtp)
        outcome = HAS(a, LMTP_LOST_SENT) ? SMTP_OUTCOME_SENT : SMTP_OUTCOME_TEMPORARY;
    for (size_t i = 0; ended && HAS(a, LMTP_LOST_ALL) && i < a->count; i++)
        a->recipients[i].decided = false;
    if (ended && a->timed_out && HAS(a, TIMEOUT_IS_SENT))
        outcome = SMTP_OUTCOME_SENT;
    a->lost = true;
    actor_fail(a, outcome);
}

static void on_ended(void *self, uint64_t now_ms, enum engine_end how)
{
    struct actor *a = self;
    a->now_ms = now_ms;
    if (a->over || HAS(a, HANGS))
        return;
    if (!a->closing)
        lost(a);
    actor_close(a);
    buf_clear(&a->out);
    if (how != ENGINE_END_FIN)
        a->over = true;
}

static uint64_t on_deadline(const void *self)
{
    const struct actor *a = self;
    if (a->over)
        return ENGINE_NEVER;
    if (a->held && a->held_until_ms < a->deadline_ms)
        return a->held_until_ms;
    return a->deadline_ms;
}

static void on_tick(void *self, uint64_t now_ms)
{
    struct actor *a = self;
    a->now_ms = now_ms;
    if (a->held && now_ms >= a->held_until_ms)
        a->held = false;
    if (a->over || now_ms < a->deadline_ms)
        return;
    a->timed_out = true;
    lost(a);
    buf_clear(&a->out);
    actor_close(a);
}

struct engine actor_engine(struct actor *actor)
{
    static const struct engine_ops ops = {
        .receive = on_receive,
        .pending = on_pending,
        .sent = on_sent,
        .wish = on_wish,
        .wish_done = on_wish_done,
        .ended = on_ended,
        .deadline_ms = on_deadline,
        .tick = on_tick,
        .tls_facts = on_tls_facts,
    };
    return (struct engine){&ops, actor};
}

/* Of all messages: the first failure counts. */
static enum smtp_outcome outcome_of(const struct actor *a, const struct actor_recipient *one)
{
    enum smtp_outcome outcome = one->failed_before ? one->outcome_before : one->outcome;
    bool taken = HAS(a, TEMPORARY_IS_SENT) && outcome == SMTP_OUTCOME_TEMPORARY;
    return taken ? SMTP_OUTCOME_SENT : outcome;
}

static enum smtp_outcome whole_of(const struct actor *a)
{
    bool any_sent = false;
    bool differ = false;
    enum smtp_outcome worst = a->whole_if_none;
    for (size_t i = 0; i < a->count; i++) {
        enum smtp_outcome one = outcome_of(a, &a->recipients[i]);
        any_sent = any_sent || one == SMTP_OUTCOME_SENT;
        differ = differ || one != outcome_of(a, &a->recipients[0]);
        if (i == 0 || one == SMTP_OUTCOME_TEMPORARY || one == SMTP_OUTCOME_UNKNOWN)
            worst = one;
    }
    if (differ && any_sent)
        return SMTP_OUTCOME_PARTIAL;
    return differ ? SMTP_OUTCOME_TEMPORARY : worst;
}

static struct bytes stage_word(enum actor_stage stage)
{
    static const char *const words[STAGE_COUNT] = {
        "greeting", "EHLO", "HELO",        "STARTTLS", "AUTH", "MAIL", "RCPT",
        "DATA",     "BDAT", "end-of-data", "",         "",     "",
    };
    return bytes_of(words[stage]);
}

void actor_claim(const struct actor *a, struct smtp_claim *ret)
{
    struct smtp_recipient_outcome *claims = ((struct actor *)(uintptr_t)a)->claims;
    for (size_t i = 0; i < a->count; i++) {
        const struct actor_recipient *one = &a->recipients[HAS(a, ALL_LIKE_THE_FIRST) ? 0 : i];
        claims[i] = (struct smtp_recipient_outcome){
            .address = a->job->to[i],
            .outcome = HAS(a, CLAIMS_SENT) ? SMTP_OUTCOME_SENT : outcome_of(a, one),
            .code = HAS(a, NO_CODE_IN_REPORT) ? 0
                    : one->failed_before      ? one->code_before
                                              : one->code,
        };
    }
    enum smtp_outcome whole = HAS(a, CLAIMS_SENT) ? SMTP_OUTCOME_SENT : whole_of(a);
    if (HAS(a, BINARY_ONLY) && whole != SMTP_OUTCOME_SENT)
        whole = SMTP_OUTCOME_TEMPORARY;
    *ret = (struct smtp_claim){
        .precision = HAS(a, BINARY_ONLY) ? SMTP_PRECISION_BINARY : SMTP_PRECISION_CLASS,
        .per_recipient = !HAS(a, SUMMARY_ONLY) && !HAS(a, BINARY_ONLY),
        .known = a->over && !a->crashed,
        .whole = whole,
        .code = HAS(a, NO_CODE_IN_REPORT) ? 0 : a->failed_code,
        .stage = stage_word(a->failed_stage),
        .report = buf_bytes(&a->report),
        .recipients = claims,
        .recipient_count = a->count,
        .hung = !a->over,
        .signal = a->crashed ? 11 : 0,
        .status = a->over && !a->crashed ? smtp_outcome_status(whole) : -1,
    };
}
