/*
 * shim_thread.c - waits of threads for each other: conditions, semaphores, signals.
 *
 * A signal does not end the wait for a condition. So a thread of the shim's own waits for jumps and
 * wakes those whose time has come: for others at that condition it is a wake-up without a reason,
 * which POSIX allows.
 */
#define _GNU_SOURCE /* NOLINT(bugprone-reserved-identifier): the libc's own switch */

#include "harness/warp/shim/shim.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <dlfcn.h>

#define WAITERS_MAX 64
#define AGAIN_NS 1000000

struct waiter {
    pthread_cond_t *condition; /* NULL: free */
    uint64_t deadline_ns;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of what follows */
static struct waiter waiters[WAITERS_MAX];
static pid_t waker_of; /* the process whose thread wakes; a child of fork() has none yet */

/* ---- who wakes ------------------------------------------------------------------------------- */

/* True: some have to be woken again, in case they were just on their way. */
static bool wake_due(void)
{
    uint64_t now_ns = shim_now_ns();
    bool any = false;

    pthread_mutex_lock(&lock);
    for (unsigned i = 0; i < WAITERS_MAX; i++) {
        if (!waiters[i].condition || waiters[i].deadline_ns > now_ns)
            continue;
        any = true;
        pthread_cond_broadcast(waiters[i].condition);
    }
    pthread_mutex_unlock(&lock);
    return any;
}

static void *wake(void *unused)
{
    struct warp_page *page = shim_page();
    const struct timespec again = {.tv_nsec = AGAIN_NS};

    (void)unused;
    for (;;) {
        uint32_t seen = atomic_load(&page->jumps);

        while (wake_due())
            (void)syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &again, NULL);
        (void)syscall(SYS_futex, &page->jumps, FUTEX_WAIT, seen, NULL, NULL, 0);
    }
    return NULL;
}

/* With the lock. */
static void need_waker(void)
{
    pthread_attr_t attributes;
    pthread_t thread;
    sigset_t all;
    sigset_t before;

    if (waker_of == getpid())
        return;
    sigfillset(&all); /* the client's signals are for the client's threads */
    pthread_sigmask(SIG_BLOCK, &all, &before);
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    if (pthread_create(&thread, &attributes, wake, NULL) == 0)
        waker_of = getpid();
    pthread_attr_destroy(&attributes);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static struct waiter *add_waiter(pthread_cond_t *condition, uint64_t deadline_ns)
{
    struct waiter *found = NULL;

    if (!shim_page())
        return NULL;
    pthread_mutex_lock(&lock);
    need_waker();
    for (unsigned i = 0; !found && i < WAITERS_MAX; i++)
        if (!waiters[i].condition)
            found = &waiters[i];
    if (found)
        *found = (struct waiter){condition, deadline_ns};
    pthread_mutex_unlock(&lock);
    return found;
}

static void remove_waiter(struct waiter *waiter)
{
    if (!waiter)
        return;
    pthread_mutex_lock(&lock);
    waiter->condition = NULL;
    pthread_mutex_unlock(&lock);
}

/* ---- conditions ------------------------------------------------------------------------------ */

typedef int clockwait(pthread_cond_t *, pthread_mutex_t *, clockid_t, const struct timespec *);

struct left_behind { /* when the thread is cancelled while it waits */
    struct waiter *waiter;
    struct warp_wait *wait;
};

static void clean_up(void *of)
{
    const struct left_behind *left = of;

    remove_waiter(left->waiter);
    shim_wait_end(left->wait);
}

/* NOLINTNEXTLINE(readability-function-size): pthread_cleanup_push() is a block of its own */
static int wait_until(pthread_cond_t *condition, pthread_mutex_t *mutex, uint64_t deadline_ns)
{
    clockwait *real;
    struct left_behind left;
    uint64_t ahead_ns = shim_ahead_ns();
    struct timespec at = warp_timespec(deadline_ns > ahead_ns ? deadline_ns - ahead_ns : 0);
    int failure;

    SHIM_REAL(real, "pthread_cond_clockwait");
    left.waiter = add_waiter(condition, deadline_ns);
    left.wait = left.waiter ? shim_wait_begin(deadline_ns, false) : NULL;
    pthread_cleanup_push(clean_up, &left);
    failure = real(condition, mutex, CLOCK_MONOTONIC, &at);
    pthread_cleanup_pop(1);
    if (failure == 0 && left.waiter && shim_now_ns() >= deadline_ns)
        return ETIMEDOUT;
    return failure;
}

int pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict at)
{
    return wait_until(condition, mutex, shim_point_ns(at));
}

int pthread_cond_clockwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex,
                           clockid_t clock, const struct timespec *restrict at)
{
    (void)clock;
    return wait_until(condition, mutex, shim_point_ns(at));
}

/* ---- semaphores and signals ------------------------------------------------------------------ */

static int take_until(sem_t *semaphore, uint64_t deadline_ns)
{
    int (*real)(sem_t *, clockid_t, const struct timespec *);
    struct warp_wait *wait = shim_wait_begin(deadline_ns, false);
    int result;
    bool again;

    SHIM_REAL(real, "sem_clockwait");
    do {
        uint64_t ahead_ns = shim_ahead_ns();
        struct timespec at = warp_timespec(deadline_ns > ahead_ns ? deadline_ns - ahead_ns : 0);
        int as_poll;

        result = real(semaphore, CLOCK_MONOTONIC, &at);
        as_poll = result == 0 ? 1 : errno == ETIMEDOUT ? 0 : -1;
        again = shim_again(&as_poll, deadline_ns);
        if (!again && as_poll == 0)
            errno = ETIMEDOUT;
    } while (again);
    shim_wait_end(wait);
    return result;
}

int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict at)
{
    return take_until(semaphore, shim_point_ns(at));
}

int sem_clockwait(sem_t *restrict semaphore, clockid_t clock, const struct timespec *restrict at)
{
    (void)clock;
    return take_until(semaphore, shim_point_ns(at));
}

int sigtimedwait(const sigset_t *restrict set, siginfo_t *restrict ret,
                 const struct timespec *restrict timeout)
{
    int (*real)(const sigset_t *, siginfo_t *, const struct timespec *);
    uint64_t deadline_ns = timeout ? warp_add(shim_now_ns(), warp_ns(timeout)) : WARP_NEVER;
    struct warp_wait *wait = shim_wait_begin(deadline_ns, false);
    int number;
    bool again;

    SHIM_REAL(real, "sigtimedwait");
    do {
        struct timespec left;
        int as_poll;

        number = real(set, ret, shim_left(deadline_ns, &left));
        as_poll = number > 0 ? 1 : errno == EAGAIN ? 0 : -1;
        again = shim_again(&as_poll, deadline_ns);
        if (!again && as_poll == 0)
            errno = EAGAIN;
    } while (again);
    shim_wait_end(wait);
    return number;
}
