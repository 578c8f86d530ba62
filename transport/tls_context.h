/*
 * tls_context.h - what all TLS sessions of one side share: made once, not for each connection.
 *
 * A client verifies by RFC 9525: the name has to be in the subjectAltName as a DNS-ID or an IP-ID;
 * the CN counts for nothing, and a wildcard only as the whole left-most label. It takes TLS 1.2 and
 * later (RFC 8996), and offers the session that it had last with the same server again. A server
 * has what its CA makes, as each handshake's demand says.
 *
 * Lives:   has to outlive the sessions made of it. A server's context borrows its CA.
 * Bounds:  TLS_CONTEXT_DEMANDS_MAX different demands.
 * Errors:  ERR_IO with the file, ERR_SYNTAX for ciphers that nobody knows, ERR_LIMIT, ERR_MEMORY.
 */
#ifndef TRANSPORT_TLS_CONTEXT_H
#define TRANSPORT_TLS_CONTEXT_H

#include "base/err.h"
#include "base/tls.h"

#define TLS_CONTEXT_DEMANDS_MAX 1024

struct tls_ca;
struct tls_context;

struct tls_client_options {
    bool verify;                  /* else any certificate will do (RFC 7435: opportunistic) */
    const char *ca_file;          /* PEM; NULL: the roots of the system */
    const char *crl_file;         /* PEM; NULL: revocation is not looked at */
    const char *certificate_file; /* the client's own, PEM, its chain behind it; NULL: none */
    const char *key_file;         /* given if and only if certificate_file is */
};

struct tls_context *tls_context_new_client(const struct tls_client_options *options,
                                           struct err *err);
struct tls_context *tls_context_new_server(struct tls_ca *ca, struct err *err);
void tls_context_free(struct tls_context *context);
/* Of a server: makes everything that this demand needs. Without it the first handshake does. */
bool tls_context_prepare(struct tls_context *context, const struct tls_demand *demand,
                         struct err *err);

#endif
