/*
 * warp_look.h - is a client at rest, and until when?
 *
 * A client is at rest when every thread of every process of it waits, for a time that it wrote down
 * (warp_page.h), or for ever for something that only another thread, or the server, can bring
 * about. The kernel says who waits and in which call (/proc/PID/task/TID/syscall, Linux). Whatever
 * is not understood counts as busy: then time is left as it is.
 *
 * Shape:   the processes are the first one, its descendants, and those that wrote themselves down.
 * Bounds:  WARP_LOOK_…_MAX; a client beyond them is busy.
 * Lives:   nothing is kept.
 */
#ifndef HARNESS_WARP_WARP_LOOK_H
#define HARNESS_WARP_WARP_LOOK_H

#include "harness/warp/warp_page.h"

#include <stdbool.h>
#include <stddef.h>

#define WARP_LOOK_PROCESSES_MAX 128
#define WARP_LOOK_THREADS_MAX 512

struct warp_thread {
    int pid;
    int tid;
};

struct warp_view {
    bool busy;
    uint64_t deadline_ns; /* the earliest one; WARP_NEVER = none */
    uint64_t print;       /* two looks with the same one saw the same waits */
    struct warp_thread due[WARP_LOOK_THREADS_MAX]; /* their time has come, they are to be woken */
    size_t due_count;
    int timed[WARP_LOOK_PROCESSES_MAX]; /* processes with timers that are to be set anew */
    size_t timed_count;
    int suspects[WARP_LOOK_PROCESSES_MAX]; /* wait in the kernel for what may come to an end */
    size_t suspect_count;
};

/* A process that waits, and has not loaded the page whose path this is: what it waits for, and how
 * long, is not known. 0: there is none. To be asked when time is about to jump, or seems to stand
 * still: it takes longer than a look. */
int warp_look_stranger(const struct warp_view *view, const char *path);

void warp_look(const struct warp_page *page, int pid, uint64_t now_ns, struct warp_view *ret);

#endif
