/*
 * warp_page.h - the memory that the harness (warp.c) shares with who stands between a client and
 * its time: the shim that is loaded into it (shim/), or the tracer that runs it (trace/).
 *
 * A client's clocks show real time and `ahead_ns`. Only the harness moves it, only forwards. Each
 * thread of the client writes down what it waits for while it waits; each timer that the kernel
 * runs for the client is written down as long as it is armed.
 *
 * Shape:   a file in the folder of the run, mapped by both; its path is in the environment.
 * Bounds:  WARP_…_MAX; a wait that finds no place is not written down, and the client counts as
 *          busy until it ends.
 * Time:    nanoseconds of CLOCK_MONOTONIC as the client sees it, where nothing else is said.
 */
#ifndef HARNESS_WARP_WARP_PAGE_H
#define HARNESS_WARP_WARP_PAGE_H

#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>

#define WARP_VARIABLE "SMTPDRILL_WARP"
#define WARP_MAGIC UINT32_C(0x53445731)
#define WARP_WAITS_MAX 256
#define WARP_TIMERS_MAX 64
#define WARP_PROCESSES_MAX 64
#define WARP_TROUBLE_OCTETS 128
#define WARP_NEVER UINT64_MAX
/* Tells a thread that its time has come, or a process that its timers have to be set anew. Few
 * programs use the last real-time signals. */
#define WARP_SIGNAL (SIGRTMAX - 7)

struct warp_wait {
    _Atomic uint32_t tid;     /* 0: free */
    _Atomic uint32_t turn;    /* counts the waits in this place */
    _Atomic uint32_t foreign; /* 1: somebody beyond this machine may end it */
    _Atomic uint64_t deadline_ns;
};

enum warp_timer_kind { WARP_TIMER_ITIMER, WARP_TIMER_POSIX, WARP_TIMER_FD };

struct warp_timer {
    _Atomic uint32_t pid; /* 0: free */
    _Atomic uint32_t kind;
    _Atomic int64_t id; /* POSIX: the timer_t; FD: the descriptor */
    _Atomic uint64_t deadline_ns;
    _Atomic uint64_t interval_ns;
    _Atomic uint64_t fires_ns; /* when the kernel does it, in real time */
    _Atomic uint32_t jumps;    /* it was set after so many of the page's jumps */
};

struct warp_process {
    _Atomic uint32_t pid;          /* 0: free */
    _Atomic uint32_t has_timeouts; /* 1: SO_RCVTIMEO or SO_SNDTIMEO was set */
    _Atomic uint32_t tracer;       /* who writes and acts for it (trace/); 0: it does so itself */
};

struct warp_page {
    uint32_t magic;
    _Atomic uint32_t jumps; /* a futex */
    _Atomic uint64_t ahead_ns;
    _Atomic uint64_t ahead_before_ns;  /* the last jump */
    char trouble[WARP_TROUBLE_OCTETS]; /* why the client could not be traced; "": it could */
    struct warp_process processes[WARP_PROCESSES_MAX];
    struct warp_wait waits[WARP_WAITS_MAX];
    struct warp_timer timers[WARP_TIMERS_MAX];
};

#endif
