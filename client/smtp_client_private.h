/* smtp_client_private.h - what the parts of the client engine share; not installed. */
#ifndef CLIENT_SMTP_CLIENT_PRIVATE_H
#define CLIENT_SMTP_CLIENT_PRIVATE_H

#include "base/buf.h"
#include "client/sasl.h"
#include "client/smtp_client.h"
#include "client/smtp_data.h"
#include "client/smtp_reply.h"

/* name, stage that is told with an outcome, timeout, a reply to a command is awaited */
#define CLIENT_STATE_TABLE(X)                                                                      \
    X(GREETING, GREETING, GREETING, true)                                                          \
    X(EHLO, EHLO, EHLO, true)                                                                      \
    X(HELO, HELO, EHLO, true)                                                                      \
    X(LHLO, LHLO, EHLO, true) /* RFC 2033 4.1 */                                                   \
    X(STARTTLS, STARTTLS, TLS, true)                                                               \
    X(TLS, STARTTLS, TLS, false) /* the transport makes the handshake */                           \
    X(AUTH, AUTH, AUTH, true)                                                                      \
    X(AUTH_CANCEL, AUTH, AUTH, true) /* "*" was sent */                                            \
    X(READY, OTHER, QUIT, false)     /* between messages */                                        \
    X(NOOP, NOOP, RSET, true)                                                                      \
    X(VRFY, VRFY, RSET, true)                                                                      \
    X(MAIL, MAIL, MAIL, true)                                                                      \
    X(RCPT, RCPT, RCPT, true)                                                                      \
    X(DATA, DATA, DATA, true)                                                                      \
    X(MAIL_DATA, END_OF_DATA, BLOCK, false)        /* octets of the message are on their way */    \
    X(END_OF_DATA, END_OF_DATA, END_OF_DATA, true) /* the end indication was sent */               \
    X(DELIVERY, END_OF_DATA, END_OF_DATA, true)    /* LMTP: a reply for each recipient */          \
    X(CHUNK, BDAT, BLOCK, false)                   /* no chunk waits for its reply */              \
    X(BDAT, BDAT, BLOCK, true)                     /* chunks do, and not the last one first */     \
    X(BDAT_LAST, BDAT, END_OF_DATA, true)                                                          \
    X(IGNORED_BDAT, BDAT, BLOCK, true)            /* sent before another one was refused */        \
    X(IGNORED_RCPT, RCPT, RCPT, true)             /* of a group whose MAIL was refused */          \
    X(IGNORED_DATA, DATA, DATA, true)             /* of a group without any recipient */           \
    X(UNWANTED_DATA, DATA, DATA, true)            /* of one whose recipients the server took */    \
    X(EMPTY_DATA, END_OF_DATA, END_OF_DATA, true) /* a lone dot was sent (RFC 2920 3.1) */         \
    X(RSET, RSET, RSET, true)                                                                      \
    X(QUIT, QUIT, QUIT, true)                                                                      \
    X(CLOSING, OTHER, QUIT, false)                                                                 \
    X(OVER, OTHER, QUIT, false)

enum client_state {
#define X(name, stage, timeout, awaits) STATE_##name,
    CLIENT_STATE_TABLE(X)
#undef X
        STATE_COUNT,
    STATE_NEXT = STATE_COUNT, /* smtp_client_next_state() says */
    STATE_STAY
};

#define CLIENT_CLASS_TABLE(X)                                                                      \
    X(2YZ, "2yz")                                                                                  \
    X(3YZ, "3yz")                                                                                  \
    X(4YZ, "4yz")                                                                                  \
    X(5YZ, "5yz")                                                                                  \
    X(421, "421")           /* the server closes, whatever was asked (RFC 5321 3.8, 4.2.2) */      \
    X(OTHER, "other code")  /* first digit not 2 to 5 (RFC 5321 4.2) */                            \
    X(GARBAGE, "no reply")  /* octets that are no reply */                                         \
    X(UNASKED, "unasked")   /* begun before the command that it would answer was sent */           \
    X(CLOSED, "closed")     /* the server closed, reset, or was never there */                     \
    X(DEADLINE, "deadline") /* the timeout of this state */                                        \
    X(GO_ON, "go on")       /* the owner submitted or finished, the transport took all, or TLS */  \
    X(ABANDON, "abandon")   /* the owner gives up */

enum client_class {
#define X(name, word) CLASS_##name,
    CLIENT_CLASS_TABLE(X)
#undef X
        CLASS_COUNT
};

/* What happened: a reply, or none and why. */
struct client_news {
    enum client_class class;
    const struct smtp_reply *reply; /* NULL: none */
    const char *why;                /* NULL: the reply says it */
};

struct client_step {
    enum client_state go_to;
    void (*act)(struct smtp_client *client, const struct client_news *news);
    const char *action;
    const char *because;
};

extern const struct client_step smtp_client_steps[STATE_COUNT][CLASS_COUNT];

enum recipient_state {
    RECIPIENT_UNDECIDED, /* not asked for, or not answered yet */
    RECIPIENT_ACCEPTED,
    RECIPIENT_LATER, /* too many in one transaction: again in the next (RFC 5321 4.5.3.1.10) */
    RECIPIENT_DECIDED
};

struct client_verdict {
    enum smtp_outcome outcome;
    enum smtp_stage stage;
    unsigned code;
    struct bytes text; /* in client->texts */
    const char *why;   /* static, or client->why; "" where the reply says it */
    bool next_session; /* this one is full: no refusal (RFC 9422) */
};

struct client_recipient {
    enum recipient_state state;
    uint64_t end; /* of its RCPT line, among all octets written */
    struct client_verdict verdict;
};

/* A name that VRFY asks for, before the first MAIL. */
struct client_verification {
    struct bytes name; /* in client->secrets, where the options are kept */
    unsigned code;
    struct bytes text; /* in client->texts */
};

enum { CLIENT_CHUNKS_MAX = 8 }; /* that wait for their replies */

struct client_chunk {
    uint64_t start; /* of its BDAT line, among all octets written */
    uint64_t end;   /* of its octets */
};

/* One mail transaction, from MAIL to the end of mail data; PIPELINING or not. */
struct client_group {
    bool open;
    bool pipelined;
    bool failed; /* MAIL was refused, or a reply was fatal for the transaction */
    bool ended;  /* nothing of it is left to do */
    bool data_written;
    bool data_answered;
    bool end_awaited; /* all mail data was sent: one reply, or in LMTP one a recipient */
    bool delivered;   /* 2yz to the end of mail data */
    bool chunked;     /* BDAT in place of DATA */
    bool chunks_begun;
    bool last_chunk_written;
    size_t chunks_written;
    size_t chunks_answered;
    size_t deliveries; /* LMTP: recipients whose reply has come */
    size_t count;      /* of client->order: the recipients of this transaction */
    size_t rcpt_written;
    size_t rcpt_answered;
    size_t accepted;
    bool opened; /* 2yz to MAIL */
    bool taken;  /* 2yz to a RCPT of the opened transaction after it had failed */
    uint64_t mail_end;
    uint64_t data_end;
};

enum tls_phase {
    TLS_CLEAR,  /* not asked for yet */
    TLS_AGREED, /* 220 to STARTTLS: the handshake is next */
    TLS_MADE,   /* and nothing was said in it yet */
    TLS_UP,
    TLS_REFUSED /* the session goes on in the clear, or ends */
};

enum auth_phase {
    AUTH_NONE,    /* not begun, or the next mechanism is to be tried */
    AUTH_BEGIN,   /* AUTH is to be written */
    AUTH_RESPOND, /* a response is to be written */
    AUTH_CANCEL,  /* "*" is to be written */
    AUTH_DONE
};

struct smtp_client {
    struct smtp_client_options options;
    struct buf secrets; /* what the options' spans point to */
    struct sasl_credentials credentials;

    enum client_state state;
    uint64_t now_ms;
    uint64_t since_ms; /* of the timeout that runs */
    enum engine_wish wish;
    bool finishing;
    bool over_told;
    bool is_ready; /* READY is to be told */

    struct buf out;
    size_t out_start;       /* octets of it that were sent */
    uint64_t written_total; /* octets ever put into out */
    uint64_t sent_total;
    uint64_t command_end;  /* of the last single command */
    uint64_t answered_end; /* of the last command that was answered */

    struct smtp_reply_reader reader;
    bool unasked; /* the reply that is coming began before its command was sent */
    struct smtp_extensions offered;

    enum tls_phase tls;
    char tls_trouble[200]; /* of a handshake that failed; "" = none did */

    enum auth_phase auth;
    bool authenticates; /* nothing is sent without */
    struct sasl sasl;
    struct buf bindings; /* what sasl.channel points to */
    uint32_t mechanisms_tried;
    struct buf challenge;
    struct buf response;
    bool response_ready; /* it is the initial response, and not sent yet */

    bool noop_due;
    struct client_verification *verifications;
    size_t verifications_answered;
    size_t verifications_told;

    struct smtp_message message;
    struct smtp_mail_request granted; /* what this server is asked for */
    bool asks;                        /* for anything, or it is not plain ASCII */
    bool dsn;                         /* recipients' requests are sent */
    bool utf8;                        /* mailboxes are sent as they are */
    const char *left_out;             /* "", or what was asked for in vain */
    bool has_message;
    bool hello_due;     /* the greeting has come, or TLS was made */
    size_t mails;       /* MAIL commands of this session */
    struct buf domains; /* of its recipients, LF behind each, where the server counts them */
    bool needs_rset;
    struct client_group group;
    struct client_recipient *recipients;
    size_t *order;
    struct smtp_data data;
    uint64_t fed; /* octets of the message, as given, that were encoded */
    bool data_wanted;
    bool data_ended;                               /* the end indication is written */
    struct client_chunk chunks[CLIENT_CHUNKS_MAX]; /* by their number, in turn */
    size_t held; /* at the end of out: of the chunk that is gathered, not to be sent yet */

    bool failed; /* the session; `failure` says how */
    struct client_verdict failure;
    char why[240];
    struct buf texts;
    struct bytes text_kept; /* of the reply that is being dealt with */
    bool text_is_kept;

    bool message_told; /* true when there is nothing to tell */
    size_t recipients_told;
    size_t recipients_open; /* not decided */

    struct buf trace;
    size_t trace_start;
};

/* smtp_client_engine.c */
/* Something happened that is no reply; why: one sentence, or NULL. */
void smtp_client_notice(struct smtp_client *client, enum client_class class, const char *why);
void smtp_client_enter(struct smtp_client *client, enum client_state state, const char *because);
const char *smtp_client_state_word(enum client_state state);
enum smtp_stage smtp_client_stage(const struct smtp_client *client);

/* smtp_client_tls.c; what the table does about TLS: smtp_client_actions.h */
void smtp_client_note_tls(struct smtp_client *client, const struct tls_facts *facts);
/* STATE_NEXT: TLS is up, or not to be had and not demanded. */
enum client_state smtp_client_next_of_tls(struct smtp_client *client);
bool smtp_client_is_secure(const struct smtp_client *client);

/* smtp_client_request.c: what this server may be asked for */
/* At submitting: what no server may be asked, and mailboxes that are none. */
void smtp_client_check_envelope(struct smtp_client *client);
/* Before each transaction: what this server cannot take is not even asked for. */
void smtp_client_check_message(struct smtp_client *client);
struct bytes smtp_client_reverse_path(const struct smtp_client *client);
struct bytes smtp_client_forward_path(const struct smtp_client *client, size_t index);
/* NULL: nothing is asked for. */
const struct smtp_mail_request *smtp_client_mail_request(struct smtp_client *client);
const struct smtp_rcpt_request *smtp_client_rcpt_request(const struct smtp_client *client,
                                                         size_t index);

/* smtp_client_auth.c; what the table does about AUTH: smtp_client_actions.h */
void smtp_client_bind_auth(struct smtp_client *client, const struct tls_facts *facts);
/* STATE_NEXT: authenticated, or no need to. */
enum client_state smtp_client_next_of_auth(struct smtp_client *client);

/* smtp_client_next.c */
enum client_state smtp_client_next_state(struct smtp_client *client);
enum client_state smtp_client_hello_state(struct smtp_client *client);

/* smtp_client_outcome.c: who gets which outcome */
void smtp_client_decide(struct smtp_client *client, size_t index,
                        const struct client_verdict *verdict);
void smtp_client_decide_rest(struct smtp_client *client, const struct client_verdict *verdict);
struct client_verdict smtp_client_verdict(struct smtp_client *client,
                                          const struct client_news *news,
                                          enum smtp_outcome outcome);
void smtp_client_fail(struct smtp_client *client, const struct client_verdict *verdict);
const char *smtp_client_say(struct smtp_client *client, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
bool smtp_client_next_outcome(struct smtp_client *client, struct smtp_client_event *ret);
/* What VRFY of the next name brought. */
void smtp_client_note_verification(struct smtp_client *client, const struct smtp_reply *reply);
bool smtp_client_next_verification(struct smtp_client *client, struct smtp_client_event *ret);

/* smtp_client_write.c: what is done on entering a state */
void smtp_client_on_entry(struct smtp_client *client);
void smtp_client_go_on_writing(struct smtp_client *client);
/* The same for octets of a streamed message; false: they cannot be sent. */
bool smtp_client_write_data(struct smtp_client *client, struct bytes octets, bool last,
                            size_t *ret_taken, struct err *err);
size_t smtp_client_unsent(const struct smtp_client *client);

void smtp_client_make_room(struct smtp_client *client);
void smtp_client_begin_data(struct smtp_client *client);

/* smtp_client_chunk.c: BDAT */
void smtp_client_write_chunks(struct smtp_client *client);
bool smtp_client_write_chunk(struct smtp_client *client, struct bytes octets, bool last,
                             size_t *ret_taken, struct err *err);
/* Octets of a streamed message can be taken now. */
bool smtp_client_takes_chunk(const struct smtp_client *client);
/* Of those that were not begun to be sent none is sent any more. */
void smtp_client_drop_chunks(struct smtp_client *client);

/* smtp_client_limits.c */
bool smtp_client_session_is_full(const struct smtp_client *client);
/* This recipient may go into the transaction that is opened. */
bool smtp_client_admits(struct smtp_client *client, size_t index);
void smtp_client_leave_to_next_session(struct smtp_client *client, const char *why);

/* smtp_client_trace.c */
void smtp_client_trace(struct smtp_client *client, enum smtp_client_event_kind kind,
                       struct bytes octets, uint64_t number, const char *because);
bool smtp_client_trace_next(struct smtp_client *client, struct smtp_client_event *ret);
bool smtp_client_trace_has_room(const struct smtp_client *client);

#endif
