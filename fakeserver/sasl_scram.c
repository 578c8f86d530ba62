/* sasl_scram.c - SCRAM-SHA-1, SCRAM-SHA-256 and their PLUS forms (RFC 5802, 7677, 9266). */
#include "fakeserver/sasl_private.h"

#include "base/base64.h"

enum {
    NONCE_OCTETS = 20,
    CLIENT_NONCE_OCTETS_MIN = 16,
    ITERATIONS_MAX = 1000000, /* that we would compute; more is not verified */
    FINAL_OCTETS_MAX = 3 * SASL_OCTETS_MAX
};

static bool is_plus(enum smtp_mechanism mechanism)
{
    return mechanism == SMTP_MECHANISM_SCRAM_SHA_1_PLUS ||
           mechanism == SMTP_MECHANISM_SCRAM_SHA_256_PLUS;
}

static enum hash_kind kind_of(enum smtp_mechanism mechanism)
{
    return mechanism == SMTP_MECHANISM_SCRAM_SHA_1 || mechanism == SMTP_MECHANISM_SCRAM_SHA_1_PLUS
               ? HASH_SHA_1
               : HASH_SHA_256;
}

/* attr-val: the value of the next field, when it is this attribute. */
static bool next_value(struct bytes *rest, char attribute, struct bytes *ret)
{
    struct bytes after = *rest;
    struct bytes field;

    if (!bytes_next(&after, ',', &field) || field.size < 2 || field.data[0] != attribute ||
        field.data[1] != '=')
        return false;
    *ret = bytes_after(field, 2);
    *rest = after;
    return true;
}

/* ---- the GS2 header (RFC 5801 4) ------------------------------------------------------------ */

bool gs2_header_read(struct bytes message, struct gs2_header *ret)
{
    struct bytes rest = message;
    struct bytes flag, authzid;

    *ret = (struct gs2_header){.flag = '\0'};
    if (!bytes_next(&rest, ',', &flag) || !bytes_next(&rest, ',', &authzid) || flag.size == 0)
        return false;
    ret->flag = flag.data[0];
    if (ret->flag == 'p') {
        if (flag.size < 3 || flag.data[1] != '=')
            return false;
        ret->binding = bytes_after(flag, 2);
    } else if ((ret->flag != 'n' && ret->flag != 'y') || flag.size != 1) {
        return false;
    }
    if (authzid.size > 0) {
        if (authzid.size < 3 || authzid.data[0] != 'a' || authzid.data[1] != '=')
            return false;
        ret->authzid = bytes_after(authzid, 2);
    }
    ret->size = flag.size + 1 + authzid.size + 1;
    return ret->size <= message.size;
}

bool gs2_name_read(struct bytes name, struct buf *to)
{
    for (size_t i = 0; i < name.size; i++) {
        struct bytes escape = bytes_slice(name, i, i + 3);

        if (name.data[i] != '=') {
            (void)buf_append_octet(to, name.data[i]);
            continue;
        }
        if (!bytes_equal(escape, BYTES_LITERAL("=2C")) &&
            !bytes_equal(escape, BYTES_LITERAL("=3D")))
            return false;
        (void)buf_append_octet(to, escape.data[1] == '2' ? ',' : '=');
        i += 2;
    }
    return name.size > 0;
}

static struct bytes binding_of(const struct tls_facts *tls, struct bytes type)
{
    enum tls_binding binding;

    if (!tls || !tls_binding_from_word(type, &binding))
        return BYTES_NONE;
    return tls_facts_binding(tls, binding);
}

/* p with the PLUS forms only; no y where one was offered: somebody took it out of the list. */
static bool binding_is_right(const struct sasl_exchange *exchange, const struct gs2_header *header)
{
    if (is_plus(exchange->mechanism))
        return header->flag == 'p' && binding_of(exchange->tls, header->binding).size > 0;
    return header->flag == 'n' || (header->flag == 'y' && !exchange->plus_offered);
}

/* ---- client-first-message ------------------------------------------------------------------- */

static uint64_t hash_octets(struct bytes octets)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

    for (size_t i = 0; i < octets.size; i++)
        hash = (hash ^ (unsigned char)octets.data[i]) * UINT64_C(0x100000001b3);
    return hash;
}

/* Printable, without a comma, of some length, and another one each time. */
static bool is_good_nonce(struct sasl_exchange *exchange, struct bytes nonce)
{
    uint64_t before = exchange->nonce_hash;

    exchange->nonce_hash = hash_octets(nonce);
    for (size_t i = 0; i < nonce.size; i++)
        if (nonce.data[i] < 0x21 || nonce.data[i] > 0x7e)
            return false;
    return nonce.size >= CLIENT_NONCE_OCTETS_MIN && exchange->nonce_hash != before;
}

static bool keep_first(struct sasl_exchange *exchange, struct bytes header, struct bytes bare,
                       struct bytes nonce)
{
    if (header.size > sizeof(exchange->gs2) || bare.size > sizeof(exchange->first))
        return false;
    memcpy(exchange->gs2, header.data, header.size);
    memcpy(exchange->first, bare.data, bare.size);
    exchange->gs2_size = header.size;
    exchange->first_size = bare.size;
    exchange->nonce_at = (size_t)(nonce.data - bare.data);
    exchange->nonce_size = nonce.size;
    return true;
}

static struct bytes kept_nonce(const struct sasl_exchange *exchange)
{
    return (struct bytes){exchange->first + exchange->nonce_at, exchange->nonce_size};
}

static void make_server_first(struct sasl_exchange *exchange)
{
    enum sasl_fault fault = sasl_fault_of(exchange);
    struct bytes nonce = kept_nonce(exchange);
    struct buf to = sasl_buf(exchange->challenge, sizeof(exchange->challenge));
    size_t octets = NONCE_OCTETS;

    if (fault == SASL_FAULT_LONG)
        octets = sizeof(exchange->challenge) / 4 * 3 - nonce.size - 64;
    if (fault == SASL_FAULT_EXTENSION)
        (void)buf_append_string(&to, "m=ext,");
    (void)buf_append_string(&to, "r=");
    (void)buf_append(&to, fault == SASL_FAULT_OTHER_NONCE ? BYTES_LITERAL("x") : BYTES_NONE);
    (void)buf_append(&to, nonce);
    if (fault != SASL_FAULT_SAME_NONCE)
        sasl_put_nonce(exchange, &to, octets);
    (void)buf_append_string(&to, ",s=QSXCR+Q6sek8bf92,i=");
    (void)buf_append(&to, exchange->demand && exchange->demand->iterations.size > 0
                              ? exchange->demand->iterations
                              : BYTES_LITERAL("4096"));
    if (fault == SASL_FAULT_ATTRIBUTE)
        (void)buf_append_string(&to, ",x=foo");
    exchange->challenge_size = to.size;
}

/* client-first-message-bare = username "," nonce ["," extensions] */
static enum sasl_verdict take_first(struct sasl_exchange *exchange, struct bytes message,
                                    enum sasl_remark *ret_remark)
{
    char name[SASL_HEADER_OCTETS_MAX];
    struct buf user = sasl_buf(name, sizeof(name));
    struct gs2_header header;
    struct bytes bare, rest, written, nonce;

    *ret_remark = SASL_REMARK_GS2_HEADER;
    if (!gs2_header_read(message, &header))
        return SASL_WRONG;
    *ret_remark = SASL_REMARK_GS2_BINDING;
    if (!binding_is_right(exchange, &header))
        return SASL_WRONG;
    bare = rest = bytes_after(message, header.size);
    *ret_remark = SASL_REMARK_SCRAM_USER;
    if (!next_value(&rest, 'n', &written) || !gs2_name_read(written, &user) ||
        !next_value(&rest, 'r', &nonce))
        return SASL_WRONG;
    *ret_remark = SASL_REMARK_SCRAM_NONCE;
    if (!keep_first(exchange, bytes_slice(message, 0, header.size), bare, nonce))
        return SASL_WRONG;
    if (is_good_nonce(exchange, nonce))
        *ret_remark =
            exchange->tls && header.flag == 'n' ? SASL_REMARK_GS2_NO_BINDING : SASL_REMARK_NONE;
    make_server_first(exchange);
    return SASL_MORE;
}

/* ---- client-final-message ------------------------------------------------------------------- */

/* What the server said first, whoever wrote it. */
struct server_first {
    struct bytes nonce;
    struct bytes salt; /* base64 */
    unsigned long long iterations;
    bool is_one; /* a client may answer it */
};

struct client_final {
    struct bytes binding; /* base64 */
    struct bytes nonce;
    struct bytes proof; /* base64 */
    struct bytes without_proof;
};

static void read_server_first(const struct sasl_exchange *exchange, struct server_first *ret)
{
    struct bytes rest = sasl_exchange_challenge(exchange);
    struct bytes own = kept_nonce(exchange);
    struct bytes field, iterations = BYTES_NONE;
    bool extended = bytes_starts_with(rest, BYTES_LITERAL("m="));

    /* The server's part of the nonce is optional in the grammar (RFC 5802 7). */
    *ret = (struct server_first){.iterations = 0};
    if (extended)
        (void)bytes_next(&rest, ',', &field);
    ret->is_one = next_value(&rest, 'r', &ret->nonce) && next_value(&rest, 's', &ret->salt) &&
                  next_value(&rest, 'i', &iterations) && !extended &&
                  bytes_starts_with(ret->nonce, own);
    if (!bytes_to_number(iterations, ITERATIONS_MAX, &ret->iterations) || ret->iterations == 0)
        ret->is_one = false;
}

/* channel-binding "," nonce ["," extensions] "," proof */
static bool read_final(struct bytes message, struct client_final *ret)
{
    struct bytes rest = message;
    struct bytes field;

    if (!next_value(&rest, 'c', &ret->binding) || !next_value(&rest, 'r', &ret->nonce))
        return false;
    ret->proof = BYTES_NONE;
    while (bytes_next(&rest, ',', &field))
        ret->proof = field;
    if (ret->proof.size < 3 || ret->proof.data[0] != 'p' || ret->proof.data[1] != '=')
        return false;
    ret->without_proof = bytes_slice(message, 0, message.size - ret->proof.size - 1);
    ret->proof = bytes_after(ret->proof, 2);
    return true;
}

/* cbind-input = gs2-header [cbind-data] */
static bool binding_fits(const struct sasl_exchange *exchange, struct bytes written)
{
    char octets[SASL_HEADER_OCTETS_MAX];
    struct buf decoded = sasl_buf(octets, sizeof(octets));
    struct bytes header = {exchange->gs2, exchange->gs2_size};
    struct gs2_header read;
    struct bytes data = BYTES_NONE;

    if (gs2_header_read(header, &read) && read.flag == 'p')
        data = binding_of(exchange->tls, read.binding);
    return written.size < sizeof(octets) && base64_decode(&decoded, written, NULL) &&
           bytes_starts_with(buf_bytes(&decoded), header) &&
           bytes_equal(bytes_after(buf_bytes(&decoded), header.size), data);
}

struct proof {
    enum hash_kind hash;
    struct bytes message;         /* AuthMessage */
    struct bytes proof;           /* decoded */
    struct hash_digest signature; /* of the server, when the proof is right */
};

/* ClientProof := ClientKey XOR ClientSignature (RFC 5802 3) */
static bool proves(struct proof *proof, const struct server_first *first, struct bytes salt,
                   struct bytes password)
{
    struct hash_digest salted, key, stored, signature, server;
    bool ok;

    hash_stretch(proof->hash, password, salt, (unsigned)first->iterations, &salted);
    hash_hmac(proof->hash, hash_digest_bytes(&salted), BYTES_LITERAL("Client Key"), &key);
    hash_of(proof->hash, hash_digest_bytes(&key), &stored);
    hash_hmac(proof->hash, hash_digest_bytes(&stored), proof->message, &signature);
    ok = proof->proof.size == key.size;
    for (size_t i = 0; ok && i < key.size; i++)
        ok = (key.octets[i] ^ signature.octets[i]) == (unsigned char)proof->proof.data[i];
    hash_hmac(proof->hash, hash_digest_bytes(&salted), BYTES_LITERAL("Server Key"), &server);
    hash_hmac(proof->hash, hash_digest_bytes(&server), proof->message, &proof->signature);
    wipe(&salted, sizeof(salted));
    wipe(&key, sizeof(key));
    return ok;
}

static bool any_proves(const struct sasl_exchange *exchange, const struct server_first *first,
                       struct proof *proof)
{
    char name[SASL_HEADER_OCTETS_MAX];
    char salt[SASL_HEADER_OCTETS_MAX];
    struct buf user = sasl_buf(name, sizeof(name));
    struct buf decoded = sasl_buf(salt, sizeof(salt));
    struct bytes bare = {exchange->first, exchange->first_size};
    const struct account *account = NULL;
    struct bytes written;

    if (!next_value(&bare, 'n', &written) || !gs2_name_read(written, &user) ||
        first->salt.size >= sizeof(salt) || !base64_decode(&decoded, first->salt, NULL))
        return false;
    while ((account = sasl_account(exchange, buf_bytes(&user), account)) != NULL)
        if (proves(proof, first, buf_bytes(&decoded), account->password))
            return true;
    return false;
}

static bool verify(const struct sasl_exchange *exchange, const struct server_first *first,
                   const struct client_final *final, struct proof *ret)
{
    char message[FINAL_OCTETS_MAX];
    char octets[SASL_HEADER_OCTETS_MAX];
    struct buf text = sasl_buf(message, sizeof(message));
    struct buf proof = sasl_buf(octets, sizeof(octets));

    if (final->proof.size >= sizeof(octets) || !base64_decode(&proof, final->proof, NULL) ||
        !buf_append(&text, (struct bytes){exchange->first, exchange->first_size}) ||
        !buf_append_octet(&text, ',') || !buf_append(&text, sasl_exchange_challenge(exchange)) ||
        !buf_append_octet(&text, ',') || !buf_append(&text, final->without_proof))
        return false;
    *ret = (struct proof){.hash = kind_of(exchange->mechanism),
                          .message = buf_bytes(&text),
                          .proof = buf_bytes(&proof)};
    return any_proves(exchange, first, ret);
}

/* server-final-message = (server-error / verifier); it goes out as a challenge, for SMTP has no
 * room for it beside 235 (RFC 4954 4). */
static enum sasl_verdict make_server_final(struct sasl_exchange *exchange, struct proof *proof)
{
    enum sasl_fault fault = sasl_fault_of(exchange);
    struct buf to = sasl_buf(exchange->challenge, sizeof(exchange->challenge));

    if (fault == SASL_FAULT_NO_SIGNATURE)
        return SASL_RIGHT;
    proof->signature.octets[0] ^= fault == SASL_FAULT_WRONG_SIGNATURE ? 1 : 0;
    if (fault == SASL_FAULT_ERROR) {
        (void)buf_append_string(&to, "e=other-error");
    } else {
        (void)buf_append_string(&to, "v=");
        (void)base64_encode(&to, hash_digest_bytes(&proof->signature));
    }
    exchange->challenge_size = to.size;
    exchange->proven = true;
    return SASL_MORE;
}

static enum sasl_verdict take_final(struct sasl_exchange *exchange, struct bytes message,
                                    enum sasl_remark *ret_remark)
{
    struct server_first first;
    struct client_final final;
    struct proof proof;

    read_server_first(exchange, &first);
    *ret_remark = SASL_REMARK_SCRAM_FORM;
    if (!read_final(message, &final))
        return SASL_WRONG;
    *ret_remark = SASL_REMARK_SCRAM_GOES_ON;
    if (first.iterations == 0)
        return SASL_WRONG;
    *ret_remark = SASL_REMARK_SCRAM_OTHER_NONCE;
    if (!bytes_equal(final.nonce, first.nonce))
        return SASL_WRONG;
    *ret_remark = SASL_REMARK_SCRAM_BINDING;
    if (!binding_fits(exchange, final.binding))
        return SASL_WRONG;
    *ret_remark = first.is_one ? SASL_REMARK_SCRAM_PROOF : SASL_REMARK_SCRAM_GOES_ON;
    if (!verify(exchange, &first, &final, &proof))
        return SASL_WRONG;
    if (first.is_one)
        *ret_remark = SASL_REMARK_NONE;
    return make_server_final(exchange, &proof);
}

enum sasl_verdict scram_take(struct sasl_exchange *exchange, struct bytes response,
                             enum sasl_remark *ret_remark)
{
    return exchange->first_size == 0 ? take_first(exchange, response, ret_remark)
                                     : take_final(exchange, response, ret_remark);
}
