/*
 * warp_proc.h - what Linux tells of threads in /proc.
 *
 * Bounds:  the first WARP_PROC_OCTETS_MAX - 1 octets of a file.
 * Errors:  what cannot be read is empty.
 * Source:  proc(5).
 */
#ifndef HARNESS_WARP_WARP_PROC_H
#define HARNESS_WARP_WARP_PROC_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stdint.h>

#define WARP_PROC_OCTETS_MAX 4096
#define WARP_PROC_ARGUMENTS 6

/* A call in which a thread waits. */
struct warp_proc_call {
    long number;
    uint64_t arguments[WARP_PROC_ARGUMENTS];
};

/* name: below /proc/PID/task/TID. The octets end with NUL, too. */
struct bytes warp_proc_read(int pid, int tid, const char *name, char into[WARP_PROC_OCTETS_MAX]);

/* The letter of a thread's state: S sleeps, t is held by its tracer, Z is dead …; 0: it is gone. */
char warp_proc_state(int pid, int tid);

/* Reads the text of "syscall". False: the thread runs. */
bool warp_proc_call(char *text, struct warp_proc_call *ret);

/* Has a process mapped that file? False also where nobody may know. */
bool warp_proc_maps(int pid, const char *path);

/* Which program a process executes; "?" where nobody may know. */
void warp_proc_program(int pid, char *ret, size_t octets);

#endif
