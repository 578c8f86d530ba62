/*
 * tls_pair.h - a TLS client and a TLS server joined in memory, for the tests of both.
 */
#ifndef TESTS_UNIT_TRANSPORT_TLS_PAIR_H
#define TESTS_UNIT_TRANSPORT_TLS_PAIR_H

#include "base/buf.h"
#include "tests/support/unit.h"
#include "transport/tls.h"
#include "transport/tls_ca.h"

#define PAIR_NAME "mail.server.example"

/* What became of one side. */
struct pair_side {
    struct tls *tls;
    struct tls_told told; /* at the end of its handshake */
    bool done, failed, closed;
    struct buf heard;
};

struct pair {
    char folder[64];
    char ca_path[96], crl_path[96], client_path[96], key_path[96];
    struct tls_ca *ca;
    struct tls_context *server_context;
    struct tls_context *client_context; /* verifies with ca_path */
    const char *name;                   /* that the client verifies */
    struct tls_demand demand;
    size_t cut; /* octets given at once; 0 = all */
    struct pair_side client, server;
};

int pair_set_up(void **state);
int pair_tear_down(void **state);
/* Another client than the one that set_up made. */
void pair_use_client(struct pair *pair, const struct tls_client_options *options);
/* Begins a new session; the last one is forgotten. */
void pair_begin(struct pair *pair);
/* Carries octets to and fro until nothing is pending. */
void pair_carry(struct pair *pair);
/* Gives side these octets, and takes what comes of them. */
void pair_give(struct pair_side *side, struct bytes octets);

#endif
