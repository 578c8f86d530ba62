#include "harness/run/run_folder.h"

#include "harness/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE_OCTETS 32768

static bool fail(struct err *err, const char *path)
{
    return err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
}

bool run_folder_make_parent(const char *temporary, struct run_folder *ret, struct err *err)
{
    int wrote = snprintf(ret->path, sizeof(ret->path), "%s/smtpdrill-XXXXXX", temporary);
    if (wrote < 0 || (size_t)wrote > sizeof(ret->path) - 32)
        return err_set(err, ERR_LIMIT, "the path of the temporary folder is too long");
    return mkdtemp(ret->path) != NULL || fail(err, ret->path);
}

bool run_folder_make(const struct run_folder *parent, unsigned long long number,
                     struct run_folder *ret, struct err *err)
{
    int wrote = snprintf(ret->path, sizeof(ret->path), "%s/%llu", parent->path, number);
    if (wrote < 0 || (size_t)wrote >= sizeof(ret->path))
        return err_set(err, ERR_LIMIT, "the path of the run's folder is too long");
    return mkdir(ret->path, 0700) == 0 || fail(err, ret->path);
}

/* ---- taking it away -------------------------------------------------------------------------- */

static void remove_below(int folder, unsigned depth);

static void remove_entry(int folder, const char *name, unsigned depth)
{
    if (unlinkat(folder, name, 0) == 0 || depth >= RUN_FOLDER_DEPTH_MAX)
        return;
    int below = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (below < 0)
        return;
    remove_below(below, depth + 1);
    (void)unlinkat(folder, name, AT_REMOVEDIR);
}

/* Closes the folder. */
static void remove_below(int folder, unsigned depth)
{
    DIR *entries = fdopendir(folder);
    if (entries == NULL) {
        (void)close(folder);
        return;
    }
    for (struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            remove_entry(folder, entry->d_name, depth);
    (void)closedir(entries);
}

void run_folder_remove(const struct run_folder *folder)
{
    if (folder->path[0] == '\0')
        return;
    int opened = open(folder->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (opened >= 0)
        remove_below(opened, 0);
    (void)rmdir(folder->path);
}

/* ---- files ----------------------------------------------------------------------------------- */

static int create(const struct run_folder *folder, struct bytes name, struct err *err)
{
    char path[RUN_FOLDER_PATH_OCTETS + 256];
    int wrote = snprintf(path, sizeof(path), "%s/%.*s", folder->path, BYTES_FORMAT(name));
    if (wrote < 0 || (size_t)wrote >= sizeof(path)) {
        err_set(err, ERR_LIMIT, "the path of a file in the run's folder is too long");
        return -1;
    }
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0)
        fail(err, path);
    return file;
}

bool run_folder_write(const struct run_folder *folder, struct bytes name, struct bytes octets,
                      struct err *err)
{
    int file = create(folder, name, err);
    if (file < 0)
        return false;
    bool ok = files_write_all(file, octets) || fail(err, folder->path);
    (void)close(file);
    return ok;
}

/* ---- mail ------------------------------------------------------------------------------------ */

struct mail_writer {
    int file;
    enum mail_form form;
    bool after_cr;  /* a CR is held back: what follows it decides */
    bool in_header; /* BODY: nothing is written yet */
    bool at_start;  /* of a line */
};

static bool write_line_end(const struct mail_writer *writer)
{
    return files_write_all(writer->file, writer->form == MAIL_FORM_CRLF ? BYTES_LITERAL("\r\n")
                                                                        : BYTES_LITERAL("\n"));
}

/* Octets of one line without its LF; line_ends: the LF was there. */
static bool write_part(struct mail_writer *writer, struct bytes part, bool line_ends)
{
    bool held_cr = writer->after_cr;
    bool empty = part.size == 0 && writer->at_start;
    writer->after_cr = false;
    if (held_cr && part.size > 0 && !writer->in_header &&
        !files_write_all(writer->file, BYTES_LITERAL("\r")))
        return false; /* that CR was no part of a line end */
    if (part.size > 0 && part.data[part.size - 1] == '\r') {
        part.size--;
        writer->after_cr = !line_ends;
        empty = part.size == 0 && writer->at_start;
    }
    if (writer->in_header) {
        writer->in_header = !(line_ends && empty);
    } else if (!files_write_all(writer->file, part) || (line_ends && !write_line_end(writer))) {
        return false;
    }
    writer->at_start = line_ends || (writer->at_start && part.size == 0);
    return true;
}

static bool write_converted(struct mail_writer *writer, struct bytes piece)
{
    while (piece.size > 0) {
        size_t length = bytes_find(piece, '\n');
        bool line_ends = length != BYTES_NOT_FOUND;
        struct bytes part = line_ends ? bytes_slice(piece, 0, length) : piece;
        if (!write_part(writer, part, line_ends))
            return false;
        piece = bytes_after(piece, part.size + (line_ends ? 1 : 0));
    }
    return true;
}

/* How much to write when the last line end is left away. */
static uint64_t octets_without_end(const struct mail_text *text)
{
    char last[2] = {0, 0};
    size_t want = text->octets < 2 ? (size_t)text->octets : 2;
    size_t got = mail_text_read(text, text->octets - want, last, want);
    if (got == 0 || last[got - 1] != '\n')
        return text->octets;
    return text->octets - (got == 2 && last[0] == '\r' ? 2 : 1);
}

bool run_folder_write_mail(const struct run_folder *folder, const char *name,
                           const struct mail_text *text, enum mail_form form, struct err *err)
{
    char piece[PIECE_OCTETS];
    struct mail_writer writer = {
        .form = form, .in_header = form == MAIL_FORM_BODY, .at_start = true};
    bool as_is = form == MAIL_FORM_AS_IS || form == MAIL_FORM_OPEN;
    uint64_t octets = form == MAIL_FORM_OPEN ? octets_without_end(text) : text->octets;
    bool ok = true;
    writer.file = create(folder, bytes_of(name), err);
    if (writer.file < 0)
        return false;
    for (uint64_t at = 0; ok && at < octets;) {
        uint64_t left = octets - at;
        size_t got =
            mail_text_read(text, at, piece, left < PIECE_OCTETS ? (size_t)left : PIECE_OCTETS);
        struct bytes read = {piece, got};
        if (got == 0)
            break;
        at += got;
        ok = as_is ? files_write_all(writer.file, read) : write_converted(&writer, read);
    }
    if (ok && writer.after_cr && !writer.in_header)
        ok = files_write_all(writer.file, BYTES_LITERAL("\r"));
    if (!ok)
        fail(err, folder->path);
    (void)close(writer.file);
    return ok;
}
