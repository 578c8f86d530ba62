/*
 * scenario_sweep.h - the sweep lines of a file, shared by the files that read them.
 *
 * Lives:   the reader is on the stack of one line's reading; what it makes lives in the arena.
 */
#ifndef FAKESERVER_SCENARIO_SWEEP_H
#define FAKESERVER_SCENARIO_SWEEP_H

#include "fakeserver/scenario_private.h"

/* What the functions below share while one sweep line is read. */
struct sweep_reader {
    struct scenario_text text; /* the body of the line */
    const struct scenario_word *words;
    size_t word_count;
    struct arena *arena;
    struct err *err;
    struct scenario_sweep *sweep;
};

/* Rows are told apart by a digest (FNV-1a), not each compared with each. */
#define SWEEP_DIGEST_START UINT64_C(0xcbf29ce484222325)

struct row_digest {
    uint64_t digest;
    size_t row;
};

/* scenario_sweep.c */
uint64_t sweep_digest(uint64_t digest, struct bytes octets);
int sweep_compare_digests(const void *left, const void *right);
struct bytes sweep_slug(struct arena *arena, struct bytes value);
bool sweep_label_rows(struct sweep_reader *reader, const size_t *columns, size_t column_count);

/* scenario_table.c */
bool sweep_read_table(struct sweep_reader *reader, const struct scenario_file *file);

#endif
