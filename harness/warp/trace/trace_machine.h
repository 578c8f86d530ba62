/*
 * trace_machine.h - the registers of a thread that stands at a system call: all that the tracer
 * knows of a machine.
 *
 * Source:  syscall(2), the table of architectures.
 */
#ifndef HARNESS_WARP_TRACE_TRACE_MACHINE_H
#define HARNESS_WARP_TRACE_TRACE_MACHINE_H

#include <linux/audit.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/ptrace.h>
#include <sys/user.h>

#if !defined(__x86_64__) || defined(__ILP32__)
#error "the tracer knows the registers of x86-64 alone"
#endif

#define TRACE_MACHINE AUDIT_ARCH_X86_64

struct trace_registers {
    struct user_regs_struct of;
};

static inline bool trace_registers_get(int tid, struct trace_registers *ret)
{
    return ptrace(PTRACE_GETREGS, tid, 0, &ret->of) == 0;
}

static inline bool trace_registers_set(int tid, const struct trace_registers *to)
{
    return ptrace(PTRACE_SETREGS, tid, 0, &to->of) == 0;
}

static inline long trace_number(const struct trace_registers *registers)
{
    return (long)registers->of.orig_rax;
}

static inline uint64_t trace_argument(const struct trace_registers *registers, unsigned argument)
{
    const uint64_t of[] = {registers->of.rdi, registers->of.rsi, registers->of.rdx,
                           registers->of.r10, registers->of.r8,  registers->of.r9};

    return of[argument];
}

static inline long trace_result(const struct trace_registers *registers)
{
    return (long)registers->of.rax;
}

/* At the end of a call; at its beginning trace_registers_skip() comes first. */
static inline void trace_registers_return(struct trace_registers *registers, long result)
{
    registers->of.rax = (unsigned long long)result;
}

static inline void trace_registers_skip(struct trace_registers *registers)
{
    registers->of.orig_rax = (unsigned long long)-1;
}

static inline uint64_t trace_stack(const struct trace_registers *registers)
{
    return registers->of.rsp;
}

/* False: it executes the instructions of an older machine. */
static inline bool trace_is_native(const struct trace_registers *registers)
{
    return registers->of.cs == 0x33;
}

#endif
