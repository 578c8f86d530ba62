/*
 * smtp_client.h - a real SMTP client, as an engine (base/engine.h).
 *
 * It greets, authenticates, and sends one message after the other on one connection. What it does
 * on each class of reply in each state is one flat table (smtp_client_step()), each row with its
 * section. Every forward-path gets an outcome of its own.
 *
 *     client = smtp_client_new(&options, &err);
 *     smtp_client_submit(client, &message, &err);
 *     smtp_client_finish(client);                      QUIT when all is done
 *     ... a driver joins smtp_client_engine(client) to a transport ...
 *     while (smtp_client_event(client, &event)) ...    RECIPIENT, MESSAGE, OVER
 *
 * Shape:   engine calls, plus submit, feed, finish, abandon; events.
 * Bounds:  options.recipients_max; SMTP_CLIENT_OUTPUT_OCTETS to be sent; base/smtp_limits.h.
 *          Nothing is allocated after smtp_client_new(), but by GNU SASL in its steps (sasl.h).
 * Lives:   options are copied, the secrets too (wiped by smtp_client_free()). A message is
 *          borrowed until its MESSAGE event; what an event points to lives until the next call,
 *          except reply texts and addresses, which live until the next smtp_client_submit().
 * Errors:  what the server does is never an error but an outcome; ERR_MEMORY, ERR_SYNTAX for
 *          options and messages that cannot be used at all.
 * TLS:     is the transport's work (base/tls.h); how well the server was verified, too. What was
 *          heard before it is forgotten, and EHLO is said again (RFC 3207 4.2).
 * Source:  RFC 5321, 1870, 2920, 3207, 4954, 6152, 8314.
 *
 * Whatever calls the owner makes outside the driver (submit, feed, finish, abandon) may leave
 * something pending: wake the driver afterwards.
 */
#ifndef CLIENT_SMTP_CLIENT_H
#define CLIENT_SMTP_CLIENT_H

#include "base/engine.h"
#include "base/err.h"
#include "base/smtp_extension.h"
#include "base/smtp_limits.h"
#include "base/smtp_outcome.h"
#include "base/smtp_verb.h"
#include "base/tls.h"
#include "client/smtp_message.h"

enum {
    SMTP_CLIENT_OUTPUT_OCTETS = 64 * 1024,
    SMTP_CLIENT_TEXT_OCTETS = 32 * 1024,   /* of reply texts kept for the outcomes of one message */
    SMTP_CLIENT_DOMAINS_OCTETS = 8 * 1024, /* of recipients' domains, where a server counts them */
    SMTP_CLIENT_RECIPIENTS_DEFAULT = 128,
    SMTP_CLIENT_QUIT_MS = 60000,
    SMTP_CLIENT_CHUNK_OCTETS = 30 * 1024, /* two of them find room in what is to be sent */
    SMTP_CLIENT_CHUNK_OCTETS_MIN = 16
};

/* How long each kind of reply, and each block of mail data, may take. */
#define SMTP_CLIENT_TIMEOUT_TABLE(X) /* enum name, word, default in milliseconds, source */        \
    X(GREETING, "greeting", SMTP_TIMEOUT_GREETING_MS, "RFC 5321 4.5.3.2.1; with the connecting")   \
    X(EHLO, "ehlo", SMTP_TIMEOUT_MAIL_MS, "ours: as for MAIL")                                     \
    X(TLS, "tls", SMTP_TIMEOUT_MAIL_MS, "ours: as for MAIL; STARTTLS, then the handshake")         \
    X(AUTH, "auth", SMTP_TIMEOUT_MAIL_MS, "ours: as for MAIL")                                     \
    X(MAIL, "mail", SMTP_TIMEOUT_MAIL_MS, "RFC 5321 4.5.3.2.2")                                    \
    X(RCPT, "rcpt", SMTP_TIMEOUT_RCPT_MS, "RFC 5321 4.5.3.2.3")                                    \
    X(DATA, "data", SMTP_TIMEOUT_DATA_MS, "RFC 5321 4.5.3.2.4")                                    \
    X(BLOCK, "block", SMTP_TIMEOUT_BLOCK_MS, "RFC 5321 4.5.3.2.5; ours: and chunks but the last")  \
    X(END_OF_DATA, "end-of-data", SMTP_TIMEOUT_END_OF_DATA_MS, "RFC 5321 4.5.3.2.6")               \
    X(RSET, "rset", SMTP_TIMEOUT_MAIL_MS, "ours: as for MAIL; also NOOP and VRFY")                 \
    X(QUIT, "quit", SMTP_CLIENT_QUIT_MS,                                                           \
      "ours: the outcome does not hang on it (RFC 5321 4.1.1.10)")

enum smtp_client_timeout {
#define X(name, word, default_ms, source) SMTP_CLIENT_TIMEOUT_##name,
    SMTP_CLIENT_TIMEOUT_TABLE(X)
#undef X
        SMTP_CLIENT_TIMEOUT_COUNT
};

const char *smtp_client_timeout_word(enum smtp_client_timeout timeout);
uint64_t smtp_client_timeout_default_ms(enum smtp_client_timeout timeout);

enum smtp_client_tls {
    SMTP_CLIENT_TLS_NONE,          /* never, whatever is offered */
    SMTP_CLIENT_TLS_OPPORTUNISTIC, /* STARTTLS where it is offered; in the clear where it is not, or
                                      is refused. A handshake that fails ends the session. */
    SMTP_CLIENT_TLS_REQUIRED,      /* STARTTLS, or nothing is sent (RFC 3207 6) */
    SMTP_CLIENT_TLS_IMPLICIT       /* from the first octet on (RFC 8314 3.3) */
};

struct smtp_client_options {
    struct bytes host; /* for EHLO: our FQDN, or an address literal (RFC 5321 4.1.3) */
    /* Credentials. With a user, or with EXTERNAL as the mechanism, nothing is sent without
     * authentication (RFC 4954 9). */
    struct bytes user;
    struct bytes password;
    struct bytes token; /* bearer token of OAuth 2.0, in place of a password (RFC 7628) */
    bool certificate;   /* TLS shows a certificate of ours; without password and token it counts */
    struct bytes authorization;    /* identity to act as; empty: the user's */
    enum smtp_mechanism mechanism; /* with has_mechanism: this one and no other */
    bool has_mechanism;
    struct bytes server; /* its host, as the user names it; DIGEST-MD5 and OAUTHBEARER say it */
    unsigned port;       /* 0: not known */
    enum smtp_client_tls tls;
    /* This type of channel binding and no other, for the PLUS forms of SCRAM; without it the best
     * that TLS has. */
    bool has_channel_binding;
    enum tls_binding channel_binding;
    bool plaintext_auth; /* PLAIN, LOGIN, tokens also without TLS (RFC 4616 5, 4954 9: not so) */
    bool lmtp;           /* LHLO, and a reply for each recipient (RFC 2033); never on port 25 */
    bool no_chunking;    /* DATA, even if CHUNKING is offered */
    size_t chunk_octets; /* of one BDAT at most; 0 = SMTP_CLIENT_CHUNK_OCTETS, which is the most */
    bool no_pipelining;  /* one command at a time, even if PIPELINING is offered */
    bool bare_lf;        /* replies may end in LF alone (RFC 5321 2.3.8: not so) */
    bool trace;          /* events SENT, RECEIVED, STATE */
    /* Commands before the first MAIL, in this order, each reply awaited (RFC 2920 3.1). */
    bool noop;
    const struct bytes *verify; /* VRFY: user names or mailboxes (RFC 5321 3.5.1) */
    size_t verify_count;
    bool rset;
    size_t recipients_max; /* of one message; 0 = SMTP_CLIENT_RECIPIENTS_DEFAULT */
    uint64_t now_ms;       /* when the connecting began */
    uint64_t timeouts_ms[SMTP_CLIENT_TIMEOUT_COUNT]; /* 0 = the default */
};

struct smtp_client;

struct smtp_client *smtp_client_new(const struct smtp_client_options *options, struct err *err);
void smtp_client_free(struct smtp_client *client);
struct engine smtp_client_engine(struct smtp_client *client);

/* Takes one message; the next one after its MESSAGE event. False: one is still being sent, there
 * are no or too many forward-paths, or it cannot be sent to any server (a NUL, a bare CR, a line
 * that is too long). A mailbox that is none makes the outcome of its recipient, or of all. */
bool smtp_client_submit(struct smtp_client *client, const struct smtp_message *message,
                        struct err *err);
/* Octets of a streamed message, after WANTS_DATA. Returns the octets taken: the rest with the next
 * WANTS_DATA. last: nothing comes after these octets. */
size_t smtp_client_feed(struct smtp_client *client, struct bytes octets, bool last);
/* No further message will come: QUIT when this one is done. */
void smtp_client_finish(struct smtp_client *client);
/* The owner gives up (a signal, an unreadable file): QUIT, or closing where mail data is on its
 * way, so that no half message is taken for a whole one. */
void smtp_client_abandon(struct smtp_client *client, const char *why);

enum smtp_client_event_kind {
    SMTP_CLIENT_SENT,       /* trace: a line, without CRLF, secrets replaced */
    SMTP_CLIENT_SENT_DATA,  /* trace: mail data with its end indication; octets */
    SMTP_CLIENT_RECEIVED,   /* trace: a whole reply, raw */
    SMTP_CLIENT_STATE,      /* trace: "GREETING -> EHLO", because */
    SMTP_CLIENT_SECURED,    /* trace: TLS is up; line says which: "1.3 TLS_AES_128_GCM_SHA256" */
    SMTP_CLIENT_READY,      /* EHLO and AUTH are done; a message may go */
    SMTP_CLIENT_VERIFIED,   /* VRFY of one name was answered, well or not */
    SMTP_CLIENT_WANTS_DATA, /* feed; from offset on */
    SMTP_CLIENT_RECIPIENT,  /* outcome of one forward-path */
    SMTP_CLIENT_MESSAGE,    /* outcome of the whole, after all its RECIPIENT events */
    SMTP_CLIENT_OVER        /* the connection has ended, or is left; the last event */
};

struct smtp_verification {
    struct bytes name;
    bool exists; /* 250 or 251; 252 says nothing of the mailbox (RFC 5321 3.5.3) */
    unsigned code;
    struct bytes text; /* lines, LF between them */
};

struct smtp_client_event {
    enum smtp_client_event_kind kind;
    struct bytes line;                       /* SENT, RECEIVED, STATE, SECURED */
    const char *because;                     /* STATE */
    uint64_t octets;                         /* SENT_DATA: how many; WANTS_DATA: offset */
    struct smtp_verification verification;   /* VERIFIED */
    size_t recipient_index;                  /* RECIPIENT: of forward_paths */
    struct smtp_recipient_outcome recipient; /* RECIPIENT; MESSAGE: the one that decided, whose
                                                outcome is that of the whole */
    enum smtp_stage stage;                   /* RECIPIENT, MESSAGE: where it was decided */
    const char *why;   /* RECIPIENT, MESSAGE: one sentence where no reply says it; else "" */
    bool next_session; /* RECIPIENT: not refused, but too much for this session (RFC 9422) */
};

bool smtp_client_event(struct smtp_client *client, struct smtp_client_event *ret);

/* What the last EHLO reply offered; empty before it, and after HELO. */
const struct smtp_extensions *smtp_client_offered(const struct smtp_client *client);
bool smtp_client_is_over(const struct smtp_client *client);

/* The table of transitions, for the test that it is complete and for the manual. */
struct smtp_client_step {
    const char *state;
    const char *on;    /* "2yz", "421", "closed" … */
    const char *go_to; /* "(next)": what remains of the command group, else of the session */
    const char *action;
    const char *because;
};
size_t smtp_client_step_count(void);
bool smtp_client_step(size_t index, struct smtp_client_step *ret); /* false: the row is missing */

#endif
