/*
 * Sends one message with libEtPan and says what became of it, as JSON and exit status. The facts
 * are in the environment (recipe.5), the recipients are the arguments. It takes the steps of a
 * session one by one, so that a refused recipient keeps the mail from no other.
 */
#include <libetpan/libetpan.h>
#include <signal.h>
#include <stdbool.h>

#include <adapter.h>

#define PARAMETER_OCTETS 600
#define BY_ADDRESS 1 /* in EHLO; otherwise it would be the bare name of the machine */

static int tell_failure(mailsmtp *session, int result)
{
    const char *outcome = adapter_outcome(session->response_code);
    switch (result) {
    case MAILSMTP_ERROR_SSL:
    case MAILSMTP_ERROR_STARTTLS_NOT_SUPPORTED:
    case MAILSMTP_ERROR_STARTTLS_TEMPORARY_FAILURE:
        return adapter_fail(76, mailsmtp_strerror(result));
    case MAILSMTP_ERROR_AUTH_NOT_SUPPORTED:
    case MAILSMTP_ERROR_AUTH_LOGIN:
    case MAILSMTP_ERROR_AUTH_AUTHENTICATION_FAILED:
        return adapter_fail(77, mailsmtp_strerror(result));
    case MAILSMTP_ERROR_STREAM:
    case MAILSMTP_ERROR_CONNECTION_REFUSED:
        return adapter_fail(1, mailsmtp_strerror(result));
    default:
        break;
    }
    if (outcome == NULL || strcmp(outcome, "sent") == 0)
        return adapter_fail(1, mailsmtp_strerror(result));
    printf("{\"outcome\":\"%s\",\"code\":%d,\"text\":", outcome, session->response_code);
    adapter_put_quoted(session->response);
    puts("}");
    return adapter_status(outcome);
}

static void set_timeout(mailsmtp *session)
{
    if (adapter_fact("TIMEOUT") == NULL)
        return;
    time_t seconds = strtol(adapter_fact("TIMEOUT"), NULL, 10);
    mailsmtp_set_timeout(session, seconds);
    mailstream_network_delay.tv_sec = seconds;
}

static int open_session(mailsmtp *session)
{
    const char *tls = adapter_fact("TLS");
    const char *host = adapter_fact("HOST");
    uint16_t port = (uint16_t)strtoul(adapter_fact("PORT"), NULL, 10);
    bool implicit = tls != NULL && strcmp(tls, "implicit") == 0;
    int result = implicit ? mailsmtp_ssl_connect(session, host, port)
                          : mailsmtp_socket_connect(session, host, port);
    if (result == MAILSMTP_NO_ERROR)
        result = mailsmtp_init_with_ip(session, BY_ADDRESS);
    if (result != MAILSMTP_NO_ERROR || tls == NULL || implicit)
        return result;
    result = mailsmtp_socket_starttls(session);
    if (result == MAILSMTP_NO_ERROR)
        result = mailsmtp_init_with_ip(session, BY_ADDRESS);
    return result;
}

static int authenticate(mailsmtp *session)
{
    static char password[ADAPTER_PASSWORD_OCTETS];
    const char *user = adapter_fact("USER");
    const char *mechanism = adapter_fact("MECHANISM");
    if (user == NULL)
        return MAILSMTP_NO_ERROR;
    adapter_password(password);
    if (mechanism == NULL)
        return mailsmtp_auth(session, user, password);
    return mailesmtp_auth_sasl(session, mechanism, adapter_fact("HOST"), NULL, NULL, user, user,
                               password, NULL);
}

static int send_before(mailsmtp *session)
{
    int result = MAILSMTP_NO_ERROR;
    if (adapter_fact("BEFORE_NOOP") != NULL)
        result = mailsmtp_noop(session);
    if (result == MAILSMTP_NO_ERROR && adapter_fact("BEFORE_RSET") != NULL)
        result = mailsmtp_reset(session);
    return result;
}

static int notify_of(const char *notify)
{
    if (notify == NULL)
        return 0;
    return (strstr(notify, "NEVER") != NULL ? MAILSMTP_DSN_NOTIFY_NEVER : 0) |
           (strstr(notify, "SUCCESS") != NULL ? MAILSMTP_DSN_NOTIFY_SUCCESS : 0) |
           (strstr(notify, "FAILURE") != NULL ? MAILSMTP_DSN_NOTIFY_FAILURE : 0) |
           (strstr(notify, "DELAY") != NULL ? MAILSMTP_DSN_NOTIFY_DELAY : 0);
}

/* The library takes values of parameters as they go on the wire (RFC 3461 4: xtext). */
static const char *xtext(const char *value, char *room, size_t octets)
{
    size_t at = 0;
    if (value == NULL)
        return NULL;
    for (; *value != '\0' && at + 4 < octets; value++) {
        unsigned char octet = (unsigned char)*value;
        if (octet > '~')
            exit(127); /* no xtext can hold it */
        if (octet <= ' ' || octet == '+' || octet == '=')
            at += (size_t)snprintf(room + at, octets - at, "+%02X", octet);
        else
            room[at++] = (char)octet;
    }
    room[at] = '\0';
    return room;
}

static char *read_message(size_t *ret_size)
{
    FILE *file = fopen(adapter_fact("MESSAGE_OPEN"), "r");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0)
        exit(1);
    long size = ftell(file);
    char *message = size < 0 ? NULL : malloc((size_t)size + 1);
    if (message == NULL || fseek(file, 0, SEEK_SET) != 0)
        exit(1);
    *ret_size = fread(message, 1, (size_t)size, file);
    fclose(file);
    return message;
}

/* RCPT for each; codes[] is what was said of it. */
static int name_recipients(mailsmtp *session, char **recipients, int count, int *codes,
                           int *ret_taken)
{
    char original[PARAMETER_OCTETS];
    const char *orcpt = xtext(adapter_fact("ORCPT"), original, sizeof(original));
    int last = MAILSMTP_NO_ERROR;
    *ret_taken = 0;
    for (int i = 0; i < count; i++) {
        int result =
            mailesmtp_rcpt(session, recipients[i], notify_of(adapter_fact("NOTIFY")), orcpt);
        codes[i] = session->response_code;
        *ret_taken += result == MAILSMTP_NO_ERROR;
        if (result != MAILSMTP_NO_ERROR)
            last = result;
        if (result == MAILSMTP_ERROR_STREAM || result == MAILSMTP_ERROR_SERVICE_NOT_AVAILABLE)
            return result;
    }
    return *ret_taken > 0 ? MAILSMTP_NO_ERROR : last;
}

static void tell_recipients(char **recipients, int count, const int *codes, bool all)
{
    printf("{\"outcome\":\"%s\",\"recipients\":[", all ? "sent" : "partial");
    for (int i = 0; i < count; i++) {
        printf("%s{\"address\":", i > 0 ? "," : "");
        adapter_put_quoted(recipients[i]);
        printf(",\"outcome\":\"%s\",\"code\":%d}", adapter_outcome(codes[i]), codes[i]);
    }
    puts("]}");
}

static int transfer(mailsmtp *session, char **recipients, int count, int *ret_result)
{
    static const char none[] = "";
    char identifier[PARAMETER_OCTETS];
    const char *envid = xtext(adapter_fact("ENVID"), identifier, sizeof(identifier));
    const char *ret = adapter_fact("RET");
    const char *from = adapter_fact("FROM");
    int *codes = calloc((size_t)count + 1, sizeof(*codes));
    int taken = 0;
    size_t size = 0;
    char *message = read_message(&size);
    if (codes == NULL)
        exit(1);
    int result = mailesmtp_mail_size(session, from != NULL ? from : none,
                                     ret != NULL && strcmp(ret, "FULL") == 0, envid, size);
    if (result == MAILSMTP_NO_ERROR)
        result = name_recipients(session, recipients, count, codes, &taken);
    if (result == MAILSMTP_NO_ERROR)
        result = mailsmtp_data(session);
    if (result == MAILSMTP_NO_ERROR)
        result = mailsmtp_data_message(session, message, size);
    if (result == MAILSMTP_NO_ERROR)
        tell_recipients(recipients, count, codes, taken == count);
    free(message);
    free(codes);
    *ret_result = result;
    return taken == count ? 0 : 75;
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    mailsmtp *session = mailsmtp_new(0, NULL);
    if (session == NULL)
        return 1;
    set_timeout(session);
    int status = 0;
    int result = open_session(session);
    if (result == MAILSMTP_NO_ERROR)
        result = authenticate(session);
    if (result == MAILSMTP_NO_ERROR)
        result = send_before(session);
    if (result == MAILSMTP_NO_ERROR)
        status = transfer(session, argv + 1, argc - 1, &result);
    if (result != MAILSMTP_NO_ERROR)
        status = tell_failure(session, result);
    if (session->stream != NULL)
        mailsmtp_quit(session);
    mailsmtp_free(session);
    return status;
}
