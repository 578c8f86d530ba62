/* dlsym(RTLD_NEXT), ppoll, SO_DOMAIN. */
#define _GNU_SOURCE /* NOLINT(bugprone-reserved-identifier): the libc's own switch */

#include "harness/warp/shim/shim.h"

#include "harness/warp/warp_peer.h"
#include "harness/warp/warp_place.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

/* One page for the process, written once, before main(). */
static struct warp_page *page;
static _Thread_local volatile sig_atomic_t woken __attribute__((tls_model("initial-exec")));
static _Thread_local struct warp_wait *last_wait __attribute__((tls_model("initial-exec")));

void *shim_find(_Atomic(void *) *found, const char *name)
{
    void *place = atomic_load(found);

    if (!place) {
        place = dlsym(RTLD_NEXT, name);
        atomic_store(found, place);
    }
    return place;
}

struct warp_page *shim_page(void)
{
    return page;
}

/* ---- time ------------------------------------------------------------------------------------ */

uint64_t shim_ahead_ns(void)
{
    return page ? atomic_load(&page->ahead_ns) : 0;
}

uint64_t shim_real_ns(clockid_t clock)
{
    int (*real)(clockid_t, struct timespec *);
    struct timespec now = {0};

    SHIM_REAL(real, "clock_gettime");
    real(clock, &now);
    return warp_ns(&now);
}

uint64_t shim_now_ns(void)
{
    return warp_add(shim_real_ns(CLOCK_MONOTONIC), shim_ahead_ns());
}

static uint64_t distance(uint64_t a, uint64_t b)
{
    return a > b ? a - b : b - a;
}

/* The clock of a condition is not to be had from outside; the epoch and the boot lie far apart. */
uint64_t shim_point_ns(const struct timespec *at)
{
    uint64_t point = warp_ns(at);
    uint64_t wall = warp_add(shim_real_ns(CLOCK_REALTIME), shim_ahead_ns());
    uint64_t now = shim_now_ns();

    if (distance(point, now) < distance(point, wall))
        return point;
    return point > wall ? warp_add(now, point - wall) : now;
}

/* ---- waiting --------------------------------------------------------------------------------- */

/* A handler that left with longjmp() left its thread's place behind: that one is taken again. */
static struct warp_wait *claim(uint32_t tid)
{
    if (last_wait && atomic_load(&last_wait->tid) == tid)
        return last_wait;
    return warp_place_wait(page, tid);
}

struct warp_wait *shim_wait_begin(uint64_t deadline_ns, bool foreign)
{
    struct warp_wait *wait = page ? claim((uint32_t)syscall(SYS_gettid)) : NULL;

    woken = 0;
    last_wait = wait;
    if (!wait)
        return NULL;
    warp_place_begin(wait, deadline_ns, foreign);
    return wait;
}

void shim_wait_end(struct warp_wait *wait)
{
    if (wait)
        warp_place_end(wait);
}

const struct timespec *shim_left(uint64_t deadline_ns, struct timespec *ret)
{
    uint64_t now_ns;

    if (deadline_ns == WARP_NEVER)
        return NULL;
    now_ns = shim_now_ns();
    *ret = warp_timespec(deadline_ns > now_ns ? deadline_ns - now_ns : 0);
    return ret;
}

bool shim_again(int *result, uint64_t deadline_ns)
{
    if (*result > 0 || (*result < 0 && errno != EINTR))
        return false;
    if (shim_now_ns() >= deadline_ns) {
        *result = 0;
        return false;
    }
    if (*result == 0)
        return true; /* it was a little early */
    if (!woken)
        return false; /* a signal of the client's own */
    woken = 0;
    return true;
}

const sigset_t *shim_mask(const sigset_t *mask, sigset_t *ret)
{
    if (mask)
        *ret = *mask;
    else
        pthread_sigmask(SIG_SETMASK, NULL, ret);
    sigdelset(ret, WARP_SIGNAL);
    return ret;
}

bool shim_is_foreign(int fd)
{
    int error = errno;
    bool foreign = warp_peer_is_foreign(fd);

    errno = error;
    return foreign;
}

static bool are_foreign(const struct pollfd *fds, nfds_t count)
{
    for (nfds_t i = 0; i < count; i++)
        if (fds[i].fd >= 0 && shim_is_foreign(fds[i].fd))
            return true;
    return false;
}

int shim_poll(struct pollfd *fds, nfds_t count, uint64_t deadline_ns, const sigset_t *mask)
{
    int (*real)(struct pollfd *, nfds_t, const struct timespec *, const sigset_t *);
    struct warp_wait *wait = shim_wait_begin(deadline_ns, are_foreign(fds, count));
    sigset_t open;
    int ready;

    SHIM_REAL(real, "ppoll");
    mask = shim_mask(mask, &open);
    do {
        struct timespec left;

        ready = real(fds, count, shim_left(deadline_ns, &left), mask);
    } while (shim_again(&ready, deadline_ns));
    shim_wait_end(wait);
    return ready;
}

/* ---- beginning ------------------------------------------------------------------------------- */

static void time_has_come(int number)
{
    int error = errno;

    (void)number;
    woken = 1;
    shim_timers_jumped();
    errno = error;
}

static void enter(void)
{
    (void)warp_place_process(page, (uint32_t)getpid());
}

/* What the program that called exec() had there; alarm() goes on. */
static void clear_own(void)
{
    uint32_t pid = (uint32_t)getpid();

    for (unsigned i = 0; i < WARP_WAITS_MAX; i++) {
        uint32_t own = pid;

        atomic_compare_exchange_strong(&page->waits[i].tid, &own, 0);
    }
    for (unsigned i = 0; i < WARP_TIMERS_MAX; i++)
        if (atomic_load(&page->timers[i].pid) == pid &&
            atomic_load(&page->timers[i].kind) != WARP_TIMER_ITIMER)
            atomic_store(&page->timers[i].pid, 0);
}

__attribute__((constructor)) static void attach(void)
{
    /* Where a call is not restarted (poll, select, epoll) it ends; elsewhere nobody notices. */
    struct sigaction action = {.sa_handler = time_has_come, .sa_flags = SA_RESTART};
    const char *path = getenv(WARP_VARIABLE);

    page = path ? warp_place_map(path) : NULL;
    if (!page)
        return;
    sigemptyset(&action.sa_mask);
    sigaction(WARP_SIGNAL, &action, NULL);
    clear_own();
    enter();
    pthread_atfork(NULL, NULL, enter);
}
