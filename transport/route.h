/*
 * route.h - the addresses of one host, in the order in which they are to be tried.
 *
 * Shape:   a numeric host is its only address; a name has those that the system finds for it, IPv6
 *          and IPv4 in its order (RFC 6724). connection_new() goes on where the one before it on
 *          the same route came to an end, so that whoever was turned away by a greeting can go on
 *          to the next address (RFC 5321 5.1).
 * Bounds:  ROUTE_HOST_MAX octets of name, ROUTE_ADDRESSES_MAX addresses.
 * Lives:   in place, nothing to release; it stays where it is while a connection is made on it.
 */
#ifndef TRANSPORT_ROUTE_H
#define TRANSPORT_ROUTE_H

#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

#define ROUTE_HOST_MAX 255 /* RFC 5321 4.5.3.1.2 */
#define ROUTE_ADDRESSES_MAX 16

struct route {
    char host[ROUTE_HOST_MAX + 1];
    unsigned port;
    bool known; /* the addresses are those of the host */
    struct sockaddr_storage addresses[ROUTE_ADDRESSES_MAX];
    size_t count;
    size_t next; /* of the addresses */
};

/* "[2001:db8::1]:2525", "192.0.2.1:25", or of a host without address "host:25". */
struct route_name {
    char text[ROUTE_HOST_MAX + 16];
};

/* False: the host is empty or too long. */
bool route_init(struct route *route, const char *host, unsigned port);
/* The addresses that the system found; those that are too many are left out. */
void route_set(struct route *route, const struct addrinfo *found);
/* An address has not been tried yet; also true while they are not known. */
bool route_has_next(const struct route *route);
const struct sockaddr *route_take(struct route *route); /* NULL: none is left */
/* Of the address taken last, or of the host before the first one. */
struct route_name route_name(const struct route *route);

#endif
