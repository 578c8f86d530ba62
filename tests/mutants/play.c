#include "tests/mutants/play.h"

#include "base/text.h"
#include "fakeserver/fake_server.h"
#include "transport/memory.h"

#include <stdio.h>

#define PLAY_LIMIT_MS ((uint64_t)60 * 60 * 1000) /* of virtual time; a hang ends there */

struct stage {
    struct fake_server *server;
    struct transcript *transcript;
    const struct player *player;
    void *client;
    struct err *err;
    bool ok;
};

static void take_server_events(void *owner)
{
    struct stage *stage = owner;
    struct transcript_record record;
    while (fake_server_event(stage->server, &record))
        stage->ok = stage->ok && transcript_add(stage->transcript, &record, stage->err);
}

static void take_client_events(void *owner)
{
    struct stage *stage = owner;
    if (stage->player->events != NULL)
        stage->player->events(stage->client);
}

static void print_transcript(const struct transcript *transcript)
{
    for (size_t i = 0; i < transcript_count(transcript); i++) {
        const struct transcript_record *record = transcript_at(transcript, i);
        printf("  %8llu kind=%d source=%d line=%u notes=%#x %s\n",
               (unsigned long long)record->at_ms, (int)record->kind, (int)record->source,
               record->line, (unsigned)record->notes, text_show(record->octets).text);
    }
}

static bool play_stage(const struct play *play, struct stage *stage, struct engine client,
                       struct arena *arena, struct verdict *ret)
{
    struct smtp_claim claim;
    struct memory *memory = memory_new(client, fake_server_engine(stage->server));
    if (memory == NULL)
        return err_memory(stage->err);
    memory_watch(memory, take_client_events, take_server_events, stage);
    uint64_t limit_ms = play->scenario->limit_ms;
    (void)memory_run(memory, limit_ms > 0 ? limit_ms : PLAY_LIMIT_MS);
    take_server_events(stage);
    take_client_events(stage);
    memory_free(memory);
    if (!stage->ok)
        return false;
    stage->player->claim(stage->client, &claim);
    if (play->print)
        print_transcript(stage->transcript);
    return judge(play->scenario, stage->transcript, &claim, arena, ret, stage->err);
}

bool play_run(const struct play *play, const struct player *player, struct arena *arena,
              struct verdict *ret, struct err *err)
{
    uint64_t limit_ms = play->scenario->limit_ms;
    struct fake_server_options options = {
        .scenario = play->scenario,
        .personality = play->personality,
        .connection = 1,
        .limit_ms = limit_ms > 0 ? limit_ms : PLAY_LIMIT_MS,
    };
    struct engine engine = {NULL, NULL};
    struct stage stage = {.player = player, .err = err, .ok = true};
    stage.client = player->make(player->owner, play->scenario, arena, &engine);
    stage.server = fake_server_new(&options);
    stage.transcript = transcript_new();
    bool ok = stage.client != NULL && stage.server != NULL && stage.transcript != NULL;
    if (ok)
        ok = play_stage(play, &stage, engine, arena, ret);
    else
        (void)err_memory(err);
    transcript_free(stage.transcript);
    fake_server_free(stage.server);
    if (stage.client != NULL)
        player->free(stage.client);
    return ok;
}
