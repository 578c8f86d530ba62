/* libcurl as the client, over STARTTLS and with a password: what a scenario asks for is a fact. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <curl/curl.h>
#include <fakesmtp.h>

struct upload {
    const char *octets;
    size_t left;
};

static size_t read_message(char *to, size_t size, size_t count, void *owner)
{
    struct upload *from = owner;
    size_t octets = size * count < from->left ? size * count : from->left;
    memcpy(to, from->octets, octets);
    from->octets += octets;
    from->left -= octets;
    return octets;
}

static void set_options(CURL *curl, struct fakesmtp *server, struct upload *message)
{
    char url[300];
    snprintf(url, sizeof(url), "smtp://%s:%u", fakesmtp_host(server), fakesmtp_port(server));
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, fakesmtp_fact(server, "from"));
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, read_message);
    curl_easy_setopt(curl, CURLOPT_READDATA, message);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    if (fakesmtp_fact(server, "tls")[0] != '\0') {
        curl_easy_setopt(curl, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
        curl_easy_setopt(curl, CURLOPT_CAINFO, fakesmtp_fact(server, "ca"));
    }
    if (fakesmtp_fact(server, "user")[0] != '\0') {
        curl_easy_setopt(curl, CURLOPT_USERNAME, fakesmtp_fact(server, "user"));
        curl_easy_setopt(curl, CURLOPT_PASSWORD, fakesmtp_fact(server, "password"));
    }
}

/* Sends what the scenario wants sent, and claims what curl says of it. */
static void run_curl(struct fakesmtp *server)
{
    struct upload message;
    message.octets = fakesmtp_message(server, 1, &message.left);
    struct curl_slist *to = curl_slist_append(NULL, fakesmtp_fact(server, "to"));
    CURL *curl = curl_easy_init();
    set_options(curl, server, &message);
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
    CURLcode result = curl_easy_perform(curl);
    long code = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
    assert_true(fakesmtp_claim(server, NULL, result == CURLE_OK ? "sent" : "failed",
                               result == CURLE_OK ? 0 : (unsigned)code));
    assert_true(fakesmtp_told(server, curl_easy_strerror(result)));
    curl_easy_cleanup(curl);
    curl_slist_free_all(to);
}

static void play(const char *scenario)
{
    struct fakesmtp_options options = {.client = "libcurl"};
    struct fakesmtp_error error;
    struct fakesmtp *server = fakesmtp_start_text(scenario, &options, &error);
    if (server == NULL)
        fail_msg("%s", error.what);
    run_curl(server);
    if (fakesmtp_finish(server) != FAKESMTP_PASS)
        fail_msg("%s", fakesmtp_findings(server));
    fakesmtp_free(server);
}

static void mail_goes_out_under_tls_with_a_password(void **state)
{
    (void)state;
    play("title   STARTTLS, then AUTH, then the mail\n"
         "send    tls=starttls user=joe password=s3cret-word\n"
         "message \"Subject: x\\r\\n\\r\\nhello\\r\\n\"\n"
         "\n"
         "...\n"
         "expect  STARTTLS before AUTH\n"
         "expect  outcome sent\n"
         "expect  message intact\n");
}

static void a_refused_recipient_is_reported(void **state)
{
    (void)state;
    play("title   nobody by that name\n"
         "\n"
         "...\n"
         "C: RCPT\n"
         "S: 550 5.1.1 nobody\n"
         "...\n"
         "expect  outcome permanent\n"
         "expect  never DATA\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mail_goes_out_under_tls_with_a_password),
        cmocka_unit_test(a_refused_recipient_is_reported),
    };
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    curl_global_cleanup();
    return failed;
}
