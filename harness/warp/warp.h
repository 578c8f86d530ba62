/*
 * warp.h - the time of one run, which jumps when client and server both only wait.
 *
 * The client's clocks (through the shim or the tracer, warp_page.h) and the fake servers of the run
 * show real time and `ahead`. When nothing moves between them, every thread of the client waits
 * (warp_look.h) and the servers have nothing to say before a certain time, `ahead` grows up to the
 * earliest time at which anybody wants to act, and who waits for that is woken.
 *
 * Shape:   warp_new() makes the page, warp_watch() says which process the client is; `calls` ask
 * and tell the owner. Bounds:  looks at the client at most every millisecond, less and less often
 * while it is busy (WARP_LOOK_MS_MAX). Lives:   from warp_new() to warp_free(); the page is a file
 * in the folder given, which its owner removes. All that it is given is borrowed. Errors:  ERR_IO,
 * ERR_MEMORY; ERR_SYNTAX for a client that cannot be warped.
 */
#ifndef HARNESS_WARP_WARP_H
#define HARNESS_WARP_WARP_H

#include "base/err.h"
#include "transport/loop.h"

#include <stdbool.h>
#include <stdint.h>

/* Octets that are on their way arrive in that time. */
#define WARP_SETTLE_MS 10
#define WARP_LOOK_MS_MAX 16

struct warp;

/* What the servers of the run are doing. */
struct warp_servers {
    bool still;           /* nothing is on its way to or from them, as far as can be seen */
    uint64_t moved;       /* changes with everything that moves */
    uint64_t deadline_ms; /* the earliest, of the run's time; ENGINE_NEVER = none */
};

struct warp_calls {
    void (*ask)(void *owner, struct warp_servers *ret);
    void (*jumped)(void *owner);
    /* A process of the client waits and cannot be told another time; nothing jumps any more. */
    void (*lost)(void *owner, const char *program);
};

struct warp *warp_new(struct loop *loop, const char *folder, const struct warp_calls *calls,
                      void *owner, struct err *err);
void warp_free(struct warp *warp);
const char *warp_page_path(const struct warp *warp);
void warp_watch(struct warp *warp, int pid);
void warp_stop(struct warp *warp); /* the client has ended: no more jumps */

/* How far the run's time is ahead; the place lives as long as the warp. */
const uint64_t *warp_ahead_ms(const struct warp *warp);

/* Why the client could not be warped though it seemed so; "": it could, as far as is known. */
const char *warp_trouble(const struct warp *warp);

enum warp_how {
    WARP_NOT,
    WARP_BY_SHIM,   /* it loads a library (shim/) */
    WARP_BY_TRACER, /* it is run by one (trace/) */
};

/* How can this program be warped? It is looked up in path, a list of folders with ":" between them.
 * What is started through an interpreter is as good as that one. WARP_NOT: *err says why. */
enum warp_how warp_how(const char *program, const char *path, struct err *err);

#endif
