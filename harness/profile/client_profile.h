/*
 * client_profile.h - the habits of one client: an answer to each trait, printed and compared.
 *
 * Shape:   answers[i] belongs to profile_traits[i]; data NULL: no run showed it.
 * Bounds:  PROFILE_FILE_OCTETS_MAX for one that was stored.
 * Lives:   all spans are borrowed; the caller's arena holds them.
 * Errors:  ERR_SYNTAX for a text that is no stored profile, ERR_IO, ERR_MEMORY.
 * Source:  the sections of profile_traits.h.
 */
#ifndef HARNESS_PROFILE_CLIENT_PROFILE_H
#define HARNESS_PROFILE_CLIENT_PROFILE_H

#include "harness/profile/profile_setter.h"

#include <stdio.h>

#define PROFILE_FILE_OCTETS_MAX (1024 * 1024)

struct client_profile {
    const char *client;
    const char *version;         /* "" when unknown */
    const struct recipe *recipe; /* it was run by */
    struct bytes answers[PROFILE_TRAITS_MAX];
    enum profile_setter setters[PROFILE_TRAITS_MAX]; /* of the answers */
};

/* What the transcript of a run says, added to the profile; a run that was made again adds nothing
 * to what was answered before. */
bool client_profile_add(struct client_profile *profile, const char *run,
                        const struct transcript *transcript, struct arena *arena, struct err *err);

bool client_profile_print(const struct client_profile *profile, FILE *to, struct err *err);
bool client_profile_print_json(const struct client_profile *profile, FILE *to, struct err *err);

/* Prints a line for each answer that is another one than in old, the text that print_json() wrote;
 * a trait that only one of the two knows is no change. */
bool client_profile_print_changes(const struct client_profile *profile, struct bytes old, FILE *to,
                                  size_t *ret_changes, struct err *err);

#endif
