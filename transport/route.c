#include "transport/route.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

static bool is_numeric(const char *host, unsigned port, struct sockaddr_storage *ret)
{
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons((in_port_t)port)};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons((in_port_t)port)};

    if (inet_pton(AF_INET, host, &four.sin_addr) == 1) {
        memcpy(ret, &four, sizeof(four));
        return true;
    }
    if (inet_pton(AF_INET6, host, &six.sin6_addr) == 1) {
        memcpy(ret, &six, sizeof(six));
        return true;
    }
    return false;
}

bool route_init(struct route *route, const char *host, unsigned port)
{
    size_t size = strlen(host);

    *route = (struct route){.port = port};
    if (size == 0 || size > ROUTE_HOST_MAX)
        return false;
    memcpy(route->host, host, size);
    route->known = is_numeric(host, port, &route->addresses[0]);
    route->count = route->known ? 1 : 0;
    return true;
}

void route_set(struct route *route, const struct addrinfo *found)
{
    route->known = true;
    route->count = route->next = 0;
    for (; found && route->count < ROUTE_ADDRESSES_MAX; found = found->ai_next)
        memcpy(&route->addresses[route->count++], found->ai_addr, found->ai_addrlen);
}

bool route_has_next(const struct route *route)
{
    return !route->known || route->next < route->count;
}

const struct sockaddr *route_take(struct route *route)
{
    if (route->next == route->count)
        return NULL;
    return (const struct sockaddr *)&route->addresses[route->next++];
}

struct route_name route_name(const struct route *route)
{
    struct route_name name = {""};
    char address[INET6_ADDRSTRLEN + IF_NAMESIZE + 1] = ""; /* with its zone */
    const struct sockaddr *from;
    bool is_six;

    if (route->next == 0) {
        (void)snprintf(name.text, sizeof(name.text), "%s:%u", route->host, route->port);
        return name;
    }
    from = (const struct sockaddr *)&route->addresses[route->next - 1];
    is_six = from->sa_family == AF_INET6;
    (void)getnameinfo(from, is_six ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in),
                      address, sizeof(address), NULL, 0, NI_NUMERICHOST);
    (void)snprintf(name.text, sizeof(name.text), is_six ? "[%s]:%u" : "%s:%u", address,
                   route->port);
    return name;
}
