/*
 * ledger.h - what the server really did for each message and each recipient, against what the
 * client says of it.
 *
 * The server's side is read from its transcript records: its replies answer its units in order. A
 * message is known by its content, a recipient by its number: RCPT TO:<r1@example.org>.
 *
 * Shape:   ledger_connect(), then ledger_server() and ledger_outcome() as things happen.
 * Bounds:  LEDGER_…; passing one is a broken invariant.
 * Errors:  `broken` names the first invariant that did not hold, with its section; else NULL.
 * Source:  RFC 5321 3.8, 4.1.1.4, 4.2.1, 4.2.5, 4.5.3.2.6, 6.1; RFC 2033 4.2; RFC 6152 3;
 *          RFC 8314 3.3.
 */
#ifndef TESTS_SIMULATE_LEDGER_H
#define TESTS_SIMULATE_LEDGER_H

#include "client/smtp_client.h"
#include "fakeserver/transcript.h"

enum {
    LEDGER_MESSAGES_MAX = 3,
    LEDGER_RECIPIENTS_MAX = 4,
    LEDGER_UNITS_MAX = 64, /* unanswered */
    LEDGER_REPLIES_MAX = 512
};

enum ledger_kind {
    LEDGER_SESSION, /* the greeting, and what is about no message */
    LEDGER_MAIL,
    LEDGER_RCPT,
    LEDGER_DATA,
    LEDGER_CHUNK,
    LEDGER_CONTENT /* the whole of it has come */
};

struct ledger_unit {
    enum ledger_kind kind;
    int message; /* -1: of none */
    int recipient;
    int content; /* which message it equals, -1: none */
    bool hello;  /* EHLO and its kin */
    bool auth;   /* AUTH, and the responses inside it */
};

struct ledger_reply {
    struct ledger_unit unit;
    unsigned code; /* 0: it is none */
    uint64_t end;  /* in the octets of the server */
};

struct ledger_cell {
    unsigned accepted;       /* times, over all connections */
    unsigned accepted_here;  /* on this one */
    uint64_t reply_end;      /* of the last acceptance here */
    bool confirmed;          /* the client had the whole reply to one, before it decided */
    unsigned outcomes;       /* on this connection */
    unsigned outcomes_asked; /* 1: the client was asked for it on this connection */
    bool has_outcome;
};

/* How this connection goes. */
struct ledger_manner {
    bool small_size; /* the client may keep a message back (RFC 1870 6.1) */
    bool lmtp;       /* each recipient has its own reply to the content */
    bool auth;       /* no mail goes without authentication (RFC 4954 9) */
    bool in_tls;     /* nothing may come in the clear (RFC 8314 3.3) */
};

struct ledger {
    const char *broken;
    const struct bytes *contents; /* of the messages, as they have to arrive; borrowed */
    unsigned message_count;
    unsigned recipient_count;
    struct ledger_cell cells[LEDGER_MESSAGES_MAX][LEDGER_RECIPIENTS_MAX];

    /* of this connection */
    struct ledger_unit units[LEDGER_UNITS_MAX]; /* a ring */
    unsigned unit_first;
    unsigned unit_count;
    struct ledger_reply replies[LEDGER_REPLIES_MAX];
    unsigned reply_count;
    uint64_t octets;                       /* of the server so far */
    int said;                              /* message of the last MAIL command */
    int open;                              /* message of the open transaction; -1: none */
    unsigned taken;                        /* set of its recipients */
    unsigned order[LEDGER_RECIPIENTS_MAX]; /* they were taken in */
    unsigned order_count;
    unsigned answered; /* LMTP: so many of them have a reply to the content (RFC 2033 4.2) */
    bool offers_auth;
    bool is_authenticated;
    bool offers_8bit; /* 8BITMIME stood in the last reply to EHLO (RFC 6152 3) */
    struct ledger_manner manner;
};

void ledger_init(struct ledger *ledger, const struct bytes *contents, unsigned message_count,
                 unsigned recipient_count);
void ledger_connect(struct ledger *ledger, struct ledger_manner manner);
/* mail: the content, where the record is the end of one. */
void ledger_server(struct ledger *ledger, const struct transcript_record *record,
                   struct bytes mail);
void ledger_ask(struct ledger *ledger, unsigned message, unsigned recipient);
/* heard: octets of the server that the client had taken when it decided. */
void ledger_outcome(struct ledger *ledger, unsigned message, unsigned recipient,
                    const struct smtp_client_event *event, uint64_t heard);
void ledger_disconnect(struct ledger *ledger); /* both engines are over */
void ledger_end(struct ledger *ledger);        /* the queue is */

#endif
