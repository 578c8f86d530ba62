/* trace_calls.c - the calls by which time is read and waited for. */
#define _GNU_SOURCE /* NOLINT(bugprone-reserved-identifier): syscall numbers, as the libc has them \
                     */

#include "harness/warp/trace/trace.h"

#include <errno.h>
#include <sys/syscall.h>

/* clang-format off */
const struct trace_call trace_calls[] = {
    /* number               it is stopped when … at its beginning         at its end           over        left */
    {SYS_clock_gettime,     TRACE_CLOCK,    0, trace_clock_gettime,   NULL,                0,          0},
    {SYS_gettimeofday,      TRACE_POINTER,  0, trace_gettimeofday,    NULL,                0,          0},
    {SYS_time,              TRACE_ALWAYS,   0, trace_time,            NULL,                0,          0},
    {SYS_nanosleep,         TRACE_POINTER,  0, trace_nanosleep,       NULL,                0,          0},
    {SYS_clock_nanosleep,   TRACE_CLOCK,    0, trace_clock_nanosleep, NULL,                0,          0},
    {SYS_poll,              TRACE_POSITIVE, 2, trace_poll,            NULL,                0,          0},
    {SYS_ppoll,             TRACE_POINTER,  2, trace_ppoll,           NULL,                0,          2},
    {SYS_select,            TRACE_POINTER,  4, trace_select,          NULL,                0,          4},
    {SYS_pselect6,          TRACE_POINTER,  4, trace_pselect,         NULL,                0,          4},
    {SYS_epoll_wait,        TRACE_POSITIVE, 3, trace_epoll_wait,      NULL,                0,          0},
    {SYS_epoll_pwait,       TRACE_POSITIVE, 3, trace_epoll_wait,      NULL,                0,          0},
    {SYS_epoll_pwait2,      TRACE_POINTER,  3, trace_epoll_pwait2,    NULL,                0,          0},
    {SYS_futex,             TRACE_POINTER,  3, trace_futex,           NULL,                -ETIMEDOUT, 0},
    {SYS_rt_sigtimedwait,   TRACE_POINTER,  2, trace_sigtimedwait,    NULL,                -EAGAIN,    0},
    {SYS_restart_syscall,   TRACE_ALWAYS,   0, trace_restart,         NULL,                0,          0},
    {SYS_read,              TRACE_ALWAYS,   0, trace_receive,         NULL,                -EAGAIN,    0},
    {SYS_readv,             TRACE_ALWAYS,   0, trace_receive,         NULL,                -EAGAIN,    0},
    {SYS_recvfrom,          TRACE_ALWAYS,   0, trace_receive,         NULL,                -EAGAIN,    0},
    {SYS_recvmsg,           TRACE_ALWAYS,   0, trace_receive,         NULL,                -EAGAIN,    0},
    {SYS_write,             TRACE_ALWAYS,   0, trace_send,            NULL,                -EAGAIN,    0},
    {SYS_writev,            TRACE_ALWAYS,   0, trace_send,            NULL,                -EAGAIN,    0},
    {SYS_sendto,            TRACE_ALWAYS,   0, trace_send,            NULL,                -EAGAIN,    0},
    {SYS_sendmsg,           TRACE_ALWAYS,   0, trace_send,            NULL,                -EAGAIN,    0},
    {SYS_setsockopt,        TRACE_ALWAYS,   0, trace_setsockopt,      NULL,                0,          0},
    {SYS_alarm,             TRACE_ALWAYS,   0, trace_alarm,           NULL,                0,          0},
    {SYS_setitimer,         TRACE_ALWAYS,   0, trace_setitimer,       NULL,                0,          0},
    {SYS_getitimer,         TRACE_ALWAYS,   0, trace_getitimer,       NULL,                0,          0},
    {SYS_timer_create,      TRACE_CLOCK,    0, trace_timer_create,    trace_timer_created, 0,          0},
    {SYS_timer_settime,     TRACE_ALWAYS,   0, trace_timer_settime,   NULL,                0,          0},
    {SYS_timer_gettime,     TRACE_ALWAYS,   0, trace_timer_gettime,   NULL,                0,          0},
    {SYS_timer_delete,      TRACE_ALWAYS,   0, trace_timer_delete,    NULL,                0,          0},
    {SYS_timerfd_settime,   TRACE_ALWAYS,   0, trace_timerfd_settime, NULL,                0,          0},
};
/* clang-format on */
const size_t trace_call_count = sizeof(trace_calls) / sizeof(trace_calls[0]);

static const struct trace_call *find(long number)
{
    for (size_t i = 0; i < trace_call_count; i++)
        if (trace_calls[i].number == number)
            return &trace_calls[i];
    return NULL;
}

static void go_on(const struct tracee *tracee, enum trace_way way)
{
    (void)ptrace(way == TRACE_FOLLOW ? PTRACE_SYSCALL : PTRACE_CONT, tracee->tid, 0, 0);
}

void trace_answer(struct tracee *tracee, long result)
{
    trace_registers_skip(&tracee->registers);
    trace_registers_return(&tracee->registers, result);
    (void)trace_registers_set(tracee->tid, &tracee->registers);
}

void trace_call_begins(struct trace *trace, struct tracee *tracee)
{
    struct trace_registers before = tracee->registers;
    enum trace_way way = TRACE_LEAVE;

    if (trace_registers_get(tracee->tid, &tracee->registers))
        tracee->call = find(trace_number(&tracee->registers));
    else
        tracee->call = NULL;
    if (tracee->call && tracee->call->begin == trace_restart) {
        tracee->registers = before;
        tracee->call = tracee->restart;
        way = tracee->call ? trace_restart(trace, tracee) : TRACE_LEAVE;
    } else if (tracee->call) {
        way = tracee->call->begin(trace, tracee);
    }
    tracee->restart = NULL;
    if (way != TRACE_FOLLOW)
        tracee->call = NULL;
    go_on(tracee, way);
}

void trace_call_ends(struct trace *trace, struct tracee *tracee)
{
    const struct trace_call *call = tracee->call;
    struct trace_registers now;

    if (call && trace_registers_get(tracee->tid, &now)) {
        long was = trace_result(&now);
        long result = was;

        if (call->end)
            call->end(trace, tracee, &result);
        else
            trace_wait_ends(trace, tracee, &result);
        if (result != was) {
            trace_registers_return(&now, result);
            (void)trace_registers_set(tracee->tid, &now);
        }
    }
    tracee->call = NULL;
    go_on(tracee, TRACE_LEAVE);
}
