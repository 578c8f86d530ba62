/*
 * Any octets as a server: the client neither crashes nor hangs, gives every recipient one outcome,
 * leaves nothing pending at the end, and shows its password in no trace.
 *
 * The first octet chooses the options (a token in place of the password, too), the second LMTP
 * and how the rest is cut. In the rest, octet 1 lets the time pass to the next deadline, 2 ends the
 * connection, 3 resets it.
 */
#include "base/require.h"
#include "client/smtp_client.h"
#include "feed.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
const char *__asan_default_options(void);
int gsasl_nonce(char *data, size_t octets);

enum { RECIPIENTS = 3 };

#define PASSWORD "s3cret-pass"
#define MESSAGE "Subject: x\r\n\r\n.a line\r\n..\r\nand the last\r\n"

enum {
    WITH_USER = 1,
    NO_PIPELINING = 2,
    BARE_LF = 4,
    BEFORE = 8,
    STREAMED = 16,
    TRACE = 96,
    STARTTLS = 128
};

/* Of the second octet; the rest of it is where to cut. */
enum { LMTP = 128 };

struct session {
    struct smtp_client *client;
    struct feed feed;
    uint64_t fed;
    unsigned told[RECIPIENTS];
    unsigned messages;
    unsigned over;
};

/* Before GNU SASL's: a session says the same every time. */
int gsasl_nonce(char *data, size_t octets)
{
    memset(data, 'n', octets);
    return 0;
}

/* A client holds some 200 KiB; kept aside for long after each run, they cost more than the run. */
const char *__asan_default_options(void)
{
    return "quarantine_size_mb=1:thread_local_quarantine_size_kb=256";
}

static void feed_message(struct session *session, uint64_t offset)
{
    static const struct bytes message = {MESSAGE, sizeof(MESSAGE) - 1};

    session->fed = offset;
    session->fed +=
        smtp_client_feed(session->client, bytes_after(message, (size_t)session->fed), true);
    REQUIRE(session->fed <= message.size);
}

static void take_events(void *owner)
{
    struct session *session = owner;
    struct smtp_client_event event;

    while (smtp_client_event(session->client, &event)) {
        if (event.kind == SMTP_CLIENT_WANTS_DATA) {
            feed_message(session, event.octets);
        } else if (event.kind == SMTP_CLIENT_RECIPIENT) {
            REQUIRE(event.recipient_index < RECIPIENTS);
            session->told[event.recipient_index]++;
        } else if (event.kind == SMTP_CLIENT_MESSAGE) {
            session->messages++;
        } else if (event.kind == SMTP_CLIENT_OVER) {
            session->over++;
        } else if (event.kind == SMTP_CLIENT_SENT) {
            REQUIRE(bytes_find_bytes(event.line, BYTES_LITERAL(PASSWORD)) == BYTES_NOT_FOUND);
            REQUIRE(bytes_find_bytes(event.line, BYTES_LITERAL("czNjcmV0LXBh")) == BYTES_NOT_FOUND);
        }
    }
}

static bool is_over(const void *owner)
{
    const struct session *session = owner;

    return smtp_client_is_over(session->client);
}

/* Something of everything that can be asked for, and nothing that a server must have. */
static void ask(struct smtp_message *message)
{
    static const struct smtp_rcpt_request requests[RECIPIENTS] = {
        {SMTP_NOTIFY_NEVER,                       {"", 0}              },
        {SMTP_NOTIFY_SUCCESS | SMTP_NOTIFY_DELAY, {"", 0}              },
        {0,                                       {"utf-8;\xc3\xa9", 8}},
    };

    message->rcpt_requests = requests;
    message->request = (struct smtp_mail_request){.ret = SMTP_RET_HDRS,
                                                  .envid = BYTES_LITERAL("a+b"),
                                                  .by_mode = SMTP_BY_NOTIFY,
                                                  .by_s = 60,
                                                  .has_mt_priority = true,
                                                  .mt_priority = -3};
}

static void begin(struct session *session, unsigned bits, bool lmtp)
{
    static const struct bytes paths[RECIPIENTS] = {
        {"a@b.example",        11},
        {"\"c d\"@b.example",  15},
        {"e@xn--nxasmq6b.org", 18}
    };
    static const struct bytes name = {"postmaster", 10};
    struct smtp_client_options options = {.host = BYTES_LITERAL("client.example"),
                                          .recipients_max = RECIPIENTS};
    struct smtp_message message = {.reverse_path = BYTES_LITERAL("x@client.example"),
                                   .forward_paths = paths,
                                   .forward_path_count = RECIPIENTS};
    struct err err;

    if ((bits & WITH_USER) != 0) {
        options.user = BYTES_LITERAL("joker");
        options.password = BYTES_LITERAL(PASSWORD);
        options.plaintext_auth = true;
    }
    if ((bits & WITH_USER) != 0 && (bits & BEFORE) != 0) {
        options.token = options.password;
        options.password = BYTES_NONE;
    }
    options.no_pipelining = (bits & NO_PIPELINING) != 0;
    options.tls = (bits & STARTTLS) != 0 ? (bits & BARE_LF) != 0 ? SMTP_CLIENT_TLS_REQUIRED
                                                                 : SMTP_CLIENT_TLS_OPPORTUNISTIC
                                         : SMTP_CLIENT_TLS_NONE;
    options.lmtp = lmtp;
    options.chunk_octets = SMTP_CLIENT_CHUNK_OCTETS_MIN;
    if ((bits & BEFORE) != 0)
        ask(&message);
    options.bare_lf = (bits & BARE_LF) != 0;
    options.noop = options.rset = (bits & BEFORE) != 0;
    options.verify = &name;
    options.verify_count = (bits & BEFORE) != 0;
    options.trace = (bits & TRACE) == TRACE; /* rarely: its buffer costs more than the session */
    message.streamed = (bits & STREAMED) != 0;
    message.size_octets = SMTP_MESSAGE_SIZE_UNKNOWN;
    if (!message.streamed)
        message.octets = BYTES_LITERAL(MESSAGE);
    session->client = smtp_client_new(&options, &err);
    REQUIRE(session->client != NULL);
    session->feed = (struct feed){.engine = smtp_client_engine(session->client),
                                  .take_events = take_events,
                                  .is_over = is_over,
                                  .owner = session};
    REQUIRE(smtp_client_submit(session->client, &message, &err));
    smtp_client_finish(session->client);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct session session = {.fed = 0};

    if (size < 2)
        return 0;
    begin(&session, data[0], (data[1] & LMTP) != 0);
    feed_settle(&session.feed);
    feed_play(&session.feed, (struct bytes){(const char *)data + 2, size - 2},
              1 + (size_t)(data[1] & ~LMTP));
    feed_end(&session.feed, ENGINE_END_FIN);
    feed_finish(&session.feed);
    REQUIRE(smtp_client_is_over(session.client));
    REQUIRE(session.over == 1 && session.messages == 1);
    for (unsigned i = 0; i < RECIPIENTS; i++)
        REQUIRE(session.told[i] == 1);
    REQUIRE(session.feed.engine.ops->pending(session.feed.engine.self).size == 0);
    REQUIRE(session.feed.engine.ops->wish(session.feed.engine.self) == ENGINE_WISH_NONE);
    smtp_client_free(session.client);
    return 0;
}
