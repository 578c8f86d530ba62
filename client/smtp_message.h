/*
 * smtp_message.h - one message to be sent: its envelope, and where its octets come from.
 *
 * Shape:   mailboxes without angle brackets, and what is asked of the server beside them; the
 *          octets are all there, or are fed in pieces when the client asks for them, so that a
 *          message may be larger than memory.
 * Lives:   everything is borrowed from smtp_client_submit() until the event MESSAGE.
 * Source:  RFC 5321 2.3.1 (envelope and content), 4.1.2 (mailbox), 4.5.5 (null reverse-path).
 */
#ifndef CLIENT_SMTP_MESSAGE_H
#define CLIENT_SMTP_MESSAGE_H

#include "base/bytes.h"
#include "base/err.h"
#include "client/smtp_data.h"
#include "client/smtp_header.h"
#include "client/smtp_request.h"

#include <stdint.h>

#define SMTP_MESSAGE_SIZE_UNKNOWN UINT64_MAX

struct smtp_message {
    struct bytes reverse_path; /* empty: the null reverse-path <> */
    const struct bytes *forward_paths;
    size_t forward_path_count;
    /* The same mailboxes with A-labels (client/smtp_idn.h), for a server without SMTPUTF8; empty,
     * or NULL: there is no such form. Looked at only where the other one is not ASCII. */
    struct bytes reverse_path_ascii;
    const struct bytes *forward_paths_ascii;
    struct smtp_mail_request request;
    const struct smtp_rcpt_request *rcpt_requests; /* one a forward-path; NULL: none */
    struct bytes octets; /* with CRLF or LF line ends; not looked at when streamed */
    bool long_lines;     /* lines of more than 998 octets are sent as they are */
    bool streamed;       /* octets come through smtp_client_feed() */
    /* Of a streamed message, all these from struct smtp_measure, or from better knowledge: */
    uint64_t size_octets;   /* as sent: CRLF, without added dots; or SMTP_MESSAGE_SIZE_UNKNOWN */
    bool header_eight_bit;  /* octets above 127 in the header section (RFC 6532 3) */
    bool body_eight_bit;    /* behind it */
    bool header_ill_formed; /* and are no UTF-8 */
    bool is_mime;           /* the header has MIME-Version */
    bool eight_bit_is_mime; /* with an encoding that fits such a body (RFC 5321 2.4) */
    bool verbatim;          /* BODY=BINARYMIME: octets are sent as they are */
    bool once;              /* it cannot be fed a second time, from its beginning */
};

/* Measures a message piece by piece: smtp_measure_init(), smtp_measure_take() for each,
 * smtp_measure_end(), which fills the fields above. */
struct smtp_measure {
    struct smtp_data data;
    struct smtp_header header;
    uint64_t octets; /* as given */
    bool binary;     /* BODY=BINARYMIME was asked for */
    bool is_text;    /* no octet forbids text so far; else `err` says which does */
    struct err err;
};

void smtp_measure_init(struct smtp_measure *measure, const struct smtp_message *message);
/* Errors are those of smtp_data.h. */
bool smtp_measure_take(struct smtp_measure *measure, struct bytes piece, struct err *err);
/* Also ERR_SYNTAX: a binary message whose lines end in LF, and of which nobody can say which of
 * them are text (RFC 3030 3). */
bool smtp_measure_end(struct smtp_measure *measure, struct smtp_message *message, struct err *err);

/* Octets above 127, wherever they stand. */
bool smtp_message_has_eight_bit(const struct smtp_message *message);

/* All at once, of a message that is not streamed. */
bool smtp_message_measure(struct smtp_message *message, struct err *err);

#endif
