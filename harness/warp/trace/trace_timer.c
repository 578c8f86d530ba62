/*
 * trace_timer.c - alarm, setitimer, POSIX timers and timerfd.
 *
 * The first three never reach the kernel: the tracer sends the signals. A timerfd has to become
 * readable, so it is set in the kernel, through a descriptor of ours.
 */
#define _GNU_SOURCE /* NOLINT(bugprone-reserved-identifier): the libc's own switch */

#include "harness/warp/trace/trace.h"
#include "harness/warp/warp_place.h"
#include "harness/warp/warp_time.h"

#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

/* ---- places ---------------------------------------------------------------------------------- */

static struct trace_timer *beside(struct trace *trace, const struct warp_timer *timer)
{
    return &trace->timers[timer - trace->page->timers];
}

static void release(struct trace *trace, struct warp_timer *timer)
{
    struct trace_timer *ours = beside(trace, timer);

    if (ours->descriptor > 0)
        close(ours->descriptor);
    *ours = (struct trace_timer){0};
    atomic_store(&timer->deadline_ns, WARP_NEVER);
    atomic_store(&timer->pid, 0);
}

void trace_timers_forget(struct trace *trace, int pid, bool is_exec)
{
    for (unsigned i = 0; i < WARP_TIMERS_MAX; i++) {
        struct warp_timer *timer = &trace->page->timers[i];
        /* alarm() goes on behind an exec, and a timerfd may. */
        bool stays = is_exec && atomic_load(&timer->kind) != WARP_TIMER_POSIX;

        if (atomic_load(&timer->pid) == (uint32_t)pid && !stays)
            release(trace, timer);
    }
}

static void arm(const struct trace *trace, struct warp_timer *timer, uint64_t value_ns,
                uint64_t interval_ns)
{
    warp_place_arm(timer, trace_now_ns(trace), value_ns, interval_ns);
    atomic_store(&timer->fires_ns, 0);
    atomic_store(&timer->jumps, atomic_load(&trace->page->jumps));
}

static uint64_t left_ns(const struct trace *trace, const struct warp_timer *timer)
{
    uint64_t now_ns = trace_now_ns(trace);
    uint64_t deadline_ns = atomic_load(&timer->deadline_ns);

    if (deadline_ns == WARP_NEVER)
        return 0;
    return deadline_ns > now_ns ? deadline_ns - now_ns : 1;
}

/* ---- firing ---------------------------------------------------------------------------------- */

static void send_signal(struct trace *trace, const struct warp_timer *timer)
{
    const struct trace_timer *ours = beside(trace, timer);
    int pid = (int)atomic_load(&timer->pid);
    siginfo_t info;

    if (atomic_load(&timer->kind) == WARP_TIMER_ITIMER) {
        (void)kill(pid, SIGALRM);
        return;
    }
    if (ours->signal == 0)
        return;
    memset(&info, 0, sizeof(info));
    info.si_signo = ours->signal;
    info.si_code = SI_TIMER;
    info.si_timerid = (int)atomic_load(&timer->id);
    memcpy(&info.si_value, &ours->value, sizeof(ours->value));
    if (ours->tid != 0)
        (void)syscall(SYS_rt_tgsigqueueinfo, pid, ours->tid, ours->signal, &info);
    else
        (void)syscall(SYS_rt_sigqueueinfo, pid, ours->signal, &info);
}

static void fire(struct trace *trace, struct warp_timer *timer, uint64_t now_ns)
{
    uint64_t next_ns = warp_place_next_ns(timer, now_ns);

    send_signal(trace, timer);
    if (next_ns == WARP_NEVER && atomic_load(&timer->kind) == WARP_TIMER_ITIMER)
        release(trace, timer);
    else
        atomic_store(&timer->deadline_ns, next_ns);
}

/* The kernel's clock did not jump. */
static void set_again(struct trace *trace, struct warp_timer *timer)
{
    const struct itimerspec to = {
        .it_value = warp_timespec(left_ns(trace, timer)),
        .it_interval = warp_timespec(atomic_load(&timer->interval_ns)),
    };

    (void)timerfd_settime(beside(trace, timer)->descriptor, 0, &to, NULL);
}

static void run(struct trace *trace, struct warp_timer *timer, uint64_t now_ns)
{
    uint64_t deadline_ns = atomic_load(&timer->deadline_ns);
    uint32_t jumps = atomic_load(&trace->page->jumps);

    if (beside(trace, timer)->descriptor == 0) {
        if (deadline_ns <= now_ns)
            fire(trace, timer, now_ns);
    } else {
        if (atomic_load(&timer->jumps) != jumps)
            set_again(trace, timer);
        if (deadline_ns <= now_ns)
            atomic_store(&timer->deadline_ns, warp_place_next_ns(timer, now_ns));
    }
    atomic_store(&timer->jumps, jumps);
}

uint64_t trace_timers(struct trace *trace)
{
    uint64_t now_ns = trace_now_ns(trace);
    uint64_t in_ns = WARP_NEVER;

    for (unsigned i = 0; i < WARP_TIMERS_MAX; i++) {
        struct warp_timer *timer = &trace->page->timers[i];

        if (atomic_load(&timer->pid) == 0 || atomic_load(&timer->deadline_ns) == WARP_NEVER)
            continue;
        run(trace, timer, now_ns);
        if (left_ns(trace, timer) > 0 && left_ns(trace, timer) < in_ns)
            in_ns = left_ns(trace, timer);
    }
    return in_ns;
}

/* ---- alarm and setitimer --------------------------------------------------------------------- */

static struct itimerspec state_of(const struct trace *trace, const struct warp_timer *timer)
{
    struct itimerspec is = {{0}, {0}};

    if (timer && atomic_load(&timer->deadline_ns) != WARP_NEVER) {
        is.it_value = warp_timespec(left_ns(trace, timer));
        is.it_interval = warp_timespec(atomic_load(&timer->interval_ns));
    }
    return is;
}

static struct warp_timer *own_itimer(const struct trace *trace, const struct tracee *tracee)
{
    return warp_place_timer_of(trace->page, (uint32_t)tracee->pid, WARP_TIMER_ITIMER, 0);
}

/* False: there is no place; then it is the kernel's, in real time. */
static bool set_itimer(struct trace *trace, const struct tracee *tracee, uint64_t value_ns,
                       uint64_t interval_ns)
{
    struct warp_timer *timer =
        value_ns > 0 ? warp_place_timer(trace->page, (uint32_t)tracee->pid, WARP_TIMER_ITIMER, 0)
                     : own_itimer(trace, tracee);

    if (!timer)
        return value_ns == 0;
    if (value_ns > 0)
        arm(trace, timer, value_ns, interval_ns);
    else
        release(trace, timer);
    return true;
}

enum trace_way trace_alarm(struct trace *trace, struct tracee *tracee)
{
    uint64_t seconds = (uint32_t)trace_argument(&tracee->registers, 0);
    struct itimerspec was = state_of(trace, own_itimer(trace, tracee));

    if (!set_itimer(trace, tracee, seconds * WARP_SECOND_NS, 0))
        return TRACE_LEAVE;
    trace_answer(tracee, was.it_value.tv_sec + (was.it_value.tv_nsec > 0 ? 1 : 0));
    return TRACE_DONE;
}

static bool write_itimer(const struct tracee *tracee, unsigned argument,
                         const struct itimerspec *is)
{
    const struct itimerval as = {
        .it_interval = warp_timeval(warp_ns(&is->it_interval)),
        .it_value = warp_timeval(warp_ns(&is->it_value)),
    };

    return trace_argument(&tracee->registers, argument) == 0 ||
           trace_argument_write(tracee, argument, &as, sizeof(as));
}

static bool is_real(const struct tracee *tracee)
{
    return (int)trace_argument(&tracee->registers, 0) == ITIMER_REAL;
}

enum trace_way trace_setitimer(struct trace *trace, struct tracee *tracee)
{
    struct itimerspec was = state_of(trace, own_itimer(trace, tracee));
    struct itimerval to = {{0}, {0}};

    if (!is_real(tracee) ||
        (trace_argument(&tracee->registers, 1) != 0 &&
         !trace_argument_read(tracee, 1, &to, sizeof(to))) ||
        !write_itimer(tracee, 2, &was) ||
        !set_itimer(trace, tracee, warp_timeval_ns(&to.it_value), warp_timeval_ns(&to.it_interval)))
        return TRACE_LEAVE;
    trace_answer(tracee, 0);
    return TRACE_DONE;
}

enum trace_way trace_getitimer(struct trace *trace, struct tracee *tracee)
{
    struct itimerspec is = state_of(trace, own_itimer(trace, tracee));

    if (!is_real(tracee) || !write_itimer(tracee, 1, &is))
        return TRACE_LEAVE;
    trace_answer(tracee, 0);
    return TRACE_DONE;
}

/* ---- POSIX timers ---------------------------------------------------------------------------- */

static struct warp_timer *own_timer(const struct trace *trace, const struct tracee *tracee)
{
    return warp_place_timer_of(trace->page, (uint32_t)tracee->pid, WARP_TIMER_POSIX,
                               (int)trace_argument(&tracee->registers, 0));
}

/* The kernel numbers it. */
enum trace_way trace_timer_create(struct trace *trace, struct tracee *tracee)
{
    (void)trace, (void)tracee;
    return TRACE_FOLLOW;
}

void trace_timer_created(struct trace *trace, struct tracee *tracee, long *result)
{
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
    struct warp_timer *timer;
    struct trace_timer *ours;
    int id;

    if (*result != 0 || !trace_argument_read(tracee, 2, &id, sizeof(id)))
        return;
    event.sigev_value.sival_int = id;
    if (trace_argument(&tracee->registers, 1) != 0 &&
        !trace_argument_read(tracee, 1, &event, sizeof(event)))
        return;
    timer = warp_place_timer(trace->page, (uint32_t)tracee->pid, WARP_TIMER_POSIX, id);
    if (!timer)
        return;
    ours = beside(trace, timer);
    *ours = (struct trace_timer){0};
    memcpy(&ours->value, &event.sigev_value, sizeof(ours->value));
    if (event.sigev_notify != SIGEV_NONE)
        ours->signal = event.sigev_signo;
    if (event.sigev_notify == SIGEV_THREAD_ID)
        ours->tid = event._sigev_un._tid;
}

static bool read_itimerspec(const struct tracee *tracee, unsigned argument, struct itimerspec *ret)
{
    return trace_argument_read(tracee, argument, ret, sizeof(*ret)) && ret->it_value.tv_nsec >= 0 &&
           ret->it_value.tv_nsec < (long)WARP_SECOND_NS && ret->it_interval.tv_nsec >= 0 &&
           ret->it_interval.tv_nsec < (long)WARP_SECOND_NS;
}

static bool write_itimerspec(const struct tracee *tracee, unsigned argument,
                             const struct itimerspec *is)
{
    return trace_argument(&tracee->registers, argument) == 0 ||
           trace_argument_write(tracee, argument, is, sizeof(*is));
}

/* What is left until a time point, of whichever clock it fits: the epoch and the boot lie far
 * apart. */
static uint64_t from_now_ns(const struct trace *trace, const struct itimerspec *to, bool is_point)
{
    uint64_t value_ns = warp_ns(&to->it_value);
    uint64_t now_ns = trace_now_ns(trace);

    if (!is_point || value_ns == 0)
        return value_ns;
    value_ns = trace_point_ns(trace, value_ns, value_ns > trace_wall_ns(trace) / 2);
    return value_ns > now_ns ? value_ns - now_ns : 1;
}

enum trace_way trace_timer_settime(struct trace *trace, struct tracee *tracee)
{
    struct warp_timer *timer = own_timer(trace, tracee);
    struct itimerspec was = state_of(trace, timer);
    struct itimerspec to;
    bool is_point = (trace_argument(&tracee->registers, 1) & TIMER_ABSTIME) != 0;

    if (!timer || !read_itimerspec(tracee, 2, &to) || !write_itimerspec(tracee, 3, &was))
        return TRACE_LEAVE;
    arm(trace, timer, from_now_ns(trace, &to, is_point), warp_ns(&to.it_interval));
    trace_answer(tracee, 0);
    return TRACE_DONE;
}

enum trace_way trace_timer_gettime(struct trace *trace, struct tracee *tracee)
{
    struct warp_timer *timer = own_timer(trace, tracee);
    struct itimerspec is = state_of(trace, timer);

    if (!timer || !write_itimerspec(tracee, 1, &is))
        return TRACE_LEAVE;
    trace_answer(tracee, 0);
    return TRACE_DONE;
}

enum trace_way trace_timer_delete(struct trace *trace, struct tracee *tracee)
{
    struct warp_timer *timer = own_timer(trace, tracee);

    if (timer)
        release(trace, timer);
    return TRACE_LEAVE;
}

/* ---- timerfd --------------------------------------------------------------------------------- */

enum trace_way trace_timerfd_settime(struct trace *trace, struct tracee *tracee)
{
    int fd = (int)trace_argument(&tracee->registers, 0);
    bool is_point = (trace_argument(&tracee->registers, 1) & TFD_TIMER_ABSTIME) != 0;
    int ours = trace_descriptor(tracee, fd);
    struct warp_timer *timer;
    struct itimerspec to;
    struct itimerspec was;
    uint64_t value_ns;

    if (ours < 0 || !read_itimerspec(tracee, 2, &to)) {
        if (ours >= 0)
            close(ours);
        return TRACE_LEAVE;
    }
    value_ns = from_now_ns(trace, &to, is_point);
    to.it_value = warp_timespec(value_ns);
    timer = warp_place_timer(trace->page, (uint32_t)tracee->pid, WARP_TIMER_FD, fd);
    if (!timer || timerfd_settime(ours, 0, &to, &was) != 0 || !write_itimerspec(tracee, 3, &was)) {
        close(ours);
        return TRACE_LEAVE;
    }
    if (beside(trace, timer)->descriptor > 0)
        close(beside(trace, timer)->descriptor);
    *beside(trace, timer) = (struct trace_timer){.descriptor = ours};
    arm(trace, timer, value_ns, warp_ns(&to.it_interval));
    if (value_ns == 0)
        release(trace, timer);
    trace_answer(tracee, 0);
    return TRACE_DONE;
}
