/*
 * smtpsend_session.h - the messages of smtpsend, on as many connections as it takes.
 *
 * All messages go through one connection, one after the other. Another one is made at once where
 * the server takes no more in one session (RFC 9422), and after --retry-after where outcomes are
 * temporary and --retry allows it (RFC 5321 4.5.4.1). The addresses of the servers are tried in
 * their order each time (smtpsend_servers.h).
 *
 * Lives:   options, host, password and TLS are the caller's; the rest is freed by _release().
 * Errors:  ERR_IO, ERR_MEMORY: trouble of our own; what the server does is in the reports.
 */
#ifndef CLIENT_SMTPSEND_SESSION_H
#define CLIENT_SMTPSEND_SESSION_H

#include "client/smtpsend_mail.h"
#include "client/smtpsend_queue.h"
#include "client/smtpsend_report.h"
#include "client/smtpsend_servers.h"
#include "transport/tls_context.h"

struct smtpsend_session {
    const struct smtpsend_options *options;
    struct smtp_client_options client_options;
    struct tls_context *tls;         /* NULL: none is made */
    struct smtpsend_report *reports; /* one a message */
    struct smtpsend_queue queue;
    struct smtpsend_servers servers;
    struct smtpsend_mail mail; /* that is being sent */
    struct loop *loop;
    struct connection *connection; /* NULL: none, or over */
    struct smtp_client *client;
    struct smtp_extensions offered; /* by the last server */
    unsigned retries_left;
    uint64_t began_ms;
    bool interrupted;
    struct err refusal; /* of a message that no server was asked to take; kind NONE: none */
    char trouble[240];
};

bool smtpsend_session_run(struct smtpsend_session *session, struct err *err);
void smtpsend_session_release(struct smtpsend_session *session);

#endif
