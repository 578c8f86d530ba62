/*
 * import_dialogue_private.h - the reading of a log, as far as it has come.
 *
 * import_dialogue.c goes through the lines; import_dialogue_units.c puts what they are together.
 */
#ifndef HARNESS_IMPORT_IMPORT_DIALOGUE_PRIVATE_H
#define HARNESS_IMPORT_IMPORT_DIALOGUE_PRIVATE_H

#include "harness/import/import_dialogue.h"
#include "harness/import/import_line.h"

struct read_line {
    struct import_line line;
    bool dot_ahead; /* a dot alone comes before the next command to send mail */
};

struct reading {
    struct arena *arena;
    struct read_line *lines;
    size_t line_count;
    bool one_sided; /* the log shows what the client said, and no reply but in errors */
    struct import_dialogue *dialogue;
    struct import_counts *counts;
    size_t answered;                 /* units whose replies are whole */
    bool open;                       /* the last reply line was not the last of its reply */
    bool in_data;                    /* 354 was said */
    bool in_auth;                    /* 334 was said */
    size_t session;                  /* index of its first unit */
    struct import_reply_line *whole; /* the last whole reply … */
    struct import_reply_line *again; /* … and the line of it that would come if it were repeated */
};

bool reading_add_unit(struct reading *reading, const struct import_unit *unit);
struct import_unit *reading_last_unit(const struct reading *reading);
bool reading_open_session(struct reading *reading);
bool reading_is_begun(const struct reading *reading); /* something of the session was said */
/* Between these two there was more than the log shows: AUTH, or all that was said under TLS. */
bool reading_add_gap(struct reading *reading, bool auth);
/* A reply that is there already, whole: some programs log each line, then all of them. */
bool reading_repeats(struct reading *reading, struct bytes text);
bool reading_add_reply_line(struct reading *reading, struct bytes text, enum import_proof proof);
bool reading_add_command(struct reading *reading, struct bytes text, enum import_proof proof);

#endif
