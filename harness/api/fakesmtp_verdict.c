/* fakesmtp_verdict.c - what came of it, in the words that smtpdrill has for it. */
#include "harness/api/fakesmtp_private.h"
#include "harness/report/report.h"
#include "harness/run/redact.h"

#include <stdlib.h>

/* ---- the claim ------------------------------------------------------------------------------- */

/* Of a client that spoke of each recipient only: what they have in common. */
static void claim_whole(struct fakesmtp *server)
{
    struct smtp_claim *claim = &server->claim;
    if (server->has_whole || claim->recipient_count == 0)
        return;
    claim->known = true;
    claim->whole = claim->recipients[0].outcome;
    claim->code = claim->recipients[0].code;
    for (size_t i = 1; i < claim->recipient_count; i++) {
        if (claim->recipients[i].outcome != claim->whole)
            claim->whole = SMTP_OUTCOME_PARTIAL;
        if (claim->recipients[i].code != claim->code)
            claim->code = 0;
    }
}

static bool complete_claim(struct fakesmtp *server)
{
    const struct scenario_send *send = &server->scenario.send;
    struct smtp_claim *claim = &server->claim;
    const struct transcript *transcript = server->served.transcript;
    claim_whole(server);
    claim->per_recipient = claim->recipient_count > 0;
    claim->status = -1;
    if (!claim->known && claim->precision == SMTP_PRECISION_NONE)
        claim->known = true; /* it says nothing, and that is known */
    for (size_t i = 0; i < transcript_count(transcript); i++)
        claim->hung |= transcript_at(transcript, i)->kind == TRANSCRIPT_EXPIRED;
    claim->report = redact(buf_bytes(&server->report), send->user, send->password, server->arena);
    return claim->report.data != NULL;
}

/* ---- the verdict ----------------------------------------------------------------------------- */

static enum fakesmtp_verdict worst(const struct result *result)
{
    static const enum fakesmtp_verdict verdicts[VERDICT_COUNT] = {
        [VERDICT_PASS] = FAKESMTP_PASS,
        [VERDICT_WARN] = FAKESMTP_WARN,
        [VERDICT_FAIL] = FAKESMTP_FAIL,
        [VERDICT_UNSUPPORTED] = FAKESMTP_UNSUPPORTED,
        [VERDICT_NOT_REACHED] = FAKESMTP_NOT_REACHED,
        [VERDICT_ERROR] = FAKESMTP_ERROR,
    };
    if (result->verdict == VERDICT_ERROR)
        return FAKESMTP_ERROR;
    if (result->rules == VERDICT_FAIL)
        return FAKESMTP_FAIL;
    if (result->verdict == VERDICT_PASS && result->rules == VERDICT_WARN)
        return FAKESMTP_WARN;
    return verdicts[result->verdict];
}

static bool print_to(struct fakesmtp *server, struct results *results, FILE *to)
{
    struct report_style style = {.colour = false, .verbose = true};
    (void)server;
    return report_text_result(results, 0, style, to) && report_text_rules(results, style, to);
}

/* As many octets as the report has; the buffer ends in a NUL. */
static bool print(struct fakesmtp *server, struct results *results)
{
    char *text = NULL;
    size_t octets = 0;
    FILE *to = open_memstream(&text, &octets);
    bool ok = to != NULL && print_to(server, results, to);
    ok = to != NULL && fclose(to) == 0 && ok;
    ok = ok && buf_append(&server->findings, (struct bytes){text, octets}) &&
         buf_append_octet(&server->findings, '\0');
    free(text);
    return ok;
}

static bool report(struct fakesmtp *server, const struct run_verdict *verdict, struct err *err)
{
    struct results *results = results_new(1, err);
    struct result_input input = {.result = &verdict->result,
                                 .dialogues = verdict->dialogues,
                                 .records = transcript_count(server->served.transcript)};
    if (results == NULL)
        return false;
    results->client = server->options.client != NULL ? server->options.client : "client";
    results->version = "";
    results->again = NULL; /* no command line does it again */
    bool ok = results_add(results, 0, &input, err) && (print(server, results) || err_memory(err));
    results_free(results);
    return ok;
}

/* path[instance] */
static const char *name_of(struct fakesmtp *server)
{
    struct bytes instance = server->scenario.instance;
    if (instance.size == 0)
        return server->source->name;
    return arena_printf(server->arena, "%s[%.*s]", server->source->name, BYTES_FORMAT(instance))
        .data;
}

static bool judge_run(struct fakesmtp *server, struct run_verdict *ret, struct err *err)
{
    struct run_evidence evidence = {.scenario = &server->scenario,
                                    .transcript = server->served.transcript,
                                    .claim = &server->claim,
                                    .connections = server->served.connections};
    *ret = (struct run_verdict){
        .result = {.name = name_of(server), .status = -1, .runs = 1}
    };
    if (ret->result.name == NULL || !complete_claim(server))
        return err_memory(err);
    if (server->served.trouble.kind != ERR_NONE) {
        *err = server->served.trouble;
        return false;
    }
    return run_verdict_make(&evidence, server->arena, ret, err);
}

enum fakesmtp_verdict fakesmtp_judge(struct fakesmtp *server)
{
    struct run_verdict *verdict = arena_alloc(server->arena, sizeof(*verdict));
    struct err err = {.kind = ERR_NONE};
    if (verdict != NULL && judge_run(server, verdict, &err) && report(server, verdict, &err))
        return worst(&verdict->result);
    buf_clear(&server->findings);
    (void)buf_printf(&server->findings, "ERROR %s: %s\n", server->source->name,
                     err.kind != ERR_NONE ? err.what : "out of memory");
    (void)buf_append_octet(&server->findings, '\0');
    return FAKESMTP_ERROR;
}
