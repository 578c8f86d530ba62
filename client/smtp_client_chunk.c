/*
 * smtp_client_chunk.c - mail data in chunks (RFC 3030 2).
 *
 * The size of a chunk stands before it, and is known once its octets have become lines: so they are
 * gathered behind a gap, at the end of what is to be sent, and the BDAT line is put into the gap
 * when the chunk is full. Chunks follow each other without waiting where the server offers
 * PIPELINING; the first one waits for all replies to RCPT, as nothing may be said to nobody (RFC
 * 3030 2, 4.2).
 */
#include "base/require.h"
#include "client/smtp_client_private.h"
#include "client/smtp_command.h"

enum { GAP_OCTETS = 32 }; /* "BDAT 30720 LAST" and more */

static size_t outstanding(const struct client_group *group)
{
    return group->chunks_written - group->chunks_answered;
}

/* LMTP answers the last chunk once for each recipient, and says nothing of what it answers if an
 * earlier one failed (RFC 2033 4.3): one at a time there. */
static size_t outstanding_max(const struct smtp_client *client)
{
    return client->group.pipelined && !client->options.lmtp ? CLIENT_CHUNKS_MAX : 1;
}

static bool may_gather(const struct smtp_client *client)
{
    const struct client_group *group = &client->group;

    if (group->failed || group->last_chunk_written || outstanding(group) >= outstanding_max(client))
        return false;
    return client->held > 0 ||
           smtp_client_unsent(client) + GAP_OCTETS + client->options.chunk_octets <=
               client->out.max;
}

bool smtp_client_takes_chunk(const struct smtp_client *client)
{
    return (client->state == STATE_CHUNK || client->state == STATE_BDAT) &&
           client->message.streamed && may_gather(client);
}

static void begin_chunk(struct smtp_client *client)
{
    smtp_client_make_room(client);
    client->out.size += GAP_OCTETS;
    client->held = GAP_OCTETS;
}

/* What is before the gap moves up to the BDAT line: mostly nothing. */
static void close_chunk(struct smtp_client *client, bool last)
{
    struct client_group *group = &client->group;
    struct client_chunk *chunk = &client->chunks[group->chunks_written++ % CLIENT_CHUNKS_MAX];
    char octets[GAP_OCTETS];
    struct buf line = {.data = octets, .capacity = sizeof octets, .max = sizeof octets};
    char *start = client->out.data + client->out_start;
    size_t unsent = smtp_client_unsent(client);
    size_t size = client->held - GAP_OCTETS;
    size_t unused;

    REQUIRE(smtp_command_bdat(&line, size, last, NULL));
    unused = GAP_OCTETS - line.size;
    if (unsent > 0)
        memmove(start + unused, start, unsent);
    memcpy(start + unused + unsent, line.data, line.size);
    client->out_start += unused;
    client->held = 0;
    chunk->start = client->written_total;
    client->written_total += line.size + size;
    chunk->end = client->written_total;
    group->last_chunk_written = last;
    group->end_awaited = last;
    if (!client->options.trace)
        return;
    smtp_client_trace(client, SMTP_CLIENT_SENT, bytes_slice(buf_bytes(&line), 0, line.size - 2), 0,
                      NULL);
    smtp_client_trace(client, SMTP_CLIENT_SENT_DATA, BYTES_NONE, size, NULL);
}

/* Encodes into what is left of this chunk; *ret_ended: the whole message is in it. */
static bool gather(struct smtp_client *client, struct bytes octets, bool last, struct buf *chunk,
                   bool *ret_ended, struct err *err)
{
    size_t taken = 0;
    size_t used;
    bool ok;

    do {
        ok = smtp_data_encode(&client->data, bytes_after(octets, taken), chunk, &used, err);
        taken += used;
    } while (ok && used > 0 && taken < octets.size);
    client->fed += taken;
    *ret_ended = ok && last && taken == octets.size &&
                 buf_room(chunk) >= smtp_data_end_octets(&client->data);
    return ok && (!*ret_ended || smtp_data_end(&client->data, chunk, err));
}

bool smtp_client_write_chunk(struct smtp_client *client, struct bytes octets, bool last,
                             size_t *ret_taken, struct err *err)
{
    uint64_t before = client->fed;
    struct buf chunk;
    bool ended = false;

    if (client->held == 0)
        begin_chunk(client);
    chunk = client->out;
    chunk.max = client->out.size - client->held + GAP_OCTETS + client->options.chunk_octets;
    if (!gather(client, octets, last, &chunk, &ended, err))
        return false;
    client->held += chunk.size - client->out.size;
    client->out.size = chunk.size;
    *ret_taken = (size_t)(client->fed - before);
    if (ended || buf_room(&chunk) < SMTP_DATA_ROOM_MIN)
        close_chunk(client, ended);
    return true;
}

/* Octets that are all there were scanned when they were submitted: encoding cannot fail. */
void smtp_client_write_chunks(struct smtp_client *client)
{
    const struct smtp_message *message = &client->message;
    struct err err;
    size_t taken;

    if (!client->group.chunks_begun)
        smtp_client_begin_data(client);
    client->group.chunks_begun = true;
    if (message->streamed) {
        client->data_wanted = smtp_client_takes_chunk(client);
        return;
    }
    while (may_gather(client))
        REQUIRE(smtp_client_write_chunk(client, bytes_after(message->octets, (size_t)client->fed),
                                        true, &taken, &err));
}

void smtp_client_drop_chunks(struct smtp_client *client)
{
    struct client_group *group = &client->group;

    client->out.size -= client->held;
    client->held = 0;
    client->data_wanted = false;
    while (outstanding(group) > 0) {
        const struct client_chunk *chunk =
            &client->chunks[(group->chunks_written - 1) % CLIENT_CHUNKS_MAX];

        if (chunk->start < client->sent_total)
            return;
        client->out.size -= (size_t)(chunk->end - chunk->start);
        client->written_total = chunk->start;
        group->chunks_written--;
        group->last_chunk_written = false;
    }
}
