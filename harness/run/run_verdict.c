#include "harness/run/run_verdict.h"

#include "base/smtp_code.h"
#include "base/text.h"
#include "harness/run/excerpt.h"

/* ---- without the judge ----------------------------------------------------------------------- */

/* The first line that the client printed, standard error first; no secret is in it any more. */
static struct bytes first_words(const struct smtp_claim *claim)
{
    struct bytes rest = bytes_trim(claim->report);
    struct bytes line = BYTES_NONE;
    (void)bytes_next(&rest, '\n', &line);
    return bytes_trim(line);
}

void run_verdict_without(const struct run_evidence *evidence, struct arena *arena,
                         enum verdict_result verdict, const char *what, struct run_verdict *ret)
{
    const struct smtp_claim *claim = evidence->claim;
    struct bytes words = first_words(claim);
    struct bytes reason;
    ret->result.verdict = verdict;
    ret->result.rules = VERDICT_PASS;
    ret->verdict.finding_count = 0;
    if (claim->hung || !evidence->is_process)
        reason = bytes_of(what);
    else if (claim->signal != 0)
        reason = arena_printf(arena, "%s (it was ended by signal %d)", what, claim->signal);
    else if (words.size > 0)
        reason = arena_printf(arena, "%s (exit status %d: %s)", what, claim->status,
                              text_show(words).text);
    else
        reason = arena_printf(arena, "%s (exit status %d)", what, claim->status);
    ret->result.reason = reason.data != NULL ? reason : bytes_of(what);
}

/* Three digits, not followed by "-", up to CRLF: after this the client is to move (RFC 5321 4.2).
 */
static bool is_final_reply(struct bytes octets)
{
    unsigned code = 0;
    size_t line;
    if (octets.size < 2 || memcmp(octets.data + octets.size - 2, "\r\n", 2) != 0)
        return false;
    for (line = octets.size - 2; line > 0 && octets.data[line - 1] != '\n';)
        line--;
    octets = bytes_after(octets, line);
    return smtp_code_from(octets, &code) && smtp_code_class(code) != SMTP_CODE_OTHER &&
           octets.data[3] != '-';
}

/* Does the scenario ask when the client gives up by itself? */
static bool asks_for_patience(const struct scenario *scenario)
{
    for (size_t i = 0; scenario->send.timeout_ms == 0 && i < scenario->expectation_count; i++)
        if (scenario->expectations[i].kind == EXPECT_GIVES_UP)
            return true;
    return false;
}

static bool is_unit(const struct transcript_record *record)
{
    return record->kind == TRANSCRIPT_COMMAND || record->kind == TRANSCRIPT_RESPONSE ||
           record->kind == TRANSCRIPT_MAIL_DATA || record->kind == TRANSCRIPT_CHUNK;
}

/* Is it a reply for which no time limit stands that the client has to keep? RFC 5321 4.5.3.2 names
 * none for QUIT, and one that a cut sets is there to hurry: no scenario asks for it. */
static bool is_free_to_wait(const struct run_evidence *evidence,
                            const struct transcript_record *unit)
{
    bool is_quit = unit != NULL && unit->kind == TRANSCRIPT_COMMAND &&
                   bytes_starts_with_nocase(unit->octets, BYTES_LITERAL("QUIT"));
    return evidence->scenario->send.timeout_ms == 0 || evidence->is_hurried ||
           (evidence->cut != NULL && is_quit);
}

/* Waiting for a reply is no fault of a client that no scenario gave a time limit: it may wait for
 * minutes (RFC 5321 4.5.3.2), longer than a run takes here. */
static bool rightly_waits(const struct run_evidence *evidence)
{
    const struct transcript *transcript = evidence->transcript;
    if (!evidence->claim->hung || evidence->connections == 0)
        return false;
    for (size_t i = transcript_count(transcript); i > 0; i--) {
        const struct transcript_record *record = transcript_at(transcript, i - 1);
        if (record->kind == TRANSCRIPT_REPLY)
            return is_free_to_wait(evidence, NULL) && !is_final_reply(record->octets);
        if (record->kind == TRANSCRIPT_DEAF)
            return is_free_to_wait(evidence, NULL); /* for a block to be taken */
        if (is_unit(record))
            return is_free_to_wait(evidence, record) && (record->notes & TRANSCRIPT_NOTE(CUT)) == 0;
    }
    return is_free_to_wait(evidence, NULL); /* for the greeting */
}

/* A client may refuse an address or a message before it connects, where its scenario expects no
 * command and takes its failure; and who says "sent" without a connection is judged for it. */
static bool may_stay_away(const struct run_evidence *evidence, enum verdict_result verdict)
{
    const struct smtp_claim *claim = evidence->claim;
    switch (verdict) {
    case VERDICT_ERROR:
        return true;
    case VERDICT_PASS:
        return claim->known;
    case VERDICT_WARN:
    case VERDICT_FAIL:
    case VERDICT_UNSUPPORTED:
    case VERDICT_NOT_REACHED:
        return claim->known && claim->whole == SMTP_OUTCOME_SENT;
    }
    return false;
}

/* ---- dialogues ------------------------------------------------------------------------------- */

static bool render(const struct run_evidence *evidence, const struct finding *finding,
                   struct arena *arena, struct bytes *ret)
{
    struct buf text;
    buf_init(&text, EXCERPT_OCTETS_MAX);
    bool ok = excerpt_write(&text, evidence->transcript, finding);
    if (ok)
        *ret = arena_copy(arena, buf_bytes(&text));
    buf_release(&text);
    return ok && ret->data != NULL;
}

/* The dialogue of the first finding of the scenario, and one for each broken rule. */
static bool render_findings(const struct run_evidence *evidence, struct arena *arena,
                            struct run_verdict *to)
{
    bool scenario_done = false;
    for (size_t i = 0; i < to->verdict.finding_count && i < RESULT_FINDINGS_KEPT; i++) {
        const struct finding *finding = &to->verdict.findings[i];
        bool of_scenario = finding->axis == FINDING_OF_SCENARIO;
        if (of_scenario && scenario_done)
            continue;
        if (!render(evidence, finding, arena, &to->dialogues[i]))
            return false;
        if (of_scenario)
            to->result.dialogue = to->dialogues[i];
        scenario_done = scenario_done || of_scenario;
    }
    return true;
}

/* Who can tell only success from failure is not said to have called it permanent. */
static const char *claimed_word(const struct smtp_claim *claim)
{
    if (!claim->known || claim->hung || claim->precision == SMTP_PRECISION_NONE)
        return NULL;
    if (claim->precision == SMTP_PRECISION_BINARY && claim->whole != SMTP_OUTCOME_SENT)
        return "failed";
    return smtp_outcome_word(claim->whole);
}

/* ---- the whole ------------------------------------------------------------------------------- */

static bool ask_judge(const struct run_evidence *evidence, struct arena *arena, struct verdict *ret,
                      struct err *err)
{
    struct judge_cut_run cut = {.scenario = evidence->scenario,
                                .transcript = evidence->transcript,
                                .claim = evidence->claim,
                                .cut = evidence->cut,
                                .uncut = evidence->uncut};
    return evidence->cut != NULL
               ? judge_cut(&cut, arena, ret, err)
               : judge(evidence->scenario, evidence->transcript, evidence->claim, arena, ret, err);
}

bool run_verdict_make(const struct run_evidence *evidence, struct arena *arena,
                      struct run_verdict *ret, struct err *err)
{
    const struct smtp_claim *claim = evidence->claim;
    struct verdict *verdict = &ret->verdict;
    if (!ask_judge(evidence, arena, verdict, err))
        return false;
    ret->result.verdict = verdict->scenario;
    ret->result.rules = verdict->rules;
    ret->result.reason = verdict->reason;
    ret->result.variations = verdict->variations;
    ret->result.outcome = claimed_word(claim);
    ret->result.has_patience = asks_for_patience(evidence->scenario) &&
                               patience_measure(evidence->transcript, &ret->result.patience) &&
                               ret->result.patience.stalled;
    if (claim->hung) /* its end was ours */
        ret->result.patience.gave_up = false;
    if (evidence->connections == 0 && !may_stay_away(evidence, verdict->scenario))
        run_verdict_without(evidence, arena, VERDICT_NOT_REACHED,
                            claim->hung ? "the client hung and never connected"
                                        : "the client never connected",
                            ret);
    else if (rightly_waits(evidence))
        run_verdict_without(
            evidence, arena, VERDICT_UNSUPPORTED,
            "it still waited for a reply at the limit of the run, as it may (RFC 5321 4.5.3.2)",
            ret);
    ret->result.findings = verdict->findings;
    ret->result.finding_count = verdict->finding_count;
    return render_findings(evidence, arena, ret) || err_memory(err);
}
