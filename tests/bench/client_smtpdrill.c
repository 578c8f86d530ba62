/* The benchmark's messages by this project's client: one engine for each connection. */
#include "client/smtp_client.h"
#include "tests/bench/bench.h"
#include "transport/socket.h"
#include "transport/tls_context.h"

#include <stdio.h>
#include <stdlib.h>

struct sender {
    struct bench bench;
    struct smtp_client *client;
    struct smtp_message message;
    struct loop *loop;
    struct route route;
    struct tls_context *tls; /* NULL: none */
    unsigned long sent;
    bool failed; /* the last message was not sent */
};

static void submit_next(struct sender *sender)
{
    struct err err = {0};

    if (!smtp_client_submit(sender->client, &sender->message, &err)) {
        fprintf(stderr, "%s\n", err.what);
        exit(2);
    }
}

static struct engine opened(void *owner, struct connection *connection)
{
    struct sender *sender = owner;

    if (sender->tls != NULL && !connection_set_tls(connection, sender->tls, sender->bench.host))
        exit(2);
    submit_next(sender);
    return smtp_client_engine(sender->client);
}

static void events(void *owner)
{
    struct sender *sender = owner;
    struct smtp_client_event event;

    while (smtp_client_event(sender->client, &event)) {
        if (event.kind != SMTP_CLIENT_MESSAGE)
            continue;
        sender->failed = event.recipient.outcome != SMTP_OUTCOME_SENT;
        sender->sent += !sender->failed;
        if (sender->sent < sender->bench.messages && !sender->bench.sessions && !sender->failed)
            submit_next(sender);
        else
            smtp_client_finish(sender->client);
    }
}

static void begin_session(struct sender *sender);

static void over(void *owner)
{
    struct sender *sender = owner;

    smtp_client_free(sender->client);
    sender->client = NULL;
    if (sender->bench.sessions && sender->sent < sender->bench.messages && !sender->failed)
        begin_session(sender);
    else
        loop_stop(sender->loop);
}

static void begin_session(struct sender *sender)
{
    static const struct connection_calls calls = {.opened = opened, .events = events, .over = over};
    const struct smtp_client_options options = {
        .host = BYTES_LITERAL("client.example"),
        .tls = sender->tls != NULL ? SMTP_CLIENT_TLS_REQUIRED : SMTP_CLIENT_TLS_NONE,
    };
    struct err err = {0};

    sender->failed = true; /* until a message is sent */
    sender->client = smtp_client_new(&options, &err);
    (void)route_init(&sender->route, sender->bench.host,
                     (unsigned)strtoul(sender->bench.port, NULL, 10));
    if (sender->client == NULL ||
        connection_new(sender->loop, &sender->route, &calls, sender, &err) == NULL) {
        fprintf(stderr, "%s\n", err.what);
        exit(2);
    }
}

static void prepare(struct sender *sender)
{
    const struct tls_client_options options = {.verify = true, .ca_file = sender->bench.ca};
    struct err err = {0};

    sender->loop = loop_new(&err);
    if (sender->bench.ca != NULL)
        sender->tls = tls_context_new_client(&options, &err);
    if (sender->loop == NULL || (sender->bench.ca != NULL && sender->tls == NULL)) {
        fprintf(stderr, "%s\n", err.what);
        exit(2);
    }
}

int main(int argc, char **argv)
{
    static const struct bytes recipient = {"rcpt@server.example", 19};
    struct sender sender = {0};
    struct err err = {0};

    bench_begin(&sender.bench, argc, argv);
    prepare(&sender);
    sender.message = (struct smtp_message){
        .reverse_path = BYTES_LITERAL("sender@client.example"),
        .forward_paths = &recipient,
        .forward_path_count = 1,
        .octets = {sender.bench.text, sender.bench.size},
    };
    begin_session(&sender);
    if (!loop_run(sender.loop, &err)) {
        fprintf(stderr, "%s\n", err.what);
        return 2;
    }
    loop_free(sender.loop);
    tls_context_free(sender.tls);
    bench_end(&sender.bench, sender.sent);
    return 0;
}
