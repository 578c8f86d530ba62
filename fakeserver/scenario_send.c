#include "fakeserver/scenario_private.h"

#include "base/text.h"

/* ---- KEY=VALUE words ------------------------------------------------------------------------ */

struct assignment {
    struct bytes key;
    struct bytes value; /* as meant: quotes and escapes undone */
    size_t key_at;
    size_t value_at;
};

/* Words without a value; two of them are parameters (RFC 8689 2, RFC 6531 3.4). */
static bool is_flag(struct bytes word)
{
    return bytes_equal(word, BYTES_LITERAL("no-certificate")) ||
           bytes_equal(word, BYTES_LITERAL("requiretls")) ||
           bytes_equal(word, BYTES_LITERAL("smtputf8"));
}

static bool next_assignment(struct scenario_parser *parser, const struct scenario_text *text,
                            size_t *at, struct assignment *ret, bool *ret_is_end)
{
    struct scenario_word word;
    size_t equals;

    *ret_is_end = !scenario_word_next(text->octets, at, &word);
    if (*ret_is_end)
        return true;
    equals = bytes_find(word.octets, '=');
    if (equals == BYTES_NOT_FOUND && is_flag(word.octets)) {
        *ret = (struct assignment){word.octets, word.octets, word.at, word.at};
        return true;
    }
    if (equals == BYTES_NOT_FOUND)
        return scenario_fail(text, word.at, parser->err, "expected KEY=VALUE; got \"%s\"",
                             text_show(word.octets).text);
    ret->key = bytes_slice(word.octets, 0, equals);
    ret->key_at = word.at;
    ret->value_at = word.at + equals + 1;
    return scenario_word_octets(text, bytes_after(word.octets, equals + 1), ret->value_at,
                                parser->arena, &ret->value, parser->err);
}

static bool fail_value(struct scenario_parser *parser, const struct scenario_text *text,
                       const struct assignment *word, const char *expected)
{
    return scenario_fail(text, word->value_at, parser->err, "expected %s; got \"%s\"", expected,
                         text_show(word->value).text);
}

/* ---- send ----------------------------------------------------------------------------------- */

#define SEND_KEY_TABLE(X)                                                                          \
    X(FROM, "from")                                                                                \
    X(TO, "to")                                                                                    \
    X(USER, "user")                                                                                \
    X(PASSWORD, "password")                                                                        \
    X(DOMAIN, "domain")                                                                            \
    X(AUTH, "auth")                                                                                \
    X(TLS, "tls")                                                                                  \
    X(BEFORE, "before")                                                                            \
    X(TIMEOUT, "timeout")                                                                          \
    X(SIZE, "size")                                                                                \
    X(PROTOCOL, "protocol")                                                                        \
    X(MESSAGES, "messages")                                                                        \
    X(RETRY, "retry")                                                                              \
    X(NO_CERTIFICATE, "no-certificate")

/* Words of their own come first, the parameters behind them. */
enum send_key {
#define X(name, word) SEND_KEY_##name,
    SEND_KEY_TABLE(X)
#undef X
        SEND_KEY_PARAMETERS,
    SEND_KEY_COUNT = SEND_KEY_PARAMETERS + SEND_PARAMETER_COUNT
};

static const char *const send_keys[SEND_KEY_COUNT] = {
#define X(name, word) word,
    SEND_KEY_TABLE(X)
#undef X
#define X(name, word, needs) word,
        SEND_PARAMETER_TABLE(X)
#undef X
};

static bool parse_recipients(struct scenario_parser *parser, const struct scenario_text *text,
                             const struct assignment *word)
{
    struct scenario_send *send = &parser->scenario->send;
    struct bytes *to = NULL;
    struct bytes rest = word->value;
    struct bytes address;

    while (bytes_next(&rest, ',', &address)) {
        if (address.size == 0)
            return fail_value(parser, text, word, "addresses with a comma between them");
        if (send->to_count == SCENARIO_RECIPIENTS_MAX)
            return err_set_at(parser->err, ERR_LIMIT, text->line,
                              scenario_text_column(text, word->value_at), "at most %d recipients",
                              SCENARIO_RECIPIENTS_MAX);
        if (!arena_grow(parser->arena, (void **)&to, send->to_count, sizeof(*to)))
            return scenario_fail_room(text, parser->err);
        to[send->to_count++] = address;
    }
    send->to = to;
    return send->to_count > 0 || fail_value(parser, text, word, "at least one address");
}

static bool parse_tls(struct scenario_parser *parser, const struct scenario_text *text,
                      const struct assignment *word)
{
    static const char *const ways[] = {"none", "starttls", "implicit", "opportunistic"};

    for (unsigned i = 0; i < 4; i++) {
        if (bytes_equal(word->value, bytes_of(ways[i]))) {
            parser->scenario->send.tls = (enum send_tls)i;
            return true;
        }
    }
    return scenario_fail_unknown(text, word->value_at, parser->err, "way to use TLS", word->value,
                                 ways, 4);
}

static bool parse_before(struct scenario_parser *parser, const struct scenario_text *text,
                         const struct assignment *word)
{
    static const char *const commands[] = {"noop", "vrfy", "rset"}; /* bits of enum send_before */
    struct bytes rest = word->value;
    struct bytes name;

    while (bytes_next(&rest, ',', &name)) {
        unsigned i = 0;

        while (i < 3 && !bytes_equal(name, bytes_of(commands[i])))
            i++;
        if (i == 3)
            return scenario_fail_unknown(text, word->value_at, parser->err,
                                         "command that may come before the mail", name, commands,
                                         3);
        parser->scenario->send.before |= 1U << i;
    }
    return parser->scenario->send.before != 0 ||
           fail_value(parser, text, word, "noop, vrfy or rset");
}

static bool parse_generated_size(struct scenario_parser *parser, const struct scenario_text *text,
                                 const struct assignment *word)
{
    if (!scenario_size(word->value, &parser->size_octets) || parser->size_octets == 0)
        return fail_value(parser, text, word, "a size such as 64k");
    parser->message_line = text->line;
    return true;
}

/* A copy of its own, so that releasing one instance wipes no octet of the file. */
static bool copy_password(struct scenario_parser *parser, const struct scenario_text *text,
                          struct bytes value, struct bytes *ret)
{
    *ret = arena_copy(parser->arena, value);
    return ret->data || scenario_fail_room(text, parser->err);
}

static bool parse_protocol(struct scenario_parser *parser, const struct scenario_text *text,
                           const struct assignment *word)
{
    static const char *const protocols[] = {"smtp", "lmtp"};

    for (unsigned i = 0; i < 2; i++) {
        if (!bytes_equal(word->value, bytes_of(protocols[i])))
            continue;
        parser->scenario->send.lmtp = i == 1;
        return true;
    }
    return scenario_fail_unknown(text, word->value_at, parser->err, "protocol", word->value,
                                 protocols, 2);
}

static bool parse_count(struct scenario_parser *parser, const struct scenario_text *text,
                        const struct assignment *word, unsigned max, unsigned *ret)
{
    unsigned long long count;

    if (!bytes_to_number(word->value, max, &count) || count == 0)
        return err_set_at(
            parser->err, ERR_SYNTAX, text->line, scenario_text_column(text, word->value_at),
            "expected a number from 1 to %u; got \"%s\"", max, text_show(word->value).text);
    *ret = (unsigned)count;
    return true;
}

static bool is_kind_of_body(struct bytes word)
{
    static const char *const bodies[] = {"7bit", "8bitmime", "binarymime"};

    for (unsigned i = 0; i < 3; i++)
        if (bytes_equal(word, bytes_of(bodies[i])))
            return true;
    return false;
}

/* Only kinds of body are checked here: a client may be asked for a value that breaks its grammar,
 * and must not send it. */
static bool set_parameter(struct scenario_parser *parser, const struct scenario_text *text,
                          enum send_parameter parameter, const struct assignment *word)
{
    if (word->value.size == 0)
        return fail_value(parser, text, word, "a value");
    if (parameter == SEND_PARAMETER_BODY_TYPE && !is_kind_of_body(word->value))
        return fail_value(parser, text, word, "7bit, 8bitmime or binarymime");
    parser->scenario->send.parameters[parameter] = word->value;
    return true;
}

static bool set_send_key(struct scenario_parser *parser, const struct scenario_text *text,
                         enum send_key key, const struct assignment *word)
{
    struct scenario_send *send = &parser->scenario->send;

    if (word->value_at != word->key_at && is_flag(word->key))
        return scenario_fail(text, word->value_at, parser->err, "\"%s\" has no value",
                             send_keys[key]);
    switch (key) {
    case SEND_KEY_FROM:
        send->from =
            bytes_equal(word->value, BYTES_LITERAL("<>")) ? BYTES_LITERAL("") : word->value;
        return true;
    case SEND_KEY_TO:
        return parse_recipients(parser, text, word);
    case SEND_KEY_USER:
        send->user = word->value;
        return true;
    case SEND_KEY_PASSWORD:
        return copy_password(parser, text, word->value, &send->password);
    case SEND_KEY_DOMAIN:
        send->domain = word->value;
        return true;
    case SEND_KEY_AUTH:
        send->mechanism = word->value;
        return true;
    case SEND_KEY_TLS:
        return parse_tls(parser, text, word);
    case SEND_KEY_BEFORE:
        return parse_before(parser, text, word);
    case SEND_KEY_TIMEOUT:
        return (scenario_duration(word->value, &send->timeout_ms) && send->timeout_ms > 0) ||
               fail_value(parser, text, word, "a time such as 2s");
    case SEND_KEY_SIZE:
        return parse_generated_size(parser, text, word);
    case SEND_KEY_PROTOCOL:
        return parse_protocol(parser, text, word);
    case SEND_KEY_MESSAGES:
        return parse_count(parser, text, word, SCENARIO_MESSAGES_MAX, &send->messages);
    case SEND_KEY_RETRY:
        return parse_count(parser, text, word, SCENARIO_RETRIES_MAX, &send->retries);
    case SEND_KEY_NO_CERTIFICATE:
        return send->no_certificate = true;
    case SEND_KEY_PARAMETERS:
    case SEND_KEY_COUNT:
        break;
    }
    return set_parameter(parser, text, (enum send_parameter)(key - SEND_KEY_PARAMETERS), word);
}

bool scenario_parse_send(struct scenario_parser *parser, const struct scenario_text *text)
{
    struct assignment word = {.key = BYTES_NONE};
    size_t at = 0;
    bool is_end;

    while (next_assignment(parser, text, &at, &word, &is_end) && !is_end) {
        uint32_t bit;
        unsigned key = 0;

        while (key < SEND_KEY_COUNT && !bytes_equal(word.key, bytes_of(send_keys[key])))
            key++;
        if (key == SEND_KEY_COUNT)
            return scenario_fail_unknown(text, word.key_at, parser->err, "word of send", word.key,
                                         send_keys, SEND_KEY_COUNT);
        bit = UINT32_C(1) << key;
        if (parser->send_seen & bit)
            return scenario_fail(text, word.key_at, parser->err, "\"%s\" stands twice",
                                 send_keys[key]);
        parser->send_seen |= bit;
        if (!set_send_key(parser, text, (enum send_key)key, &word))
            return false;
    }
    return is_end;
}

/* ---- account -------------------------------------------------------------------------------- */

static bool add_account(struct scenario_parser *parser, const struct scenario_text *text,
                        struct account account)
{
    struct scenario *scenario = parser->scenario;
    struct account *accounts = (struct account *)(uintptr_t)scenario->accounts;

    if (!arena_grow(parser->arena, (void **)&accounts, scenario->account_count, sizeof(account)))
        return scenario_fail_room(text, parser->err);
    accounts[scenario->account_count++] = account;
    scenario->accounts = accounts;
    return true;
}

bool scenario_parse_account(struct scenario_parser *parser, const struct scenario_text *text)
{
    static const char *const keys[] = {"user", "password"};
    struct account account = {0};
    struct assignment word = {.key = BYTES_NONE};
    size_t at = 0;
    bool is_end;

    if (bytes_equal(bytes_trim(text->octets), BYTES_LITERAL("none")))
        return parser->no_own_account = true;
    while (next_assignment(parser, text, &at, &word, &is_end) && !is_end) {
        if (bytes_equal(word.key, BYTES_LITERAL("user")))
            account.user = word.value;
        else if (!bytes_equal(word.key, BYTES_LITERAL("password")))
            return scenario_fail_unknown(text, word.key_at, parser->err, "word of account",
                                         word.key, keys, 2);
        else if (!copy_password(parser, text, word.value, &account.password))
            return false;
    }
    if (!is_end)
        return false;
    if (account.user.size == 0 || !account.password.data)
        return scenario_fail(text, 0, parser->err, "expected user=... and password=...");
    return add_account(parser, text, account);
}

/* ---- what was not written ------------------------------------------------------------------- */

/* The credentials that the client is given come first among the accounts. */
static bool own_account_first(struct scenario_parser *parser)
{
    struct scenario *scenario = parser->scenario;
    struct account *accounts;

    if (scenario->send.user.size == 0 || parser->no_own_account)
        return true;
    accounts = arena_alloc_array(parser->arena, scenario->account_count + 1, sizeof(*accounts));
    if (!accounts)
        return err_memory(parser->err);
    accounts[0] = (struct account){scenario->send.user, scenario->send.password};
    if (scenario->account_count > 0)
        memcpy(&accounts[1], scenario->accounts, scenario->account_count * sizeof(*accounts));
    scenario->accounts = accounts;
    scenario->account_count++;
    return true;
}

bool scenario_finish_send(struct scenario_parser *parser)
{
    struct scenario_send *send = &parser->scenario->send;

    if (send->messages == 0)
        send->messages = 1;
    if (!send->from.data)
        send->from = BYTES_LITERAL("sender@client.example");
    if (send->to_count == 0) {
        struct bytes *to = arena_alloc(parser->arena, sizeof(*to));

        if (!to)
            return err_memory(parser->err);
        *to = BYTES_LITERAL("rcpt@server.example");
        send->to = to;
        send->to_count = 1;
    }
    return own_account_first(parser);
}
