/*
 * smtp_grammar.h - the strict ABNF of SMTP: what we send, and what we judge by.
 *
 * Shape:   one recogniser a production; the ABNF stands above the code. A span must be matched
 * whole. Bounds:  the lengths of RFC 5321 4.5.3.1 for local-part, domain and path are part of the
 * grammar here (ERR_LIMIT); lengths of lines are not: they depend on what is offered
 *          (smtp_extensions_line_octets_max()).
 * Lives:   spans handed out point into the input.
 * Errors:  ERR_SYNTAX or ERR_LIMIT with the column, 1-based, of the first octet that does not fit.
 *          ERR_PROTOCOL where the lines of one reply disagree on the code.
 * Source:  RFC 5321 4.1.1, 4.1.2, 4.1.3, 4.2; RFC 6531 3.3; RFC 3461 4; RFC 4954 8; RFC 3030 2.
 *
 * The liberal reader of replies is the client's (client/smtp_reply.h) and shares nothing with this.
 */
#ifndef BASE_SMTP_GRAMMAR_H
#define BASE_SMTP_GRAMMAR_H

#include "base/buf.h"
#include "base/err.h"
#include "base/smtp_limits.h"
#include "base/smtp_verb.h"

#include <stdint.h>

/* Octets above 127 are let through as UTF-8 only with SMTPUTF8 (RFC 6531 3.3). */
enum smtp_charset { SMTP_CHARSET_ASCII, SMTP_CHARSET_UTF8 };

struct smtp_mailbox {
    struct bytes local_part; /* as written, with its quotes */
    struct bytes domain;     /* or address-literal, with its brackets; empty: <Postmaster> */
};

struct smtp_path {
    bool null;          /* "<>" */
    bool postmaster;    /* "<Postmaster>" without domain */
    struct bytes route; /* A-d-l with its ":", empty when there is none (RFC 5321 C) */
    struct smtp_mailbox mailbox;
};

struct smtp_argument {
    struct bytes keyword;
    struct bytes value; /* data NULL: no "=" */
};

/* One command line, taken apart. */
struct smtp_command_line {
    enum smtp_verb verb;
    struct smtp_path path;         /* MAIL, RCPT */
    struct bytes argument;         /* all behind the verb and its SP, without CRLF */
    struct bytes mechanism;        /* AUTH */
    struct bytes initial_response; /* AUTH; data NULL: none; "=" stands for an empty one */
    uint64_t chunk_octets;         /* BDAT */
    bool last;                     /* BDAT, BURL */
    size_t parameter_count;
    struct smtp_argument parameters[SMTP_PARAMETERS_MAX];
};

bool smtp_grammar_domain(struct bytes text, enum smtp_charset charset, struct err *err);
bool smtp_grammar_address_literal(struct bytes text, struct err *err);
bool smtp_grammar_local_part(struct bytes text, enum smtp_charset charset, struct err *err);
bool smtp_grammar_mailbox(struct bytes text, enum smtp_charset charset, struct smtp_mailbox *ret,
                          struct err *err);
/* With its angle brackets. Reverse-path: Path / "<>". Forward-path: also <Postmaster>. */
bool smtp_grammar_reverse_path(struct bytes text, enum smtp_charset charset, struct smtp_path *ret,
                               struct err *err);
bool smtp_grammar_forward_path(struct bytes text, enum smtp_charset charset, struct smtp_path *ret,
                               struct err *err);
/* String = Atom / Quoted-string: the argument of VRFY, EXPN, HELP, NOOP. */
bool smtp_grammar_string(struct bytes text, enum smtp_charset charset, struct err *err);
bool smtp_grammar_esmtp_param(struct bytes text, enum smtp_charset charset,
                              struct smtp_argument *ret, struct err *err);
bool smtp_grammar_keyword(struct bytes text, struct err *err); /* esmtp-keyword, ehlo-keyword */

/* A whole command line with its CRLF, by its verb. ret may be NULL. An unknown verb is 1*ALPHA or
 * digits with any printable argument (RFC 5321 4.1.5); verb OTHER then. */
bool smtp_grammar_command(struct bytes line, enum smtp_charset charset,
                          struct smtp_command_line *ret, struct err *err);
/* A client response inside AUTH: [base64] CRLF or "*" CRLF. */
bool smtp_grammar_auth_response(struct bytes line, struct err *err);

/* One line with its CRLF: Reply-code ("-" [textstring] / [SP textstring]), in ASCII. */
bool smtp_grammar_reply_line(struct bytes line, struct err *err);
/* A whole reply, all lines: one code, "-" in all but the last. err->line counts its lines. */
bool smtp_grammar_reply(struct bytes lines, struct err *err);
bool smtp_grammar_greeting(struct bytes lines, struct err *err);      /* of code 220 */
bool smtp_grammar_ehlo_response(struct bytes lines, struct err *err); /* ehlo-ok-rsp */
bool smtp_grammar_ehlo_line(struct bytes text, struct err *err);      /* without code and CRLF */

/* xtext (RFC 3461 4). Decoding: ERR_SYNTAX; both: ERR_LIMIT or ERR_MEMORY of the buffer. */
bool smtp_grammar_xtext(struct bytes text, struct err *err);
bool smtp_xtext_encode(struct buf *to, struct bytes octets);
bool smtp_xtext_decode(struct buf *to, struct bytes text, struct err *err);

/* The same mailbox: local-parts octet by octet once unquoted (RFC 5321 4.1.2: all quoted forms are
 * equivalent), domains without case; Postmaster without case (4.1.1.3). Any text in either place:
 * what is no mailbox is compared as octets. */
bool smtp_mailbox_equal(struct bytes a, struct bytes b);
/* The same path with its brackets; source routes are passed over (RFC 5321 C). */
bool smtp_path_equal(struct bytes a, struct bytes b);

#endif
