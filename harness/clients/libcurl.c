/*
 * Sends one message with libcurl and says what became of it, as JSON and exit status. The facts are
 * in the environment (recipe.5), the recipients are the arguments.
 */
#include <ctype.h>
#include <curl/curl.h>
#include <signal.h>
#include <stdbool.h>

#include <adapter.h>

struct session {
    CURL *curl;
    struct curl_slist *recipients;
    struct curl_slist *connect_to;
    FILE *message;
    char password[ADAPTER_PASSWORD_OCTETS];
    char text[CURL_ERROR_SIZE];
};

static void set_place(struct session *session)
{
    const char *tls = adapter_fact("TLS");
    const char *name = adapter_fact("TLS_NAME");
    const char *host = name != NULL ? name : adapter_fact("HOST");
    const char *domain = adapter_fact("DOMAIN");
    char url[600];
    char instead[600];
    snprintf(url, sizeof(url), "%s://%s:%s/%s",
             tls != NULL && strcmp(tls, "implicit") == 0 ? "smtps" : "smtp", host,
             adapter_fact("PORT"), domain != NULL ? domain : "client.example");
    curl_easy_setopt(session->curl, CURLOPT_URL, url);
    snprintf(instead, sizeof(instead), "::%s:%s", adapter_fact("HOST"), adapter_fact("PORT"));
    session->connect_to = curl_slist_append(NULL, instead);
    curl_easy_setopt(session->curl, CURLOPT_CONNECT_TO, session->connect_to);
}

static void set_tls(struct session *session)
{
    const char *tls = adapter_fact("TLS");
    if (tls == NULL)
        return;
    bool anybody = strcmp(tls, "opportunistic") == 0;
    curl_easy_setopt(session->curl, CURLOPT_USE_SSL,
                     (long)(anybody ? CURLUSESSL_TRY : CURLUSESSL_ALL));
    curl_easy_setopt(session->curl, CURLOPT_SSL_VERIFYPEER, anybody ? 0L : 1L);
    curl_easy_setopt(session->curl, CURLOPT_SSL_VERIFYHOST, anybody ? 0L : 2L);
    curl_easy_setopt(session->curl, CURLOPT_CAINFO, adapter_fact("CA"));
    curl_easy_setopt(session->curl, CURLOPT_SSLCERT, adapter_fact("CLIENT_CERT"));
    curl_easy_setopt(session->curl, CURLOPT_SSLKEY, adapter_fact("CLIENT_KEY"));
}

/* The library takes a token for XOAUTH2 and OAUTHBEARER, and a password for all the others. */
static void set_user(struct session *session)
{
    const char *mechanism = adapter_fact("MECHANISM");
    char login[100] = "AUTH=";
    if (adapter_fact("USER") == NULL)
        return;
    adapter_password(session->password);
    curl_easy_setopt(session->curl, CURLOPT_USERNAME, adapter_fact("USER"));
    for (size_t i = 0; mechanism != NULL && mechanism[i] != '\0' && i + 6 < sizeof(login); i++)
        login[i + 5] = (char)toupper((unsigned char)mechanism[i]);
    bool token = strstr(login, "OAUTH") != NULL;
    curl_easy_setopt(session->curl, token ? CURLOPT_XOAUTH2_BEARER : CURLOPT_PASSWORD,
                     session->password);
    if (mechanism == NULL)
        return;
    curl_easy_setopt(session->curl, CURLOPT_LOGIN_OPTIONS, login);
}

static void set_message(struct session *session, char **recipients)
{
    const char *from = adapter_fact("FROM");
    char path[600];
    snprintf(path, sizeof(path), "<%s>", from != NULL ? from : "");
    curl_easy_setopt(session->curl, CURLOPT_MAIL_FROM, path);
    for (; *recipients != NULL; recipients++)
        session->recipients = curl_slist_append(session->recipients, *recipients);
    curl_easy_setopt(session->curl, CURLOPT_MAIL_RCPT, session->recipients);
    session->message = fopen(adapter_fact("MESSAGE_CRLF"), "r");
    if (session->message == NULL || fseek(session->message, 0, SEEK_END) != 0)
        exit(1);
    curl_easy_setopt(session->curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)ftell(session->message));
    rewind(session->message);
    curl_easy_setopt(session->curl, CURLOPT_READDATA, session->message);
    curl_easy_setopt(session->curl, CURLOPT_UPLOAD, 1L);
}

static int tell(const struct session *session, CURLcode result)
{
    long code = 0;
    curl_easy_getinfo(session->curl, CURLINFO_RESPONSE_CODE, &code);
    const char *outcome = result == CURLE_OK ? "sent" : adapter_outcome(code);
    const char *text = session->text[0] != '\0' ? session->text : curl_easy_strerror(result);
    switch ((int)result) {
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
        return adapter_fail(76, text);
    case CURLE_LOGIN_DENIED:
        return adapter_fail(77, text);
    default:
        break;
    }
    if (outcome == NULL || (result != CURLE_OK && strcmp(outcome, "sent") == 0))
        return adapter_fail(1, text);
    printf("{\"outcome\":\"%s\",\"code\":%ld,\"text\":", outcome, code);
    adapter_put_quoted(text);
    puts("}");
    return adapter_status(outcome);
}

int main(int argc, char **argv)
{
    struct session session = {.curl = NULL};
    (void)argc;
    signal(SIGPIPE, SIG_IGN);
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK ||
        (session.curl = curl_easy_init()) == NULL)
        return 1;
    curl_easy_setopt(session.curl, CURLOPT_ERRORBUFFER, session.text);
    set_place(&session);
    set_tls(&session);
    set_user(&session);
    set_message(&session, argv + 1);
    if (adapter_fact("TIMEOUT_MS") != NULL)
        curl_easy_setopt(session.curl, CURLOPT_SERVER_RESPONSE_TIMEOUT,
                         (strtol(adapter_fact("TIMEOUT_MS"), NULL, 10) + 999) / 1000);
    int status = tell(&session, curl_easy_perform(session.curl));
    curl_easy_cleanup(session.curl);
    curl_slist_free_all(session.recipients);
    curl_slist_free_all(session.connect_to);
    fclose(session.message);
    curl_global_cleanup();
    return status;
}
