/* SO_DOMAIN. */
#define _GNU_SOURCE /* NOLINT(bugprone-reserved-identifier): the libc's own switch */

#include "harness/warp/warp_peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

static bool is_loopback(const struct sockaddr_storage *peer)
{
    if (peer->ss_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)peer)->sin_addr.s_addr) >> 24 == 127;
    return peer->ss_family == AF_INET6 &&
           IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)peer)->sin6_addr);
}

bool warp_peer_is_foreign(int fd)
{
    struct sockaddr_storage peer = {0};
    socklen_t octets = sizeof(peer);
    int domain = 0;
    int type = 0;
    socklen_t size = sizeof(int);

    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0 ||
        getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) != 0 || domain == AF_UNIX)
        return false;
    return type != SOCK_STREAM ||
           (getpeername(fd, (struct sockaddr *)&peer, &octets) == 0 && !is_loopback(&peer));
}
