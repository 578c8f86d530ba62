#include "harness/files.h"

#include "base/buf.h"
#include "transport/data_path.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

bool files_write_all(int file, struct bytes octets)
{
    while (octets.size > 0) {
        ssize_t wrote = write(file, octets.data, octets.size);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return false;
        octets = bytes_after(octets, (size_t)wrote);
    }
    return true;
}

/* As open() would give it; the process has no other thread that could see the change. */
static mode_t new_mode(void)
{
    mode_t mask = umask(0);

    (void)umask(mask);
    return 0666 & ~mask;
}

bool files_replace(const char *path, struct bytes octets, struct err *err)
{
    struct stat before;
    struct buf name;
    buf_init(&name, 8192);
    if (!buf_printf(&name, "%s.XXXXXX", path) || !buf_append_octet(&name, '\0')) {
        buf_release(&name);
        return err_set(err, ERR_LIMIT, "a path that is too long");
    }
    int file = mkstemp(name.data);
    bool ok = file >= 0;
    if (ok)
        ok = fchmod(file, stat(path, &before) == 0 ? before.st_mode & 07777 : new_mode()) == 0;
    ok = ok && files_write_all(file, octets) && fsync(file) == 0;
    ok = (file < 0 || close(file) == 0) && ok;
    ok = ok && rename(name.data, path) == 0;
    if (!ok) {
        err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
        if (file >= 0)
            (void)unlink(name.data);
    }
    buf_release(&name);
    return ok;
}

bool files_are_same(const char *a, const char *b)
{
    struct stat of_a;
    struct stat of_b;
    return stat(a, &of_a) == 0 && stat(b, &of_b) == 0 && of_a.st_dev == of_b.st_dev &&
           of_a.st_ino == of_b.st_ino;
}

bool files_has_suffix(const char *path, const char *suffix)
{
    size_t length = strlen(path);
    size_t end = strlen(suffix);
    return length > end && strcmp(path + length - end, suffix) == 0;
}

bool files_is_program(const char *path)
{
    return !data_path_is_folder(path) && access(path, X_OK) == 0;
}

/* ---- folders --------------------------------------------------------------------------------- */

struct finding_files {
    const char *folder;
    const char *suffix;
    struct arena *arena;
    const char **names;
    size_t count;
    struct err *err;
};

static bool visit(struct finding_files *found, const char *below, unsigned depth);

static bool add_name(struct finding_files *found, const char *name)
{
    void *items = found->names;
    if (found->count >= FILES_FOUND_MAX)
        return err_set(found->err, ERR_LIMIT, "%s: more than %d files", found->folder,
                       FILES_FOUND_MAX);
    if (!arena_grow(found->arena, &items, found->count, sizeof(*found->names)))
        return err_memory(found->err);
    found->names = items;
    found->names[found->count++] = name;
    return true;
}

static bool visit_entry(struct finding_files *found, const char *below, const char *entry,
                        unsigned depth)
{
    struct bytes name =
        arena_printf(found->arena, "%s%s%s", below, below[0] != '\0' ? "/" : "", entry);
    struct bytes path = arena_printf(found->arena, "%s/%s", found->folder, name.data);
    if (name.data == NULL || path.data == NULL)
        return err_memory(found->err);
    if (data_path_is_folder(path.data))
        return visit(found, name.data, depth + 1);
    return !files_has_suffix(name.data, found->suffix) || add_name(found, name.data);
}

static bool visit(struct finding_files *found, const char *below, unsigned depth)
{
    struct bytes path =
        arena_printf(found->arena, "%s%s%s", found->folder, below[0] != '\0' ? "/" : "", below);
    if (path.data == NULL)
        return err_memory(found->err);
    if (depth > FILES_DEPTH_MAX)
        return err_set(found->err, ERR_LIMIT, "%s: folders deeper than %d", path.data,
                       FILES_DEPTH_MAX);
    DIR *folder = opendir(path.data);
    if (folder == NULL)
        return err_set(found->err, ERR_IO, "%s: %s", path.data, strerror(errno));
    bool ok = true;
    for (struct dirent *entry = readdir(folder); ok && entry != NULL; entry = readdir(folder))
        if (entry->d_name[0] != '.')
            ok = visit_entry(found, below, entry->d_name, depth);
    (void)closedir(folder);
    return ok;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool files_find(const char *folder, const char *suffix, struct arena *arena,
                const char *const **ret, size_t *ret_count, struct err *err)
{
    struct finding_files found = {.folder = folder, .suffix = suffix, .arena = arena, .err = err};
    if (!visit(&found, "", 0))
        return false;
    if (found.count > 0)
        qsort(found.names, found.count, sizeof(*found.names), by_name);
    *ret = found.names;
    *ret_count = found.count;
    return true;
}
