#include "tests/support/fail_alloc.h"

#include <stddef.h>

/* The names that the linker gives to what it wraps. */
void *__real_malloc(size_t octets);
void *__real_calloc(size_t count, size_t octets);
void *__real_realloc(void *memory, size_t octets);
void *__wrap_malloc(size_t octets);
void *__wrap_calloc(size_t count, size_t octets);
void *__wrap_realloc(void *memory, size_t octets);

static struct {
    unsigned fails;
    unsigned count;
} state;

void fail_alloc_at(unsigned n)
{
    state.fails = n;
    state.count = 0;
}

unsigned fail_alloc_count(void)
{
    return state.count;
}

bool fail_alloc_failed(void)
{
    return state.fails > 0 && state.count >= state.fails;
}

static bool fails_now(void)
{
    return ++state.count == state.fails;
}

void *__wrap_malloc(size_t octets)
{
    return fails_now() ? NULL : __real_malloc(octets);
}

void *__wrap_calloc(size_t count, size_t octets)
{
    return fails_now() ? NULL : __real_calloc(count, octets);
}

void *__wrap_realloc(void *memory, size_t octets)
{
    return fails_now() ? NULL : __real_realloc(memory, octets);
}

int fail_alloc_each(bool (*attempt)(void *context), void *context)
{
    for (unsigned n = 1;; n++) {
        bool made;
        bool failed;

        fail_alloc_at(n);
        made = attempt(context);
        failed = fail_alloc_failed();
        fail_alloc_at(0);
        if (made == failed)
            return -1;
        if (made)
            return (int)n - 1;
    }
}
