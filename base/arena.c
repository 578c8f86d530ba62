#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { CHUNK_FIRST_OCTETS = 1024, CHUNK_OCTETS_MAX = 64 * 1024, LIST_FIRST = 4 };

struct chunk {
    struct chunk *next;
    size_t size; /* of octets[] */
    size_t used;
    max_align_t octets[]; /* aligned for any type */
};

struct arena {
    struct chunk *chunks; /* the newest first */
    size_t used;          /* octets handed out, with what alignment costs */
    size_t max;
};

struct arena *arena_new(size_t octets_max)
{
    struct arena *arena = calloc(1, sizeof(*arena));

    if (arena)
        arena->max = octets_max;
    return arena;
}

void arena_free(struct arena *arena)
{
    struct chunk *next;

    if (!arena)
        return;
    for (struct chunk *chunk = arena->chunks; chunk; chunk = next) {
        next = chunk->next;
        free(chunk);
    }
    free(arena);
}

/* As much again as there is: thousands of small arenas stay small, a large one has few chunks. */
static size_t chunk_octets(const struct arena *arena)
{
    if (arena->used < CHUNK_FIRST_OCTETS)
        return CHUNK_FIRST_OCTETS;
    return arena->used < CHUNK_OCTETS_MAX ? arena->used : CHUNK_OCTETS_MAX;
}

/* A chunk of its own for what is large stands behind the newest, whose rest stays in use. */
static struct chunk *add_chunk(struct arena *arena, size_t octets)
{
    size_t usual = chunk_octets(arena) / sizeof(max_align_t) * sizeof(max_align_t);
    size_t size = octets > usual / 4 ? octets : usual;
    struct chunk *chunk = calloc(1, sizeof(*chunk) + size);

    if (!chunk)
        return NULL;
    chunk->size = size;
    if (size == octets && arena->chunks) {
        chunk->next = arena->chunks->next;
        arena->chunks->next = chunk;
    } else {
        chunk->next = arena->chunks;
        arena->chunks = chunk;
    }
    return chunk;
}

void *arena_alloc(struct arena *arena, size_t octets)
{
    const size_t unit = sizeof(max_align_t);
    struct chunk *chunk = arena->chunks;
    void *answer;

    if (octets == 0)
        octets = 1;
    if (octets > arena->max - arena->used || octets > SIZE_MAX - sizeof(*chunk) - unit)
        return NULL;
    octets = (octets + unit - 1) / unit * unit;
    if (octets > arena->max - arena->used)
        return NULL;
    if (!chunk || chunk->size - chunk->used < octets)
        chunk = add_chunk(arena, octets);
    if (!chunk)
        return NULL;
    answer = (char *)chunk->octets + chunk->used;
    chunk->used += octets;
    arena->used += octets;
    return answer;
}

void *arena_alloc_array(struct arena *arena, size_t count, size_t size)
{
    if (size > 0 && count > SIZE_MAX / size)
        return NULL;
    return arena_alloc(arena, count * size);
}

struct bytes arena_copy(struct arena *arena, struct bytes bytes)
{
    char *copy = bytes.size < SIZE_MAX ? arena_alloc(arena, bytes.size + 1) : NULL;

    if (!copy)
        return BYTES_NONE;
    if (bytes.size > 0)
        memcpy(copy, bytes.data, bytes.size);
    return (struct bytes){copy, bytes.size};
}

struct bytes arena_join(struct arena *arena, struct bytes first, struct bytes second)
{
    bool fits = first.size < SIZE_MAX - second.size;
    char *joined = fits ? arena_alloc(arena, first.size + second.size + 1) : NULL;

    if (!joined)
        return BYTES_NONE;
    if (first.size > 0)
        memcpy(joined, first.data, first.size);
    if (second.size > 0)
        memcpy(joined + first.size, second.data, second.size);
    return (struct bytes){joined, first.size + second.size};
}

char *arena_string(struct arena *arena, struct bytes bytes)
{
    char *copy = bytes.size < SIZE_MAX ? arena_alloc(arena, bytes.size + 1) : NULL;

    if (copy && bytes.size > 0)
        memcpy(copy, bytes.data, bytes.size);
    return copy;
}

struct bytes arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    int octets;
    char *text;

    va_start(args, format);
    octets = vsnprintf(NULL, 0, format, args);
    va_end(args);
    text = octets >= 0 ? arena_alloc(arena, (size_t)octets + 1) : NULL;
    if (!text)
        return BYTES_NONE;
    va_start(args, format);
    vsnprintf(text, (size_t)octets + 1, format, args);
    va_end(args);
    return (struct bytes){text, (size_t)octets};
}

bool arena_grow(struct arena *arena, void **items, size_t count, size_t size)
{
    size_t capacity = count == 0 ? LIST_FIRST : count * 2;
    void *grown;

    if (count != 0 && (count < LIST_FIRST || (count & (count - 1)) != 0))
        return true;
    if (capacity < count)
        return false;
    grown = arena_alloc_array(arena, capacity, size);
    if (!grown)
        return false;
    if (count > 0)
        memcpy(grown, *items, count * size);
    *items = grown;
    return true;
}

size_t arena_used(const struct arena *arena)
{
    return arena->used;
}
