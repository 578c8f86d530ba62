/*
 * transcript_text.h - a run written down, so that its verdict can be computed again.
 *
 * The text holds the records and all that the judge needs beside them: the scenario with the files
 * that it loads, which instance of it, the seed, what the client said. It is ASCII apart from the
 * lines of those files, and every octet of a stranger in it is escaped.
 *
 * Bounds:  those of the transcript; TRANSCRIPT_TEXT_FILES_MAX files. Printing ends at the maximum
 *          of the buffer (ERR_LIMIT).
 * Lives:   what is parsed lives in the arena given, records in the transcript given.
 * Errors:  ERR_SYNTAX with line and column, ERR_LIMIT, ERR_MEMORY.
 * Source:  transcript.5.
 */
#ifndef FAKESERVER_TRANSCRIPT_TEXT_H
#define FAKESERVER_TRANSCRIPT_TEXT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/smtp_outcome.h"
#include "fakeserver/judge.h"

#define TRANSCRIPT_TEXT_FILES_MAX 64

struct transcript_file {
    struct bytes path;
    struct bytes text;
};

/* All but the records. */
struct transcript_text {
    struct bytes scenario; /* its path, as given to scenario_file_parse() */
    struct bytes instance; /* code=421,at=MAIL; may be empty */
    uint64_t seed;
    struct bytes client; /* its name; may be empty */
    struct bytes version;
    bool has_cut;
    struct cut cut;
    uint64_t cut_timeout_ms; /* that the client was given for it; 0: the scenario's */
    bool cut_hurries;        /* … and that it may not keep */
    bool has_uncut;
    struct judge_uncut uncut; /* of the run without the cut */
    bool has_claim;
    struct smtp_claim claim;
    const struct transcript_file *files; /* [0] is the scenario, then what it loads */
    size_t file_count;
};

bool transcript_text_print(const struct transcript_text *text, const struct transcript *transcript,
                           struct buf *to, struct err *err);
/* The transcript is to be empty. */
bool transcript_text_parse(struct bytes octets, struct arena *arena, struct transcript_text *ret,
                           struct transcript *transcript, struct err *err);

/* One record as its line, without line end. */
bool transcript_text_print_record(const struct transcript_record *record, struct buf *to);

/* Answers from the files of the text; text is borrowed. */
struct scenario_loader transcript_text_loader(const struct transcript_text *text);

/* Finds the instance and makes it, as it was run. */
bool transcript_text_scenario(const struct transcript_text *text, struct arena *arena,
                              struct scenario *ret, struct err *err);

#endif
