/*
 * tls_ca.h - a CA made for one run, and certificates of it to order.
 *
 * Shape:   a root (ECDSA P-256) that nobody else knows, which allows one intermediate CA below it.
 *          What is ordered is a row of TLS_CERT_TABLE. All that a CA is or issues is made when it
 *          is first asked for, and kept: a server that never speaks TLS pays for none of it.
 *          A certificate that names the server names it by tls_ca_options.server_name, and those
 *          for any name also by localhost, 127.0.0.1 and ::1.
 * Bounds:  valid for TLS_CA_DAYS days around the time when it was made.
 * Lives:   until tls_ca_free(); in memory alone, but for what is written to a file when asked for.
 * Errors:  ERR_IO with the path, ERR_LIMIT for a name that fits into no certificate, ERR_MEMORY.
 * Source:  RFC 5280; RFC 9525 for names.
 */
#ifndef TRANSPORT_TLS_CA_H
#define TRANSPORT_TLS_CA_H

#include "base/err.h"
#include "base/tls.h"

#define TLS_CA_DAYS 30
#define TLS_CA_NAME_MAX 64 /* octets of a name (RFC 5280 A.1: ub-common-name) */

struct tls_ca;

/* server_name: the DNS name that clients are to verify, such as mail.server.example. */
struct tls_ca *tls_ca_new(const char *server_name, struct err *err);
void tls_ca_free(struct tls_ca *ca);
const char *tls_ca_server_name(const struct tls_ca *ca);

/* PEM files, written over when they are there: the root; its CRL, which lists the certificate
 * "revoked"; a certificate for a client, with its key (mode 0600), whose subject is CN=name. */
bool tls_ca_write(struct tls_ca *ca, const char *path, struct err *err);
bool tls_ca_write_crl(struct tls_ca *ca, const char *path, struct err *err);
bool tls_ca_write_client(struct tls_ca *ca, const char *name, const char *certificate_path,
                         const char *key_path, struct err *err);

#endif
