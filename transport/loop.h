/*
 * loop.h - one event loop: its time, its timers, its signals, its limit of open files (libuv).
 *
 * Shape:   everything on a loop is a part of it; loop_free() drops the parts that are left.
 *          SIGPIPE is ignored from the first loop_new() on.
 * Bounds:  loop_files_max(): open files minus LOOP_FILES_RESERVED for everything that is not a
 *          connection.
 * Lives:   the loop owns its parts; a timer or a watch may be freed earlier.
 * Errors:  ERR_IO with the system's words, ERR_MEMORY.
 */
#ifndef TRANSPORT_LOOP_H
#define TRANSPORT_LOOP_H

#include "base/bytes.h"
#include "base/engine.h"
#include "base/err.h"

#define LOOP_FILES_RESERVED 64
#define LOOP_READ_OCTETS (64 * 1024)

struct loop;
struct timer;
struct signal_watch;

struct loop *loop_new(struct err *err);
/* For a thread that blocks SIGPIPE, in a process that is not ours: its signals stay as they are. */
struct loop *loop_new_for_thread(struct err *err);
void loop_free(struct loop *loop);
uint64_t loop_now_ms(const struct loop *loop);     /* monotonic, since the loop was made */
bool loop_run(struct loop *loop, struct err *err); /* until loop_stop() or nothing is left */
void loop_stop(struct loop *loop);
void *loop_uv(struct loop *loop); /* the uv_loop_t, for harness/process and harness/api */
/* Asks the system for so many open files in this process; it gives what it allows. */
void loop_want_files(struct loop *loop, size_t files);
size_t loop_files_max(const struct loop *loop);

/* Once, at that time; calling it again moves it; ENGINE_NEVER stops it. NULL: out of memory. */
struct timer *timer_new(struct loop *loop, void (*due)(void *owner), void *owner);
void timer_set(struct timer *timer, uint64_t at_ms);
void timer_free(struct timer *timer);

/* Calls `came` on the loop; does not keep the loop running by itself. */
struct signal_watch *signal_watch_new(struct loop *loop, int number, void (*came)(void *owner),
                                      void *owner, struct err *err);
void signal_watch_free(struct signal_watch *watch);

/* ---- for what is on a loop ------------------------------------------------------------------- */

struct loop_part {
    struct loop_part *next;
    struct loop_part *previous;
    void (*drop)(struct loop_part *part); /* begins its end; harmless the second time */
};

void loop_add(struct loop *loop, struct loop_part *part);
void loop_remove(struct loop *loop, struct loop_part *part);
/* LOOP_READ_OCTETS, shared by all that read: what was read has to be used up at once. */
char *loop_read_octets(struct loop *loop);
/* As many more, for what was read once it is out of TLS; under the same rule. */
char *loop_plain_octets(struct loop *loop);

#endif
