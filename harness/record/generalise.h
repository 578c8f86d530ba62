/*
 * generalise.h - a dialogue that took place, turned into a scenario: what was said once becomes
 * what is to be said again.
 *
 * Commands become patterns that compare by meaning, mailboxes and credentials the placeholders of
 * what `send` gives, dates and identifiers of one mail {date} and {token} (moment.h). A mechanism
 * in which the server has to prove something is left to the model, in the recorded words. Whatever
 * the dialogue cannot tell is left to the model, too.
 *
 * Shape:   one text: head, dialogue, expectation.
 * Bounds:  that of the buffer given.
 * Lives:   the dialogue is borrowed; names gathers mailboxes that replies bring in.
 * Errors:  ERR_MEMORY, also for a full buffer.
 * Source:  scenario.5.
 */
#ifndef HARNESS_RECORD_GENERALISE_H
#define HARNESS_RECORD_GENERALISE_H

#include "harness/import/import_redact.h"

/* Where the dialogue comes from. */
struct generalise_origin {
    struct bytes title;     /* empty: "WHAT: how it went" */
    const char *what;       /* "a dialogue from a log" */
    const char *source;     /* the text behind `source` */
    struct bytes comments;  /* whole lines behind that, each with its "#"; may be empty */
    bool lacks_replies;     /* a unit without a reply may have had one: the model answers it */
    bool content_is_proof;  /* there are no marks: what a line says is no remark behind it */
    struct bytes mail_data; /* kept: what the client is given again; data NULL: not kept */
};

bool generalise(const struct import_dialogue *dialogue, const struct generalise_origin *origin,
                struct import_names *names, struct buf *ret, struct err *err);
/* What was made, in the canonical layout, which is also the proof that it is a scenario; where the
 * server said what no server may say, it is called `odd`. */
bool generalise_finish(struct bytes text, struct arena *arena, struct buf *ret, struct err *err);
/* Any scenario in the canonical layout. */
bool generalise_lay_out(struct bytes text, struct arena *arena, struct buf *ret, struct err *err);

#endif
