#include "client/smtpsend_tls.h"

#include "base/text.h"

static bool parse_mode(const char *value, struct smtpsend_tls *tls, struct err *err)
{
    static const char *const words[] = {[SMTP_CLIENT_TLS_NONE] = "none",
                                        [SMTP_CLIENT_TLS_OPPORTUNISTIC] = "opportunistic",
                                        [SMTP_CLIENT_TLS_REQUIRED] = "required",
                                        [SMTP_CLIENT_TLS_IMPLICIT] = "implicit"};
    size_t i;

    if (bytes_equal(bytes_of(value), BYTES_LITERAL("starttls")))
        value = words[SMTP_CLIENT_TLS_REQUIRED];
    for (i = 0; i < sizeof words / sizeof words[0]; i++)
        if (bytes_equal(bytes_of(value), bytes_of(words[i]))) {
            tls->mode = (enum smtp_client_tls)i;
            return tls->has_mode = true;
        }
    return err_set(err, ERR_SYNTAX,
                   "expected --tls none, opportunistic, required or implicit; got \"%s\"",
                   text_show(bytes_of(value)).text);
}

bool smtpsend_tls_take(enum smtpsend_tls_option option, const char *value, struct smtpsend_tls *tls,
                       struct err *err)
{
    switch (option) {
    case SMTPSEND_TLS_MODE:
        return parse_mode(value, tls, err);
    case SMTPSEND_TLS_CACERT:
        tls->ca_file = value;
        break;
    case SMTPSEND_TLS_CRL:
        tls->crl_file = value;
        break;
    case SMTPSEND_TLS_NAME:
        tls->name = value;
        break;
    case SMTPSEND_TLS_CLIENT_CERT:
        tls->client_cert = value;
        break;
    case SMTPSEND_TLS_CLIENT_KEY:
        tls->client_key = value;
        break;
    case SMTPSEND_TLS_INSECURE:
        tls->insecure = true;
        break;
    case SMTPSEND_TLS_COUNT:
        break;
    }
    return true;
}

bool smtpsend_tls_settle(struct smtpsend_tls *tls, unsigned port, bool has_user, struct err *err)
{
    if (!tls->client_cert != !tls->client_key)
        return err_set(err, ERR_SYNTAX, "--client-cert and --client-key need each other");
    if (tls->has_mode)
        return true;
    if (port == SMTPSEND_PORT_IMPLICIT_TLS)
        tls->mode = SMTP_CLIENT_TLS_IMPLICIT;
    else
        tls->mode = has_user ? SMTP_CLIENT_TLS_REQUIRED : SMTP_CLIENT_TLS_OPPORTUNISTIC;
    return true;
}

/* Where the clear would do as well, a server that cannot show who it is is no worse (RFC 7435 3);
 * but nobody unknown gets a password. */
bool smtpsend_tls_verifies(const struct smtpsend_tls *tls, bool has_user)
{
    return !tls->insecure && (has_user || tls->mode != SMTP_CLIENT_TLS_OPPORTUNISTIC);
}
