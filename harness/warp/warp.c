#define _GNU_SOURCE /* NOLINT(bugprone-reserved-identifier): syscall() */

#include "harness/warp/warp.h"

#include "harness/warp/warp_look.h"
#include "harness/warp/warp_place.h"
#include "harness/warp/warp_proc.h"
#include "transport/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/futex.h>
#include <sys/syscall.h>
#endif

/* A timer that is due at once is due before the loop has looked at its sockets: what came there
 * between two looks would not be known at the second one. */
enum { LOOKS_AT_ONCE = 16, NEXT_TURN_MS = 1 };

struct warp {
    struct loop *loop;
    struct timer *timer;
    const struct warp_calls *calls;
    void *owner;
    struct warp_page *page;
    char path[PATH_MAX];
    int pid; /* 0: nobody is watched */
    uint64_t ahead_ms;
    uint64_t moved;         /* at the last look */
    uint64_t print;         /* of the client at the last look, when it was at rest; else 0 */
    uint64_t rests_from_ms; /* real */
    bool jumped;            /* and nothing has moved between client and server since */
    unsigned looks;         /* since something changed */
    struct warp_view view;
};

/* ---- the page -------------------------------------------------------------------------------- */

static bool make_page(struct warp *warp, const char *folder, struct err *err)
{
    int octets = snprintf(warp->path, sizeof(warp->path), "%s/warp", folder);
    int file = octets < 0 || (size_t)octets >= sizeof(warp->path)
                   ? -1
                   : open(warp->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    void *memory = MAP_FAILED;

    if (file >= 0 && ftruncate(file, sizeof(*warp->page)) == 0)
        memory = mmap(NULL, sizeof(*warp->page), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (memory == MAP_FAILED)
        err_set(err, ERR_IO, "%s/warp: %s", folder, strerror(errno));
    else
        warp->page = memory;
    if (file >= 0)
        close(file);
    if (warp->page)
        warp->page->magic = WARP_MAGIC;
    return warp->page != NULL;
}

const char *warp_page_path(const struct warp *warp)
{
    return warp->path;
}

const char *warp_trouble(const struct warp *warp)
{
    return warp->page->trouble;
}

const uint64_t *warp_ahead_ms(const struct warp *warp)
{
    return &warp->ahead_ms;
}

/* ---- waking ---------------------------------------------------------------------------------- */

/* To the thread itself, or to who acts for it. */
static void send_signal(const struct warp *warp, int pid, int tid)
{
#ifdef __linux__
    int tracer = (int)warp_place_tracer(warp->page, (uint32_t)pid);

    (void)syscall(SYS_tgkill, tracer ? tracer : pid, tracer ? tracer : tid, WARP_SIGNAL);
#else
    (void)warp, (void)pid, (void)tid;
#endif
}

static void wake_due(const struct warp *warp)
{
    for (size_t i = 0; i < warp->view.due_count; i++)
        send_signal(warp, warp->view.due[i].pid, warp->view.due[i].tid);
}

static uint64_t client_now_ns(const struct warp *warp)
{
    return clock_monotonic_ns() + warp->ahead_ms * 1000000;
}

static void look(struct warp *warp)
{
    warp_look(warp->page, warp->pid, client_now_ns(warp), &warp->view);
}

/* ---- jumping --------------------------------------------------------------------------------- */

static uint64_t until_next_ms(const struct warp *warp, const struct warp_servers *servers)
{
    uint64_t now_ns = client_now_ns(warp);
    uint64_t now_ms = loop_now_ms(warp->loop) + warp->ahead_ms;
    uint64_t of_client_ms = ENGINE_NEVER;
    uint64_t of_servers_ms = ENGINE_NEVER;

    if (warp->view.deadline_ns != WARP_NEVER)
        of_client_ms = warp->view.deadline_ns > now_ns
                           ? (warp->view.deadline_ns - now_ns + 999999) / 1000000
                           : 0;
    if (servers->deadline_ms != ENGINE_NEVER)
        of_servers_ms = servers->deadline_ms > now_ms ? servers->deadline_ms - now_ms : 0;
    return of_client_ms < of_servers_ms ? of_client_ms : of_servers_ms;
}

/* First the client's clocks, then the servers: what they send now finds it in the same time. */
static void jump(struct warp *warp, uint64_t by_ms)
{
    struct warp_page *page = warp->page;

    atomic_store(&page->ahead_before_ns, atomic_load(&page->ahead_ns));
    atomic_fetch_add(&page->ahead_ns, by_ms * 1000000);
    warp->ahead_ms += by_ms;
    atomic_fetch_add(&page->jumps, 1);
#ifdef __linux__
    (void)syscall(SYS_futex, &page->jumps, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
#endif
    for (size_t i = 0; i < warp->view.timed_count; i++)
        send_signal(warp, warp->view.timed[i], warp->view.timed[i]);
    warp->jumped = true;
    warp->looks = 0;
    warp->print = 0;
    look(warp);
    wake_due(warp);
    timer_set(warp->timer, loop_now_ms(warp->loop) + NEXT_TURN_MS);
    warp->calls->jumped(warp->owner);
}

/* ---- looking --------------------------------------------------------------------------------- */

static void look_again_later(struct warp *warp)
{
    uint64_t in_ms = NEXT_TURN_MS;

    warp->looks++;
    if (warp->looks > LOOKS_AT_ONCE)
        in_ms = warp->looks - LOOKS_AT_ONCE;
    if (in_ms > WARP_LOOK_MS_MAX)
        in_ms = WARP_LOOK_MS_MAX;
    timer_set(warp->timer, loop_now_ms(warp->loop) + in_ms);
}

/* True: both sides have been at rest for long enough. After a jump that moved nothing it is enough
 * that two looks, with a turn of the loop between them, saw the same. */
static bool is_at_rest(struct warp *warp, const struct warp_servers *servers)
{
    uint64_t now_ms = loop_now_ms(warp->loop);
    bool same = warp->print == warp->view.print && servers->moved == warp->moved;

    if (servers->moved != warp->moved) {
        warp->jumped = false;
        warp->looks = 0;
    }
    warp->moved = servers->moved;
    if (warp->view.busy || !servers->still) {
        warp->print = 0;
        return false;
    }
    if (!same) {
        warp->print = warp->view.print;
        warp->rests_from_ms = now_ms;
        return false;
    }
    return warp->jumped || now_ms >= warp->rests_from_ms + WARP_SETTLE_MS;
}

/* Only asked when it matters: before a jump, and when none comes for a while. */
static bool is_lost(struct warp *warp, bool rests)
{
    char program[PATH_MAX];
    int stranger =
        rests || warp->looks > LOOKS_AT_ONCE ? warp_look_stranger(&warp->view, warp->path) : 0;

    if (stranger == 0)
        return false;
    warp_proc_program(stranger, program, sizeof(program));
    warp_stop(warp);
    warp->calls->lost(warp->owner, program);
    return true;
}

static void look_due(void *owner)
{
    struct warp *warp = owner;
    struct warp_servers servers = {.deadline_ms = ENGINE_NEVER};
    uint64_t by_ms;
    bool rests;

    if (warp->pid == 0)
        return;
    look(warp);
    warp->calls->ask(warp->owner, &servers);
    wake_due(warp);
    rests = is_at_rest(warp, &servers);
    if (is_lost(warp, rests))
        return;
    if (!rests) {
        look_again_later(warp);
        return;
    }
    by_ms = until_next_ms(warp, &servers);
    if (by_ms == ENGINE_NEVER || by_ms == 0)
        look_again_later(warp);
    else
        jump(warp, by_ms);
}

/* ---- life ------------------------------------------------------------------------------------ */

struct warp *warp_new(struct loop *loop, const char *folder, const struct warp_calls *calls,
                      void *owner, struct err *err)
{
    struct warp *warp = calloc(1, sizeof(*warp));

    if (!warp) {
        err_memory(err);
        return NULL;
    }
    warp->loop = loop;
    warp->calls = calls;
    warp->owner = owner;
    warp->timer = timer_new(loop, look_due, warp);
    if (!warp->timer)
        err_memory(err);
    if (warp->timer && make_page(warp, folder, err))
        return warp;
    warp_free(warp);
    return NULL;
}

void warp_watch(struct warp *warp, int pid)
{
    warp->pid = pid;
    timer_set(warp->timer, loop_now_ms(warp->loop) + WARP_SETTLE_MS);
}

void warp_stop(struct warp *warp)
{
    warp->pid = 0;
    timer_set(warp->timer, ENGINE_NEVER);
}

void warp_free(struct warp *warp)
{
    if (!warp)
        return;
    timer_free(warp->timer);
    if (warp->page)
        (void)munmap(warp->page, sizeof(*warp->page));
    free(warp);
}
