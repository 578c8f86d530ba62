/*
 * smtpsend.c - submits one message to one SMTP server: the client engine on a socket.
 *
 * Exit status: sysexits; 0 all were sent, else that of the outcome (base/smtp_outcome.h), 64 usage,
 * 65 a message that cannot be sent, 66 one that cannot be read, 74 or 71 trouble of our own.
 */
#include "base/text.h"
#include "client/smtp_client.h"
#include "client/smtp_command.h"
#include "client/smtpsend_compose.h"
#include "client/smtpsend_mailbox.h"
#include "client/smtpsend_options.h"
#include "client/smtpsend_password.h"
#include "client/smtpsend_report.h"
#include "client/smtpsend_source.h"
#include "transport/clock.h"
#include "transport/socket.h"
#include "transport/tls_context.h"

#include <netdb.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

enum { DRAFT_OCTETS_MAX = 64 * 1024 * 1024, HOST_OCTETS_MAX = 255 };

struct sending {
    struct smtpsend_options options;
    struct buf host;
    struct buf password;
    struct buf draft;
    struct smtp_message message;
    struct smtpsend_mailboxes mailboxes;
    struct smtpsend_source source;
    struct smtpsend_report report;
    struct loop *loop;
    struct connection *connection; /* NULL: none, or over */
    struct tls_context *tls;       /* NULL: none is made */
    struct smtp_client *client;
    bool interrupted;
    char trouble[240];
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
    return smtpsend_password_ask(options->user, options->host, &sending->password, err);
}

static bool compose(struct sending *sending, struct err *err)
{
    const struct smtpsend_options *options = &sending->options;
    char date[CLOCK_DATE_OCTETS];
    int64_t now_s = clock_wall_s();
    struct smtpsend_draft draft = {.from = options->from,
                                   .to = options->recipients,
                                   .to_count = options->recipient_count,
                                   .subject = options->subject,
                                   .body = options->body,
                                   .host = buf_bytes(&sending->host)};

    clock_date(now_s, date);
    draft.date = date;
    draft.token = ((unsigned long long)now_s << 24 ^ clock_monotonic_ns()) ^
                  (unsigned long long)getpid() << 48;
    if (!smtpsend_compose(&draft, &sending->draft, err))
        return false;
    sending->message.octets = buf_bytes(&sending->draft);
    return smtp_message_measure(&sending->message, err);
}

static bool get_message(struct sending *sending, struct err *err)
{
    const struct smtpsend_options *options = &sending->options;

    sending->message = (struct smtp_message){
        .reverse_path = options->from,
        .forward_paths = options->recipients,
        .forward_path_count = options->recipient_count,
        .request = options->request,
        .rcpt_requests = options->has_rcpt_requests ? options->rcpt_requests : NULL,
        .long_lines = options->long_lines};
    if (!smtpsend_mailboxes_make(&sending->mailboxes, &sending->message, err))
        return false;
    if (options->has_subject || options->has_body)
        return compose(sending, err);
    return smtpsend_source_open(&sending->source, options->file, &sending->message, err);
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

static bool make_client(struct sending *sending, struct err *err)
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
        .server = bytes_of(options->host),
        .port = options->port,
        .has_mechanism = options->has_mechanism,
        .mechanism = options->mechanism,
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
        .now_ms = loop_now_ms(sending->loop),
    };

    memcpy(ours.timeouts_ms, options->timeouts_ms, sizeof ours.timeouts_ms);
    sending->client = smtp_client_new(&ours, err);
    if (!sending->client || !smtp_client_submit(sending->client, &sending->message, err))
        return false;
    smtp_client_finish(sending->client);
    return true;
}

/* --------------------------------------------------------------------------------------- run ---
 */

static const char *server_name(const struct sending *sending)
{
    return sending->options.tls.name ? sending->options.tls.name : sending->options.host;
}

static void tell_tls(const struct sending *sending, const struct smtp_client_event *event)
{
    bool verified = smtpsend_tls_verifies(&sending->options.tls, sending->options.user.size > 0);

    (void)fprintf(stderr, "   TLS %.*s, server %s%s\n", BYTES_FORMAT(event->line),
                  verified ? "verified as " : "not verified", verified ? server_name(sending) : "");
}

static struct engine opened(void *owner, struct connection *connection)
{
    struct sending *sending = owner;

    sending->connection = connection;
    if (sending->tls && !connection_set_tls(connection, sending->tls, server_name(sending))) {
        (void)snprintf(sending->trouble, sizeof sending->trouble, "out of memory");
        loop_stop(sending->loop);
        return (struct engine){NULL, NULL};
    }
    return smtp_client_engine(sending->client);
}

static void feed(struct sending *sending, uint64_t offset)
{
    struct bytes piece;
    struct err err;
    bool last;

    if (smtpsend_source_read(&sending->source, offset, &piece, &last, &err))
        (void)smtp_client_feed(sending->client, piece, last);
    else
        smtp_client_abandon(sending->client, err.what);
    connection_wake(sending->connection);
}

static void take_event(struct sending *sending, const struct smtp_client_event *event)
{
    switch (event->kind) {
    case SMTP_CLIENT_SENT:
    case SMTP_CLIENT_SENT_DATA:
    case SMTP_CLIENT_RECEIVED:
    case SMTP_CLIENT_STATE:
        smtpsend_report_line(stderr, event, sending->options.verbose > 1);
        break;
    case SMTP_CLIENT_SECURED:
        tell_tls(sending, event);
        break;
    case SMTP_CLIENT_WANTS_DATA:
        feed(sending, event->octets);
        break;
    case SMTP_CLIENT_RECIPIENT:
    case SMTP_CLIENT_MESSAGE:
        smtpsend_report_add(&sending->report, event);
        (void)snprintf(sending->trouble, sizeof sending->trouble, "%s",
                       connection_trouble(sending->connection));
        break;
    case SMTP_CLIENT_VERIFIED:
        smtpsend_report_verified(&sending->report, event);
        if (sending->options.verbose > 0)
            smtpsend_report_line(stderr, event, false);
        break;
    case SMTP_CLIENT_READY:
        break;
    case SMTP_CLIENT_OVER: /* the system brings the rest of the closing to its end */
        loop_stop(sending->loop);
        break;
    }
}

static void events(void *owner)
{
    struct sending *sending = owner;
    struct smtp_client_event event;

    while (smtp_client_event(sending->client, &event))
        take_event(sending, &event);
}

static void over(void *owner)
{
    struct sending *sending = owner;

    events(sending);
    sending->connection = NULL;
    loop_stop(sending->loop);
}

static void interrupted(void *owner)
{
    struct sending *sending = owner;

    if (!sending->connection)
        return;
    if (sending->interrupted) {
        connection_abort(sending->connection);
        return;
    }
    sending->interrupted = true;
    smtp_client_abandon(sending->client, "interrupted by a signal");
    connection_wake(sending->connection);
}

static bool run(struct sending *sending, struct err *err)
{
    static const struct connection_calls calls = {.opened = opened, .events = events, .over = over};
    struct signal_watch *interrupt;
    struct signal_watch *terminate;
    bool ok;

    interrupt = signal_watch_new(sending->loop, SIGINT, interrupted, sending, err);
    terminate = signal_watch_new(sending->loop, SIGTERM, interrupted, sending, err);
    ok = interrupt && terminate &&
         connection_new(sending->loop, sending->options.host, sending->options.port, &calls,
                        sending, err) &&
         loop_run(sending->loop, err);
    signal_watch_free(interrupt);
    signal_watch_free(terminate);
    return ok;
}

/* ------------------------------------------------------------------------------------ report ---
 */

static void print_report(const struct sending *sending)
{
    if (sending->options.json)
        (void)smtpsend_report_json(&sending->report, stdout);
    else
        smtpsend_report_text(&sending->report, stdout);
    (void)fflush(stdout);
}

/* A message that no server could take: told like an outcome, though nobody was asked. */
static int refuse_message(struct sending *sending, const struct err *err)
{
    struct smtp_client_event event = {.kind = SMTP_CLIENT_RECIPIENT,
                                      .recipient = {.outcome = SMTP_OUTCOME_PERMANENT},
                                      .stage = SMTP_STAGE_DATA,
                                      .why = err->what};
    size_t i;

    for (i = 0; i < sending->options.recipient_count; i++) {
        event.recipient_index = i;
        event.recipient.address = sending->options.recipients[i];
        smtpsend_report_add(&sending->report, &event);
    }
    event.kind = SMTP_CLIENT_MESSAGE;
    smtpsend_report_add(&sending->report, &event);
    print_report(sending);
    return complain(EX_DATAERR, err);
}

static int finish(struct sending *sending)
{
    struct smtpsend_circumstances is = {.has_user = sending->options.user.size > 0,
                                        .port = sending->options.port,
                                        .tls = sending->options.tls.mode,
                                        .offered = smtp_client_offered(sending->client),
                                        .trouble = sending->trouble};

    print_report(sending);
    smtpsend_report_hint(&sending->report, &is, stderr);
    return smtp_outcome_status(smtpsend_report_outcome(&sending->report));
}

static int send_message(struct sending *sending)
{
    const struct smtpsend_options *options = &sending->options;
    struct err err = {0};

    if (!smtpsend_report_init(&sending->report, options->recipient_count, options->verify_count))
        return complain(EX_OSERR, &(struct err){.what = "out of memory"});
    if (options->ehlo.size == 0)
        find_host(&sending->host);
    else if (!buf_append(&sending->host, options->ehlo) ||
             !smtp_command_check_host(options->ehlo, &err))
        return complain(EX_USAGE, &err);
    if (!get_password(sending, &err))
        return complain(EX_NOINPUT, &err);
    if (!get_message(sending, &err))
        return err.kind == ERR_SYNTAX ? refuse_message(sending, &err) : complain(EX_NOINPUT, &err);
    if (!make_tls(sending, &err))
        return complain(err.kind == ERR_IO ? EX_NOINPUT : EX_OSERR, &err);
    sending->loop = loop_new(&err);
    if (!sending->loop || !make_client(sending, &err) || !run(sending, &err))
        return complain(EX_OSERR, &err);
    return finish(sending);
}

static void release(struct sending *sending)
{
    sending->connection = NULL;
    if (sending->loop)
        loop_free(sending->loop);
    smtp_client_free(sending->client);
    tls_context_free(sending->tls);
    smtpsend_source_close(&sending->source);
    smtpsend_report_release(&sending->report);
    smtpsend_mailboxes_release(&sending->mailboxes);
    buf_release_secret(&sending->password);
    buf_release(&sending->draft);
    buf_release(&sending->host);
    smtpsend_options_release(&sending->options);
}

int main(int argc, char **argv)
{
    struct sending sending = {.source = {.descriptor = -1}};
    struct err err = {0};
    int status = EX_OK;

    buf_init(&sending.host, HOST_OCTETS_MAX + 64);
    (void)buf_init_whole(&sending.password, SMTPSEND_PASSWORD_OCTETS_MAX);
    buf_init(&sending.draft, DRAFT_OCTETS_MAX);
    if (!smtpsend_options_parse(argc, argv, &sending.options, &err)) {
        status = complain(EX_USAGE, &err);
        (void)fprintf(stderr, "Try smtpsend --help.\n");
    } else if (sending.options.help) {
        (void)fputs(smtpsend_usage, stdout);
    } else if (sending.options.version) {
        (void)puts("smtpsend " SMTPDRILL_VERSION);
    } else {
        status = send_message(&sending);
    }
    release(&sending);
    return status;
}
