#include "transport/tls_ca.h"

#include "transport/clock.h"
#include "transport/tls_certificate.h"
#include "transport/tls_names.h"
#include "transport/tls_private.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { WEAK_BITS = 1024 };

/* The certificates that issue others. */
enum issuer {
    ISSUER_SELF,
    ISSUER_ROOT,
    ISSUER_STRANGER, /* another root */
    ISSUER_FIRST,    /* an intermediate CA, issued by the root */
    ISSUER_SECOND,   /* … by the first: one too many */
    ISSUER_NO_CA,    /* issued by the root, and no CA */
    ISSUER_COUNT
};

struct order {
    enum issuer issuer;
    enum tls_names names;
    int from_days;
    int to_days;
    bool name_in_cn;
    bool for_clients;
    bool is_weak;
    bool chain_is_missing;
};

#define ORDINARY .from_days = -TLS_CA_DAYS, .to_days = TLS_CA_DAYS

static const struct order orders[TLS_CERT_COUNT] = {
    [TLS_CERT_GOOD] = {ISSUER_ROOT,                TLS_NAMES_ANY,      ORDINARY                            },
    [TLS_CERT_WILDCARD] = {ISSUER_ROOT,                TLS_NAMES_WILDCARD, ORDINARY                            },
    [TLS_CERT_IP_SAN] = {ISSUER_ROOT,                TLS_NAMES_ADDRESS,  ORDINARY                            },
    [TLS_CERT_WRONG_HOST] = {ISSUER_ROOT,                TLS_NAMES_OTHER,    ORDINARY                            },
    [TLS_CERT_CN_ONLY] = {ISSUER_ROOT,                TLS_NAMES_NONE,     ORDINARY,                             .name_in_cn = true},
    [TLS_CERT_CN_RIGHT_SAN_WRONG] = {ISSUER_ROOT,                          TLS_NAMES_OTHER,                                  ORDINARY,                              .name_in_cn = true},
    [TLS_CERT_WILDCARD_TWO_LABELS] = {ISSUER_ROOT,        TLS_NAMES_WILDCARD_TWO_LABELS,                          ORDINARY                      },
    [TLS_CERT_WILDCARD_PARTIAL] = {ISSUER_ROOT,                  TLS_NAMES_WILDCARD_PARTIAL,           ORDINARY              },
    [TLS_CERT_UPPER_CASE] = {ISSUER_ROOT,                  TLS_NAMES_UPPER_CASE,                          ORDINARY                                     },
    [TLS_CERT_WILDCARD_DOUBLE] = {ISSUER_ROOT,                  TLS_NAMES_WILDCARD_DOUBLE,           ORDINARY},
    [TLS_CERT_URI_ONLY] = {ISSUER_ROOT,                  TLS_NAMES_URI,                          ORDINARY                                                    },
    [TLS_CERT_ADDRESS_AS_NAME] = {ISSUER_ROOT,                  TLS_NAMES_ADDRESS_AS_NAME,           ORDINARY},
    [TLS_CERT_EXPIRED] = {ISSUER_ROOT,                  TLS_NAMES_ANY,                          .from_days = -TLS_CA_DAYS,                                                                    .to_days = -1},
    [TLS_CERT_NOT_YET_VALID] = {ISSUER_ROOT, TLS_NAMES_ANY,.from_days = 1,.to_days = TLS_CA_DAYS},
    [TLS_CERT_SELF_SIGNED] = {ISSUER_SELF,             TLS_NAMES_ANY,                                     ORDINARY                                                                                                     },
    [TLS_CERT_UNKNOWN_CA] = {ISSUER_STRANGER,                TLS_NAMES_ANY,         ORDINARY},
    [TLS_CERT_REVOKED] = {ISSUER_ROOT,            TLS_NAMES_ANY,  ORDINARY                     },
    [TLS_CERT_NOT_A_CA] = {ISSUER_NO_CA,                TLS_NAMES_ANY,          ORDINARY                                    },
    [TLS_CERT_CLIENT_PURPOSE] = {ISSUER_ROOT,               TLS_NAMES_ANY,     ORDINARY,                        .for_clients = true},
    [TLS_CERT_WEAK_KEY] = {ISSUER_ROOT,                TLS_NAMES_ANY,       ORDINARY,                               .is_weak = true},
    [TLS_CERT_CHAIN] = {ISSUER_FIRST,                          TLS_NAMES_ANY,                                  ORDINARY                                         },
    [TLS_CERT_CHAIN_MISSING] = {ISSUER_FIRST,           TLS_NAMES_ANY,                             ORDINARY,                        .chain_is_missing = true},
    [TLS_CERT_CHAIN_TOO_LONG] = {ISSUER_SECOND,                  TLS_NAMES_ANY,   ORDINARY},
};

/* An issuer, and by whom it is issued. The first intermediate allows no CA below it: what a trust
 * anchor says of that need not be heeded (RFC 5280 6.1.1). */
static const struct authority {
    enum issuer issuer;
    const char *common_name;
    const char *basic_constraints;
    const char *key_usage;
} authorities[ISSUER_COUNT] = {
    [ISSUER_ROOT] = {ISSUER_SELF,  "smtpdrill root CA of one run",        "critical,CA:TRUE",
                     "critical,keyCertSign,cRLSign"},
    [ISSUER_STRANGER] = {ISSUER_SELF,  "smtpdrill root CA that nobody knows", "critical,CA:TRUE",
                     "critical,keyCertSign,cRLSign"},
    [ISSUER_FIRST] = {ISSUER_ROOT,  "smtpdrill first intermediate CA",     "critical,CA:TRUE,pathlen:0",
                     "critical,keyCertSign,cRLSign"},
    [ISSUER_SECOND] = {ISSUER_FIRST, "smtpdrill second intermediate CA",    "critical,CA:TRUE",
                     "critical,keyCertSign,cRLSign"},
    [ISSUER_NO_CA] = {ISSUER_ROOT,  "smtpdrill server that is no CA",      "critical,CA:FALSE",
                     "critical,digitalSignature"   },
};

struct tls_ca {
    char server_name[TLS_CA_NAME_MAX + 1];
    int64_t made_s;
    struct tls_pair issuers[ISSUER_COUNT];
    struct tls_pair servers[TLS_CERT_COUNT];
};

static bool fail(struct err *err)
{
    return err_set(err, ERR_MEMORY, "cannot make a certificate: %s", tls_library_trouble());
}

/* ---- issuers --------------------------------------------------------------------------------- */

static bool make_issuer(const struct tls_ca *ca, enum issuer which, const struct tls_pair *by,
                        struct tls_pair *ret)
{
    const struct authority *authority = &authorities[which];
    const struct tls_contents contents = {
        .common_name = authority->common_name,
        .alt_names = "",
        .basic_constraints = authority->basic_constraints,
        .key_usage = authority->key_usage,
        ORDINARY,
    };
    struct tls_pair made = {.key = EVP_EC_gen("P-256")};

    if (!tls_issue(&contents, by, ca->made_s, &made)) {
        tls_pair_release(&made);
        return false;
    }
    *ret = made;
    return true;
}

/* Makes it, and before it those that issue it. SELF is nobody. */
static bool need_issuer(struct tls_ca *ca, enum issuer which, struct err *err)
{
    enum issuer chain[ISSUER_COUNT];
    size_t count = 0;

    for (; which != ISSUER_SELF && !ca->issuers[which].certificate;
         which = authorities[which].issuer)
        chain[count++] = which;
    while (count > 0) {
        enum issuer by = authorities[chain[--count]].issuer;

        if (!make_issuer(ca, chain[count], by == ISSUER_SELF ? NULL : &ca->issuers[by],
                         &ca->issuers[chain[count]]))
            return fail(err);
    }
    return true;
}

/* ---- servers --------------------------------------------------------------------------------- */

static bool make_server(const struct tls_ca *ca, const struct order *order, struct tls_pair *ret)
{
    char alt_names[TLS_NAMES_MAX];
    const struct tls_contents contents = {
        /* Without a subjectAltName some clients look at the CN: a blank makes it no DNS name. */
        .common_name = order->name_in_cn ? ca->server_name : "smtpdrill server",
        .alt_names = alt_names,
        .basic_constraints = "critical,CA:FALSE",
        .key_usage = order->is_weak ? "critical,digitalSignature,keyEncipherment"
                                    : "critical,digitalSignature",
        .purpose = order->for_clients ? "clientAuth" : "serverAuth",
        .from_days = order->from_days,
        .to_days = order->to_days,
    };
    const struct tls_pair *by = NULL;
    struct tls_pair made = {.key = order->is_weak ? EVP_RSA_gen(WEAK_BITS) : EVP_EC_gen("P-256")};

    if (order->issuer != ISSUER_SELF)
        by = &ca->issuers[order->issuer];
    tls_names_write(order->names, ca->server_name, alt_names);
    if (!tls_issue(&contents, by, ca->made_s, &made)) {
        tls_pair_release(&made);
        return false;
    }
    *ret = made;
    return true;
}

static bool need_server(struct tls_ca *ca, enum tls_cert cert, struct err *err)
{
    if (ca->servers[cert].certificate)
        return true;
    if (!need_issuer(ca, orders[cert].issuer, err))
        return false;
    return make_server(ca, &orders[cert], &ca->servers[cert]) || fail(err);
}

/* A root is never sent: who knows it has it, and who does not may not take it (RFC 8446 4.4.2). */
static bool send_chain(const struct tls_ca *ca, enum issuer which, SSL_CTX *ssl)
{
    for (; which != ISSUER_SELF && authorities[which].issuer != ISSUER_SELF;
         which = authorities[which].issuer)
        if (SSL_CTX_add1_chain_cert(ssl, ca->issuers[which].certificate) != 1)
            return false;
    return true;
}

bool tls_ca_certify(struct tls_ca *ca, enum tls_cert cert, SSL_CTX *ssl, struct err *err)
{
    if (!need_server(ca, cert, err))
        return false;
    if (SSL_CTX_use_certificate(ssl, ca->servers[cert].certificate) != 1 ||
        SSL_CTX_use_PrivateKey(ssl, ca->servers[cert].key) != 1)
        return fail(err);
    return orders[cert].chain_is_missing || send_chain(ca, orders[cert].issuer, ssl) || fail(err);
}

bool tls_ca_trust(struct tls_ca *ca, SSL_CTX *ssl, struct err *err)
{
    X509 *root;

    if (!need_issuer(ca, ISSUER_ROOT, err))
        return false;
    root = ca->issuers[ISSUER_ROOT].certificate;
    return (X509_STORE_add_cert(SSL_CTX_get_cert_store(ssl), root) == 1 &&
            SSL_CTX_add_client_CA(ssl, root) == 1) ||
           fail(err);
}

/* ---- files ----------------------------------------------------------------------------------- */

static FILE *open_file(const char *path, mode_t mode, struct err *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;

    if (!file)
        err_set(err, ERR_IO, "%.150s: %s", path, strerror(errno));
    if (!file && fd >= 0)
        close(fd);
    return file;
}

static bool close_file(FILE *file, bool written, const char *path, struct err *err)
{
    bool closed = fclose(file) == 0;

    return (written && closed) || err_set(err, ERR_IO, "%.150s: cannot be written", path);
}

static bool write_certificate(X509 *certificate, const char *path, struct err *err)
{
    FILE *file = open_file(path, 0644, err);

    return file && close_file(file, PEM_write_X509(file, certificate) == 1, path, err);
}

bool tls_ca_write(struct tls_ca *ca, const char *path, struct err *err)
{
    return need_issuer(ca, ISSUER_ROOT, err) &&
           write_certificate(ca->issuers[ISSUER_ROOT].certificate, path, err);
}

bool tls_ca_write_client(struct tls_ca *ca, const char *name, const char *certificate_path,
                         const char *key_path, struct err *err)
{
    const struct tls_contents contents = {
        .common_name = name,
        .alt_names = "",
        .basic_constraints = "critical,CA:FALSE",
        .key_usage = "critical,digitalSignature",
        .purpose = "clientAuth",
        ORDINARY,
    };
    struct tls_pair made = {.key = EVP_EC_gen("P-256")};
    FILE *file = NULL;
    bool ok = need_issuer(ca, ISSUER_ROOT, err);

    ok = ok && (tls_issue(&contents, &ca->issuers[ISSUER_ROOT], ca->made_s, &made) || fail(err));
    ok = ok && write_certificate(made.certificate, certificate_path, err);
    if (ok)
        file = open_file(key_path, 0600, err);
    ok = file &&
         close_file(file, PEM_write_PrivateKey(file, made.key, NULL, NULL, 0, NULL, NULL) == 1,
                    key_path, err);
    tls_pair_release(&made);
    return ok;
}

static bool revoke(const struct tls_ca *ca, X509_CRL *crl)
{
    const struct tls_pair *root = &ca->issuers[ISSUER_ROOT];
    X509_REVOKED *revoked = X509_REVOKED_new();
    ASN1_TIME *time = ASN1_TIME_new();
    bool ok = revoked && time && tls_set_time(time, ca->made_s, -1) &&
              X509_CRL_set_version(crl, X509_CRL_VERSION_2) == 1 &&
              X509_CRL_set_issuer_name(crl, X509_get_subject_name(root->certificate)) == 1 &&
              X509_CRL_set1_lastUpdate(crl, time) == 1 &&
              X509_REVOKED_set_revocationDate(revoked, time) == 1 &&
              X509_REVOKED_set_serialNumber(
                  revoked, X509_get_serialNumber(ca->servers[TLS_CERT_REVOKED].certificate)) == 1;

    ok = ok && tls_set_time(time, ca->made_s, TLS_CA_DAYS) &&
         X509_CRL_set1_nextUpdate(crl, time) == 1 && X509_CRL_add0_revoked(crl, revoked) == 1;
    if (!ok)
        X509_REVOKED_free(revoked);
    ASN1_TIME_free(time);
    return ok && X509_CRL_sign(crl, root->key, EVP_sha256()) > 0;
}

bool tls_ca_write_crl(struct tls_ca *ca, const char *path, struct err *err)
{
    X509_CRL *crl;
    FILE *file = NULL;
    bool ok;

    if (!need_issuer(ca, ISSUER_ROOT, err) || !need_server(ca, TLS_CERT_REVOKED, err))
        return false;
    crl = X509_CRL_new();
    ok = (crl && revoke(ca, crl)) || fail(err);
    if (ok)
        file = open_file(path, 0644, err);
    ok = file && close_file(file, PEM_write_X509_CRL(file, crl) == 1, path, err);
    X509_CRL_free(crl);
    return ok;
}

/* ---- life ------------------------------------------------------------------------------------ */

/* Letters, digits, hyphens and dots: nothing that OpenSSL's notation of names gives a meaning. */
static bool is_dns_name(const char *name)
{
    size_t octets = strlen(name);

    return octets > 0 && octets <= TLS_CA_NAME_MAX && name[0] != '.' && name[octets - 1] != '.' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.") ==
               octets;
}

struct tls_ca *tls_ca_new(const char *server_name, struct err *err)
{
    struct tls_ca *ca;

    if (!is_dns_name(server_name)) {
        err_set(err, ERR_LIMIT, "expected a DNS name of at most %d octets for certificates",
                TLS_CA_NAME_MAX);
        return NULL;
    }
    ca = calloc(1, sizeof(*ca));
    if (!ca) {
        err_memory(err);
        return NULL;
    }
    memcpy(ca->server_name, server_name, strlen(server_name));
    ca->made_s = clock_wall_s();
    return ca;
}

void tls_ca_free(struct tls_ca *ca)
{
    size_t i;

    if (!ca)
        return;
    for (i = 0; i < ISSUER_COUNT; i++)
        tls_pair_release(&ca->issuers[i]);
    for (i = 0; i < TLS_CERT_COUNT; i++)
        tls_pair_release(&ca->servers[i]);
    free(ca);
}

const char *tls_ca_server_name(const struct tls_ca *ca)
{
    return ca->server_name;
}
