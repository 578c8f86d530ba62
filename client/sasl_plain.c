/* sasl_plain.c - the mechanisms that send what they have as it is: PLAIN, LOGIN, EXTERNAL. */
#include "client/sasl_private.h"

static bool extra(const struct sasl *sasl, struct err *err)
{
    return err_set(err, ERR_PROTOCOL, "the server sent a challenge that %s does not have",
                   smtp_mechanism_name(sasl->mechanism));
}

static bool too_long(const struct sasl *sasl, struct err *err)
{
    return err_set(err, ERR_LIMIT, "user name and password are too long for %s",
                   smtp_mechanism_name(sasl->mechanism));
}

/*
 * message = [authzid] UTF8NUL authcid UTF8NUL passwd
 * authcid = 1*SAFE, passwd = 1*SAFE: no NUL in any of them, and neither is empty (RFC 4616 2).
 * Names are prepared (RFC 4954 4), the password is the server's to prepare (RFC 4616 2).
 */
bool sasl_plain_step(struct sasl *sasl, struct bytes challenge, struct buf *response,
                     struct err *err)
{
    const struct sasl_credentials *is = sasl->credentials;

    if (sasl->complete || challenge.size > 0)
        return extra(sasl, err);
    if (!sasl_prepare(is->authorization, response, err))
        return false;
    if (!buf_append_octet(response, '\0'))
        return too_long(sasl, err);
    if (!sasl_prepare(is->user, response, err))
        return false;
    if (!buf_append_octet(response, '\0') || !buf_append(response, is->password))
        return too_long(sasl, err);
    sasl->complete = true;
    return true;
}

/* First the user name, then the password; what the challenges say is ignored (section 2.1). */
bool sasl_login_step(struct sasl *sasl, struct bytes challenge, struct buf *response,
                     struct err *err)
{
    const struct sasl_credentials *is = sasl->credentials;

    (void)challenge;
    if (sasl->complete)
        return extra(sasl, err);
    if (!buf_append(response, sasl->steps_taken == 0 ? is->user : is->password))
        return too_long(sasl, err);
    sasl->complete = sasl->steps_taken == 1;
    return true;
}

/* The identity to act as; empty: the one that the certificate names (RFC 4422 A). */
bool sasl_external_step(struct sasl *sasl, struct bytes challenge, struct buf *response,
                        struct err *err)
{
    const struct sasl_credentials *is = sasl->credentials;

    if (sasl->complete || challenge.size > 0)
        return extra(sasl, err);
    if (!sasl_prepare(is->authorization.size > 0 ? is->authorization : is->user, response, err))
        return false;
    sasl->complete = true;
    return true;
}
