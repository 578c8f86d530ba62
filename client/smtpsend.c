/*
 * smtpsend.c - submits messages to an SMTP server: what is given, and what is told.
 *
 * Exit status: sysexits; 0 all were sent, else that of the outcome (base/smtp_outcome.h), 64 usage,
 * 65 a message that cannot be sent, 66 one that cannot be read, 74 or 71 trouble of our own.
 */
#include "client/smtp_command.h"
#include "client/smtpsend_options.h"
#include "client/smtpsend_password.h"
#include "client/smtpsend_report.h"
#include "client/smtpsend_session.h"
#include "transport/tls_context.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

enum { HOST_OCTETS_MAX = 255 };

struct sending {
    struct smtpsend_options options;
    struct buf host;
    struct buf password;
    struct tls_context *tls; /* NULL: none is made */
    struct smtpsend_report *reports;
    size_t report_count;
    struct smtpsend_session session;
};

static int complain(int status, const struct err *err)
{
    (void)fprintf(stderr, "smtpsend: %s\n", err->what);
    return status;
}

/* ------------------------------------------------------------------------------- our own name ---
 */

static bool is_full_name(struct bytes name)
{
    return bytes_find(name, '.') != BYTES_NOT_FOUND && smtp_command_check_host(name, NULL);
}

/* "[192.0.2.1]" or "[IPv6:2001:db8::1]" (RFC 5321 4.1.3). */
static bool add_literal(struct buf *to, const struct addrinfo *address)
{
    char text[64];

    if (getnameinfo(address->ai_addr, address->ai_addrlen, text, sizeof text, NULL, 0,
                    NI_NUMERICHOST) != 0)
        return false;
    return buf_printf(to, "[%s%s]", address->ai_family == AF_INET6 ? "IPv6:" : "", text) &&
           smtp_command_check_host(buf_bytes(to), NULL);
}

/* The primary host name where there is one, else an address literal (RFC 5321 4.1.1.1, 4.1.4). */
static void find_host(struct buf *to)
{
    struct addrinfo hints = {.ai_flags = AI_CANONNAME, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    char name[HOST_OCTETS_MAX + 1] = "";
    bool ok = gethostname(name, sizeof name - 1) == 0;

    if (ok && is_full_name(bytes_of(name)) && buf_append_string(to, name))
        return;
    ok = ok && getaddrinfo(name, NULL, &hints, &found) == 0 && found;
    if (ok && found->ai_canonname && is_full_name(bytes_of(found->ai_canonname)))
        ok = buf_append_string(to, found->ai_canonname);
    else
        ok = ok && add_literal(to, found);
    if (found)
        freeaddrinfo(found);
    if (ok)
        return;
    buf_clear(to);
    (void)buf_append_string(to, "[127.0.0.1]");
}

/* ----------------------------------------------------------------------------------- prepare ---
 */

static bool is_oauth(const struct smtpsend_options *options)
{
    return options->token_file ||
           (options->has_mechanism && (options->mechanism == SMTP_MECHANISM_OAUTHBEARER ||
                                       options->mechanism == SMTP_MECHANISM_XOAUTH2));
}

/* Nobody is asked for a password where a certificate is to do, or is there at all. */
static bool has_other_proof(const struct smtpsend_options *options)
{
    return options->tls.client_cert ||
           (options->has_mechanism && options->mechanism == SMTP_MECHANISM_EXTERNAL);
}

static bool get_password(struct sending *sending, struct err *err)
{
    const struct smtpsend_options *options = &sending->options;

    if (options->user.size == 0)
        return true;
    if (options->token_file)
        return smtpsend_password_file(options->token_file, &sending->password, err);
    if (options->password_file)
        return smtpsend_password_file(options->password_file, &sending->password, err);
    if (options->password_fd >= 0)
        return smtpsend_password_descriptor(options->password_fd, &sending->password, err);
    if (has_other_proof(options))
        return true;
    return smtpsend_password_ask(options->user, options->servers[0].host, &sending->password, err);
}

static bool make_tls(struct sending *sending, struct err *err)
{
    const struct smtpsend_options *options = &sending->options;
    const struct smtpsend_tls *tls = &options->tls;
    struct tls_client_options ours = {
        .verify = smtpsend_tls_verifies(tls, options->user.size > 0),
        .ca_file = tls->ca_file,
        .crl_file = tls->crl_file,
        .certificate_file = tls->client_cert,
        .key_file = tls->client_key,
    };

    if (tls->mode == SMTP_CLIENT_TLS_NONE)
        return true;
    sending->tls = tls_context_new_client(&ours, err);
    return sending->tls != NULL;
}

static struct smtp_client_options client_options(const struct sending *sending)
{
    const struct smtpsend_options *options = &sending->options;
    struct bytes secret = buf_bytes(&sending->password);
    struct smtp_client_options ours = {
        .host = buf_bytes(&sending->host),
        .user = options->user,
        .password = is_oauth(options) ? BYTES_NONE : secret,
        .token = is_oauth(options) ? secret : BYTES_NONE,
        .certificate = options->tls.client_cert != NULL,
        .tls = options->tls.mode,
        .has_mechanism = options->has_mechanism,
        .mechanism = options->mechanism,
        .has_channel_binding = options->has_channel_binding,
        .channel_binding = options->channel_binding,
        .plaintext_auth = options->plaintext_auth,
        .lmtp = options->lmtp,
        .no_chunking = options->no_chunking,
        .no_pipelining = options->no_pipelining,
        .bare_lf = options->bare_lf,
        .trace = options->verbose > 0,
        .noop = options->noop,
        .verify = options->verify,
        .verify_count = options->verify_count,
        .rset = options->rset,
        .recipients_max = options->recipient_count,
    };

    memcpy(ours.timeouts_ms, options->timeouts_ms, sizeof ours.timeouts_ms);
    return ours;
}

static bool make_reports(struct sending *sending)
{
    const struct smtpsend_options *options = &sending->options;
    size_t count = options->file_count > 1 ? options->file_count : 1;
    size_t i;

    sending->reports = calloc(count, sizeof sending->reports[0]);
    for (i = 0; sending->reports && i < count; i++) {
        sending->report_count++;
        if (!smtpsend_report_init(&sending->reports[i], options->recipient_count,
                                  i == 0 ? options->verify_count : 0))
            return false;
    }
    return sending->reports != NULL &&
           smtpsend_queue_init(&sending->session.queue, count, options->recipient_count) &&
           smtpsend_servers_init(&sending->session.servers, options->servers,
                                 options->server_count);
}

/* ------------------------------------------------------------------------------------ report ---
 */

static void print_report(const struct sending *sending)
{
    const struct smtpsend_options *options = &sending->options;
    const struct smtpsend_reports reports = {.list = sending->reports,
                                             .files = options->files,
                                             .count = sending->report_count,
                                             .servers = &sending->session.servers};
    size_t i;

    for (i = 0; i < sending->report_count; i++)
        smtpsend_report_conclude(&sending->reports[i]);
    for (i = 0; !options->json && i < sending->report_count; i++) {
        if (sending->report_count > 1)
            (void)printf("%s:\n", options->files[i]);
        smtpsend_report_text(&sending->reports[i], stdout);
    }
    if (options->json)
        (void)smtpsend_report_json(&reports, stdout);
    else
        smtpsend_report_servers(reports.servers, stdout);
    (void)fflush(stdout);
}

/* The message that is worst off, of those that a server had to say something about. */
static void print_hint(const struct sending *sending)
{
    const struct smtpsend_servers *servers = &sending->session.servers;
    struct smtpsend_circumstances is = {.has_user = sending->options.user.size > 0,
                                        .port = smtpsend_servers_current(servers)->port,
                                        .tls = sending->options.tls.mode,
                                        .offered = &sending->session.offered,
                                        .trouble = sending->session.trouble};
    size_t i = 0;

    while (i + 1 < sending->report_count &&
           smtpsend_report_outcome(&sending->reports[i], 1) == SMTP_OUTCOME_SENT)
        i++;
    smtpsend_report_hint(&sending->reports[i], &is, stderr);
}

/* Where no server was asked it is the message that is at fault, or its file. */
static int finish(struct sending *sending)
{
    const struct err *refusal = &sending->session.refusal;
    enum smtp_outcome outcome;

    if (refusal->kind != ERR_NONE && refusal->kind != ERR_SYNTAX && sending->report_count == 1)
        return complain(EX_NOINPUT, refusal);
    print_report(sending);
    outcome = smtpsend_report_outcome(sending->reports, sending->report_count);
    if (refusal->kind != ERR_NONE && outcome == SMTP_OUTCOME_PERMANENT)
        return complain(refusal->kind == ERR_SYNTAX ? EX_DATAERR : EX_NOINPUT, refusal);
    print_hint(sending);
    return smtp_outcome_status(outcome);
}

static int send_messages(struct sending *sending)
{
    const struct smtpsend_options *options = &sending->options;
    struct smtpsend_session *session = &sending->session;
    struct err err = {0};

    if (!make_reports(sending))
        return complain(EX_OSERR, &(struct err){.what = "out of memory"});
    if (options->ehlo.size == 0)
        find_host(&sending->host);
    else if (!buf_append(&sending->host, options->ehlo) ||
             !smtp_command_check_host(options->ehlo, &err))
        return complain(EX_DATAERR, &err);
    if (!get_password(sending, &err))
        return complain(EX_NOINPUT, &err);
    if (!make_tls(sending, &err))
        return complain(err.kind == ERR_IO ? EX_NOINPUT : EX_OSERR, &err);
    session->options = options;
    session->client_options = client_options(sending);
    session->tls = sending->tls;
    session->reports = sending->reports;
    if (!smtpsend_session_run(session, &err))
        return complain(EX_OSERR, &err);
    return finish(sending);
}

static void release(struct sending *sending)
{
    size_t i;

    smtpsend_session_release(&sending->session);
    tls_context_free(sending->tls);
    for (i = 0; i < sending->report_count; i++)
        smtpsend_report_release(&sending->reports[i]);
    free(sending->reports);
    buf_release_secret(&sending->password);
    buf_release(&sending->host);
    smtpsend_options_release(&sending->options);
}

int main(int argc, char **argv)
{
    struct sending sending = {.tls = NULL};
    struct err err = {0};
    int status = EX_OK;

    buf_init(&sending.host, HOST_OCTETS_MAX + 64);
    (void)buf_init_whole(&sending.password, SMTPSEND_PASSWORD_OCTETS_MAX);
    if (!smtpsend_options_parse(argc, argv, &sending.options, &err)) {
        status = complain(sending.options.unsendable ? EX_DATAERR : EX_USAGE, &err);
        if (status == EX_USAGE)
            (void)fprintf(stderr, "Try smtpsend --help.\n");
    } else if (sending.options.help) {
        (void)fputs(smtpsend_usage, stdout);
    } else if (sending.options.version) {
        (void)puts("smtpsend " SMTPDRILL_VERSION);
    } else {
        status = send_messages(&sending);
    }
    release(&sending);
    return status;
}
