/* run_warp.c - one run in a time that jumps: what its servers wait for, and what its limit is. */
#include "harness/process/process_spawn.h"
#include "harness/run/run_environment.h"
#include "harness/run/run_one_private.h"

uint64_t run_warp_ahead_ms(const struct one_run *run)
{
    return run->warp != NULL ? *warp_ahead_ms(run->warp) : 0;
}

uint64_t run_now_ms(const struct one_run *run)
{
    return loop_now_ms(run->setting->loop) + run_warp_ahead_ms(run);
}

static uint64_t limit_at_ms(const struct one_run *run)
{
    return run->started_ms + run->limit_ms;
}

static void ask(void *owner, struct warp_servers *ret)
{
    const struct one_run *run = owner;
    /* Without a connection one may be waiting to be accepted: then time is left as it is. */
    *ret = (struct warp_servers){
        .still = run->open > 0, .moved = run->moved, .deadline_ms = limit_at_ms(run)};
    for (unsigned i = 0; i < run->connection_count; i++) {
        const struct run_connection *connection = &run->connections[i];
        if (connection->server == NULL)
            continue;
        uint64_t at_ms = connection_deadline_ms(connection->connection);
        ret->still = ret->still && connection_is_still(connection->connection);
        if (at_ms < ret->deadline_ms)
            ret->deadline_ms = at_ms;
    }
}

static void jumped(void *owner)
{
    struct one_run *run = owner;
    for (unsigned i = 0; i < run->connection_count; i++)
        if (run->connections[i].server != NULL)
            connection_time_moved(run->connections[i].connection);
    if (run_now_ms(run) < limit_at_ms(run))
        return;
    warp_stop(run->warp);
    process_expire(run->process);
}

/* What it would say of its time would not be true. */
static void lost(void *owner, const char *program)
{
    struct one_run *run = owner;
    if (run->err.kind == ERR_NONE)
        err_set(&run->err, ERR_IO,
                "--warp could not warp the client: %.70s waits without the shim (LD_PRELOAD was "
                "taken from it, or it loads nothing)",
                program);
    process_expire(run->process);
}

bool run_warp_prepare(struct one_run *run)
{
    static const struct warp_calls calls = {.ask = ask, .jumped = jumped, .lost = lost};
    if (run->setting->shim == NULL)
        return true;
    run->warp = warp_new(run->setting->loop, run->folder.path, &calls, run, &run->err);
    return run->warp != NULL;
}

/* tracer page program argv[0] … */
static bool trace(struct one_run *run, struct run_command *command)
{
    const struct run_setting *setting = run->setting;
    const char *program = NULL;
    size_t count = 0;
    if (!process_spawn_find(command->argv[0], command->environment, run->arena, &program,
                            &run->err))
        return false;
    while (command->argv[count] != NULL)
        count++;
    const char **argv = arena_alloc_array(run->arena, count + 4, sizeof(*argv));
    if (argv == NULL)
        return err_memory(&run->err);
    argv[0] = setting->tracer;
    argv[1] = warp_page_path(run->warp);
    argv[2] = program;
    memcpy(argv + 3, command->argv, (count + 1) * sizeof(*argv));
    command->argv = argv;
    return true;
}

/* What `prepare` made is known only now. */
bool run_warp_command(struct one_run *run, struct run_command *command)
{
    const struct run_setting *setting = run->setting;
    if (run->warp == NULL)
        return true;
    switch (warp_how(command->argv[0], setting->path, &run->err)) {
    case WARP_NOT:
        break;
    case WARP_BY_SHIM:
        return run_environment_warp(setting->shim, warp_page_path(run->warp), run->arena,
                                    &command->environment, &run->err);
    case WARP_BY_TRACER:
        return trace(run, command);
    }
    return false;
}

void run_warp_begin(struct one_run *run)
{
    if (run->warp != NULL)
        warp_watch(run->warp, process_id(run->process));
}

void run_warp_end(struct one_run *run)
{
    if (run->warp == NULL)
        return;
    warp_stop(run->warp);
    const char *trouble = warp_trouble(run->warp);
    if (trouble[0] != '\0' && run->err.kind == ERR_NONE)
        err_set(&run->err, ERR_IO, "--warp could not warp the client: %s", trouble);
}
