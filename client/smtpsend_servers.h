/*
 * smtpsend_servers.h - the servers that were named, and which of their addresses comes next.
 *
 * Each server's addresses in their order, then the next server's (RFC 5321 5.1): one that cannot be
 * connected, or that does not greet, or greets with 4yz. Never one after a refusal for good, and
 * never one after a server that greeted: what it says then is an answer.
 *
 * Shape:   _begin() for a new try from the first address on; tries[]: how it went since.
 * Lives:   servers are the caller's; _release() frees the rest.
 * Source:  RFC 5321 5.1, 3.8 (421).
 */
#ifndef CLIENT_SMTPSEND_SERVERS_H
#define CLIENT_SMTPSEND_SERVERS_H

#include "base/bytes.h"
#include "base/err.h"
#include "client/smtp_client.h"
#include "transport/route.h"

enum { SMTPSEND_PORT_DEFAULT = 587 }; /* RFC 6409 3.1; RFC 5321 2.1 wants submission from us */

struct smtpsend_server {
    char host[ROUTE_HOST_MAX + 1];
    unsigned port;
    bool has_port;
};

/* HOST, HOST:PORT, [IPv6], [IPv6]:PORT, or an IPv6 address alone: it has more than one colon. */
bool smtpsend_server_parse(struct bytes text, struct smtpsend_server *ret, struct err *err);

struct smtpsend_try {
    struct route_name server;
    char why[160]; /* it was not taken; "": it was */
};

struct smtpsend_servers {
    const struct smtpsend_server *list;
    size_t count;
    size_t index;
    struct route route; /* of that server */
    struct smtpsend_try *tries;
    size_t try_count;
    bool answered; /* one turned us away in words of its own */
};

bool smtpsend_servers_init(struct smtpsend_servers *servers, const struct smtpsend_server *list,
                           size_t count); /* False: out of memory */
void smtpsend_servers_release(struct smtpsend_servers *servers);

void smtpsend_servers_begin(struct smtpsend_servers *servers);
const struct smtpsend_server *smtpsend_servers_current(const struct smtpsend_servers *servers);
/* After a connection: is there an address that was not tried; and go on to it. */
bool smtpsend_servers_has_next(const struct smtpsend_servers *servers);
void smtpsend_servers_next(struct smtpsend_servers *servers);

/* What connection_new() tells of an address (transport/connection.h). */
void smtpsend_servers_note(struct smtpsend_servers *servers, const char *address,
                           const char *trouble);
/* A RECIPIENT event that says that no session came about. */
void smtpsend_servers_turned_away(struct smtpsend_servers *servers,
                                  const struct smtp_client_event *event);

#endif
