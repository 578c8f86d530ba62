/* trace.c - warp-trace PAGE PROGRAM ARGV0 [ARGUMENT ...]: runs a client as trace.h says. */
#define _GNU_SOURCE /* NOLINT(bugprone-reserved-identifier): __WALL, SYS_gettid */

#include "harness/warp/trace/trace.h"
#include "harness/warp/warp_place.h"
#include "harness/warp/warp_proc.h"
#include "harness/warp/warp_time.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- who is traced --------------------------------------------------------------------------- */

static int process_of(int tid)
{
    char text[WARP_PROC_OCTETS_MAX];
    struct bytes octets = warp_proc_read(tid, tid, "status", text);
    const char *line = octets.size > 0 ? strstr(text, "\nTgid:") : NULL;

    return line ? (int)strtol(line + 6, NULL, 10) : tid;
}

static struct tracee *find(struct trace *trace, int tid)
{
    for (size_t i = 0; i < trace->tracee_count; i++)
        if (trace->tracees[i].tid == tid)
            return &trace->tracees[i];
    return NULL;
}

static struct tracee *find_or_add(struct trace *trace, int tid)
{
    struct tracee *tracee = find(trace, tid);
    struct warp_process *process;

    if (tracee || trace->tracee_count == TRACE_TRACEES_MAX)
        return tracee;
    tracee = &trace->tracees[trace->tracee_count++];
    *tracee = (struct tracee){.tid = tid, .pid = process_of(tid)};
    process = warp_place_process(trace->page, (uint32_t)tracee->pid);
    if (process)
        atomic_store(&process->tracer, (uint32_t)getpid());
    return tracee;
}

static void drop(struct trace *trace, int tid)
{
    struct tracee *tracee = find(trace, tid);

    if (!tracee)
        return;
    trace_wait_forget(tracee);
    if (tracee->pid == tid) {
        struct warp_process *process = warp_place_process(trace->page, (uint32_t)tid);

        trace_timers_forget(trace, tid, false);
        if (process)
            atomic_store(&process->pid, 0);
    }
    *tracee = trace->tracees[--trace->tracee_count];
}

/* ---- stops ----------------------------------------------------------------------------------- */

static void go_on(int tid, int signal)
{
    (void)ptrace(PTRACE_CONT, tid, 0, signal);
}

/* All its other threads are gone; the one that called exec() bears the process's number now. */
static void executed(struct trace *trace, struct tracee *tracee)
{
    unsigned long was = 0;

    if (ptrace(PTRACE_GETEVENTMSG, tracee->tid, 0, &was) == 0 && (int)was != tracee->tid)
        drop(trace, (int)was);
    tracee = find(trace, tracee->tid);
    trace_wait_forget(tracee);
    tracee->call = tracee->restart = NULL;
    trace_timers_forget(trace, tracee->pid, true);
    if (trace_registers_get(tracee->tid, &tracee->registers) &&
        trace_is_native(&tracee->registers)) {
        trace_hide_vdso(tracee);
        go_on(tracee->tid, 0);
        return;
    }
    trace_trouble(trace, "it executes a program of another word size", 0);
    (void)kill(trace->root, SIGKILL);
}

/* With PTRACE_SEIZE it is one of three: a thread that is new or was interrupted, one that is
 * stopped as the client wants it (SIGSTOP), or a signal that is on its way to it. */
static void stopped(struct trace *trace, struct tracee *tracee, int signal, int event)
{
    switch (event) {
    case PTRACE_EVENT_SECCOMP:
        trace_call_begins(trace, tracee);
        break;
    case PTRACE_EVENT_EXEC:
        executed(trace, tracee);
        break;
    case PTRACE_EVENT_STOP:
        if (signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU)
            (void)ptrace(PTRACE_LISTEN, tracee->tid, 0, 0);
        else
            go_on(tracee->tid, 0);
        break;
    case 0:
        if (signal == (SIGTRAP | 0x80))
            trace_call_ends(trace, tracee);
        else
            go_on(tracee->tid, signal);
        break;
    default: /* it has made a thread or a process, which is traced as well */
        go_on(tracee->tid, 0);
        break;
    }
}

static void changed(struct trace *trace, int tid, int status)
{
    struct tracee *tracee;

    if (!WIFSTOPPED(status)) {
        drop(trace, tid);
        if (tid == trace->root) {
            trace->root_ended = true;
            trace->root_status = status;
        }
        return;
    }
    tracee = find_or_add(trace, tid);
    if (tracee)
        stopped(trace, tracee, WSTOPSIG(status), status >> 16);
    else
        go_on(tid, status >> 16 ? 0 : WSTOPSIG(status));
}

/* ---- the whole ------------------------------------------------------------------------------- */

static void follow(struct trace *trace, const sigset_t *wakers)
{
    while (!trace->root_ended) {
        struct timespec left;
        uint64_t in_ns;
        int status;
        int tid;

        while (!trace->root_ended && (tid = waitpid(-1, &status, __WALL | WNOHANG)) > 0)
            changed(trace, tid, status);
        if (trace->root_ended)
            break;
        in_ns = trace_timers(trace);
        trace_wake(trace);
        left = warp_timespec(in_ns);
        (void)sigtimedwait(wakers, NULL, in_ns == WARP_NEVER ? NULL : &left);
    }
}

/* As the client ended, so that whoever waits for it sees no difference. */
static int end_as(int status)
{
    const struct rlimit no_core = {0, 0};
    sigset_t all;

    if (WIFEXITED(status))
        return WEXITSTATUS(status);
    (void)setrlimit(RLIMIT_CORE, &no_core);
    (void)signal(WTERMSIG(status), SIG_DFL);
    (void)raise(WTERMSIG(status));
    sigfillset(&all);
    sigprocmask(SIG_UNBLOCK, &all, NULL);
    return TRACE_EXIT;
}

static int run(struct trace *trace, char **argv)
{
    struct warp_process *own = warp_place_process(trace->page, (uint32_t)getpid());
    sigset_t wakers;

    if (own)
        atomic_store(&own->tracer, (uint32_t)getpid());
    sigemptyset(&wakers);
    sigaddset(&wakers, SIGCHLD);
    sigaddset(&wakers, WARP_SIGNAL);
    sigprocmask(SIG_BLOCK, &wakers, NULL);
    /* What ends the client by its group lets the client decide; the tracer ends with it. */
    (void)signal(SIGTERM, SIG_IGN);
    (void)signal(SIGINT, SIG_IGN);
    (void)signal(SIGHUP, SIG_IGN);
    if (!trace_start(trace, argv[0], argv + 1))
        return TRACE_EXIT;
    follow(trace, &wakers);
    return end_as(trace->root_status);
}

int main(int argc, char **argv)
{
    struct trace *trace = argc >= 4 ? calloc(1, sizeof(*trace)) : NULL;
    int status = TRACE_EXIT;

    if (trace)
        trace->page = warp_place_map(argv[1]);
    if (trace && trace->page)
        status = run(trace, argv + 2);
    free(trace);
    return status;
}
