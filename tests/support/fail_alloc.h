/*
 * fail_alloc.h - the n-th allocation fails.
 *
 * Link test_fail_alloc: it puts itself before malloc(), calloc() and realloc() of all that is
 * linked statically. What shared libraries allocate for themselves is not touched.
 */
#ifndef TESTS_SUPPORT_FAIL_ALLOC_H
#define TESTS_SUPPORT_FAIL_ALLOC_H

#include <stdbool.h>

/* The n-th allocation from now on fails, once; 0 = none does. Counting begins again. */
void fail_alloc_at(unsigned n);
unsigned fail_alloc_count(void); /* allocations since then */
bool fail_alloc_failed(void);    /* the n-th was reached */

/*
 * Calls attempt with its 1st, 2nd, 3rd … allocation failing, until all of them work. The attempt
 * makes something, releases all, and answers whether it was made. Answers how many allocations
 * failed in turn; -1: an attempt claimed success without memory, or failed with it.
 */
int fail_alloc_each(bool (*attempt)(void *context), void *context);

#endif
