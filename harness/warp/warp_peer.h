/*
 * warp_peer.h - does a client wait for this machine at a descriptor, or for somebody beyond it?
 *
 * A name server answers in its own time; only who waits for this machine is told another one.
 *
 * Errors:  what is no socket, and what the kernel tells nothing about, is not foreign; errno may
 *          change.
 */
#ifndef HARNESS_WARP_WARP_PEER_H
#define HARNESS_WARP_WARP_PEER_H

#include <stdbool.h>

bool warp_peer_is_foreign(int fd);

#endif
