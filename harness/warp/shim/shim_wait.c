/* shim_wait.c - poll, select and epoll. */
#define _GNU_SOURCE /* NOLINT(bugprone-reserved-identifier): the libc's own switch */

#include "harness/warp/shim/shim.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>

static uint64_t in_ms(int timeout_ms)
{
    if (timeout_ms < 0)
        return WARP_NEVER;
    return warp_add(shim_now_ns(), (uint64_t)timeout_ms * 1000000);
}

static uint64_t in_time(const struct timespec *timeout)
{
    return timeout ? warp_add(shim_now_ns(), warp_ns(timeout)) : WARP_NEVER;
}

int poll(struct pollfd *fds, nfds_t count, int timeout_ms)
{
    return shim_poll(fds, count, in_ms(timeout_ms), NULL);
}

int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask)
{
    return shim_poll(fds, count, in_time(timeout), mask);
}

/* What programs call that were built with _FORTIFY_SOURCE.
 * NOLINTBEGIN(readability-identifier-naming,readability-function-size): the C library's own. */
int __poll_chk(struct pollfd *fds, nfds_t count, int timeout_ms, size_t octets);
int __ppoll_chk(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
                const sigset_t *mask, size_t octets);

int __poll_chk(struct pollfd *fds, nfds_t count, int timeout_ms, size_t octets)
{
    if (octets / sizeof(*fds) < count)
        __builtin_trap();
    return poll(fds, count, timeout_ms);
}

int __ppoll_chk(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
                const sigset_t *mask, size_t octets)
{
    if (octets / sizeof(*fds) < count)
        __builtin_trap();
    return ppoll(fds, count, timeout, mask);
}

/* NOLINTEND(readability-identifier-naming,readability-function-size) */

/* ---- select ---------------------------------------------------------------------------------- */

struct sets {
    fd_set *of[3]; /* the caller's; NULL: none */
    fd_set kept[3];
    size_t octets; /* of each that count */
};

static void keep_sets(struct sets *sets, int count)
{
    sets->octets = ((size_t)count + NFDBITS - 1) / NFDBITS * sizeof(fd_mask);
    for (int i = 0; i < 3; i++)
        if (sets->of[i])
            memcpy(&sets->kept[i], sets->of[i], sets->octets);
}

static void give_sets_back(const struct sets *sets)
{
    for (int i = 0; i < 3; i++)
        if (sets->of[i])
            memcpy(sets->of[i], &sets->kept[i], sets->octets);
}

static bool has_foreign(const struct sets *sets, int count)
{
    for (int i = 0; i < 3; i++)
        for (int fd = 0; sets->of[i] && fd < count; fd++)
            if (FD_ISSET(fd, &sets->kept[i]) && shim_is_foreign(fd))
                return true;
    return false;
}

static int select_until(int count, struct sets *sets, uint64_t deadline_ns, const sigset_t *mask)
{
    int (*real)(int, fd_set *, fd_set *, fd_set *, const struct timespec *, const sigset_t *);
    struct warp_wait *wait;
    struct timespec left;
    sigset_t open;
    int ready;

    SHIM_REAL(real, "pselect");
    mask = shim_mask(mask, &open);
    if (count < 0 || count > FD_SETSIZE) /* the caller's own sets: nothing can be kept of them */
        return real(count, sets->of[0], sets->of[1], sets->of[2], shim_left(deadline_ns, &left),
                    mask);
    keep_sets(sets, count);
    wait = shim_wait_begin(deadline_ns, has_foreign(sets, count));
    do {
        give_sets_back(sets);
        ready =
            real(count, sets->of[0], sets->of[1], sets->of[2], shim_left(deadline_ns, &left), mask);
    } while (shim_again(&ready, deadline_ns));
    shim_wait_end(wait);
    for (int i = 0; ready == 0 && i < 3; i++)
        if (sets->of[i])
            memset(sets->of[i], 0, sets->octets);
    return ready;
}

int pselect(int count, fd_set *restrict in, fd_set *restrict out, fd_set *restrict other,
            const struct timespec *restrict timeout, const sigset_t *restrict mask)
{
    struct sets sets = {
        .of = {in, out, other}
    };

    return select_until(count, &sets, in_time(timeout), mask);
}

/* Linux tells what is left in *timeout. */
int select(int count, fd_set *restrict in, fd_set *restrict out, fd_set *restrict other,
           struct timeval *restrict timeout)
{
    struct sets sets = {
        .of = {in, out, other}
    };
    struct timespec left;
    uint64_t deadline_ns = WARP_NEVER;
    int ready;

    if (timeout && (timeout->tv_sec < 0 || timeout->tv_usec < 0)) {
        errno = EINVAL;
        return -1;
    }
    if (timeout) {
        left = (struct timespec){.tv_sec = timeout->tv_sec};
        deadline_ns =
            warp_add(warp_add(shim_now_ns(), warp_ns(&left)), (uint64_t)timeout->tv_usec * 1000);
    }
    ready = select_until(count, &sets, deadline_ns, NULL);
    if (timeout && shim_left(deadline_ns, &left))
        *timeout = (struct timeval){.tv_sec = left.tv_sec, .tv_usec = left.tv_nsec / 1000};
    return ready;
}

/* ---- epoll ----------------------------------------------------------------------------------- */

/* Rounded up: who is woken early asks again. */
static int left_ms(uint64_t deadline_ns)
{
    struct timespec left;
    uint64_t ns;

    if (!shim_left(deadline_ns, &left))
        return -1;
    ns = warp_add(warp_ns(&left), 999999);
    return ns / 1000000 > INT32_MAX ? INT32_MAX : (int)(ns / 1000000);
}

static int epoll_until(int epoll, struct epoll_event *events, int most, uint64_t deadline_ns,
                       const sigset_t *mask)
{
    int (*real)(int, struct epoll_event *, int, int, const sigset_t *);
    struct warp_wait *wait = shim_wait_begin(deadline_ns, false);
    sigset_t open;
    int ready;

    SHIM_REAL(real, "epoll_pwait");
    mask = shim_mask(mask, &open);
    do {
        ready = real(epoll, events, most, left_ms(deadline_ns), mask);
    } while (shim_again(&ready, deadline_ns));
    shim_wait_end(wait);
    return ready;
}

int epoll_wait(int epoll, struct epoll_event *events, int most, int timeout_ms)
{
    return epoll_until(epoll, events, most, in_ms(timeout_ms), NULL);
}

int epoll_pwait(int epoll, struct epoll_event *events, int most, int timeout_ms,
                const sigset_t *mask)
{
    return epoll_until(epoll, events, most, in_ms(timeout_ms), mask);
}

int epoll_pwait2(int epoll, struct epoll_event *events, int most, const struct timespec *timeout,
                 const sigset_t *mask)
{
    return epoll_until(epoll, events, most, in_time(timeout), mask);
}
