/* The benchmark's messages by libcurl: one easy handle, one kept connection. */
#include "tests/bench/bench.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

struct source {
    const struct bench *bench;
    size_t at;
};

static size_t read_text(char *to, size_t size, size_t count, void *owner)
{
    struct source *source = owner;
    size_t left = source->bench->size - source->at;
    size_t room = size * count;
    size_t octets = left < room ? left : room;

    memcpy(to, source->bench->text + source->at, octets);
    source->at += octets;
    return octets;
}

static unsigned long send_all(const struct bench *bench, CURL *curl)
{
    struct source source = {bench, 0};
    unsigned long sent = 0;

    curl_easy_setopt(curl, CURLOPT_READFUNCTION, read_text);
    curl_easy_setopt(curl, CURLOPT_READDATA, &source);
    curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE,
                     bench->lf ? (curl_off_t)-1 : (curl_off_t)bench->size);
    curl_easy_setopt(curl, CURLOPT_CRLF, bench->lf ? 1L : 0L);
    while (sent < bench->messages) {
        source.at = 0;
        if (curl_easy_perform(curl) != CURLE_OK) {
            break;
        }
        sent++;
    }
    return sent;
}

int main(int argc, char **argv)
{
    struct bench bench;
    char url[128];
    unsigned long sent = 0;

    bench_begin(&bench, argc, argv);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    CURL *curl = curl_easy_init();
    struct curl_slist *recipients = curl_slist_append(NULL, "<rcpt@server.example>");
    if (curl != NULL && recipients != NULL) {
        snprintf(url, sizeof(url), "smtp://%s:%s/client.example", bench.host, bench.port);
        curl_easy_setopt(curl, CURLOPT_URL, url);
        curl_easy_setopt(curl, CURLOPT_MAIL_FROM, "<sender@client.example>");
        curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients);
        curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
        if (bench.ca != NULL) {
            curl_easy_setopt(curl, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
            curl_easy_setopt(curl, CURLOPT_CAINFO, bench.ca);
        }
        curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, bench.sessions ? 1L : 0L);
        sent = send_all(&bench, curl);
    }
    curl_slist_free_all(recipients);
    curl_easy_cleanup(curl);
    bench_end(&bench, sent);
    curl_global_cleanup();
    return 0;
}
