/*
 * tls.h - what a TLS handshake is asked to be, and what it was; no TLS library.
 *
 * An engine wishes for TLS (base/engine.h) and may say which kind: a struct tls_demand, as a
 * scenario writes it behind `!tls`. The transport answers with struct tls_facts. So both engines,
 * the language and the transcript speak of TLS, and only transport/ knows how it is made.
 *
 * Shape:   tables of certificates, versions and faults; two plain structs.
 * Lives:   by value; spans are borrowed, those of facts until the call that brought them returns.
 * Source:  RFC 3207, 8314, 8446, 9325, 9525, 9266 and 5929 (channel bindings).
 */
#ifndef BASE_TLS_H
#define BASE_TLS_H

#include "base/bytes.h"

#include <stdint.h>

/* May a client that verifies by RFC 9525 go on? CHOICE: the RFCs leave it to the client. */
enum tls_trust { TLS_TRUST_NO, TLS_TRUST_YES, TLS_TRUST_CHOICE };

/* enum name, word, trust, what the server's certificate is, source */
#define TLS_CERT_TABLE(X)                                                                          \
    X(GOOD, "good", YES, "issued by the run's CA for the server's name and address", "RFC 9525 6") \
    X(WILDCARD, "wildcard", YES, "has the left-most label of its DNS-ID as a wildcard",            \
      "RFC 9525 6.3: if the client supports wildcards")                                            \
    X(IP_SAN, "ip-san", YES, "names the address in an IP-ID and no DNS-ID", "RFC 9525 6.4")        \
    X(WRONG_HOST, "wrong-host", NO, "is for another name", "RFC 9525 6; RFC 7817 3")               \
    X(UPPER_CASE, "upper-case", YES, "has its DNS-ID in upper case", "RFC 9525 6.3")               \
    X(CN_ONLY, "cn-only", CHOICE, "has the name in its CN alone, and no subjectAltName",           \
      "RFC 9525 2: MUST NOT; RFC 7817 3 (4): MAY")                                                 \
    X(CN_RIGHT_SAN_WRONG, "cn-right-san-wrong", NO,                                                \
      "has the name in its CN and another one in its subjectAltName",                              \
      "RFC 6125 6.4.4; RFC 9525 2")                                                                \
    X(WILDCARD_TWO_LABELS, "wildcard-two-labels", NO, "has a wildcard that stands for two labels", \
      "RFC 9525 6.3")                                                                              \
    X(WILDCARD_PARTIAL, "wildcard-partial", NO, "has a wildcard inside of a label",                \
      "RFC 9525 6.3")                                                                              \
    X(WILDCARD_DOUBLE, "wildcard-double", NO, "has two wildcards, one of them further right",      \
      "RFC 9525 6.3")                                                                              \
    X(URI_ONLY, "uri-only", NO, "has the name in a URI-ID alone", "RFC 7817 3 (3)")                \
    X(ADDRESS_AS_NAME, "address-as-name", NO, "has the address as a DNS-ID, and no IP-ID",         \
      "RFC 9525 6.2")                                                                              \
    X(EXPIRED, "expired", NO, "is no longer valid", "RFC 5280 6.1.3 (a) (2)")                      \
    X(NOT_YET_VALID, "not-yet-valid", NO, "is not valid yet", "RFC 5280 6.1.3 (a) (2)")            \
    X(SELF_SIGNED, "self-signed", NO, "is signed by its own key", "RFC 5280 6.1")                  \
    X(UNKNOWN_CA, "unknown-ca", NO, "is issued by a CA that the client does not know",             \
      "RFC 5280 6.1")                                                                              \
    X(REVOKED, "revoked", CHOICE, "is revoked by the CRL of the run's CA", "RFC 5280 6.3")         \
    X(NOT_A_CA, "not-a-ca", NO, "is issued by a certificate that is no CA", "RFC 5280 6.1.4 (k)")  \
    X(CLIENT_PURPOSE, "client-purpose", NO, "is for TLS clients alone", "RFC 5280 4.2.1.12")       \
    X(WEAK_KEY, "weak-key", CHOICE, "has an RSA key of 1024 bits", "RFC 9325 4.5")                 \
    X(CHAIN, "chain", YES, "has an intermediate CA, sent with it", "RFC 5280 6.1")                 \
    X(CHAIN_MISSING, "chain-missing", NO, "has an intermediate CA that is not sent with it",       \
      "RFC 8446 4.4.2")                                                                            \
    X(CHAIN_TOO_LONG, "chain-too-long", NO,                                                        \
      "has more intermediate CAs than the path length constraint of its root allows",              \
      "RFC 5280 4.2.1.9")

enum tls_cert {
#define X(id, word, trust, says, source) TLS_CERT_##id,
    TLS_CERT_TABLE(X)
#undef X
        TLS_CERT_COUNT
};

enum tls_version {
    TLS_VERSION_ANY, /* in a demand: no limit; in facts: not known */
    TLS_VERSION_1_0,
    TLS_VERSION_1_1,
    TLS_VERSION_1_2,
    TLS_VERSION_1_3,
    TLS_VERSION_COUNT
};

/* enum name, word, what the server does instead of a handshake, or at the end of the session */
#define TLS_FAULT_TABLE(X)                                                                         \
    X(NONE, "none", "nothing out of the ordinary")                                                 \
    X(REFUSE, "refuse", "answers the ClientHello with a handshake_failure alert")                  \
    X(CUT, "cut", "closes the connection in the middle of its ServerHello flight")                 \
    X(RESET, "reset", "resets the connection in the middle of its ServerHello flight")             \
    X(STALL, "stall", "answers nothing")                                                           \
    X(GARBAGE, "garbage", "answers with octets that are no TLS record")                            \
    X(PLAIN, "plain", "answers with an SMTP reply in the clear")                                   \
    X(TRUNCATE, "truncate", "closes the session later without close_notify")

enum tls_fault {
#define X(id, word, says) TLS_FAULT_##id,
    TLS_FAULT_TABLE(X)
#undef X
        TLS_FAULT_COUNT
};

/* What the engine of a server asks of a handshake; zeroed it is an ordinary one. */
struct tls_demand {
    enum tls_cert cert;
    enum tls_version at_least, at_most;
    enum tls_fault fault;
    bool no_resumption;   /* no tickets, no session cache */
    bool ask_client;      /* a client certificate is asked for, not demanded */
    bool require_client;  /* … demanded */
    struct bytes ciphers; /* in OpenSSL's notation; empty: the library's own choice */
};

/* enum name, word, source */
#define TLS_BINDING_TABLE(X)                                                                       \
    X(UNIQUE, "tls-unique", "RFC 5929 3; of TLS 1.2 and before")                                   \
    X(EXPORTER, "tls-exporter", "RFC 9266 2")                                                      \
    X(SERVER_END_POINT, "tls-server-end-point", "RFC 5929 4; of the server's certificate")

enum tls_binding {
#define X(id, word, source) TLS_BINDING_##id,
    TLS_BINDING_TABLE(X)
#undef X
        TLS_BINDING_COUNT
};

/* What it was. */
struct tls_facts {
    bool ok;
    bool resumed;
    enum tls_version version;
    struct bytes cipher;
    struct bytes server_name; /* SNI, as the client sent it; empty: none */
    struct bytes alpn;        /* that was agreed on; empty: none */
    struct bytes alpn_offer;  /* what the client named, with commas between; empty: no ALPN */
    struct bytes client;      /* subject of the client's certificate; empty: none */
    struct bytes trouble;     /* !ok: one sentence */
    /* Channel bindings (RFC 5929, RFC 9266); empty: not to be had. */
    struct bytes tls_unique;
    struct bytes tls_server_end_point;
    struct bytes tls_exporter;
};

const char *tls_cert_word(enum tls_cert cert);
const char *tls_cert_says(enum tls_cert cert);
enum tls_trust tls_cert_trust(enum tls_cert cert);
bool tls_cert_from_word(struct bytes word, enum tls_cert *ret);
/* Is it for clients that know nothing but the server's address? */
bool tls_cert_is_for_address(enum tls_cert cert);
const char *tls_fault_word(enum tls_fault fault);
bool tls_fault_from_word(struct bytes word, enum tls_fault *ret);
const char *tls_binding_word(enum tls_binding binding);
bool tls_binding_from_word(struct bytes word, enum tls_binding *ret);
struct bytes tls_facts_binding(const struct tls_facts *facts, enum tls_binding binding);
const char *tls_version_word(enum tls_version version); /* "1.2"; ANY: "any" */
bool tls_version_from_word(struct bytes word, enum tls_version *ret);

/* Can a client that does everything right finish this handshake? Versions before 1.2 are refused by
 * it (RFC 8996), and suites without encryption, with RC4 or for export (RFC 9325 4.1); faults end
 * it. */
enum tls_trust tls_demand_trust(const struct tls_demand *demand);

#endif
