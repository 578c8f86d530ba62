/*
 * process_private.h - one child (process.c) and the one who waits for all (process_keeper.c).
 *
 * Lives:   a process is freed when its handles are closed and its child is reaped.
 */
#ifndef HARNESS_PROCESS_PROCESS_PRIVATE_H
#define HARNESS_PROCESS_PROCESS_PRIVATE_H

#include "harness/process/process.h"
#include "harness/process/process_capture.h"

#include <uv.h>

enum { PROCESS_MARK_OCTETS = 80 };

struct process_keeper {
    struct loop *loop;
    struct signal_watch *children;
    struct process *first; /* all processes that have not been freed */
    unsigned long long made;
};

/* One of its two outputs. */
struct process_outlet {
    uv_pipe_t pipe;
    struct process *process;
    struct process_capture capture;
    bool open;
};

enum process_stage {
    STAGE_RUNNING,
    STAGE_TERMINATED,
    STAGE_KILLED,
    STAGE_DRAINING,
    STAGE_DRAINED,
    STAGE_OVER
};

struct process {
    struct process_keeper *keeper;
    struct process *next;
    struct process_outlet output;
    struct process_outlet errors;
    uv_timer_t timer;
    enum process_stage stage;
    int pid; /* 0: reaped */
    int id;
    uint64_t grace_ms;
    uint64_t began_ns;
    void (*over)(void *owner, const struct process_end *end);
    void *owner;
    struct process_end end;
    char mark[PROCESS_MARK_OCTETS];
    bool freed;
    unsigned char open_handles;
};

/* process.c: its child has ended, was killed with its group, and is to be reaped. */
void process_reap(struct process *process);

/* process_keeper.c */
void process_keeper_forget(const struct process *process);
/* Kills who bears this mark and is no child that somebody waits for; NULL: any mark of ours. */
size_t process_keeper_kill_strays(struct process_keeper *keeper, const char *mark);

#endif
