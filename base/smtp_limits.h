/*
 * smtp_limits.h - every limit, with the RFC's number and ours.
 *
 * The first block is what RFCs say. What we send keeps within it, and the judge holds a client to
 * it. The second block is ours: how much we take from a stranger before it is ERR_LIMIT. Nothing is
 * ever cut to fit.
 */
#ifndef BASE_SMTP_LIMITS_H
#define BASE_SMTP_LIMITS_H

enum {
    SMTP_LOCAL_PART_OCTETS_MAX = 64,    /* RFC 5321 4.5.3.1.1 */
    SMTP_DOMAIN_OCTETS_MAX = 255,       /* RFC 5321 4.5.3.1.2 */
    SMTP_PATH_OCTETS_MAX = 256,         /* RFC 5321 4.5.3.1.3, with "<" and ">" */
    SMTP_COMMAND_LINE_OCTETS_MAX = 512, /* RFC 5321 4.5.3.1.4, with CRLF; extensions add to it */
    SMTP_REPLY_LINE_OCTETS_MAX = 512,   /* RFC 5321 4.5.3.1.5, with CRLF */
    SMTP_TEXT_LINE_OCTETS_MAX = 1000,   /* RFC 5321 4.5.3.1.6, with CRLF, without the added dot */
    SMTP_TEXT_LINE_OCTETS_WANTED = 80,  /* RFC 5322 2.1.1: should be no more than 78 + CRLF */
    SMTP_MESSAGE_OCTETS_MIN = 65536,    /* RFC 5321 4.5.3.1.7: that every server must take */
    SMTP_RECIPIENTS_MIN = 100,          /* RFC 5321 4.5.3.1.8: that every server must take */
    SMTP_AUTH_LINE_OCTETS_MAX = 12288,  /* RFC 4954 4: "considered to be sufficient" */
    SMTP_MECHANISM_OCTETS_MAX = 20,     /* RFC 4422 3.1 */
    SMTP_ENVID_OCTETS_MAX = 100,        /* RFC 3461 4.4 */
    SMTP_ORCPT_OCTETS_MAX = 500,        /* RFC 3461 4.2 */
    SMTP_SIZE_DIGITS_MAX = 20,          /* RFC 1870 4 */
    SMTP_ENHANCED_DIGITS_MAX = 3        /* RFC 3463 2 */
};

/* Timeouts of a client, in milliseconds: at least these (RFC 5321 4.5.3.2). */
enum {
    SMTP_TIMEOUT_GREETING_MS = 5 * 60 * 1000,    /* 4.5.3.2.1 */
    SMTP_TIMEOUT_MAIL_MS = 5 * 60 * 1000,        /* 4.5.3.2.2 */
    SMTP_TIMEOUT_RCPT_MS = 5 * 60 * 1000,        /* 4.5.3.2.3 */
    SMTP_TIMEOUT_DATA_MS = 2 * 60 * 1000,        /* 4.5.3.2.4 */
    SMTP_TIMEOUT_BLOCK_MS = 3 * 60 * 1000,       /* 4.5.3.2.5 */
    SMTP_TIMEOUT_END_OF_DATA_MS = 10 * 60 * 1000 /* 4.5.3.2.6 */
};

enum {
    /* A client is told a reply line of any length a server may send by mistake. */
    SMTP_REPLY_LINE_OCTETS_TAKEN = 16384, /* more than an AUTH challenge (RFC 4954 4) */
    SMTP_REPLY_LINES_TAKEN = 512,         /* in one reply; RFC 5321 sets no number */
    SMTP_REPLY_OCTETS_TAKEN = 65536,      /* of one reply with all its lines */
    /* A server reads a command line of any length a client may send by mistake. */
    SMTP_COMMAND_LINE_OCTETS_TAKEN = 16384,
    SMTP_PARAMETERS_MAX = 32,   /* of one MAIL or RCPT command */
    SMTP_RECIPIENTS_MAX = 10000 /* of one message */
};

#endif
