/*
 * recorder.h - follows a session between a client and a server, and keeps it as a dialogue.
 *
 * It is told all octets of both sides, in the order in which they may pass: who relays them asks
 * recorder_waits() first, since what a client sends behind STARTTLS, AUTH, a client response or
 * DATA can be told apart only when that is answered (RFC 2920 3.1: these end a command group).
 *
 * Shape:   units and replies of import_dialogue.h; mail data is counted, or kept too.
 * Laws:    any division of the octets gives the same dialogue.
 * Bounds:  RECORDER_UNITS_MAX units, RECORDER_LINE_OCTETS_MAX octets of a line (the rest is not
 *          kept), RECORDER_MAIL_OCTETS_MAX octets of mail data. Past the first, nothing more is
 *          recorded: recorder_is_whole().
 * Lives:   everything in the arena given, credentials too: they are for generalise() to know.
 * Errors:  none; out of memory counts as not whole.
 * Source:  RFC 5321 4.1.1, 4.5.2; RFC 2920 3.1; RFC 3030 2; RFC 3207 4; RFC 4954 4.
 */
#ifndef HARNESS_RECORD_RECORDER_H
#define HARNESS_RECORD_RECORDER_H

#include "base/engine.h"
#include "harness/import/import_dialogue.h"

#define RECORDER_UNITS_MAX 10000
#define RECORDER_LINE_OCTETS_MAX (16 * 1024)
#define RECORDER_MAIL_OCTETS_MAX (256 * 1024)

/* What the client sends next. */
enum recorder_expects {
    RECORDER_COMMAND,
    RECORDER_RESPONSE, /* of SASL */
    RECORDER_CONTENT,  /* mail data, up to its end indication */
    RECORDER_CHUNK     /* of BDAT */
};

enum recorder_side { RECORDER_CLIENT, RECORDER_SERVER };

struct recorder {
    struct arena *arena;
    struct import_dialogue dialogue;
    bool lost; /* something could not be kept */
    enum recorder_expects expects;
    bool waits;
    bool in_reply;    /* its last line says that another one follows */
    size_t answered;  /* units that have their reply */
    uint64_t last_ms; /* when the server was last to move */
    uint64_t chunk_left;
    unsigned dot_at; /* octets of CRLF "." CRLF seen last */
    uint64_t content_octets, content_lines;
    struct buf mail; /* first message, transparency undone; max 0 = not kept */
    bool mail_whole; /* it is there to its end */
    bool ended;      /* one side has ended; who comes later says nothing new */
};

/* False: no memory. */
bool recorder_init(struct recorder *recorder, struct arena *arena, bool implicit_tls,
                   bool keep_mail, uint64_t now_ms);
void recorder_release(struct recorder *recorder);

enum recorder_expects recorder_expects(const struct recorder *recorder);
bool recorder_waits(const struct recorder *recorder); /* the client's next octets have to wait */

/* Commands and responses: a whole line with its line end, or a last one without. Mail data and
 * chunks: as it comes; returns how many octets belong to it. */
void recorder_line(struct recorder *recorder, uint64_t now_ms, struct bytes line);
size_t recorder_content(struct recorder *recorder, uint64_t now_ms, struct bytes octets);
/* One line of the server with its line end. True: it ends a positive reply to STARTTLS. */
bool recorder_reply_line(struct recorder *recorder, uint64_t now_ms, struct bytes line);
void recorder_ended(struct recorder *recorder, enum recorder_side side, enum engine_end how);

bool recorder_is_whole(const struct recorder *recorder);
/* The first message, transparency undone; data NULL: it was not kept, or not whole. */
struct bytes recorder_mail(const struct recorder *recorder);

#endif
