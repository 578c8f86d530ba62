#include "client/sasl.h"

struct mechanism {
    enum smtp_mechanism id;
    unsigned steps; /* that the client takes */
    bool (*step)(struct sasl *sasl, struct bytes challenge, struct buf *response, struct err *err);
};

/*
 * message = [authzid] UTF8NUL authcid UTF8NUL passwd
 * authcid = 1*SAFE, passwd = 1*SAFE: no NUL in any of them, and neither is empty (RFC 4616 2).
 */
static bool plain_step(struct sasl *sasl, struct bytes challenge, struct buf *response,
                       struct err *err)
{
    const struct sasl_credentials *is = sasl->credentials;

    if (challenge.size > 0)
        return err_set(err, ERR_PROTOCOL, "PLAIN has no challenge, but the server sent one");
    if (!buf_append(response, is->authorization) || !buf_append_octet(response, '\0') ||
        !buf_append(response, is->user) || !buf_append_octet(response, '\0') ||
        !buf_append(response, is->password))
        return err_set(err, ERR_LIMIT, "user name and password are too long for PLAIN");
    return true;
}

/* First the user name, then the password; what the challenges say is ignored (section 2.1). */
static bool login_step(struct sasl *sasl, struct bytes challenge, struct buf *response,
                       struct err *err)
{
    const struct sasl_credentials *is = sasl->credentials;

    (void)challenge;
    if (!buf_append(response, sasl->steps_taken == 0 ? is->user : is->password))
        return err_set(err, ERR_LIMIT, "user name or password are too long for LOGIN");
    return true;
}

/* The best first. */
static const struct mechanism mechanisms[] = {
    {SMTP_MECHANISM_PLAIN, 1, plain_step},
    {SMTP_MECHANISM_LOGIN, 2, login_step},
};

enum { MECHANISM_COUNT = sizeof mechanisms / sizeof mechanisms[0] };

static const struct mechanism *find(enum smtp_mechanism id)
{
    size_t i;

    for (i = 0; i < MECHANISM_COUNT; i++)
        if (mechanisms[i].id == id)
            return &mechanisms[i];
    return NULL;
}

bool sasl_is_known(enum smtp_mechanism mechanism)
{
    return find(mechanism) != NULL;
}

enum smtp_mechanism sasl_choose(uint32_t offered, bool secrets_allowed)
{
    size_t i;

    for (i = 0; i < MECHANISM_COUNT; i++) {
        enum smtp_mechanism id = mechanisms[i].id;

        if (offered & (UINT32_C(1) << id) && (secrets_allowed || !smtp_mechanism_sends_secret(id)))
            return id;
    }
    return SMTP_MECHANISM_OTHER;
}

void sasl_start(struct sasl *sasl, enum smtp_mechanism mechanism,
                const struct sasl_credentials *credentials)
{
    *sasl = (struct sasl){.mechanism = mechanism, .credentials = credentials};
}

bool sasl_step(struct sasl *sasl, struct bytes challenge, struct buf *response, struct err *err)
{
    const struct mechanism *mechanism = find(sasl->mechanism);
    const struct sasl_credentials *is = sasl->credentials;

    buf_clear(response);
    if (!mechanism || sasl->steps_taken == mechanism->steps)
        return err_set(err, ERR_PROTOCOL, "the server sent a challenge that %s does not have",
                       smtp_mechanism_name(sasl->mechanism));
    if (is->user.size == 0 || is->password.size == 0)
        return err_set(err, ERR_SYNTAX, "the user name or the password is empty");
    if (bytes_find(is->user, '\0') != BYTES_NOT_FOUND ||
        bytes_find(is->password, '\0') != BYTES_NOT_FOUND ||
        bytes_find(is->authorization, '\0') != BYTES_NOT_FOUND)
        return err_set(err, ERR_SYNTAX, "a NUL in the user name or in the password");
    if (!mechanism->step(sasl, challenge, response, err))
        return false;
    sasl->steps_taken++;
    return true;
}

bool sasl_is_complete(const struct sasl *sasl)
{
    const struct mechanism *mechanism = find(sasl->mechanism);

    return mechanism && sasl->steps_taken == mechanism->steps;
}
