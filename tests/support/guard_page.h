/*
 * guard_page.h - input that ends at an unmapped page: to read one octet too far is to crash.
 *
 * Lives:   until guard_page_release(); one copy at a time.
 */
#ifndef TESTS_SUPPORT_GUARD_PAGE_H
#define TESTS_SUPPORT_GUARD_PAGE_H

#include "base/bytes.h"

struct guard_page {
    char *start;  /* of the mapping; its last page is unmapped for reading */
    size_t room;  /* octets before that page */
    size_t whole; /* octets of the mapping */
};

bool guard_page_init(struct guard_page *page, size_t octets_max);
void guard_page_release(struct guard_page *page);
/* The same octets, right before the guard. Valid until the next put. */
struct bytes guard_page_put(struct guard_page *page, struct bytes octets);

#endif
