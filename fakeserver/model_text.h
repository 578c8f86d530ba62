/*
 * model_text.h - the words of the model: its own, or those that `say` and `offer` give it.
 *
 * Shape:   one whole reply, all lines with CRLF, for each reply of the model. The scenario's words
 *          come before the personality's, and those before the model's own.
 * Bounds:  those of the scenario.
 * Lives:   what it hands out lives as long as itself.
 * Source:  scenario.5; RFC 5321 4.2; RFC 2034 4.
 */
#ifndef FAKESERVER_MODEL_TEXT_H
#define FAKESERVER_MODEL_TEXT_H

#include "fakeserver/model.h"

struct model_text;

/* personality may be NULL. NULL: out of memory. */
struct model_text *model_text_new(const struct scenario *scenario,
                                  const struct scenario *personality);
void model_text_free(struct model_text *text);
/* As it is worded in this state: with enhanced status codes where they were offered, and with other
 * offers under TLS. */
struct bytes model_text_reply(const struct model_text *text, enum model_reply reply,
                              const struct model_state *state);

#endif
