/*
 * census.h - what this process holds: descriptors, children, octets of memory.
 *
 * Octets are those between malloc() and free() of all that is linked, shared libraries too: the
 * program's own malloc() counts, and hands on to the C library; under a sanitizer that is asked.
 *
 * Source:  proc(5).
 */
#ifndef TESTS_SOAK_CENSUS_H
#define TESTS_SOAK_CENSUS_H

#include <stdbool.h>
#include <stddef.h>

struct census {
    size_t descriptors;
    size_t processes; /* children, also those that nobody has waited for */
    size_t octets;
};

/* False: /proc cannot be read. */
bool census_take(struct census *ret);

#endif
