/* smtp_client_write.c - what is put out: commands on entering a state, mail data while it lasts. */
#include "base/require.h"
#include "client/smtp_client_private.h"
#include "client/smtp_command.h"

/* The longest line that is ever written at once, a client response of AUTH apart. */
enum { LINE_ROOM = 2048 };

size_t smtp_client_unsent(const struct smtp_client *client)
{
    return client->out.size - client->out_start - client->held;
}

/* Makes room by moving what is unsent, or held, to the front. */
void smtp_client_make_room(struct smtp_client *client)
{
    struct buf *out = &client->out;
    size_t kept = out->size - client->out_start;

    if (client->out_start == 0)
        return;
    if (kept > 0)
        memmove(out->data, out->data + client->out_start, kept);
    out->size = kept;
    client->out_start = 0;
}

static size_t begin(struct smtp_client *client)
{
    if (buf_room(&client->out) < LINE_ROOM || client->out_start == client->out.size)
        smtp_client_make_room(client);
    return client->out.size;
}

/* What stands in out from `before` on is one command. */
static void commit(struct smtp_client *client, size_t before, const char *instead)
{
    struct bytes line = bytes_slice(buf_bytes(&client->out), before, client->out.size);

    client->written_total += line.size;
    client->command_end = client->written_total;
    if (client->options.trace)
        smtp_client_trace(client, SMTP_CLIENT_SENT,
                          instead ? bytes_of(instead) : bytes_slice(line, 0, line.size - 2), 0,
                          NULL);
}

static void write_plain(struct smtp_client *client, enum smtp_verb verb)
{
    size_t before = begin(client);

    REQUIRE(smtp_command_plain(&client->out, verb, NULL));
    commit(client, before, NULL);
}

static void write_hello(struct smtp_client *client,
                        bool (*write)(struct buf *to, struct bytes host, struct err *err))
{
    size_t before = begin(client);

    REQUIRE(write(&client->out, client->options.host, NULL));
    commit(client, before, NULL);
}

static void write_verify(struct smtp_client *client)
{
    size_t before = begin(client);

    REQUIRE(smtp_command_verify(&client->out,
                                client->verifications[client->verifications_answered].name, NULL));
    commit(client, before, NULL);
}

/* --------------------------------------------------------------------------------- RFC 4954 --- */

static void write_auth_begin(struct smtp_client *client)
{
    size_t before = begin(client);
    struct bytes response = buf_bytes(&client->response);
    bool with_response = false;

    REQUIRE(smtp_command_auth(&client->out, client->sasl.mechanism,
                              client->response_ready ? &response : NULL, &with_response, NULL));
    if (!with_response) {
        commit(client, before, NULL);
        return;
    }
    client->response_ready = false;
    commit(
        client, before,
        smtp_client_say(client, "AUTH %s {secret}", smtp_mechanism_name(client->sasl.mechanism)));
}

static void write_auth(struct smtp_client *client)
{
    size_t before;

    if (client->auth == AUTH_BEGIN) {
        write_auth_begin(client);
        return;
    }
    before = begin(client);
    REQUIRE(smtp_command_auth_response(&client->out, buf_bytes(&client->response), NULL));
    client->response_ready = false;
    commit(client, before, "{secret}");
}

static void write_auth_cancel(struct smtp_client *client)
{
    size_t before = begin(client);

    REQUIRE(smtp_command_auth_cancel(&client->out, NULL));
    commit(client, before, NULL);
}

/* ---------------------------------------------------------------------------- command group --- */

static void write_mail(struct smtp_client *client)
{
    const struct smtp_message *message = &client->message;
    const struct smtp_extensions *offered = &client->offered;
    struct smtp_mail_parameters parameters = {
        .has_size = message->size_octets != SMTP_MESSAGE_SIZE_UNKNOWN &&
                    smtp_extensions_has(offered, SMTP_EXTENSION_SIZE),
        .size_octets = message->size_octets,
        .request = smtp_client_mail_request(client)};
    size_t before = begin(client);

    REQUIRE(smtp_command_mail(&client->out, smtp_client_reverse_path(client), &parameters, offered,
                              NULL));
    commit(client, before, NULL);
    client->group.mail_end = client->written_total;
    client->mails++;
}

static void write_rcpt(struct smtp_client *client)
{
    struct client_group *group = &client->group;
    size_t index = client->order[group->rcpt_written++];
    size_t before = begin(client);

    REQUIRE(smtp_command_rcpt(&client->out, smtp_client_forward_path(client, index),
                              smtp_client_rcpt_request(client, index), &client->offered, NULL));
    commit(client, before, NULL);
    client->recipients[index].end = client->written_total;
}

static void write_data_command(struct smtp_client *client)
{
    write_plain(client, SMTP_VERB_DATA);
    client->group.data_written = true;
    client->group.data_end = client->written_total;
}

/* As much of a pipelined group as there is room for; the rest follows when octets have gone. The
 * engine reads replies meanwhile, so that a small TCP window does no harm (RFC 2920 3.1). */
static void write_group(struct smtp_client *client)
{
    struct client_group *group = &client->group;

    if (group->failed)
        return;
    while (group->rcpt_written < group->count) {
        if (buf_room(&client->out) + client->out_start < LINE_ROOM)
            return;
        write_rcpt(client);
    }
    if (group->data_written || group->chunked ||
        buf_room(&client->out) + client->out_start < LINE_ROOM)
        return;
    /* In LMTP a message to nobody gets no reply at all: nobody is told of it (RFC 2033 4.2). */
    if (group->accepted > 0 || (group->rcpt_answered < group->count && !client->options.lmtp))
        write_data_command(client);
}

static void write_next_rcpt(struct smtp_client *client)
{
    if (client->group.pipelined)
        write_group(client);
    else if (client->group.rcpt_written == client->group.rcpt_answered)
        write_rcpt(client);
}

/* -------------------------------------------------------------------------------- mail data --- */

static void end_data(struct smtp_client *client)
{
    client->data_ended = true;
    client->data_wanted = false;
    smtp_client_trace(client, SMTP_CLIENT_SENT_DATA, BYTES_NONE,
                      client->data.octets + client->data.added_dots + 3, NULL);
}

bool smtp_client_write_data(struct smtp_client *client, struct bytes octets, bool last,
                            size_t *ret_taken, struct err *err)
{
    size_t before;
    bool ok;

    smtp_client_make_room(client);
    before = client->out.size;
    ok = smtp_data_encode(&client->data, octets, &client->out, ret_taken, err);
    client->fed += *ret_taken;
    if (ok && last && *ret_taken == octets.size && buf_room(&client->out) >= SMTP_DATA_ROOM_MIN) {
        ok = smtp_data_end(&client->data, &client->out, err);
        if (ok)
            end_data(client);
    }
    client->written_total += client->out.size - before;
    if (client->data_ended)
        client->command_end = client->written_total;
    return ok;
}

/* Octets that are all there were scanned when they were submitted: encoding cannot fail. */
static void write_mail_data(struct smtp_client *client)
{
    struct err err;
    size_t taken;

    if (client->data_ended || smtp_client_unsent(client) > client->out.max / 2)
        return;
    if (client->message.streamed)
        client->data_wanted = true;
    else
        REQUIRE(smtp_client_write_data(
            client, bytes_after(client->message.octets, (size_t)client->fed), true, &taken, &err));
}

void smtp_client_begin_data(struct smtp_client *client)
{
    const struct smtp_message *message = &client->message;
    struct smtp_data_policy policy = {.eight_bit = smtp_message_has_eight_bit(message),
                                      .long_lines = message->long_lines ||
                                                    message->request.body == SMTP_BODY_BINARYMIME,
                                      .trusted = !message->streamed,
                                      .chunked = client->group.chunked,
                                      .verbatim = message->verbatim};

    smtp_data_init(&client->data, policy);
    client->fed = 0;
    client->data_ended = false;
}

/* Where a chunk could be written its reply is awaited; else the owner's octets are. */
static void begin_chunk(struct smtp_client *client)
{
    smtp_client_write_chunks(client);
    if (client->group.chunks_written > client->group.chunks_answered)
        smtp_client_notice(client, CLASS_GO_ON, NULL);
}

/* Accepted DATA without any accepted recipient: a single dot (RFC 2920 3.1). */
static void write_lone_dot(struct smtp_client *client)
{
    size_t before = begin(client);

    REQUIRE(buf_append(&client->out, BYTES_LITERAL(".\r\n")));
    commit(client, before, NULL);
}

/* ---------------------------------------------------------------------------------- the end --- */

static void drop_unsent(struct smtp_client *client)
{
    client->written_total -= smtp_client_unsent(client);
    client->out_start = 0;
    client->held = 0;
    buf_clear(&client->out);
}

/* What was not sent yet is never sent. Where part of a command, or of mail data, has gone, there is
 * no place for QUIT (it would be taken for mail data): closing has to do. */
static void write_quit(struct smtp_client *client)
{
    if (client->sent_total != client->answered_end) {
        smtp_client_enter(client, STATE_CLOSING, "RFC 5321 4.1.1.4: QUIT would be mail data");
        return;
    }
    drop_unsent(client);
    client->group.open = false;
    write_plain(client, SMTP_VERB_QUIT);
}

static void close_connection(struct smtp_client *client)
{
    client->wish = smtp_client_unsent(client) > 0 ? ENGINE_WISH_RESET : ENGINE_WISH_CLOSE;
    drop_unsent(client);
    client->group.open = false;
}

/* NOLINTNEXTLINE(readability-function-size): one case a state, so that none is missed */
void smtp_client_on_entry(struct smtp_client *client)
{
    switch (client->state) {
    case STATE_EHLO:
        write_hello(client, smtp_command_ehlo);
        break;
    case STATE_HELO:
        write_hello(client, smtp_command_helo);
        break;
    case STATE_LHLO:
        write_hello(client, smtp_command_lhlo);
        break;
    case STATE_STARTTLS:
        write_plain(client, SMTP_VERB_STARTTLS);
        break;
    case STATE_TLS:
        client->wish = ENGINE_WISH_TLS;
        break;
    case STATE_AUTH:
        write_auth(client);
        break;
    case STATE_AUTH_CANCEL:
        write_auth_cancel(client);
        break;
    case STATE_READY:
        client->is_ready = true;
        break;
    case STATE_NOOP:
        write_plain(client, SMTP_VERB_NOOP);
        break;
    case STATE_VRFY:
        write_verify(client);
        break;
    case STATE_MAIL:
        write_mail(client);
        if (client->group.pipelined)
            write_group(client);
        break;
    case STATE_RCPT:
        write_next_rcpt(client);
        break;
    case STATE_DATA:
        if (!client->group.data_written)
            write_data_command(client);
        break;
    case STATE_MAIL_DATA:
        smtp_client_begin_data(client);
        write_mail_data(client);
        break;
    case STATE_CHUNK:
        begin_chunk(client);
        break;
    case STATE_BDAT:
        smtp_client_write_chunks(client);
        break;
    case STATE_EMPTY_DATA:
        write_lone_dot(client);
        break;
    case STATE_RSET:
        write_plain(client, SMTP_VERB_RSET);
        break;
    case STATE_QUIT:
        write_quit(client);
        break;
    case STATE_CLOSING:
        close_connection(client);
        break;
    case STATE_OVER:
        client->wish = ENGINE_WISH_NONE;
        drop_unsent(client);
        break;
    case STATE_GREETING:
    case STATE_END_OF_DATA:
    case STATE_DELIVERY:
    case STATE_BDAT_LAST:
    case STATE_IGNORED_BDAT:
    case STATE_IGNORED_RCPT:
    case STATE_IGNORED_DATA:
    case STATE_UNWANTED_DATA:
    case STATE_COUNT:
    case STATE_STAY:
        break;
    }
}

void smtp_client_go_on_writing(struct smtp_client *client)
{
    if (client->state == STATE_MAIL_DATA)
        write_mail_data(client);
    else if (client->state == STATE_BDAT)
        smtp_client_write_chunks(client);
    else if (client->group.open && client->group.pipelined &&
             (client->state == STATE_MAIL || client->state == STATE_RCPT))
        write_group(client);
}
