#include "client/smtpsend_options.h"

#include "base/text.h"
#include "client/smtpsend_value.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

const char smtpsend_usage[] =
    "usage: smtpsend --server HOST[:PORT]... --from MAILBOX --to MAILBOX... [FILE... | -]\n"
    "       smtpsend --server HOST[:PORT]... --from MAILBOX --to MAILBOX... --subject TEXT --body "
    "TEXT\n"
    "\n"
    "  -s, --server HOST[:PORT]  SMTP server; port 587 unless given; may be given many\n"
    "                            times: the next one where no session comes about\n"
    "  -f, --from MAILBOX        reverse-path; '' or '<>' is the null reverse-path\n"
    "  -t, --to MAILBOX          forward-path; may be given many times\n"
    "      --subject TEXT        make a message, instead of reading one\n"
    "      --body TEXT           its text\n"
    "  -u, --user NAME           authenticate; the password comes from\n"
    "      --password-file FILE    the first line of a file,\n"
    "      --password-fd N         the first line of an open descriptor,\n"
    "                              or a prompt on the terminal\n"
    "      --oauth-token-file FILE  or, in place of a password, the first line of a file: a token\n"
    "      --auth, --mechanism MECHANISM\n"
    "                            this AUTH mechanism only: SCRAM-SHA-256, PLAIN, XOAUTH2 ...\n"
    "      --channel-binding TYPE  how the PLUS forms of SCRAM are bound to TLS: tls-unique,\n"
    "                            tls-exporter, tls-server-end-point\n"
    "      --plaintext-auth      send the password even where there is no TLS\n" SMTPSEND_TLS_USAGE
    "      --ehlo, --domain NAME our name for EHLO; this host's by default\n"
    "      --timeout TIME        for everything: 30, 30s, 500ms, 5m\n"
    "      --timeout-STAGE TIME  for one: greeting ehlo tls auth mail rcpt data block "
    "end-of-data\n"
    "                              rset quit\n"
    "      --lmtp                LMTP in place of SMTP: a result for each recipient\n"
    "      --chunking auto|never BDAT where it is offered, or DATA always\n"
    "      --no-pipelining       one command at a time\n"
    "      --long-lines          send lines of more than 998 octets as they are\n"
    "      --bare-lf             take replies whose lines end in LF alone\n" SMTPSEND_REQUEST_USAGE
    "      --retry N             try what is temporary N times more\n"
    "      --retry-after TIME      each so long after the last try: 30m\n"
    "      --noop                send NOOP before the mail\n"
    "      --vrfy NAME           send VRFY for a user or mailbox; may be given many times\n"
    "      --rset                send RSET before the mail\n"
    "  -v, --verbose             the dialogue on standard error; -vv also the client's states\n"
    "      --json                the result as JSON on standard output\n"
    "  -h, --help    -V, --version\n";

enum {
    OPTION_SUBJECT = 256,
    OPTION_BODY,
    OPTION_PASSWORD_FILE,
    OPTION_PASSWORD_FD,
    OPTION_TOKEN_FILE,
    OPTION_AUTH,
    OPTION_CHANNEL_BINDING,
    OPTION_PLAINTEXT_AUTH,
    OPTION_EHLO,
    OPTION_TIMEOUT,
    OPTION_LMTP,
    OPTION_CHUNKING,
    OPTION_NO_PIPELINING,
    OPTION_LONG_LINES,
    OPTION_BARE_LF,
    OPTION_RETRY,
    OPTION_RETRY_AFTER,
    OPTION_NOOP,
    OPTION_VRFY,
    OPTION_RSET,
    OPTION_JSON,
    OPTION_TIMEOUT_FIRST, /* and one for each timeout */
    OPTION_REQUEST_FIRST = OPTION_TIMEOUT_FIRST + SMTP_CLIENT_TIMEOUT_COUNT, /* and one for each */
    OPTION_TLS_FIRST = OPTION_REQUEST_FIRST + SMTPSEND_REQUEST_COUNT,        /* and one for each */
};

/* clang-format off */
static const struct option table[] = {
    {"server",         required_argument, NULL, 's'                  },
    {"from",           required_argument, NULL, 'f'                  },
    {"to",             required_argument, NULL, 't'                  },
    {"subject",        required_argument, NULL, OPTION_SUBJECT       },
    {"body",           required_argument, NULL, OPTION_BODY          },
    {"user",           required_argument, NULL, 'u'                  },
    {"password-file",  required_argument, NULL, OPTION_PASSWORD_FILE },
    {"password-fd",    required_argument, NULL, OPTION_PASSWORD_FD   },
    {"oauth-token-file", required_argument, NULL, OPTION_TOKEN_FILE  },
    {"auth",           required_argument, NULL, OPTION_AUTH          },
    {"mechanism",      required_argument, NULL, OPTION_AUTH          },
    {"channel-binding", required_argument, NULL, OPTION_CHANNEL_BINDING},
    {"plaintext-auth", no_argument,       NULL, OPTION_PLAINTEXT_AUTH},
    {"ehlo",           required_argument, NULL, OPTION_EHLO          },
    {"domain",         required_argument, NULL, OPTION_EHLO          },
    {"timeout",        required_argument, NULL, OPTION_TIMEOUT       },
    {"lmtp",           no_argument,       NULL, OPTION_LMTP          },
    {"chunking",       required_argument, NULL, OPTION_CHUNKING      },
    {"no-pipelining",  no_argument,       NULL, OPTION_NO_PIPELINING },
    {"long-lines",     no_argument,       NULL, OPTION_LONG_LINES    },
    {"bare-lf",        no_argument,       NULL, OPTION_BARE_LF       },
    {"retry",          required_argument, NULL, OPTION_RETRY         },
    {"retry-after",    required_argument, NULL, OPTION_RETRY_AFTER   },
    {"noop",           no_argument,       NULL, OPTION_NOOP          },
    {"vrfy",           required_argument, NULL, OPTION_VRFY          },
    {"rset",           no_argument,       NULL, OPTION_RSET          },
    {"json",           no_argument,       NULL, OPTION_JSON          },
    {"verbose",        no_argument,       NULL, 'v'                  },
    {"help",           no_argument,       NULL, 'h'                  },
    {"version",        no_argument,       NULL, 'V'                  },
#define X(name, word, default_ms, source)                                                          \
    {"timeout-" word, required_argument, NULL, OPTION_TIMEOUT_FIRST + SMTP_CLIENT_TIMEOUT_##name},
    SMTP_CLIENT_TIMEOUT_TABLE(X)
#undef X
#define X(word, name, value)                                                                       \
    {word, (value) ? required_argument : no_argument, NULL,                                        \
     OPTION_REQUEST_FIRST + SMTPSEND_REQUEST_##name},
    SMTPSEND_REQUEST_TABLE(X)
#undef X
#define X(word, name, value)                                                                       \
    {word, (value) ? required_argument : no_argument, NULL, OPTION_TLS_FIRST + SMTPSEND_TLS_##name},
    SMTPSEND_TLS_TABLE(X)
#undef X
    {NULL,             0,                 NULL, 0                    },
};
/* clang-format on */

static void set_timeouts(struct smtpsend_options *options, uint64_t ms)
{
    size_t i;

    for (i = 0; i < SMTP_CLIENT_TIMEOUT_COUNT; i++)
        options->timeouts_ms[i] = ms;
}

static bool take_timeout(struct smtpsend_options *options, int option, struct bytes text,
                         struct err *err)
{
    uint64_t ms = 0;

    if (!smtpsend_value_time(text, &ms, err))
        return false;
    if (option == OPTION_TIMEOUT)
        set_timeouts(options, ms);
    else
        options->timeouts_ms[option - OPTION_TIMEOUT_FIRST] = ms;
    return true;
}

/* What is asked of the server; NOTIFY and ORCPT of the recipient before, or of all. */
static bool take_request(struct smtpsend_options *options, int option, struct bytes value,
                         struct err *err)
{
    struct smtp_rcpt_request *rcpt = &options->rcpt_request;

    if (options->recipient_count > 0)
        rcpt = &options->rcpt_requests[options->recipient_count - 1];
    options->has_rcpt_requests |= option == OPTION_REQUEST_FIRST + SMTPSEND_REQUEST_NOTIFY ||
                                  option == OPTION_REQUEST_FIRST + SMTPSEND_REQUEST_ORCPT;
    options->unsendable =
        !smtpsend_request_take((enum smtpsend_request_option)(option - OPTION_REQUEST_FIRST), value,
                               &options->request, rcpt, err);
    return !options->unsendable;
}

static void take_recipient(struct smtpsend_options *options, struct bytes path)
{
    options->rcpt_requests[options->recipient_count] = options->rcpt_request;
    options->recipients[options->recipient_count++] = smtpsend_value_path(path);
}

static bool take_flag(struct smtpsend_options *options, int option)
{
    switch (option) {
    case OPTION_PLAINTEXT_AUTH:
        return options->plaintext_auth = true;
    case OPTION_LMTP:
        return options->lmtp = true;
    case OPTION_NO_PIPELINING:
        return options->no_pipelining = true;
    case OPTION_LONG_LINES:
        return options->long_lines = true;
    case OPTION_BARE_LF:
        return options->bare_lf = true;
    case OPTION_NOOP:
        return options->noop = true;
    case OPTION_RSET:
        return options->rset = true;
    case OPTION_JSON:
        return options->json = true;
    case 'v':
        return ++options->verbose > 0;
    case 'h':
        return options->help = true;
    case 'V':
        return options->version = true;
    default:
        return false;
    }
}

static bool take_value(struct smtpsend_options *options, int option, struct bytes value,
                       struct err *err)
{
    switch (option) {
    case 's':
        return smtpsend_server_parse(value, &options->servers[options->server_count++], err);
    case 'f':
        options->from = smtpsend_value_path(value);
        return options->has_from = true;
    case 't':
        take_recipient(options, value);
        return true;
    case 'u':
        options->user = value;
        return value.size > 0 || err_set(err, ERR_SYNTAX, "--user is empty");
    case OPTION_SUBJECT:
        options->subject = value;
        return options->has_subject = true;
    case OPTION_BODY:
        options->body = value;
        return options->has_body = true;
    case OPTION_PASSWORD_FILE:
        options->password_file = value.data;
        return true;
    case OPTION_TOKEN_FILE:
        options->token_file = value.data;
        return true;
    case OPTION_PASSWORD_FD:
        return smtpsend_value_descriptor(value, &options->password_fd, err);
    case OPTION_AUTH:
        options->has_mechanism = true;
        return smtpsend_value_mechanism(value, &options->mechanism, err);
    case OPTION_CHANNEL_BINDING:
        options->has_channel_binding = true;
        return smtpsend_value_binding(value, &options->channel_binding, err);
    case OPTION_RETRY:
        return smtpsend_value_retries(value, &options->retries, err);
    case OPTION_RETRY_AFTER:
        return smtpsend_value_time(value, &options->retry_after_ms, err);
    case OPTION_CHUNKING:
        return smtpsend_value_chunking(value, &options->no_chunking, err);
    case OPTION_VRFY:
        options->verify[options->verify_count++] = smtpsend_value_path(value);
        return true;
    case OPTION_EHLO:
        options->ehlo = value;
        return true;
    default:
        if (option >= OPTION_TLS_FIRST)
            return smtpsend_tls_take((enum smtpsend_tls_option)(option - OPTION_TLS_FIRST),
                                     value.data, &options->tls, err);
        if (option >= OPTION_REQUEST_FIRST)
            return take_request(options, option, value, err);
        return take_timeout(options, option, value, err);
    }
}

static bool check_credentials(const struct smtpsend_options *options, struct err *err)
{
    int sources = (options->password_file != NULL) + (options->password_fd >= 0) +
                  (options->token_file != NULL);

    if (options->user.size == 0 && sources > 0)
        return err_set(err, ERR_SYNTAX, "a password without --user");
    if (sources > 1)
        return err_set(err, ERR_SYNTAX,
                       "--password-file, --password-fd and --oauth-token-file "
                       "exclude each other");
    return true;
}

static bool has_standard_input(const struct smtpsend_options *options)
{
    size_t i;

    for (i = 0; i < options->file_count; i++)
        if (strcmp(options->files[i], "-") == 0)
            return true;
    return false;
}

static bool is_implicit(const struct smtpsend_server *server)
{
    return server->port == SMTPSEND_PORT_IMPLICIT_TLS;
}

static bool check_servers(const struct smtpsend_options *options, struct err *err)
{
    size_t i;

    if (options->server_count == 0)
        return err_set(err, ERR_SYNTAX, "--server HOST[:PORT] is missing");
    for (i = 0; i < options->server_count; i++) {
        const struct smtpsend_server *server = &options->servers[i];

        if (options->lmtp && (!server->has_port || server->port == 25))
            return err_set(
                err, ERR_SYNTAX,
                "--lmtp needs a port, and one that is not 25: LMTP is not SMTP (RFC 2033 5)");
        if (!options->tls.has_mode && is_implicit(server) != is_implicit(&options->servers[0]))
            return err_set(err, ERR_SYNTAX,
                           "port 465 begins with TLS and the other ports do not: --tls has to say "
                           "what holds for all servers");
    }
    return true;
}

static bool check(const struct smtpsend_options *options, struct err *err)
{
    if (options->help || options->version)
        return true;
    if (!check_servers(options, err))
        return false;
    if (!options->has_from)
        return err_set(err, ERR_SYNTAX, "--from MAILBOX is missing");
    if (options->recipient_count == 0)
        return err_set(err, ERR_SYNTAX, "--to MAILBOX is missing");
    if (options->recipient_count > SMTP_RECIPIENTS_MAX)
        return err_set(err, ERR_SYNTAX, "at most %d recipients", SMTP_RECIPIENTS_MAX);
    if (has_standard_input(options) && options->file_count > 1)
        return err_set(err, ERR_SYNTAX,
                       "standard input is one message, and cannot be among others");
    if (options->file_count > 0 && (options->has_subject || options->has_body))
        return err_set(err, ERR_SYNTAX, "a FILE is a whole message: no --subject, no --body");
    return check_credentials(options, err);
}

/* What each value alone did not show: values that exclude each other, or the null reverse-path. */
static bool check_request(struct smtpsend_options *options, struct err *err)
{
    options->unsendable = !smtp_request_check_mail(&options->request, options->from.size == 0, err);
    return !options->unsendable;
}

bool smtpsend_options_parse(int argc, char **argv, struct smtpsend_options *ret, struct err *err)
{
    int option;

    *ret = (struct smtpsend_options){.password_fd = -1, .retry_after_ms = SMTPSEND_RETRY_AFTER_MS};
    ret->servers = calloc((size_t)argc, sizeof ret->servers[0]);
    ret->recipients = calloc((size_t)argc, sizeof ret->recipients[0]);
    ret->verify = calloc((size_t)argc, sizeof ret->verify[0]);
    ret->rcpt_requests = calloc((size_t)argc, sizeof ret->rcpt_requests[0]);
    if (!ret->servers || !ret->recipients || !ret->verify || !ret->rcpt_requests)
        return err_memory(err);
    opterr = 0;
    optind = 1;
    while ((option = getopt_long(argc, argv, ":s:f:t:u:vhV", table, NULL)) != -1) {
        if (option == '?')
            return err_set(err, ERR_SYNTAX, "unknown option %s",
                           text_show(bytes_of(argv[optind - 1])).text);
        if (option == ':')
            return err_set(err, ERR_SYNTAX, "%s needs a value", argv[optind - 1]);
        if (!take_flag(ret, option) &&
            !take_value(ret, option, bytes_of(optarg ? optarg : ""), err))
            return false;
    }
    ret->files = argv + optind;
    ret->file_count = (size_t)(argc - optind);
    return check(ret, err) && check_request(ret, err) &&
           smtpsend_tls_settle(&ret->tls, ret->server_count > 0 ? ret->servers[0].port : 0,
                               ret->user.size > 0 && !ret->plaintext_auth, err);
}

void smtpsend_options_release(struct smtpsend_options *options)
{
    free(options->servers);
    options->servers = NULL;
    free(options->recipients);
    options->recipients = NULL;
    free(options->rcpt_requests);
    options->rcpt_requests = NULL;
    free(options->verify);
    options->verify = NULL;
}
