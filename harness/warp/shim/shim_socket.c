/*
 * shim_socket.c - SO_RCVTIMEO and SO_SNDTIMEO on blocking sockets.
 *
 * The kernel would wait in real time: so the wait is a poll() of ours, and the call that follows it
 * does not wait. A process that sets a timeout in a way that is not seen here (a descriptor that
 * was duplicated, the C library's own stdio) counts as busy while it reads or writes elsewhere.
 */
#define _DEFAULT_SOURCE /* NOLINT(bugprone-reserved-identifier): the libc's own switch */

#include "harness/warp/shim/shim.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#define FDS_MAX 1024

static _Atomic uint64_t receive_ns[FDS_MAX]; /* 0: none */
static _Atomic uint64_t send_ns[FDS_MAX];

static void note_process(void)
{
    struct warp_page *page = shim_page();
    uint32_t pid = (uint32_t)getpid();

    for (unsigned i = 0; page && i < WARP_PROCESSES_MAX; i++)
        if (atomic_load(&page->processes[i].pid) == pid)
            atomic_store(&page->processes[i].has_timeouts, 1);
}

int setsockopt(int fd, int level, int option, const void *value, socklen_t octets)
{
    int (*real)(int, int, int, const void *, socklen_t);
    struct timeval time;
    int result;

    SHIM_REAL(real, "setsockopt");
    result = real(fd, level, option, value, octets);
    if (result != 0 || level != SOL_SOCKET || (option != SO_RCVTIMEO && option != SO_SNDTIMEO) ||
        octets < sizeof(time))
        return result;
    memcpy(&time, value, sizeof(time));
    if (fd < FDS_MAX)
        atomic_store(option == SO_RCVTIMEO ? &receive_ns[fd] : &send_ns[fd],
                     (uint64_t)time.tv_sec * WARP_SECOND_NS + (uint64_t)time.tv_usec * 1000);
    note_process();
    return result;
}

/* A descriptor may have been closed since, and be another one now. */
static uint64_t timeout_ns(int fd, int option)
{
    struct timeval time = {0};
    socklen_t octets = sizeof(time);
    int error = errno;
    uint64_t ns = 0;

    if (fd < 0 || fd >= FDS_MAX ||
        atomic_load(option == SO_RCVTIMEO ? &receive_ns[fd] : &send_ns[fd]) == 0)
        return 0;
    if (getsockopt(fd, SOL_SOCKET, option, &time, &octets) == 0 &&
        (fcntl(fd, F_GETFL) & O_NONBLOCK) == 0)
        ns = (uint64_t)time.tv_sec * WARP_SECOND_NS + (uint64_t)time.tv_usec * 1000;
    errno = error;
    return ns;
}

/* False: errno says why not. */
static bool is_ready(int fd, short event, uint64_t deadline_ns)
{
    struct pollfd one = {.fd = fd, .events = event};
    int ready = shim_poll(&one, 1, deadline_ns, NULL);

    if (ready == 0)
        errno = EAGAIN;
    return ready > 0;
}

static bool may_receive(int fd, int flags)
{
    uint64_t ns = (flags & MSG_DONTWAIT) != 0 ? 0 : timeout_ns(fd, SO_RCVTIMEO);

    return ns == 0 || is_ready(fd, POLLIN, warp_add(shim_now_ns(), ns));
}

ssize_t read(int fd, void *to, size_t octets)
{
    ssize_t (*real)(int, void *, size_t);

    SHIM_REAL(real, "read");
    return may_receive(fd, 0) ? real(fd, to, octets) : -1;
}

ssize_t readv(int fd, const struct iovec *to, int count)
{
    ssize_t (*real)(int, const struct iovec *, int);

    SHIM_REAL(real, "readv");
    return may_receive(fd, 0) ? real(fd, to, count) : -1;
}

ssize_t recv(int fd, void *to, size_t octets, int flags)
{
    ssize_t (*real)(int, void *, size_t, int);

    SHIM_REAL(real, "recv");
    return may_receive(fd, flags) ? real(fd, to, octets, flags) : -1;
}

ssize_t recvfrom(int fd, void *restrict to, size_t octets, int flags,
                 struct sockaddr *restrict from, socklen_t *restrict from_octets)
{
    ssize_t (*real)(int, void *, size_t, int, struct sockaddr *, socklen_t *);

    SHIM_REAL(real, "recvfrom");
    return may_receive(fd, flags) ? real(fd, to, octets, flags, from, from_octets) : -1;
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
    ssize_t (*real)(int, struct msghdr *, int);

    SHIM_REAL(real, "recvmsg");
    return may_receive(fd, flags) ? real(fd, message, flags) : -1;
}

/* What programs call that were built with _FORTIFY_SOURCE.
 * NOLINTBEGIN(readability-identifier-naming,readability-function-size): the C library's own. */
ssize_t __read_chk(int fd, void *to, size_t octets, size_t room);
ssize_t __recv_chk(int fd, void *to, size_t octets, size_t room, int flags);
ssize_t __recvfrom_chk(int fd, void *restrict to, size_t octets, size_t room, int flags,
                       struct sockaddr *restrict from, socklen_t *restrict from_octets);

ssize_t __read_chk(int fd, void *to, size_t octets, size_t room)
{
    if (octets > room)
        __builtin_trap();
    return read(fd, to, octets);
}

ssize_t __recv_chk(int fd, void *to, size_t octets, size_t room, int flags)
{
    if (octets > room)
        __builtin_trap();
    return recv(fd, to, octets, flags);
}

ssize_t __recvfrom_chk(int fd, void *restrict to, size_t octets, size_t room, int flags,
                       struct sockaddr *restrict from, socklen_t *restrict from_octets)
{
    if (octets > room)
        __builtin_trap();
    return recvfrom(fd, to, octets, flags, from, from_octets);
}

/* NOLINTEND(readability-identifier-naming,readability-function-size) */

/* ---- sending --------------------------------------------------------------------------------- */

/* As the kernel does it: one time limit for the whole call, and what was taken counts. */
static ssize_t send_within(int fd, const char *from, size_t octets, int flags, uint64_t ns)
{
    ssize_t (*real)(int, const void *, size_t, int);
    uint64_t deadline_ns = warp_add(shim_now_ns(), ns);
    size_t sent = 0;

    SHIM_REAL(real, "send");
    for (;;) {
        ssize_t taken = real(fd, from + sent, octets - sent, flags | MSG_DONTWAIT);

        if (taken > 0)
            sent += (size_t)taken;
        if (sent == octets || (taken < 0 && errno != EAGAIN) || !is_ready(fd, POLLOUT, deadline_ns))
            return sent > 0 || octets == 0 ? (ssize_t)sent : -1;
    }
}

ssize_t send(int fd, const void *from, size_t octets, int flags)
{
    ssize_t (*real)(int, const void *, size_t, int);
    uint64_t ns = (flags & MSG_DONTWAIT) != 0 ? 0 : timeout_ns(fd, SO_SNDTIMEO);

    SHIM_REAL(real, "send");
    return ns > 0 ? send_within(fd, from, octets, flags, ns) : real(fd, from, octets, flags);
}

ssize_t write(int fd, const void *from, size_t octets)
{
    ssize_t (*real)(int, const void *, size_t);
    uint64_t ns = timeout_ns(fd, SO_SNDTIMEO);

    SHIM_REAL(real, "write");
    return ns > 0 ? send_within(fd, from, octets, 0, ns) : real(fd, from, octets);
}
