/* shim_clock.c - the clocks that a client reads, and its sleeps. */
#define _GNU_SOURCE /* NOLINT(bugprone-reserved-identifier): the libc's own switch */

#include "harness/warp/shim/shim.h"

#include <errno.h>
#include <sys/time.h>
#include <unistd.h>

/* Processor time passes as it is used. */
static bool is_warped(clockid_t clock)
{
    return clock >= 0 && clock != CLOCK_PROCESS_CPUTIME_ID && clock != CLOCK_THREAD_CPUTIME_ID;
}

int clock_gettime(clockid_t clock, struct timespec *ret)
{
    int (*real)(clockid_t, struct timespec *);
    int result;

    SHIM_REAL(real, "clock_gettime");
    result = real(clock, ret);
    if (result == 0 && is_warped(clock))
        *ret = warp_timespec(warp_add(warp_ns(ret), shim_ahead_ns()));
    return result;
}

static struct timespec wall(void)
{
    return warp_timespec(warp_add(shim_real_ns(CLOCK_REALTIME), shim_ahead_ns()));
}

/* The zone is of no use any more, and nobody asks for it. */
int gettimeofday(struct timeval *restrict ret, void *restrict zone)
{
    struct timespec now = wall();

    (void)zone;
    *ret = (struct timeval){.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
    return 0;
}

time_t time(time_t *ret)
{
    time_t now = wall().tv_sec;

    if (ret)
        *ret = now;
    return now;
}

int timespec_get(struct timespec *ret, int base)
{
    if (base != TIME_UTC)
        return 0;
    *ret = wall();
    return base;
}

/* ---- sleeps ---------------------------------------------------------------------------------- */

/* 0, or EINTR and what is left. */
static int sleep_until(uint64_t deadline_ns, struct timespec *ret_left)
{
    if (shim_poll(NULL, 0, deadline_ns, NULL) == 0)
        return 0;
    if (ret_left)
        (void)shim_left(deadline_ns, ret_left);
    return EINTR;
}

static bool is_time(const struct timespec *time)
{
    return time->tv_sec >= 0 && time->tv_nsec >= 0 && time->tv_nsec < (long)WARP_SECOND_NS;
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *time, struct timespec *left)
{
    if (!is_warped(clock)) {
        int (*real)(clockid_t, int, const struct timespec *, struct timespec *);

        SHIM_REAL(real, "clock_nanosleep");
        return real(clock, flags, time, left);
    }
    if (!is_time(time))
        return EINVAL;
    if (flags & TIMER_ABSTIME)
        return sleep_until(shim_point_ns(time), NULL);
    return sleep_until(warp_add(shim_now_ns(), warp_ns(time)), left);
}

int nanosleep(const struct timespec *time, struct timespec *left)
{
    int failure = clock_nanosleep(CLOCK_MONOTONIC, 0, time, left);

    if (failure == 0)
        return 0;
    errno = failure;
    return -1;
}

int usleep(useconds_t us)
{
    const struct timespec time = warp_timespec((uint64_t)us * 1000);

    return nanosleep(&time, NULL);
}

unsigned sleep(unsigned seconds)
{
    const struct timespec time = {.tv_sec = (time_t)seconds};
    struct timespec left = {0};

    return nanosleep(&time, &left) == 0 ? 0 : (unsigned)left.tv_sec + (left.tv_nsec > 0 ? 1 : 0);
}

int pause(void)
{
    return shim_poll(NULL, 0, WARP_NEVER, NULL);
}
