/*
 * arena.h - memory of one scenario or one run, freed whole.
 *
 * Shape:   opaque chunks; every answer is aligned for any type.
 * Bounds:  the maximum given to arena_new(), in octets handed out.
 * Lives:   all that it handed out lives until arena_free(); free(NULL) is fine.
 * Errors:  NULL for maximum reached or out of memory.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/bytes.h"

struct arena;

struct arena *arena_new(size_t octets_max);
void arena_free(struct arena *arena);
void *arena_alloc(struct arena *arena, size_t octets); /* zeroed */
/* Room for count things of the given size, zeroed; NULL also when the product overflows. */
void *arena_alloc_array(struct arena *arena, size_t count, size_t size);
/* A copy with a NUL behind it (not counted). data is NULL on failure. */
struct bytes arena_copy(struct arena *arena, struct bytes bytes);
/* Both, one behind the other, as a copy. */
struct bytes arena_join(struct arena *arena, struct bytes first, struct bytes second);
char *arena_string(struct arena *arena, struct bytes bytes);
struct bytes arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Grows a list that lives in the arena by one: doubles *items when count is a power of two. */
bool arena_grow(struct arena *arena, void **items, size_t count, size_t size);
size_t arena_used(const struct arena *arena);

#endif
