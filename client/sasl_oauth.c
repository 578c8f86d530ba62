/*
 * sasl_oauth.c - OAUTHBEARER (RFC 7628) and its forerunner XOAUTH2: a token in place of a password.
 *
 * A token that is refused comes back as a challenge, whose text says why in JSON. It wants an
 * answer before the server fails the exchange; what the answer is differs.
 */
#include "client/sasl_private.h"

#define KVSEP "\x01"

static bool extra(const struct sasl *sasl, struct err *err)
{
    return err_set(err, ERR_PROTOCOL, "the server sent a challenge that %s does not have",
                   smtp_mechanism_name(sasl->mechanism));
}

static bool too_long(const struct sasl *sasl, struct err *err)
{
    return err_set(err, ERR_LIMIT, "user name and token are too long for %s",
                   smtp_mechanism_name(sasl->mechanism));
}

/* Which of its two steps: false, with err, behind the second. */
static bool is_in_order(struct sasl *sasl, struct bytes challenge, struct err *err)
{
    if (sasl->steps_taken > 1 || (sasl->steps_taken == 0 && challenge.size > 0))
        return extra(sasl, err);
    sasl->refused = sasl->steps_taken == 1;
    sasl->complete = !sasl->refused;
    return true;
}

/*
 * client-resp = gs2-header kvsep *kvpair kvsep, gs2-header = "n," ["a=" saslname] ","
 * kvpair      = key "=" value kvsep: host, port, and auth=Bearer token (RFC 7628 3.1).
 */
static bool append_bearer(const struct sasl_credentials *is, struct buf *to)
{
    struct bytes identity = is->authorization.size > 0 ? is->authorization : is->user;
    bool ok = buf_append_string(to, "n,");

    if (ok && identity.size > 0)
        ok = buf_append_string(to, "a=") && sasl_append_name(to, identity);
    ok = ok && buf_append_string(to, "," KVSEP);
    if (ok && is->host.size > 0)
        ok = buf_append_string(to, "host=") && buf_append(to, is->host) &&
             buf_append_string(to, KVSEP);
    if (ok && is->port > 0)
        ok = buf_printf(to, "port=%u" KVSEP, is->port);
    return ok && buf_append_string(to, "auth=Bearer ") && buf_append(to, is->token) &&
           buf_append_string(to, KVSEP KVSEP);
}

/* The answer to a refusal is one kvsep, "AQ==" on the wire (RFC 7628 3.2.3). */
bool sasl_oauthbearer_step(struct sasl *sasl, struct bytes challenge, struct buf *response,
                           struct err *err)
{
    if (!is_in_order(sasl, challenge, err))
        return false;
    if (sasl->refused ? buf_append_string(response, KVSEP)
                      : append_bearer(sasl->credentials, response))
        return true;
    return too_long(sasl, err);
}

/* user=NAME kvsep auth=Bearer TOKEN kvsep kvsep; the answer to a refusal is empty. */
bool sasl_xoauth2_step(struct sasl *sasl, struct bytes challenge, struct buf *response,
                       struct err *err)
{
    const struct sasl_credentials *is = sasl->credentials;

    if (!is_in_order(sasl, challenge, err))
        return false;
    if (sasl->refused)
        return true;
    if (buf_append_string(response, "user=") && buf_append(response, is->user) &&
        buf_append_string(response, KVSEP "auth=Bearer ") && buf_append(response, is->token) &&
        buf_append_string(response, KVSEP KVSEP))
        return true;
    return too_long(sasl, err);
}
