/*
 * keep.h - stores the transcript of a run, and judges a stored one again.
 *
 * Shape:   DIR/path[instance].transcript, `/` of the name as `/`, with a number before the suffix
 *          where there are several runs.
 * Errors:  ERR_IO with the path, ERR_LIMIT, ERR_MEMORY.
 * Source:  transcript.5.
 */
#ifndef HARNESS_RUN_KEEP_H
#define HARNESS_RUN_KEEP_H

#include "harness/run/results.h"
#include "harness/run/run_one.h"

#define KEEP_OCTETS_MAX ((size_t)256 * 1024 * 1024)

/* number 0: the only run of its instance. */
bool keep_transcript(const char *folder, const struct one_run *run, const struct plan_entry *entry,
                     unsigned number, const struct results *results, struct err *err);

#endif
