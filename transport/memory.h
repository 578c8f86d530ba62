/*
 * memory.h - two engines joined by a pair of pipes, under a virtual clock.
 *
 * Shape:   two ends; octets sent at one arrive at the other in the same millisecond, in the
 *          segments in which they were sent, or cut as memory_cut() says. When all is still, time
 *          jumps to the nearest deadline. The same engines give the same run, always.
 * Closing: as a socket does it: an end that closed waits MEMORY_LINGER_MS for the other side's FIN;
 *          then it is gone, and octets sent to it are answered with a reset. A reset arrives behind
 *          the octets sent before it.
 * TLS:     is said to be there and is not (memory_tls.h).
 * Bounds:  MEMORY_PIPE_OCTETS in MEMORY_PIPE_SEGMENTS in flight each way (a full pipe stalls the
 *          sender, like a window). Nothing is allocated after memory_new() but what a drive keeps
 *          unread.
 * Lives:   engines are borrowed until memory_free().
 */
#ifndef TRANSPORT_MEMORY_H
#define TRANSPORT_MEMORY_H

#include "transport/drive.h"
#include "transport/memory_tls.h"

#define MEMORY_PIPE_OCTETS (64 * 1024)
#define MEMORY_PIPE_SEGMENTS 128
#define MEMORY_LINGER_MS 2000

struct memory;

struct memory *memory_new(struct engine client, struct engine server); /* NULL: out of memory */
void memory_free(struct memory *memory);
/* Called with (owner) each time that an engine may have events. Of memory_… only memory_now_ms()
 * may be called from them. What they change in an engine is noticed at once. */
void memory_watch(struct memory *memory, void (*client_events)(void *owner),
                  void (*server_events)(void *owner), void *owner);
void memory_cut(struct memory *memory, size_t octets); /* deliver at most so many; 0 = all */
void memory_tls(struct memory *memory, const struct memory_tls *client);
void memory_trust_all(struct memory *memory);                 /* the client takes any certificate */
void memory_start_at(struct memory *memory, uint64_t now_ms); /* before the first run */
/* Runs until both ends are over, nothing has a deadline, or the clock passes limit_ms. True: over.
 * It may be called again, with a later limit. */
bool memory_run(struct memory *memory, uint64_t limit_ms);
uint64_t memory_now_ms(const struct memory *memory);

#endif
