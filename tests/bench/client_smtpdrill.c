/* The benchmark's messages by this project's client: one engine, one kept connection. */
#include "client/smtp_client.h"
#include "tests/bench/bench.h"
#include "transport/socket.h"

#include <stdio.h>
#include <stdlib.h>

struct sender {
    struct bench bench;
    struct smtp_client *client;
    struct smtp_message message;
    struct loop *loop;
    unsigned long sent;
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

    (void)connection;
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
        sender->sent += event.recipient.outcome == SMTP_OUTCOME_SENT;
        if (sender->sent < sender->bench.messages)
            submit_next(sender);
        else
            smtp_client_finish(sender->client);
    }
}

static void over(void *owner)
{
    struct sender *sender = owner;

    loop_stop(sender->loop);
}

int main(int argc, char **argv)
{
    static const struct connection_calls calls = {.opened = opened, .events = events, .over = over};
    static const struct bytes recipient = {"rcpt@server.example", 19};
    struct smtp_client_options options = {.host = BYTES_LITERAL("client.example")};
    struct sender sender = {0};
    struct err err = {0};

    bench_begin(&sender.bench, argc, argv);
    sender.client = smtp_client_new(&options, &err);
    sender.loop = loop_new(&err);
    if (sender.client == NULL || sender.loop == NULL)
        return 2;
    sender.message = (struct smtp_message){
        .reverse_path = BYTES_LITERAL("sender@client.example"),
        .forward_paths = &recipient,
        .forward_path_count = 1,
        .octets = {sender.bench.text, sender.bench.size},
    };
    if (connection_new(sender.loop, sender.bench.host,
                       (unsigned)strtoul(sender.bench.port, NULL, 10), &calls, &sender,
                       &err) == NULL ||
        !loop_run(sender.loop, &err)) {
        fprintf(stderr, "%s\n", err.what);
        return 2;
    }
    loop_free(sender.loop);
    smtp_client_free(sender.client);
    bench_end(&sender.bench, sender.sent);
    return 0;
}
