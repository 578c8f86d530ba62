/*
 * import.h - a pasted debug log, turned into a scenario.
 *
 * Which side said a line is decided by the line: three digits are a reply, a verb is a command,
 * what follows 334 is a response, what follows 354 is mail data. The log's own mark is asked only
 * where that leaves it open, and turned round when most marks of the log contradict what stands
 * behind them. Lines logged twice count once; what the log cannot prove is left to the model. What
 * mail programs, forums and terminals did to the log is undone first (import_paste.h).
 *
 * Secrets do not get through: arguments of AUTH, responses and mail data are dropped; the user name
 * and the password that they hold are replaced by {user} and {password} wherever else they stand,
 * mailboxes by {from}, {to} and made-up ones, addresses of hosts by 192.0.2.1 (RFC 5737).
 *
 * Shape:   the scenario's text of one connection, with a comment behind each line that is not
 *          certain.
 * Bounds:  IMPORT_OCTETS_MAX, IMPORT_LINES_MAX; IMPORT_MAILBOXES_MAX different mailboxes.
 * Lives:   in the arena given.
 * Errors:  ERR_SYNTAX when the log holds no dialogue, or fewer connections; ERR_LIMIT; ERR_MEMORY.
 */
#ifndef HARNESS_IMPORT_IMPORT_H
#define HARNESS_IMPORT_IMPORT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#define IMPORT_OCTETS_MAX ((size_t)16 * 1024 * 1024)
#define IMPORT_LINES_MAX 100000
#define IMPORT_MAILBOXES_MAX 256

struct import_counts {
    size_t lines;   /* of the log */
    size_t client;  /* commands, responses, mail data */
    size_t server;  /* reply lines */
    size_t passed;  /* over: noise, or nothing that can be told */
    size_t doubles; /* logged twice */
    size_t agreed;  /* marks that say what the line says */
    size_t contradicted;
    bool inverted;   /* the marks are written from the other side */
    size_t sessions; /* connections that the log shows */
};

struct import_options {
    struct bytes title; /* may be empty: one is made up */
    size_t session;     /* which connection of the log, from 1 on; 0 = the first */
};

/* The scenario is appended to ret. */
bool import_log(struct bytes log, const struct import_options *options, struct arena *arena,
                struct buf *ret, struct import_counts *ret_counts, struct err *err);

#endif
