#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "tests/support/guard_page.h"

#include "base/require.h"

#include <sys/mman.h>
#include <unistd.h>

bool guard_page_init(struct guard_page *page, size_t octets_max)
{
    size_t unit = (size_t)sysconf(_SC_PAGESIZE);

    page->room = (octets_max / unit + 1) * unit;
    page->whole = page->room + unit;
    page->start =
        mmap(NULL, page->whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return page->start != MAP_FAILED && mprotect(page->start + page->room, unit, PROT_NONE) == 0;
}

void guard_page_release(struct guard_page *page)
{
    munmap(page->start, page->whole);
}

struct bytes guard_page_put(struct guard_page *page, struct bytes octets)
{
    char *at = page->start + page->room - octets.size;

    REQUIRE(octets.size <= page->room);
    if (octets.size > 0)
        memcpy(at, octets.data, octets.size);
    return (struct bytes){at, octets.size};
}
