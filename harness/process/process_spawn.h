/*
 * process_spawn.h - starts a program in a session of its own, without copying this process.
 *
 * The child has an explicit environment, its own session and process group (no terminal to ask),
 * default signals, no descriptors but 0, 1 and 2, and its own folder.
 *
 * Errors:  ERR_IO with the program's name and the system's words.
 */
#ifndef HARNESS_PROCESS_PROCESS_SPAWN_H
#define HARNESS_PROCESS_PROCESS_SPAWN_H

#include "base/arena.h"
#include "base/err.h"

struct process_spawn {
    const char *const *argv;        /* ends with NULL; a name without "/" is looked up in the
                                       PATH of environment */
    const char *const *environment; /* ends with NULL; the whole of it */
    const char *folder;             /* NULL: this process's */
    const char *input;              /* path of a file; NULL: /dev/null */
    int output;                     /* descriptors that become 1 and 2 */
    int errors;
};

/* Where the program is that this name means, absolute, in the arena. */
bool process_spawn_find(const char *name, const char *const *environment, struct arena *arena,
                        const char **ret, struct err *err);

bool process_spawn(const struct process_spawn *spawn, int *ret_pid, struct err *err);

#endif
