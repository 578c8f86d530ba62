/*
 * login.h - logs in at the server for a client that was told other credentials.
 *
 * The client speaks AUTH with the relay as if that were the server, with placeholder credentials;
 * the relay speaks the same mechanism with the server, with the real ones. Both exchanges take the
 * same steps, so each response of the client becomes one of ours and each challenge of the server
 * one that the client can go on with. Where the server proves nothing (PLAIN, LOGIN, CRAM-MD5,
 * XOAUTH2 …) its challenges are passed on as they are, and whatever the client says will do.
 *
 * Shape:   login_begin() at the AUTH command, then login_challenge() and login_respond() in turn.
 * Bounds:  those of sasl.h and sasl_exchange.h.
 * Lives:   what options point to is borrowed; secrets are wiped by login_release().
 * Errors:  ERR_PROTOCOL when the client does not use the placeholder credentials, or the server's
 *          challenge cannot be answered; ERR_MEMORY.
 * Source:  RFC 4954 4; RFC 4422 3.
 */
#ifndef HARNESS_RECORD_LOGIN_H
#define HARNESS_RECORD_LOGIN_H

#include "base/tls.h"
#include "client/sasl.h"
#include "fakeserver/sasl_exchange.h"

struct login_options {
    struct bytes user, password;               /* the real ones */
    struct bytes client_user, client_password; /* placeholders that the client uses */
    struct bytes host;                         /* of the server */
    unsigned port;
};

/* Channel bindings of one side (RFC 5929 3, RFC 9266 2). */
struct login_binding {
    char unique[64], end_point[64], exporter[32];
    struct tls_facts facts;
};

struct login {
    struct sasl_credentials credentials;
    struct account account;
    struct sasl sasl;              /* towards the server */
    struct sasl_exchange exchange; /* towards the client */
    struct login_binding client, server;
    struct buf text;     /* decoded */
    struct buf received; /* the server's last challenge, decoded */
    struct buf line;     /* to be sent */
    unsigned begun;
    bool runs;      /* an exchange that is replaced */
    bool is_mutual; /* the server proves something too: its challenges are replaced */
    bool is_plus_offered;
};

bool login_init(struct login *login, const struct login_options *options); /* false: no memory */
void login_release(struct login *login);
/* What a handshake was, with the client or with the server; copied. */
void login_bind(struct login *login, bool with_server, const struct tls_facts *facts);
/* Each line of the server, before it is passed on: lists of mechanisms, and ends of exchanges. */
void login_hear(struct login *login, struct bytes line);

/* *ret: the line to be sent instead of `AUTH mechanism [response]`, with CRLF; valid until the next
 * call. A mechanism that cannot be spoken here is left as it is, and so is an exchange that the
 * client cancels. */
bool login_begin(struct login *login, struct bytes line, struct bytes *ret, struct err *err);
/* A line of a 334 reply; *ret: what the client is told instead. */
bool login_challenge(struct login *login, struct bytes line, struct bytes *ret, struct err *err);
/* A response line. */
bool login_respond(struct login *login, struct bytes line, struct bytes *ret, struct err *err);
bool login_runs(const struct login *login);

#endif
