/*
 * shim.h - what the parts of the shim share. The shim is loaded into a client under test
 * (LD_PRELOAD) and stands between it and the C library wherever time is read or waited for.
 *
 * Shape:   every wait is one of poll, epoll, select or a semaphore under shim_again(); it ends when
 *          the client's time has come, which may be long before real time has passed.
 * Lives:   from the constructor to the end of the process; a child of fork() goes on with it.
 * Errors:  as those of the function that is stood in for. Without a page all is as without a shim.
 * Note:    nothing here may allocate: it is called from everywhere, malloc() and handlers included.
 */
#ifndef HARNESS_WARP_SHIM_SHIM_H
#define HARNESS_WARP_SHIM_SHIM_H

#include "harness/warp/warp_page.h"
#include "harness/warp/warp_time.h"

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <time.h>

/* The next definition behind this library: the C library's; looked up once. */
void *shim_find(_Atomic(void *) *found, const char *name);
/* Among declarations; variable is a pointer to a function of its type. */
#define SHIM_REAL(variable, name)                                                                  \
    static _Atomic(void *) variable##_found;                                                       \
    *(void **)&(variable) = shim_find(&variable##_found, name)
/* NULL: no page, time is real. */
struct warp_page *shim_page(void);
uint64_t shim_ahead_ns(void);
uint64_t shim_real_ns(clockid_t clock);
uint64_t shim_now_ns(void); /* the client's CLOCK_MONOTONIC */

/* A time point of whichever clock it fits, as one of CLOCK_MONOTONIC. Both are the client's. */
uint64_t shim_point_ns(const struct timespec *at);

/* ---- waiting --------------------------------------------------------------------------------- */

/* Writes down that this thread waits until then; NULL: there is no place, or no page. */
struct warp_wait *shim_wait_begin(uint64_t deadline_ns, bool foreign);
void shim_wait_end(struct warp_wait *wait); /* keeps errno */
/* What is left, for a call that takes NULL for ever. */
const struct timespec *shim_left(uint64_t deadline_ns, struct timespec *ret);
/* After a call that gave *result (as poll() does) and errno: has it to be made again? Where the
 * time is over *result becomes 0. */
bool shim_again(int *result, uint64_t deadline_ns);
/* mask, or that of the thread, without the signal that wakes it. */
const sigset_t *shim_mask(const sigset_t *mask, sigset_t *ret);
bool shim_is_foreign(int fd); /* keeps errno */
int shim_poll(struct pollfd *fds, nfds_t count, uint64_t deadline_ns, const sigset_t *mask);

/* ---- timers ---------------------------------------------------------------------------------- */

/* Sets the kernel's timers of this process anew after a jump; from a signal handler. */
void shim_timers_jumped(void);

#endif
