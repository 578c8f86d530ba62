/*
 * import_content.h - which side says a line, told by the line alone.
 *
 * Three digits and a separator are a reply; a verb whose argument it can have is a command. What
 * is neither may be a response, mail data or noise: only its place tells.
 *
 * Source:  RFC 5321 4.1.1, 4.2.
 */
#ifndef HARNESS_IMPORT_IMPORT_CONTENT_H
#define HARNESS_IMPORT_IMPORT_CONTENT_H

#include "base/bytes.h"
#include "base/smtp_verb.h"

enum import_hint {
    IMPORT_HINT_NONE,
    IMPORT_HINT_CLIENT,
    IMPORT_HINT_SERVER,
    IMPORT_HINT_ERROR, /* the program repeats a reply behind "failed: " */
    IMPORT_HINT_OPENS, /* a connection begins */
    IMPORT_HINT_GAP,   /* here something was said that the log does not show */
    IMPORT_HINT_NOISE  /* the program speaks of itself */
};

unsigned import_reply_code(struct bytes text);   /* 0: no reply line */
bool import_ends_reply(struct bytes reply_line); /* the last of its reply */
/* The verb of a line that is a command beyond doubt; OTHER: it is none. */
enum smtp_verb import_command_verb(struct bytes text);
enum import_hint import_side_of(struct bytes text); /* CLIENT, SERVER or NONE */
bool import_is_base64(struct bytes text);           /* only its letters, and some */
size_t import_word_count(struct bytes text);

#endif
