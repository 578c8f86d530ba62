/*
 * memory.h - two engines joined by a pair of pipes, under a virtual clock.
 *
 * Shape:   two ends; octets sent at one arrive at the other in the same millisecond, in the
 * segments in which they were sent, or cut as memory_cut() says. When all is still, time jumps to
 * the nearest deadline. Bounds:  MEMORY_PIPE_OCTETS in flight each way (a full pipe stalls the
 * sender, like a window). Lives:   engines are borrowed until memory_free().
 */
#ifndef TRANSPORT_MEMORY_H
#define TRANSPORT_MEMORY_H

#include "transport/drive.h"

#define MEMORY_PIPE_OCTETS (64 * 1024)

struct memory;

struct memory *memory_new(struct engine client, struct engine server); /* NULL: out of memory */
void memory_free(struct memory *memory);
/* Called with (owner) each time that an engine may have events. */
void memory_watch(struct memory *memory, void (*client_events)(void *owner),
                  void (*server_events)(void *owner), void *owner);
void memory_cut(struct memory *memory,
                size_t octets); /* deliver at most so many at once; 0 = all */
/* Runs until both ends are over, nothing has a deadline, or the clock passes limit_ms. True: over.
 */
bool memory_run(struct memory *memory, uint64_t limit_ms);
uint64_t memory_now_ms(const struct memory *memory);

#endif
