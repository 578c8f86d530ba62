/*
 * tls_certificate.h - one certificate: what is written into it, and who issues it.
 *
 * Lives:   a pair owns its certificate and key; tls_pair_release() frees them.
 * Source:  RFC 5280 4.
 */
#ifndef TRANSPORT_TLS_CERTIFICATE_H
#define TRANSPORT_TLS_CERTIFICATE_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stdint.h>

struct tls_pair { /* both NULL: not made yet */
    X509 *certificate;
    EVP_PKEY *key;
};

/* What is written into a certificate. */
struct tls_contents {
    const char *common_name;
    const char *alt_names; /* in OpenSSL's notation; "" = no such extension */
    const char *basic_constraints;
    const char *key_usage;
    const char *purpose; /* NULL: any */
    int from_days;
    int to_days;
};

/* issuer: NULL = itself. ret->key is there already; false: *ret may be half made. */
bool tls_issue(const struct tls_contents *contents, const struct tls_pair *issuer, int64_t now_s,
               struct tls_pair *ret);
bool tls_set_time(ASN1_TIME *time, int64_t now_s, int days);
void tls_pair_release(struct tls_pair *pair);

#endif
