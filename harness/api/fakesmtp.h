/*
 * fakesmtp.h - a fake SMTP server inside a test: play a scenario against the client code of this
 * very process, and hold the client to it.
 *
 * Shape:   start, run your client against host and port, say what it claims, finish, look.
 * Threads: each struct fakesmtp has a thread with a loop of its own. All functions are for the
 *          caller's side: on one struct fakesmtp from one thread at a time; several may be played
 *          at once. The thread has all signals blocked, and no disposition is changed.
 * Bounds:  FAKESMTP_CONNECTIONS_MAX connections at one time, more are closed at once;
 *          FAKESMTP_MAIL_OCTETS_MAX octets of each message are kept.
 * Lives:   every pointer that is answered belongs to the struct fakesmtp, until fakesmtp_free();
 *          what is given is copied.
 * Errors:  in struct fakesmtp_error, filled on failure only. A client that misbehaves is no error
 *          but a verdict.
 * Source:  fakesmtp(3).
 */
#ifndef HARNESS_API_FAKESMTP_H
#define HARNESS_API_FAKESMTP_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FAKESMTP_CONNECTIONS_MAX 256
#define FAKESMTP_MAIL_OCTETS_MAX (16 * 1024 * 1024)

struct fakesmtp;

struct fakesmtp_error {
    unsigned line; /* 1-based, of the scenario's text; 0 = not about a text */
    unsigned column;
    char what[240]; /* one sentence, with file, line and column in it where there are any */
};

/* All zero is what most want. */
struct fakesmtp_options {
    const char *data;   /* folder of the installed data; NULL: it is looked for */
    const char *client; /* its name in the findings; NULL: "client" */
    unsigned long long seed;
    unsigned limit_ms;  /* of the whole; 0: the scenario's, else 30,000 */
    unsigned settle_ms; /* for connections still open at fakesmtp_finish(); 0: 3,000 */
    bool takes_name;    /* the client can be told a name to verify that is not the host's */
};

enum fakesmtp_verdict {
    FAKESMTP_PASS,
    FAKESMTP_WARN,        /* a SHOULD was broken */
    FAKESMTP_FAIL,        /* a MUST, or what the scenario expects */
    FAKESMTP_UNSUPPORTED, /* it could not be judged: the client still waited, as it may */
    FAKESMTP_NOT_REACHED, /* the client never came to the point that the scenario tests */
    FAKESMTP_ERROR        /* the tester's own fault */
};

/* Serves at once. name: an installed scenario, NAME[INSTANCE] of one with a sweep; an installed
 * personality; "model"; or the path of a .drill file. options may be NULL. NULL: *error says why.
 */
struct fakesmtp *fakesmtp_start(const char *name, const struct fakesmtp_options *options,
                                struct fakesmtp_error *error);
/* The same for the text of a scenario; see scenario(5). */
struct fakesmtp *fakesmtp_start_text(const char *text, const struct fakesmtp_options *options,
                                     struct fakesmtp_error *error);
/* Ends whatever goes on; NULL is fine. */
void fakesmtp_free(struct fakesmtp *server);

const char *fakesmtp_host(const struct fakesmtp *server);
unsigned fakesmtp_port(const struct fakesmtp *server);
/* What the client is to do, by the words of recipe(5): "from", "to", "user", "password", "tls",
 * "ca", "tls-name" … "" = the scenario asks for none; NULL = there is no such word. */
const char *fakesmtp_fact(struct fakesmtp *server, const char *word);
/* The number-th message that the client is to send, from 1 on; NULL = it has no more. A NUL stands
 * behind the octets, for messages that are text. ret_octets may be NULL. */
const char *fakesmtp_message(struct fakesmtp *server, unsigned number, size_t *ret_octets);

/* What the client says became of the message: "sent", "temporary", "permanent", "unknown",
 * "partial", "refused-auth", "refused-tls", or "failed" when it says no more than that. recipient:
 * NULL = the whole. code: the reply code that decided, 0 = it does not say. False: no such word,
 * already finished, or no memory. Whoever claims nothing is judged by what it did on the wire. */
bool fakesmtp_claim(struct fakesmtp *server, const char *recipient, const char *outcome,
                    unsigned code);
/* What the client tells its user, for `expect report`. Several are lines of one report. */
bool fakesmtp_told(struct fakesmtp *server, const char *text);

/* The client is done: waits until its connections are over, asks the judge, serves no more. Asked
 * again, it answers the same. */
enum fakesmtp_verdict fakesmtp_finish(struct fakesmtp *server);

/* ---- behind fakesmtp_finish() ---------------------------------------------------------------- */

/* The verdict in the words of smtpdrill(1), with the dialogue around each finding; fit for a
 * terminal. */
const char *fakesmtp_findings(const struct fakesmtp *server);
/* The number-th message that arrived whole, from 1 on, after transparency is undone; accepted or
 * not. NULL = there were no more. */
const char *fakesmtp_mail(const struct fakesmtp *server, unsigned number, size_t *ret_octets);
/* Writes the transcript(5), for `smtpdrill judge`. */
bool fakesmtp_keep(const struct fakesmtp *server, const char *path, struct fakesmtp_error *error);

#ifdef __cplusplus
}
#endif

#endif
