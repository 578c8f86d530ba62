#include "base/text.h"
#include "harness/command/again.h"
#include "harness/command/believe.h"
#include "harness/command/program.h"
#include "harness/cut/cut_run.h"
#include "harness/report/report.h"
#include "harness/run/known_check.h"
#include "harness/run/progress.h"
#include "harness/run/run.h"
#include "transport/clock.h"
#include "transport/data_path.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

static const struct option_row rows[] = {
    {"client",         '\0', "NAME",    "the client, by its recipe (default: smtpsend)"                   },
    {"jobs",           'j',  "N",       "so many runs at once (default: eight for each core)"             },
    {"tag",            '\0', "TAG",     "only scenarios with this tag (several: any of them)"             },
    {"not-tag",        '\0', "TAG",     "no scenario with this tag"                                       },
    {"requirement",    '\0', "ID",      "only scenarios that cite this requirement"                       },
    {"profile",        '\0', "NAME",    "where RFCs disagree: default or strict"                          },
    {"slow",           '\0', NULL,      "also what takes minutes: scenarios with the tag slow"            },
    {"shard",          '\0', "I/N",     "only the I-th of N equal parts"                                  },
    {"sample",         '\0', "N",       "of each scenario at most N instances"                            },
    {"seed",           '\0', "N",       "decides the order (default: another one each time)"              },
    {"repeat",         '\0', "N",       "run each N times; the worst counts"                              },
    {"retry-failures", '\0', NULL,      "run once more what failed; that counts"                          },
    {"cut",            '\0', "KINDS",   "faults everywhere: close, reset, stall, split, all ..."          },
    {"limit",          '\0', "SECONDS", "end a run after so long, whatever its scenario says"             },
    {"no-probe",       '\0', NULL,      "believe what the recipe claims"                                  },
    {"warp",           '\0', NULL,      "let the client's time jump while all only wait"                  },
    {"strict",         '\0', NULL,      "warnings fail"                                                   },
    {"report",         '\0', "FORM",    "text, tap, junit=FILE, json=FILE, html=FILE; several are allowed"},
    {"known",          '\0', "FILE",    "failures that are known, and fail no more if they pass"          },
    {"keep",           '\0', "DIR",     "store the transcript of each run there"                          },
    {"scenarios",      '\0', "DIR",     "where the scenarios are"                                         },
    {"color",          '\0', "WHEN",    "auto, always or never"                                           },
    {"verbose",        'v',  NULL,      "name every run, not only those that failed"                      },
    {"help",           '\0', NULL,      "this text"                                                       },
    {NULL,             '\0', NULL,      NULL                                                              },
};

static const char usage[] =
    "usage: smtpdrill run [OPTION...] [--client NAME] [SCENARIO...]\n"
    "       smtpdrill run [OPTION...] [SCENARIO...] -- COMMAND [ARGUMENT...]\n"
    "A SCENARIO is a name, a folder, a glob, an instance NAME[...], a file, or a requirement's "
    "id.\n"
    "In a COMMAND {host} {port} {from} {to} {message} ... stand for the facts of a run; they are "
    "in\n"
    "the environment too (SMTPDRILL_HOST ...).\n";

#define FILE_REPORTS_MAX 8
#define WORDS_MAX OPTIONS_MAX

struct run_command_line;

struct file_report {
    bool (*write)(const struct run_command_line *line, FILE *to);
    const char *path; /* "-": standard output */
};

struct run_command_line {
    struct program program;
    struct options options;
    struct recipe recipe;
    struct plan_wishes wishes;
    struct cut_wishes cuts;
    struct cut_run cut; /* what comes before a run with cuts */
    const char *tags[WORDS_MAX];
    const char *not_tags[WORDS_MAX];
    const char *requirements[WORDS_MAX];
    struct known known;
    struct run_options run;
    struct file_report reports[FILE_REPORTS_MAX];
    size_t report_count;
    bool text;
    bool tap;
    struct report_style style;
    struct progress progress;
    size_t cursor; /* the first entry that is not printed yet */
    struct err *err;
};

/* ---- options --------------------------------------------------------------------------------- */

static bool write_junit(const struct run_command_line *line, FILE *to)
{
    return report_junit(line->run.results, to, line->err);
}

static bool write_json(const struct run_command_line *line, FILE *to)
{
    return report_json(line->run.results, to, line->err);
}

static bool write_html(const struct run_command_line *line, FILE *to)
{
    return report_html(line->run.results, line->run.suite, to, line->err);
}

static bool add_file_report(struct run_command_line *line, const char *form)
{
    static const struct {
        const char *prefix;
        bool (*write)(const struct run_command_line *line, FILE *to);
    } forms[] = {
        {"junit=", write_junit},
        {"json=",  write_json },
        {"html=",  write_html },
    };
    static const char *const known[] = {"text", "tap", "junit=FILE", "json=FILE", "html=FILE"};
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        size_t length = strlen(forms[i].prefix);
        if (strncmp(form, forms[i].prefix, length) != 0 || form[length] == '\0')
            continue;
        if (line->report_count == FILE_REPORTS_MAX)
            return err_set(line->err, ERR_LIMIT, "more than %d reports", FILE_REPORTS_MAX);
        line->reports[line->report_count++] =
            (struct file_report){.write = forms[i].write, .path = form + length};
        return true;
    }
    const char *near = text_nearest(bytes_of(form), known, 5);
    return err_set(line->err, ERR_SYNTAX,
                   "no report is called %s%s%s; there are text, tap, "
                   "junit=FILE, json=FILE and html=FILE",
                   text_show(bytes_of(form)).text, near != NULL ? ", but " : "",
                   near != NULL ? near : "");
}

static bool read_reports(struct run_command_line *line)
{
    const char *forms[OPTIONS_MAX];
    size_t count = options_values(&line->options, "report", forms, OPTIONS_MAX);
    bool taken = false; /* standard output */
    for (size_t i = 0; i < count; i++) {
        if (strcmp(forms[i], "text") == 0)
            line->text = true;
        else if (strcmp(forms[i], "tap") == 0)
            line->tap = true;
        else if (!add_file_report(line, forms[i]))
            return false;
    }
    for (size_t i = 0; i < line->report_count; i++) {
        if (strcmp(line->reports[i].path, "-") != 0) {
            if (!data_path_may_write(line->reports[i].path, line->err))
                return false;
            continue;
        }
        if (taken || line->tap || line->text)
            return err_set(line->err, ERR_SYNTAX, "one report only can go to standard output");
        taken = true;
    }
    if (line->tap && line->text)
        return err_set(line->err, ERR_SYNTAX, "one report only can go to standard output");
    line->text = !line->tap && !taken;
    return true;
}

static bool read_color(struct run_command_line *line)
{
    const char *when = options_value(&line->options, "color");
    const char *no_color = getenv("NO_COLOR");
    if (when == NULL || strcmp(when, "auto") == 0)
        line->style.colour =
            isatty(STDOUT_FILENO) == 1 && (no_color == NULL || no_color[0] == '\0');
    else if (strcmp(when, "always") == 0)
        line->style.colour = true;
    else if (strcmp(when, "never") != 0)
        return err_set(line->err, ERR_SYNTAX, "--color is auto, always or never; got %s",
                       text_show(bytes_of(when)).text);
    return true;
}

static unsigned default_jobs(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores < 1 ? 8 : cores > RUN_JOBS_MAX / 8 ? RUN_JOBS_MAX : (unsigned)cores * 8;
}

/* Seconds, with or without a fraction; or a number with `ms`. */
static bool read_limit(struct run_command_line *line)
{
    const char *value = options_value(&line->options, "limit");
    unsigned long long whole = 0;
    if (value == NULL)
        return true;
    struct bytes text = bytes_of(value);
    uint64_t unit = 1000;
    if (text.size > 2 && strcmp(value + text.size - 2, "ms") == 0) {
        unit = 1;
        text.size -= 2;
    } else if (text.size > 1 && value[text.size - 1] == 's') {
        text.size--;
    }
    if (!bytes_to_number(text, 86400, &whole) || whole == 0)
        return err_set(line->err, ERR_SYNTAX,
                       "--limit wants seconds, or milliseconds as in 500ms; got %s",
                       text_show(bytes_of(value)).text);
    line->run.limit_ms = whole * unit;
    return true;
}

/* Many of these runs wait for what does not come. */
static unsigned cut_jobs(unsigned jobs)
{
    return jobs > RUN_JOBS_MAX / 4 ? RUN_JOBS_MAX : jobs * 4;
}

static const char *get_environment(const char *name)
{
    return getenv(name);
}

static uint64_t seed_of_now(void)
{
    return clock_monotonic_ns() % 1000000;
}

static bool read_numbers(struct run_command_line *line)
{
    const struct options *options = &line->options;
    unsigned long long jobs = 0;
    unsigned long long repeat = 0;
    unsigned long long seed = 0;
    unsigned long long sample = 0;
    if (!options_number(options, "jobs", RUN_JOBS_MAX, default_jobs(), &jobs, line->err) ||
        !options_number(options, "repeat", RUN_REPEAT_MAX, 1, &repeat, line->err) ||
        !options_number(options, "seed", UINT64_MAX, seed_of_now(), &seed, line->err) ||
        !options_number(options, "sample", UINT_MAX, 0, &sample, line->err))
        return false;
    if (sample == 0 && options_value(options, "sample") != NULL)
        return err_set(line->err, ERR_SYNTAX, "--sample wants at least 1");
    if (jobs == 0 || repeat == 0)
        return err_set(line->err, ERR_SYNTAX, "--jobs and --repeat want at least 1");
    line->run.jobs = (unsigned)jobs;
    line->run.repeat = (unsigned)repeat;
    line->wishes.seed = seed;
    line->wishes.sample = (unsigned)sample;
    return true;
}

/* --cut, and words NAME~CUT. */
static bool read_cuts(struct run_command_line *line)
{
    const char *values[OPTIONS_MAX];
    size_t count = options_values(&line->options, "cut", values, OPTIONS_MAX);
    for (size_t i = 0; i < count; i++)
        if (!cut_wishes_read(&line->cuts, values[i], line->err))
            return false;
    for (size_t i = 0; i < line->options.word_count; i++)
        if (!cut_wishes_take_word(&line->cuts, &line->options.words[i], line->program.arena,
                                  line->err))
            return false;
    if (line->cuts.count > 0 && options_value(&line->options, "jobs") == NULL)
        line->run.jobs = cut_jobs(line->run.jobs);
    return true;
}

static bool read_line(struct run_command_line *line)
{
    const struct options *options = &line->options;
    struct plan_wishes *wishes = &line->wishes;
    wishes->words = options->words;
    wishes->word_count = options->word_count;
    wishes->tags = line->tags;
    wishes->tag_count = options_values(options, "tag", line->tags, WORDS_MAX);
    wishes->not_tags = line->not_tags;
    wishes->not_tag_count = options_values(options, "not-tag", line->not_tags, WORDS_MAX);
    wishes->requirements = line->requirements;
    wishes->requirement_count =
        options_values(options, "requirement", line->requirements, WORDS_MAX);
    wishes->no_slow = options_value(options, "slow") == NULL;
    for (size_t i = 0; i < wishes->tag_count; i++)
        if (strcmp(line->tags[i], "slow") == 0)
            wishes->no_slow = false;
    line->style.verbose = options_value(options, "verbose") != NULL;
    line->run.retry_failures = options_value(options, "retry-failures") != NULL;
    line->run.keep = options_value(options, "keep");
    if (options->has_command && options_value(options, "client") != NULL)
        return err_set(line->err, ERR_SYNTAX, "either --client or a COMMAND behind `--`, not both");
    if (options->has_command && options->command_count == 0)
        return err_set(line->err, ERR_SYNTAX, "behind `--` the command of a client has to stand");
    return program_profile(options, &wishes->profile, line->err) && read_numbers(line) &&
           read_reports(line) && read_color(line) && read_limit(line) &&
           plan_shard(options_value(options, "shard"), get_environment, &wishes->shard_index,
                      &wishes->shard_count, line->err);
}

static bool read_known(struct run_command_line *line)
{
    const char *path = options_value(&line->options, "known");
    return path == NULL || program_known(&line->program, path, &line->known, line->err);
}

/* ---- running --------------------------------------------------------------------------------- */

/* Prints what is done, in the order of the plan: the same output for the same seed. */
static void print_done(struct run_command_line *line)
{
    const struct results *results = line->run.results;
    while (line->cursor < results->count && results->entries[line->cursor].done) {
        if (line->text)
            (void)report_text_result(results, line->cursor, line->style, stdout);
        if (line->tap)
            (void)report_tap_result(results, line->cursor, stdout);
        line->cursor++;
    }
    (void)fflush(stdout);
}

static void run_finished(void *owner, size_t index, uint64_t now_ms)
{
    struct run_command_line *line = owner;
    if (index == line->cursor) {
        progress_clear(&line->progress);
        print_done(line);
    }
    progress_draw(&line->progress, line->run.results, now_ms);
}

static bool write_file_report(const struct run_command_line *line, const struct file_report *report)
{
    struct err *err = line->err;
    if (strcmp(report->path, "-") == 0)
        return report->write(line, stdout);
    FILE *to = fopen(report->path, "w");
    if (to == NULL)
        return err_set(err, ERR_IO, "%s: %s", report->path, strerror(errno));
    bool ok = report->write(line, to);
    if (fclose(to) != 0 && ok)
        ok = err_set(err, ERR_IO, "%s: %s", report->path, strerror(errno));
    return ok;
}

static bool write_reports(struct run_command_line *line)
{
    const struct results *results = line->run.results;
    bool ok = true;
    progress_clear(&line->progress);
    if (line->text)
        ok = report_text_end(results, line->style, stdout);
    if (line->tap)
        ok = report_tap_end(results, stdout);
    if (!ok)
        return err_set(line->err, ERR_IO, "standard output does not take the report");
    for (size_t i = 0; i < line->report_count; i++)
        if (!write_file_report(line, &line->reports[i]))
            return false;
    return true;
}

static bool choose_time(struct run_command_line *line)
{
    if (options_value(&line->options, "warp") == NULL)
        return true;
    if (!data_path_is_file(line->program.shim))
        return err_set(line->err, ERR_IO, "%s: no such file; --warp needs it", line->program.shim);
    line->run.shim = line->program.shim;
    line->run.tracer = line->program.tracer;
    return true;
}

static bool choose_client(struct run_command_line *line)
{
    const struct options *options = &line->options;
    const char *client = options_value(options, "client");
    if (options->has_command) {
        line->run.is_command = true;
        return recipe_of_command(options->command, options->command_count, line->program.arena,
                                 &line->recipe, line->err);
    }
    return program_recipe(&line->program, client != NULL ? client : "smtpsend", &line->recipe,
                          line->err);
}

/* Whether a rule is broken can be said when everything was run. */
static bool is_whole(const struct run_command_line *line)
{
    const struct plan_wishes *wishes = &line->wishes;
    return wishes->word_count + wishes->tag_count + wishes->not_tag_count +
                   wishes->requirement_count + wishes->sample ==
               0 &&
           wishes->shard_count == 1 && line->cuts.count == 0 && !line->run.results->interrupted;
}

static void prepare_run(struct run_command_line *line, struct suite *suite)
{
    line->run.suite = suite;
    line->run.recipe = &line->recipe;
    line->run.clients = line->program.clients;
    line->run.smtpsend = line->program.smtpsend;
    line->run.owner = line;
    if (isatty(STDERR_FILENO) == 1)
        line->progress.to = stderr;
}

static bool run_plan(struct run_command_line *line, const struct plan *plan)
{
    struct results *results = results_new(plan->count, line->err);
    if (results == NULL)
        return false;
    line->run.plan = plan;
    line->run.results = results;
    line->run.finished = run_finished;
    results->client = line->recipe.name.data;
    results->known = &line->known;
    results->seed = line->wishes.seed;
    results->sample = line->wishes.sample;
    results->shard_index = line->wishes.shard_index;
    results->shard_count = line->wishes.shard_count;
    results->warp = line->run.shim != NULL;
    results->strict = options_value(&line->options, "strict") != NULL;
    results->cut_of = line->cut.instances;
    results->cut_from = line->cut.uncut != NULL ? line->cut.uncut->count : 0;
    if (!again_make(&line->options, results, line->err) || !run_all(&line->run, line->err))
        return false;
    results->whole = is_whole(line);
    if ((results->whole && !results_expect_rules(results, line->err)) || !write_reports(line))
        return false;
    known_warn(&line->known, stderr);
    return true;
}

static void survey_finished(void *owner, size_t index, uint64_t now_ms)
{
    struct run_command_line *line = owner;
    (void)index;
    progress_draw(&line->progress, line->cut.uncut, now_ms);
}

/* What went wrong here without a cut is our trouble with it as well. */
static enum program_status uncut_status(const struct run_command_line *line)
{
    const struct results *uncut = line->cut.uncut;
    for (size_t i = 0; uncut != NULL && i < uncut->count; i++)
        if (uncut->entries[i].done && uncut->entries[i].verdict == VERDICT_ERROR)
            (void)fprintf(stderr, "smtpdrill: %s without a cut: %.*s\n", uncut->entries[i].name,
                          BYTES_FORMAT(uncut->entries[i].reason));
    return uncut != NULL && uncut->verdicts[VERDICT_ERROR] > 0 ? PROGRAM_TROUBLE : PROGRAM_OK;
}

static bool run_with_cuts(struct run_command_line *line, const struct plan *plan)
{
    line->run.plan = plan;
    line->run.finished = survey_finished;
    bool ok = cut_run_survey(&line->run, &line->cuts, &line->cut, line->err);
    progress_clear(&line->progress);
    return ok && run_plan(line, &line->cut.plan);
}

static bool load(struct run_command_line *line, struct suite **ret_suite, struct plan *ret_plan)
{
    if (!program_open(&line->program, options_value(&line->options, "scenarios"), line->err) ||
        !read_line(line) || !read_known(line) || !read_cuts(line) || !choose_client(line) ||
        !choose_time(line))
        return false;
    *ret_suite = suite_new(line->program.scenarios, line->wishes.seed, line->err);
    return *ret_suite != NULL && suite_load(*ret_suite, line->err) &&
           plan_make(*ret_suite, &line->wishes, line->program.arena, ret_plan, line->err) &&
           known_check(&line->known, *ret_suite, line->err);
}

static enum program_status run_line(struct run_command_line *line)
{
    struct suite *suite = NULL;
    struct plan plan = {.entries = NULL};
    enum program_status status = PROGRAM_TROUBLE;
    bool ok = load(line, &suite, &plan);
    prepare_run(line, suite);
    ok = ok && believe(&line->program, &line->options, &plan, &line->run, line->err) &&
         (line->cuts.count > 0 ? run_with_cuts(line, &plan) : run_plan(line, &plan));
    progress_clear(&line->progress);
    if (ok && uncut_status(line) == PROGRAM_OK)
        status = (enum program_status)results_exit_status(line->run.results);
    if (!ok)
        (void)program_trouble(line->err);
    results_free(line->run.results);
    cut_run_release(&line->cut);
    suite_free(suite);
    program_close(&line->program);
    return status;
}

enum program_status command_run(int argc, const char **argv)
{
    struct err err = {.kind = ERR_NONE};
    enum program_status status = PROGRAM_TROUBLE;
    struct run_command_line *line = calloc(1, sizeof(*line));
    if (line == NULL)
        return PROGRAM_TROUBLE;
    line->err = &err;
    if (program_options(rows, usage, argc, argv, &line->options, &status))
        status = run_line(line);
    free(line);
    return status;
}
