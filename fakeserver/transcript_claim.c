#include "fakeserver/transcript_claim.h"

#include "fakeserver/transcript_words.h"

/* ---- claims --------------------------------------------------------------------------------- */

static bool take_outcome(struct words *words, enum smtp_outcome *ret)
{
    struct bytes word = words_peek(words);

    return smtp_outcome_from_word(word, ret) ? words_skip(words, word.size)
                                             : words_fail(words, "an outcome");
}

static bool take_signed(struct words *words, int *ret)
{
    unsigned long long number = 0;
    bool minus = !words_at_end(words) && words->line.data[words->at] == '-';

    words->at += minus;
    if (!words_take_number(words, INT32_MAX, "a number", &number))
        return false;
    *ret = minus ? -(int)number : (int)number;
    return true;
}

bool transcript_claim_take(struct words *words, struct smtp_claim *claim)
{
    unsigned long long code = 0;
    unsigned precision = 0;

    if (!words_take_name(words, "precision") ||
        !words_take_index(words, transcript_precision_words, TRANSCRIPT_PRECISION_COUNT,
                          "a precision", &precision) ||
        !words_take_name(words, "whole") || !take_outcome(words, &claim->whole) ||
        !words_take_name(words, "status") || !take_signed(words, &claim->status))
        return words_fail(words, "precision=, whole= and status= of a claim");
    claim->precision = (enum smtp_precision)precision;
    claim->known = words_take(words, "known");
    claim->per_recipient = words_take(words, "per-recipient");
    claim->hung = words_take(words, "hung");
    if (words_take_name(words, "signal") && !take_signed(words, &claim->signal))
        return false;
    if (words_take_name(words, "code") && !words_take_number(words, 999, "a reply code", &code))
        return false;
    claim->code = (unsigned)code;
    if (words_take_name(words, "stage") && !words_take_string(words, &claim->stage))
        return false;
    return words_at_end(words) || words_fail(words, "the end of the line");
}

bool transcript_claim_take_recipient(struct words *words, struct smtp_claim *claim)
{
    struct smtp_recipient_outcome recipient = {0};
    struct smtp_recipient_outcome *recipients;
    void *items = (void *)(uintptr_t)claim->recipients;
    unsigned long long code = 0;

    if (!take_outcome(words, &recipient.outcome))
        return false;
    if (!words_take_name(words, "code"))
        return words_fail(words, "code=");
    if (!words_take_number(words, 999, "a reply code", &code) ||
        !words_take_string(words, &recipient.address) || !words_take_string(words, &recipient.text))
        return false;
    if (!words_at_end(words))
        return words_fail(words, "the end of the line");
    recipient.code = (unsigned)code;
    if (!arena_grow(words->arena, &items, claim->recipient_count, sizeof(recipient)))
        return words_no_memory(words);
    recipients = items;
    recipients[claim->recipient_count++] = recipient;
    claim->recipients = recipients;
    return true;
}

/* ---- cuts ----------------------------------------------------------------------------------- */

bool transcript_claim_take_cut(struct words *words, struct transcript_text *text)
{
    unsigned long long number = 0;
    struct bytes written;
    struct err why;

    if (!words_take_string(words, &written))
        return false;
    if (!cut_parse(written, &text->cut, &why))
        return words_fail(words, "a cut as in \"close@3\"");
    if (words_take_name(words, "timeout") &&
        !words_take_number(words, UINT64_MAX, "milliseconds", &number))
        return false;
    text->has_cut = true;
    text->cut_timeout_ms = number;
    text->cut_hurries = words_take(words, "hurried");
    return words_at_end(words) || words_fail(words, "the end of the line");
}

bool transcript_claim_take_finding(struct words *words, struct judge_uncut *uncut)
{
    struct finding finding = {.axis = FINDING_OF_SCENARIO};
    struct bytes requirement;
    struct finding *findings;
    void *items = (void *)(uintptr_t)uncut->findings;

    if (!words_take_string(words, &requirement) || !words_take_string(words, &finding.expected))
        return false;
    if (!words_at_end(words))
        return words_fail(words, "the end of the line");
    finding.requirement = arena_string(words->arena, requirement);
    if (!finding.requirement ||
        !arena_grow(words->arena, &items, uncut->finding_count, sizeof(finding)))
        return words_no_memory(words);
    findings = items;
    findings[uncut->finding_count++] = finding;
    uncut->findings = findings;
    return true;
}
