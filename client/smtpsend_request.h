/*
 * smtpsend_request.h - the options of smtpsend that are named as parameters of MAIL and RCPT.
 *
 * Shape:   one table of options; what each one sets. NOTIFY and ORCPT belong to the recipient
 *          before them, and to all where there is none yet.
 * Lives:   spans point into argv.
 * Errors:  ERR_SYNTAX, one sentence.
 */
#ifndef CLIENT_SMTPSEND_REQUEST_H
#define CLIENT_SMTPSEND_REQUEST_H

#include "client/smtp_message.h"

#define SMTPSEND_REQUEST_TABLE(X) /* option, enum name, takes a value */                           \
    X("notify", NOTIFY, true)                                                                      \
    X("orcpt", ORCPT, true)                                                                        \
    X("ret", RET, true)                                                                            \
    X("envid", ENVID, true)                                                                        \
    X("by", BY, true)                                                                              \
    X("holdfor", HOLDFOR, true)                                                                    \
    X("holduntil", HOLDUNTIL, true)                                                                \
    X("mt-priority", MT_PRIORITY, true)                                                            \
    X("requiretls", REQUIRETLS, false)                                                             \
    X("smtputf8", SMTPUTF8, false)                                                                 \
    X("body-type", BODY_TYPE, true)

enum smtpsend_request_option {
#define X(word, name, value) SMTPSEND_REQUEST_##name,
    SMTPSEND_REQUEST_TABLE(X)
#undef X
        SMTPSEND_REQUEST_COUNT
};

#define SMTPSEND_REQUEST_USAGE                                                                     \
    "      --notify WHEN         DSN: never, or some of success,failure,delay; for the --to "      \
    "before\n"                                                                                     \
    "                              it, before the first one for all; so too\n"                     \
    "      --orcpt TYPE;ADDRESS    the original recipient\n"                                       \
    "      --ret full|hdrs       DSN: what to return of the message\n"                             \
    "      --envid ID            DSN: what to call the message\n"                                  \
    "      --by SECONDS;MODE     deliver in time, or return (R) or notify (N)\n"                   \
    "      --holdfor SECONDS     release later\n"                                                  \
    "      --holduntil TIME      release at a time in UTC: 2030-12-31T23:59:59Z\n"                 \
    "      --mt-priority N       -9 to 9\n"                                                        \
    "      --requiretls          only where every hop has verified TLS\n"                          \
    "      --smtputf8            ask for SMTPUTF8 even where nothing is seen to need it\n"         \
    "      --body-type TYPE      7bit, 8bitmime or binarymime; else as the message needs\n"

/* rcpt: of the recipient, or of all. */
bool smtpsend_request_take(enum smtpsend_request_option option, struct bytes value,
                           struct smtp_mail_request *mail, struct smtp_rcpt_request *rcpt,
                           struct err *err);

#endif
