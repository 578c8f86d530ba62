/*
 * session_private.h - one seed, as its parts know it.
 */
#ifndef TESTS_SIMULATE_SESSION_PRIVATE_H
#define TESTS_SIMULATE_SESSION_PRIVATE_H

#include "client/smtpsend_queue.h"
#include "tests/simulate/gate.h"
#include "tests/simulate/ledger.h"
#include "tests/simulate/session.h"

#define MAIL_OCTETS_MAX ((size_t)128 * 1024)

struct session {
    struct chance chance;
    enum session_mutant mutant;
    bool print;
    struct session_result result;
    struct ledger ledger;
    struct smtpsend_queue queue;
    enum smtp_outcome outcomes[LEDGER_MESSAGES_MAX][LEDGER_RECIPIENTS_MAX];
    struct smtp_client_options options;
    bool lmtp;
    bool auth;
    bool implicit_tls;
    struct smtp_client_event first; /* outcome at the end of this message's data */
    bool has_first;
    bool retries_unknown; /* rather twice than never (RFC 5321 6.1) */
    unsigned retries;

    struct buf texts[LEDGER_MESSAGES_MAX]; /* the messages */
    struct bytes contents[LEDGER_MESSAGES_MAX];
    struct buf twice;
    struct bytes paths[LEDGER_RECIPIENTS_MAX];
    struct bytes froms[LEDGER_MESSAGES_MAX];

    /* of the connection at hand */
    struct smtp_client *client;
    struct fake_server *server;
    struct network network;
    struct gate client_gate;
    struct gate server_gate;
    struct buf mail;
    struct buf script;
    struct memory *memory;
    bool over;
};

/* session_prepare.c: what is to be sent, and how. False: out of memory. */
bool session_prepare(struct session *session);

/* session_mutant.c: what is planted between the client and its user. */
struct bytes session_octets_of(struct session *session, size_t message);
void session_spoil(struct session *session, struct smtp_client_event *event);

#endif
