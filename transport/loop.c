#include "transport/loop.h"

#include "base/buf.h"
#include "base/require.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <uv.h>

struct loop {
    uv_loop_t uv;
    uint64_t began_ms;
    size_t files_max;
    struct loop_part parts; /* a ring; this is its head */
    char read_octets[LOOP_READ_OCTETS];
    char plain_octets[LOOP_READ_OCTETS];
};

struct timer {
    struct loop_part part;
    struct loop *loop;
    uv_timer_t uv;
    void (*due)(void *owner);
    void *owner;
};

struct signal_watch {
    struct loop_part part;
    struct loop *loop;
    uv_signal_t uv;
    void (*came)(void *owner);
    void *owner;
};

/* ---- the loop -------------------------------------------------------------------------------- */

static void learn_files_max(struct loop *loop)
{
    struct rlimit limit = {0};

    getrlimit(RLIMIT_NOFILE, &limit);
    loop->files_max =
        limit.rlim_cur > LOOP_FILES_RESERVED + 1 ? (size_t)limit.rlim_cur - LOOP_FILES_RESERVED : 1;
}

struct loop *loop_new_for_thread(struct err *err)
{
    struct loop *loop = malloc(sizeof(*loop));
    int failure;

    if (!loop) {
        err_memory(err);
        return NULL;
    }
    failure = uv_loop_init(&loop->uv);
    if (failure < 0) {
        err_set(err, ERR_IO, "cannot make an event loop: %s", uv_strerror(failure));
        free(loop);
        return NULL;
    }
    loop->began_ms = uv_now(&loop->uv);
    loop->parts.next = loop->parts.previous = &loop->parts;
    learn_files_max(loop);
    return loop;
}

struct loop *loop_new(struct err *err)
{
    /* A client that closes while we send is an everyday event, not the end of this process. */
    signal(SIGPIPE, SIG_IGN);
    return loop_new_for_thread(err);
}

static void drop_parts(struct loop *loop)
{
    struct loop_part *part = loop->parts.next;

    while (part != &loop->parts) {
        struct loop_part *next = part->next;

        part->drop(part);
        part = next;
    }
}

static void close_handle(uv_handle_t *handle, void *nothing)
{
    (void)nothing;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

void loop_free(struct loop *loop)
{
    if (!loop)
        return;
    while (loop->parts.next != &loop->parts) {
        drop_parts(loop);
        uv_run(&loop->uv, UV_RUN_ONCE);
    }
    /* What somebody else put on it, and what was freed but has not been closed yet. */
    uv_walk(&loop->uv, close_handle, NULL);
    uv_run(&loop->uv, UV_RUN_DEFAULT);
    uv_loop_close(&loop->uv);
    wipe(loop->read_octets, sizeof(loop->read_octets));
    wipe(loop->plain_octets, sizeof(loop->plain_octets));
    free(loop);
}

uint64_t loop_now_ms(const struct loop *loop)
{
    return uv_now(&loop->uv) - loop->began_ms;
}

bool loop_run(struct loop *loop, struct err *err)
{
    (void)err;
    uv_run(&loop->uv, UV_RUN_DEFAULT);
    return true;
}

void loop_stop(struct loop *loop)
{
    uv_stop(&loop->uv);
}

void *loop_uv(struct loop *loop)
{
    return &loop->uv;
}

void loop_want_files(struct loop *loop, size_t files)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < files) {
        limit.rlim_cur = limit.rlim_max < files ? limit.rlim_max : files;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    learn_files_max(loop);
}

size_t loop_files_max(const struct loop *loop)
{
    return loop->files_max;
}

void loop_add(struct loop *loop, struct loop_part *part)
{
    REQUIRE(part->drop != NULL);
    part->next = &loop->parts;
    part->previous = loop->parts.previous;
    part->previous->next = part;
    loop->parts.previous = part;
}

void loop_remove(struct loop *loop, struct loop_part *part)
{
    (void)loop;
    part->next->previous = part->previous;
    part->previous->next = part->next;
}

char *loop_read_octets(struct loop *loop)
{
    return loop->read_octets;
}

char *loop_plain_octets(struct loop *loop)
{
    return loop->plain_octets;
}

/* ---- timers ---------------------------------------------------------------------------------- */

static void timer_closed(uv_handle_t *handle)
{
    struct timer *timer = handle->data;

    loop_remove(timer->loop, &timer->part);
    free(timer);
}

static void timer_drop(struct loop_part *part)
{
    struct timer *timer = (struct timer *)part; /* its first member */

    if (!uv_is_closing((uv_handle_t *)&timer->uv))
        uv_close((uv_handle_t *)&timer->uv, timer_closed);
}

struct timer *timer_new(struct loop *loop, void (*due)(void *owner), void *owner)
{
    struct timer *timer = calloc(1, sizeof(*timer));

    if (!timer)
        return NULL;
    timer->part.drop = timer_drop;
    timer->loop = loop;
    timer->due = due;
    timer->owner = owner;
    uv_timer_init(&loop->uv, &timer->uv);
    timer->uv.data = timer;
    loop_add(loop, &timer->part);
    return timer;
}

static void timer_due(uv_timer_t *uv)
{
    struct timer *timer = uv->data;

    timer->due(timer->owner);
}

void timer_set(struct timer *timer, uint64_t at_ms)
{
    uint64_t now_ms = loop_now_ms(timer->loop);

    if (uv_is_closing((uv_handle_t *)&timer->uv))
        return;
    if (at_ms == ENGINE_NEVER)
        uv_timer_stop(&timer->uv);
    else
        uv_timer_start(&timer->uv, timer_due, at_ms > now_ms ? at_ms - now_ms : 0, 0);
}

void timer_free(struct timer *timer)
{
    if (timer)
        timer_drop(&timer->part);
}

/* ---- signals --------------------------------------------------------------------------------- */

static void watch_closed(uv_handle_t *handle)
{
    struct signal_watch *watch = handle->data;

    loop_remove(watch->loop, &watch->part);
    free(watch);
}

static void watch_drop(struct loop_part *part)
{
    struct signal_watch *watch = (struct signal_watch *)part; /* its first member */

    if (!uv_is_closing((uv_handle_t *)&watch->uv))
        uv_close((uv_handle_t *)&watch->uv, watch_closed);
}

static void watch_came(uv_signal_t *uv, int number)
{
    struct signal_watch *watch = uv->data;

    (void)number;
    watch->came(watch->owner);
}

struct signal_watch *signal_watch_new(struct loop *loop, int number, void (*came)(void *owner),
                                      void *owner, struct err *err)
{
    struct signal_watch *watch = calloc(1, sizeof(*watch));
    int failure;

    if (!watch) {
        err_memory(err);
        return NULL;
    }
    watch->part.drop = watch_drop;
    watch->loop = loop;
    watch->came = came;
    watch->owner = owner;
    uv_signal_init(&loop->uv, &watch->uv);
    watch->uv.data = watch;
    loop_add(loop, &watch->part);
    failure = uv_signal_start(&watch->uv, watch_came, number);
    if (failure < 0) {
        err_set(err, ERR_IO, "cannot watch for signal %d: %s", number, uv_strerror(failure));
        watch_drop(&watch->part);
        return NULL;
    }
    uv_unref((uv_handle_t *)&watch->uv);
    return watch;
}

void signal_watch_free(struct signal_watch *watch)
{
    if (watch)
        watch_drop(&watch->part);
}
