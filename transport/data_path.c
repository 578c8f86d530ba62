#include "transport/data_path.h"

#include "base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

enum { PATH_OCTETS_MAX = 4096, READ_OCTETS = 32 * 1024 };

static bool is_folder(const char *path)
{
    struct stat found;

    return stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

bool data_path_is_file(const char *path)
{
    struct stat found;

    return stat(path, &found) == 0 && !S_ISDIR(found.st_mode);
}

static const char *beside_executable(const char *kind, struct arena *arena)
{
    char program[PATH_OCTETS_MAX];
    size_t size = sizeof(program);

    if (uv_exepath(program, &size) < 0)
        return NULL;
    while (size > 0 && program[size - 1] != '/')
        size--;
    return arena_printf(arena, "%.*s../share/smtpdrill/%s", (int)size, program, kind).data;
}

bool data_path_folder(const char *kind, struct arena *arena, const char **ret, struct err *err)
{
    const char *data = getenv("SMTPDRILL_DATA");
    const char *folder = data && *data ? arena_printf(arena, "%s/%s", data, kind).data
                                       : beside_executable(kind, arena);

    if (!folder)
        return err_memory(err);
    if (!is_folder(folder))
        return err_set(err, ERR_IO, "%.200s: no such folder; SMTPDRILL_DATA says where it is",
                       folder);
    *ret = folder;
    return true;
}

static bool read_all(int file, const char *path, struct buf *octets, struct err *err)
{
    char piece[READ_OCTETS];
    ssize_t got;

    while ((got = read(file, piece, sizeof(piece))) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_set(err, ERR_IO, "%.180s: %s", path, strerror(errno));
        if ((size_t)got > buf_room(octets))
            return err_set(err, ERR_LIMIT, "%.180s: more than %zu octets", path, octets->max);
        if (!buf_append(octets, (struct bytes){piece, (size_t)got}))
            return err_memory(err);
    }
    return true;
}

bool data_path_read(const char *path, size_t octets_max, struct arena *arena, struct bytes *ret,
                    struct err *err)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    struct buf octets;
    bool whole;

    if (file < 0)
        return err_set(err, ERR_IO, "%.180s: %s", path, strerror(errno));
    buf_init(&octets, octets_max);
    whole = read_all(file, path, &octets, err);
    close(file);
    if (whole) {
        *ret = arena_copy(arena, buf_bytes(&octets));
        whole = ret->data || err_memory(err);
    }
    buf_release_secret(&octets); /* it may have been a file with a password */
    return whole;
}
