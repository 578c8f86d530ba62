#include "base/buf.h"

#include "base/require.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { CAPACITY_FIRST = 64 };

void buf_init(struct buf *buf, size_t max)
{
    REQUIRE(max < SIZE_MAX);
    *buf = (struct buf){.max = max};
}

/* One octet more than the capacity is allocated: the NUL that vsnprintf() cannot do without. */
static bool grow_to(struct buf *buf, size_t capacity)
{
    char *data = realloc(buf->data, capacity + 1);

    if (!data)
        return false;
    buf->data = data;
    buf->capacity = capacity;
    return true;
}

static bool make_room(struct buf *buf, size_t octets)
{
    size_t capacity = buf->capacity ? buf->capacity : CAPACITY_FIRST;

    if (octets > buf->max - buf->size)
        return false;
    if (octets <= buf->capacity - buf->size && buf->data)
        return true;
    while (capacity < buf->size + octets && capacity <= buf->max / 2)
        capacity *= 2;
    if (capacity < buf->size + octets || capacity > buf->max)
        capacity = buf->max;
    return grow_to(buf, capacity);
}

bool buf_init_whole(struct buf *buf, size_t max)
{
    buf_init(buf, max);
    return grow_to(buf, max);
}

void buf_release(struct buf *buf)
{
    free(buf->data);
    *buf = (struct buf){.max = buf->max};
}

void buf_release_secret(struct buf *buf)
{
    if (buf->data)
        wipe(buf->data, buf->capacity);
    buf_release(buf);
}

void buf_clear(struct buf *buf)
{
    buf->size = 0;
}

struct bytes buf_bytes(const struct buf *buf)
{
    return (struct bytes){buf->data, buf->size};
}

size_t buf_room(const struct buf *buf)
{
    return buf->max - buf->size;
}

bool buf_append(struct buf *buf, struct bytes bytes)
{
    if (!make_room(buf, bytes.size))
        return false;
    if (bytes.size > 0)
        memcpy(buf->data + buf->size, bytes.data, bytes.size);
    buf->size += bytes.size;
    return true;
}

bool buf_append_string(struct buf *buf, const char *string)
{
    return buf_append(buf, bytes_of(string));
}

bool buf_append_octet(struct buf *buf, char octet)
{
    return buf_append(buf, (struct bytes){&octet, 1});
}

static int print_at_end(struct buf *buf, const char *format, va_list args)
{
    size_t room = buf->data ? buf->capacity - buf->size + 1 : 0;

    return vsnprintf(room > 0 ? buf->data + buf->size : NULL, room, format, args);
}

bool buf_printf(struct buf *buf, const char *format, ...)
{
    va_list args;
    int octets;

    va_start(args, format);
    octets = print_at_end(buf, format, args);
    va_end(args);
    if (octets < 0)
        return false;
    if (!buf->data || (size_t)octets > buf->capacity - buf->size) {
        if (!make_room(buf, (size_t)octets))
            return false;
        va_start(args, format);
        octets = print_at_end(buf, format, args);
        va_end(args);
    }
    buf->size += (size_t)octets;
    return true;
}

void buf_consume(struct buf *buf, size_t octets)
{
    REQUIRE(octets <= buf->size);
    if (octets == 0)
        return;
    buf->size -= octets;
    if (buf->size > 0)
        memmove(buf->data, buf->data + octets, buf->size);
}

void wipe(void *memory, size_t octets)
{
    /* A compiler that cannot know what is called may not leave the call out. */
    static void *(*const volatile fill)(void *, int, size_t) = memset;

    if (octets > 0)
        fill(memory, 0, octets);
}
