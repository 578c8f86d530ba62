/*
 * players.h - the clients that can play: an actor with its traits, and the product's own client.
 */
#ifndef TESTS_MUTANTS_PLAYERS_H
#define TESTS_MUTANTS_PLAYERS_H

#include "tests/mutants/mutants.h"
#include "tests/mutants/play.h"

struct actor_kind {
    const enum actor_trait *traits; /* ACTOR_PLAIN ends nothing and adds nothing */
    size_t trait_count;
    bool each_recipient;
    bool reconnects;
    struct actor_kept *kept; /* by the player: what one connection teaches for the next */
};

/* kind is borrowed as long as the player is used. */
struct player player_of_actor(struct actor_kind *kind);
struct player player_of_smtp_client(void);

#endif
