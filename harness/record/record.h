/*
 * record.h - listens as if it were the server, relays each session to the real one, and writes
 * each as a scenario.
 *
 * Shape:   one listener; each connection to it gets one of its own to the server. A client can be
 *          run too: then it all ends with that, else with the first session (once) or a signal.
 *          What was recorded until then is written in any case.
 * Files:   output, and for later sessions output with -2, -3 … before its suffix; never one that
 *          is there already.
 * Bounds:  RECORD_SESSIONS_MAX sessions at a time; more are refused.
 * Lives:   options are borrowed until record_run() returns.
 * Errors:  ERR_IO, ERR_PROTOCOL (the first trouble of a session), ERR_MEMORY.
 */
#ifndef HARNESS_RECORD_RECORD_H
#define HARNESS_RECORD_RECORD_H

#include "harness/recipe/recipe.h"
#include "harness/record/relay.h"

#define RECORD_SESSIONS_MAX 100
#define RECORD_USER "user@client.example" /* the placeholder credentials of a login */
#define RECORD_PASSWORD "not-the-real-one"

struct record_options {
    const char *host; /* of the server */
    unsigned port;
    const char *listen_host; /* numeric */
    unsigned listen_port;
    enum relay_tls to_server;
    bool client_implicit;    /* TLS with the client before the greeting */
    bool client_starttls;    /* a client that is run here is told to use it */
    const char *server_name; /* that the server's certificate has to have */
    const char *cacert;      /* PEM; NULL: the roots of the system */
    bool insecure;           /* the certificate is not looked at */
    const char *ca_file;     /* where the CA for clients is written; NULL: a folder of its own */
    const char *tls_name;    /* of the relay in its certificates */
    struct bytes user, password; /* to log in with at the server; empty: the client's own */
    bool keep_data;
    bool once;
    const char *output;
    const char *title; /* NULL: one is made up */

    const struct recipe *recipe; /* of a client to be run; NULL: none */
    bool is_command;             /* it was made of a COMMAND */
    const char *clients;         /* folder of recipes */
    const char *smtpsend;
    const char *from; /* what that client is told; NULL: what a scenario would say */
    const char *rcpt;
    struct bytes message; /* data NULL: the usual small one */
};

struct record_tally {
    size_t sessions;   /* that were recorded */
    char first[512];   /* path of the first file; "" = none */
    int client_status; /* exit status of the client; -1: it was ended by a signal */
    bool client_was_run;
};

bool record_run(const struct record_options *options, struct record_tally *ret, struct err *err);

#endif
