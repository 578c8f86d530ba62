/*
 * smtp_message.h - one message to be sent: its envelope, and where its octets come from.
 *
 * Shape:   mailboxes without angle brackets; the octets are all there, or are fed in pieces when
 *          the client asks for them, so that a message may be larger than memory.
 * Lives:   everything is borrowed from smtp_client_submit() until the event MESSAGE.
 * Source:  RFC 5321 2.3.1 (envelope and content), 4.1.2 (mailbox), 4.5.5 (null reverse-path).
 */
#ifndef CLIENT_SMTP_MESSAGE_H
#define CLIENT_SMTP_MESSAGE_H

#include "base/bytes.h"
#include "base/err.h"

#include <stdint.h>

#define SMTP_MESSAGE_SIZE_UNKNOWN UINT64_MAX

struct smtp_message {
    struct bytes reverse_path; /* empty: the null reverse-path <> */
    const struct bytes *forward_paths;
    size_t forward_path_count;
    struct bytes octets; /* with CRLF or LF line ends; not looked at when streamed */
    bool long_lines;     /* lines of more than 998 octets are sent as they are */
    bool streamed;       /* octets come through smtp_client_feed() */
    /* Of a streamed message, all three from smtp_data_scan(), or from better knowledge: */
    uint64_t size_octets; /* as sent: CRLF, without added dots; or SMTP_MESSAGE_SIZE_UNKNOWN */
    bool has_eight_bit;   /* octets above 127 */
    bool once;            /* it cannot be fed a second time, from its beginning */
};

/* Scans octets of a message that is not streamed and fills size_octets and has_eight_bit. Errors
 * are those of smtp_data.h. */
bool smtp_message_measure(struct smtp_message *message, struct err *err);

#endif
