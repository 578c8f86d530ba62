/*
 * record_private.h - one `smtpdrill record` while it runs, as its parts know it: the sessions
 * (record.c), the client that is run (record_client.c), what is written (record_write.c).
 */
#ifndef HARNESS_RECORD_RECORD_PRIVATE_H
#define HARNESS_RECORD_RECORD_PRIVATE_H

#include "harness/process/process.h"
#include "harness/record/record.h"
#include "harness/run/run_client.h"
#include "harness/run/run_folder.h"
#include "harness/run/run_tls.h"
#include "transport/socket.h"

struct record_session;

struct record {
    const struct record_options *options;
    struct record_tally *tally;
    struct loop *loop;
    struct listener *listener;
    struct run_folder folder; /* of all files that are not the user's */
    struct run_tls tls;       /* towards clients */
    struct tls_context *to_server;
    struct record_session *first; /* the open ones */
    size_t open;
    size_t made;
    bool stopping;
    struct err trouble; /* the first one */

    /* Of the client that is run. */
    struct arena *arena;
    struct run_folder prepared; /* for what its recipe prepares */
    struct run_setting setting;
    struct run_client *client;
    const char *client_version;
    struct err client_err;
    struct process *process;
    struct timer *settle;
    uint64_t settle_until_ms;
};

void record_note(struct record *record, const struct err *err);
/* No more sessions are taken, the open ones are ended; the loop ends when they are gone. */
void record_stop(struct record *record);

/* ---- record_client.c ------------------------------------------------------------------------- */

bool record_client_start(struct record *record, struct err *err);
void record_client_release(struct record *record);

/* ---- record_write.c -------------------------------------------------------------------------- */

/* Of one session that is over. */
bool record_write(struct record *record, const struct recorder *recorder, struct arena *arena,
                  struct err *err);

#endif
