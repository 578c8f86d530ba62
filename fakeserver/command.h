/*
 * command.h - one unit that an SMTP client sent, as written and as meant.
 *
 * Tolerant on purpose: it describes what came and refuses nothing; what is wrong with it stands in
 * the notes or is found by the strict grammar elsewhere.
 *
 * Shape:   a line is taken apart: verb, argument, path, parameters, mechanism; what is not there is
 *          a span whose data is NULL.
 * Bounds:  SMTP_PARAMETERS_MAX parameters; more are counted in parameters_lost.
 * Lives:   spans point into the octets given.
 * Source:  RFC 5321 2.3.8, 2.4, 4.1.1, 4.1.2; RFC 3030 2; RFC 4954 4.
 */
#ifndef FAKESERVER_COMMAND_H
#define FAKESERVER_COMMAND_H

#include "base/bytes.h"
#include "base/smtp_limits.h"
#include "base/smtp_verb.h"
#include "fakeserver/transcript.h"

struct command_parameter {
    struct bytes name;
    struct bytes value; /* data NULL: no "=" */
};

struct command {
    enum transcript_kind kind; /* COMMAND, RESPONSE, MAIL_DATA, CHUNK, OCTETS */
    uint32_t notes;            /* BARE_LF, BARE_CR, NUL */
    struct bytes line;         /* raw, with its line end; empty for mail data */
    struct bytes text;         /* without its line end */

    enum smtp_verb verb; /* COMMAND; else OTHER */
    struct bytes verb_text;
    struct bytes argument; /* behind the verb and blanks, without blanks at its end */

    bool bracketed;    /* MAIL, RCPT: the path stands between < and > */
    struct bytes path; /* MAIL, RCPT: without brackets; data NULL: there is none */
    size_t parameter_count;
    size_t parameters_lost;
    struct command_parameter parameters[SMTP_PARAMETERS_MAX];

    struct bytes mechanism;        /* AUTH */
    struct bytes initial_response; /* AUTH: all behind the mechanism; data NULL: none */

    bool has_chunk; /* BDAT with a size that is a number */
    uint64_t chunk_octets;
    bool last; /* BDAT … LAST, and mail data */
};

/* A line with its line end, or without one when the connection ended in it. */
void command_read(struct bytes line, struct command *ret);
/* The same line as a SASL client response (RFC 4954 4). */
void command_read_response(struct bytes line, struct command *ret);
/* A unit that is no line: mail data, a chunk. */
void command_of_kind(enum transcript_kind kind, struct command *ret);

/* NULL: not there. The first one, when there are several. */
const struct command_parameter *command_find_parameter(const struct command *command,
                                                       struct bytes name);

#endif
