/*
 * fakesmtpd_print.h - what fakesmtpd shows of a dialogue, and the transcripts that it keeps.
 *
 * Everything of a stranger is escaped; records are redacted already.
 *
 * Errors:  ERR_IO with the path; ERR_LIMIT, ERR_MEMORY.
 */
#ifndef FAKESERVER_FAKESMTPD_PRINT_H
#define FAKESERVER_FAKESMTPD_PRINT_H

#include "base/buf.h"
#include "fakeserver/fakesmtpd_load.h"
#include "fakeserver/transcript.h"

#define FAKESMTPD_LINE_MAX ((size_t)128 * 1024)

/* On stderr; line is room for what is printed, with FAKESMTPD_LINE_MAX. */
void fakesmtpd_print_record(size_t connection, const struct transcript_record *record,
                            struct buf *line);
/* Into a new file: nothing is written over. */
bool fakesmtpd_print_transcript(const struct fakesmtpd_load *load,
                                const struct transcript *transcript, const char *path,
                                struct err *err);

#endif
