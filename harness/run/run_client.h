/*
 * run_client.h - what is done once with a client before its runs: it is looked for, prepared, and
 * asked for its version.
 *
 * Shape:   `ready` is called on the loop when all of it is done; the version is in *ret_version
 *          then, or what went wrong in *err.
 * Bounds:  RUN_PREPARE_MS for each line of `prepare`, RUN_VERSION_MS for the version.
 * Lives:   until run_client_free(), which comes before the loop's end. What it is given is
 *          borrowed; the version lives in the arena.
 * Errors:  ERR_IO: no such program, or a line of `prepare` that did not end with 0, with the first
 *          words that it printed; ERR_MEMORY.
 * Source:  recipe.5.
 */
#ifndef HARNESS_RUN_RUN_CLIENT_H
#define HARNESS_RUN_RUN_CLIENT_H

#include "harness/run/run_one.h"

#define RUN_VERSION_MS 10000
#define RUN_PREPARE_MS 120000

struct run_client;

struct run_client_wishes {
    const struct run_setting *setting;
    struct arena *arena;
    void (*ready)(void *owner, bool ok);
    void *owner;
    const char **ret_version; /* untouched when the client does not tell it */
    struct err *err;
};

/* NULL: err is filled. `ready` is never called before this returns. */
struct run_client *run_client_new(const struct run_client_wishes *wishes);
void run_client_free(struct run_client *client);

#endif
