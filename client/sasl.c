#include "client/sasl_private.h"

enum { MESSAGE_OCTETS = 3 * SASL_RESPONSE_OCTETS_MAX };
enum needs { NEEDS_PASSWORD, NEEDS_TOKEN, NEEDS_CERTIFICATE };

struct mechanism {
    enum smtp_mechanism id;
    enum needs needs;
    bool binds;   /* to the channel */
    bool library; /* GNU SASL's */
    sasl_mechanism_step *step;
};

/* The best first: those that prove the server, too, and among them those that are bound to TLS; of
 * the others those that give no secret away. DIGEST-MD5 is historic (RFC 6331 2), CRAM-MD5 proves
 * nothing of the server. */
static const struct mechanism mechanisms[] = {
    {SMTP_MECHANISM_SCRAM_SHA_256_PLUS, NEEDS_PASSWORD,    true,  false, sasl_scram_step      },
    {SMTP_MECHANISM_SCRAM_SHA_1_PLUS,   NEEDS_PASSWORD,    true,  false, sasl_scram_step      },
    {SMTP_MECHANISM_SCRAM_SHA_256,      NEEDS_PASSWORD,    false, false, sasl_scram_step      },
    {SMTP_MECHANISM_SCRAM_SHA_1,        NEEDS_PASSWORD,    false, false, sasl_scram_step      },
    {SMTP_MECHANISM_DIGEST_MD5,         NEEDS_PASSWORD,    false, true,  sasl_library_step    },
    {SMTP_MECHANISM_CRAM_MD5,           NEEDS_PASSWORD,    false, true,  sasl_library_step    },
    {SMTP_MECHANISM_PLAIN,              NEEDS_PASSWORD,    false, false, sasl_plain_step      },
    {SMTP_MECHANISM_LOGIN,              NEEDS_PASSWORD,    false, false, sasl_login_step      },
    {SMTP_MECHANISM_OAUTHBEARER,        NEEDS_TOKEN,       false, false, sasl_oauthbearer_step},
    {SMTP_MECHANISM_XOAUTH2,            NEEDS_TOKEN,       false, false, sasl_xoauth2_step    },
    {SMTP_MECHANISM_EXTERNAL,           NEEDS_CERTIFICATE, false, false, sasl_external_step   },
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

bool sasl_init(struct sasl *sasl, const struct sasl_credentials *credentials)
{
    *sasl = (struct sasl){.credentials = credentials, .mechanism = SMTP_MECHANISM_OTHER};
    return buf_init_whole(&sasl->message, MESSAGE_OCTETS) &&
           buf_init_whole(&sasl->scratch, SASL_RESPONSE_OCTETS_MAX) && sasl_library_init(sasl);
}

void sasl_release(struct sasl *sasl)
{
    sasl_library_finish(sasl);
    sasl_library_release(sasl);
    buf_release_secret(&sasl->message);
    buf_release_secret(&sasl->scratch);
}

/* ------------------------------------------------------------------------------------ choice ---
 */

static bool has_what_it_needs(const struct sasl *sasl, const struct mechanism *mechanism)
{
    const struct sasl_credentials *is = sasl->credentials;

    if (mechanism->binds && sasl->channel.binding.size == 0)
        return false;
    switch (mechanism->needs) {
    case NEEDS_PASSWORD:
        return is->token.size == 0 && !is->certificate;
    case NEEDS_TOKEN:
        return is->token.size > 0;
    case NEEDS_CERTIFICATE:
        return is->certificate;
    }
    return false;
}

enum smtp_mechanism sasl_choose(const struct sasl *sasl, uint32_t offered, bool secrets_allowed)
{
    size_t i;

    for (i = 0; i < MECHANISM_COUNT; i++) {
        enum smtp_mechanism id = mechanisms[i].id;

        if (offered & (UINT32_C(1) << id) && has_what_it_needs(sasl, &mechanisms[i]) &&
            (secrets_allowed || !smtp_mechanism_sends_secret(id)))
            return id;
    }
    return SMTP_MECHANISM_OTHER;
}

/* ---------------------------------------------------------------------------------- exchange ---
 */

static bool has_nul(struct bytes text)
{
    return bytes_find(text, '\0') != BYTES_NOT_FOUND;
}

static bool check_credentials(const struct sasl *sasl, const struct mechanism *mechanism,
                              struct err *err)
{
    const struct sasl_credentials *is = sasl->credentials;

    if (mechanism->needs == NEEDS_PASSWORD && (is->user.size == 0 || is->password.size == 0))
        return err_set(err, ERR_SYNTAX, "the user name or the password is empty");
    if (has_nul(is->user) || has_nul(is->password) || has_nul(is->authorization) ||
        has_nul(is->token))
        return err_set(err, ERR_SYNTAX, "a NUL in the user name or in the password");
    return true;
}

bool sasl_start(struct sasl *sasl, enum smtp_mechanism mechanism, struct err *err)
{
    const struct mechanism *row = find(mechanism);

    sasl_library_finish(sasl);
    sasl->mechanism = mechanism;
    sasl->steps_taken = 0;
    sasl->complete = sasl->refused = sasl->disproved = false;
    sasl->nonce_octets = 0;
    if (!row)
        return err_set(err, ERR_PROTOCOL, "%s is not known here", smtp_mechanism_name(mechanism));
    return check_credentials(sasl, row, err) && (!row->library || sasl_library_start(sasl, err));
}

bool sasl_step(struct sasl *sasl, struct bytes challenge, struct buf *response, struct err *err)
{
    const struct mechanism *mechanism = find(sasl->mechanism);

    buf_clear(response);
    if (!mechanism->step(sasl, challenge, response, err))
        return false;
    sasl->steps_taken++;
    return true;
}

bool sasl_is_complete(const struct sasl *sasl)
{
    return sasl->complete;
}

bool sasl_append_name(struct buf *to, struct bytes name)
{
    bool ok = true;
    size_t i;

    for (i = 0; ok && i < name.size; i++) {
        if (name.data[i] == ',')
            ok = buf_append_string(to, "=2C");
        else if (name.data[i] == '=')
            ok = buf_append_string(to, "=3D");
        else
            ok = buf_append_octet(to, name.data[i]);
    }
    return ok;
}
