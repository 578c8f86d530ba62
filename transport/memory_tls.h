/*
 * memory_tls.h - the handshake of two engines that meet in memory: no cryptography, the same answer
 * always.
 *
 * What a client that verifies by RFC 9525 would make of the server's demand is what the handshake
 * comes to (tls_demand_trust()); the octets that follow are sent as they are. So a hundred thousand
 * sessions over TLS can be played in a minute. Real TLS is transport/tls.h.
 *
 * Lives:   texts are static.
 */
#ifndef TRANSPORT_MEMORY_TLS_H
#define TRANSPORT_MEMORY_TLS_H

#include "base/tls.h"

/* What the client sends first: the head of a record with a ClientHello (RFC 8446 5.1). */
struct bytes memory_tls_hello(void);
/* The client of it. */
struct memory_tls {
    bool trusts_all;           /* takes any certificate */
    bool heeds_case;           /* knows no name in capitals */
    bool takes_names;          /* … a DNS-ID for an address */
    bool takes_weak_ciphers;   /* … suites that encrypt nothing, too */
    bool keeps_plain;          /* gives the session what came in the clear before it (RFC 3207 6) */
    bool fails_if_asked;       /* for a certificate that it has not */
    bool has_session;          /* of an earlier connection, which the server may resume */
    enum tls_version at_least; /* ANY: 1.2 (RFC 8996) */
    struct bytes server_name;  /* that it sends; borrowed */
    struct bytes subject;      /* of its certificate, when it is asked for one; borrowed */
};
struct tls_facts memory_tls_shake(const struct tls_demand *demand, const struct memory_tls *client);
struct tls_facts memory_tls_broken(void); /* no TLS record came where one had to */

#endif
