#include "fakeserver/sasl_exchange.h"

#include "fakeserver/sasl_private.h"

enum { CRAM_DIGITS = 32, NONCE_OCTETS = 20 };

/* ---- small things --------------------------------------------------------------------------- */

struct buf sasl_buf(char *octets, size_t size)
{
    return (struct buf){octets, 0, size, size};
}

enum sasl_fault sasl_fault_of(const struct sasl_exchange *exchange)
{
    return exchange->demand ? exchange->demand->fault : SASL_FAULT_NONE;
}

const struct account *sasl_account(const struct sasl_exchange *exchange, struct bytes user,
                                   const struct account *after)
{
    size_t from = after ? (size_t)(after - exchange->accounts) + 1 : 0;

    for (size_t i = from; i < exchange->account_count; i++)
        if (bytes_equal(exchange->accounts[i].user, user))
            return &exchange->accounts[i];
    return NULL;
}

/* splitmix64 */
static uint64_t mixed(uint64_t number)
{
    number += UINT64_C(0x9e3779b97f4a7c15);
    number = (number ^ number >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    number = (number ^ number >> 27) * UINT64_C(0x94d049bb133111eb);
    return number ^ number >> 31;
}

void sasl_put_nonce(struct sasl_exchange *exchange, struct buf *to, size_t octets)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    uint64_t state = mixed(exchange->seed ^ mixed(exchange->exchanges));

    for (size_t i = 0; i < octets; i++) {
        state = mixed(state);
        (void)buf_append_octet(to, letters[state % (sizeof(letters) - 1)]);
    }
}

bool sasl_put_hex(struct buf *to, const struct hash_digest *digest)
{
    for (size_t i = 0; i < digest->size; i++)
        if (!buf_printf(to, "%02x", digest->octets[i]))
            return false;
    return true;
}

/* ---- CRAM-MD5 (RFC 2195 2) ------------------------------------------------------------------ */

static void cram_start(struct sasl_exchange *exchange)
{
    struct buf to = sasl_buf(exchange->challenge, sizeof(exchange->challenge));
    size_t octets = NONCE_OCTETS;

    /* <nonce@server.example>, in base64 at most a line (RFC 4954 4). */
    if (sasl_fault_of(exchange) == SASL_FAULT_LONG)
        octets = (sizeof(exchange->challenge) - 8) / 4 * 3 - sizeof("<@server.example>");
    (void)buf_append_octet(&to, '<');
    sasl_put_nonce(exchange, &to, octets);
    (void)buf_append_string(&to, "@server.example>");
    exchange->challenge_size = to.size;
}

static bool is_lower_hex(struct bytes octets)
{
    for (size_t i = 0; i < octets.size; i++)
        if (!((octets.data[i] >= '0' && octets.data[i] <= '9') ||
              (octets.data[i] >= 'a' && octets.data[i] <= 'f')))
            return false;
    return true;
}

static bool cram_verifies(const struct sasl_exchange *exchange, const struct account *account,
                          struct bytes digits)
{
    char hex[2 * HASH_OCTETS_MAX + 1];
    struct buf text = sasl_buf(hex, sizeof(hex));
    struct hash_digest digest;

    hash_hmac(HASH_MD5, account->password, sasl_exchange_challenge(exchange), &digest);
    return sasl_put_hex(&text, &digest) && bytes_equal_nocase(buf_bytes(&text), digits);
}

static enum sasl_verdict cram_take(const struct sasl_exchange *exchange, struct bytes response,
                                   enum sasl_remark *ret_remark)
{
    const struct account *account = NULL;
    struct bytes user, digits;
    bool has_form =
        response.size > CRAM_DIGITS + 1 && response.data[response.size - CRAM_DIGITS - 1] == ' ';

    *ret_remark = SASL_REMARK_CRAM_FORM;
    if (!has_form)
        return SASL_WRONG;
    user = bytes_slice(response, 0, response.size - CRAM_DIGITS - 1);
    digits = bytes_after(response, user.size + 1);
    while ((account = sasl_account(exchange, user, account)) != NULL)
        if (cram_verifies(exchange, account, digits)) {
            if (is_lower_hex(digits))
                *ret_remark = SASL_REMARK_NONE;
            return SASL_RIGHT;
        }
    if (is_lower_hex(digits))
        *ret_remark = SASL_REMARK_CRAM_PROOF;
    return SASL_WRONG;
}

/* ---- EXTERNAL (RFC 4422 A) ------------------------------------------------------------------ */

static enum sasl_verdict external_take(const struct sasl_exchange *exchange, struct bytes identity,
                                       enum sasl_remark *ret_remark)
{
    bool has_certificate = exchange->tls && exchange->tls->client.size > 0;

    if (has_certificate && (identity.size == 0 || sasl_account(exchange, identity, NULL)))
        return SASL_RIGHT;
    *ret_remark = SASL_REMARK_EXTERNAL_IDENTITY;
    return SASL_WRONG;
}

/* ---- all ------------------------------------------------------------------------------------ */

enum sasl_kind { KIND_NONE, KIND_CRAM, KIND_DIGEST, KIND_SCRAM, KIND_EXTERNAL, KIND_OAUTH };

static enum sasl_kind kind_of(enum smtp_mechanism mechanism)
{
    static const unsigned char kinds[SMTP_MECHANISM_COUNT] = {
        [SMTP_MECHANISM_CRAM_MD5] = KIND_CRAM,
        [SMTP_MECHANISM_DIGEST_MD5] = KIND_DIGEST,
        [SMTP_MECHANISM_SCRAM_SHA_1] = KIND_SCRAM,
        [SMTP_MECHANISM_SCRAM_SHA_1_PLUS] = KIND_SCRAM,
        [SMTP_MECHANISM_SCRAM_SHA_256] = KIND_SCRAM,
        [SMTP_MECHANISM_SCRAM_SHA_256_PLUS] = KIND_SCRAM,
        [SMTP_MECHANISM_EXTERNAL] = KIND_EXTERNAL,
        [SMTP_MECHANISM_OAUTHBEARER] = KIND_OAUTH,
        [SMTP_MECHANISM_XOAUTH2] = KIND_OAUTH,
    };

    return (enum sasl_kind)kinds[mechanism];
}

void sasl_exchange_init(struct sasl_exchange *exchange, const struct account *accounts,
                        size_t count)
{
    exchange->accounts = accounts;
    exchange->account_count = count;
    exchange->demand = NULL;
    exchange->tls = NULL;
    exchange->plus_offered = false;
    exchange->seed = 0;
    exchange->nonce_hash = 0;
    exchange->exchanges = 0;
    exchange->mechanism = SMTP_MECHANISM_OTHER;
    exchange->challenge_size = 0;
}

bool sasl_exchange_knows(enum smtp_mechanism mechanism)
{
    return kind_of(mechanism) != KIND_NONE;
}

bool sasl_exchange_start(struct sasl_exchange *exchange, enum smtp_mechanism mechanism)
{
    exchange->mechanism = mechanism;
    exchange->step = 0;
    exchange->failed = exchange->proven = false;
    exchange->gs2_size = exchange->first_size = exchange->nonce_size = exchange->nonce_at = 0;
    exchange->challenge_size = 0;
    exchange->exchanges++;
    if (kind_of(mechanism) == KIND_CRAM)
        cram_start(exchange);
    else if (kind_of(mechanism) == KIND_DIGEST)
        digest_md5_start(exchange);
    return exchange->challenge_size > 0;
}

static enum sasl_verdict take(struct sasl_exchange *exchange, struct bytes response,
                              enum sasl_remark *ret_remark)
{
    switch (kind_of(exchange->mechanism)) {
    case KIND_CRAM:
        return cram_take(exchange, response, ret_remark);
    case KIND_DIGEST:
        return digest_md5_take(exchange, response, ret_remark);
    case KIND_SCRAM:
        return scram_take(exchange, response, ret_remark);
    case KIND_EXTERNAL:
        return external_take(exchange, response, ret_remark);
    case KIND_OAUTH:
        return oauth_take(exchange, response, ret_remark);
    case KIND_NONE:
        break;
    }
    return SASL_WRONG;
}

enum sasl_verdict sasl_exchange_take(struct sasl_exchange *exchange, struct bytes response,
                                     enum sasl_remark *ret_remark)
{
    enum sasl_verdict verdict = SASL_RIGHT;

    *ret_remark = SASL_REMARK_NONE;
    /* The server's proof was the last thing to be said; the response to it is empty. */
    if (!exchange->proven)
        verdict = take(exchange, response, ret_remark);
    else if (response.size > 0)
        *ret_remark = SASL_REMARK_LAST_RESPONSE;
    exchange->step++;
    if (verdict == SASL_RIGHT && sasl_fault_of(exchange) == SASL_FAULT_REFUSE)
        return SASL_WRONG;
    return verdict;
}

struct bytes sasl_exchange_challenge(const struct sasl_exchange *exchange)
{
    return (struct bytes){exchange->challenge, exchange->challenge_size};
}

void sasl_exchange_sent(struct sasl_exchange *exchange, struct bytes challenge)
{
    size_t room = sizeof(exchange->challenge);

    exchange->challenge_size = challenge.size < room ? challenge.size : room;
    if (exchange->challenge_size > 0)
        memmove(exchange->challenge, challenge.data, exchange->challenge_size);
}
