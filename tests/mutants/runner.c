/*
 * runner.c - tests the tester: mutants have to be caught, harmless variants have to pass.
 *
 * mutants [-v] [--sample N] [--folder DIR] [--client NAME] [WORD…]
 *
 *   --client NAME   one client alone through all instances (or those whose name begins with WORD):
 *                   a mutant, a variant, or smtp_client; prints what is found
 *   --lacks WORDS   not those that need one of these capabilities (with --client)
 *   --profile NAME  only what the profile takes (with --client; default: all)
 *   --known IDS     requirements that this client is known to break
 *   --sample N      variants take every N-th instance (the plain one takes all)
 *   -v              print each catch and each transcript of a false alarm
 *
 * Ends with the two figures, with the scenarios and rules that no mutant fails, and with the
 * requirements that nothing covers. Status 0: all mutants caught, no false alarm, nothing that
 * cannot fail, nothing uncovered.
 */
#include "tests/mutants/runner.h"

#include "harness/run/coverage.h"

#include "transport/data_path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LARGE_OCTETS ((uint64_t)128 * 1024)
#define INSTANCE_OCTETS_MAX ((size_t)64 * 1024 * 1024)
#define REGISTER_OCTETS_MAX ((size_t)4 * 1024 * 1024)
#define RUN_OCTETS_MAX ((size_t)64 * 1024 * 1024)

static bool mentions(const char *list, struct bytes word)
{
    struct bytes rest = bytes_of(list);
    struct bytes one;
    while (bytes_next_word(&rest, &one))
        if (bytes_equal(one, word))
            return true;
    return false;
}

static bool lacks_any(const char *lacks, const struct scenario *scenario)
{
    for (size_t i = 0; i < scenario->need_count; i++)
        if (mentions(lacks, scenario->needs[i]))
            return true;
    /* What the words of `send` need. */
    return (scenario->send.lmtp && mentions(lacks, BYTES_LITERAL("lmtp"))) ||
           (scenario->send.messages > 1 && mentions(lacks, BYTES_LITERAL("messages"))) ||
           (scenario->send.tls != SEND_TLS_NONE && scenario->send.tls != SEND_TLS_IMPLICIT &&
            mentions(lacks, BYTES_LITERAL("starttls")));
}

/* Breaks it anything but SHOULDs that it is known to leave? */
static bool has_findings(const struct verdict *verdict, const char *should)
{
    for (size_t i = 0; i < verdict->finding_count; i++) {
        const struct finding *finding = &verdict->findings[i];
        bool known = should != NULL && finding->level == FINDING_SHOULD &&
                     mentions(should, bytes_of(finding->requirement));
        if (finding->level != FINDING_INFO && !known)
            return true;
    }
    return verdict->scenario == VERDICT_ERROR;
}

/* All that is found is a requirement that this client is known to break. */
static bool is_known(const struct verdict *verdict, const char *known)
{
    for (size_t i = 0; i < verdict->finding_count; i++)
        if (!mentions(known, bytes_of(verdict->findings[i].requirement)))
            return false;
    return verdict->scenario != VERDICT_ERROR && verdict->finding_count > 0;
}

static void print_verdict(const struct runner *runner, const char *client,
                          const struct verdict *verdict)
{
    printf("%s: %s: scenario %s, rules %s\n", client, runner->instance_name,
           verdict_result_word(verdict->scenario), verdict_result_word(verdict->rules));
    if (verdict->reason.size > 0)
        printf("  reason: %.*s\n", BYTES_FORMAT(verdict->reason));
    for (size_t i = 0; i < verdict->finding_count; i++) {
        const struct finding *finding = &verdict->findings[i];
        printf("  %s %s %s line %u record %zd: expected %.*s; got %.*s\n",
               finding->axis == FINDING_OF_RULE ? "rule" : "scenario",
               finding_level_word(finding->level), finding->requirement, finding->line,
               (ptrdiff_t)finding->record, BYTES_FORMAT(finding->expected),
               BYTES_FORMAT(finding->got));
    }
}

/* Plays one client on the instance at hand. False: our own trouble. */
static bool play_one(struct runner *runner, const struct player *player, bool print,
                     struct verdict *ret)
{
    struct play play = {&runner->scenario, runner->personality, print};
    *ret = (struct verdict){.finding_count = 0};
    runner->runs++;
    arena_free(runner->run_arena);
    runner->run_arena = arena_new(RUN_OCTETS_MAX);
    if (runner->run_arena == NULL)
        return err_memory(&runner->err);
    return play_run(&play, player, runner->run_arena, ret, &runner->err);
}

/* The personality that the instance names, made for its session. */
static bool open_personality(struct runner *runner)
{
    struct arena *arena = runner->instance_arena;
    struct bytes name = runner->scenario.server;
    struct scenario_file *file = NULL;
    struct bytes text;
    runner->personality = NULL;
    if (name.size == 0)
        return true;
    struct bytes path = arena_printf(arena, "%s/personalities/%.*s.personality", runner->folder,
                                     BYTES_FORMAT(name));
    if (path.data == NULL)
        return err_memory(&runner->err);
    runner->personality = &runner->dress;
    return data_path_read(path.data, SCENARIO_FILE_OCTETS_MAX, arena, &text, &runner->err) &&
           scenario_file_parse(path.data, text, &runner->suite->loader, arena, &file,
                               &runner->err) &&
           scenario_file_personality(file, &runner->scenario, runner->suite->seed, arena,
                                     &runner->dress, &runner->err);
}

static bool open_instance(struct runner *runner, size_t file, size_t index)
{
    const struct suite_scenario *from = &runner->suite->scenarios[file];
    struct bytes name = scenario_file_instance_name(from->file, index);
    bool bare = name.size == 0;
    (void)snprintf(runner->instance_name, sizeof runner->instance_name, "%s%s%.*s%s", from->name,
                   bare ? "" : "[", BYTES_FORMAT(name), bare ? "" : "]");
    runner->file = file;
    arena_free(runner->instance_arena);
    runner->instance_arena = arena_new(INSTANCE_OCTETS_MAX);
    if (runner->instance_arena == NULL)
        return err_memory(&runner->err);
    return suite_instance(runner->suite, from, index, runner->instance_arena, &runner->scenario,
                          &runner->err) &&
           open_personality(runner);
}

/* ---- harmless variants ------------------------------------------------------------------------
 */

static struct player actor_player(const enum actor_trait *traits, struct actor_kind *kind)
{
    *kind = (struct actor_kind){
        .traits = traits,
        .trait_count = MUTANT_TRAITS_MAX,
        .each_recipient = traits[0] == ACTOR_EACH_RECIPIENT,
        .reconnects = traits[0] == ACTOR_RECONNECTS,
    };
    return player_of_actor(kind);
}

static struct player harmless_player(size_t index, struct actor_kind *kind)
{
    return actor_player(harmless[index].traits, kind);
}

static bool false_alarm(struct runner *runner, size_t index, struct verdict *verdict)
{
    struct actor_kind kind;
    struct player player = harmless_player(index, &kind);
    runner->alarms++;
    runner->alarms_of[index]++;
    if (runner->alarms > RUNNER_ALARMS_SHOWN && !runner->verbose)
        return true;
    printf("FALSE ALARM ");
    print_verdict(runner, harmless[index].name, verdict);
    return !runner->verbose || play_one(runner, &player, true, verdict);
}

static bool run_harmless(struct runner *runner, size_t instance)
{
    for (size_t i = 0; i < harmless_count; i++) {
        struct actor_kind kind;
        struct player player = harmless_player(i, &kind);
        struct verdict verdict;
        bool skip = i > 0 && runner->sample > 1 && (instance + i) % runner->sample != 0;
        /* Megabytes octet by octet prove nothing that a few kilobytes do not. */
        bool large = i > 1 && runner->scenario.send.given.octets > LARGE_OCTETS;
        if (skip || large || lacks_any(harmless[i].lacks, &runner->scenario))
            continue;
        if (!play_one(runner, &player, false, &verdict)) {
            (void)fprintf(stderr, "mutants: playing %s\n", harmless[i].name);
            return false;
        }
        runner->harmless_runs++;
        runner->not_reached += verdict.scenario == VERDICT_NOT_REACHED;
        bool found = has_findings(&verdict, harmless[i].should);
        if (i == 0)
            runner->plain_passes = !found && verdict.scenario != VERDICT_NOT_REACHED;
        if (found && !false_alarm(runner, i, &verdict))
            return false;
    }
    return true;
}

/* ---- mutants ----------------------------------------------------------------------------------
 */

static struct player mutant_player(size_t index, struct actor_kind *kind)
{
    return actor_player(mutants[index].traits, kind);
}

static void note_rules(struct runner *runner, const struct verdict *verdict)
{
    for (size_t i = 0; i < verdict->finding_count; i++) {
        const struct finding *finding = &verdict->findings[i];
        for (size_t j = 0; finding->axis == FINDING_OF_RULE && j < rule_count; j++)
            if (strcmp(rules[j].requirement, finding->requirement) == 0)
                runner->rule_failed[j] = true;
    }
}

static bool run_mutant(struct runner *runner, size_t index)
{
    struct actor_kind kind;
    struct player player = mutant_player(index, &kind);
    struct verdict verdict;
    if (!play_one(runner, &player, false, &verdict)) {
        (void)fprintf(stderr, "mutants: playing %s\n", mutants[index].name);
        return false;
    }
    runner->mutant_runs++;
    if (runner->plain_passes)
        note_rules(runner, &verdict);
    bool scenario = verdict.scenario == VERDICT_FAIL || verdict.scenario == VERDICT_WARN;
    bool rule = verdict.rules == VERDICT_FAIL || verdict.rules == VERDICT_WARN;
    if (scenario && runner->plain_passes)
        runner->file_failed[runner->file] = true;
    if ((scenario || rule) && runner->plain_passes && !runner->caught[index]) {
        runner->caught[index] = true;
        if (runner->verbose)
            print_verdict(runner, mutants[index].name, &verdict);
    }
    return true;
}

static bool is_relevant(const struct runner *runner, size_t index)
{
    const struct suite_scenario *from = &runner->suite->scenarios[runner->file];
    for (size_t i = 0; i < from->cite_count; i++)
        if (mentions(mutants[index].breaks, from->cites[i]))
            return true;
    return false;
}

static bool names_open_rule(const struct runner *runner, size_t index)
{
    for (size_t i = 0; i < rule_count; i++)
        if (!runner->rule_failed[i] &&
            mentions(mutants[index].breaks, bytes_of(rules[i].requirement)))
            return true;
    return false;
}

/* First those that the scenario names; later, whatever is still open. */
static bool run_mutants(struct runner *runner, enum runner_pass pass)
{
    for (size_t i = 0; i < mutant_count; i++) {
        bool file_open = !runner->file_failed[runner->file];
        bool wanted =
            (pass == PASS_NAMED && is_relevant(runner, i) && (!runner->caught[i] || file_open)) ||
            (pass == PASS_FILES && file_open) || (pass == PASS_MUTANTS && !runner->caught[i]) ||
            (pass == PASS_RULES && names_open_rule(runner, i));
        if (wanted && !run_mutant(runner, i))
            return false;
    }
    return true;
}

/* ---- passes -----------------------------------------------------------------------------------
 */

static bool any_open(const bool *done, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!done[i])
            return true;
    return false;
}

static bool is_wanted(const struct runner *runner, enum runner_pass pass, size_t file)
{
    if (pass == PASS_FILES)
        return !runner->file_failed[file];
    if (pass == PASS_RULES)
        return any_open(runner->rule_failed, rule_count);
    return pass != PASS_MUTANTS || any_open(runner->caught, mutant_count);
}

/* Later passes judge a mutant only where the plain client passes. */
static bool run_plain(struct runner *runner)
{
    struct actor_kind kind;
    struct player plain = harmless_player(0, &kind);
    struct verdict verdict;
    if (!play_one(runner, &plain, false, &verdict))
        return false;
    runner->plain_passes = !has_findings(&verdict, NULL) && verdict.scenario != VERDICT_NOT_REACHED;
    return true;
}

static bool run_instance(struct runner *runner, enum runner_pass pass, size_t file, size_t instance)
{
    if (!open_instance(runner, file, instance))
        return false;
    bool ok = (pass == PASS_NAMED ? run_harmless(runner, instance) : run_plain(runner)) &&
              run_mutants(runner, pass);
    scenario_release(&runner->scenario);
    return ok;
}

static bool run_pass(struct runner *runner, enum runner_pass pass)
{
    for (size_t file = 0; file < runner->suite->count; file++) {
        size_t count = scenario_file_instance_count(runner->suite->scenarios[file].file);
        for (size_t i = 0; i < count && is_wanted(runner, pass, file); i++)
            if (!run_instance(runner, pass, file, i))
                return false;
    }
    return true;
}

static bool run_all(struct runner *runner)
{
    return run_pass(runner, PASS_NAMED) && run_pass(runner, PASS_FILES) &&
           run_pass(runner, PASS_MUTANTS) && run_pass(runner, PASS_RULES);
}

/* ---- one client -------------------------------------------------------------------------------
 */

static bool find_client(const char *name, struct actor_kind *kind, struct player *ret)
{
    if (strcmp(name, "smtp_client") == 0) {
        *ret = player_of_smtp_client();
        return true;
    }
    for (size_t i = 0; i < harmless_count; i++)
        if (strcmp(name, harmless[i].name) == 0) {
            *ret = harmless_player(i, kind);
            return true;
        }
    for (size_t i = 0; i < mutant_count; i++)
        if (strcmp(name, mutants[i].name) == 0) {
            *ret = mutant_player(i, kind);
            return true;
        }
    return false;
}

static bool matches(const struct runner *runner)
{
    if (runner->has_profile && !profile_takes(runner->profile, runner->scenario.stands))
        return false;
    for (int i = 0; i < runner->word_count; i++)
        if (strncmp(runner->instance_name, runner->words[i], strlen(runner->words[i])) == 0)
            return true;
    return runner->word_count == 0;
}

static bool run_client(struct runner *runner)
{
    struct actor_kind kind;
    struct player player;
    size_t found = 0;
    if (!find_client(runner->client, &kind, &player))
        return err_set(&runner->err, ERR_SYNTAX, "no client is called %s", runner->client);
    for (size_t file = 0; file < runner->suite->count; file++) {
        size_t count = scenario_file_instance_count(runner->suite->scenarios[file].file);
        for (size_t i = 0; i < count; i++) {
            struct verdict verdict;
            if (!open_instance(runner, file, i))
                return false;
            if (!matches(runner) || lacks_any(runner->lacks, &runner->scenario))
                continue;
            if (!play_one(runner, &player, runner->verbose, &verdict))
                return false;
            bool bad = (has_findings(&verdict, NULL) && !is_known(&verdict, runner->known)) ||
                       verdict.scenario == VERDICT_NOT_REACHED;
            found += bad;
            if (bad || runner->verbose)
                print_verdict(runner, runner->client, &verdict);
            scenario_release(&runner->scenario);
        }
    }
    printf("%s: %zu runs, %zu with findings\n", runner->client, runner->runs, found);
    runner->alarms = found;
    return true;
}

/* ---- main -------------------------------------------------------------------------------------
 */

static size_t count_true(const bool *done, size_t count)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        found += done[i];
    return found;
}

/* The two figures, and what nothing can fail. Returns how many things are amiss. */
static size_t print_figures(const struct runner *runner)
{
    size_t amiss = runner->alarms;
    for (size_t i = 0; i < mutant_count; i++)
        if (!runner->caught[i])
            printf("NOT CAUGHT %s: %s\n", mutants[i].name, mutants[i].says);
    for (size_t i = 0; i < runner->suite->count; i++)
        if (!runner->file_failed[i])
            printf("NO MUTANT FAILS scenario %s\n", runner->suite->scenarios[i].name);
    for (size_t i = 0; i < rule_count; i++)
        if (!runner->rule_failed[i])
            printf("NO MUTANT FAILS rule %s (%s)\n", rules[i].name, rules[i].requirement);
    size_t caught = count_true(runner->caught, mutant_count);
    size_t files = count_true(runner->file_failed, runner->suite->count);
    size_t failed = count_true(runner->rule_failed, rule_count);
    printf("scenarios that a mutant fails: %zu of %zu; rules: %zu of %zu\n", files,
           runner->suite->count, failed, rule_count);
    printf("mutants caught: %zu of %zu (%zu runs)\n", caught, mutant_count, runner->mutant_runs);
    printf("false alarms: %zu of %zu runs of %zu harmless clients\n", runner->alarms,
           runner->harmless_runs, harmless_count);
    amiss += mutant_count - caught + runner->suite->count - files + rule_count - failed;
    return amiss;
}

/* Of what shows on the wire, in the outcome or in time, all that a server without DNS can show is
 * to be shown. Returns how many requirements are not. */
static bool print_coverage(const struct runner *runner, struct arena *arena, size_t *ret_amiss,
                           struct err *err)
{
    struct requirement_register list;
    struct bytes text;
    size_t kinds[COVERAGE_NOT_YET + 1] = {0};
    struct bytes path = arena_printf(arena, "%s/requirements.tsv", runner->folder);
    if (path.data == NULL)
        return err_memory(err);
    if (!data_path_read(path.data, REGISTER_OCTETS_MAX, arena, &text, err) ||
        !requirement_register_parse(text, arena, &list, err))
        return false;
    for (size_t i = 0; i < list.count; i++) {
        const struct requirement *row = &list.rows[i];
        struct coverage coverage = coverage_of(row, &list, runner->suite);
        if (bytes_equal(row->status, BYTES_LITERAL("not-observable")))
            continue;
        kinds[coverage.kind]++;
        if (coverage.kind == COVERAGE_NOT_YET)
            printf("NOT COVERED %.*s: %.*s\n", BYTES_FORMAT(row->id), BYTES_FORMAT(row->what));
    }
    printf("requirements covered: %zu of %zu that can be seen here (%zu cannot)\n",
           kinds[COVERAGE_TESTED], kinds[COVERAGE_TESTED] + kinds[COVERAGE_NOT_YET],
           kinds[COVERAGE_IMPOSSIBLE]);
    *ret_amiss = kinds[COVERAGE_NOT_YET];
    return true;
}

static bool options(struct runner *runner, int argc, char **argv)
{
    int i = 1;
    for (; i < argc && argv[i][0] == '-'; i++) {
        bool value = i + 1 < argc;
        if (strcmp(argv[i], "-v") == 0)
            runner->verbose = true;
        else if (strcmp(argv[i], "--sample") == 0 && value)
            runner->sample = strtoul(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--folder") == 0 && value)
            runner->folder = argv[++i];
        else if (strcmp(argv[i], "--lacks") == 0 && value)
            runner->lacks = argv[++i];
        else if (strcmp(argv[i], "--profile") == 0 && value)
            runner->has_profile = profile_from_word(bytes_of(argv[++i]), &runner->profile);
        else if (strcmp(argv[i], "--client") == 0 && value)
            runner->client = argv[++i];
        else if (strcmp(argv[i], "--known") == 0 && value)
            runner->known = argv[++i];
        else
            return false;
    }
    runner->words = argv + i;
    runner->word_count = argc - i;
    return true;
}

static bool prepare(struct runner *runner)
{
    runner->suite = suite_new(runner->folder, 1, &runner->err);
    if (runner->suite == NULL || !suite_load(runner->suite, &runner->err))
        return false;
    runner->caught = calloc(mutant_count, sizeof(bool));
    runner->alarms_of = calloc(harmless_count, sizeof(size_t));
    runner->file_failed = calloc(runner->suite->count + 1, sizeof(bool));
    runner->rule_failed = calloc(rule_count, sizeof(bool));
    if (!runner->caught || !runner->alarms_of || !runner->file_failed || !runner->rule_failed)
        return err_memory(&runner->err);
    return true;
}

int main(int argc, char **argv)
{
    struct runner runner = {.folder = "scenarios", .lacks = "", .sample = 1, .known = ""};
    if (!options(&runner, argc, argv)) {
        (void)fputs("usage: mutants [-v] [--sample N] [--folder DIR] [--client NAME [--known IDS]] "
                    "[WORD...]\n",
                    stderr);
        return 2;
    }
    bool ok = prepare(&runner) && (runner.client != NULL ? run_client(&runner) : run_all(&runner));
    size_t amiss = runner.alarms;
    size_t uncovered = 0;
    if (ok && runner.client == NULL) {
        amiss = print_figures(&runner);
        ok = print_coverage(&runner, runner.run_arena, &uncovered, &runner.err);
        amiss += uncovered;
    }
    if (!ok)
        (void)fprintf(stderr, "mutants: %s: %s\n", runner.instance_name, runner.err.what);
    arena_free(runner.run_arena);
    arena_free(runner.instance_arena);
    suite_free(runner.suite);
    free(runner.caught);
    free(runner.alarms_of);
    free(runner.file_failed);
    free(runner.rule_failed);
    return !ok ? 2 : (amiss > 0 ? EXIT_FAILURE : EXIT_SUCCESS);
}
