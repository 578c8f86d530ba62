/* judge_claim.c - what the scenario expects the client to say (scenario.5). */
#include "base/smtp_grammar.h"
#include "fakeserver/judge_private.h"
#include "fakeserver/session_view.h"

#include <stdio.h>

enum { PHRASE_OCTETS = 320 };

/* True when octets stand in the text, for a code not as a part of a longer number. */
static bool holds(struct bytes text, struct bytes what, bool is_number)
{
    for (size_t from = 0; from + what.size <= text.size;) {
        size_t at = bytes_find_bytes(bytes_after(text, from), what);
        size_t end;

        if (at == BYTES_NOT_FOUND)
            return false;
        at += from;
        end = at + what.size;
        if (!is_number || !((at > 0 && text.data[at - 1] >= '0' && text.data[at - 1] <= '9') ||
                            (end < text.size && text.data[end] >= '0' && text.data[end] <= '9')))
            return true;
        from = at + 1;
    }
    return false;
}

bool judge_report(struct judging *judging, const struct expectation *expectation)
{
    char code[16];

    if (!judging->claim || judging->claim->hung || judging->claim->signal)
        return true;
    (void)snprintf(code, sizeof(code), "%u", expectation->code);
    if (expectation->code && judging->claim->code == expectation->code)
        return true;
    if (expectation->code ? holds(judging->claim->report, bytes_of(code), true)
                          : holds(judging->claim->report, expectation->text, false))
        return true;
    return judge_fail(judging, expectation, SESSION_NOWHERE,
                      judging->claim->report.size ? "a report without it" : "no report");
}

#define OUTCOME_BIT(name) (1u << SMTP_OUTCOME_##name)

static bool accepts(unsigned set, enum smtp_outcome said, bool per_recipient)
{
    static const unsigned refused = OUTCOME_BIT(REFUSED_AUTH) | OUTCOME_BIT(REFUSED_TLS);
    static const unsigned failed = OUTCOME_BIT(PERMANENT) | OUTCOME_BIT(TEMPORARY);

    if (set >> said & 1)
        return true;
    /* What a client cannot say more exactly. */
    if (refused >> said & 1 && set & failed)
        return true;
    if (failed >> said & 1 && set & refused && !(set & failed))
        return true;
    if (said == SMTP_OUTCOME_TEMPORARY && set & OUTCOME_BIT(UNKNOWN))
        return true;
    return set & OUTCOME_BIT(PARTIAL) && !per_recipient;
}

/* Sent or not is all that some clients can say. */
static bool accepts_binary(unsigned set, enum smtp_outcome said)
{
    if (said == SMTP_OUTCOME_SENT)
        return (set & (OUTCOME_BIT(SENT) | OUTCOME_BIT(PARTIAL))) != 0;
    return (set & ~OUTCOME_BIT(SENT)) != 0;
}

static bool is_accepted(const struct judging *judging, const struct expectation *expectation,
                        enum smtp_outcome said)
{
    bool binary = judging->claim->precision == SMTP_PRECISION_BINARY;

    if (!expectation->negated)
        return binary ? accepts_binary(expectation->outcomes, said)
                      : accepts(expectation->outcomes, said, judging->claim->per_recipient);
    if (binary && said != SMTP_OUTCOME_SENT)
        return true;
    return !(expectation->outcomes >> said & 1);
}

/* Only what the client says at all is compared. */
static bool expect_details(struct judging *judging, const struct expectation *expectation,
                           unsigned code)
{
    enum smtp_stage stage;
    char got[PHRASE_OCTETS];

    if (judging->claim->precision != SMTP_PRECISION_CLASS || expectation->negated)
        return true;
    if (expectation->code && code && code != expectation->code) {
        (void)snprintf(got, sizeof(got), "code %u", code);
        return judge_fail(judging, expectation, SESSION_NOWHERE, got);
    }
    if (!expectation->has_stage || !smtp_stage_from_word(judging->claim->stage, &stage) ||
        stage == expectation->stage)
        return true;
    (void)snprintf(got, sizeof(got), "it at %s", smtp_stage_word(stage));
    return judge_fail(judging, expectation, SESSION_NOWHERE, got);
}

static bool expect_said(struct judging *judging, const struct expectation *expectation,
                        enum smtp_outcome said, unsigned code)
{
    char got[PHRASE_OCTETS];

    if (is_accepted(judging, expectation, said))
        return expect_details(judging, expectation, code);
    if (judging->claim->precision == SMTP_PRECISION_BINARY)
        (void)snprintf(got, sizeof(got), "%s",
                       said == SMTP_OUTCOME_SENT ? "sent" : "not sent (all that it can say)");
    else
        (void)snprintf(got, sizeof(got), code ? "%s, code %u" : "%s", smtp_outcome_word(said),
                       code);
    return judge_fail(judging, expectation, SESSION_NOWHERE, got);
}

static bool expect_of_recipient(struct judging *judging, const struct expectation *expectation)
{
    const struct smtp_claim *claim = judging->claim;

    for (size_t i = 0; claim->per_recipient && i < claim->recipient_count; i++)
        if (smtp_mailbox_equal(claim->recipients[i].address, expectation->address))
            return expect_said(judging, expectation, claim->recipients[i].outcome,
                               claim->recipients[i].code);
    /* One word for all says what became of this one only where it is the only one. */
    if (judging->scenario->send.to_count > 1)
        return true;
    return expect_said(judging, expectation, claim->whole, claim->code);
}

bool judge_outcome(struct judging *judging, const struct expectation *expectation)
{
    const struct smtp_claim *claim = judging->claim;

    if (!claim || claim->precision == SMTP_PRECISION_NONE)
        return true;
    if (!claim->known) {
        judging->claim_is_odd |= !claim->hung && claim->signal == 0;
        return true;
    }
    if (expectation->address.size)
        return expect_of_recipient(judging, expectation);
    return expect_said(judging, expectation, claim->whole, claim->code);
}
