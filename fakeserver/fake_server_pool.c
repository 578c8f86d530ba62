#include "fakeserver/fake_server_pool.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

struct chunk {
    struct chunk *next;
    uint64_t taken; /* a bit for each block */
    char *blocks;   /* apart from this, so that no block is touched by keeping count of it */
};

struct fake_server_pool {
    struct chunk *chunks;
    size_t block_octets; /* 0 = nobody asked yet */
};

struct fake_server_pool *fake_server_pool_new(void)
{
    return calloc(1, sizeof(struct fake_server_pool));
}

void fake_server_pool_free(struct fake_server_pool *pool)
{
    struct chunk *next;

    if (!pool)
        return;
    for (struct chunk *chunk = pool->chunks; chunk; chunk = next) {
        next = chunk->next;
        free(chunk->blocks);
        free(chunk);
    }
    free(pool);
}

static struct chunk *add_chunk(struct fake_server_pool *pool)
{
    struct chunk *chunk = calloc(1, sizeof(*chunk));

    if (!chunk)
        return NULL;
    chunk->blocks = malloc(pool->block_octets * FAKE_SERVER_POOL_BLOCKS);
    if (!chunk->blocks) {
        free(chunk);
        return NULL;
    }
    chunk->next = pool->chunks;
    pool->chunks = chunk;
    return chunk;
}

static void *take_from(struct fake_server_pool *pool, struct chunk *chunk)
{
    unsigned index = 0;

    while (chunk->taken >> index & 1)
        index++;
    chunk->taken |= UINT64_C(1) << index;
    return chunk->blocks + index * pool->block_octets;
}

void *fake_server_pool_take(struct fake_server_pool *pool, size_t octets)
{
    struct chunk *chunk;

    if (pool && pool->block_octets == 0)
        pool->block_octets = octets;
    if (!pool || pool->block_octets != octets)
        return malloc(octets);
    chunk = pool->chunks;
    while (chunk && chunk->taken == UINT64_MAX)
        chunk = chunk->next;
    if (!chunk)
        chunk = add_chunk(pool);
    return chunk ? take_from(pool, chunk) : NULL;
}

void fake_server_pool_give(struct fake_server_pool *pool, void *block)
{
    uintptr_t at = (uintptr_t)block;

    for (struct chunk *chunk = pool ? pool->chunks : NULL; chunk; chunk = chunk->next) {
        uintptr_t from = (uintptr_t)chunk->blocks;

        if (at < from || at >= from + pool->block_octets * FAKE_SERVER_POOL_BLOCKS)
            continue;
        chunk->taken &= ~(UINT64_C(1) << (at - from) / pool->block_octets);
        return;
    }
    free(block);
}
