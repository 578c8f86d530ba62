#include "transport/data_path.h"

#include "base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

enum { PATH_OCTETS_MAX = 4096, READ_OCTETS = 32 * 1024 };

bool data_path_is_folder(const char *path)
{
    struct stat found;

    return stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

bool data_path_is_file(const char *path)
{
    struct stat found;

    return stat(path, &found) == 0 && !S_ISDIR(found.st_mode);
}

bool data_path_beside(const char *name, struct arena *arena, const char **ret, struct err *err)
{
    char program[PATH_OCTETS_MAX];
    size_t size = sizeof(program);
    int status = uv_exepath(program, &size);

    if (status < 0)
        return err_set(err, ERR_IO, "the path of this program: %s", uv_strerror(status));
    while (size > 0 && program[size - 1] != '/')
        size--;
    *ret = arena_printf(arena, "%.*s%s", (int)size, program, name).data;
    return *ret || err_memory(err);
}

static bool name_folder(const char *kind, struct arena *arena, const char **ret, struct err *err)
{
    const char *data = getenv("SMTPDRILL_DATA");
    struct bytes name = data && *data ? arena_printf(arena, "%s/%s", data, kind)
                                      : arena_printf(arena, "../share/smtpdrill/%s", kind);

    if (!name.data)
        return err_memory(err);
    *ret = name.data;
    return (data && *data) || data_path_beside(name.data, arena, ret, err);
}

bool data_path_folder(const char *kind, struct arena *arena, const char **ret, struct err *err)
{
    const char *folder = NULL;

    if (!name_folder(kind, arena, &folder, err))
        return false;
    if (!data_path_is_folder(folder))
        return err_set(err, ERR_IO, "%.200s: no such folder; SMTPDRILL_DATA says where it is",
                       folder);
    *ret = folder;
    return true;
}

bool data_path_read_all(int file, const char *path, struct buf *octets, struct err *err)
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

static bool take_all(int file, const char *path, size_t octets_max, struct arena *arena,
                     struct bytes *ret, struct err *err)
{
    struct buf octets;
    bool whole;

    buf_init(&octets, octets_max);
    whole = data_path_read_all(file, path, &octets, err);
    if (whole) {
        *ret = arena_copy(arena, buf_bytes(&octets));
        whole = ret->data || err_memory(err);
    }
    buf_release_secret(&octets); /* it may have been a file with a password */
    return whole;
}

bool data_path_read(const char *path, size_t octets_max, struct arena *arena, struct bytes *ret,
                    struct err *err)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    bool ok;

    if (file < 0)
        return err_set(err, ERR_IO, "%.180s: %s", path, strerror(errno));
    ok = take_all(file, path, octets_max, arena, ret, err);
    close(file);
    return ok;
}

bool data_path_read_input(const char *path, size_t octets_max, struct arena *arena,
                          struct bytes *ret, struct err *err)
{
    if (strcmp(path, "-") == 0)
        return take_all(STDIN_FILENO, "standard input", octets_max, arena, ret, err);
    return data_path_read(path, octets_max, arena, ret, err);
}

/* A folder may be gone, or full, when the time comes: this catches slips of the pen. */
bool data_path_may_write(const char *path, struct err *err)
{
    char folder[PATH_OCTETS_MAX];
    struct stat found;
    size_t size = strlen(path);

    if (stat(path, &found) == 0) {
        if (S_ISDIR(found.st_mode))
            return err_set(err, ERR_IO, "%.180s: %s", path, strerror(EISDIR));
        return access(path, W_OK) == 0 || err_set(err, ERR_IO, "%.180s: %s", path, strerror(errno));
    }
    while (size > 0 && path[size - 1] != '/')
        size--;
    if (size >= sizeof(folder))
        return err_set(err, ERR_LIMIT, "a path has at most %d octets", PATH_OCTETS_MAX);
    memcpy(folder, size > 0 ? path : "./", size > 0 ? size : 2);
    folder[size > 0 ? size : 2] = '\0';
    return access(folder, W_OK | X_OK) == 0 ||
           err_set(err, ERR_IO, "%.180s: %s", path, strerror(errno));
}
