/*
 * excerpt.h - the part of a transcript around a finding, for people to read.
 *
 * Shape:   lines `C: …`, `S: …`, `!…` with the time behind them, a caret under the record of the
 *          finding; all foreign octets escaped. Each line is indented by three blanks.
 * Bounds:  EXCERPT_BEFORE records before, EXCERPT_AFTER behind; EXCERPT_COLUMNS of each line.
 */
#ifndef HARNESS_RUN_EXCERPT_H
#define HARNESS_RUN_EXCERPT_H

#include "base/buf.h"
#include "fakeserver/finding.h"
#include "fakeserver/transcript.h"

#define EXCERPT_BEFORE 7
#define EXCERPT_AFTER 1
#define EXCERPT_COLUMNS 64
#define EXCERPT_OCTETS_MAX (64 * 1024)

/* False: the buffer is full or no memory. */
bool excerpt_write(struct buf *to, const struct transcript *transcript,
                   const struct finding *finding);
/* The whole transcript in the same form. */
bool excerpt_write_all(struct buf *to, const struct transcript *transcript);

#endif
