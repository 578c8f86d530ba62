/* trace_wait.c - waits: each is written down, followed to its end, and cut short by a jump. */
#define _GNU_SOURCE /* NOLINT(bugprone-reserved-identifier): the libc's own switch */

#include "harness/warp/trace/trace.h"
#include "harness/warp/warp_peer.h"
#include "harness/warp/warp_place.h"
#include "harness/warp/warp_time.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What calls return inside the kernel that are begun again when no handler was called. */
enum { RESTART_FIRST = 512, RESTART_BLOCK = 516 };

enum { POLLED_MAX = 64, SET_WORD_BITS = 64 };

/* ---- what all waits share -------------------------------------------------------------------- */

static enum trace_way wait_until(struct trace *trace, struct tracee *tracee, uint64_t deadline_ns,
                                 bool foreign)
{
    tracee->deadline_ns = deadline_ns;
    tracee->is_due = false;
    tracee->wait = warp_place_wait(trace->page, (uint32_t)tracee->tid);
    if (tracee->wait)
        warp_place_begin(tracee->wait, deadline_ns, foreign);
    return TRACE_FOLLOW;
}

/* Who only looks whether something is there, waits for nothing. */
static enum trace_way wait_for(struct trace *trace, struct tracee *tracee, uint64_t ns,
                               bool foreign)
{
    if (ns == 0)
        return TRACE_LEAVE;
    return wait_until(trace, tracee, warp_add(trace_now_ns(trace), ns), foreign);
}

/* The kernel's clock is behind the client's: it would not see that a time point has passed. */
static enum trace_way wait_until_point(struct trace *trace, struct tracee *tracee, uint64_t at_ns)
{
    if (at_ns > trace_now_ns(trace))
        return wait_until(trace, tracee, at_ns, false);
    trace_answer(tracee, tracee->call->over);
    return TRACE_DONE;
}

static bool read_ns(const struct tracee *tracee, unsigned argument, uint64_t *ret)
{
    struct timespec time;

    if (!trace_argument_read(tracee, argument, &time, sizeof(time)) || time.tv_nsec < 0 ||
        time.tv_nsec >= (long)WARP_SECOND_NS || time.tv_sec < 0)
        return false; /* the kernel says so */
    *ret = warp_ns(&time);
    return true;
}

static enum trace_way wait_for_argument(struct trace *trace, struct tracee *tracee,
                                        unsigned argument, bool foreign)
{
    uint64_t ns;

    return read_ns(tracee, argument, &ns) ? wait_for(trace, tracee, ns, foreign) : TRACE_LEAVE;
}

void trace_wait_forget(struct tracee *tracee)
{
    if (tracee->wait)
        warp_place_end(tracee->wait);
    tracee->wait = NULL;
    tracee->is_due = false;
}

enum trace_way trace_restart(struct trace *trace, struct tracee *tracee)
{
    return wait_until(trace, tracee, tracee->deadline_ns, false);
}

void trace_wake(struct trace *trace)
{
    uint64_t now_ns = trace_now_ns(trace);

    for (size_t i = 0; i < trace->tracee_count; i++) {
        struct tracee *tracee = &trace->tracees[i];

        if (!tracee->wait || tracee->is_due || tracee->deadline_ns > now_ns)
            continue;
        tracee->is_due = true;
        (void)ptrace(PTRACE_INTERRUPT, tracee->tid, 0, 0);
    }
}

/* ---- the end --------------------------------------------------------------------------------- */

static bool is_interrupted(long result)
{
    return result == -EINTR || (result <= -RESTART_FIRST && result >= -RESTART_BLOCK);
}

static void clear_sets(const struct tracee *tracee)
{
    static const unsigned char none[FD_SETSIZE / 8];
    uint64_t count = trace_argument(&tracee->registers, 0);
    size_t octets = (count + SET_WORD_BITS - 1) / SET_WORD_BITS * (SET_WORD_BITS / 8);

    for (unsigned set = 1; octets <= sizeof(none) && set <= 3; set++)
        if (trace_argument(&tracee->registers, set) != 0)
            (void)trace_argument_write(tracee, set, none, octets);
}

/* The kernel has written what was left of its own time there. */
static void tell_left(const struct trace *trace, const struct tracee *tracee, unsigned argument)
{
    uint64_t now_ns = trace_now_ns(trace);
    uint64_t left_ns = tracee->deadline_ns > now_ns ? tracee->deadline_ns - now_ns : 0;

    if (trace_number(&tracee->registers) == SYS_select) {
        struct timeval left = warp_timeval(left_ns);

        (void)trace_argument_write(tracee, argument, &left, sizeof(left));
    } else {
        struct timespec left = warp_timespec(left_ns);

        (void)trace_argument_write(tracee, argument, &left, sizeof(left));
    }
}

void trace_wait_ends(struct trace *trace, struct tracee *tracee, long *result)
{
    const struct trace_call *call = tracee->call;

    if (*result == -RESTART_BLOCK && !tracee->is_due)
        tracee->restart = call;
    if (tracee->is_due && is_interrupted(*result)) {
        *result = call->over;
        if (call->begin == trace_select || call->begin == trace_pselect)
            clear_sets(tracee);
    }
    if (call->left != 0)
        tell_left(trace, tracee, call->left);
    trace_wait_forget(tracee);
}

/* ---- sleeps ---------------------------------------------------------------------------------- */

enum trace_way trace_nanosleep(struct trace *trace, struct tracee *tracee)
{
    return wait_for_argument(trace, tracee, 0, false);
}

enum trace_way trace_clock_nanosleep(struct trace *trace, struct tracee *tracee)
{
    uint64_t ns;

    if (!read_ns(tracee, 2, &ns))
        return TRACE_LEAVE;
    if (trace_argument(&tracee->registers, 1) != TIMER_ABSTIME)
        return wait_for(trace, tracee, ns, false);
    return wait_until_point(
        trace, tracee,
        trace_point_ns(trace, ns, (int)trace_argument(&tracee->registers, 0) == CLOCK_REALTIME));
}

/* ---- poll, select, epoll --------------------------------------------------------------------- */

static bool is_foreign(const struct tracee *tracee, int fd)
{
    int ours = fd >= 0 ? trace_descriptor(tracee, fd) : -1;
    bool foreign = ours >= 0 && warp_peer_is_foreign(ours);

    if (ours >= 0)
        close(ours);
    return foreign;
}

static bool polls_foreign(const struct tracee *tracee)
{
    struct pollfd polled[POLLED_MAX];
    uint64_t count = trace_argument(&tracee->registers, 1);

    if (count > POLLED_MAX)
        count = POLLED_MAX;
    if (!trace_argument_read(tracee, 0, polled, count * sizeof(polled[0])))
        return false;
    for (uint64_t i = 0; i < count; i++)
        if (is_foreign(tracee, polled[i].fd))
            return true;
    return false;
}

static bool selects_foreign(const struct tracee *tracee)
{
    uint64_t count = trace_argument(&tracee->registers, 0);
    fd_set set;

    for (unsigned i = 1; i <= 3; i++) {
        memset(&set, 0, sizeof(set));
        if (trace_argument(&tracee->registers, i) == 0 || count > FD_SETSIZE ||
            !trace_argument_read(tracee, i, &set, (count + 7) / 8))
            continue;
        for (int fd = 0; fd < (int)count; fd++)
            if (FD_ISSET(fd, &set) && is_foreign(tracee, fd))
                return true;
    }
    return false;
}

static uint64_t ms_argument(const struct tracee *tracee, unsigned argument)
{
    return (uint64_t)(uint32_t)trace_argument(&tracee->registers, argument) * 1000000;
}

enum trace_way trace_poll(struct trace *trace, struct tracee *tracee)
{
    return wait_for(trace, tracee, ms_argument(tracee, 2), polls_foreign(tracee));
}

enum trace_way trace_ppoll(struct trace *trace, struct tracee *tracee)
{
    return wait_for_argument(trace, tracee, 2, polls_foreign(tracee));
}

enum trace_way trace_select(struct trace *trace, struct tracee *tracee)
{
    struct timeval time;

    if (!trace_argument_read(tracee, 4, &time, sizeof(time)) || time.tv_usec < 0)
        return TRACE_LEAVE;
    return wait_for(trace, tracee, warp_timeval_ns(&time), selects_foreign(tracee));
}

enum trace_way trace_pselect(struct trace *trace, struct tracee *tracee)
{
    return wait_for_argument(trace, tracee, 4, selects_foreign(tracee));
}

/* What it waits for cannot be asked for: as if it were this machine. */
enum trace_way trace_epoll_wait(struct trace *trace, struct tracee *tracee)
{
    return wait_for(trace, tracee, ms_argument(tracee, 3), false);
}

enum trace_way trace_epoll_pwait2(struct trace *trace, struct tracee *tracee)
{
    return wait_for_argument(trace, tracee, 3, false);
}

/* ---- threads and signals --------------------------------------------------------------------- */

/* FUTEX_WAIT waits for so long, its kin up to a time point; other operations use the argument for
 * something else. */
enum trace_way trace_futex(struct trace *trace, struct tracee *tracee)
{
    unsigned operation = (unsigned)trace_argument(&tracee->registers, 1);
    bool is_wall = (operation & FUTEX_CLOCK_REALTIME) != 0;
    uint64_t ns;

    switch (operation & (unsigned)FUTEX_CMD_MASK) {
    case FUTEX_WAIT:
        return wait_for_argument(trace, tracee, 3, false);
    case FUTEX_LOCK_PI:
        is_wall = true;
        break;
    case FUTEX_WAIT_BITSET:
    case FUTEX_WAIT_REQUEUE_PI:
    case FUTEX_LOCK_PI2:
        break;
    default:
        return TRACE_LEAVE;
    }
    if (!read_ns(tracee, 3, &ns))
        return TRACE_LEAVE;
    return wait_until_point(trace, tracee, trace_point_ns(trace, ns, is_wall));
}

enum trace_way trace_sigtimedwait(struct trace *trace, struct tracee *tracee)
{
    return wait_for_argument(trace, tracee, 2, false);
}

/* ---- sockets with timeouts ------------------------------------------------------------------- */

enum trace_way trace_setsockopt(struct trace *trace, struct tracee *tracee)
{
    int level = (int)trace_argument(&tracee->registers, 1);
    int option = (int)trace_argument(&tracee->registers, 2);

    if (level == SOL_SOCKET && (option == SO_RCVTIMEO || option == SO_SNDTIMEO))
        trace->has_timeouts = true;
    return TRACE_LEAVE;
}

static enum trace_way transfer(struct trace *trace, struct tracee *tracee, int option)
{
    struct timeval time = {0};
    socklen_t octets = sizeof(time);
    enum trace_way way = TRACE_LEAVE;
    int ours;

    if (!trace->has_timeouts)
        return TRACE_LEAVE;
    ours = trace_descriptor(tracee, (int)trace_argument(&tracee->registers, 0));
    if (ours < 0)
        return TRACE_LEAVE;
    if (getsockopt(ours, SOL_SOCKET, option, &time, &octets) == 0 &&
        (fcntl(ours, F_GETFL) & O_NONBLOCK) == 0)
        way = wait_for(trace, tracee, warp_timeval_ns(&time), warp_peer_is_foreign(ours));
    close(ours);
    return way;
}

enum trace_way trace_receive(struct trace *trace, struct tracee *tracee)
{
    return transfer(trace, tracee, SO_RCVTIMEO);
}

enum trace_way trace_send(struct trace *trace, struct tracee *tracee)
{
    return transfer(trace, tracee, SO_SNDTIMEO);
}
