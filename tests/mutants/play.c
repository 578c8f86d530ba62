#include "tests/mutants/play.h"

#include "base/text.h"
#include "fakeserver/fake_server.h"
#include "fakeserver/transcript_text.h"
#include "transport/memory.h"

#include <stdio.h>

#define PLAY_LIMIT_MS ((uint64_t)60 * 60 * 1000) /* of virtual time; a hang ends there */
#define PLAY_RECONNECTS 12
#define PLAY_RECIPIENTS_MAX 1000
#define PLAY_LINE_OCTETS_MAX ((size_t)128 * 1024)

struct stage {
    const struct play *play;
    const struct player *player;
    struct arena *arena;
    struct transcript *transcript;
    struct err *err;
    bool ok;

    /* of the connection at hand */
    struct fake_server *server;
    void *client;
    struct memory *memory; /* between them; NULL: not yet */
    uint64_t began_ms;
    struct scenario told; /* the scenario, with the recipients that this try is for */
    bool has_session;     /* of TLS */

    struct smtp_claim claim; /* of all connections */
    struct smtp_recipient_outcome *recipients;
    struct smtp_recipient_outcome *last; /* what each recipient of the scenario came to */
    struct bytes *due;
};

static void take_server_events(void *owner)
{
    struct stage *stage = owner;
    struct transcript_record record;
    while (fake_server_event(stage->server, &record)) {
        record.at_ms += stage->began_ms;
        stage->has_session = stage->has_session || record.kind == TRANSCRIPT_TLS_STARTED;
        stage->ok = stage->ok && transcript_add(stage->transcript, &record, stage->err);
    }
}

static void take_client_events(void *owner)
{
    struct stage *stage = owner;
    if (stage->player->events != NULL)
        stage->player->events(stage->client);
    if (stage->memory != NULL && stage->player->is_over(stage->client))
        fake_server_client_ended(stage->server, memory_now_ms(stage->memory), false);
}

static void print_transcript(const struct transcript *transcript)
{
    struct buf line;
    buf_init(&line, PLAY_LINE_OCTETS_MAX);
    for (size_t i = 0; i < transcript_count(transcript); i++) {
        buf_clear(&line);
        (void)transcript_text_print_record(transcript_at(transcript, i), &line);
        printf("  %.*s\n", BYTES_FORMAT(buf_bytes(&line)));
    }
    buf_release(&line);
}

static uint64_t limit_ms(const struct play *play)
{
    return play->scenario->limit_ms > 0 ? play->scenario->limit_ms : PLAY_LIMIT_MS;
}

/* What the client says of this connection is joined to what it said of those before. */
static void join_claim(struct stage *stage, const struct smtp_claim *claim, size_t connection)
{
    if (connection == 0 || stage->player->reconnects) {
        stage->claim = *claim;
        stage->claim.recipient_count = 0;
    }
    stage->claim.known = stage->claim.known && claim->known;
    stage->claim.hung = stage->claim.hung || claim->hung;
    if (stage->claim.code == 0) {
        stage->claim.code = claim->code;
        stage->claim.stage = claim->stage;
    }
    if (stage->claim.whole != claim->whole) {
        bool sent = stage->claim.whole == SMTP_OUTCOME_SENT || claim->whole == SMTP_OUTCOME_SENT ||
                    stage->claim.whole == SMTP_OUTCOME_PARTIAL;
        stage->claim.whole = sent ? SMTP_OUTCOME_PARTIAL : SMTP_OUTCOME_TEMPORARY;
    }
    for (size_t i = 0; i < claim->recipient_count; i++)
        stage->recipients[stage->claim.recipient_count++] = claim->recipients[i];
    stage->claim.recipients = stage->recipients;
}

/* ---- a further try --------------------------------------------------------------------------- */

static bool is_due(const struct stage *stage, size_t index, bool first)
{
    return first || stage->player->again == PLAY_AGAIN_ALL ||
           stage->last[index].outcome == SMTP_OUTCOME_TEMPORARY;
}

static void note_outcome(struct stage *stage, const struct smtp_recipient_outcome *said, bool *told)
{
    const struct scenario_send *send = &stage->play->scenario->send;
    for (size_t i = 0; i < send->to_count; i++)
        if (told[i] && bytes_equal(send->to[i], said->address)) {
            stage->last[i] = *said;
            told[i] = false;
            return;
        }
}

/* What was said at this try replaces what was said of the same recipients before. */
static void note_claim(struct stage *stage, const struct smtp_claim *claim, bool first)
{
    const struct scenario_send *send = &stage->play->scenario->send;
    bool told[PLAY_RECIPIENTS_MAX];
    for (size_t i = 0; i < send->to_count && i < PLAY_RECIPIENTS_MAX; i++)
        told[i] = is_due(stage, i, first);
    for (size_t i = 0; i < claim->recipient_count; i++)
        note_outcome(stage, &claim->recipients[i], told);
}

static enum smtp_outcome whole_of(const struct smtp_recipient_outcome *all, size_t count)
{
    bool any_sent = false;
    bool differ = false;
    for (size_t i = 0; i < count; i++) {
        any_sent = any_sent || all[i].outcome == SMTP_OUTCOME_SENT;
        differ = differ || all[i].outcome != all[0].outcome;
    }
    if (!differ)
        return all[0].outcome;
    return any_sent ? SMTP_OUTCOME_PARTIAL : SMTP_OUTCOME_TEMPORARY;
}

static void claim_of_tries(struct stage *stage, const struct smtp_claim *claim)
{
    size_t count = stage->play->scenario->send.to_count;
    stage->claim = *claim;
    stage->claim.whole = whole_of(stage->last, count);
    stage->claim.recipients = stage->last;
    stage->claim.recipient_count = count;
}

/* Narrows what the client is told. False: nobody is due, or no further try was asked for. */
static bool tries_again(struct stage *stage, size_t tries)
{
    const struct scenario_send *send = &stage->play->scenario->send;
    size_t count = 0;
    if (tries > send->retries || stage->player->again == PLAY_AGAIN_NEVER || !stage->claim.known)
        return false;
    for (size_t i = 0; i < send->to_count; i++)
        if (is_due(stage, i, false))
            stage->due[count++] = send->to[i];
    stage->told.send.to = stage->due;
    stage->told.send.to_count = count;
    return count > 0;
}

/* ---- connections ----------------------------------------------------------------------------- */

static bool run_memory(struct stage *stage, struct engine client)
{
    struct memory *memory = memory_new(client, fake_server_engine(stage->server));
    if (memory == NULL)
        return err_memory(stage->err);
    struct memory_tls tls = stage->player->tls;
    tls.has_session = stage->has_session && !stage->player->never_resumes;
    if (stage->told.send.no_certificate)
        tls.subject = BYTES_NONE;
    memory_tls(memory, &tls);
    stage->memory = memory;
    memory_watch(memory, take_client_events, take_server_events, stage);
    (void)memory_run(memory, limit_ms(stage->play));
    take_server_events(stage);
    take_client_events(stage);
    stage->began_ms += memory_now_ms(memory);
    stage->memory = NULL;
    memory_free(memory);
    return stage->ok;
}

static bool run_connection(struct stage *stage, size_t connection)
{
    struct fake_server_options options = {
        .scenario = stage->play->scenario,
        .personality = stage->play->personality,
        .connection = (unsigned)connection + 1,
        .limit_ms = limit_ms(stage->play),
    };
    struct engine engine = {NULL, NULL};
    struct smtp_claim claim;
    stage->client =
        stage->player->make(stage->player->owner, &stage->told, connection, stage->arena, &engine);
    stage->server = fake_server_new(&options);
    bool ok = stage->client != NULL && stage->server != NULL;
    if (!ok)
        (void)err_memory(stage->err);
    ok = ok && run_memory(stage, engine);
    if (ok) {
        stage->player->claim(stage->client, &claim);
        if (stage->play->scenario->send.retries > 0) {
            note_claim(stage, &claim, connection == 0);
            claim_of_tries(stage, &claim);
        } else {
            join_claim(stage, &claim, connection);
        }
    }
    fake_server_free(stage->server);
    return ok;
}

/* After so many connections. */
static bool goes_on(struct stage *stage, size_t count)
{
    const struct scenario_send *send = &stage->play->scenario->send;
    if (count == 0)
        return true;
    if (count == PLAY_CONNECTIONS_MAX)
        return false;
    if (send->retries > 0)
        return tries_again(stage, count);
    if (stage->player->reconnects)
        return count < PLAY_RECONNECTS && stage->claim.whole == SMTP_OUTCOME_TEMPORARY;
    return stage->player->each_recipient && count < send->to_count;
}

static bool run_connections(struct stage *stage, struct verdict *ret)
{
    const struct scenario *scenario = stage->play->scenario;
    void *clients[PLAY_CONNECTIONS_MAX];
    size_t count = 0;
    bool ok = true;
    while (ok && goes_on(stage, count)) {
        ok = run_connection(stage, count);
        clients[count++] = stage->client;
    }
    if (ok && stage->play->print)
        print_transcript(stage->transcript);
    ok = ok && judge(scenario, stage->transcript, &stage->claim, stage->arena, ret, stage->err);
    for (size_t i = 0; i < count; i++)
        if (clients[i] != NULL)
            stage->player->free(clients[i]);
    return ok;
}

bool play_run(const struct play *play, const struct player *player, struct arena *arena,
              struct verdict *ret, struct err *err)
{
    struct stage stage = {.play = play, .player = player, .arena = arena, .err = err, .ok = true};
    size_t recipients = play->scenario->send.to_count + 1;
    stage.transcript = transcript_new();
    stage.recipients = arena_alloc_array(arena, recipients, sizeof *stage.recipients);
    stage.last = arena_alloc_array(arena, recipients, sizeof *stage.last);
    stage.due = arena_alloc_array(arena, recipients, sizeof *stage.due);
    stage.told = *play->scenario;
    bool ok = stage.transcript != NULL && stage.recipients != NULL && stage.last != NULL &&
              stage.due != NULL;
    ok = ok ? run_connections(&stage, ret) : err_memory(err);
    transcript_free(stage.transcript);
    return ok;
}
