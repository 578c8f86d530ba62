/* chdir, setsid and closefrom for posix_spawn(), as POSIX.1-2024 has most of them. */
#define _GNU_SOURCE /* NOLINT(bugprone-reserved-identifier): the libc's own switch */

#include "harness/process/process_spawn.h"

#include "base/bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- which program --------------------------------------------------------------------------- */

static struct bytes path_of(const char *const *environment)
{
    for (; *environment; environment++)
        if (strncmp(*environment, "PATH=", 5) == 0)
            return bytes_of(*environment + 5);
    return BYTES_LITERAL("/usr/local/bin:/usr/bin:/bin");
}

static bool is_program(const char *path)
{
    struct stat found;

    return access(path, X_OK) == 0 && stat(path, &found) == 0 && S_ISREG(found.st_mode);
}

/* Absolute, because the child is in another folder when it is started. */
static bool make_absolute(const char *name, char ret[PATH_MAX], struct err *err)
{
    char here[PATH_MAX] = "";
    int octets;

    if (name[0] != '/' && !getcwd(here, sizeof(here)))
        return err_set(err, ERR_IO, "cannot run %.150s: %s", name, strerror(errno));
    octets = snprintf(ret, PATH_MAX, "%s%s%s", here, here[0] ? "/" : "", name);
    if (octets < 0 || octets >= PATH_MAX)
        return err_set(err, ERR_IO, "cannot run %.150s: %s", name, strerror(ENAMETOOLONG));
    return true;
}

static bool find_program(const char *name, const char *const *environment, char ret[PATH_MAX],
                         struct err *err)
{
    struct bytes rest = path_of(environment);
    struct bytes folder;

    if (strchr(name, '/'))
        return make_absolute(name, ret, err);
    while (bytes_next(&rest, ':', &folder)) {
        int octets;

        if (folder.size == 0 || folder.size >= PATH_MAX || folder.data[0] != '/')
            continue;
        octets = snprintf(ret, PATH_MAX, "%.*s/%s", BYTES_FORMAT(folder), name);
        if (octets > 0 && octets < PATH_MAX && is_program(ret))
            return true;
    }
    return err_set(err, ERR_IO, "cannot run %.150s: no such program in PATH", name);
}

bool process_spawn_find(const char *name, const char *const *environment, struct arena *arena,
                        const char **ret, struct err *err)
{
    char found[PATH_MAX];

    if (!find_program(name, environment, found, err))
        return false;
    *ret = arena_string(arena, bytes_of(found));
    return *ret ? true : err_memory(err);
}

/* ---- how ------------------------------------------------------------------------------------- */

static int set_attributes(posix_spawnattr_t *attributes)
{
    sigset_t all, none;
    int failure;

    sigfillset(&all);
    sigemptyset(&none);
    failure = posix_spawnattr_setsigdefault(attributes, &all);
    if (failure == 0)
        failure = posix_spawnattr_setsigmask(attributes, &none);
    if (failure == 0)
        failure = posix_spawnattr_setflags(
            attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID);
    return failure;
}

static int set_actions(posix_spawn_file_actions_t *actions, const struct process_spawn *spawn)
{
    const char *input = spawn->input ? spawn->input : "/dev/null";
    int failure = posix_spawn_file_actions_addopen(actions, 0, input, O_RDONLY, 0);

    if (failure == 0)
        failure = posix_spawn_file_actions_adddup2(actions, spawn->output, 1);
    if (failure == 0)
        failure = posix_spawn_file_actions_adddup2(actions, spawn->errors, 2);
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 34)
    if (failure == 0)
        failure = posix_spawn_file_actions_addclosefrom_np(actions, 3);
#endif
    if (failure == 0 && spawn->folder)
        failure = posix_spawn_file_actions_addchdir_np(actions, spawn->folder);
    return failure;
}

static int start(const struct process_spawn *spawn, const char *program, int *ret_pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    pid_t pid = 0;
    int failure = posix_spawn_file_actions_init(&actions);

    if (failure != 0)
        return failure;
    failure = posix_spawnattr_init(&attributes);
    if (failure == 0) {
        failure = set_attributes(&attributes);
        if (failure == 0)
            failure = set_actions(&actions, spawn);
        if (failure == 0)
            failure = posix_spawn(&pid, program, &actions, &attributes, (char **)spawn->argv,
                                  (char **)spawn->environment);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    if (failure == 0)
        *ret_pid = pid;
    return failure;
}

bool process_spawn(const struct process_spawn *spawn, int *ret_pid, struct err *err)
{
    char program[PATH_MAX];
    int failure;

    if (!spawn->argv[0] || spawn->argv[0][0] == '\0')
        return err_set(err, ERR_IO, "cannot run a program without a name");
    if (!find_program(spawn->argv[0], spawn->environment, program, err))
        return false;
    failure = start(spawn, program, ret_pid);
    if (failure == 0)
        return true;
    if (failure == ENOENT && spawn->input && access(spawn->input, R_OK) != 0)
        return err_set(err, ERR_IO, "cannot run %.60s: cannot read its input %.100s",
                       spawn->argv[0], spawn->input);
    if (failure == ENOENT && spawn->folder && access(spawn->folder, X_OK) != 0)
        return err_set(err, ERR_IO, "cannot run %.60s: there is no folder %.100s", spawn->argv[0],
                       spawn->folder);
    return err_set(err, ERR_IO, "cannot run %.150s: %s", spawn->argv[0], strerror(failure));
}
