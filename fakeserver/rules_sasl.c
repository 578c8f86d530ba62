/* rules_sasl.c - mechanisms with proofs and tokens (RFC 2195, 2831, 5802, 7628, 7677). */
#include "fakeserver/rule_checks.h"

#include <stdio.h>

/* The client is known to have what this capability names. */
static bool has_capability(const struct scenario *scenario, const char *word)
{
    for (size_t i = 0; i < scenario->need_count; i++)
        if (bytes_equal_nocase(scenario->needs[i], bytes_of(word)))
            return true;
    return false;
}

/* The model knows the user that the client was told to be; by another password where SASLprep
 * makes another one of it (RFC 5802 2.2). */
static bool is_known(const struct scenario *scenario)
{
    for (size_t i = 0; i < scenario->account_count; i++)
        if (bytes_equal(scenario->accounts[i].user, scenario->send.user))
            return true;
    return false;
}

/* word: the remark (sasl_demand.h). */
RULE_CHECK(response_has_remark)
{
    enum sasl_remark remark = of->record->remark;

    if (remark == SASL_REMARK_NONE ||
        !bytes_equal(bytes_of(rule->word), bytes_of(sasl_remark_word(remark))))
        return false;
    (void)snprintf(report->got, sizeof(report->got), "%s", sasl_remark_says(remark));
    return true;
}

/* The same of a proof, which others than the client under test may have given credentials for. */
RULE_CHECK(proof_does_not_verify)
{
    return of->claim && is_known(of->scenario) && response_has_remark(of, rule, report);
}

/* The flag n is for clients without channel binding (RFC 5802 6). */
RULE_CHECK(binding_is_not_told)
{
    return has_capability(of->scenario, "auth-scram-sha-256-plus") &&
           response_has_remark(of, rule, report);
}

RULE_CHECK(plus_is_not_used)
{
    enum smtp_mechanism mechanism = smtp_mechanism_from(of->command->mechanism);
    const struct smtp_extensions *offered = &of->session->offered;

    (void)rule;
    (void)report;
    if (!has_capability(of->scenario, "auth-scram-sha-256-plus") || !of->session->secure ||
        of->session->auth_refused > 0 || of->scenario->send.mechanism.size > 0)
        return false;
    return mechanism != SMTP_MECHANISM_SCRAM_SHA_1_PLUS &&
           mechanism != SMTP_MECHANISM_SCRAM_SHA_256_PLUS &&
           (smtp_extensions_has_mechanism(offered, SMTP_MECHANISM_SCRAM_SHA_1_PLUS) ||
            smtp_extensions_has_mechanism(offered, SMTP_MECHANISM_SCRAM_SHA_256_PLUS));
}

/* word: the weaker mechanism, chosen although SCRAM-SHA-256 is offered and known. */
RULE_CHECK(weaker_mechanism_is_chosen)
{
    enum smtp_mechanism mechanism = smtp_mechanism_from(of->command->mechanism);

    (void)report;
    return has_capability(of->scenario, "auth-scram-sha-256") &&
           of->scenario->send.mechanism.size == 0 && of->session->auth_refused == 0 &&
           mechanism == smtp_mechanism_from(bytes_of(rule->word)) &&
           smtp_extensions_has_mechanism(&of->session->offered, SMTP_MECHANISM_SCRAM_SHA_256);
}
