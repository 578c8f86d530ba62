/*
 * script.h - the server of one connection as a scenario (scenario.5), thrown together.
 *
 * The model serves, mostly; standing rules answer some units otherwise: refusals, greylisting, 421,
 * replies of several lines, replies that are none, silence, closing.
 */
#ifndef TESTS_SIMULATE_SCRIPT_H
#define TESTS_SIMULATE_SCRIPT_H

#include "base/buf.h"
#include "tests/simulate/chance.h"

struct script_facts {
    bool small_size; /* SIZE of EHLO is less than some messages have */
};

/* tries: connections before this one; late ones are kinder, so that queues come to an end. */
bool script_write(struct chance *chance, unsigned tries, struct buf *ret,
                  struct script_facts *ret_facts);
/* A message with what is easily taken for something else in it; index tells it from the others. */
bool script_message(struct chance *chance, unsigned index, struct buf *ret);

#endif
