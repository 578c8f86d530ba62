/*
 * patience.h - how long a client waited for a server that had fallen silent, and for what.
 *
 * Counted from when the server fell silent for good to when the client closed, or said QUIT or RSET
 * instead of waiting on; for a block of mail data, from when the server stopped to read.
 *
 * Bounds:  PATIENCE_SLACK_MS: the client counts from when it sent, the server from when that came.
 * Lives:   nothing is kept; `record` is an index into the transcript.
 * Source:  RFC 5321 4.5.3.2.
 */
#ifndef FAKESERVER_PATIENCE_H
#define FAKESERVER_PATIENCE_H

#include "fakeserver/transcript.h"

#define PATIENCE_SLACK_MS 1000

/* enum, word, the seconds that a client SHOULD wait at least (0: RFC 5321 names none), source */
#define PATIENCE_TABLE(X)                                                                          \
    X(GREETING, "greeting", 300, "RFC 5321 4.5.3.2.1")                                             \
    X(EHLO, "EHLO", 0, "-")                                                                        \
    X(MAIL, "MAIL", 300, "RFC 5321 4.5.3.2.2")                                                     \
    X(RCPT, "RCPT", 300, "RFC 5321 4.5.3.2.3")                                                     \
    X(DATA, "DATA", 120, "RFC 5321 4.5.3.2.4")                                                     \
    X(BLOCK, "data block", 180, "RFC 5321 4.5.3.2.5")                                              \
    X(END_OF_DATA, "end of data", 600, "RFC 5321 4.5.3.2.6")                                       \
    X(OTHER, "another command", 0, "-")

enum patience_stage {
#define X(name, word, least_s, source) PATIENCE_##name,
    PATIENCE_TABLE(X)
#undef X
        PATIENCE_COUNT
};

struct patience {
    enum patience_stage stage;
    bool stalled; /* the server was told to say nothing more, or to read nothing; else it only came
                     to nothing more */
    bool gave_up; /* false: the run ended first */
    uint64_t waited_ms;
    size_t record; /* that ended it */
};

/* False: the server never spoke, or nothing ended. */
bool patience_measure(const struct transcript *transcript, struct patience *ret);
const char *patience_word(enum patience_stage stage);
unsigned patience_least_s(enum patience_stage stage);
const char *patience_source(enum patience_stage stage);

#endif
