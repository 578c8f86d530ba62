/*
 * sasl_library.c - the mechanisms whose proofs GNU SASL computes, and SASLprep.
 *
 * What the library does not mind is minded here: how long a server may keep us computing, and a
 * nonce to which the server added nothing (RFC 5802 5.1).
 */
#include "base/base64.h"
#include "client/sasl_private.h"

#include <gsasl.h>

enum { BINDING_OCTETS_MAX = 256 };

bool sasl_library_init(struct sasl *sasl)
{
    Gsasl *library = NULL;

    if (gsasl_init(&library) != GSASL_OK)
        return false;
    sasl->library = library;
    return true;
}

void sasl_library_release(struct sasl *sasl)
{
    if (sasl->library)
        gsasl_done(sasl->library);
    sasl->library = NULL;
}

/* The library frees its copy of a property as it is; what it lends to be read is the copy itself.
 */
static void wipe_property(Gsasl_session *session, Gsasl_property property)
{
    char *held = (char *)gsasl_property_fast(session, property);

    if (held)
        wipe(held, strlen(held));
}

void sasl_library_finish(struct sasl *sasl)
{
    if (!sasl->session)
        return;
    wipe_property(sasl->session, GSASL_PASSWORD);
    wipe_property(sasl->session, GSASL_SCRAM_SALTED_PASSWORD);
    gsasl_finish(sasl->session);
    sasl->session = NULL;
}

static bool explain(const struct sasl *sasl, int status, struct err *err)
{
    if (status == GSASL_MALLOC_ERROR)
        return err_memory(err);
    if (status == GSASL_SASLPREP_ERROR)
        return err_set(err, ERR_SYNTAX, "SASLprep forbids this user name or password (RFC 4013)");
    return err_set(err, ERR_PROTOCOL, "%s of %s", gsasl_strerror_name(status),
                   smtp_mechanism_name(sasl->mechanism));
}

/* An empty property is as good as none. */
static bool set(const struct sasl *sasl, Gsasl_property property, struct bytes value)
{
    return value.size == 0 ||
           gsasl_property_set_raw(sasl->session, property, value.data, value.size) == GSASL_OK;
}

static bool set_binding(const struct sasl *sasl, Gsasl_property property, struct bytes octets)
{
    char room[BINDING_OCTETS_MAX];
    struct buf text = {.data = room, .capacity = sizeof room, .max = sizeof room};

    return octets.size == 0 ||
           (base64_encode(&text, octets) && set(sasl, property, buf_bytes(&text)));
}

static bool is_bound(enum smtp_mechanism mechanism)
{
    return mechanism == SMTP_MECHANISM_SCRAM_SHA_1_PLUS ||
           mechanism == SMTP_MECHANISM_SCRAM_SHA_256_PLUS;
}

/* tls-unique where there is one (TLS 1.2 and before; RFC 5802 6), else tls-exporter (RFC 9266 3).
 * DIGEST-MD5 without a layer of its own: TLS is the layer. */
static bool set_properties(const struct sasl *sasl)
{
    const struct sasl_credentials *is = sasl->credentials;
    const struct sasl_channel *channel = &sasl->channel;
    bool ok =
        set(sasl, GSASL_AUTHZID, is->authorization) && set(sasl, GSASL_AUTHID, is->user) &&
        set(sasl, GSASL_PASSWORD, is->password) &&
        set(sasl, GSASL_SERVICE, BYTES_LITERAL("smtp")) &&
        set(sasl, GSASL_HOSTNAME, is->host.size > 0 ? is->host : BYTES_LITERAL("localhost")) &&
        set(sasl, GSASL_QOP, BYTES_LITERAL("qop-auth"));

    if (!ok || !is_bound(sasl->mechanism))
        return ok;
    if (channel->tls_unique.size > 0)
        return set_binding(sasl, GSASL_CB_TLS_UNIQUE, channel->tls_unique);
    return set_binding(sasl, GSASL_CB_TLS_EXPORTER, channel->tls_exporter);
}

bool sasl_library_start(struct sasl *sasl, struct err *err)
{
    Gsasl_session *session = NULL;
    int status = gsasl_client_start(sasl->library, smtp_mechanism_name(sasl->mechanism), &session);

    if (status != GSASL_OK)
        return explain(sasl, status, err);
    sasl->session = session;
    return set_properties(sasl) || err_memory(err);
}

/* A proof of the server is what the last challenge of the mechanism brings. */
static bool is_proof(const struct sasl *sasl)
{
    return sasl->steps_taken >= (sasl->mechanism == SMTP_MECHANISM_DIGEST_MD5 ? 1 : 2);
}

bool sasl_library_step(struct sasl *sasl, struct bytes challenge, struct buf *response,
                       struct err *err)
{
    char *output = NULL;
    size_t octets = 0;
    bool fits;
    int status;

    if (sasl->complete)
        return err_set(err, ERR_PROTOCOL, "the server sent a challenge that %s does not have",
                       smtp_mechanism_name(sasl->mechanism));
    if (challenge.size == 0 && !smtp_mechanism_is_client_first(sasl->mechanism))
        return err_set(err, ERR_PROTOCOL, "the challenge of %s is empty",
                       smtp_mechanism_name(sasl->mechanism));
    status = gsasl_step(sasl->session, challenge.data ? challenge.data : "", challenge.size,
                        &output, &octets);
    if (status != GSASL_OK && status != GSASL_NEEDS_MORE) {
        sasl->disproved = is_proof(sasl);
        return explain(sasl, status, err);
    }
    fits = octets == 0 || buf_append(response, (struct bytes){output, octets});
    if (output)
        wipe(output, octets);
    gsasl_free(output);
    sasl->complete = status == GSASL_OK;
    return fits || err_set(err, ERR_LIMIT, "the response would be longer than a line may be");
}

/* ------------------------------------------------------------------------------------- SCRAM ---
 */

/* The value of attribute "x=" in a list with commas; data NULL: it is not there. */
static struct bytes attribute(struct bytes message, const char *name)
{
    struct bytes one;

    while (bytes_next(&message, ',', &one))
        if (bytes_starts_with(one, bytes_of(name)))
            return bytes_after(one, 2);
    return BYTES_NONE;
}

/* server-first-message = [reserved-mext ","] nonce "," salt "," iteration-count ["," extensions]:
 * the nonce is ours with something of the server's behind it. */
static bool check_server_first(const struct sasl *sasl, struct bytes message, struct err *err)
{
    struct bytes count = attribute(message, "i=");
    unsigned long long iterations;

    if (attribute(message, "r=").size <= sasl->nonce_octets)
        return err_set(err, ERR_PROTOCOL, "the server added nothing to the nonce (RFC 5802 5.1)");
    if (!bytes_to_number(count, SASL_ITERATIONS_MAX, &iterations) || iterations == 0)
        return err_set(err, ERR_PROTOCOL,
                       "the server wants an iteration count that is none, or is "
                       "more than %d",
                       SASL_ITERATIONS_MAX);
    return true;
}

bool sasl_scram_step(struct sasl *sasl, struct bytes challenge, struct buf *response,
                     struct err *err)
{
    if (sasl->steps_taken == 1 && !check_server_first(sasl, challenge, err))
        return false;
    if (!sasl_library_step(sasl, challenge, response, err))
        return false;
    if (sasl->steps_taken == 0)
        sasl->nonce_octets = attribute(buf_bytes(response), "r=").size;
    return true;
}

/* ---------------------------------------------------------------------------------- SASLprep ---
 */

static bool is_ascii(struct bytes text)
{
    size_t i;

    for (i = 0; i < text.size; i++)
        if ((unsigned char)text.data[i] > 126 || (unsigned char)text.data[i] < 32)
            return false;
    return true;
}

static bool prepare(const char *name, struct buf *to, struct err *err)
{
    char *prepared = NULL;
    int status = gsasl_saslprep(name, GSASL_ALLOW_UNASSIGNED, &prepared, NULL);
    bool fits;

    if (status == GSASL_MALLOC_ERROR)
        return err_memory(err);
    if (status != GSASL_OK)
        return err_set(err, ERR_SYNTAX, "SASLprep forbids this user name (RFC 4013)");
    fits = buf_append_string(to, prepared);
    gsasl_free(prepared);
    return fits || err_set(err, ERR_LIMIT, "the user name is too long");
}

bool sasl_prepare(struct bytes name, struct buf *to, struct err *err)
{
    struct buf text;
    bool ok;

    if (is_ascii(name))
        return buf_append(to, name) || err_set(err, ERR_LIMIT, "the user name is too long");
    buf_init(&text, name.size + 1);
    ok = (buf_append(&text, name) && buf_append_octet(&text, '\0')) || err_memory(err);
    ok = ok && prepare(text.data, to, err);
    buf_release_secret(&text);
    return ok;
}
