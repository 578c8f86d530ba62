/*
 * tls_private.h - what the parts of TLS know of each other; the only header that knows OpenSSL.
 */
#ifndef TRANSPORT_TLS_PRIVATE_H
#define TRANSPORT_TLS_PRIVATE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/tls.h"
#include "transport/tls.h"
#include "transport/tls_ca.h"
#include "transport/tls_context.h"

#include <openssl/ssl.h>

#define TLS_ALPN_OCTETS_MAX 128 /* names behind that are not told */

/* ---- sessions ------------------------------------------------------------------------------- */

enum stage {
    STAGE_HANDSHAKE,
    STAGE_MUTE, /* a fault: nothing more is said, whatever comes */
    STAGE_OPEN,
    STAGE_CLOSED, /* the other side's close_notify came */
    STAGE_FAILED
};

struct tls {
    struct tls_context *context;
    SSL *ssl;
    struct bytes in; /* borrowed: received and not read yet */
    struct buf out;
    const char *server_name; /* of a client */
    enum tls_fault fault;
    enum stage stage;
    enum tls_event next;                  /* noticed while octets were read, told behind them */
    char alpn_offer[TLS_ALPN_OCTETS_MAX]; /* of a server */
    size_t alpn_offer_octets;
    bool was_open;
    bool heard; /* anything from the other side */
    bool said_close;
    char trouble[TLS_TROUBLE_MAX];
};

bool tls_is_server(const struct tls *tls);
/* tls_tell.c: lets the server take note of the ALPN that a client offers. It agrees on none. */
void tls_hear_alpn(SSL_CTX *ssl);
/* What failed first in OpenSSL's words, or "unknown"; all is forgotten. */
const char *tls_library_trouble(void);

/* ---- contexts -------------------------------------------------------------------------------- */

/* The session that a client had last, with whom. */
struct tls_remembered {
    SSL_SESSION *session; /* NULL: none */
    char server_name[256];
};

struct tls_context {
    SSL_CTX *client;   /* of a server: NULL */
    struct tls_ca *ca; /* of a client: NULL */
    struct tls_made *made;
    BIO_METHOD *bio; /* NULL: not needed yet */
    struct tls_remembered last;
    struct buf spare; /* room for what is pending, lent to the session that needs it */
    bool verify;
};

/* demand: of a server; NULL = an ordinary one. Owned by the context. */
SSL_CTX *tls_context_ssl(struct tls_context *context, const struct tls_demand *demand,
                         struct err *err);
/* Of a client: the session to offer, owned by the caller; NULL: none. */
SSL_SESSION *tls_context_recall(struct tls_context *context, const char *server_name);
/* Joins SSL to the octets of a struct tls, which is the BIO's data. NULL: out of memory. */
BIO *tls_bio_new(struct tls *tls); /* tls_bio.c; NULL: out of memory */

/* ---- certificates ---------------------------------------------------------------------------- */

/* Gives the certificate, its key and its chain to ssl. */
bool tls_ca_certify(struct tls_ca *ca, enum tls_cert cert, SSL_CTX *ssl, struct err *err);
/* Lets ssl verify the certificates of clients. */
bool tls_ca_trust(struct tls_ca *ca, SSL_CTX *ssl, struct err *err);

#endif
