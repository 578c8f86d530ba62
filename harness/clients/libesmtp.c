/*
 * Sends one message with libESMTP and says what became of it, as JSON and exit status. The facts
 * are in the environment (recipe.5), the recipients are the arguments.
 */
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* They need size_t, and do not say so. */
#include <auth-client.h>
#include <libesmtp.h>

static char password[512];

static const char *fact(const char *name)
{
    char variable[64];
    snprintf(variable, sizeof(variable), "SMTPDRILL_%s", name);
    const char *value = getenv(variable);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

static void put_quoted(const char *text)
{
    putchar('"');
    for (; text != NULL && *text != '\0'; text++) {
        unsigned char octet = (unsigned char)*text;
        if (octet < 32 || octet > 126 || octet == '"' || octet == '\\')
            printf("\\u%04x", octet);
        else
            putchar(octet);
    }
    putchar('"');
}

static const char *word_of(int code)
{
    return code / 100 == 2   ? "sent"
           : code / 100 == 4 ? "temporary"
           : code / 100 == 5 ? "permanent"
                             : NULL;
}

static int status_of(const char *word)
{
    return strcmp(word, "sent") == 0 ? 0 : strcmp(word, "temporary") == 0 ? 75 : 69;
}

static int answer(auth_client_request_t request, char **result, int fields, void *arg)
{
    (void)arg;
    for (int i = 0; i < fields; i++) {
        if (request[i].flags & AUTH_USER)
            result[i] = (char *)(unsigned long)fact("USER");
        else if (request[i].flags & AUTH_PASS)
            result[i] = password;
    }
    return 1;
}

static void read_password(void)
{
    FILE *file = fopen(fact("PASSWORD_FILE"), "r");
    if (file == NULL || fgets(password, sizeof(password), file) == NULL)
        exit(1);
    fclose(file);
    password[strcspn(password, "\n")] = '\0';
}

static void set_session(smtp_session_t session)
{
    char server[300];
    snprintf(server, sizeof(server), "%s:%s", fact("HOST"), fact("PORT"));
    smtp_set_server(session, server);
    smtp_set_hostname(session, fact("DOMAIN") != NULL ? fact("DOMAIN") : "client.example");
    if (fact("TIMEOUT_MS") != NULL)
        for (int which = Timeout_GREETING; which <= Timeout_DATA2; which++)
            smtp_set_timeout(session, which | Timeout_OVERRIDE_RFC2822_MINIMUM,
                             strtol(fact("TIMEOUT_MS"), NULL, 10));
    if (fact("USER") == NULL)
        return;
    read_password();
    auth_client_init();
    auth_context_t context = auth_create_context();
    auth_set_mechanism_flags(context, AUTH_PLUGIN_PLAIN, 0);
    auth_set_interact_cb(context, answer, NULL);
    smtp_auth_set_context(session, context);
}

static void set_message(smtp_message_t message)
{
    FILE *file = fopen(fact("MESSAGE_CRLF"), "r");
    if (file == NULL)
        exit(1);
    smtp_set_reverse_path(message, fact("FROM"));
    smtp_set_message_fp(message, file);
    if (fact("RET") != NULL)
        smtp_dsn_set_ret(message, strcmp(fact("RET"), "FULL") == 0 ? Ret_FULL : Ret_HDRS);
    if (fact("ENVID") != NULL)
        smtp_dsn_set_envid(message, fact("ENVID"));
}

static void add_recipient(smtp_message_t message, const char *address)
{
    smtp_recipient_t recipient = smtp_add_recipient(message, address);
    const char *notify = fact("NOTIFY");
    const char *original = fact("ORCPT"); /* the type, a semicolon, the address */
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
    const char *word = word_of(status->code);
    if (word == NULL)
        return;
    printf("%s{\"address\":", tally->all++ > 0 ? "," : "");
    put_quoted(mailbox);
    printf(",\"outcome\":\"%s\",\"code\":%d}", word, status->code);
    tally->refused += strcmp(word, "sent") != 0;
}

static int tell_error(void)
{
    char text[200] = "";
    smtp_strerror(smtp_errno(), text, sizeof(text));
    printf("{\"text\":");
    put_quoted(text);
    puts("}");
    return 1;
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
    const char *word = word_of(code);
    if (word == NULL || code < 400)
        return tell_error();
    printf("{\"outcome\":\"%s\",\"code\":%d,\"text\":", word, code);
    put_quoted(transfer->text);
    puts("}");
    return status_of(word);
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
