/* record_client.c - the client that `smtpdrill record` runs: prepared and told as in a run. */
#include "harness/record/record_private.h"

#include "fakeserver/scenario.h"
#include "harness/run/run_facts.h"

#include <stdlib.h>

extern char **environ;

enum {
    SETTLE_MS = 10000, /* for sessions that outlive the client */
    LOOK_AGAIN_MS = 20,
    CLIENT_OCTETS_MAX = 16 * 1024 * 1024
};

#define CLIENT_LIMIT_MS (UINT64_C(60) * 60 * 1000)

static void settle_due(void *owner)
{
    struct record *record = owner;
    uint64_t now_ms = loop_now_ms(record->loop);

    if (record->open == 0 || now_ms >= record->settle_until_ms)
        record_stop(record);
    else
        timer_set(record->settle, now_ms + LOOK_AGAIN_MS);
}

/* Connections that the client made last are found in a turn of the loop. */
static void client_over(void *owner, const struct process_end *end)
{
    struct record *record = owner;
    uint64_t now_ms = loop_now_ms(record->loop);

    record->tally->client_was_run = true;
    record->tally->client_status = end->status;
    record->settle_until_ms = now_ms + SETTLE_MS;
    timer_set(record->settle, now_ms + 1);
}

/* What the client is told stands in a scenario, as it does in a run. */
static bool make_scenario(struct record *record, struct scenario *ret, struct err *err)
{
    const struct bytes text = BYTES_LITERAL("title a client to be recorded\n"
                                            "send  timeout=2m\n\n...\n");
    const struct record_options *options = record->options;
    struct scenario_file *file = NULL;
    struct bytes *to = arena_alloc(record->arena, sizeof(*to));

    if (to == NULL)
        return err_memory(err);
    if (!scenario_file_parse("record.drill", text, &(struct scenario_loader){.load = NULL},
                             record->arena, &file, err) ||
        !scenario_file_instance(file, 0, 0, record->arena, ret, err))
        return false;
    if (options->from != NULL)
        ret->send.from = bytes_of(options->from);
    *to = bytes_of(options->rcpt != NULL ? options->rcpt : "rcpt@server.example");
    ret->send.to = to;
    ret->send.to_count = 1;
    if (options->user.size > 0) {
        ret->send.user = BYTES_LITERAL(RECORD_USER);
        ret->send.password = BYTES_LITERAL(RECORD_PASSWORD);
    }
    if (options->message.data != NULL)
        ret->send.given =
            (struct mail_text){.head = options->message, .octets = options->message.size};
    ret->send.tls = options->client_implicit   ? SEND_TLS_IMPLICIT
                    : options->client_starttls ? SEND_TLS_STARTTLS
                                               : SEND_TLS_NONE;
    return true;
}

static bool start(struct record *record, struct err *err)
{
    struct scenario scenario;
    struct run_command command;
    const struct run_given given = {.setting = &record->setting,
                                    .scenario = &scenario,
                                    .folder = &record->folder,
                                    .port = listener_port(record->listener)};
    struct process_options process = {.limit_ms = CLIENT_LIMIT_MS, .grace_ms = RUN_GRACE_MS};

    if (!make_scenario(record, &scenario, err) ||
        !run_facts_make(&given, record->arena, &command, err))
        return false;
    process.argv = command.argv;
    process.environment = command.environment;
    process.folder = record->options->is_command ? NULL : record->folder.path;
    process.input = command.input;
    record->process = process_new(record->setting.keeper, &process, client_over, record, err);
    return record->process != NULL;
}

/* Found and prepared, or not: what is wrong stands in record->client_err then. */
static void client_ready(void *owner, bool ok)
{
    struct record *record = owner;

    if (ok && start(record, &record->client_err))
        return;
    record_note(record, &record->client_err);
    record_stop(record);
}

static struct run_setting setting_of(struct record *record)
{
    const struct record_options *options = record->options;
    const char *path = getenv("PATH");

    return (struct run_setting){
        .recipe = options->recipe,
        .loop = record->loop,
        .tls = &record->tls,
        .parent = &record->folder,
        .made = &record->prepared,
        .clients = options->clients,
        .smtpsend = options->smtpsend,
        .path = path != NULL && path[0] != '\0' ? path : "/usr/bin:/bin",
        .is_command = options->is_command,
        .outside = (const char *const *)(void *)environ,
    };
}

bool record_client_start(struct record *record, struct err *err)
{
    struct run_client_wishes wishes = {.setting = &record->setting,
                                       .ready = client_ready,
                                       .owner = record,
                                       .ret_version = &record->client_version,
                                       .err = &record->client_err};

    record->setting = setting_of(record);
    record->setting.keeper = process_keeper_new(record->loop, err);
    if (record->setting.keeper == NULL ||
        !run_folder_make(&record->folder, 0, &record->prepared, err))
        return false;
    wishes.arena = record->arena = arena_new(CLIENT_OCTETS_MAX);
    record->settle = timer_new(record->loop, settle_due, record);
    if (record->arena == NULL || record->settle == NULL)
        return err_memory(err);
    record->client = run_client_new(&wishes);
    if (record->client == NULL)
        *err = record->client_err;
    return record->client != NULL;
}

void record_client_release(struct record *record)
{
    run_client_free(record->client);
    process_free(record->process);
    timer_free(record->settle);
    process_keeper_free(record->setting.keeper);
    arena_free(record->arena);
}
