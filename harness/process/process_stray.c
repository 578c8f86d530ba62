#include "harness/process/process_stray.h"

#include "base/bytes.h"

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/prctl.h>
#endif

enum { CHILDREN_OCTETS_MAX = 64 * 1024, ENVIRONMENT_OCTETS_MAX = 16 * 1024 };

void process_stray_adopt(void)
{
#ifdef PR_SET_CHILD_SUBREAPER
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
#endif
}

/* What could be read of a file in /proc; empty where there is none. */
static struct bytes read_some(const char *path, char *into, size_t max)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    size_t size = 0;
    ssize_t octets = 1;

    if (file < 0)
        return BYTES_NONE;
    while (size < max && octets > 0) {
        octets = read(file, into + size, max - size);
        if (octets > 0)
            size += (size_t)octets;
    }
    close(file);
    return (struct bytes){into, size};
}

static bool carries(int pid, const char *mark)
{
    char path[64];
    char octets[ENVIRONMENT_OCTETS_MAX];
    struct bytes rest, variable;

    snprintf(path, sizeof(path), "/proc/%d/environ", pid);
    rest = read_some(path, octets, sizeof(octets));
    while (bytes_next(&rest, '\0', &variable))
        if (bytes_equal(variable, bytes_of(mark)))
            return true;
    return false;
}

size_t process_stray_kill(const char *mark, bool (*is_known)(void *owner, int pid), void *owner)
{
    char octets[CHILDREN_OCTETS_MAX];
    struct bytes rest = read_some("/proc/thread-self/children", octets, sizeof(octets));
    struct bytes word;
    size_t count = 0;

    while (bytes_next_word(&rest, &word)) {
        unsigned long long pid;

        if (!bytes_to_number(word, INT32_MAX, &pid) || pid < 2 || is_known(owner, (int)pid))
            continue;
        if (mark && !carries((int)pid, mark))
            continue;
        kill((pid_t)pid, SIGKILL);
        count++;
    }
    return count;
}
