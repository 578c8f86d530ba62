/*
 * relay.h - between a client and a server: passes on what each says, and lets a recorder see it.
 *
 * Two engines, one facing the client, one the server; each is driven by its own connection. What
 * one of them took makes the other stir: relay_stirred() says which connection has to be woken.
 *
 * STARTTLS: the 220 reply stays here until TLS with the server is made; then it is passed on, and
 *          TLS with the client is made. Octets in the clear behind the command or the reply make
 *          the handshake fail (drive.h): nothing is carried over (RFC 3207 6).
 * Ends:    FIN is passed on as FIN, so that a half-closed connection stays one; RST as RST.
 * Login:   with one, what the client says in AUTH is replaced on its way (login.h).
 * Laws:    any division of the octets gives the same recording and the same octets onward; nothing
 *          is added or left out, but for what a login replaces and the relay's own STARTTLS.
 * Bounds:  RELAY_OCTETS_MAX octets wait in each direction: then that side is not read.
 * Lives:   recorder and login are borrowed. Neither engine may be used after relay_free().
 * Errors:  relay_trouble(): why it could not go on, in one sentence.
 */
#ifndef HARNESS_RECORD_RELAY_H
#define HARNESS_RECORD_RELAY_H

#include "base/engine.h"
#include "base/err.h"
#include "harness/record/login.h"
#include "harness/record/recorder.h"

#define RELAY_OCTETS_MAX ((size_t)64 * 1024)

enum relay_tls {
    RELAY_TLS_AS_CLIENT, /* in the clear, until the client asks for STARTTLS */
    RELAY_TLS_STARTTLS,  /* the relay asks for it, before the client is told anything */
    RELAY_TLS_IMPLICIT
};

struct relay;

struct relay_options {
    struct recorder *recorder;
    struct login *login; /* NULL: the client's own is passed on */
    enum relay_tls to_server;
    bool client_implicit; /* TLS with the client before the greeting */
};

struct relay *relay_new(const struct relay_options *options); /* NULL: no memory */
void relay_free(struct relay *relay);
/* The engine that faces that side. */
struct engine relay_engine(struct relay *relay, enum recorder_side side);
/* The connection of that side has to be woken; asked once, it is forgotten. */
bool relay_stirred(struct relay *relay, enum recorder_side side);
/* "" = none. */
const char *relay_trouble(const struct relay *relay);
/* Ends both sides at once, for this reason. */
void relay_fail(struct relay *relay, const char *trouble);

#endif
