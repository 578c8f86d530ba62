/*
 * process.h - runs a foreign program on a loop, for so long, and lets nothing of it stay behind.
 *
 * Shape:   a keeper knows all processes on a loop; process_new() starts one, `over` is called once
 *          when it has ended, its group is dead and what it printed is in. A process that passes
 *          its limit gets SIGTERM, after the grace SIGKILL, as a whole group; a group is killed
 *          even after a normal end, and so are orphans that left it (Linux).
 * Bounds:  PROCESS_LIMIT_MS_MAX; process_capture.h for what it prints: more is read and dropped, so
 *          that it never waits for us; PROCESS_DRAIN_MS for the output after the end;
 * PROCESS_KILL_MS after SIGKILL it is given up as ended. Lives:   a process until process_free(),
 * which its owner may call at any time, also inside `over`; before the end it kills. What options
 * point to is copied or used up. process_keeper_free() comes after all of them, before loop_free().
 * Errors:  ERR_IO with the program's name; ERR_MEMORY.
 * Note:    a keeper reaps every child of this process (waitid for any): there is one keeper.
 */
#ifndef HARNESS_PROCESS_PROCESS_H
#define HARNESS_PROCESS_PROCESS_H

#include "base/bytes.h"
#include "base/err.h"
#include "transport/loop.h"

#include <stdint.h>

#define PROCESS_LIMIT_MS_MAX (UINT64_C(24) * 60 * 60 * 1000)
#define PROCESS_DRAIN_MS 300
#define PROCESS_KILL_MS 10000

struct process_keeper;
struct process;

struct process_options {
    const char *const *argv;        /* ends with NULL; argv[0] without "/" is looked up in the
                                       PATH of environment */
    const char *const *environment; /* ends with NULL; the whole of it */
    const char *folder;             /* where it runs; the caller's to make and to remove */
    const char *input;              /* path of its stdin; NULL: /dev/null */
    uint64_t limit_ms;              /* it may take */
    uint64_t grace_ms;              /* between SIGTERM and SIGKILL */
};

struct process_end {
    int status;             /* exit status; -1: it was ended by a signal */
    int signal;             /* that ended it; 0 = none */
    bool hung;              /* it passed its limit: the signal, if any, is ours */
    bool ignored_terminate; /* … and SIGTERM did not end it */
    uint64_t took_ms;
    struct bytes output;    /* stdout: its first and its last octets; until process_free() */
    struct bytes errors;    /* stderr, the same */
    uint64_t output_octets; /* all that it printed */
    uint64_t error_octets;
    size_t strays; /* orphans outside its group that had to be killed */
};

struct process_keeper *process_keeper_new(struct loop *loop, struct err *err);
void process_keeper_free(struct process_keeper *keeper); /* kills and reaps all that is left */

struct process *process_new(struct process_keeper *keeper, const struct process_options *options,
                            void (*over)(void *owner, const struct process_end *end), void *owner,
                            struct err *err);
void process_free(struct process *process);
/* Its limit has come, by another clock than ours. */
void process_expire(struct process *process);
int process_id(const struct process *process);

#endif
