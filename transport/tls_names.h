/*
 * tls_names.h - the names by which a certificate names its server: right ones and wrong ones.
 *
 * Bounds:  TLS_NAMES_MAX octets; a name is a DNS name of at most TLS_CA_NAME_MAX.
 * Source:  RFC 9525 6.2, 6.3; RFC 7817 3.
 */
#ifndef TRANSPORT_TLS_NAMES_H
#define TRANSPORT_TLS_NAMES_H

#define TLS_NAMES_MAX 512

enum tls_names {
    TLS_NAMES_ANY, /* by all under which it can be reached */
    TLS_NAMES_ADDRESS,
    TLS_NAMES_OTHER,
    TLS_NAMES_NONE,
    TLS_NAMES_WILDCARD,
    TLS_NAMES_WILDCARD_TWO_LABELS,
    TLS_NAMES_WILDCARD_PARTIAL,
    TLS_NAMES_WILDCARD_DOUBLE,
    TLS_NAMES_UPPER_CASE,
    TLS_NAMES_URI,
    TLS_NAMES_ADDRESS_AS_NAME
};

/* The subjectAltName in OpenSSL's notation; "" = none. */
void tls_names_write(enum tls_names names, const char *name, char ret[TLS_NAMES_MAX]);

#endif
