/*
 * fakesmtp_private.h - one scenario being played, and which thread may touch what.
 *
 * The server's thread lives from fakesmtp_serve() to fakesmtp_serve_end(). In between, `served`
 * belongs to it, and all else to the caller; what both read (scenario, options) does not change.
 */
#ifndef HARNESS_API_FAKESMTP_PRIVATE_H
#define HARNESS_API_FAKESMTP_PRIVATE_H

#include "harness/api/fakesmtp.h"
#include "harness/run/run_verdict.h"
#include "harness/run/run_words.h"
#include "harness/run/suite.h"
#include "transport/socket.h"

#include <uv.h>

#define FAKESMTP_LIMIT_MS 30000
#define FAKESMTP_SETTLE_MS 3000
#define FAKESMTP_REPORT_OCTETS_MAX (256 * 1024)
#define FAKESMTP_RECIPIENTS_MAX 1000

struct fakesmtp_session {
    struct fakesmtp *server;
    struct fakesmtp_session *next, *previous;
    struct connection *connection;
    struct fake_server *engine;
    struct buf mail;
};

struct fakesmtp_served {
    struct arena *arena; /* of the mail */
    struct transcript *transcript;
    struct fakesmtp_session *first; /* the open ones */
    unsigned open;
    unsigned connections;
    struct bytes *mails;
    size_t mail_count;
    struct err trouble; /* the first */
    bool ending;
    unsigned turns_left; /* of the loop, before open connections are counted */
};

struct fakesmtp {
    struct arena *arena;
    struct fakesmtp_options options;
    uint64_t limit_ms;
    uint64_t settle_ms;
    struct suite *suite;
    const struct suite_scenario *source;
    struct scenario scenario;
    bool has_scenario;
    struct scenario personality;
    bool has_personality;
    struct run_folder folder; /* path "" = none was needed */
    struct run_tls tls;
    bool has_tls;
    struct recipe_facts facts;
    bool has_client_cert;

    struct loop *loop;
    struct listener *listener;
    struct timer *settle;
    uv_async_t end;
    uv_idle_t turn;
    uv_thread_t thread;
    bool is_serving;
    struct fakesmtp_served served;

    struct smtp_claim claim;
    bool has_whole;
    struct buf report;
    bool is_finished;
    enum fakesmtp_verdict verdict;
    struct buf findings;
};

/* fakesmtp_load.c: name, or text; data must outlive the call only */
bool fakesmtp_load(struct fakesmtp *server, const char *name, const char *text, struct err *err);

/* fakesmtp_serve.c */
bool fakesmtp_serve(struct fakesmtp *server, struct err *err);
/* is_wanted: connections may end by themselves first. Afterwards there is no thread any more. */
void fakesmtp_serve_end(struct fakesmtp *server, bool is_wanted);

/* fakesmtp_verdict.c */
enum fakesmtp_verdict fakesmtp_judge(struct fakesmtp *server);

#endif
