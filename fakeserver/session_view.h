/*
 * session_view.h - a transcript replayed: at each record, the state of its session.
 *
 * The state follows the octets that the server really sent, whoever decided them: what an EHLO
 * reply named is offered, a 2yz to MAIL opened a transaction. Replies are matched to the client's
 * units by counting (RFC 5321 4.2; RFC 2920 3.1), never by their text.
 *
 * Shape:   session_view_next() steps to a record and gives the state in force before it.
 * Bounds:  those of the transcript.
 * Lives:   transcript borrowed; everything else lives in the arena given.
 * Errors:  ERR_MEMORY, ERR_LIMIT (arena).
 * Source:  RFC 5321 3.1 to 3.3, 4.1.1, 4.1.4, 4.2; RFC 2920; RFC 4954.
 */
#ifndef FAKESERVER_SESSION_VIEW_H
#define FAKESERVER_SESSION_VIEW_H

#include "base/arena.h"
#include "base/err.h"
#include "base/smtp_extension.h"
#include "base/smtp_verb.h"
#include "fakeserver/command.h"
#include "fakeserver/transcript.h"

#define SESSION_NOWHERE SIZE_MAX
#define SESSION_UNREADABLE 1 /* the code of a greeting that has none */

/* ---- what became of messages ---------------------------------------------------------------- */

/* The reply to the end of mail data. */
struct session_end {
    unsigned code; /* 0 = none came */
    bool mixed;    /* its lines disagreed on the code */
    bool unclear;  /* … or the client may have read it otherwise, or not at all */
};

struct session_recipient {
    struct bytes path; /* as written in RCPT, without its brackets */
    size_t transaction;
    unsigned code;          /* of the reply to RCPT; 0 = none came */
    struct session_end end; /* LMTP: its own (RFC 2033 4.2); else that of the transaction counts */
};

/* One mail transaction, from a MAIL command that was sent. */
struct session_transaction {
    unsigned connection;
    size_t mail;        /* record of MAIL */
    size_t content;     /* record of the mail data or of the last chunk; SESSION_NOWHERE */
    unsigned mail_code; /* 0 = none came */
    unsigned data_code;
    struct session_end end;
    bool ended;   /* the end indication was sent */
    bool lmtp;    /* a reply for each recipient: theirs count */
    bool limited; /* LIMITS bounds the recipients (RFC 9422 4.2, 4.3) */
    size_t rcpt_sent;
    size_t rcpt_accepted;
    uint64_t digest;
};

/* ---- the state of one connection ------------------------------------------------------------ */

enum session_hello {
    SESSION_HELLO_NONE,
    SESSION_HELLO_HELO,
    SESSION_HELLO_EHLO,
    SESSION_HELLO_LHLO /* LMTP: as EHLO (RFC 2033 4.1) */
};

/* What waits for a reply: a unit, and what it belongs to. */
struct session_waiting {
    size_t record;
    enum smtp_verb verb; /* OTHER for responses, mail data */
    bool is_content;     /* mail data, last chunk */
    bool is_response;
    size_t transaction; /* SESSION_NOWHERE */
    size_t recipient;   /* SESSION_NOWHERE */
};

struct session {
    unsigned connection;
    size_t opened;          /* record */
    unsigned greeting_code; /* 0 = the greeting was not sent whole yet */
    enum session_hello hello;
    bool hello_refused; /* the last EHLO or HELO was answered 4yz or 5yz */
    struct smtp_extensions offered;
    bool secure;

    bool authenticated;
    bool auth_open; /* a challenge was sent */
    enum smtp_mechanism mechanism;
    unsigned responses;    /* in this exchange, an initial response counts */
    unsigned auth_refused; /* exchanges that ended in 4yz or 5yz */
    bool expn_sent;

    /* As the client must see it from what it sent: MAIL was sent and nothing ended it since. */
    bool transaction_open;
    bool mail_refused;  /* the last MAIL was answered with an error, nothing new since */
    bool data_open;     /* 3yz to DATA, mail data has not come */
    size_t transaction; /* the newest; SESSION_NOWHERE */
    /* Since the last MAIL, RSET, EHLO. */
    bool data_sent;
    bool chunks_sent;
    bool last_chunk_sent;
    bool chunk_refused; /* one that was not the last */

    struct session_waiting *waiting; /* oldest first */
    size_t waiting_first, waiting_count;

    size_t units; /* that came */
    size_t last_unit;
    enum smtp_verb last_verb;       /* of the last unit; OTHER when it was no command */
    bool last_has_initial_response; /* … when it was AUTH */
    size_t last_reply;              /* record of the last whole reply */
    unsigned last_code;
    struct session_waiting answered; /* by the last whole reply */

    size_t *refused; /* records of commands answered 5yz in this sequence */
    size_t refused_count;

    bool quit_sent;
    size_t quit_record;
    bool quit_answered;
    bool shutting_down; /* 421 was sent as the answer to a unit */
    bool shut_unasked;  /* 421 was sent though nothing waited */
    bool odd;           /* the server broke the protocol first */
    bool derailed;  /* content, or the rest of a path, came where commands belong: judged once */
    bool stalled;   /* the server says nothing more */
    bool cut;       /* a unit ended with the connection */
    bool reply_cut; /* a reply did, and that was the fault to be shown */
    bool server_ended;
    bool client_ended;
    bool expired;
    bool tls_failed;
    bool handshake_due;    /* 220 to STARTTLS was sent */
    bool handshake_seen;   /* its octets came where commands are read */
    bool after_starttls;   /* TLS is there, by STARTTLS */
    unsigned secure_units; /* that came inside of TLS */

    /* the reader of replies */
    struct bytes partial; /* of a line */
    unsigned reply_code;  /* of the lines so far; 0 = none */
    struct smtp_extensions reply_offers;
    unsigned reply_lines;
    bool reply_mixed; /* its lines disagree on the code */
    bool reply_bare;  /* it is a code alone, which clients SHOULD understand (RFC 5321 4.2) */
};

struct session_view {
    const struct transcript *transcript;
    struct arena *arena;
    size_t index;  /* of the record that next() gave */
    size_t offset; /* the next one */
    struct session *sessions;
    size_t session_count;
    struct session *current;
    struct command command; /* the record, when it is a unit */
    struct session_recipient *recipients;
    size_t recipient_count;
    struct session_transaction *transactions;
    size_t transaction_count;
};

void session_view_init(struct session_view *view, const struct transcript *transcript,
                       struct arena *arena);
/* The next record and the state before it; *ret_record NULL at the end. The state lives until the
 * next call. */
bool session_view_next(struct session_view *view, const struct transcript_record **ret_record,
                       struct session **ret_session, struct err *err);

/* EHLO or LHLO was accepted: extensions count. */
bool session_is_extended(const struct session *session);
bool session_has(const struct session *session, enum smtp_extension extension);
/* What was answered for this recipient at the end of mail data; NULL: it did not come so far. */
const struct session_end *session_end_of(const struct session_view *view,
                                         const struct session_recipient *recipient);
bool session_is_unit(const struct transcript_record *record);
/* The client may have sent this command before it saw the reply to the one before: command groups
 * are legal here, and segments of one group may arrive apart (RFC 2920 3.1). */
bool session_may_be_in_flight(const struct session *session, const struct transcript_record *record,
                              const struct command *command);

/* session_unit.c: a command, a response, mail data or a chunk, which view->command is read from.
 * For session_view.c only. */
bool session_view_unit(struct session_view *view, struct session *session,
                       const struct transcript_record *record, struct err *err);
/* The mail transaction and its commands are over. */
void session_view_end_sequence(struct session *session);

/* session_reply.c: octets of the server. For session_view.c only. */
bool session_view_reply(struct session_view *view, struct session *session,
                        const struct transcript_record *record, struct err *err);
/* The client went on though the last reply has no end: nothing more belongs to it. */
void session_view_give_up_reply(struct session_view *view, struct session *session);
/* A line that is no reply, or has no end, may have been taken for one. */
void session_view_half_reply(struct session_view *view, struct session *session, struct bytes line);

#endif
