/*
 * smtpsend_tls.h - the options of smtpsend that are about TLS, and the context that they make.
 *
 * Shape:   one table of options; a mode that is not asked for is found by smtpsend_tls_settle().
 * Lives:   strings point into argv; the context is the caller's.
 * Errors:  ERR_SYNTAX for the command line, ERR_IO for a file, ERR_MEMORY.
 */
#ifndef CLIENT_SMTPSEND_TLS_H
#define CLIENT_SMTPSEND_TLS_H

#include "client/smtp_client.h"

#define SMTPSEND_TLS_TABLE(X) /* option, enum name, takes a value */                               \
    X("tls", MODE, true)                                                                           \
    X("cacert", CACERT, true)                                                                      \
    X("crl", CRL, true)                                                                            \
    X("tls-name", NAME, true)                                                                      \
    X("client-cert", CLIENT_CERT, true)                                                            \
    X("client-key", CLIENT_KEY, true)                                                              \
    X("insecure", INSECURE, false)

enum smtpsend_tls_option {
#define X(word, name, value) SMTPSEND_TLS_##name,
    SMTPSEND_TLS_TABLE(X)
#undef X
        SMTPSEND_TLS_COUNT
};

#define SMTPSEND_TLS_USAGE                                                                         \
    "      --tls MODE            none, opportunistic, required, implicit; see smtpsend(1)\n"       \
    "      --cacert FILE         trust these CAs alone; the system's by default\n"                 \
    "      --crl FILE            a certificate that is revoked there is refused\n"                 \
    "      --tls-name NAME       the server has to be this; --server by default\n"                 \
    "      --client-cert FILE    our own certificate, and\n"                                       \
    "      --client-key FILE       its key\n"                                                      \
    "      --insecure            take any certificate\n"

enum { SMTPSEND_PORT_IMPLICIT_TLS = 465 }; /* RFC 8314 3.3 */

struct smtpsend_tls {
    bool has_mode;
    enum smtp_client_tls mode;
    const char *ca_file; /* NULL: none, and so below */
    const char *crl_file;
    const char *name;
    const char *client_cert;
    const char *client_key;
    bool insecure;
};

bool smtpsend_tls_take(enum smtpsend_tls_option option, const char *value, struct smtpsend_tls *tls,
                       struct err *err);
/* The mode where none was given: TLS from the start at its port, STARTTLS demanded for a user
 * (RFC 8314 4.1), else taken where it is offered. */
bool smtpsend_tls_settle(struct smtpsend_tls *tls, unsigned port, bool has_user, struct err *err);
/* Whether the server has to show who it is. */
bool smtpsend_tls_verifies(const struct smtpsend_tls *tls, bool has_user);

#endif
