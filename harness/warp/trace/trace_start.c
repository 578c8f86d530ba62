/* trace_start.c - how the client is started: seized, with a filter that nothing of it can lose. */
#define _GNU_SOURCE /* NOLINT(bugprone-reserved-identifier): the libc's own switch */

#include "harness/warp/trace/trace.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { RULE_LINES = 8, HEAD_LINES = 6, LINES_MAX = 512 };

void trace_trouble(struct trace *trace, const char *what, int error)
{
    char *trouble = trace->page->trouble;

    if (trouble[0] == '\0')
        (void)snprintf(trouble, sizeof(trace->page->trouble), "%s%s%s", what, error ? ": " : "",
                       error ? strerror(error) : "");
}

/* ---- the filter ------------------------------------------------------------------------------ */

struct filter {
    struct sock_filter lines[LINES_MAX];
    unsigned short count;
};

static void add(struct filter *filter, struct sock_filter line)
{
    if (filter->count < LINES_MAX)
        filter->lines[filter->count++] = line;
}

static void load(struct filter *filter, size_t offset)
{
    add(filter, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

static void answer(struct filter *filter, uint32_t what)
{
    add(filter, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, what));
}

/* So many lines are passed over where it is so, and where not. */
static void jump(struct filter *filter, uint16_t how, uint32_t value, uint8_t yes, uint8_t no)
{
    add(filter, (struct sock_filter)BPF_JUMP((uint16_t)(BPF_JMP | how | BPF_K), value, yes, no));
}

static size_t low(unsigned argument)
{
    return offsetof(struct seccomp_data, args) + argument * sizeof(uint64_t);
}

/* The lines for one call, whose number is loaded; they always end with an answer. */
static void add_condition(struct filter *filter, const struct trace_call *call)
{
    switch (call->when) {
    case TRACE_ALWAYS:
        break;
    case TRACE_CLOCK: /* of the processor's time there are two, and negative ones */
        load(filter, low(call->argument));
        jump(filter, BPF_JGE, 0x80000000, 2, 0);
        jump(filter, BPF_JEQ, CLOCK_PROCESS_CPUTIME_ID, 1, 0);
        jump(filter, BPF_JEQ, CLOCK_THREAD_CPUTIME_ID, 0, 1);
        answer(filter, SECCOMP_RET_ALLOW);
        break;
    case TRACE_POINTER:
        load(filter, low(call->argument));
        jump(filter, BPF_JEQ, 0, 0, 3);
        load(filter, low(call->argument) + sizeof(uint32_t));
        jump(filter, BPF_JEQ, 0, 0, 1);
        answer(filter, SECCOMP_RET_ALLOW);
        break;
    case TRACE_POSITIVE:
        load(filter, low(call->argument));
        jump(filter, BPF_JGE, 0x80000000, 1, 0);
        jump(filter, BPF_JEQ, 0, 0, 1);
        answer(filter, SECCOMP_RET_ALLOW);
        break;
    }
    answer(filter, SECCOMP_RET_TRACE);
}

static void make_filter(struct filter *filter)
{
    filter->count = 0;
    load(filter, offsetof(struct seccomp_data, arch));
    jump(filter, BPF_JEQ, TRACE_MACHINE, 1, 0);
    answer(filter, SECCOMP_RET_ALLOW);
    load(filter, offsetof(struct seccomp_data, nr));
    for (size_t i = 0; i < trace_call_count; i++) {
        unsigned short at = filter->count;

        jump(filter, BPF_JEQ, (uint32_t)trace_calls[i].number, 0, 0);
        add_condition(filter, &trace_calls[i]);
        if (at < LINES_MAX)
            filter->lines[at].jf = (uint8_t)(filter->count - at - 1);
    }
    answer(filter, SECCOMP_RET_ALLOW);
}

/* Without the right to do so at once, it takes a promise that nothing executed gains rights. */
static bool set_filter(const struct filter *filter)
{
    struct sock_fprog program = {.len = filter->count,
                                 .filter = (struct sock_filter *)(uintptr_t)filter->lines};

    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0)
        return true;
    return errno == EACCES && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

/* ---- the client ------------------------------------------------------------------------------ */

/* In the child. It waits until it has been seized: without a tracer such a call fails. */
static void become_client(struct trace *trace, int gate, const char *program, char **argv)
{
    struct filter filter;
    sigset_t none;
    char octet;

    make_filter(&filter);
    sigemptyset(&none);
    if (read(gate, &octet, 1) != 1)
        _exit(TRACE_EXIT);
    close(gate);
    for (int number = 1; number < NSIG; number++)
        (void)signal(number, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (!set_filter(&filter)) {
        trace_trouble(trace, "no filter of system calls (seccomp) can be set", errno);
        _exit(TRACE_EXIT);
    }
    execv(program, argv);
    trace_trouble(trace, "it cannot be executed", errno);
    _exit(TRACE_EXIT);
}

bool trace_start(struct trace *trace, const char *program, char **argv)
{
    const long options = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC |
                         PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
                         PTRACE_O_EXITKILL;
    int gate[2];
    bool ok;

    if (pipe(gate) != 0) {
        trace_trouble(trace, "no pipe can be made", errno);
        return false;
    }
    trace->root = fork();
    if (trace->root == 0) {
        close(gate[1]);
        become_client(trace, gate[0], program, argv);
    }
    close(gate[0]);
    ok = trace->root > 0 && ptrace(PTRACE_SEIZE, trace->root, 0, options) == 0;
    if (!ok)
        trace_trouble(trace, "it cannot be traced (ptrace)", errno);
    else
        ok = write(gate[1], "", 1) == 1;
    close(gate[1]);
    return ok;
}
