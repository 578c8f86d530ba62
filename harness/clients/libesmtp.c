/*
 * Sends one message with libESMTP and says what became of it, as JSON and exit status. The facts
 * are in the environment (recipe.5), the recipients are the arguments.
 */
#include <signal.h>
#include <stddef.h>

/* They need size_t, and do not say so. */
#include <auth-client.h>
#include <libesmtp.h>

#include <adapter.h>

static char password[ADAPTER_PASSWORD_OCTETS];

static int answer(auth_client_request_t request, char **result, int fields, void *arg)
{
    (void)arg;
    for (int i = 0; i < fields; i++) {
        if (request[i].flags & AUTH_USER)
            result[i] = (char *)(unsigned long)adapter_fact("USER");
        else if (request[i].flags & AUTH_PASS)
            result[i] = password;
    }
    return 1;
}

static void set_session(smtp_session_t session)
{
    char server[300];
    snprintf(server, sizeof(server), "%s:%s", adapter_fact("HOST"), adapter_fact("PORT"));
    smtp_set_server(session, server);
    smtp_set_hostname(session,
                      adapter_fact("DOMAIN") != NULL ? adapter_fact("DOMAIN") : "client.example");
    if (adapter_fact("TIMEOUT_MS") != NULL)
        for (int which = Timeout_GREETING; which <= Timeout_DATA2; which++)
            smtp_set_timeout(session, which | Timeout_OVERRIDE_RFC2822_MINIMUM,
                             strtol(adapter_fact("TIMEOUT_MS"), NULL, 10));
    if (adapter_fact("USER") == NULL)
        return;
    adapter_password(password);
    auth_client_init();
    auth_context_t context = auth_create_context();
    auth_set_mechanism_flags(context, AUTH_PLUGIN_PLAIN, 0);
    auth_set_interact_cb(context, answer, NULL);
    smtp_auth_set_context(session, context);
}

static void set_message(smtp_message_t message)
{
    FILE *file = fopen(adapter_fact("MESSAGE_CRLF"), "r");
    if (file == NULL)
        exit(1);
    smtp_set_reverse_path(message, adapter_fact("FROM"));
    smtp_set_message_fp(message, file);
    if (adapter_fact("RET") != NULL)
        smtp_dsn_set_ret(message, strcmp(adapter_fact("RET"), "FULL") == 0 ? Ret_FULL : Ret_HDRS);
    if (adapter_fact("ENVID") != NULL)
        smtp_dsn_set_envid(message, adapter_fact("ENVID"));
}

static void add_recipient(smtp_message_t message, const char *address)
{
    smtp_recipient_t recipient = smtp_add_recipient(message, address);
    const char *notify = adapter_fact("NOTIFY");
    const char *original = adapter_fact("ORCPT"); /* the type, a semicolon, the address */
    if (original != NULL && strchr(original, ';') != NULL) {
        char type[32];
        snprintf(type, sizeof(type), "%.*s", (int)strcspn(original, ";"), original);
        smtp_dsn_set_orcpt(recipient, type, strchr(original, ';') + 1);
    }
    if (notify == NULL)
        return;
    int flags = strstr(notify, "NEVER") != NULL ? Notify_NEVER : 0;
    flags |= strstr(notify, "SUCCESS") != NULL ? Notify_SUCCESS : 0;
    flags |= strstr(notify, "FAILURE") != NULL ? Notify_FAILURE : 0;
    flags |= strstr(notify, "DELAY") != NULL ? Notify_DELAY : 0;
    smtp_dsn_set_notify(recipient, flags);
}

struct tally {
    int refused;
    int all;
};

/* A refused recipient is told by its own status; the others share that of the transfer. */
static void put_recipient(smtp_recipient_t recipient, const char *mailbox, void *arg)
{
    struct tally *tally = arg;
    const smtp_status_t *status = smtp_recipient_status(recipient);
    const char *word = adapter_outcome(status->code);
    if (word == NULL)
        return;
    printf("%s{\"address\":", tally->all++ > 0 ? "," : "");
    adapter_put_quoted(mailbox);
    printf(",\"outcome\":\"%s\",\"code\":%d}", word, status->code);
    tally->refused += strcmp(word, "sent") != 0;
}

static int tell_error(void)
{
    char text[200] = "";
    smtp_strerror(smtp_errno(), text, sizeof(text));
    return adapter_fail(1, text);
}

static void note_failed(smtp_recipient_t recipient, const char *mailbox, void *arg)
{
    const smtp_status_t *status = smtp_recipient_status(recipient);
    int *code = arg;
    (void)mailbox;
    if (*code == 0 && status->code >= 400)
        *code = status->code;
}

static int tell_failure(smtp_message_t message)
{
    const smtp_status_t *transfer = smtp_message_transfer_status(message);
    const smtp_status_t *sender = smtp_reverse_path_status(message);
    int code = sender->code >= 400 ? sender->code : 0;
    if (code == 0)
        smtp_enumerate_recipients(message, note_failed, &code);
    if (code == 0)
        code = transfer->code;
    const char *word = adapter_outcome(code);
    if (word == NULL || code < 400)
        return tell_error();
    printf("{\"outcome\":\"%s\",\"code\":%d,\"text\":", word, code);
    adapter_put_quoted(transfer->text);
    puts("}");
    return adapter_status(word);
}

static int tell(smtp_message_t message)
{
    struct tally tally = {0, 0};
    if (smtp_message_transfer_status(message)->code / 100 != 2)
        return tell_failure(message);
    printf("{\"recipients\":[");
    smtp_enumerate_recipients(message, put_recipient, &tally);
    printf("],\"outcome\":\"%s\"}\n", tally.refused > 0 ? "partial" : "sent");
    return 0;
}

int main(int argc, char **argv)
{
    /* As the example of the library says: the server may be gone when it writes. */
    signal(SIGPIPE, SIG_IGN);
    smtp_session_t session = smtp_create_session();
    smtp_message_t message = smtp_add_message(session);
    set_session(session);
    set_message(message);
    for (int i = 1; i < argc; i++)
        add_recipient(message, argv[i]);
    int status = smtp_start_session(session) ? tell(message) : tell_error();
    smtp_destroy_session(session);
    return status;
}
