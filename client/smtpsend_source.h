/*
 * smtpsend_source.h - the message of smtpsend: a file, standard input, or octets made here.
 *
 * A file is read twice: first scanned (what cannot be sent is refused before anyone is bothered),
 * then fed to the client in pieces. What can be read only once is copied to a temporary file first,
 * so that size is bounded by the disk.
 *
 * Lives:   open until smtpsend_source_close().
 * Errors:  ERR_IO with the name of the file; those of smtp_data.h.
 */
#ifndef CLIENT_SMTPSEND_SOURCE_H
#define CLIENT_SMTPSEND_SOURCE_H

#include "base/buf.h"
#include "client/smtp_message.h"

enum { SMTPSEND_PIECE_OCTETS = 64 * 1024 };

struct smtpsend_source {
    int descriptor;
    bool owned;
    uint64_t octets; /* of the file */
    char *piece;
};

/* path NULL or "-": standard input. Fills what is measured, and streamed. The request of the
 * message decides how it is measured. */
bool smtpsend_source_open(struct smtpsend_source *source, const char *path,
                          struct smtp_message *message, struct err *err);
/* Octets from the offset on, at most SMTPSEND_PIECE_OCTETS; valid until the next call. */
bool smtpsend_source_read(struct smtpsend_source *source, uint64_t offset, struct bytes *ret,
                          bool *ret_last, struct err *err);
void smtpsend_source_close(struct smtpsend_source *source);

#endif
