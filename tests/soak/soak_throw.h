/*
 * soak_throw.h - what a server of the soak is told to do wrong, thrown by chance.
 *
 * Errors:  ERR_MEMORY, and those of tls_context_prepare().
 */
#ifndef TESTS_SOAK_SOAK_THROW_H
#define TESTS_SOAK_SOAK_THROW_H

#include "base/buf.h"
#include "fakeserver/cut.h"
#include "tests/simulate/chance.h"
#include "transport/tls_context.h"

/* A scenario; with_tls: its handshakes may be wrong as well. */
bool soak_throw_script(struct chance *chance, bool with_tls, struct buf *ret);
struct cut soak_throw_cut(struct chance *chance);
/* Makes what every such handshake needs, so that none makes it later. */
bool soak_prepare_tls(struct tls_context *context, struct err *err);

#endif
