/*
 * warp_time.h - times of the C library as nanoseconds, for those who stand between it and a client.
 *
 * Bounds:  WARP_NEVER is the largest; sums end there. A time before the epoch is 0.
 */
#ifndef HARNESS_WARP_WARP_TIME_H
#define HARNESS_WARP_WARP_TIME_H

#include "harness/warp/warp_page.h"

#include <sys/time.h>
#include <time.h>

#define WARP_SECOND_NS UINT64_C(1000000000)

static inline uint64_t warp_ns(const struct timespec *time)
{
    if (time->tv_sec < 0)
        return 0;
    if ((uint64_t)time->tv_sec > UINT64_MAX / WARP_SECOND_NS - 1)
        return WARP_NEVER;
    return (uint64_t)time->tv_sec * WARP_SECOND_NS + (uint64_t)time->tv_nsec;
}

static inline uint64_t warp_timeval_ns(const struct timeval *time)
{
    const struct timespec as = {.tv_sec = time->tv_sec, .tv_nsec = (long)time->tv_usec * 1000};

    return warp_ns(&as);
}

static inline struct timespec warp_timespec(uint64_t ns)
{
    return (struct timespec){.tv_sec = (time_t)(ns / WARP_SECOND_NS),
                             .tv_nsec = (long)(ns % WARP_SECOND_NS)};
}

static inline struct timeval warp_timeval(uint64_t ns)
{
    return (struct timeval){.tv_sec = (time_t)(ns / WARP_SECOND_NS),
                            .tv_usec = (suseconds_t)(ns % WARP_SECOND_NS / 1000)};
}

static inline uint64_t warp_add(uint64_t ns, uint64_t more_ns)
{
    return more_ns > WARP_NEVER - ns ? WARP_NEVER : ns + more_ns;
}

#endif
