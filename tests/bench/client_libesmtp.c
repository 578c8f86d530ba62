/* The benchmark's messages by libesmtp: one session, one connection. */
#include "tests/bench/bench.h"

#include <auth-client.h>
#include <libesmtp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *read_text(void **context, int *length, void *owner)
{
    struct bench *bench = owner;

    if (length == NULL) { /* rewind */
        *context = NULL;
        return NULL;
    }
    if (*context != NULL) {
        *length = 0;
        return NULL;
    }
    *context = malloc(1); /* the library frees it */
    *length = (int)bench->size;
    return bench->text;
}

int main(int argc, char **argv)
{
    struct bench bench;
    char server[128];
    unsigned long sent = 0;

    bench_begin(&bench, argc, argv);
    snprintf(server, sizeof(server), "%s:%s", bench.host, bench.port);
    smtp_session_t session = smtp_create_session();
    smtp_set_server(session, server);
    smtp_set_hostname(session, "client.example");
    for (unsigned long i = 0; i < bench.messages; i++) {
        smtp_message_t message = smtp_add_message(session);
        smtp_set_reverse_path(message, "sender@client.example");
        smtp_add_recipient(message, "rcpt@server.example");
        smtp_set_header_option(message, "Date", Hdr_PROHIBIT, 1);
        smtp_set_header_option(message, "Message-Id", Hdr_PROHIBIT, 1);
        smtp_set_messagecb(message, read_text, &bench);
    }
    if (smtp_start_session(session)) {
        sent = bench.messages;
    }
    smtp_destroy_session(session);
    bench_end(&bench, sent);
    return 0;
}
