/*
 * import_dialogue.h - who said what in a pasted log: units of the client, each with its replies.
 *
 * Replies belong to units by counting (RFC 2920 3.1), so a log of a command group is put in order.
 *
 * Shape:   each session begins with a unit for the connection, whose reply is the greeting; then
 *          one unit each for a command, a response, the mail data, or what is not shown.
 * Bounds:  those of import.h.
 * Lives:   everything in the arena given; texts may point into the log.
 * Errors:  ERR_MEMORY, ERR_LIMIT.
 */
#ifndef HARNESS_IMPORT_IMPORT_DIALOGUE_H
#define HARNESS_IMPORT_IMPORT_DIALOGUE_H

#include "harness/import/import.h"
#include "harness/import/import_content.h"

#include <stdint.h>

/* What speaks for the side that is said to have said a line. */
enum import_proof {
    IMPORT_PROOF_BOTH,    /* the line itself, and its mark */
    IMPORT_PROOF_CONTENT, /* the line itself; it has no mark */
    IMPORT_PROOF_AGAINST, /* the line itself; its mark says otherwise */
    IMPORT_PROOF_MARK,    /* its mark alone */
    IMPORT_PROOF_PLACE    /* where it stands */
};

enum import_kind {
    IMPORT_CONNECTION,
    IMPORT_COMMAND,
    IMPORT_RESPONSE,
    IMPORT_CONTENT,
    IMPORT_GAP /* something that the log does not show */
};

struct import_reply_line {
    struct bytes text; /* with its code */
    enum import_proof proof;
    uint64_t delay_ms; /* first line of a reply: the server took so long; 0 = not told */
    struct import_reply_line *next;
};

struct import_unit {
    enum import_kind kind;
    enum smtp_verb verb; /* COMMAND */
    struct bytes text;   /* COMMAND, RESPONSE; CONTENT: empty */
    enum import_proof proof;
    struct import_reply_line *reply; /* NULL: the log has none */
    struct import_reply_line *last;
    unsigned code;           /* of the last whole reply; 0 = none */
    uint64_t content_octets; /* CONTENT: on the wire; 0 = not told */
    uint64_t content_lines;
    bool is_cut; /* CONTENT: a reply, or the end, came before its end indication */
};

/* How it ended, where that is known; no log tells. */
enum import_end {
    IMPORT_END_UNKNOWN,
    IMPORT_END_CLIENT,     /* the client was the first to end it */
    IMPORT_END_CLOSE,      /* the server was: FIN … */
    IMPORT_END_HALF_CLOSE, /* … and the client said more behind that … */
    IMPORT_END_RESET       /* … or RST */
};

struct import_dialogue {
    struct import_unit *units;
    size_t count;
    enum import_end end;
    size_t end_unit;   /* index of the last unit before the server's end */
    bool implicit_tls; /* before the greeting */
    size_t sessions;
};

bool import_dialogue_read(struct bytes log, struct arena *arena, struct import_dialogue *ret,
                          struct import_counts *counts, struct err *err);

#endif
