/* sasl_library.c - the mechanisms that are wholly GNU SASL's, CRAM-MD5 and DIGEST-MD5; SASLprep. */
#include "client/sasl_private.h"

#include <gsasl.h>

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
    gsasl_finish(sasl->session);
    sasl->session = NULL;
}

static bool explain(const struct sasl *sasl, int status, struct err *err)
{
    if (status == GSASL_MALLOC_ERROR)
        return err_memory(err);
    if (status == GSASL_SASLPREP_ERROR)
        return err_set(err, ERR_SYNTAX, "SASLprep forbids this user name or password (RFC 4013)");
    return err_set(err, ERR_PROTOCOL, "%s: %s", smtp_mechanism_name(sasl->mechanism),
                   gsasl_strerror(status));
}

/* An empty property is as good as none. */
static bool set(const struct sasl *sasl, Gsasl_property property, struct bytes value)
{
    return value.size == 0 ||
           gsasl_property_set_raw(sasl->session, property, value.data, value.size) == GSASL_OK;
}

/* DIGEST-MD5 without a layer of its own: TLS is the layer. */
static bool set_properties(const struct sasl *sasl)
{
    const struct sasl_credentials *is = sasl->credentials;

    return set(sasl, GSASL_AUTHZID, is->authorization) && set(sasl, GSASL_AUTHID, is->user) &&
           set(sasl, GSASL_PASSWORD, is->password) &&
           set(sasl, GSASL_SERVICE, BYTES_LITERAL("smtp")) &&
           set(sasl, GSASL_HOSTNAME, is->host.size > 0 ? is->host : BYTES_LITERAL("localhost")) &&
           set(sasl, GSASL_QOP, BYTES_LITERAL("qop-auth"));
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
    if (challenge.size == 0)
        return err_set(err, ERR_PROTOCOL, "the challenge of %s is empty",
                       smtp_mechanism_name(sasl->mechanism));
    status = gsasl_step(sasl->session, challenge.data, challenge.size, &output, &octets);
    if (status != GSASL_OK && status != GSASL_NEEDS_MORE) {
        sasl->disproved = sasl->steps_taken > 0; /* rspauth is what comes second */
        return explain(sasl, status, err);
    }
    fits = octets == 0 || buf_append(response, (struct bytes){output, octets});
    if (output)
        wipe(output, octets);
    gsasl_free(output);
    sasl->complete = status == GSASL_OK;
    return fits || err_set(err, ERR_LIMIT, "the response would be longer than a line may be");
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
