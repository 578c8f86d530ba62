/*
 * fake_server.h - the scripted SMTP server of one connection, as an engine (base/engine.h).
 *
 * Each unit that the client sends is asked of the dialogue, then of the scenario's standing rules,
 * then of the personality's, then of the model. The state of the session follows
 * the replies that were really sent, whoever decided them: what an EHLO reply named is offered, a
 * 2yz to MAIL opened a transaction, a 3yz to DATA means that mail data comes.
 *
 * Shape:   events are transcript records, oldest first, already redacted.
 * Bounds:  base/smtp_limits.h (command line, response line, queues). Nothing is allocated after
 *          fake_server_new().
 * Lives:   the scenario and the personality are borrowed until fake_server_free(); a record from
 *          fake_server_event() lives until the next call on the same engine.
 * Source:  RFC 5321, 1870, 2034, 2920, 4954, 6152.
 */
#ifndef FAKESERVER_FAKE_SERVER_H
#define FAKESERVER_FAKE_SERVER_H

#include "base/buf.h"
#include "base/engine.h"
#include "fakeserver/cut.h"
#include "fakeserver/fake_server_pool.h"
#include "fakeserver/model_text.h"
#include "fakeserver/scenario.h"
#include "fakeserver/transcript.h"

struct fake_server;

struct fake_server_options {
    const struct scenario *scenario;
    const struct scenario *personality; /* NULL: the model as it is */
    unsigned connection;                /* 1-based: which dialogue of the scenario this plays */
    bool implicit_tls;                  /* TLS begins at once, whatever the scenario says */
    uint64_t limit_ms;                  /* the run is ended then, absolute; ENGINE_NEVER */
    uint64_t now_ms;
    struct fake_server_pool *pool; /* NULL: this connection has all of its memory for itself */
    /* The model's wording for scenario and personality, borrowed; NULL: this connection makes its
     * own. Whoever serves many makes it once. */
    const struct model_text *text;
    /* Borrowed: the content of the message being received, or received last; NULL: it is not kept.
     * It is whole when a record with facts that have `ended` is taken, and as far as its maximum
     * goes. It grows while octets are received. */
    struct buf *mail;
    const struct cut *cut; /* borrowed; NULL, or on another connection: nothing is cut */
};

struct fake_server *fake_server_new(const struct fake_server_options *options); /* NULL: memory */
void fake_server_free(struct fake_server *server);
struct engine fake_server_engine(struct fake_server *server);

bool fake_server_event(struct fake_server *server, struct transcript_record *ret);
/* The client has ended, as whoever runs it knows: a server that is deaf reads what there is, or has
 * come to its limit when the client was ended. */
void fake_server_client_ended(struct fake_server *server, uint64_t now_ms, bool by_us);
bool fake_server_is_over(const struct fake_server *server); /* both directions have ended */

#endif
