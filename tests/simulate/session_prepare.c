#include "tests/simulate/session_private.h"

#include "tests/simulate/script.h"

static const char *const paths[] = {"r0@example.org", "r1@example.org", "r2@example.org",
                                    "r3@example.org"};
static const char *const froms[] = {"m0@client.example", "m1@client.example", "m2@client.example"};

static void throw_protocol(struct session *session)
{
    struct smtp_client_options *options = &session->options;

    session->lmtp = chance_percent(&session->chance, 25);
    session->implicit_tls = chance_percent(&session->chance, 10);
    session->auth = chance_percent(&session->chance, 15);
    options->lmtp = session->lmtp;
    if (session->auth && session->mutant != SESSION_MUTANT_SKIPS_AUTH) {
        options->user = BYTES_LITERAL("joe");
        options->password = BYTES_LITERAL("simulated");
        options->plaintext_auth = true;
    }
    options->no_chunking |= session->lmtp; /* RFC 3030 names no replies for it */
    if (session->implicit_tls)
        options->tls = session->mutant == SESSION_MUTANT_SPEAKS_IN_CLEAR ? SMTP_CLIENT_TLS_NONE
                                                                         : SMTP_CLIENT_TLS_IMPLICIT;
}

bool session_prepare(struct session *session)
{
    static const uint64_t timeouts_ms[] = {2000, 30000, 300000};
    struct chance *chance = &session->chance;
    unsigned messages = 1 + chance_below(chance, LEDGER_MESSAGES_MAX);
    unsigned recipients = 1 + chance_below(chance, LEDGER_RECIPIENTS_MAX);
    uint64_t timeout_ms = timeouts_ms[chance_below(chance, 3)];
    bool ok = smtpsend_queue_init(&session->queue, messages, recipients);

    for (unsigned i = 0; i < LEDGER_RECIPIENTS_MAX; i++)
        session->paths[i] = bytes_of(paths[i]);
    for (unsigned i = 0; i < messages && ok; i++) {
        session->froms[i] = bytes_of(froms[i]);
        buf_init(&session->texts[i], MAIL_OCTETS_MAX);
        ok = script_message(chance, i, &session->texts[i]);
        session->contents[i] = buf_bytes(&session->texts[i]);
    }
    session->options = (struct smtp_client_options){
        .host = BYTES_LITERAL("host.client.example"),
        .no_pipelining = chance_percent(chance, 20),
        .no_chunking = chance_percent(chance, 20),
        .chunk_octets = chance_percent(chance, 50) ? 100 + chance_below(chance, 1000) : 0,
        .tls = chance_percent(chance, 40) ? SMTP_CLIENT_TLS_OPPORTUNISTIC : SMTP_CLIENT_TLS_NONE,
    };
    for (size_t i = 0; i < SMTP_CLIENT_TIMEOUT_COUNT; i++)
        session->options.timeouts_ms[i] = timeout_ms;
    throw_protocol(session);
    session->retries = chance_below(chance, 6);
    session->retries_unknown = chance_percent(chance, 50);
    ledger_init(&session->ledger, session->contents, messages, recipients);
    return ok;
}
