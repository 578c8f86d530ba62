/*
 * smtp_client_tls.c - from the clear into TLS, or not.
 *
 * Where TLS is demanded there is no way back into the clear (RFC 3207 6); where it is not, a server
 * that refuses STARTTLS is spoken to without (section 4). After the go-ahead only TLS may follow: a
 * handshake that fails leaves nothing to say QUIT in.
 */
#include "base/text.h"
#include "client/smtp_client_actions.h"

static bool is_demanded(const struct smtp_client *client)
{
    return client->options.tls == SMTP_CLIENT_TLS_REQUIRED ||
           client->options.tls == SMTP_CLIENT_TLS_IMPLICIT;
}

bool smtp_client_is_secure(const struct smtp_client *client)
{
    return client->tls == TLS_MADE || client->tls == TLS_UP;
}

static void fail(struct smtp_client *client, const struct client_news *news)
{
    struct client_verdict verdict = smtp_client_verdict(
        client, news, is_demanded(client) ? SMTP_OUTCOME_REFUSED_TLS : SMTP_OUTCOME_TEMPORARY);

    client->tls = TLS_REFUSED;
    smtp_client_fail(client, &verdict);
}

/* Another 2yz is no go-ahead by RFC 3207 4, and yet the server may wait for TLS now: nothing can be
 * said in the clear that is sure to be understood. */
void smtp_client_accept_tls(struct smtp_client *client, const struct client_news *news)
{
    struct client_news complaint = *news;

    if (news->reply->code == 220) {
        client->tls = TLS_AGREED;
        return;
    }
    complaint.why = "the server answered STARTTLS with a positive reply that is not 220";
    fail(client, &complaint);
}

/* 4yz is worth another try, as anywhere (RFC 5321 4.2.1). */
void smtp_client_refuse_tls(struct smtp_client *client, const struct client_news *news)
{
    struct client_news complaint = *news;
    struct client_verdict verdict;

    client->tls = TLS_REFUSED;
    if (!is_demanded(client))
        return;
    complaint.why = "STARTTLS was refused, and without TLS nothing is sent";
    verdict = smtp_client_verdict(client, &complaint,
                                  news->class == CLASS_4YZ ? SMTP_OUTCOME_TEMPORARY
                                                           : SMTP_OUTCOME_REFUSED_TLS);
    smtp_client_fail(client, &verdict);
}

/* A handshake that was refused or cannot be trusted, apart from a connection that was lost in it or
 * came too late: those are worth another try (RFC 5321 3.8). Where TLS comes first (RFC 8314 3.3),
 * what was missed then is the greeting. */
void smtp_client_fail_tls(struct smtp_client *client, const struct client_news *news)
{
    struct client_verdict verdict = smtp_client_verdict(client, news, SMTP_OUTCOME_TEMPORARY);

    if (is_demanded(client) && client->tls_trouble[0] != '\0')
        verdict.outcome = SMTP_OUTCOME_REFUSED_TLS;
    else if (client->options.tls == SMTP_CLIENT_TLS_IMPLICIT)
        verdict.stage = SMTP_STAGE_GREETING;
    client->tls = TLS_REFUSED;
    smtp_client_fail(client, &verdict);
}

/* All that is known of the server came in the clear: forgotten (RFC 3207 4.2). */
void smtp_client_secure(struct smtp_client *client, const struct client_news *news)
{
    (void)news;
    client->tls = TLS_MADE;
    client->wish = ENGINE_WISH_NONE;
    client->offered = (struct smtp_extensions){0};
}

/* "1.3 TLS_AES_256_GCM_SHA384" */
static void trace_tls(struct smtp_client *client, const struct tls_facts *facts)
{
    char line[96];
    struct buf text = {.data = line, .capacity = sizeof line, .max = sizeof line};

    (void)buf_append_string(&text, tls_version_word(facts->version));
    (void)buf_append_octet(&text, ' ');
    (void)buf_append(&text, facts->cipher);
    smtp_client_trace(client, SMTP_CLIENT_SECURED, buf_bytes(&text), 0, NULL);
}

/* What a certificate says is the server's text: escaped. */
static void keep_trouble(struct smtp_client *client, struct bytes trouble)
{
    struct buf text = {.data = client->tls_trouble,
                       .capacity = sizeof client->tls_trouble - 1,
                       .max = sizeof client->tls_trouble - 1};

    if (trouble.size == 0)
        (void)buf_append_string(&text, "the handshake failed");
    else if (!text_escape(&text, trouble)) {
        buf_clear(&text);
        (void)buf_append_string(&text, text_show(trouble).text);
    }
    client->tls_trouble[text.size] = '\0';
}

void smtp_client_note_tls(struct smtp_client *client, const struct tls_facts *facts)
{
    if (!facts->ok) {
        keep_trouble(client, facts->trouble);
        return;
    }
    smtp_client_bind_auth(client, facts);
    if (client->options.trace)
        trace_tls(client, facts);
}

static enum client_state begin(struct smtp_client *client)
{
    struct client_verdict verdict = {
        .outcome = SMTP_OUTCOME_REFUSED_TLS,
        .stage = SMTP_STAGE_STARTTLS,
        .why = "the server does not offer STARTTLS, and without TLS nothing is sent (RFC 3207 6)"};

    if (client->options.tls == SMTP_CLIENT_TLS_NONE)
        return STATE_NEXT;
    if (smtp_extensions_has(&client->offered, SMTP_EXTENSION_STARTTLS))
        return STATE_STARTTLS;
    if (!is_demanded(client))
        return STATE_NEXT;
    smtp_client_fail(client, &verdict);
    return STATE_QUIT;
}

enum client_state smtp_client_next_of_tls(struct smtp_client *client)
{
    switch (client->tls) {
    case TLS_CLEAR:
        return begin(client);
    case TLS_AGREED:
        return STATE_TLS;
    case TLS_MADE:
        client->tls = TLS_UP;
        return client->options.tls == SMTP_CLIENT_TLS_IMPLICIT ? STATE_GREETING
                                                               : smtp_client_hello_state(client);
    case TLS_UP:
    case TLS_REFUSED:
        break;
    }
    return STATE_NEXT;
}
