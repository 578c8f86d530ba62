#include "client/smtpsend_source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool io_error(struct err *err, const char *doing)
{
    return err_set(err, ERR_IO, "%s: %s", doing, strerror(errno));
}

static bool write_all(int descriptor, struct bytes octets)
{
    while (octets.size > 0) {
        ssize_t done = write(descriptor, octets.data, octets.size);

        if (done < 0 && errno != EINTR)
            return false;
        if (done > 0)
            octets = bytes_after(octets, (size_t)done);
    }
    return true;
}

/* A nameless file that goes with the process. */
static int open_spool(void)
{
    FILE *file = tmpfile();
    int copy = file ? dup(fileno(file)) : -1;

    if (file)
        (void)fclose(file);
    return copy;
}

static bool spool(struct smtpsend_source *source, int from, struct err *err)
{
    ssize_t got;

    source->descriptor = open_spool();
    if (source->descriptor < 0)
        return io_error(err, "making a temporary file for the message");
    source->owned = true;
    while ((got = read(from, source->piece, SMTPSEND_PIECE_OCTETS)) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return io_error(err, "reading the message");
        if (!write_all(source->descriptor, (struct bytes){source->piece, (size_t)got}))
            return io_error(err, "keeping the message in a temporary file");
        source->octets += (uint64_t)got;
    }
    return true;
}

static bool open_file(struct smtpsend_source *source, const char *path, struct err *err)
{
    bool is_input = !path || strcmp(path, "-") == 0;
    int descriptor = is_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    struct stat is;
    bool ok;

    if (descriptor < 0 || fstat(descriptor, &is) != 0)
        return io_error(err, is_input ? "standard input" : path);
    if (S_ISREG(is.st_mode) && lseek(descriptor, 0, SEEK_CUR) == 0) {
        source->descriptor = descriptor;
        source->owned = !is_input;
        source->octets = (uint64_t)is.st_size;
        return true;
    }
    if (S_ISDIR(is.st_mode)) {
        errno = EISDIR;
        ok = io_error(err, is_input ? "standard input" : path);
    } else {
        ok = spool(source, descriptor, err);
    }
    if (!is_input)
        (void)close(descriptor);
    return ok;
}

static bool scan(struct smtpsend_source *source, struct smtp_message *message, struct err *err)
{
    struct smtp_measure measure;
    uint64_t offset = 0;
    bool last = false;

    smtp_measure_init(&measure, message);
    while (!last) {
        struct bytes piece = BYTES_NONE;

        if (!smtpsend_source_read(source, offset, &piece, &last, err) ||
            !smtp_measure_take(&measure, piece, err))
            return false;
        offset += piece.size;
    }
    message->streamed = true;
    return smtp_measure_end(&measure, message, err);
}

bool smtpsend_source_open(struct smtpsend_source *source, const char *path,
                          struct smtp_message *message, struct err *err)
{
    *source = (struct smtpsend_source){.descriptor = -1, .piece = malloc(SMTPSEND_PIECE_OCTETS)};
    if (!source->piece)
        return err_memory(err);
    return open_file(source, path, err) && scan(source, message, err);
}

bool smtpsend_source_read(struct smtpsend_source *source, uint64_t offset, struct bytes *ret,
                          bool *ret_last, struct err *err)
{
    uint64_t left = source->octets - offset;
    size_t wanted = left < SMTPSEND_PIECE_OCTETS ? (size_t)left : SMTPSEND_PIECE_OCTETS;
    size_t got = 0;

    while (got < wanted) {
        ssize_t done =
            pread(source->descriptor, source->piece + got, wanted - got, (off_t)(offset + got));

        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return io_error(err, "reading the message");
        if (done == 0)
            return err_set(err, ERR_IO, "the message became shorter while it was read");
        got += (size_t)done;
    }
    *ret = (struct bytes){source->piece, got};
    *ret_last = offset + got == source->octets;
    return true;
}

void smtpsend_source_close(struct smtpsend_source *source)
{
    if (source->owned)
        (void)close(source->descriptor);
    free(source->piece);
    source->piece = NULL;
    source->owned = false;
}
