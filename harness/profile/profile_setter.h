/*
 * profile_setter.h - whether a habit is the client's own, or its recipe's.
 *
 * A recipe sets a value when it has it as a word of its own, whatever its condition, or hands on
 * the fact that the run gives for it. Of an adapter, which reads all facts, it cannot be said.
 *
 * Lives:   what is answered is static.
 * Errors:  none.
 */
#ifndef HARNESS_PROFILE_PROFILE_SETTER_H
#define HARNESS_PROFILE_PROFILE_SETTER_H

#include "harness/profile/profile_traits.h"
#include "harness/recipe/recipe.h"

enum profile_setter {
    PROFILE_SET_BY_CLIENT, /* or by something that is not seen */
    PROFILE_SET_BY_RECIPE,
    PROFILE_SET_BY_ADAPTER /* it may */
};

enum profile_setter profile_setter_of(const struct profile_trait *trait,
                                      const struct profile_seen *seen, const struct recipe *recipe);

#endif
