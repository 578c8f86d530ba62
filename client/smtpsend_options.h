/*
 * smtpsend_options.h - the command line of smtpsend, as values.
 *
 * Lives:   spans point into argv; servers, recipients, rcpt_requests and verify are freed by
 *          smtpsend_options_release().
 * Errors:  ERR_SYNTAX, one sentence: exit status 64.
 */
#ifndef CLIENT_SMTPSEND_OPTIONS_H
#define CLIENT_SMTPSEND_OPTIONS_H

#include "client/smtp_client.h"
#include "client/smtpsend_request.h"
#include "client/smtpsend_servers.h"
#include "client/smtpsend_tls.h"

enum { SMTPSEND_RETRY_AFTER_MS = 30 * 60 * 1000 }; /* RFC 5321 4.5.4.1: at least */

struct smtpsend_options {
    bool help;
    bool version;
    struct smtpsend_server *servers; /* at least one */
    size_t server_count;
    struct bytes from;
    bool unsendable; /* what was wrong is a value that no server may be asked for */
    bool has_from;
    struct bytes *recipients;
    size_t recipient_count;
    struct smtp_rcpt_request *rcpt_requests; /* one a recipient */
    bool has_rcpt_requests;
    struct smtp_rcpt_request rcpt_request; /* of all that are named after it */
    struct smtp_mail_request request;
    char *const *files; /* of argv; "-": standard input */
    size_t file_count;  /* 0: standard input, or a message made here */
    unsigned retries;
    uint64_t retry_after_ms;
    struct bytes subject;
    bool has_subject;
    struct bytes body;
    bool has_body;
    struct bytes user;
    const char *password_file; /* NULL: none */
    int password_fd;           /* -1: none */
    bool has_mechanism;
    enum smtp_mechanism mechanism;
    bool has_channel_binding;
    enum tls_binding channel_binding;
    bool plaintext_auth;
    const char *token_file; /* NULL: none */
    struct smtpsend_tls tls;
    struct bytes ehlo; /* empty: this host's own name */
    bool lmtp;
    bool no_chunking;
    bool no_pipelining;
    bool long_lines;
    bool bare_lf;
    bool noop;
    struct bytes *verify;
    size_t verify_count;
    bool rset;
    unsigned verbose;
    bool json;
    uint64_t timeouts_ms[SMTP_CLIENT_TIMEOUT_COUNT]; /* 0 = the default */
};

bool smtpsend_options_parse(int argc, char **argv, struct smtpsend_options *ret, struct err *err);
void smtpsend_options_release(struct smtpsend_options *options);
/* The summary that --help prints. */
extern const char smtpsend_usage[];

#endif
