/*
 * actor_sasl.c - the client's side of mechanisms with proofs, and of bearer tokens.
 *
 * A second client beside the product's, made of the digests alone (RFC 2195, 2831, 5802, 7628).
 */
#include "tests/mutants/actor_private.h"

#include "base/base64.h"
#include "base/hash.h"

#include <stdio.h>

#define MESSAGE_OCTETS 14000
#define ITERATIONS_MAX 1000000

/* From the best one on. PLAIN and LOGIN are tried by actor_auth.c, before CRAM-MD5. */
static const enum smtp_mechanism preferred[] = {
    SMTP_MECHANISM_SCRAM_SHA_256_PLUS,
    SMTP_MECHANISM_SCRAM_SHA_256,
    SMTP_MECHANISM_SCRAM_SHA_1_PLUS,
    SMTP_MECHANISM_SCRAM_SHA_1,
    SMTP_MECHANISM_CRAM_MD5,
    SMTP_MECHANISM_DIGEST_MD5,
    SMTP_MECHANISM_EXTERNAL,
    SMTP_MECHANISM_OAUTHBEARER,
    SMTP_MECHANISM_XOAUTH2,
};
enum { PREFERRED = sizeof preferred / sizeof preferred[0], BETTER_THAN_PLAIN = 4 };

static bool is_plus(enum smtp_mechanism mechanism)
{
    return mechanism == SMTP_MECHANISM_SCRAM_SHA_256_PLUS ||
           mechanism == SMTP_MECHANISM_SCRAM_SHA_1_PLUS;
}

static bool is_scram(enum smtp_mechanism mechanism)
{
    return mechanism >= SMTP_MECHANISM_SCRAM_SHA_1 &&
           mechanism <= SMTP_MECHANISM_SCRAM_SHA_256_PLUS;
}

static enum hash_kind kind_of(enum smtp_mechanism mechanism)
{
    return mechanism == SMTP_MECHANISM_SCRAM_SHA_1 || mechanism == SMTP_MECHANISM_SCRAM_SHA_1_PLUS
               ? HASH_SHA_1
               : HASH_SHA_256;
}

static bool is_offered(const struct actor *a, enum smtp_mechanism mechanism)
{
    bool tried = (a->sasl_tried >> mechanism & 1) != 0;
    bool plus = is_plus(mechanism) && (!a->secure || HAS(a, SCRAM_NO_PLUS));
    return (a->offer.mechanisms >> mechanism & 1) != 0 && !tried && !plus;
}

static struct buf over(char *octets, size_t size)
{
    return (struct buf){octets, 0, size, size};
}

static void respond(struct actor *a, struct bytes message)
{
    char text[MESSAGE_OCTETS * 2];
    struct buf to = over(text, sizeof text);
    (void)base64_encode(&to, message);
    (void)buf_append(&a->out, buf_bytes(&to));
    (void)buf_append_string(&a->out, "\r\n");
    actor_await(a, STAGE_AUTH, 0);
}

static void cancel(struct actor *a)
{
    a->sasl_step = 9;
    (void)buf_append_string(&a->out, "*\r\n");
    actor_await(a, STAGE_AUTH, 0);
}

static struct bytes password_of(const struct actor *a)
{
    return HAS(a, SASL_PROOF_WRONG) ? BYTES_LITERAL("some other password") : a->job->password;
}

/* ---- CRAM-MD5 ------------------------------------------------------------------------------- */

static void answer_cram(struct actor *a, struct bytes challenge)
{
    char message[1024];
    struct buf to = over(message, sizeof message);
    struct hash_digest digest;
    struct bytes key = password_of(a);
    if (HAS(a, CRAM_KEY_CUT) && key.size > 64)
        key.size = 64;
    hash_hmac(HASH_MD5, key, challenge, &digest);
    (void)buf_append(&to, a->job->user);
    (void)buf_append_octet(&to, ' ');
    for (size_t i = 0; i < digest.size; i++)
        (void)buf_printf(&to, HAS(a, CRAM_UPPER_CASE) ? "%02X" : "%02x", digest.octets[i]);
    respond(a, buf_bytes(&to));
}

/* ---- DIGEST-MD5 ----------------------------------------------------------------------------- */

/* How often `name=` is there; *ret: its value without quotes, the first time. */
static unsigned directive(struct bytes list, const char *name, struct bytes *ret)
{
    char key[32];
    unsigned count = 0;
    (void)snprintf(key, sizeof key, "%s=", name);
    *ret = BYTES_NONE;
    for (size_t i = 0; i < list.size; i++) {
        struct bytes rest = bytes_after(list, i);
        if (!bytes_starts_with(rest, bytes_of(key)) || (i > 0 && list.data[i - 1] != ','))
            continue;
        rest = bytes_after(rest, bytes_of(key).size);
        bool quoted = rest.size > 0 && rest.data[0] == '"';
        rest = bytes_after(rest, quoted);
        *ret = count++ == 0 ? bytes_slice(rest, 0, bytes_find(rest, quoted ? '"' : ',')) : *ret;
    }
    return count;
}

static void put_hex(struct buf *to, struct bytes text)
{
    struct hash_digest digest;
    hash_of(HASH_MD5, text, &digest);
    for (size_t i = 0; i < digest.size; i++)
        (void)buf_printf(to, "%02x", digest.octets[i]);
}

static void put_digest(struct actor *a, const char *verb, struct bytes realm, struct bytes nonce,
                       const char *count, struct buf *to)
{
    char octets[1024], one[80], two[80];
    const char *uri = HAS(a, DIGEST_URI) ? "http/server.example" : "smtp/server.example";
    struct buf text = over(octets, sizeof octets);
    struct buf a1 = over(one, sizeof one);
    struct buf a2 = over(two, sizeof two);
    struct hash_digest digest;
    (void)buf_printf(&text, "%.*s:%.*s:%.*s", BYTES_FORMAT(a->job->user), BYTES_FORMAT(realm),
                     BYTES_FORMAT(password_of(a)));
    hash_of(HASH_MD5, buf_bytes(&text), &digest);
    buf_clear(&text);
    (void)buf_append(&text, hash_digest_bytes(&digest));
    (void)buf_printf(&text, ":%.*s:cnonce12345678", BYTES_FORMAT(nonce));
    put_hex(&a1, buf_bytes(&text));
    buf_clear(&text);
    (void)buf_printf(&text, "%s:%s", verb, uri);
    put_hex(&a2, buf_bytes(&text));
    buf_clear(&text);
    (void)buf_printf(&text, "%.*s:%.*s:%s:cnonce12345678:auth:%.*s", BYTES_FORMAT(buf_bytes(&a1)),
                     BYTES_FORMAT(nonce), count, BYTES_FORMAT(buf_bytes(&a2)));
    put_hex(to, buf_bytes(&text));
}

static bool digest_may_be_answered(const struct actor *a, struct bytes challenge)
{
    struct bytes value, one;
    bool known = directive(challenge, "qop", &value) == 0;
    bool lists = bytes_find(value, ',') != BYTES_NOT_FOUND;
    while (bytes_next(&value, ',', &one))
        known = known || bytes_equal(one, BYTES_LITERAL("auth"));
    if (HAS(a, DIGEST_LISTS_FAIL) && lists)
        return false;
    return HAS(a, DIGEST_ANYTHING) || (known && directive(challenge, "nonce", &value) == 1);
}

static void answer_digest(struct actor *a, struct bytes challenge)
{
    char message[2048], proof[80];
    struct buf to = over(message, sizeof message);
    struct buf response = over(proof, sizeof proof);
    const char *count = HAS(a, DIGEST_COUNT) ? "1" : "00000001";
    struct bytes realm, nonce;
    if (!digest_may_be_answered(a, challenge)) {
        cancel(a);
        return;
    }
    (void)directive(challenge, "realm", &realm);
    (void)directive(challenge, "nonce", &nonce);
    put_digest(a, "AUTHENTICATE", realm, nonce, count, &response);
    (void)buf_printf(&to,
                     "charset=utf-8,username=\"%.*s\",realm=\"%.*s\",nonce=\"%.*s\",nc=%s,"
                     "cnonce=\"cnonce12345678\",digest-uri=\"%s\",response=%.*s,qop=auth",
                     BYTES_FORMAT(a->job->user), BYTES_FORMAT(realm), BYTES_FORMAT(nonce), count,
                     HAS(a, DIGEST_URI) ? "http/server.example" : "smtp/server.example",
                     BYTES_FORMAT(buf_bytes(&response)));
    struct buf expected = over(a->sasl_expected, sizeof a->sasl_expected);
    (void)buf_append_string(&expected, "rspauth=");
    put_digest(a, "", realm, nonce, count, &expected);
    a->sasl_expected_size = expected.size;
    respond(a, buf_bytes(&to));
}

/* ---- SCRAM ---------------------------------------------------------------------------------- */

static struct bytes gs2_of(const struct actor *a)
{
    uint32_t plus = UINT32_C(1) << SMTP_MECHANISM_SCRAM_SHA_256_PLUS |
                    UINT32_C(1) << SMTP_MECHANISM_SCRAM_SHA_1_PLUS;
    if (is_plus(a->sasl))
        return BYTES_LITERAL("p=tls-exporter,,");
    if (HAS(a, SCRAM_FLAG_P))
        return BYTES_LITERAL("p=tls-unique,,");
    return a->secure && (a->offer.mechanisms & plus) == 0 && !HAS(a, SCRAM_NEVER_Y)
               ? BYTES_LITERAL("y,,")
               : BYTES_LITERAL("n,,");
}

static void put_first_bare(struct actor *a, struct buf *to)
{
    (void)buf_append_string(to, "n=");
    for (size_t i = 0; i < a->job->user.size; i++) {
        char octet = a->job->user.data[i];
        if ((octet == ',' || octet == '=') && !HAS(a, SCRAM_UNESCAPED))
            (void)buf_append_string(to, octet == ',' ? "=2C" : "=3D");
        else
            (void)buf_append_octet(to, octet);
    }
    (void)buf_printf(to, ",r=nonce-of-an-actor-%u", HAS(a, SCRAM_SAME_NONCE) ? 0 : a->auth_tries);
}

struct first {
    struct bytes nonce, salt;
    unsigned long long iterations;
};

static bool read_first(const struct actor *a, struct bytes challenge, struct first *ret)
{
    char own[64];
    struct bytes field, iterations = BYTES_NONE;
    (void)snprintf(own, sizeof own, "nonce-of-an-actor-%u",
                   HAS(a, SCRAM_SAME_NONCE) ? 0 : a->auth_tries);
    bool extension = bytes_starts_with(challenge, BYTES_LITERAL("m="));
    *ret = (struct first){.iterations = 0};
    while (bytes_next(&challenge, ',', &field)) {
        char name = field.size > 1 && field.data[1] == '=' ? field.data[0] : '\0';
        struct bytes value = bytes_after(field, 2);
        if (name == 'r')
            ret->nonce = value;
        else if (name == 's')
            ret->salt = value;
        else if (name == 'i')
            iterations = value;
        else if (HAS(a, SCRAM_ATTRIBUTE_FAILS))
            return false;
    }
    bool nonce =
        bytes_starts_with(ret->nonce, bytes_of(own)) && ret->nonce.size > bytes_of(own).size;
    bool number =
        bytes_to_number(iterations, ITERATIONS_MAX, &ret->iterations) && ret->iterations > 0;
    if (!number && HAS(a, SCRAM_ANY_ITERATIONS))
        ret->iterations = 1;
    return (nonce || HAS(a, SCRAM_NONCE_UNCHECKED)) && ret->iterations > 0 &&
           (!extension || HAS(a, SCRAM_EXTENSION_IGNORED));
}

static void put_proof(struct actor *a, const struct first *first, struct bytes message,
                      struct buf *to)
{
    char salt[256], proof[HASH_OCTETS_MAX];
    struct buf decoded = over(salt, sizeof salt);
    struct buf expected = over(a->sasl_expected, sizeof a->sasl_expected);
    enum hash_kind kind = kind_of(a->sasl);
    struct hash_digest salted, key, stored, signature;
    (void)base64_decode(&decoded, first->salt, NULL);
    hash_stretch(kind, password_of(a), buf_bytes(&decoded), (unsigned)first->iterations, &salted);
    hash_hmac(kind, hash_digest_bytes(&salted), BYTES_LITERAL("Client Key"), &key);
    hash_of(kind, hash_digest_bytes(&key), &stored);
    hash_hmac(kind, hash_digest_bytes(&stored), message, &signature);
    for (size_t i = 0; i < key.size; i++)
        proof[i] = (char)(key.octets[i] ^ signature.octets[i]);
    (void)base64_encode(to, (struct bytes){proof, key.size});
    hash_hmac(kind, hash_digest_bytes(&salted), BYTES_LITERAL("Server Key"), &key);
    hash_hmac(kind, hash_digest_bytes(&key), message, &signature);
    (void)buf_append_string(&expected, "v=");
    (void)base64_encode(&expected, hash_digest_bytes(&signature));
    a->sasl_expected_size = expected.size;
}

static void answer_first(struct actor *a, struct bytes challenge)
{
    char octets[MESSAGE_OCTETS * 3], last[MESSAGE_OCTETS], binding[128];
    struct buf message = over(octets, sizeof octets);
    struct buf final = over(last, sizeof last);
    struct buf cbind = over(binding, sizeof binding);
    struct first first;
    if ((HAS(a, SASL_SHORT_ROOM) && challenge.size > 1024) || !read_first(a, challenge, &first)) {
        cancel(a);
        return;
    }
    (void)buf_append(&cbind, HAS(a, SCRAM_BINDING_LOST) ? BYTES_LITERAL("p,,") : gs2_of(a));
    if (is_plus(a->sasl))
        (void)buf_append_string(&cbind, "the exporter of this one session");
    (void)buf_append_string(&final, "c=");
    (void)base64_encode(&final, buf_bytes(&cbind));
    (void)buf_append_string(&final, ",r=");
    (void)buf_append(&final, first.nonce);
    put_first_bare(a, &message);
    (void)buf_append_octet(&message, ',');
    (void)buf_append(&message, challenge);
    (void)buf_append_octet(&message, ',');
    (void)buf_append(&message, buf_bytes(&final));
    (void)buf_append_string(&final, ",p=");
    put_proof(a, &first, buf_bytes(&message), &final);
    respond(a, buf_bytes(&final));
}

/* The server proves that it knows the password, too (RFC 5802 5; RFC 2831 2.1.3). */
static void answer_proof(struct actor *a, struct bytes challenge)
{
    struct bytes expected = {a->sasl_expected, a->sasl_expected_size};
    if (!bytes_equal(challenge, expected) && !HAS(a, SASL_SERVER_UNVERIFIED)) {
        cancel(a);
        return;
    }
    a->sasl_proven = true;
    respond(a, BYTES_NONE);
}

/* ---- messages of the client that comes first ------------------------------------------------ */

static void put_bearer(struct actor *a, struct buf *to)
{
    if (a->sasl == SMTP_MECHANISM_XOAUTH2)
        (void)buf_printf(to, "user=%.*s\1auth=Bearer %.*s\1\1", BYTES_FORMAT(a->job->user),
                         BYTES_FORMAT(password_of(a)));
    else
        (void)buf_printf(to, "%sauth=Bearer %.*s\1\1", HAS(a, OAUTH_NO_HEADER) ? "" : "n,,\1",
                         BYTES_FORMAT(password_of(a)));
}

static void put_initial(struct actor *a, struct buf *to)
{
    if (is_scram(a->sasl)) {
        (void)buf_append(to, gs2_of(a));
        put_first_bare(a, to);
    } else if (a->sasl == SMTP_MECHANISM_EXTERNAL) {
        (void)buf_append_string(to, HAS(a, EXTERNAL_OTHER) ? "somebody@else.example" : "");
    } else {
        put_bearer(a, to);
    }
}

static void start(struct actor *a, enum smtp_mechanism mechanism)
{
    char octets[MESSAGE_OCTETS], text[MESSAGE_OCTETS * 2];
    struct buf message = over(octets, sizeof octets);
    struct buf line = over(text, sizeof text - 1);
    a->sasl = mechanism;
    a->sasl_active = true;
    a->sasl_proven = false;
    a->sasl_step = 0;
    a->sasl_expected_size = 0;
    a->sasl_tried |= UINT32_C(1) << mechanism;
    (void)buf_printf(&line, "AUTH %s", smtp_mechanism_name(mechanism));
    if (smtp_mechanism_is_client_first(mechanism) && !HAS(a, NO_INITIAL_RESPONSE)) {
        put_initial(a, &message);
        (void)buf_append_octet(&line, ' ');
        if (message.size == 0)
            (void)buf_append_octet(&line, '=');
        (void)base64_encode(&line, buf_bytes(&message));
        a->sasl_step = 1;
    }
    text[line.size] = '\0';
    actor_put(a, text);
    actor_await(a, STAGE_AUTH, 0);
}

/* True: one of them was begun. better: only what is better than PLAIN. */
bool actor_sasl_start(struct actor *a, bool better)
{
    size_t count = better ? BETTER_THAN_PLAIN : PREFERRED;
    struct bytes only = a->job->mechanism;
    for (size_t i = 0; i < count; i++) {
        enum smtp_mechanism mechanism =
            preferred[HAS(a, SASL_WEAKEST) && better ? count - 1 - i : i];
        if (HAS(a, DIGEST_FIRST) && better && i == 0 && is_offered(a, SMTP_MECHANISM_DIGEST_MD5))
            mechanism = SMTP_MECHANISM_DIGEST_MD5;
        bool asked = only.size > 0 && smtp_mechanism_from(only) == mechanism;
        bool by_itself = only.size == 0 && mechanism != SMTP_MECHANISM_EXTERNAL &&
                         mechanism != SMTP_MECHANISM_OAUTHBEARER &&
                         mechanism != SMTP_MECHANISM_XOAUTH2;
        if (!is_offered(a, mechanism) || (!asked && !by_itself))
            continue;
        start(a, mechanism);
        return true;
    }
    return false;
}

/* 235 is worth something only when the server has proven itself. */
bool actor_sasl_may_end(const struct actor *a)
{
    bool proves = is_scram(a->sasl) || a->sasl == SMTP_MECHANISM_DIGEST_MD5;
    return !a->sasl_active || !proves || a->sasl_proven || HAS(a, SASL_SUCCESS_IS_ENOUGH);
}

static bool answers_error(struct actor *a)
{
    bool bearer = a->sasl == SMTP_MECHANISM_OAUTHBEARER;
    if (HAS(a, OAUTH_ERROR_IGNORED)) {
        char message[1024];
        struct buf to = over(message, sizeof message);
        put_bearer(a, &to);
        respond(a, buf_bytes(&to));
        return true;
    }
    respond(a, bearer ? BYTES_LITERAL("\1") : BYTES_NONE);
    return true;
}

void actor_sasl_challenge(struct actor *a)
{
    char octets[MESSAGE_OCTETS];
    struct buf decoded = over(octets, sizeof octets);
    struct bytes text = {a->reply.text, a->reply.size};
    unsigned step = a->sasl_step++;
    if (step > 3 || !base64_decode(&decoded, text, NULL)) {
        cancel(a);
        return;
    }
    struct bytes challenge = buf_bytes(&decoded);
    if (a->sasl == SMTP_MECHANISM_CRAM_MD5 && step == 0) {
        answer_cram(a, challenge);
    } else if (a->sasl == SMTP_MECHANISM_DIGEST_MD5) {
        if (step == 0)
            answer_digest(a, challenge);
        else
            answer_proof(a, challenge);
    } else if (step == 0) {
        char message[1024];
        struct buf to = over(message, sizeof message);
        put_initial(a, &to);
        respond(a, buf_bytes(&to));
    } else if (is_scram(a->sasl)) {
        if (step == 1)
            answer_first(a, challenge);
        else
            answer_proof(a, challenge);
    } else if (step != 1 || a->sasl == SMTP_MECHANISM_CRAM_MD5 || !answers_error(a)) {
        cancel(a);
    }
}
