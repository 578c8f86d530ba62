/* sasl_oauth.c - OAUTHBEARER (RFC 7628) and XOAUTH2; the password of an account is its token. */
#include "fakeserver/sasl_private.h"

#define KVSEP '\x01'

/* key "=" value, both ends of which are a kvsep. */
static bool find_value(struct bytes pairs, struct bytes key, struct bytes *ret)
{
    struct bytes pair;

    while (bytes_next(&pairs, KVSEP, &pair)) {
        size_t equals = bytes_find(pair, '=');

        if (equals == BYTES_NOT_FOUND || !bytes_equal(bytes_slice(pair, 0, equals), key))
            continue;
        *ret = bytes_after(pair, equals + 1);
        return true;
    }
    return false;
}

static bool ends_well(struct bytes message)
{
    return message.size > 2 && message.data[message.size - 1] == KVSEP &&
           message.data[message.size - 2] == KVSEP;
}

/* n,a=user,^Ahost=…^Aport=…^Aauth=Bearer token^A^A; the authzid is optional. */
static bool read_bearer(struct bytes message, struct buf *user, struct bytes *ret_auth)
{
    struct gs2_header header;

    if (!gs2_header_read(message, &header) || header.flag == 'p' || !ends_well(message) ||
        message.data[header.size] != KVSEP ||
        (header.authzid.data && !gs2_name_read(header.authzid, user)))
        return false;
    return find_value(bytes_after(message, header.size + 1), BYTES_LITERAL("auth"), ret_auth);
}

/* user=name^Aauth=Bearer token^A^A */
static bool read_xoauth2(struct bytes message, struct buf *user, struct bytes *ret_auth)
{
    struct bytes name;

    return ends_well(message) && find_value(message, BYTES_LITERAL("user"), &name) &&
           buf_append(user, name) && find_value(message, BYTES_LITERAL("auth"), ret_auth);
}

static bool is_account(const struct sasl_exchange *exchange, struct bytes user, struct bytes token)
{
    for (size_t i = 0; i < exchange->account_count; i++)
        if ((user.size == 0 || bytes_equal(exchange->accounts[i].user, user)) &&
            bytes_equal(exchange->accounts[i].password, token))
            return true;
    return false;
}

static enum sasl_verdict refuse(struct sasl_exchange *exchange)
{
    bool is_bearer = exchange->mechanism == SMTP_MECHANISM_OAUTHBEARER;
    struct buf to = sasl_buf(exchange->challenge, sizeof(exchange->challenge));

    /* Members that a client need not know come with it (RFC 7628 3.2.2). */
    (void)buf_append_string(&to, is_bearer
                                     ? "{\"status\":\"invalid_token\",\"scope\":\"mail\",\"x\":1}"
                                     : "{\"status\":\"400\",\"schemes\":\"Bearer\",\"scope\":"
                                       "\"https://mail.server.example/\"}");
    exchange->challenge_size = to.size;
    exchange->failed = true;
    return SASL_MORE;
}

/* After an error: a kvsep (RFC 7628 3.2.3), an empty response of XOAUTH2; then 535. */
static enum sasl_verdict end_of_error(const struct sasl_exchange *exchange, struct bytes response,
                                      enum sasl_remark *ret_remark)
{
    static const char separator[] = {KVSEP};
    bool is_bearer = exchange->mechanism == SMTP_MECHANISM_OAUTHBEARER;
    bool ok = is_bearer ? bytes_equal(response, (struct bytes){separator, 1}) : response.size == 0;

    if (!ok)
        *ret_remark = SASL_REMARK_OAUTH_ERROR;
    return SASL_WRONG;
}

enum sasl_verdict oauth_take(struct sasl_exchange *exchange, struct bytes response,
                             enum sasl_remark *ret_remark)
{
    static const struct bytes scheme = {"Bearer ", 7};
    bool is_bearer = exchange->mechanism == SMTP_MECHANISM_OAUTHBEARER;
    char name[SASL_HEADER_OCTETS_MAX];
    struct buf user = sasl_buf(name, sizeof(name));
    struct bytes auth;
    bool ok;

    if (exchange->failed)
        return end_of_error(exchange, response, ret_remark);
    ok = is_bearer ? read_bearer(response, &user, &auth) : read_xoauth2(response, &user, &auth);
    if (!ok || !bytes_starts_with_nocase(auth, scheme)) {
        *ret_remark = SASL_REMARK_OAUTH_FORM;
        return SASL_WRONG;
    }
    if (sasl_fault_of(exchange) == SASL_FAULT_REFUSE)
        return refuse(exchange);
    if (is_account(exchange, buf_bytes(&user), bytes_after(auth, scheme.size)))
        return SASL_RIGHT;
    *ret_remark = SASL_REMARK_OAUTH_TOKEN;
    return refuse(exchange);
}
