#include "tests/mutants/actor_private.h"
#include "tests/mutants/players.h"

struct actor_player {
    struct actor_job job;
    struct actor *actor;
};

static bool number_messages(struct actor_player *player, const struct scenario_send *send,
                            struct arena *arena)
{
    struct mail_text *messages = arena_alloc_array(arena, send->messages, sizeof *messages);
    for (unsigned i = 0; messages != NULL && i < send->messages; i++)
        if (!scenario_numbered_message(send, i + 1, arena, &messages[i]))
            return false;
    player->job.messages = messages;
    player->job.message_count = send->messages;
    return messages != NULL;
}

static void *make(void *owner, const struct scenario *scenario, size_t connection,
                  struct arena *arena, struct engine *ret)
{
    struct actor_kind *kind = owner;
    const struct scenario_send *send = &scenario->send;
    struct actor_player *player = arena_alloc(arena, sizeof *player);
    if (connection == 0)
        kind->kept = arena_alloc(arena, sizeof *kind->kept);
    if (player == NULL || kind->kept == NULL || send->to_count > ACTOR_RECIPIENTS_MAX)
        return NULL;
    player->job = (struct actor_job){
        .from = send->from,
        .to = send->to,
        .to_count = send->to_count,
        .user = send->user,
        .password = send->password,
        .domain = send->domain,
        .mechanism = send->mechanism,
        .message = send->given,
        .tls = send->tls,
        .before = send->before,
        .timeout_ms = send->timeout_ms,
        .send = send,
    };
    player->job.kept = kind->kept;
    if (!number_messages(player, send, arena))
        return NULL;
    if (kind->each_recipient && send->retries == 0) { /* further tries are for all that are due */
        player->job.to = &send->to[connection];
        player->job.to_count = 1;
    }
    player->actor = actor_new(&player->job, kind->traits, kind->trait_count, 0);
    if (player->actor == NULL)
        return NULL;
    *ret = actor_engine(player->actor);
    return player;
}

static bool is_over(const void *client)
{
    const struct actor_player *player = client;
    return actor_is_over(player->actor);
}

static void claim(void *client, struct smtp_claim *ret)
{
    const struct actor_player *player = client;
    actor_claim(player->actor, ret);
}

static void release(void *client)
{
    struct actor_player *player = client;
    actor_free(player->actor);
}

static bool has(const struct actor_kind *kind, enum actor_trait trait)
{
    for (size_t i = 0; i < kind->trait_count; i++)
        if (kind->traits[i] == trait)
            return true;
    return false;
}

struct player player_of_actor(struct actor_kind *kind)
{
    struct memory_tls tls = {.server_name = BYTES_LITERAL("server.example"),
                             .subject = BYTES_LITERAL("CN=client.example")};
    for (size_t i = 0; i < kind->trait_count; i++) {
        tls.trusts_all = tls.trusts_all || kind->traits[i] == ACTOR_TLS_TRUSTS_ALL;
        tls.heeds_case = tls.heeds_case || kind->traits[i] == ACTOR_TLS_NAME_WITH_CASE;
        tls.takes_names = tls.takes_names || kind->traits[i] == ACTOR_TLS_ADDRESS_BY_NAME;
        tls.takes_weak_ciphers =
            tls.takes_weak_ciphers || kind->traits[i] == ACTOR_TLS_WEAK_CIPHERS;
        tls.fails_if_asked = tls.fails_if_asked || kind->traits[i] == ACTOR_TLS_ASKED_FAILS;
        tls.keeps_plain = tls.keeps_plain || kind->traits[i] == ACTOR_TLS_PLAIN_KEPT;
        if (kind->traits[i] == ACTOR_TLS_OLD)
            tls.at_least = TLS_VERSION_1_0;
        if (kind->traits[i] == ACTOR_TLS_NO_NAME)
            tls.server_name = BYTES_NONE;
    }
    return (struct player){
        .tls = tls,
        .never_resumes = has(kind, ACTOR_TLS_NEVER_RESUMES),
        .again = has(kind, ACTOR_RETRY_NEVER) ? PLAY_AGAIN_NEVER
                 : has(kind, ACTOR_RETRY_ALL) ? PLAY_AGAIN_ALL
                                              : PLAY_AGAIN_DUE,
        .make = make,
        .is_over = is_over,
        .claim = claim,
        .free = release,
        .owner = kind,
        .each_recipient = kind->each_recipient,
        .reconnects = kind->reconnects,
    };
}
