/*
 * run_one_private.h - one run, as its parts know it: run_one.c and, where its time jumps,
 * run_warp.c.
 */
#ifndef HARNESS_RUN_RUN_ONE_PRIVATE_H
#define HARNESS_RUN_RUN_ONE_PRIVATE_H

#include "fakeserver/fake_server.h"
#include "harness/run/run_facts.h"
#include "harness/run/run_one.h"
#include "harness/run/run_verdict.h"
#include "harness/warp/warp.h"
#include "transport/socket.h"

struct run_connection {
    struct one_run *run;
    struct fake_server *server; /* NULL: it is over */
    struct connection *connection;
};

struct one_run {
    const struct run_setting *setting;
    const struct plan_entry *entry;
    void (*over)(void *owner);
    void *owner;
    struct arena *arena;
    struct scenario scenario;
    bool has_scenario;
    struct scenario personality;
    bool has_personality;
    struct cut cut;
    bool has_cut;
    bool is_hurried; /* the time limit is the cut's, and the client may not keep it */
    struct transcript *transcript;
    struct run_folder folder;
    struct listener *listener;
    struct run_connection connections[RUN_CONNECTIONS_MAX];
    unsigned connection_count;
    unsigned refused_connections; /* beyond RUN_CONNECTIONS_MAX */
    unsigned open;
    struct process *process;
    struct process_end end;
    bool process_over;
    struct timer *settle;
    struct warp *warp; /* NULL: its time is that of the loop */
    uint64_t moved;    /* counts what came and went on its connections */
    uint64_t settle_from_ms;
    uint64_t started_ms;
    uint64_t limit_ms;

    struct smtp_claim claim;
    bool has_claim;
    struct run_verdict verdict;
    struct err err; /* kind ERR_NONE: none */
    bool is_over;
};

/* run_warp.c; without a warp they do nothing. */
bool run_warp_prepare(struct one_run *run);
/* What is run in the place of the command, where it is to be warped. */
bool run_warp_command(struct one_run *run, struct run_command *command);
void run_warp_begin(struct one_run *run); /* the client has started */
void run_warp_end(struct one_run *run);   /* it has ended */
uint64_t run_warp_ahead_ms(const struct one_run *run);
uint64_t run_now_ms(const struct one_run *run); /* of the run's time */

#endif
