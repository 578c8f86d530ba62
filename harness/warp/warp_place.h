/*
 * warp_place.h - places on the page (warp_page.h), as those take them who write there: the shim in
 * a client, and the tracer.
 *
 * Errors:  NULL: there is none left, or the page cannot be mapped.
 * Note:    nothing here allocates or waits: the shim calls it from everywhere.
 */
#ifndef HARNESS_WARP_WARP_PLACE_H
#define HARNESS_WARP_WARP_PLACE_H

#include "harness/warp/warp_page.h"
#include "harness/warp/warp_time.h"

#include <fcntl.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

static inline struct warp_page *warp_place_map(const char *path)
{
    int file = open(path, O_RDWR | O_CLOEXEC);
    void *memory = MAP_FAILED;

    if (file >= 0) {
        memory = mmap(NULL, sizeof(struct warp_page), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        close(file);
    }
    if (memory == MAP_FAILED)
        return NULL;
    if (((struct warp_page *)memory)->magic == WARP_MAGIC)
        return memory;
    munmap(memory, sizeof(struct warp_page));
    return NULL;
}

static inline struct warp_wait *warp_place_wait(struct warp_page *page, uint32_t tid)
{
    for (unsigned i = 0; i < WARP_WAITS_MAX; i++) {
        struct warp_wait *wait = &page->waits[(tid + i) % WARP_WAITS_MAX];
        uint32_t nobody = 0;

        if (atomic_compare_exchange_strong(&wait->tid, &nobody, tid))
            return wait;
    }
    return NULL;
}

static inline void warp_place_begin(struct warp_wait *wait, uint64_t deadline_ns, int foreign)
{
    atomic_store(&wait->foreign, foreign ? 1 : 0);
    atomic_store(&wait->deadline_ns, deadline_ns);
    atomic_fetch_add(&wait->turn, 1);
}

static inline void warp_place_end(struct warp_wait *wait)
{
    atomic_fetch_add(&wait->turn, 1);
    atomic_store(&wait->deadline_ns, 0);
    atomic_store(&wait->tid, 0);
}

static inline struct warp_process *warp_place_process(struct warp_page *page, uint32_t pid)
{
    for (unsigned i = 0; i < WARP_PROCESSES_MAX; i++) {
        uint32_t nobody = 0;

        if (atomic_load(&page->processes[i].pid) == pid ||
            atomic_compare_exchange_strong(&page->processes[i].pid, &nobody, pid))
            return &page->processes[i];
    }
    return NULL;
}

/* Who acts for a process; 0: it does so itself, or is not known. */
static inline uint32_t warp_place_tracer(const struct warp_page *page, uint32_t pid)
{
    for (unsigned i = 0; i < WARP_PROCESSES_MAX; i++)
        if (atomic_load(&page->processes[i].pid) == pid)
            return atomic_load(&page->processes[i].tracer);
    return 0;
}

static inline struct warp_timer *warp_place_timer_of(struct warp_page *page, uint32_t pid,
                                                     enum warp_timer_kind kind, int64_t id)
{
    for (unsigned i = 0; i < WARP_TIMERS_MAX; i++) {
        struct warp_timer *timer = &page->timers[i];

        if (atomic_load(&timer->pid) == pid && atomic_load(&timer->kind) == (uint32_t)kind &&
            atomic_load(&timer->id) == id)
            return timer;
    }
    return NULL;
}

/* The one that is there, or a new one that is not armed. */
static inline struct warp_timer *warp_place_timer(struct warp_page *page, uint32_t pid,
                                                  enum warp_timer_kind kind, int64_t id)
{
    struct warp_timer *timer = warp_place_timer_of(page, pid, kind, id);

    for (unsigned i = 0; !timer && i < WARP_TIMERS_MAX; i++) {
        uint32_t nobody = 0;

        if (!atomic_compare_exchange_strong(&page->timers[i].pid, &nobody, pid))
            continue;
        timer = &page->timers[i];
        atomic_store(&timer->deadline_ns, WARP_NEVER);
        atomic_store(&timer->kind, (uint32_t)kind);
        atomic_store(&timer->id, id);
    }
    return timer;
}

/* In so long; 0: not at all. */
static inline void warp_place_arm(struct warp_timer *timer, uint64_t now_ns, uint64_t value_ns,
                                  uint64_t interval_ns)
{
    atomic_store(&timer->interval_ns, interval_ns);
    atomic_store(&timer->deadline_ns, value_ns > 0 ? warp_add(now_ns, value_ns) : WARP_NEVER);
}

/* When a timer is due next, after that time; WARP_NEVER: not again. */
static inline uint64_t warp_place_next_ns(const struct warp_timer *timer, uint64_t after_ns)
{
    uint64_t deadline_ns = atomic_load(&timer->deadline_ns);
    uint64_t interval_ns = atomic_load(&timer->interval_ns);

    if (deadline_ns > after_ns)
        return deadline_ns;
    if (interval_ns == 0)
        return WARP_NEVER;
    return deadline_ns + ((after_ns - deadline_ns) / interval_ns + 1) * interval_ns;
}

#endif
