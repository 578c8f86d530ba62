/*
 * run_tls.h - the TLS of one `smtpdrill run`: a CA that lives as long, and a server's context.
 *
 * The certificates name the server by tls_ca_server_name(): a name of its own for clients that can
 * be told which one to verify (capability tls-name), localhost for the others; nothing is looked up
 * outside of this machine. A certificate for addresses is for clients that know an address alone.
 *
 * Lives:   until run_tls_close(); files stand in the folder given, and go with it.
 * Errors:  ERR_IO with the path, ERR_MEMORY.
 */
#ifndef HARNESS_RUN_RUN_TLS_H
#define HARNESS_RUN_RUN_TLS_H

#include "fakeserver/scenario.h"
#include "harness/run/run_folder.h"
#include "transport/tls_ca.h"
#include "transport/tls_context.h"

#define RUN_TLS_NAME "mail.server.example"

struct run_tls {
    struct tls_ca *ca;
    struct tls_context *context;
    bool takes_name;
    char ca_path[RUN_FOLDER_PATH_OCTETS + 16]; /* PEM */
};

/* takes_name: the client can be told a name to verify that is not the host to which it connects. */
bool run_tls_open(struct run_tls *tls, bool takes_name, const struct run_folder *folder,
                  struct err *err);
/* The same for a server of this name, which the client is not told apart from its host. */
bool run_tls_open_named(struct run_tls *tls, const char *name, const struct run_folder *folder,
                        struct err *err);
void run_tls_close(struct run_tls *tls);
/* Makes what the handshakes of a scenario need, before a client waits for it; ciphers that nobody
 * knows are found here. personality: NULL = none. */
bool run_tls_prepare(const struct run_tls *tls, const struct scenario *scenario,
                     const struct scenario *personality, struct err *err);
/* Does any handshake of the scenario ask for this certificate; for one that is for addresses? */
bool run_tls_asks_for(const struct scenario *scenario, enum tls_cert cert);
bool run_tls_is_by_address(const struct scenario *scenario);

#endif
