/*
 * listener.h - accepts TCP connections at one address.
 *
 * Shape:   numeric addresses; port 0 lets the system choose. Which one it was: listener_port().
 * Bounds:  LISTENER_BACKLOG; at most LISTENER_AT_ONCE are accepted before the loop serves the
 *          others; at most loop_files_max() connections live at one time, the next ones wait in the
 *          backlog until one has ended (`trouble` hears of the first time).
 * Lives:   until listener_free() or loop_free(); its connections live on. calls are borrowed.
 * Errors:  ERR_IO with the address and the system's words.
 */
#ifndef TRANSPORT_LISTENER_H
#define TRANSPORT_LISTENER_H

#include "transport/connection.h"

#define LISTENER_BACKLOG 4096
#define LISTENER_AT_ONCE 64
#define LISTENER_LITTLE_OCTETS (16 * 1024)

struct listener;

struct listener *listener_new(struct loop *loop, const char *address, unsigned port,
                              const struct connection_calls *calls, void *owner, struct err *err);
/* Connections to come are given buffers so small that an owner who reads nothing is felt by the
 * other side. As far as the system goes along: it has a least of its own. */
void listener_take_little(struct listener *listener);
unsigned listener_port(const struct listener *listener);
const char *listener_address(const struct listener *listener); /* as long as the listener */
void listener_free(struct listener *listener);

#endif
