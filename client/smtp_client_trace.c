/*
 * smtp_client_trace.c - the lines of the session, for those who want to see them.
 *
 * Records lie one behind the other in a buffer, each behind its head. Where the owner takes no
 * events, the newest are lost; receive() stops before that.
 */
#include "client/smtp_client_private.h"

struct head {
    enum smtp_client_event_kind kind;
    size_t size;
    uint64_t number;
    const char *because;
};

bool smtp_client_trace_has_room(const struct smtp_client *client)
{
    return !client->options.trace || buf_room(&client->trace) > client->trace.max / 2;
}

void smtp_client_trace(struct smtp_client *client, enum smtp_client_event_kind kind,
                       struct bytes octets, uint64_t number, const char *because)
{
    struct head head = {.kind = kind, .size = octets.size, .number = number, .because = because};

    if (!client->options.trace)
        return;
    if (client->trace_start == client->trace.size) {
        buf_clear(&client->trace);
        client->trace_start = 0;
    }
    if (buf_room(&client->trace) < sizeof head + octets.size)
        return;
    (void)buf_append(&client->trace, (struct bytes){(const char *)&head, sizeof head});
    (void)buf_append(&client->trace, octets);
}

bool smtp_client_trace_next(struct smtp_client *client, struct smtp_client_event *ret)
{
    struct head head;
    const char *at;

    if (client->trace_start == client->trace.size)
        return false;
    at = client->trace.data + client->trace_start;
    memcpy(&head, at, sizeof head);
    *ret = (struct smtp_client_event){
        .kind = head.kind,
        .line = {at + sizeof head, head.size},
        .because = head.because,
        .octets = head.number,
        .why = ""
    };
    client->trace_start += sizeof head + head.size;
    return true;
}
