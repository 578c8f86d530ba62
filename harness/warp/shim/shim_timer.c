/*
 * shim_timer.c - alarm, setitimer, POSIX timers and timerfd.
 *
 * The kernel runs them, in real time. Each is written down with the client's time at which it is
 * due; after a jump they are set anew to what is left then.
 */
#define _GNU_SOURCE /* NOLINT(bugprone-reserved-identifier): the libc's own switch */

#include "harness/warp/shim/shim.h"

#include "harness/warp/warp_place.h"

#include <errno.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <unistd.h>

/* What is due at once fires a little later: outside the handler that sets it, so that the call
 * which it is to interrupt has begun again. */
#define SOON_NS UINT64_C(2000000)

/* ---- what is written down -------------------------------------------------------------------- */

static struct warp_timer *find(enum warp_timer_kind kind, int64_t id)
{
    struct warp_page *page = shim_page();

    return page ? warp_place_timer_of(page, (uint32_t)getpid(), kind, id) : NULL;
}

static struct warp_timer *claim(enum warp_timer_kind kind, int64_t id)
{
    struct warp_page *page = shim_page();

    return page ? warp_place_timer(page, (uint32_t)getpid(), kind, id) : NULL;
}

/* The kernel has it now, and will fire it then. */
static void note_set(struct warp_timer *timer, uint64_t value_ns)
{
    atomic_store(&timer->fires_ns, warp_add(shim_real_ns(CLOCK_MONOTONIC), value_ns));
    atomic_store(&timer->jumps, atomic_load(&shim_page()->jumps));
}

static void write_down(enum warp_timer_kind kind, int64_t id, uint64_t value_ns,
                       uint64_t interval_ns)
{
    struct warp_timer *timer = value_ns > 0 ? claim(kind, id) : find(kind, id);

    if (!timer)
        return;
    warp_place_arm(timer, shim_now_ns(), value_ns, interval_ns);
    note_set(timer, value_ns);
    if (value_ns == 0)
        atomic_store(&timer->pid, 0);
}

/* ---- the kernel's timers --------------------------------------------------------------------- */

static timer_t posix_id(int64_t id)
{
    return (timer_t)(intptr_t)id; /* NOLINT(performance-no-int-to-ptr): it was one */
}

/* False: there is no such timer any more. */
static bool get(const struct warp_timer *timer, struct itimerspec *ret)
{
    int64_t id = atomic_load(&timer->id);

    switch ((enum warp_timer_kind)atomic_load(&timer->kind)) {
    case WARP_TIMER_ITIMER: {
        struct itimerval old;

        if (syscall(SYS_getitimer, ITIMER_REAL, &old) != 0)
            return false;
        ret->it_value = (struct timespec){old.it_value.tv_sec, old.it_value.tv_usec * 1000};
        ret->it_interval =
            (struct timespec){old.it_interval.tv_sec, old.it_interval.tv_usec * 1000};
        return true;
    }
    case WARP_TIMER_POSIX:
        return timer_gettime(posix_id(id), ret) == 0;
    case WARP_TIMER_FD:
        return timerfd_gettime((int)id, ret) == 0;
    }
    return false;
}

static void set(const struct warp_timer *timer, const struct itimerspec *to)
{
    int (*real_posix)(timer_t, int, const struct itimerspec *, struct itimerspec *);
    int64_t id = atomic_load(&timer->id);

    SHIM_REAL(real_posix, "timer_settime");
    switch ((enum warp_timer_kind)atomic_load(&timer->kind)) {
    case WARP_TIMER_ITIMER: {
        struct itimerval as = {
            .it_value = {to->it_value.tv_sec,    to->it_value.tv_nsec / 1000   },
            .it_interval = {to->it_interval.tv_sec, to->it_interval.tv_nsec / 1000}
        };

        (void)syscall(SYS_setitimer, ITIMER_REAL, &as, NULL);
        break;
    }
    case WARP_TIMER_POSIX:
        (void)real_posix(posix_id(id), 0, to, NULL);
        break;
    case WARP_TIMER_FD:
        (void)syscall(SYS_timerfd_settime, (int)id, 0, to, NULL);
        break;
    }
}

/* When it is due next, having been set before the jump. */
static uint64_t next_ns(struct warp_timer *timer, uint64_t before_ns)
{
    if (atomic_load(&timer->interval_ns) > 0)
        atomic_store(&timer->deadline_ns, warp_place_next_ns(timer, before_ns));
    return atomic_load(&timer->deadline_ns);
}

static void set_anew(struct warp_timer *timer, uint64_t now_ns, uint64_t before_ns)
{
    struct itimerspec is = {{0}, {0}};
    uint64_t deadline_ns = next_ns(timer, before_ns);
    uint64_t left_ns = deadline_ns > now_ns + SOON_NS ? deadline_ns - now_ns : SOON_NS;

    if (!get(timer, &is) || warp_ns(&is.it_value) == 0) {
        atomic_store(&timer->pid, 0); /* it has fired, or is gone */
        return;
    }
    if (warp_ns(&is.it_value) > left_ns) {
        is.it_value = warp_timespec(left_ns);
        set(timer, &is);
    }
    note_set(timer, warp_ns(&is.it_value));
}

void shim_timers_jumped(void)
{
    struct warp_page *page = shim_page();
    uint32_t pid = (uint32_t)getpid();
    uint64_t now_ns = shim_now_ns();
    uint64_t jumped_ns;

    if (!page)
        return;
    jumped_ns = atomic_load(&page->ahead_ns) - atomic_load(&page->ahead_before_ns);
    for (unsigned i = 0; i < WARP_TIMERS_MAX; i++)
        if (atomic_load(&page->timers[i].pid) == pid &&
            atomic_load(&page->timers[i].deadline_ns) != WARP_NEVER)
            set_anew(&page->timers[i], now_ns, now_ns - jumped_ns);
}

/* ---- what clients call ----------------------------------------------------------------------- */

int setitimer(__itimer_which_t which, const struct itimerval *restrict to,
              struct itimerval *restrict old)
{
    int result = (int)syscall(SYS_setitimer, which, to, old);

    if (result == 0 && which == ITIMER_REAL)
        write_down(WARP_TIMER_ITIMER, 0, to ? warp_timeval_ns(&to->it_value) : 0,
                   to ? warp_timeval_ns(&to->it_interval) : 0);
    return result;
}

unsigned alarm(unsigned seconds)
{
    const struct itimerval to = {.it_value = {.tv_sec = (time_t)seconds}};
    struct itimerval old = {{0}, {0}};

    if (setitimer(ITIMER_REAL, &to, &old) != 0)
        return 0;
    return (unsigned)old.it_value.tv_sec + (old.it_value.tv_usec > 0 ? 1 : 0);
}

int timer_create(clockid_t clock, struct sigevent *restrict event, timer_t *restrict ret)
{
    int (*real)(clockid_t, struct sigevent *, timer_t *);
    int result;

    SHIM_REAL(real, "timer_create");
    result = real(clock, event, ret);
    /* Timers of processor time are not written down, and so they stay as they are. */
    if (result == 0 && clock >= 0 && clock != CLOCK_PROCESS_CPUTIME_ID &&
        clock != CLOCK_THREAD_CPUTIME_ID)
        (void)claim(WARP_TIMER_POSIX, (int64_t)(intptr_t)*ret);
    return result;
}

int timer_delete(timer_t id)
{
    int (*real)(timer_t);
    struct warp_timer *timer = find(WARP_TIMER_POSIX, (int64_t)(intptr_t)id);

    SHIM_REAL(real, "timer_delete");
    if (timer)
        atomic_store(&timer->pid, 0);
    return real(id);
}

/* A time point becomes what is left until then: the kernel's clocks are others. */
static struct itimerspec relative(const struct itimerspec *to, bool is_point)
{
    struct itimerspec as = *to;
    uint64_t value_ns = warp_ns(&to->it_value);

    if (is_point && value_ns > 0) {
        uint64_t at_ns = shim_point_ns(&to->it_value);
        uint64_t now_ns = shim_now_ns();

        as.it_value = warp_timespec(at_ns > now_ns ? at_ns - now_ns : 1);
    }
    return as;
}

int timer_settime(timer_t id, int flags, const struct itimerspec *restrict to,
                  struct itimerspec *restrict old)
{
    int (*real)(timer_t, int, const struct itimerspec *, struct itimerspec *);
    struct warp_timer *timer = find(WARP_TIMER_POSIX, (int64_t)(intptr_t)id);
    struct itimerspec as;
    int result;

    SHIM_REAL(real, "timer_settime");
    if (!timer)
        return real(id, flags, to, old);
    as = relative(to, (flags & TIMER_ABSTIME) != 0);
    result = real(id, 0, &as, old);
    if (result != 0)
        return result;
    warp_place_arm(timer, shim_now_ns(), warp_ns(&as.it_value), warp_ns(&as.it_interval));
    note_set(timer, warp_ns(&as.it_value));
    return result;
}

int timerfd_settime(int fd, int flags, const struct itimerspec *to, struct itimerspec *old)
{
    struct itimerspec as = relative(to, (flags & TFD_TIMER_ABSTIME) != 0);
    int result = (int)syscall(SYS_timerfd_settime, fd, 0, &as, old);

    if (result == 0)
        write_down(WARP_TIMER_FD, fd, warp_ns(&as.it_value), warp_ns(&as.it_interval));
    return result;
}
