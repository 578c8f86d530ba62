/* fake_server_sasl.c - the SASL exchange of a session: what it needs to know, what it says. */
#include "fakeserver/fake_server_private.h"

#include "base/base64.h"

/* Before each AUTH: the session may have got TLS, or another list, since the last one. */
void server_prepare_sasl(struct fake_server *server)
{
    const struct scenario *scenario = server->scenario;
    struct sasl_exchange *sasl = server->sasl;
    const struct smtp_extensions *offered = &server->state.offered;

    if (!server->state.auth.sasl) {
        sasl_exchange_init(sasl, scenario->accounts, scenario->account_count);
        sasl->demand = &scenario->sasl;
        sasl->seed = scenario->seed ^ (uint64_t)server->connection << 32;
        server->state.auth.sasl = sasl;
    }
    sasl->tls = server->state.secure && server->tls_known ? &server->tls->facts : NULL;
    sasl->plus_offered = smtp_extensions_has_mechanism(offered, SMTP_MECHANISM_SCRAM_SHA_1_PLUS) ||
                         smtp_extensions_has_mechanism(offered, SMTP_MECHANISM_SCRAM_SHA_256_PLUS);
}

/* "334 " and the challenge in base64. */
struct bytes server_challenge(struct fake_server *server)
{
    struct buf to = {server->challenge, 0, CHALLENGE_OCTETS, CHALLENGE_OCTETS};

    (void)buf_append_string(&to, "334 ");
    (void)base64_encode(&to, auth_check_challenge(&server->state.auth));
    (void)buf_append_string(&to, "\r\n");
    return buf_bytes(&to);
}
