/* warp_program.c - whether a program can be told another time: it has to load the shim. */
#include "harness/warp/warp.h"

#include "base/bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef __linux__
#include <elf.h>
#endif

enum { INTERPRETERS_MAX = 4, HEAD_OCTETS = 4096 };

static bool refuse(const char *program, const char *why, struct err *err)
{
    return err_set(err, ERR_SYNTAX, "--warp cannot warp %.60s: %s", program, why);
}

#ifdef __linux__
/* PT_INTERP names the loader, and only a loader loads a shim. */
static bool loads_libraries(struct bytes head)
{
    Elf64_Ehdr file;
    Elf64_Phdr part;

    memcpy(&file, head.data, sizeof(file));
    for (unsigned i = 0; i < file.e_phnum; i++) {
        size_t at = (size_t)file.e_phoff + (size_t)i * sizeof(part);

        if (file.e_phoff > HEAD_OCTETS || at + sizeof(part) > head.size)
            return true; /* too far away to be seen; then the runs tell */
        memcpy(&part, head.data + at, sizeof(part));
        if (part.p_type == PT_INTERP)
            return true;
    }
    return false;
}

static bool takes_binary(const char *program, struct bytes head, struct err *err)
{
    if (head.size < sizeof(Elf64_Ehdr) || memcmp(head.data, ELFMAG, SELFMAG) != 0)
        return true; /* nobody knows what runs it */
    if (head.data[EI_CLASS] != (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32))
        return refuse(program, "it is a program of another word size than smtpdrill", err);
    if (!loads_libraries(head))
        return refuse(program, "it is linked statically, so that nothing can be loaded into it",
                      err);
    return true;
}
#endif

/* "#!/usr/bin/perl -w": true and its interpreter. */
static bool has_interpreter(struct bytes head, char ret[PATH_MAX])
{
    struct bytes line;
    struct bytes word;

    if (head.size < 2 || memcmp(head.data, "#!", 2) != 0 || !bytes_next(&head, '\n', &line))
        return false;
    line = bytes_after(line, 2);
    return bytes_next_word(&line, &word) && word.size < PATH_MAX &&
           snprintf(ret, PATH_MAX, "%.*s", BYTES_FORMAT(word)) > 0;
}

static bool find(const char *program, const char *path, char ret[PATH_MAX])
{
    struct bytes rest = bytes_of(path);
    struct bytes folder;

    if (strchr(program, '/'))
        return snprintf(ret, PATH_MAX, "%s", program) < PATH_MAX;
    while (bytes_next(&rest, ':', &folder)) {
        int octets = snprintf(ret, PATH_MAX, "%.*s%s%s", BYTES_FORMAT(folder),
                              folder.size > 0 ? "/" : "./", program);

        if (octets > 0 && octets < PATH_MAX && access(ret, X_OK) == 0)
            return true;
    }
    return false;
}

static struct bytes read_head(const char *path, char into[HEAD_OCTETS])
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t octets = file >= 0 ? read(file, into, HEAD_OCTETS) : -1;

    if (file >= 0)
        close(file);
    return octets > 0 ? (struct bytes){into, (size_t)octets} : BYTES_NONE;
}

bool warp_takes(const char *program, const char *path, struct err *err)
{
#ifdef __linux__
    char found[PATH_MAX];
    char next[PATH_MAX];
    char head[HEAD_OCTETS];
    struct stat facts;

    (void)snprintf(next, sizeof(next), "%s", program);
    for (int i = 0; i < INTERPRETERS_MAX; i++) {
        struct bytes octets;

        if (!find(next, path, found) || stat(found, &facts) != 0)
            return true; /* that it is not there is said elsewhere */
        octets = read_head(found, head);
        if (has_interpreter(octets, next))
            continue;
        if ((facts.st_mode & (S_ISUID | S_ISGID)) != 0)
            return refuse(found, "it runs with rights of its own, and then nothing is loaded", err);
        return takes_binary(found, octets, err);
    }
    return true;
#else
    (void)path;
    return refuse(program, "that needs Linux", err);
#endif
}
