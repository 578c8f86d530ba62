/* judge_cut.c - runs with a cut (cut.h): what was lost, and what must be as it was. */
#include "base/smtp_grammar.h"
#include "base/text.h"
#include "fakeserver/judge_private.h"
#include "fakeserver/session_view.h"

#include <stdio.h>

enum { PHRASE_OCTETS = 320 };

/* ---- after an ending ------------------------------------------------------------------------- */

static bool says_5yz(const struct transcript_record *record)
{
    struct bytes rest = record->octets;
    struct bytes line;

    while (bytes_next(&rest, '\n', &line))
        if (line.size > 0 && line.data[0] == '5')
            return true;
    return false;
}

/* A refusal that came before the connection was lost stands. */
static bool was_refused(const struct judging *judging)
{
    for (size_t i = 0; i < transcript_count(judging->transcript); i++) {
        const struct transcript_record *record = transcript_at(judging->transcript, i);

        if (record->kind == TRANSCRIPT_REPLY && says_5yz(record))
            return true;
    }
    return false;
}

static bool was_permanent_uncut(const struct judging *judging, struct bytes address)
{
    const struct judge_uncut *uncut = judging->cut->uncut;

    if (!uncut)
        return false;
    for (size_t i = 0; address.data && i < uncut->claim.recipient_count; i++)
        if (smtp_mailbox_equal(uncut->claim.recipients[i].address, address) &&
            uncut->claim.recipients[i].outcome == SMTP_OUTCOME_PERMANENT)
            return true;
    return uncut->claim.whole == SMTP_OUTCOME_PERMANENT;
}

static bool add_permanent(struct judging *judging, struct bytes address)
{
    struct finding finding = {.axis = FINDING_OF_RULE, /* judge_compare() moves it */
                              .level = FINDING_SHOULD,
                              .requirement = "5321-3.8-a",
                              .record = SESSION_NOWHERE};
    char got[PHRASE_OCTETS];

    (void)snprintf(got, sizeof(got), "\"permanent\"%s%s, though no reply said so",
                   address.data ? " for " : "", address.data ? text_show(address).text : "");
    return judge_add(judging, &finding, "a lost connection taken as if 451 had been received", got);
}

/* RFC 5321 3.8: as if 451 had been received. */
bool judge_lost(struct judging *judging)
{
    const struct smtp_claim *claim = judging->claim;

    if (!claim)
        return true;
    if (!claim->known && !claim->hung && claim->signal == 0)
        judging->claim_is_odd = judging->cut->uncut && judging->cut->uncut->claim.known;
    if (!claim->known || claim->precision != SMTP_PRECISION_CLASS || was_refused(judging))
        return true;
    for (size_t i = 0; claim->per_recipient && i < claim->recipient_count; i++)
        if (claim->recipients[i].outcome == SMTP_OUTCOME_PERMANENT &&
            !was_permanent_uncut(judging, claim->recipients[i].address))
            return add_permanent(judging, claim->recipients[i].address);
    if (claim->whole != SMTP_OUTCOME_PERMANENT || was_permanent_uncut(judging, BYTES_NONE))
        return true;
    return add_permanent(judging, BYTES_NONE);
}

static bool was_reached(const struct judging *judging)
{
    const struct cut *cut = judging->cut->cut;
    struct cut_place place = {.lines = 0};
    bool reached = cut->lines == 0 && cut->octets == 0;
    bool opened = false;

    for (size_t i = 0; i < transcript_count(judging->transcript); i++) {
        const struct transcript_record *record = transcript_at(judging->transcript, i);

        if (record->connection != cut->connection)
            continue;
        opened = true;
        if (record->kind == TRANSCRIPT_REPLY && !reached)
            (void)cut_pass(cut, &place, record->octets, &reached);
    }
    return opened && reached;
}

struct bytes judge_cut_unreached(struct judging *judging)
{
    if (was_reached(judging))
        return (struct bytes){"", 0};
    return arena_printf(judging->arena, "the client ended before the cut");
}

/* ---- compared with the run without it ------------------------------------------------------- */

static bool was_found_uncut(const struct judge_uncut *uncut, const struct finding *finding)
{
    for (size_t i = 0; uncut && i < uncut->finding_count; i++)
        if (strcmp(uncut->findings[i].requirement, finding->requirement) == 0 &&
            bytes_equal(uncut->findings[i].expected, finding->expected))
            return true;
    return false;
}

/* How a client leaves a connection that is being taken from it, or on which nothing comes any more
 * within the short time that it was given, is no matter of the cut. */
static bool is_leaving(const struct judging *judging, const struct finding *finding)
{
    enum transcript_kind kind;

    if (!cut_is_ending(judging->cut->cut) || finding->record == SESSION_NOWHERE)
        return false;
    kind = transcript_at(judging->transcript, finding->record)->kind;
    return kind == TRANSCRIPT_CLIENT_CLOSED || kind == TRANSCRIPT_CLIENT_RESET;
}

static void keep_what_is_new(struct judging *judging)
{
    struct verdict *verdict = judging->verdict;
    size_t kept = 0;

    /* Nothing was cut: then this run shows nothing that the one before it did not. */
    if (cut_is_ending(judging->cut->cut) && !was_reached(judging))
        verdict->finding_count = 0;
    for (size_t i = 0; i < verdict->finding_count; i++) {
        if (was_found_uncut(judging->cut->uncut, &verdict->findings[i]) ||
            is_leaving(judging, &verdict->findings[i]))
            continue;
        verdict->findings[kept] = verdict->findings[i];
        verdict->findings[kept++].axis = FINDING_OF_SCENARIO;
    }
    verdict->finding_count = kept;
}

/* What was lost behind the mail data is unknown or temporary as the loss is noticed: all one. */
static const char *outcome_of(const struct smtp_claim *claim)
{
    if (!claim->known || claim->precision == SMTP_PRECISION_NONE)
        return "nothing";
    if (claim->precision == SMTP_PRECISION_BINARY)
        return claim->whole == SMTP_OUTCOME_SENT ? "sent" : "not sent";
    return smtp_outcome_word(claim->whole == SMTP_OUTCOME_UNKNOWN ? SMTP_OUTCOME_TEMPORARY
                                                                  : claim->whole);
}

/* The client says something else, though the same octets came. */
static bool add_difference(struct judging *judging)
{
    struct finding finding = {.axis = FINDING_OF_SCENARIO,
                              .level = FINDING_MUST,
                              .requirement = "5321-4.2-i",
                              .record = SESSION_NOWHERE};
    const struct judge_uncut *uncut = judging->cut->uncut;
    char expected[PHRASE_OCTETS];
    char got[PHRASE_OCTETS];

    if (!uncut || !judging->claim ||
        strcmp(outcome_of(&uncut->claim), outcome_of(judging->claim)) == 0)
        return true;
    (void)snprintf(expected, sizeof(expected), "\"%s\", as when segments are whole",
                   outcome_of(&uncut->claim));
    (void)snprintf(got, sizeof(got), "\"%s\"", outcome_of(judging->claim));
    return judge_add(judging, &finding, expected, got);
}

bool judge_compare(struct judging *judging)
{
    if (!judging->cut->uncut && !cut_is_ending(judging->cut->cut))
        return true;
    keep_what_is_new(judging);
    return cut_is_ending(judging->cut->cut) || add_difference(judging);
}
