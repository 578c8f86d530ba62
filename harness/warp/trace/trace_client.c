/* trace_client.c - the client's time, memory and descriptors. process_vm_readv(), pidfd_getfd(). */
#define _GNU_SOURCE /* NOLINT(bugprone-reserved-identifier): the libc's own switch */

#include "harness/warp/trace/trace.h"
#include "harness/warp/warp_time.h"

#include <elf.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { STACK_WORDS = 512, STACK_WORDS_MAX = 4 * 1024 * 1024 };

/* ---- time ------------------------------------------------------------------------------------ */

static uint64_t ahead(const struct trace *trace, clockid_t clock)
{
    struct timespec now = {0};

    (void)clock_gettime(clock, &now);
    return warp_add(warp_ns(&now), atomic_load(&trace->page->ahead_ns));
}

uint64_t trace_now_ns(const struct trace *trace)
{
    return ahead(trace, CLOCK_MONOTONIC);
}

uint64_t trace_wall_ns(const struct trace *trace)
{
    return ahead(trace, CLOCK_REALTIME);
}

uint64_t trace_point_ns(const struct trace *trace, uint64_t at_ns, bool is_wall)
{
    uint64_t wall_ns;

    if (!is_wall || at_ns == WARP_NEVER)
        return at_ns;
    wall_ns = trace_wall_ns(trace);
    return at_ns > wall_ns ? warp_add(trace_now_ns(trace), at_ns - wall_ns) : 0;
}

enum trace_way trace_clock_gettime(struct trace *trace, struct tracee *tracee)
{
    struct timespec now =
        warp_timespec(ahead(trace, (clockid_t)(int)trace_argument(&tracee->registers, 0)));

    if (!trace_argument_write(tracee, 1, &now, sizeof(now)))
        return TRACE_LEAVE; /* the kernel says what is wrong with it */
    trace_answer(tracee, 0);
    return TRACE_DONE;
}

enum trace_way trace_gettimeofday(struct trace *trace, struct tracee *tracee)
{
    struct timeval now = warp_timeval(trace_wall_ns(trace));

    if (!trace_argument_write(tracee, 0, &now, sizeof(now)))
        return TRACE_LEAVE;
    trace_answer(tracee, 0);
    return TRACE_DONE;
}

enum trace_way trace_time(struct trace *trace, struct tracee *tracee)
{
    time_t now = warp_timespec(trace_wall_ns(trace)).tv_sec;

    if (trace_argument(&tracee->registers, 0) != 0 &&
        !trace_argument_write(tracee, 0, &now, sizeof(now)))
        return TRACE_LEAVE;
    trace_answer(tracee, now);
    return TRACE_DONE;
}

/* ---- memory ---------------------------------------------------------------------------------- */

static struct iovec place(uint64_t at, size_t octets)
{
    return (struct iovec){.iov_base = (void *)(uintptr_t)at, .iov_len = octets};
}

bool trace_read(const struct tracee *tracee, uint64_t at, void *into, size_t octets)
{
    struct iovec ours = {.iov_base = into, .iov_len = octets};
    struct iovec theirs = place(at, octets);

    return process_vm_readv(tracee->tid, &ours, 1, &theirs, 1, 0) == (ssize_t)octets;
}

bool trace_write(const struct tracee *tracee, uint64_t at, const void *from, size_t octets)
{
    struct iovec ours = {.iov_base = (void *)(uintptr_t)from, .iov_len = octets};
    struct iovec theirs = place(at, octets);

    return process_vm_writev(tracee->tid, &ours, 1, &theirs, 1, 0) == (ssize_t)octets;
}

bool trace_argument_read(const struct tracee *tracee, unsigned argument, void *into, size_t octets)
{
    return trace_read(tracee, trace_argument(&tracee->registers, argument), into, octets);
}

bool trace_argument_write(const struct tracee *tracee, unsigned argument, const void *from,
                          size_t octets)
{
    return trace_write(tracee, trace_argument(&tracee->registers, argument), from, octets);
}

/* ---- descriptors ----------------------------------------------------------------------------- */

int trace_descriptor(const struct tracee *tracee, int fd)
{
    int process = (int)syscall(SYS_pidfd_open, tracee->pid, 0);
    int ours;

    if (process < 0)
        return -1;
    ours = (int)syscall(SYS_pidfd_getfd, process, fd, 0);
    close(process);
    return ours;
}

/* ---- the vDSO -------------------------------------------------------------------------------- */

/* The stack begins with the count of arguments, the arguments, NULL, the environment, NULL, and the
 * auxiliary vector: pairs, up to AT_NULL. */
void trace_hide_vdso(const struct tracee *tracee)
{
    uint64_t at = trace_stack(&tracee->registers) + sizeof(uint64_t);
    uint64_t words[STACK_WORDS];
    unsigned lists = 0; /* that have been passed over */

    for (unsigned long read = 0; read < STACK_WORDS_MAX; read += STACK_WORDS) {
        struct iovec ours = {.iov_base = words, .iov_len = sizeof(words)};
        struct iovec theirs = place(at, sizeof(words));
        ssize_t octets = process_vm_readv(tracee->tid, &ours, 1, &theirs, 1, 0);
        size_t count = octets > 0 ? (size_t)octets / sizeof(words[0]) : 0;
        size_t i = 0;

        for (; lists < 2 && i < count; i++)
            lists += words[i] == 0 ? 1 : 0;
        for (; lists == 2 && i + 1 < count; i += 2) {
            const uint64_t ignored = AT_IGNORE;

            if (words[i] == AT_NULL)
                return;
            if (words[i] == AT_SYSINFO_EHDR)
                (void)trace_write(tracee, at + i * sizeof(words[0]), &ignored, sizeof(ignored));
        }
        if (i == 0)
            return;
        at += i * sizeof(words[0]);
    }
}
