/*
 * fake_server_pool.h - memory that few sessions touch, side by side for many connections.
 *
 * Each connection has room for its longest line, and hardly any ever uses it. Lying between the
 * connections this room would cost a page of memory each, though untouched; lying together it costs
 * nothing. So whoever serves many connections keeps a pool, in fake_server_options.
 *
 * Bounds:  grows by FAKE_SERVER_POOL_BLOCKS blocks at a time; all blocks are of one size.
 * Lives:   until fake_server_pool_free(); every server made with it is freed before. One thread.
 */
#ifndef FAKESERVER_FAKE_SERVER_POOL_H
#define FAKESERVER_FAKE_SERVER_POOL_H

#include <stddef.h>

#define FAKE_SERVER_POOL_BLOCKS 64

struct fake_server_pool;

struct fake_server_pool *fake_server_pool_new(void); /* NULL: out of memory */
void fake_server_pool_free(struct fake_server_pool *pool);

/* pool may be NULL: then a block comes from malloc(), as one of another size does. */
void *fake_server_pool_take(struct fake_server_pool *pool, size_t octets);
void fake_server_pool_give(struct fake_server_pool *pool, void *block);

#endif
