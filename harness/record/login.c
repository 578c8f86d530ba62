#include "harness/record/login.h"

#include "base/base64.h"
#include "base/smtp_code.h"

enum { TEXT_OCTETS_MAX = SASL_OCTETS_MAX, LINE_OCTETS_MAX = SASL_OCTETS_MAX + 512 };

/* ---- mechanisms ------------------------------------------------------------------------------ */

/* A client that verifies what these servers prove has to see the proof of one that knows the
 * placeholder password. */
static bool is_mutual(enum smtp_mechanism mechanism)
{
    struct bytes name = bytes_of(smtp_mechanism_name(mechanism));

    return mechanism == SMTP_MECHANISM_DIGEST_MD5 ||
           bytes_starts_with(name, BYTES_LITERAL("SCRAM-"));
}

static bool wants_token(enum smtp_mechanism mechanism)
{
    return mechanism == SMTP_MECHANISM_XOAUTH2 || mechanism == SMTP_MECHANISM_OAUTHBEARER;
}

/* ---- lines ----------------------------------------------------------------------------------- */

/* A NUL stands behind the octets: libraries of SASL read them as a string. */
static bool decode(struct bytes text, struct buf *to, struct err *err)
{
    buf_clear(to);
    text = bytes_trim(text);
    if (bytes_equal(text, BYTES_LITERAL("=")))
        return true;
    if (!base64_decode(to, text, err))
        return err_set(err, ERR_PROTOCOL, "AUTH: what should be base64 is none");
    if (!buf_append_octet(to, '\0'))
        return err_memory(err);
    to->size--;
    return true;
}

static bool put_line(struct login *login, const char *before, struct bytes octets,
                     struct bytes *ret, struct err *err)
{
    buf_clear(&login->line);
    if (!buf_append_string(&login->line, before) || !base64_encode(&login->line, octets) ||
        !buf_append_string(&login->line, "\r\n"))
        return err_memory(err);
    *ret = buf_bytes(&login->line);
    return true;
}

/* ---- towards the client ---------------------------------------------------------------------- */

static bool hear_client(struct login *login, struct bytes response, struct err *err)
{
    enum sasl_remark remark = SASL_REMARK_NONE;

    if (!login->is_mutual)
        return true;
    if (!decode(response, &login->text, err))
        return false;
    return sasl_exchange_take(&login->exchange, buf_bytes(&login->text), &remark) != SASL_WRONG ||
           err_set(err, ERR_PROTOCOL,
                   "the client does not log in with the placeholder credentials: user %.60s, "
                   "password %.60s",
                   login->account.user.data, login->account.password.data);
}

static bool answer(struct login *login, const char *before, struct bytes *ret, struct err *err)
{
    buf_clear(&login->text);
    return sasl_step(&login->sasl, buf_bytes(&login->received), &login->text, err) &&
           put_line(login, before, buf_bytes(&login->text), ret, err);
}

static void start_exchange(struct login *login, enum smtp_mechanism mechanism)
{
    sasl_exchange_init(&login->exchange, &login->account, 1);
    login->exchange.tls = login->client.facts.ok ? &login->client.facts : NULL;
    login->exchange.plus_offered = login->is_plus_offered;
    login->exchange.seed = login->begun++;
    (void)sasl_exchange_start(&login->exchange, mechanism);
}

/* The first type of the table that there is: a server takes the one that is named, or fails (RFC
 * 5802 6.1). */
static void set_channel(struct login *login)
{
    struct sasl_channel *channel = &login->sasl.channel;

    *channel = (struct sasl_channel){.plus_offered = login->is_plus_offered};
    for (int type = TLS_BINDING_COUNT - 1; type >= 0; type--) {
        struct bytes binding = tls_facts_binding(&login->server.facts, (enum tls_binding)type);

        if (binding.size == 0)
            continue;
        channel->type = (enum tls_binding)type;
        channel->binding = binding;
    }
}

bool login_begin(struct login *login, struct bytes line, struct bytes *ret, struct err *err)
{
    struct bytes rest = bytes_trim(line);
    struct bytes word = BYTES_NONE;
    char command[64];
    struct buf to = {command, 0, sizeof(command) - 1, sizeof(command) - 1};
    enum smtp_mechanism mechanism;

    *ret = line;
    (void)bytes_next_word(&rest, &word);
    if (!bytes_next_word(&rest, &word))
        return true;
    mechanism = smtp_mechanism_from(word);
    if (!sasl_is_known(mechanism) || mechanism == SMTP_MECHANISM_EXTERNAL)
        return true;
    login->credentials.token = wants_token(mechanism) ? login->credentials.password : BYTES_NONE;
    set_channel(login);
    if (!sasl_start(&login->sasl, mechanism, err))
        return false;
    login->runs = true;
    login->is_mutual = is_mutual(mechanism);
    buf_clear(&login->received);
    if (login->is_mutual)
        start_exchange(login, mechanism);
    if (!bytes_next_word(&rest, &word))
        return true;
    (void)buf_printf(&to, "AUTH %s ", smtp_mechanism_name(mechanism));
    command[to.size] = '\0';
    return hear_client(login, word, err) && answer(login, command, ret, err);
}

bool login_respond(struct login *login, struct bytes line, struct bytes *ret, struct err *err)
{
    *ret = line;
    if (bytes_equal(bytes_trim(line), BYTES_LITERAL("*")))
        return true;
    return hear_client(login, line, err) && answer(login, "", ret, err);
}

/* ---- towards the server ---------------------------------------------------------------------- */

bool login_challenge(struct login *login, struct bytes line, struct bytes *ret, struct err *err)
{
    struct bytes challenge;

    *ret = line;
    if (!bytes_starts_with(line, BYTES_LITERAL("334")))
        return true;
    if (login->is_mutual) {
        if (!decode(bytes_after(line, 4), &login->received, err))
            return false;
    } else {
        /* A prompt that is none of base64 is the client's to judge. */
        (void)decode(bytes_after(line, 4), &login->received, err);
        return true;
    }
    /* A mechanism in which the client begins waits for it with an empty challenge. */
    if (login->received.size == 0)
        return true;
    challenge = sasl_exchange_challenge(&login->exchange);
    if (!put_line(login, "334 ", challenge, ret, err))
        return false;
    sasl_exchange_sent(&login->exchange, challenge);
    return true;
}

/* A reply that is no challenge ends the exchange (RFC 4954 4). */
void login_hear(struct login *login, struct bytes line)
{
    struct bytes text = bytes_after(line, 4);
    unsigned code = 0;

    if (!smtp_code_from(line, &code))
        return;
    if (code != 334)
        login->runs = false;
    if (code == 250 && bytes_starts_with_nocase(text, BYTES_LITERAL("AUTH ")))
        login->is_plus_offered = bytes_find_bytes(text, BYTES_LITERAL("-PLUS")) != BYTES_NOT_FOUND;
}

bool login_runs(const struct login *login)
{
    return login->runs;
}

/* ---- life ------------------------------------------------------------------------------------ */

static struct bytes copied(struct bytes from, char *to, size_t room)
{
    if (from.size == 0 || from.size > room)
        return BYTES_NONE;
    memcpy(to, from.data, from.size);
    return (struct bytes){to, from.size};
}

void login_bind(struct login *login, bool with_server, const struct tls_facts *facts)
{
    struct login_binding *binding = with_server ? &login->server : &login->client;

    binding->facts = (struct tls_facts){
        .ok = true,
        .version = facts->version,
        .tls_unique = copied(facts->tls_unique, binding->unique, sizeof(binding->unique)),
        .tls_server_end_point =
            copied(facts->tls_server_end_point, binding->end_point, sizeof(binding->end_point)),
        .tls_exporter = copied(facts->tls_exporter, binding->exporter, sizeof(binding->exporter)),
    };
}

bool login_init(struct login *login, const struct login_options *options)
{
    *login = (struct login){
        .credentials = {.user = options->user,
                        .password = options->password,
                        .host = options->host,
                        .port = options->port},
        .account = {.user = options->client_user, .password = options->client_password      },
    };
    buf_init(&login->text, TEXT_OCTETS_MAX);
    buf_init(&login->received, TEXT_OCTETS_MAX);
    buf_init(&login->line, LINE_OCTETS_MAX);
    return sasl_init(&login->sasl, &login->credentials);
}

void login_release(struct login *login)
{
    sasl_release(&login->sasl);
    buf_release_secret(&login->text);
    buf_release_secret(&login->received);
    buf_release_secret(&login->line);
}
