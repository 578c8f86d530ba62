/*
 * player_smtp_client.c - the product's own client, told what smtpsend would tell it.
 */
#include "base/buf.h"
#include "base/smtp_parameter.h"
#include "client/smtp_client.h"
#include "tests/mutants/players.h"

#define REPORT_OCTETS_MAX ((size_t)1024 * 1024)

struct smtp_player {
    struct smtp_client *client;
    struct smtp_message *messages; /* all of them; submitted one after the other */
    size_t message_count;
    size_t submitted;
    struct smtp_recipient_outcome *outcomes;
    size_t outcome_count;
    enum smtp_outcome whole;
    enum smtp_stage stage;
    unsigned code;
    struct buf report;
    bool decided;
    bool never; /* nobody can be asked what is asked for */
};

static bool read_text(const struct mail_text *text, struct arena *arena, struct bytes *ret)
{
    size_t size = (size_t)text->octets;
    char *octets = arena_alloc(arena, size + 1);
    if (octets == NULL)
        return false;
    *ret = (struct bytes){octets, mail_text_read(text, 0, octets, size)};
    return true;
}

static bool take_messages(struct smtp_player *player, const struct scenario_send *send,
                          struct arena *arena)
{
    size_t count = send->messages;
    player->message_count = count;
    player->messages = arena_alloc_array(arena, count, sizeof *player->messages);
    player->outcomes =
        arena_alloc_array(arena, send->to_count * count + 1, sizeof *player->outcomes);
    if (player->messages == NULL || player->outcomes == NULL)
        return false;
    for (unsigned i = 0; i < count; i++) {
        struct mail_text numbered;
        player->messages[i] = (struct smtp_message){
            .reverse_path = send->from,
            .forward_paths = send->to,
            .forward_path_count = send->to_count,
        };
        if (!scenario_numbered_message(send, i + 1, arena, &numbered) ||
            !read_text(&numbered, arena, &player->messages[i].octets))
            return false;
    }
    return true;
}

/* What is asked for beside the delivery. False: no client can be asked that. */
static bool take_requests(struct smtp_player *player, const struct scenario_send *send,
                          struct arena *arena)
{
    const struct bytes *asked = send->parameters;
    struct smtp_mail_request *mail = &player->messages[0].request;
    struct smtp_rcpt_request rcpt = {.orcpt = asked[SEND_PARAMETER_ORCPT]};
    struct smtp_rcpt_request *all = arena_alloc_array(arena, send->to_count, sizeof *all);
    unsigned long long number = 0;
    mail->envid = asked[SEND_PARAMETER_ENVID];
    mail->holduntil = asked[SEND_PARAMETER_HOLDUNTIL];
    mail->requiretls = asked[SEND_PARAMETER_REQUIRETLS].data != NULL;
    mail->smtputf8 = asked[SEND_PARAMETER_SMTPUTF8].data != NULL;
    mail->has_mt_priority = asked[SEND_PARAMETER_MT_PRIORITY].data != NULL;
    bool ok = all != NULL &&
              (asked[SEND_PARAMETER_NOTIFY].data == NULL ||
               smtp_notify_parse(asked[SEND_PARAMETER_NOTIFY], &rcpt.notify, NULL)) &&
              (asked[SEND_PARAMETER_RET].data == NULL ||
               smtp_ret_parse(asked[SEND_PARAMETER_RET], &mail->ret, NULL)) &&
              (asked[SEND_PARAMETER_BY].data == NULL ||
               smtp_by_parse(asked[SEND_PARAMETER_BY], mail, NULL)) &&
              (asked[SEND_PARAMETER_BODY_TYPE].data == NULL ||
               smtp_body_parse(asked[SEND_PARAMETER_BODY_TYPE], &mail->body, NULL)) &&
              (asked[SEND_PARAMETER_HOLDFOR].data == NULL ||
               bytes_to_number(asked[SEND_PARAMETER_HOLDFOR], 999999999, &number)) &&
              (!mail->has_mt_priority || smtp_parameter_priority(asked[SEND_PARAMETER_MT_PRIORITY],
                                                                 &mail->mt_priority, NULL));
    mail->holdfor_s = (uint32_t)number;
    for (size_t i = 0; all != NULL && i < send->to_count; i++)
        all[i] = rcpt;
    player->messages[0].rcpt_requests = all;
    for (size_t i = 1; i < player->message_count; i++) {
        player->messages[i].request = *mail;
        player->messages[i].rcpt_requests = all;
    }
    return ok;
}

/* Of all messages so far: the first failure says why. */
static void join(struct smtp_player *player, enum smtp_outcome outcome, unsigned code,
                 enum smtp_stage stage)
{
    bool any_sent = outcome == SMTP_OUTCOME_SENT || player->whole == SMTP_OUTCOME_SENT ||
                    outcome == SMTP_OUTCOME_PARTIAL || player->whole == SMTP_OUTCOME_PARTIAL;
    bool first_failure = player->decided && player->whole == SMTP_OUTCOME_SENT;
    if (!player->decided || (first_failure && outcome != SMTP_OUTCOME_SENT)) {
        player->code = code;
        player->stage = stage;
    }
    if (!player->decided)
        player->whole = outcome;
    else if (player->whole != outcome)
        player->whole = any_sent ? SMTP_OUTCOME_PARTIAL : SMTP_OUTCOME_TEMPORARY;
    player->decided = true;
}

static void refuse(struct smtp_player *player, const struct smtp_message *message)
{
    for (size_t i = 0; i < message->forward_path_count; i++)
        player->outcomes[player->outcome_count++] = (struct smtp_recipient_outcome){
            .address = message->forward_paths[i], .outcome = SMTP_OUTCOME_PERMANENT};
    join(player, SMTP_OUTCOME_PERMANENT, 0, SMTP_STAGE_GREETING);
}

static void submit_next(struct smtp_player *player)
{
    while (player->submitted < player->message_count) {
        const struct smtp_message *message = &player->messages[player->submitted++];
        bool taken = !player->never && smtp_client_submit(player->client, message, NULL);
        if (player->submitted == player->message_count)
            smtp_client_finish(player->client);
        if (taken)
            return;
        refuse(player, message);
    }
}

static void *make(void *owner, const struct scenario *scenario, size_t connection,
                  struct arena *arena, struct engine *ret)
{
    const struct scenario_send *send = &scenario->send;
    struct smtp_player *player = arena_alloc(arena, sizeof *player);
    static const enum smtp_client_tls ways[] = {
        [SEND_TLS_NONE] = SMTP_CLIENT_TLS_NONE,
        [SEND_TLS_STARTTLS] = SMTP_CLIENT_TLS_REQUIRED,
        [SEND_TLS_IMPLICIT] = SMTP_CLIENT_TLS_IMPLICIT,
        [SEND_TLS_OPPORTUNISTIC] = SMTP_CLIENT_TLS_OPPORTUNISTIC,
    };
    struct smtp_client_options options = {
        .host = send->domain.size > 0 ? send->domain : BYTES_LITERAL("host.client.example"),
        .user = send->user,
        .password = send->password,
        .plaintext_auth = send->tls == SEND_TLS_NONE,
        .tls = ways[send->tls],
        .lmtp = send->lmtp,
        .recipients_max = send->to_count + 1,
        .noop = (send->before & SEND_BEFORE_NOOP) != 0,
        .verify = send->to,
        .verify_count = (send->before & SEND_BEFORE_VRFY) != 0,
        .rset = (send->before & SEND_BEFORE_RSET) != 0,
    };
    (void)owner;
    (void)connection;
    options.has_mechanism = send->mechanism.size > 0;
    options.mechanism = smtp_mechanism_from(send->mechanism);
    if (options.mechanism == SMTP_MECHANISM_OAUTHBEARER ||
        options.mechanism == SMTP_MECHANISM_XOAUTH2)
        options.token = send->password;
    for (size_t i = 0; i < SMTP_CLIENT_TIMEOUT_COUNT; i++)
        options.timeouts_ms[i] = send->timeout_ms;
    if (player != NULL)
        buf_init(&player->report, REPORT_OCTETS_MAX);
    if (player == NULL || !take_messages(player, send, arena))
        return NULL;
    player->client = smtp_client_new(&options, NULL);
    if (player->client == NULL) { /* a name that it cannot say (RFC 6531 3.7.1) */
        options.host = BYTES_LITERAL("host.client.example");
        player->client = smtp_client_new(&options, NULL);
    }
    if (player->client == NULL)
        return NULL;
    player->never = !take_requests(player, send, arena);
    submit_next(player);
    *ret = smtp_client_engine(player->client);
    return player;
}

static void events(void *client)
{
    struct smtp_player *player = client;
    struct smtp_client_event event;
    while (smtp_client_event(player->client, &event)) {
        if (event.kind == SMTP_CLIENT_RECIPIENT)
            player->outcomes[player->outcome_count++] = event.recipient;
        if (event.kind == SMTP_CLIENT_MESSAGE) {
            join(player, event.recipient.outcome, event.recipient.code, event.stage);
            (void)buf_printf(&player->report, "%03u %.*s\n", event.recipient.code,
                             BYTES_FORMAT(event.recipient.text));
            submit_next(player);
        }
    }
}

static bool is_over(const void *client)
{
    const struct smtp_player *player = client;
    return smtp_client_is_over(player->client);
}

static void claim(void *client, struct smtp_claim *ret)
{
    struct smtp_player *player = client;
    events(player);
    *ret = (struct smtp_claim){
        .precision = SMTP_PRECISION_CLASS,
        .per_recipient = true,
        .known = player->decided,
        .whole = player->whole,
        .code = player->code,
        .stage = bytes_of(smtp_stage_word(player->stage)),
        .report = buf_bytes(&player->report),
        .recipients = player->outcomes,
        .recipient_count = player->outcome_count,
        .hung = !smtp_client_is_over(player->client),
        .status = player->decided ? smtp_outcome_status(player->whole) : -1,
    };
}

static void release(void *client)
{
    struct smtp_player *player = client;
    smtp_client_free(player->client);
    buf_release(&player->report);
}

struct player player_of_smtp_client(void)
{
    return (struct player){
        .tls = {.server_name = BYTES_LITERAL("server.example"),
                .subject = BYTES_LITERAL("CN=client.example")},
        .make = make,
        .events = events,
        .is_over = is_over,
        .claim = claim,
        .free = release,
    };
}
