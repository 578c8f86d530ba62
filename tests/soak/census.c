#include "tests/soak/census.h"

#include "base/bytes.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- octets ---------------------------------------------------------------------------------- */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)

/* The sanitizers' own; GCC brings no header for it. */
size_t __sanitizer_get_current_allocated_bytes(void);

static size_t octets_held(void)
{
    return __sanitizer_get_current_allocated_bytes();
}

#else

#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>

/* The C library's own, below the names that stand here in their place. */
void *__libc_malloc(size_t octets);
void *__libc_calloc(size_t count, size_t octets);
void *__libc_realloc(void *memory, size_t octets);
void *__libc_memalign(size_t alignment, size_t octets);
void __libc_free(void *memory);

static atomic_size_t held;

static size_t octets_held(void)
{
    return atomic_load(&held);
}

static void *came(void *memory)
{
    (void)atomic_fetch_add(&held, malloc_usable_size(memory));
    return memory;
}

static void goes(void *memory)
{
    (void)atomic_fetch_sub(&held, malloc_usable_size(memory));
}

void *malloc(size_t octets)
{
    return came(__libc_malloc(octets));
}

void *calloc(size_t count, size_t octets)
{
    return came(__libc_calloc(count, octets));
}

void *realloc(void *memory, size_t octets)
{
    size_t before = malloc_usable_size(memory);
    void *moved = __libc_realloc(memory, octets);

    if (moved || octets == 0)
        (void)atomic_fetch_sub(&held, before);
    return came(moved);
}

void *aligned_alloc(size_t alignment, size_t octets)
{
    return came(__libc_memalign(alignment, octets));
}

int posix_memalign(void **ret, size_t alignment, size_t octets)
{
    void *memory = aligned_alloc(alignment, octets);

    if (memory)
        *ret = memory;
    return memory ? 0 : ENOMEM;
}

void free(void *memory)
{
    goes(memory);
    __libc_free(memory);
}

#endif

/* ---- descriptors and children ---------------------------------------------------------------- */

/* So many entries have a number for a name and are wanted; SIZE_MAX: no such folder. */
static size_t count_entries(const char *folder, bool (*is_wanted)(unsigned long long number))
{
    DIR *entries = opendir(folder);
    size_t count = 0;
    struct dirent *entry;

    if (!entries)
        return SIZE_MAX;
    while ((entry = readdir(entries))) {
        unsigned long long number;

        if (bytes_to_number(bytes_of(entry->d_name), UINT32_MAX, &number) &&
            number != (unsigned long long)dirfd(entries) && is_wanted(number))
            count++;
    }
    (void)closedir(entries);
    return count;
}

static bool is_any(unsigned long long number)
{
    (void)number;
    return true;
}

/* "PID (NAME) STATE PARENT …"; the name may hold anything. */
static bool is_child(unsigned long long number)
{
    char path[64];
    char line[512] = "";
    const char *behind;
    FILE *file;

    (void)snprintf(path, sizeof(path), "/proc/%llu/stat", number);
    file = fopen(path, "r");
    if (!file)
        return false;
    (void)fread(line, 1, sizeof(line) - 1, file);
    (void)fclose(file);
    behind = strrchr(line, ')');
    return behind && strlen(behind) > 4 && strtol(behind + 4, NULL, 10) == (long)getpid();
}

bool census_take(struct census *ret)
{
    ret->descriptors = count_entries("/proc/self/fd", is_any);
    ret->processes = count_entries("/proc", is_child);
    ret->octets = octets_held();
    return ret->descriptors != SIZE_MAX && ret->processes != SIZE_MAX;
}
