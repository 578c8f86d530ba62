#include "harness/warp/warp_proc.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct bytes warp_proc_read(int pid, int tid, const char *name, char into[WARP_PROC_OCTETS_MAX])
{
    char path[64];
    ssize_t octets;
    int file;

    snprintf(path, sizeof(path), "/proc/%d/task/%d/%s", pid, tid, name);
    file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return BYTES_NONE;
    octets = read(file, into, WARP_PROC_OCTETS_MAX - 1);
    close(file);
    if (octets <= 0)
        return BYTES_NONE;
    into[octets] = '\0';
    return (struct bytes){into, (size_t)octets};
}

/* "123 (name, which may have any octets) S …" */
char warp_proc_state(int pid, int tid)
{
    char text[WARP_PROC_OCTETS_MAX];
    const char *name_end =
        warp_proc_read(pid, tid, "stat", text).size > 0 ? strrchr(text, ')') : NULL;

    return name_end && name_end[1] != '\0' ? name_end[2] : '\0';
}

/* "61 0xffffffffffffffff 0x… …" */
bool warp_proc_call(char *text, struct warp_proc_call *ret)
{
    char *end = NULL;

    ret->number = strtol(text, &end, 10);
    if (end == text || ret->number < 0)
        return false;
    for (int i = 0; i < WARP_PROC_ARGUMENTS; i++) {
        char *from = end;

        ret->arguments[i] = strtoull(from, &end, 16);
        if (end == from)
            return false;
    }
    return true;
}

bool warp_proc_maps(int pid, const char *path)
{
    char name[64];
    char line[WARP_PROC_OCTETS_MAX];
    bool found = false;
    FILE *file;

    snprintf(name, sizeof(name), "/proc/%d/maps", pid);
    file = fopen(name, "re");
    while (file && !found && fgets(line, sizeof(line), file))
        found = strstr(line, path) != NULL;
    if (file)
        (void)fclose(file);
    return found;
}

void warp_proc_program(int pid, char *ret, size_t octets)
{
    char name[64];
    ssize_t count;

    snprintf(name, sizeof(name), "/proc/%d/exe", pid);
    count = readlink(name, ret, octets - 1);
    if (count <= 0)
        snprintf(ret, octets, "?");
    else
        ret[count] = '\0';
}
