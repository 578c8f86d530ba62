/* connection_time.c - a connection in a time that jumps: when it is due, and whether it rests. */
#include "transport/connection_private.h"

#include <netinet/tcp.h>
#include <sys/ioctl.h>

#ifdef __linux__
#include <linux/sockios.h>
#endif

uint64_t connection_deadline_ms(const struct connection *connection)
{
    uint64_t at_ms = drive_deadline_ms(&connection->drive);

    if (connection->state == CONNECTION_CLOSING)
        return ENGINE_NEVER;
    return connection->gives_up_ms < at_ms ? connection->gives_up_ms : at_ms;
}

void connection_set_ahead(struct connection *connection, const uint64_t *ahead_ms)
{
    connection->ahead_ms = ahead_ms;
}

/* A client with Nagle's algorithm keeps what it says next until the last octets are acknowledged,
 * and that the kernel puts off (RFC 1122 4.2.3.2): for tens of milliseconds there would be octets
 * on their way that nobody sees. */
static void acknowledge(uv_os_fd_t fd)
{
#ifdef TCP_QUICKACK
    int yes = 1;

    (void)setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &yes, sizeof(yes));
#else
    (void)fd;
#endif
}

bool connection_has_unread(const struct connection *connection)
{
    uv_os_fd_t fd;
    int unread = 0;

    return connection->reading && uv_fileno((const uv_handle_t *)&connection->tcp, &fd) == 0 &&
           ioctl(fd, FIONREAD, &unread) == 0 && unread > 0;
}

bool connection_is_still(const struct connection *connection)
{
    uv_os_fd_t fd;
    int unread = 0;
    int unsent = 0;

    if (connection->state == CONNECTION_CLOSING)
        return true;
    if (connection->state == CONNECTION_CONNECTING || connection->writing || connection->broken ||
        uv_fileno((const uv_handle_t *)&connection->tcp, &fd) < 0)
        return false;
    acknowledge(fd);
    if (ioctl(fd, FIONREAD, &unread) != 0 || (connection->reading && unread > 0))
        return false;
#ifdef SIOCOUTQ
    if (ioctl(fd, SIOCOUTQ, &unsent) != 0)
        return false;
#endif
    return unsent == 0;
}
