/*
 * profile_seen.h - what one transcript shows of a client's habits, gathered in one pass.
 *
 * Shape:   first occurrences and counts, over all connections of the run. OTHER stands for a verb
 *          that did not come.
 * Lives:   spans live in the arena given, or in the transcript.
 * Errors:  ERR_MEMORY, ERR_LIMIT (arena).
 * Source:  RFC 5321 4.1, 4.2; RFC 2920; RFC 4954; the session is session_view.h.
 */
#ifndef HARNESS_PROFILE_PROFILE_SEEN_H
#define HARNESS_PROFILE_PROFILE_SEEN_H

#include "base/arena.h"
#include "base/err.h"
#include "base/smtp_verb.h"
#include "fakeserver/command.h"
#include "fakeserver/transcript.h"

#define PROFILE_VERB_BIT(verb) (UINT64_C(1) << (verb))

struct profile_seen {
    unsigned connections;

    enum smtp_verb hello; /* the first of EHLO, HELO, LHLO */
    struct bytes hello_argument;
    bool hello_refused;
    enum smtp_verb after_refusal; /* what followed a refused one, on any connection */
    bool upper_case, lower_case;  /* letters of the verbs that are known */

    uint64_t early;    /* PROFILE_VERB_BIT() of what came before the reply to its predecessor … */
    uint64_t commands; /* … and of all that came */

    unsigned mails, rcpts;
    struct command mail;                   /* the first */
    enum smtp_verb transfer;               /* DATA or BDAT, the first */
    const struct mail_data_facts *content; /* of the first message that came whole; NULL: none */
    bool content_as_commands;              /* its rest came where commands belong */
    enum smtp_verb between; /* what followed a message, on its connection; never QUIT */
    bool has_between;

    struct bytes mechanism; /* of the first AUTH; data NULL: none */
    bool has_initial_response;

    bool quit_sent;
    bool quit_unwaited; /* the client closed before the reply to QUIT was there */
    bool left_silently; /* the client closed, QUIT was not sent, the server had not closed */

    unsigned handshakes, resumed;
    const struct tls_facts *tls; /* of the first that was made; NULL: none */
    enum smtp_verb first_secure; /* the first command inside of TLS */
    bool has_first_secure;
};

bool profile_seen_gather(const struct transcript *transcript, struct arena *arena,
                         struct profile_seen *ret, struct err *err);

#endif
