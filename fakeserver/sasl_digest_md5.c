/* sasl_digest_md5.c - DIGEST-MD5 (RFC 2831; historic by RFC 6331), qop=auth alone. */
#include "fakeserver/sasl_private.h"

enum { NONCE_OCTETS = 20, CNONCE_OCTETS_MIN = 8, TEXT_OCTETS_MAX = 2 * SASL_OCTETS_MAX };

/* ---- digest-challenge ----------------------------------------------------------------------- */

void digest_md5_start(struct sasl_exchange *exchange)
{
    enum sasl_fault fault = sasl_fault_of(exchange);
    struct buf to = sasl_buf(exchange->challenge, sizeof(exchange->challenge));

    (void)buf_append_string(&to, "realm=\"server.example\"");
    for (int i = fault == SASL_FAULT_NO_NONCE      ? 2
                 : fault == SASL_FAULT_NONCE_TWICE ? 0
                                                   : 1;
         i < 2; i++) {
        (void)buf_append_string(&to, ",nonce=\"");
        sasl_put_nonce(exchange, &to, NONCE_OCTETS);
        (void)buf_append_octet(&to, '"');
    }
    if (fault == SASL_FAULT_MORE_QOP)
        (void)buf_append_string(&to, ",qop=\"auth-x,auth\"");
    else
        (void)buf_append_string(&to, fault == SASL_FAULT_OTHER_QOP ? ",qop=\"auth-x\""
                                                                   : ",qop=\"auth\"");
    (void)buf_append_string(&to, ",charset=utf-8,algorithm=md5-sess");
    exchange->challenge_size = to.size;
}

/* ---- directives ------------------------------------------------------------------------------ */

/* Behind the next directive; a comma in a quoted string is none. */
static size_t directive_size(struct bytes list)
{
    bool quoted = false;
    size_t i = 0;

    for (; i < list.size && (quoted || list.data[i] != ','); i++) {
        if (quoted && list.data[i] == '\\')
            i++;
        else if (list.data[i] == '"')
            quoted = !quoted;
    }
    return i < list.size ? i : list.size;
}

/* The value of a directive, without its quotes; how often it stands there. */
static unsigned find_directive(struct bytes list, const char *name, struct bytes *ret)
{
    unsigned found = 0;

    *ret = BYTES_NONE;
    while (list.size > 0) {
        size_t size = directive_size(list);
        struct bytes one = bytes_trim(bytes_slice(list, 0, size));
        size_t equals = bytes_find(one, '=');

        list = bytes_after(list, size + 1);
        if (equals == BYTES_NOT_FOUND ||
            !bytes_equal_nocase(bytes_trim(bytes_slice(one, 0, equals)), bytes_of(name)))
            continue;
        *ret = bytes_trim(bytes_after(one, equals + 1));
        if (ret->size > 1 && ret->data[0] == '"')
            *ret = bytes_slice(*ret, 1, ret->size - 1);
        found++;
    }
    return found;
}

struct digest_response {
    struct bytes username, realm, nonce, cnonce, count, qop, uri, response, authzid;
};

static bool read_response(struct bytes text, struct digest_response *ret)
{
    (void)find_directive(text, "realm", &ret->realm);
    (void)find_directive(text, "qop", &ret->qop);
    (void)find_directive(text, "authzid", &ret->authzid);
    return find_directive(text, "username", &ret->username) == 1 &&
           find_directive(text, "nonce", &ret->nonce) == 1 &&
           find_directive(text, "cnonce", &ret->cnonce) == 1 &&
           find_directive(text, "nc", &ret->count) == 1 &&
           find_directive(text, "digest-uri", &ret->uri) == 1 &&
           find_directive(text, "response", &ret->response) == 1 && ret->response.size == 32;
}

/* ---- its proof (RFC 2831 2.1.2.1) ----------------------------------------------------------- */

static bool put(struct buf *to, const struct bytes *parts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if ((i > 0 && !buf_append_octet(to, ':')) || !buf_append(to, parts[i]))
            return false;
    return true;
}

/* A quoted string without its backslashes. */
static struct bytes unquoted(struct bytes text, struct buf *to)
{
    size_t from = to->size;

    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '\\' && i + 1 < text.size)
            i++;
        (void)buf_append_octet(to, text.data[i]);
    }
    return bytes_after(buf_bytes(to), from);
}

/* HEX(H(A1)); A1 = { H(user:realm:password), ":", nonce, ":", cnonce [":", authzid] } */
static bool put_a1(const struct digest_response *response, const struct account *account,
                   struct buf *to)
{
    char octets[TEXT_OCTETS_MAX];
    struct buf text = sasl_buf(octets, sizeof(octets));
    struct hash_digest digest;
    struct bytes parts[] = {account->user, response->realm, account->password};
    bool ok = put(&text, parts, 3);

    hash_of(HASH_MD5, buf_bytes(&text), &digest);
    buf_clear(&text);
    ok = ok && buf_append(&text, hash_digest_bytes(&digest)) && buf_append_octet(&text, ':') &&
         put(&text, (const struct bytes[]){response->nonce, response->cnonce}, 2) &&
         (response->authzid.size == 0 ||
          (buf_append_octet(&text, ':') && buf_append(&text, response->authzid)));
    hash_of(HASH_MD5, buf_bytes(&text), &digest);
    ok = ok && sasl_put_hex(to, &digest);
    wipe(octets, sizeof(octets));
    return ok;
}

/* HEX(KD(HEX(H(A1)), nonce ":" nc ":" cnonce ":" qop ":" HEX(H(A2)))), A2 = verb ":" digest-uri */
static bool put_proof(const struct digest_response *response, const struct account *account,
                      const char *verb, struct buf *to)
{
    char octets[TEXT_OCTETS_MAX];
    char hex[2 * HASH_OCTETS_MAX];
    struct buf text = sasl_buf(octets, sizeof(octets));
    struct buf a2 = sasl_buf(hex, sizeof(hex));
    struct hash_digest digest;
    struct bytes qop = response->qop.size > 0 ? response->qop : BYTES_LITERAL("auth");

    if (!put(&text, (const struct bytes[]){bytes_of(verb), response->uri}, 2))
        return false;
    hash_of(HASH_MD5, buf_bytes(&text), &digest);
    (void)sasl_put_hex(&a2, &digest);
    buf_clear(&text);
    if (!(put_a1(response, account, &text) && buf_append_octet(&text, ':') &&
          put(&text,
              (const struct bytes[]){response->nonce, response->count, response->cnonce, qop,
                                     buf_bytes(&a2)},
              5)))
        return false;
    hash_of(HASH_MD5, buf_bytes(&text), &digest);
    return sasl_put_hex(to, &digest);
}

static const struct account *find_prover(const struct sasl_exchange *exchange,
                                         const struct digest_response *response)
{
    char name[SASL_HEADER_OCTETS_MAX];
    struct buf room = sasl_buf(name, sizeof(name));
    struct bytes user = unquoted(response->username, &room);
    const struct account *account = NULL;

    while ((account = sasl_account(exchange, user, account)) != NULL) {
        char hex[2 * HASH_OCTETS_MAX];
        struct buf proof = sasl_buf(hex, sizeof(hex));

        if (put_proof(response, account, "AUTHENTICATE", &proof) &&
            bytes_equal(buf_bytes(&proof), response->response))
            return account;
    }
    return NULL;
}

/* ---- digest-response ------------------------------------------------------------------------ */

/* What is wrong with it, before its proof. */
static enum sasl_remark check_form(const struct sasl_exchange *exchange, struct bytes text,
                                   struct digest_response *ret)
{
    struct bytes challenge = sasl_exchange_challenge(exchange);
    struct bytes nonce, offered, one;
    bool known = false;

    if (!read_response(text, ret))
        return SASL_REMARK_DIGEST_FORM;
    if (!bytes_equal(ret->count, BYTES_LITERAL("00000001")))
        return SASL_REMARK_DIGEST_COUNT;
    if (!bytes_starts_with_nocase(ret->uri, BYTES_LITERAL("smtp/")) || ret->uri.size < 6)
        return SASL_REMARK_DIGEST_URI;
    if (find_directive(challenge, "nonce", &nonce) != 1 || !bytes_equal(nonce, ret->nonce) ||
        ret->cnonce.size < CNONCE_OCTETS_MIN)
        return SASL_REMARK_DIGEST_NONCE;
    if (find_directive(challenge, "qop", &offered) == 0)
        offered = BYTES_LITERAL("auth");
    while (bytes_next(&offered, ',', &one))
        known =
            known || bytes_equal(bytes_trim(one), ret->qop.size ? ret->qop : BYTES_LITERAL("auth"));
    return known && (ret->qop.size == 0 || bytes_equal(ret->qop, BYTES_LITERAL("auth")))
               ? SASL_REMARK_NONE
               : SASL_REMARK_DIGEST_QOP;
}

static enum sasl_verdict make_rspauth(struct sasl_exchange *exchange,
                                      const struct digest_response *response,
                                      const struct account *account)
{
    enum sasl_fault fault = sasl_fault_of(exchange);
    char hex[2 * HASH_OCTETS_MAX];
    struct buf proof = sasl_buf(hex, sizeof(hex));
    struct buf to = sasl_buf(exchange->challenge, sizeof(exchange->challenge));

    if (fault == SASL_FAULT_NO_SIGNATURE || !put_proof(response, account, "", &proof))
        return SASL_RIGHT;
    if (fault == SASL_FAULT_WRONG_SIGNATURE)
        hex[0] = hex[0] == '0' ? '1' : '0';
    (void)buf_append_string(&to, "rspauth=");
    (void)buf_append(&to, buf_bytes(&proof));
    exchange->challenge_size = to.size;
    exchange->proven = true;
    return SASL_MORE;
}

enum sasl_verdict digest_md5_take(struct sasl_exchange *exchange, struct bytes response,
                                  enum sasl_remark *ret_remark)
{
    struct digest_response read;
    const struct account *account;

    *ret_remark = check_form(exchange, response, &read);
    if (*ret_remark == SASL_REMARK_DIGEST_FORM)
        return SASL_WRONG;
    account = find_prover(exchange, &read);
    if (!account && *ret_remark == SASL_REMARK_NONE)
        *ret_remark = SASL_REMARK_DIGEST_PROOF;
    if (*ret_remark != SASL_REMARK_NONE)
        return SASL_WRONG;
    return make_rspauth(exchange, &read, account);
}
