/* run_warp.c - one run in a time that jumps: what its servers wait for, and what its limit is. */
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

bool run_warp_prepare(struct one_run *run)
{
    static const struct warp_calls calls = {.ask = ask, .jumped = jumped};
    if (run->setting->shim == NULL)
        return true;
    run->warp = warp_new(run->setting->loop, run->folder.path, &calls, run, &run->err);
    return run->warp != NULL;
}

void run_warp_begin(struct one_run *run)
{
    if (run->warp != NULL)
        warp_watch(run->warp, process_id(run->process));
}

void run_warp_end(struct one_run *run)
{
    if (run->warp != NULL)
        warp_stop(run->warp);
}
