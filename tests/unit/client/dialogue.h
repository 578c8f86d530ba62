/*
 * dialogue.h - a whole session of the client, played from a string.
 *
 *     S: text      the server says a line; lines in a row arrive as one piece
 *     S= text      the same without CRLF; \r \n \t \0 \1 \\ stand for themselves
 *     C: text      the client has said this line (it is taken off what is pending)
 *     S64: text|x  the server says text, then x in base64; x is escaped as above
 *     C64: text|x  the same of the client
 *     C.           nothing is pending
 *     !closed !reset !refused     how the server's side ends
 *     !deadline    the clock jumps to the client's deadline
 *     !wish-close !wish-reset     the client asks for this, and gets it
 *     !tls         the client asks for TLS, and gets it; nothing was left unread
 *     !tls-fails   … and the handshake fails
 *     !tls-unread  … and the driver makes it fail, since octets were left unread
 *     !over        the session is over
 *
 * What the client tells (RECIPIENT, MESSAGE, VERIFIED) is gathered as text: "to@b sent 250 at
 * end-of-data", "smith not verified 252 may be".
 */
#ifndef TESTS_UNIT_CLIENT_DIALOGUE_H
#define TESTS_UNIT_CLIENT_DIALOGUE_H

#include "base/buf.h"
#include "client/smtp_client.h"

struct dialogue {
    struct smtp_client *client;
    struct engine engine;
    uint64_t now_ms;
    size_t unread;             /* octets of the last piece that the client did not consume */
    size_t cut;                /* the server's octets arrive in pieces of so many; 0: as they are */
    struct bytes tls_exporter; /* of the TLS that !tls makes */
    struct bytes stream;       /* fed when the client asks for it */
    size_t stream_piece;
    size_t streamed;
    struct bytes *paths; /* of the message that was submitted last */
    struct buf told;
    struct buf trace;
};

/* Options that most tests use: host client.example, no credentials. */
struct smtp_client_options dialogue_options(void);
void dialogue_begin(struct dialogue *dialogue, const struct smtp_client_options *options);
void dialogue_end(struct dialogue *dialogue);

/* Fails the test, with the line, where the client does otherwise. */
void dialogue_play(struct dialogue *dialogue, const char *script);
void dialogue_take_events(struct dialogue *dialogue);
const char *dialogue_told(struct dialogue *dialogue);

/* One message from from@a.example to the given mailboxes (separated by spaces), finished. */
void dialogue_submit(struct dialogue *dialogue, const char *recipients, const char *octets);

/* The same with a message of the test's own. */
void dialogue_submit_message(struct dialogue *dialogue, const struct smtp_message *message);
void check_message(const struct smtp_client_options *options, const struct smtp_message *message,
                   const char *script, const char *told);

/* A whole session with one such message: the script is played, what was told is compared. */
void check_session(const struct smtp_client_options *options, const char *recipients,
                   const char *octets, const char *script, const char *told);

#endif
