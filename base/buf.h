/*
 * buf.h - octets that are owned, with a maximum from birth.
 *
 * Shape:   data[0..size), capacity >= size; capacity never passes max.
 * Bounds:  the maximum given to buf_init(); reaching it is ERR_LIMIT (false), never truncation.
 * Lives:   buf_init() allocates nothing, buf_init_whole() allocates the maximum at once (engines:
 *          no allocation later); buf_release() frees. buf_bytes() lives until the next change.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/bytes.h"

struct buf {
    char *data;
    size_t size;
    size_t capacity;
    size_t max; /* octets */
};

void buf_init(struct buf *buf, size_t max);
bool buf_init_whole(struct buf *buf, size_t max); /* false: out of memory */
void buf_release(struct buf *buf);
void buf_release_secret(struct buf *buf); /* wipes first */
void buf_clear(struct buf *buf);
struct bytes buf_bytes(const struct buf *buf);
size_t buf_room(const struct buf *buf);               /* octets until max */
bool buf_append(struct buf *buf, struct bytes bytes); /* all or nothing; false: max or memory */
bool buf_append_string(struct buf *buf, const char *string);
bool buf_append_octet(struct buf *buf, char octet);
bool buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_consume(struct buf *buf, size_t octets); /* drops the first octets */

/* Clears memory; the compiler may not drop it. */
void wipe(void *memory, size_t octets);

#endif
