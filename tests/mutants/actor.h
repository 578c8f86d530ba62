/*
 * actor.h - a small SMTP client for tests, whose behaviour is a set of traits.
 *
 * Without a trait it is a correct, simple client. A trait makes it wrong in one point (a mutant),
 * or different where the RFCs leave a choice (a harmless variant): mutants.h has both tables. It
 * shares no code with client/: what the two agree on is a second opinion.
 *
 * Shape:   an engine (base/engine.h); at the end a struct smtp_claim.
 * Bounds:  ACTOR_RECIPIENTS_MAX recipients; nothing is allocated after actor_new().
 * Lives:   the job is borrowed until actor_free(), as are the spans of the claim.
 */
#ifndef TESTS_MUTANTS_ACTOR_H
#define TESTS_MUTANTS_ACTOR_H

#include "base/engine.h"
#include "base/smtp_outcome.h"
#include "fakeserver/scenario.h"
#include "tests/mutants/traits.h"

#define ACTOR_RECIPIENTS_MAX 256

/* What the client is told to do. */
struct actor_job {
    struct bytes from;
    const struct bytes *to;
    size_t to_count;
    struct bytes user; /* empty: no credentials */
    struct bytes password;
    struct bytes domain;    /* for EHLO; data NULL: its own */
    struct bytes mechanism; /* empty: its own choice */
    struct mail_text message;
    enum send_tls tls;
    unsigned before;                  /* set of enum send_before */
    uint64_t timeout_ms;              /* 0: those of RFC 5321 4.5.3.2 */
    const struct scenario_send *send; /* parameters, LMTP */
    const struct mail_text *messages; /* all of them; message is the first */
    size_t message_count;
    struct actor_kept *kept; /* from connection to connection; NULL: nothing is */
};

struct actor;

struct actor *actor_new(const struct actor_job *job, const enum actor_trait *traits,
                        size_t trait_count, uint64_t now_ms); /* NULL: out of memory */
void actor_free(struct actor *actor);
struct engine actor_engine(struct actor *actor);
bool actor_is_over(const struct actor *actor);
void actor_claim(const struct actor *actor, struct smtp_claim *ret);

#endif
