/*
 * smtp_command.h - commands, written strictly.
 *
 * Shape:   each function appends one whole line with its CRLF, or nothing.
 * Bounds:  SMTP_COMMAND_LINE_OCTETS_MAX, longer by what the offered extensions add; the maximum of
 *          the buffer.
 * Errors:  ERR_SYNTAX an argument that RFC 5321 4.1.2 does not allow: so no CR, LF or NUL of an
 *          address can ever begin a command of its own; ERR_LIMIT a line or a path that is too
 *          long (nothing is cut), or a full buffer.
 * Source:  RFC 5321 4.1.1, 4.1.2, 4.5.3.1; RFC 1870 4; RFC 4954 4; RFC 3030 2; RFC 2033 4.1; and
 *          those of smtp_request.h.
 */
#ifndef CLIENT_SMTP_COMMAND_H
#define CLIENT_SMTP_COMMAND_H

#include "base/buf.h"
#include "base/err.h"
#include "base/smtp_extension.h"
#include "base/smtp_grammar.h"
#include "client/smtp_request.h"

#include <stdint.h>

/* Parameters of MAIL. The caller sets only what the server offers (RFC 5321 4.1.1.2). */
struct smtp_mail_parameters {
    bool has_size;
    uint64_t size_octets; /* RFC 1870 5: with CRLF, without transparency and the end indication */
    const struct smtp_mail_request *request; /* NULL: nothing else is asked for */
};

/* The charset is that of the server: UTF-8 only with SMTPUTF8 (RFC 6531 3.3). Empty: <>. */
bool smtp_command_check_reverse_path(struct bytes mailbox, enum smtp_charset charset,
                                     struct err *err);
bool smtp_command_check_forward_path(struct bytes mailbox, enum smtp_charset charset,
                                     struct err *err);
/* What VRFY may ask for: a user name, or a user name and domain (RFC 5321 3.5.1, 4.1.1.6). */
bool smtp_command_check_name(struct bytes name, struct err *err);
/* Domain or address-literal (RFC 5321 4.1.3). */
bool smtp_command_check_host(struct bytes host, struct err *err);

/* The arguments have passed their check. */
bool smtp_command_ehlo(struct buf *to, struct bytes host, struct err *err);
bool smtp_command_helo(struct buf *to, struct bytes host, struct err *err);
bool smtp_command_lhlo(struct buf *to, struct bytes host, struct err *err);
bool smtp_command_mail(struct buf *to, struct bytes mailbox,
                       const struct smtp_mail_parameters *parameters,
                       const struct smtp_extensions *offered, struct err *err);
/* request: NULL where nothing is asked for. The parameters of DSN are the only ones. */
bool smtp_command_rcpt(struct buf *to, struct bytes mailbox,
                       const struct smtp_rcpt_request *request,
                       const struct smtp_extensions *offered, struct err *err);
/* "BDAT" SP chunk-size [SP "LAST"], to be followed by the octets of the chunk (RFC 3030 2). */
bool smtp_command_bdat(struct buf *to, uint64_t octets, bool last, struct err *err);
bool smtp_command_verify(struct buf *to, struct bytes name, struct err *err);
bool smtp_command_plain(struct buf *to, enum smtp_verb verb, struct err *err); /* no argument */

/* AUTH with its initial response, "=" for an empty one. Where the line would be longer than a
 * command line may be, *ret_with_response is false and the line goes without (RFC 4954 4). */
bool smtp_command_auth(struct buf *to, enum smtp_mechanism mechanism,
                       const struct bytes *initial_response, bool *ret_with_response,
                       struct err *err);
bool smtp_command_auth_response(struct buf *to, struct bytes response, struct err *err);
bool smtp_command_auth_cancel(struct buf *to, struct err *err);

#endif
