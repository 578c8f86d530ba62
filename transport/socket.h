/*
 * socket.h - the edge to the kernel, whole: a loop, listeners, connections (libuv).
 *
 * A loop owns everything made on it. A connection is a transport for a drive; it is freed by the
 * loop after its `over` call. Loopback and port 0 unless the caller says otherwise.
 */
#ifndef TRANSPORT_SOCKET_H
#define TRANSPORT_SOCKET_H

#include "transport/connection.h"
#include "transport/listener.h"
#include "transport/loop.h"

#endif
