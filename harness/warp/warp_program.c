/*
 * warp_program.c - how a program can be told another time.
 *
 * One that has a loader loads the shim. One that has none, or that makes its system calls by itself
 * whatever it loads (Go's), is traced.
 */
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

static enum warp_how refuse(const char *program, const char *why, struct err *err)
{
    err_set(err, ERR_SYNTAX, "--warp cannot warp %.60s: %s", program, why);
    return WARP_NOT;
}

#ifdef __linux__
/* Its n-th part of that kind, as far as it lies within head. */
static struct bytes part_of(struct bytes head, const Elf64_Ehdr *file, unsigned kind, unsigned n,
                            bool *ret_is)
{
    Elf64_Phdr part;

    *ret_is = false;
    for (unsigned i = 0; i < file->e_phnum; i++) {
        size_t at = (size_t)file->e_phoff + (size_t)i * sizeof(part);

        if (file->e_phoff > HEAD_OCTETS || at + sizeof(part) > head.size)
            break;
        memcpy(&part, head.data + at, sizeof(part));
        if (part.p_type != kind || n-- > 0)
            continue;
        *ret_is = true;
        if (part.p_offset > head.size || part.p_filesz > head.size - part.p_offset)
            break;
        return bytes_slice(head, part.p_offset, part.p_offset + part.p_filesz);
    }
    return BYTES_NONE;
}

/* Where the parts are told of too far away to be seen, the runs tell. */
static bool has_loader(struct bytes head, const Elf64_Ehdr *file)
{
    bool is = false;

    (void)part_of(head, file, PT_INTERP, 0, &is);
    return is || file->e_phoff + file->e_phnum * sizeof(Elf64_Phdr) > head.size;
}

/* Go's linker leaves a note in its name. */
static bool is_of_go(struct bytes head, const Elf64_Ehdr *file)
{
    bool is = true;

    for (unsigned n = 0; is; n++) {
        struct bytes note = part_of(head, file, PT_NOTE, n, &is);

        if (bytes_starts_with(bytes_after(note, sizeof(Elf64_Nhdr)), BYTES_LITERAL("Go\0")))
            return true;
    }
    return false;
}

static enum warp_how by_tracer(const char *program, const Elf64_Ehdr *file, struct err *err)
{
#ifdef __x86_64__
    if (file->e_machine == EM_X86_64)
        return WARP_BY_TRACER;
#else
    (void)file;
#endif
    return refuse(program, "it loads nothing, and such programs are traced on x86-64 alone", err);
}

static enum warp_how how_binary(const char *program, struct bytes head, struct err *err)
{
    Elf64_Ehdr file;

    if (head.size < sizeof(file) || memcmp(head.data, ELFMAG, SELFMAG) != 0)
        return WARP_BY_SHIM; /* nobody knows what runs it */
    if (head.data[EI_CLASS] != (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32))
        return refuse(program, "it is a program of another word size than smtpdrill", err);
    memcpy(&file, head.data, sizeof(file));
    if (has_loader(head, &file) && !is_of_go(head, &file))
        return WARP_BY_SHIM;
    return by_tracer(program, &file, err);
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

enum warp_how warp_how(const char *program, const char *path, struct err *err)
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
            return WARP_BY_SHIM; /* that it is not there is said elsewhere */
        octets = read_head(found, head);
        if (has_interpreter(octets, next))
            continue;
        if ((facts.st_mode & (S_ISUID | S_ISGID)) != 0)
            return refuse(found, "it runs with rights of its own, and then nothing is loaded", err);
        return how_binary(found, octets, err);
    }
    return WARP_BY_SHIM;
#else
    (void)path;
    return refuse(program, "that needs Linux", err);
#endif
}
