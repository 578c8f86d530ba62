/*
 * smtp_request.h - what a sender asks of the server beside the delivery: parameters of MAIL, RCPT.
 *
 * Values are as people mean them; smtp_command.h writes them as xtext and the rest. Whether a
 * server may be asked depends on what it offers: smtp_client.h says what becomes of each one then.
 *
 * Shape:   zeroed, nothing is asked for.
 * Bounds:  SMTP_ENVID_OCTETS_MAX, SMTP_ORCPT_OCTETS_MAX, once encoded.
 * Lives:   spans are the holder's.
 * Errors:  ERR_SYNTAX or ERR_LIMIT: what no server may be asked, with the section.
 * Source:  RFC 3461 4 (DSN), 2852 4 (DELIVERBY), 4865 3 (FUTURERELEASE), 6710 7 (MT-PRIORITY), 8689
 *          2 (REQUIRETLS), 6531 3.4 (SMTPUTF8), 6152 2 and 3030 3 (BODY), 6533 3 (utf-8 addresses).
 */
#ifndef CLIENT_SMTP_REQUEST_H
#define CLIENT_SMTP_REQUEST_H

#include "base/buf.h"
#include "base/err.h"

#include <stdint.h>

#define SMTP_BODY_TABLE(X) /* enum name, word; 0 is: what the message needs */                     \
    X(7BIT, "7BIT")                                                                                \
    X(8BITMIME, "8BITMIME")                                                                        \
    X(BINARYMIME, "BINARYMIME")

enum smtp_body {
    SMTP_BODY_AS_NEEDED,
#define X(name, word) SMTP_BODY_##name,
    SMTP_BODY_TABLE(X)
#undef X
};

enum smtp_ret { SMTP_RET_UNSAID, SMTP_RET_FULL, SMTP_RET_HDRS };

enum smtp_by_mode {
    SMTP_BY_NONE,
    SMTP_BY_NOTIFY, /* N: go on when the time is over, and tell */
    SMTP_BY_RETURN  /* R: give up when the time is over */
};

/* Of one message. */
struct smtp_mail_request {
    enum smtp_ret ret;
    struct bytes envid; /* printable ASCII; empty: none */
    enum smtp_by_mode by_mode;
    bool by_trace;
    int32_t by_s;           /* seconds, from by_since_ms on */
    uint64_t by_since_ms;   /* by the client's clock; 0 = when the message is submitted */
    uint32_t holdfor_s;     /* 0 = none */
    struct bytes holduntil; /* RFC 3339, in UTC; empty: none */
    bool has_mt_priority;
    int mt_priority; /* -9..9 */
    bool requiretls;
    bool smtputf8; /* the content needs it; what the envelope needs is found out */
    enum smtp_body body;
};

enum smtp_notify {
    SMTP_NOTIFY_NEVER = 1 << 0,
    SMTP_NOTIFY_SUCCESS = 1 << 1,
    SMTP_NOTIFY_FAILURE = 1 << 2,
    SMTP_NOTIFY_DELAY = 1 << 3
};

/* Of one recipient. */
struct smtp_rcpt_request {
    unsigned notify;    /* a set of enum smtp_notify; 0 = not said */
    struct bytes orcpt; /* "rfc822;mailbox", "utf-8;mailbox"; empty: none */
};

/* null_reverse_path: the message is a notification itself. */
bool smtp_request_check_mail(const struct smtp_mail_request *request, bool null_reverse_path,
                             struct err *err);
bool smtp_request_check_rcpt(const struct smtp_rcpt_request *request, struct err *err);
bool smtp_request_has_dsn(const struct smtp_mail_request *request);
/* As ORCPT has it: xtext, and for the type utf-8 what RFC 6533 3 has in its place; native: the
 * server offers SMTPUTF8, and characters above 127 stand as they are. False: no room. */
bool smtp_request_write_orcpt(struct buf *to, struct bytes orcpt, bool native);

/* From words: "never", "success,failure,delay"; "full", "hdrs"; "120;R", "-5;NT"; "8bitmime". */
bool smtp_notify_parse(struct bytes text, unsigned *ret, struct err *err);
bool smtp_ret_parse(struct bytes text, enum smtp_ret *ret, struct err *err);
bool smtp_by_parse(struct bytes text, struct smtp_mail_request *ret, struct err *err);
bool smtp_body_parse(struct bytes text, enum smtp_body *ret, struct err *err);
const char *smtp_body_word(enum smtp_body body); /* as BODY= has it */

#endif
