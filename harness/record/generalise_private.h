/*
 * generalise_private.h - what the parts of generalise know of each other: what is written, and the
 * head (generalise_head.c).
 */
#ifndef HARNESS_RECORD_GENERALISE_PRIVATE_H
#define HARNESS_RECORD_GENERALISE_PRIVATE_H

#include "base/smtp_outcome.h"
#include "harness/record/generalise.h"

#define GENERALISE_TEXT_OCTETS_MAX ((size_t)64 * 1024) /* of one line of a reply */

/* Where it ends badly, or how well: what the title and the expectation speak of. */
struct result {
    enum smtp_stage stage;
    unsigned code;
    bool sent;
    bool told; /* the dialogue shows how it ended */
};

struct writing {
    const struct import_dialogue *dialogue;
    const struct generalise_origin *origin;
    struct import_names *names;
    struct buf *to;
    struct result result;
    size_t count;        /* units that are written; what comes behind them is left to the model */
    size_t recipients;   /* that they name */
    uint64_t cut_octets; /* of mail data that was cut there; 0 = none */
    unsigned mails;      /* that they hold */
    bool model_last;     /* `...` was written last */
    bool accepted;       /* a recipient was, since MAIL */
};

bool generalise_is_accepted(const struct import_unit *unit); /* with 2yz */
/* An AUTH that the model leads: the server's messages are made of the client's there, so that
 * recorded ones fit no other exchange. */
bool generalise_is_led(const struct import_unit *unit);
/* Index of the last unit of the exchange that begins there. */
size_t generalise_exchange_end(const struct writing *writing, size_t at);
struct bytes
generalise_mechanism(const struct import_unit *unit); /* of AUTH; empty: none that is known */
/* It cannot stand behind "S: " as it is. */
bool generalise_needs_quotes(struct bytes text);

/* Decides how much is written, and how it ended. */
void generalise_survey(struct writing *writing);
bool generalise_put_head(struct writing *writing);
bool generalise_put_expectation(struct writing *writing);

#endif
