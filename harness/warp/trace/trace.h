/*
 * trace.h - what the parts of the tracer share. The tracer (warp-trace) starts a client that loads
 * no shim, because it is linked statically or makes its system calls by itself, and stands between
 * it and the kernel (ptrace) wherever time is read or waited for.
 *
 * Shape:   a filter (seccomp) stops a thread at those calls alone, all others run as ever. The vDSO
 *          is hidden from each program that the client executes, so that a clock can only be read
 *          by a call; that one is answered here. A wait is written down on the page (warp_page.h)
 *          and followed to its end. Timers are not the kernel's any more, but the tracer's, which
 *          sends their signals; a timerfd stays where it is and is set from here.
 *          When time has jumped, the harness wakes the tracer by WARP_SIGNAL. A thread whose time
 *          has come is interrupted in its call (PTRACE_INTERRUPT), and what the call returns
 *          becomes what it returns when its time is over.
 * Bounds:  TRACE_TRACEES_MAX threads; those beyond run in real time and count as busy.
 * Lives:   as long as the client; with the tracer it is killed (PTRACE_O_EXITKILL).
 * Errors:  are written on the page, which the harness reads. The exit status is the client's.
 * Note:    x86-64 alone: trace_machine.h is all that knows.
 * Source:  ptrace(2), seccomp(2), vdso(7).
 */
#ifndef HARNESS_WARP_TRACE_TRACE_H
#define HARNESS_WARP_TRACE_TRACE_H

#include "harness/warp/trace/trace_machine.h"
#include "harness/warp/warp_page.h"

#include <stdbool.h>
#include <stddef.h>

#define TRACE_TRACEES_MAX 512
#define TRACE_EXIT 125 /* of the tracer, where there is no client to have one */

struct trace_call;

struct tracee {
    int tid;
    int pid;
    struct trace_registers registers; /* at the beginning of `call` */
    const struct trace_call *call;    /* that is followed to its end; NULL: none */
    const struct trace_call *restart; /* that restart_syscall() goes on with; NULL: none */
    struct warp_wait *wait;           /* NULL: none, or there was no place */
    uint64_t deadline_ns;
    bool is_due; /* it was interrupted, because its time has come */
};

/* Beside the timer in the same place of the page. */
struct trace_timer {
    int descriptor; /* FD: ours; 0 = none */
    int signal;     /* POSIX; 0 = none */
    int tid;        /* POSIX: who gets it; 0 = the process */
    uint64_t value; /* POSIX: goes with it */
};

struct trace {
    struct warp_page *page;
    int root;        /* the client */
    int root_status; /* as waitpid() tells it */
    bool root_ended;
    bool has_timeouts; /* SO_RCVTIMEO or SO_SNDTIMEO was set somewhere */
    struct tracee tracees[TRACE_TRACEES_MAX];
    size_t tracee_count;
    struct trace_timer timers[WARP_TIMERS_MAX];
};

/* ---- calls (trace_calls.c) ------------------------------------------------------------------- */

/* When the filter stops a call. */
enum trace_when {
    TRACE_ALWAYS,
    TRACE_CLOCK,    /* that argument is a clock that jumps */
    TRACE_POINTER,  /* that argument is not NULL */
    TRACE_POSITIVE, /* that argument is more than 0 */
};

/* What becomes of a call that has been looked at. */
enum trace_way {
    TRACE_LEAVE,  /* it goes on, and nobody cares */
    TRACE_FOLLOW, /* … and its end is seen */
    TRACE_DONE,   /* it was done here: trace_answer() */
};

struct trace_call {
    long number;
    enum trace_when when;
    unsigned argument;
    enum trace_way (*begin)(struct trace *trace, struct tracee *tracee);
    /* Its end, where it is followed; NULL: it is a wait. May change the result. */
    void (*end)(struct trace *trace, struct tracee *tracee, long *result);
    long over; /* a wait returns that when its time is over */
    unsigned
        left; /* of a wait: the argument in which it tells what is left of the time; 0 = none */
};

extern const struct trace_call trace_calls[];
extern const size_t trace_call_count;

/* The thread stands at the beginning or at the end of a call, and goes on when this returns. */
void trace_call_begins(struct trace *trace, struct tracee *tracee);
void trace_call_ends(struct trace *trace, struct tracee *tracee);
void trace_answer(struct tracee *tracee, long result);

/* ---- one for each call (trace_wait.c, trace_timer.c, trace_client.c) --------------------------
 */

#define TRACE_BEGIN(name) enum trace_way trace_##name(struct trace *trace, struct tracee *tracee)

TRACE_BEGIN(clock_gettime);
TRACE_BEGIN(gettimeofday);
TRACE_BEGIN(time);
TRACE_BEGIN(nanosleep);
TRACE_BEGIN(clock_nanosleep);
TRACE_BEGIN(poll);
TRACE_BEGIN(ppoll);
TRACE_BEGIN(select);
TRACE_BEGIN(pselect);
TRACE_BEGIN(epoll_wait);
TRACE_BEGIN(epoll_pwait2);
TRACE_BEGIN(futex);
TRACE_BEGIN(sigtimedwait);
TRACE_BEGIN(restart);
TRACE_BEGIN(receive);
TRACE_BEGIN(send);
TRACE_BEGIN(setsockopt);
TRACE_BEGIN(alarm);
TRACE_BEGIN(setitimer);
TRACE_BEGIN(getitimer);
TRACE_BEGIN(timer_create);
TRACE_BEGIN(timer_settime);
TRACE_BEGIN(timer_gettime);
TRACE_BEGIN(timer_delete);
TRACE_BEGIN(timerfd_settime);
void trace_timer_created(struct trace *trace, struct tracee *tracee, long *result);

/* The end of a wait. */
void trace_wait_ends(struct trace *trace, struct tracee *tracee, long *result);
void trace_wait_forget(struct tracee *tracee);
/* Interrupts whose time has come. */
void trace_wake(struct trace *trace);

/* Does what is due, and sets anew what a jump has moved. Returns when it is to be called again, in
 * nanoseconds from now; WARP_NEVER: when something happens. */
uint64_t trace_timers(struct trace *trace);
void trace_timers_forget(struct trace *trace, int pid, bool is_exec);

/* ---- the client (trace_client.c) ------------------------------------------------------------- */

uint64_t trace_now_ns(const struct trace *trace);  /* its CLOCK_MONOTONIC */
uint64_t trace_wall_ns(const struct trace *trace); /* its CLOCK_REALTIME */
uint64_t trace_point_ns(const struct trace *trace, uint64_t at_ns, bool is_wall);

bool trace_read(const struct tracee *tracee, uint64_t at, void *into, size_t octets);
bool trace_write(const struct tracee *tracee, uint64_t at, const void *from, size_t octets);
bool trace_argument_read(const struct tracee *tracee, unsigned argument, void *into, size_t octets);
bool trace_argument_write(const struct tracee *tracee, unsigned argument, const void *from,
                          size_t octets);
/* A descriptor of ours for one of the client's; -1: it has none such. */
int trace_descriptor(const struct tracee *tracee, int fd);
/* At its first instruction. */
void trace_hide_vdso(const struct tracee *tracee);

/* ---- its start (trace_start.c) --------------------------------------------------------------- */

/* The first trouble stays. */
void trace_trouble(struct trace *trace, const char *what, int error);
/* Starts the client, which stands before its first call; false: the trouble is written down. */
bool trace_start(struct trace *trace, const char *program, char **argv);

#endif
