#include "fakeserver/judge.h"
#include "fakeserver/transcript_text.h"
#include "harness/command/program.h"
#include "harness/report/report.h"
#include "harness/run/excerpt.h"
#include "harness/run/run_verdict.h"
#include "transport/data_path.h"

#include <stdlib.h>

#define TRANSCRIPT_FILE_OCTETS_MAX ((size_t)256 * 1024 * 1024)
#define JUDGE_OCTETS_MAX ((size_t)1024 * 1024 * 1024)

static const struct option_row rows[] = {
    {"strict",  '\0', NULL, "warnings fail"           },
    {"verbose", 'v',  NULL, "print the whole dialogue"},
    {"help",    '\0', NULL, "this text"               },
    {NULL,      '\0', NULL, NULL                      },
};

static const char usage[] = "usage: smtpdrill judge [OPTION...] TRANSCRIPT...\n"
                            "Judges stored transcripts (run --keep) again; - is standard input.\n";

static bool put_dialogue(const struct transcript *transcript, const struct finding *finding)
{
    struct buf text;
    buf_init(&text, TRANSCRIPT_FILE_OCTETS_MAX);
    bool ok = finding != NULL ? excerpt_write(&text, transcript, finding)
                              : excerpt_write_all(&text, transcript);
    if (ok)
        (void)fwrite(text.data != NULL ? text.data : "", 1, text.size, stdout);
    buf_release(&text);
    return ok;
}

static void put_variations(const struct verdict *verdict)
{
    struct buf words;
    buf_init(&words, 4096);
    if (report_variations(&words, verdict->variations) && words.size > 0)
        (void)printf("   variations: %.*s\n", BYTES_FORMAT(buf_bytes(&words)));
    buf_release(&words);
}

static enum program_status put_verdict(const struct transcript_text *text,
                                       const struct transcript *transcript,
                                       const struct verdict *verdict, const struct options *options)
{
    bool strict = options_value(options, "strict") != NULL;
    enum verdict_result worst =
        verdict->rules == VERDICT_FAIL || verdict->scenario == VERDICT_FAIL   ? VERDICT_FAIL
        : verdict->rules == VERDICT_WARN || verdict->scenario == VERDICT_WARN ? VERDICT_WARN
                                                                              : verdict->scenario;
    (void)printf("%s %.*s", verdict_result_word(verdict->scenario), BYTES_FORMAT(text->scenario));
    if (text->instance.size > 0)
        (void)printf("[%.*s]", BYTES_FORMAT(text->instance));
    if (text->has_cut)
        (void)printf("~%s", cut_print(&text->cut).text);
    (void)printf("   %.*s %.*s", BYTES_FORMAT(text->client), BYTES_FORMAT(text->version));
    if (verdict->reason.size > 0)
        (void)printf("   %.*s", BYTES_FORMAT(verdict->reason));
    (void)fputc('\n', stdout);
    if (options_value(options, "verbose") != NULL && !put_dialogue(transcript, NULL))
        return PROGRAM_TROUBLE;
    for (size_t i = 0; i < verdict->finding_count; i++) {
        const struct finding *finding = &verdict->findings[i];
        (void)printf("%s %s (%s)\n", finding->axis == FINDING_OF_RULE ? "rule" : "scenario",
                     finding->requirement, report_level(finding->level));
        if (!put_dialogue(transcript, finding))
            return PROGRAM_TROUBLE;
    }
    put_variations(verdict);
    if (worst == VERDICT_ERROR)
        return PROGRAM_TROUBLE;
    return worst == VERDICT_FAIL || (strict && worst == VERDICT_WARN) ? PROGRAM_FAILED : PROGRAM_OK;
}

struct rejudging {
    struct arena *arena;
    struct transcript *transcript;
    struct transcript_text text;
    struct scenario scenario;
    bool has_scenario;
    struct verdict verdict;
    struct bytes octets;
};

static unsigned connections_of(const struct transcript *transcript)
{
    unsigned connections = 0;
    for (size_t i = 0; i < transcript_count(transcript); i++) {
        unsigned connection = transcript_at(transcript, i)->connection;
        connections = connection > connections ? connection : connections;
    }
    return connections;
}

/* As the run was judged: with all that was known of its client. */
static bool judge_run(struct rejudging *again, struct err *err)
{
    const struct transcript_text *text = &again->text;
    struct run_evidence evidence = {.scenario = &again->scenario,
                                    .transcript = again->transcript,
                                    .claim = &text->claim,
                                    .connections = connections_of(again->transcript),
                                    .cut = text->has_cut ? &text->cut : NULL,
                                    .uncut = text->has_uncut ? &text->uncut : NULL,
                                    .is_hurried = text->cut_hurries,
                                    .is_process = true};
    struct run_verdict *made = arena_alloc(again->arena, sizeof(*made));
    if (made == NULL)
        return err_memory(err);
    if (text->has_cut && text->cut_timeout_ms > 0)
        again->scenario.send.timeout_ms = text->cut_timeout_ms;
    if (!run_verdict_make(&evidence, again->arena, made, err))
        return false;
    again->verdict = made->verdict;
    again->verdict.scenario = made->result.verdict;
    again->verdict.rules = made->result.rules;
    again->verdict.reason = made->result.reason;
    return true;
}

/* Without a claim there was a server alone, and the wire is all. */
static bool ask_judge(struct rejudging *again, struct err *err)
{
    return again->text.has_claim ? judge_run(again, err)
                                 : judge(&again->scenario, again->transcript, NULL, again->arena,
                                         &again->verdict, err);
}

static bool rejudge(struct rejudging *again, const char *path, struct err *err)
{
    again->arena = arena_new(JUDGE_OCTETS_MAX);
    again->transcript = transcript_new();
    if (again->arena == NULL || again->transcript == NULL)
        return err_memory(err);
    if (!data_path_read_input(path, TRANSCRIPT_FILE_OCTETS_MAX, again->arena, &again->octets, err))
        return false;
    bool ok =
        transcript_text_parse(again->octets, again->arena, &again->text, again->transcript, err) &&
        transcript_text_scenario(&again->text, again->arena, &again->scenario, err);
    again->has_scenario = ok;
    ok = ok && ask_judge(again, err);
    if (!ok)
        suite_name_error(err, path);
    return ok;
}

static enum program_status judge_file(const char *path, const struct options *options)
{
    struct err err = {.kind = ERR_NONE};
    enum program_status status = PROGRAM_TROUBLE;
    struct rejudging *again = calloc(1, sizeof(*again));
    if (again == NULL)
        return PROGRAM_TROUBLE;
    if (rejudge(again, path, &err))
        status = put_verdict(&again->text, again->transcript, &again->verdict, options);
    else
        (void)program_trouble_in(&err, again->octets);
    if (again->has_scenario)
        scenario_release(&again->scenario);
    transcript_free(again->transcript);
    arena_free(again->arena);
    free(again);
    return status;
}

enum program_status command_judge(int argc, const char **argv)
{
    struct options options;
    enum program_status status = PROGRAM_OK;
    if (!program_options(rows, usage, argc, argv, &options, &status))
        return status;
    if (options.word_count == 0) {
        struct err err;
        err_set(&err, ERR_SYNTAX, "judge what? the file of a transcript");
        return program_trouble(&err);
    }
    for (size_t i = 0; i < options.word_count; i++) {
        enum program_status one = judge_file(options.words[i], &options);
        status = one > status ? one : status;
    }
    return status;
}
