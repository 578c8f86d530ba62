/*
 * unit.h - cmocka, and how tests here look at octets.
 */
#ifndef TESTS_SUPPORT_UNIT_H
#define TESTS_SUPPORT_UNIT_H

#include "base/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

/* Octets of a literal that may hold NUL. */
#define OCTETS(literal)                                                                            \
    {                                                                                              \
        "" literal, sizeof(literal) - 1                                                            \
    }

#define assert_bytes(actual, expected) unit_assert_bytes((actual), (expected), __FILE__, __LINE__)
#define assert_string(actual, string)                                                              \
    unit_assert_bytes((actual), bytes_of(string), __FILE__, __LINE__)

static inline void unit_assert_bytes(struct bytes actual, struct bytes expected, const char *file,
                                     int line)
{
    if (bytes_equal(actual, expected))
        return;
    print_error("expected \"%.*s\" (%zu octets)\n     got \"%.*s\" (%zu octets)\n",
                BYTES_FORMAT(expected), expected.size, BYTES_FORMAT(actual), actual.size);
    _fail(file, line);
}

#endif
