#include "harness/run/run_words.h"

#include "base/buf.h"
#include "base/smtp_mechanism.h"
#include "harness/run/run_one.h"

/* The facts of one run while they are gathered. */
struct gathering {
    const struct run_words *given;
    struct arena *arena;
    struct recipe_facts *facts;
    struct err *err;
};

#define FACT(of, name) (of)->facts->values[RECIPE_PLACEHOLDER_##name]

static bool set_number(struct gathering *to, struct bytes *ret, unsigned long long number)
{
    *ret = arena_printf(to->arena, "%llu", number);
    return ret->data != NULL || err_memory(to->err);
}

static bool join_recipients(struct gathering *to)
{
    const struct scenario_send *send = &to->given->scenario->send;
    struct buf joined;
    bool ok = true;
    buf_init(&joined, RECIPE_VALUE_OCTETS_MAX);
    for (size_t i = 0; ok && i < send->to_count; i++)
        ok = (i == 0 || buf_append_octet(&joined, ',')) && buf_append(&joined, send->to[i]);
    if (ok)
        FACT(to, TO) = arena_copy(to->arena, buf_bytes(&joined));
    ok = ok && FACT(to, TO).data != NULL;
    buf_release(&joined);
    return ok || err_memory(to->err);
}

/* A client rightly waits five minutes and more for a reply (RFC 5321 4.5.3.2). Where a scenario
 * does not ask how long, a client that takes a time limit is given one, so that its run ends; but
 * not where the scenario allows for minutes: the client's own limits are what it is about. */
static uint64_t timeout_of(const struct scenario *scenario)
{
    if (scenario->send.timeout_ms > 0)
        return scenario->send.timeout_ms;
    for (size_t i = 0; i < scenario->expectation_count; i++)
        if (scenario->expectations[i].kind == EXPECT_GIVES_UP)
            return 0;
    return scenario->limit_ms >= RUN_LONG_MS ? 0 : RUN_TIMEOUT_MS;
}

/* Who can be told a name connects to the address; who cannot verifies the host that it is given,
 * and that has to be a name. */
static void set_tls(struct gathering *to)
{
    static const char *const words[] = {
        [SEND_TLS_NONE] = "",
        [SEND_TLS_STARTTLS] = "starttls",
        [SEND_TLS_IMPLICIT] = "implicit",
        [SEND_TLS_OPPORTUNISTIC] = "opportunistic",
    };
    const struct run_tls *tls = to->given->tls;
    enum send_tls wanted = to->given->scenario->send.tls;
    FACT(to, HOST) = bytes_of("127.0.0.1");
    FACT(to, TLS) = bytes_of(words[wanted]);
    if (wanted == SEND_TLS_NONE)
        return;
    FACT(to, CA) = bytes_of(tls->ca_path);
    if (run_tls_is_by_address(to->given->scenario))
        return;
    FACT(to, TLS_NAME) = bytes_of(tls_ca_server_name(tls->ca));
    if (!tls->takes_name)
        FACT(to, HOST) = FACT(to, TLS_NAME);
}

/* For clients that do not choose by themselves, or choose PLAIN unless they are told otherwise:
 * what a scenario offers is known to it alone, what it needs is known here. */
static struct bytes proof_needed(const struct scenario *scenario)
{
    const struct bytes prefix = BYTES_LITERAL("auth-");
    struct bytes ret = BYTES_NONE;
    for (size_t i = 0; i < scenario->need_count; i++) {
        struct bytes word = scenario->needs[i];
        enum smtp_mechanism mechanism;
        if (!bytes_starts_with(word, prefix))
            continue;
        word = bytes_after(word, prefix.size);
        mechanism = smtp_mechanism_from(word);
        if (mechanism != SMTP_MECHANISM_OTHER && !smtp_mechanism_sends_secret(mechanism))
            ret = word;
    }
    return ret;
}

static bool set_words(struct gathering *to)
{
    const struct scenario_send *send = &to->given->scenario->send;
    uint64_t timeout_ms = timeout_of(to->given->scenario);
    FACT(to, DIR) = bytes_of(to->given->folder);
    FACT(to, FROM) = send->from;
    FACT(to, USER) = send->user;
    FACT(to, PASSWORD) = send->password;
    FACT(to, MECHANISM) = send->mechanism;
    FACT(to, PROOF) = proof_needed(to->given->scenario);
    FACT(to, DOMAIN) = send->domain;
    FACT(to, CLIENTS) = bytes_of(to->given->clients);
    FACT(to, SMTPSEND) = bytes_of(to->given->smtpsend);
    if (to->given->made != NULL)
        FACT(to, MADE) = bytes_of(to->given->made);
    if (send->before & SEND_BEFORE_NOOP)
        FACT(to, BEFORE_NOOP) = BYTES_LITERAL("NOOP");
    if (send->before & SEND_BEFORE_VRFY)
        FACT(to, BEFORE_VRFY) = send->to[0];
    if (send->before & SEND_BEFORE_RSET)
        FACT(to, BEFORE_RSET) = BYTES_LITERAL("RSET");
#define X(name, word, needs) FACT(to, name) = send->parameters[SEND_PARAMETER_##name];
    SEND_PARAMETER_TABLE(X)
#undef X
    if (send->lmtp)
        FACT(to, LMTP) = BYTES_LITERAL("lmtp");
    to->facts->to = send->to;
    to->facts->to_count = send->to_count;
    if (timeout_ms > 0 && (!set_number(to, &FACT(to, TIMEOUT), (timeout_ms + 999) / 1000) ||
                           !set_number(to, &FACT(to, TIMEOUT_MS), timeout_ms)))
        return false;
    if (send->messages > 1 && !set_number(to, &FACT(to, MESSAGES), send->messages))
        return false;
    if (send->retries > 0 && !set_number(to, &FACT(to, RETRY), send->retries))
        return false;
    set_tls(to);
    return set_number(to, &FACT(to, PORT), to->given->port) && join_recipients(to);
}

bool run_words_make(const struct run_words *given, struct arena *arena, struct recipe_facts *ret,
                    struct err *err)
{
    struct gathering to = {.given = given, .arena = arena, .facts = ret, .err = err};
    return set_words(&to);
}
