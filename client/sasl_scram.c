/*
 * sasl_scram.c - SCRAM-SHA-1 and SCRAM-SHA-256, bound to TLS or not (RFC 5802, RFC 7677).
 *
 * The messages are made here and the keys by GNU SASL, whose own exchange can say "n" and "p" but
 * not "y": that the client could be bound to TLS and the server seems not to (RFC 5802 6), which is
 * how a server learns that somebody took PLUS off its offer. It also minds neither how long a
 * server keeps us computing nor a nonce to which the server added nothing.
 *
 * sasl->message grows into the AuthMessage: client-first-message-bare "," server-first-message ","
 * client-final-message-without-proof (section 3).
 */
#include "base/base64.h"
#include "client/sasl_private.h"

#include <gsasl.h>

enum { NONCE_CHANCE_OCTETS = 18 }; /* 144 bits; 24 octets of base64, none of them a comma */

struct keys {
    char salted[GSASL_HASH_MAX_SIZE];
    char client[GSASL_HASH_MAX_SIZE];
    char server[GSASL_HASH_MAX_SIZE];
    char stored[GSASL_HASH_MAX_SIZE];
};

static bool fail(const struct sasl *sasl, const char *why, struct err *err)
{
    return err_set(err, ERR_PROTOCOL, "%s: %s", smtp_mechanism_name(sasl->mechanism), why);
}

static bool too_long(struct err *err)
{
    return err_set(err, ERR_LIMIT, "the response would be longer than a line may be");
}

static bool is_plus(const struct sasl *sasl)
{
    return sasl->mechanism == SMTP_MECHANISM_SCRAM_SHA_1_PLUS ||
           sasl->mechanism == SMTP_MECHANISM_SCRAM_SHA_256_PLUS;
}

static bool is_sha_1(const struct sasl *sasl)
{
    return sasl->mechanism == SMTP_MECHANISM_SCRAM_SHA_1_PLUS ||
           sasl->mechanism == SMTP_MECHANISM_SCRAM_SHA_1;
}

/* gs2-cbind-flag = ("p=" cb-name) / "n" / "y", gs2-header = gs2-cbind-flag "," [authzid] ",". */
static bool append_header(const struct sasl *sasl, struct buf *to)
{
    struct bytes identity = sasl->credentials->authorization;
    const char *flag = is_plus(sasl) ? "p=" : "n";

    if (!is_plus(sasl) && sasl->channel.binding.size > 0 && !sasl->channel.plus_offered)
        flag = "y";
    if (!buf_append_string(to, flag) ||
        (is_plus(sasl) && !buf_append_string(to, tls_binding_word(sasl->channel.type))) ||
        !buf_append_octet(to, ','))
        return false;
    if (identity.size > 0 && (!buf_append_string(to, "a=") || !sasl_append_name(to, identity)))
        return false;
    return buf_append_octet(to, ',');
}

static bool append_nonce(struct sasl *sasl, struct buf *to)
{
    char chance[NONCE_CHANCE_OCTETS];
    size_t before = to->size;

    if (gsasl_nonce(chance, sizeof chance) != GSASL_OK ||
        !base64_encode(to, (struct bytes){chance, sizeof chance}))
        return false;
    sasl->nonce_octets = to->size - before;
    return true;
}

/* client-first-message = gs2-header "n=" saslname ",r=" c-nonce */
static bool begin(struct sasl *sasl, struct buf *response, struct err *err)
{
    struct buf *message = &sasl->message;
    struct buf *name = &sasl->scratch;

    buf_clear(message);
    buf_clear(name);
    if (!sasl_prepare(sasl->credentials->user, name, err))
        return false;
    if (!buf_append_string(message, "n=") || !sasl_append_name(message, buf_bytes(name)) ||
        !buf_append_string(message, ",r="))
        return too_long(err);
    if (!append_nonce(sasl, message))
        return fail(sasl, "there is no nonce to be had", err);
    if (!append_header(sasl, response) || !buf_append(response, buf_bytes(message)))
        return too_long(err);
    return true;
}

/* ---------------------------------------------------------------------- server-first-message ---
 */

struct server_first {
    struct bytes nonce;
    struct bytes salt; /* in base64 */
    unsigned long long iterations;
};

/* The next attribute, which has to be this one; NULL data: it is not. */
static struct bytes take(struct bytes *rest, const char *name)
{
    struct bytes one;

    if (!bytes_next(rest, ',', &one) || !bytes_starts_with(one, bytes_of(name)))
        return BYTES_NONE;
    return bytes_after(one, 2);
}

/* server-first-message = [reserved-mext ","] nonce "," salt "," iteration-count ["," extensions]:
 * mext makes it fail, extensions are ignored (section 5.1). */
static bool read_first(const struct sasl *sasl, struct bytes challenge, struct server_first *ret,
                       struct err *err)
{
    struct bytes message = buf_bytes(&sasl->message);
    struct bytes ours = bytes_after(message, message.size - sasl->nonce_octets);
    struct bytes rest = challenge;

    ret->iterations = 0;
    ret->nonce = take(&rest, "r=");
    ret->salt = take(&rest, "s=");
    if (!bytes_starts_with(ret->nonce, ours) || ret->nonce.size == ours.size)
        return fail(sasl, "the server's nonce is not ours with something added", err);
    if (!bytes_to_number(take(&rest, "i="), SASL_ITERATIONS_MAX, &ret->iterations) ||
        ret->iterations == 0)
        return fail(sasl, "the iteration count is none, or too high", err);
    return true;
}

static bool make_keys(struct sasl *sasl, const struct server_first *first, struct keys *ret,
                      struct err *err)
{
    struct buf *salt = &sasl->scratch;
    struct buf password;
    int status = GSASL_MALLOC_ERROR;

    buf_clear(salt);
    if (first->salt.size == 0 || !base64_decode(salt, first->salt, err))
        return fail(sasl, "the salt is none", err);
    buf_init(&password, sasl->credentials->password.size + 1);
    if (buf_append(&password, sasl->credentials->password) && buf_append_octet(&password, '\0'))
        status = gsasl_scram_secrets_from_password(
            is_sha_1(sasl) ? GSASL_HASH_SHA1 : GSASL_HASH_SHA256, password.data,
            (unsigned)first->iterations, salt->data, salt->size, ret->salted, ret->client,
            ret->server, ret->stored);
    buf_release_secret(&password);
    if (status == GSASL_MALLOC_ERROR)
        return err_memory(err);
    return status == GSASL_OK ||
           err_set(err, ERR_SYNTAX, "SASLprep forbids this password (RFC 4013)");
}

/* client-final-message-without-proof = "c=" base64(gs2-header [cbind-data]) ",r=" nonce */
static bool append_without_proof(struct sasl *sasl, struct bytes nonce, struct buf *to)
{
    struct buf *input = &sasl->scratch;

    buf_clear(input);
    return append_header(sasl, input) &&
           (!is_plus(sasl) || buf_append(input, sasl->channel.binding)) &&
           buf_append_string(to, "c=") && base64_encode(to, buf_bytes(input)) &&
           buf_append_string(to, ",r=") && buf_append(to, nonce);
}

/* ClientProof = ClientKey XOR HMAC(StoredKey, AuthMessage); ServerSignature = HMAC(ServerKey,
 * AuthMessage). */
static bool append_proof(struct sasl *sasl, const struct keys *keys, struct buf *to)
{
    enum hash_kind kind = is_sha_1(sasl) ? HASH_SHA_1 : HASH_SHA_256;
    size_t octets = gsasl_hash_length(is_sha_1(sasl) ? GSASL_HASH_SHA1 : GSASL_HASH_SHA256);
    struct bytes message = buf_bytes(&sasl->message);
    struct hash_digest proof;
    size_t i;

    hash_hmac(kind, (struct bytes){keys->server, octets}, message, &sasl->server_signature);
    hash_hmac(kind, (struct bytes){keys->stored, octets}, message, &proof);
    for (i = 0; i < proof.size; i++)
        proof.octets[i] ^= (unsigned char)keys->client[i];
    return buf_append_string(to, ",p=") && base64_encode(to, hash_digest_bytes(&proof));
}

static bool prove(struct sasl *sasl, struct bytes challenge, struct buf *response, struct err *err)
{
    struct buf *message = &sasl->message;
    struct server_first first;
    struct keys keys;
    bool ok;

    if (!read_first(sasl, challenge, &first, err) || !make_keys(sasl, &first, &keys, err))
        return false;
    ok = append_without_proof(sasl, first.nonce, response) && buf_append_octet(message, ',') &&
         buf_append(message, challenge) && buf_append_octet(message, ',') &&
         buf_append(message, buf_bytes(response)) && append_proof(sasl, &keys, response);
    wipe(&keys, sizeof keys);
    return ok || too_long(err);
}

/* server-final-message = (server-error / verifier) ["," extensions], verifier = "v=" base64 */
static bool verify(struct sasl *sasl, struct bytes challenge, struct err *err)
{
    struct bytes rest = challenge;
    struct buf *signature = &sasl->scratch;

    buf_clear(signature);
    sasl->complete = base64_decode(signature, take(&rest, "v="), err) &&
                     bytes_equal(buf_bytes(signature), hash_digest_bytes(&sasl->server_signature));
    sasl->disproved = !sasl->complete;
    return sasl->complete || fail(sasl, "the server did not prove that it knows the password", err);
}

bool sasl_scram_step(struct sasl *sasl, struct bytes challenge, struct buf *response,
                     struct err *err)
{
    if (sasl->steps_taken == 0)
        return begin(sasl, response, err);
    if (sasl->steps_taken == 1)
        return prove(sasl, challenge, response, err);
    if (sasl->steps_taken == 2)
        return verify(sasl, challenge, err);
    return fail(sasl, "the server sent a challenge too many", err);
}
