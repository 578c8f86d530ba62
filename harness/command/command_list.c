#include "base/text.h"
#include "harness/command/program.h"
#include "harness/files.h"
#include "harness/recipe/capability.h"
#include "harness/run/coverage.h"
#include "harness/run/plan.h"

static const struct option_row rows[] = {
    {"clients",       '\0', NULL,   "the clients that there are recipes for"              },
    {"requirements",  '\0', NULL,   "the register of requirements, and what covers each"  },
    {"tags",          '\0', NULL,   "the tags of scenarios"                               },
    {"capabilities",  '\0', NULL,   "what clients can and scenarios need"                 },
    {"personalities", '\0', NULL,   "the providers that the fake server can be dressed as"},
    {"profiles",      '\0', NULL,   "what is asked where RFCs disagree"                   },
    {"profile",       '\0', "NAME", "only scenarios of this profile (default: default)"   },
    {"scenarios",     '\0', "DIR",  "where the scenarios are"                             },
    {"tag",           '\0', "TAG",  "only scenarios with this tag (several: any of them)" },
    {"not-tag",       '\0', "TAG",  "no scenario with this tag"                           },
    {"requirement",   '\0', "ID",   "only scenarios that cite this requirement"           },
    {"instances",     '\0', NULL,   "every instance, by the name that `run` takes"        },
    {"help",          '\0', NULL,   "this text"                                           },
    {NULL,            '\0', NULL,   NULL                                                  },
};

static const char usage[] =
    "usage: smtpdrill list [OPTION...] [SCENARIO...]\n"
    "Lists scenarios with their instances and titles, or what an option names.\n";

#define WORDS_MAX OPTIONS_MAX

static void put(struct bytes text)
{
    struct buf shown;
    buf_init(&shown, 4 * text.size + 1);
    if (text_escape_utf8(&shown, text))
        (void)fwrite(shown.data != NULL ? shown.data : "", 1, shown.size, stdout);
    buf_release(&shown);
}

/* ---- clients --------------------------------------------------------------------------------- */

static bool list_clients(struct program *program, struct err *err)
{
    struct recipe *recipes = NULL;
    size_t count = 0;
    if (!program_recipes(program, &recipes, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct recipe *recipe = &recipes[i];
        (void)printf("%-10s %-18.*s package %.*s; can", recipe->name.data,
                     BYTES_FORMAT(recipe->title), BYTES_FORMAT(recipe->package));
        for (int j = 0; j < CAPABILITY_COUNT; j++)
            if ((recipe->can & CAPABILITY_BIT((enum capability)j)) != 0)
                (void)printf(" %s", capability_word((enum capability)j));
        (void)fputc('\n', stdout);
    }
    return true;
}

static bool list_capabilities(void)
{
    for (int i = 0; i < CAPABILITY_COUNT; i++)
        (void)printf("%-20s %s\n", capability_word((enum capability)i),
                     capability_says((enum capability)i));
    return true;
}

static void list_profiles(void)
{
    for (unsigned i = 0; i < PROFILE_COUNT; i++) {
        (void)printf("%-10s %s\n", profile_word((enum profile)i), profile_says((enum profile)i));
        for (unsigned j = 0; j < STAND_COUNT; j++)
            (void)printf("  %-16s %-10s a client that %s (%s)\n", stands[j].word,
                         stand_answer_word(stands[j].answers[i]), stands[j].what, stands[j].source);
    }
}

/* ---- requirements ---------------------------------------------------------------------------- */

struct tally { /* one row of the table behind the list */
    struct bytes name;
    size_t kinds[COVERAGE_NOT_YET + 1];
};

#define TALLIES_MAX 128

struct tallies {
    struct tally rows[TALLIES_MAX];
    size_t count;
};

static void tally(struct tallies *tallies, struct bytes name, enum coverage_kind kind)
{
    size_t i = 0;
    while (i < tallies->count && !bytes_equal(tallies->rows[i].name, name))
        i++;
    if (i == TALLIES_MAX)
        return;
    if (i == tallies->count)
        tallies->rows[tallies->count++] = (struct tally){.name = name};
    tallies->rows[i].kinds[kind]++;
}

static void put_tallies(const char *title, const struct tallies *tallies)
{
    (void)printf("\n%-16s %6s %8s %15s %8s\n", title, "all", "tested", "not-observable", "not-yet");
    for (size_t i = 0; i < tallies->count; i++) {
        const size_t *kinds = tallies->rows[i].kinds;
        (void)printf("%-16.*s %6zu %8zu %15zu %8zu\n", BYTES_FORMAT(tallies->rows[i].name),
                     kinds[0] + kinds[1] + kinds[2], kinds[COVERAGE_TESTED],
                     kinds[COVERAGE_IMPOSSIBLE], kinds[COVERAGE_NOT_YET]);
    }
}

static void put_requirement(const struct requirement *row, const struct coverage *coverage)
{
    (void)printf("%-16.*s %-10.*s ", BYTES_FORMAT(row->id), BYTES_FORMAT(row->level));
    if (coverage->kind == COVERAGE_TESTED)
        (void)printf("%zu rule%s, %zu scenario%s", coverage->rules, coverage->rules == 1 ? "" : "s",
                     coverage->scenarios, coverage->scenarios == 1 ? "" : "s");
    else
        (void)fputs(coverage_word(coverage->kind), stdout);
    if (coverage->as.size > 0)
        (void)printf(", as %.*s", BYTES_FORMAT(coverage->as));
    if (coverage->reason.size > 0) {
        (void)fputs(" (", stdout);
        put(coverage->reason);
        (void)fputc(')', stdout);
    }
    (void)fputs(": ", stdout);
    put(row->what);
    (void)fputc('\n', stdout);
}

static bool list_requirements(struct program *program, const struct suite *suite, struct err *err)
{
    struct requirement_register list = {.rows = NULL};
    struct tallies all = {.count = 0};
    struct tallies levels = {.count = 0};
    struct tallies areas = {.count = 0};
    if (!program_register(program, &list, err))
        return false;
    for (size_t i = 0; i < list.count; i++) {
        struct coverage coverage = coverage_of(&list.rows[i], &list, suite);
        put_requirement(&list.rows[i], &coverage);
        tally(&all, BYTES_LITERAL("requirements"), coverage.kind);
        tally(&levels, list.rows[i].level, coverage.kind);
        tally(&areas, list.rows[i].area, coverage.kind);
    }
    put_tallies("", &all);
    put_tallies("level", &levels);
    put_tallies("area", &areas);
    return true;
}

/* ---- personalities --------------------------------------------------------------------------- */

static bool put_personality(struct suite *suite, const char *name, struct arena *arena,
                            struct err *err)
{
    const struct scenario session = {.server = bytes_of(name)};
    struct scenario personality;
    bool is_there;
    if (!suite_personality(suite, &session, arena, &personality, &is_there, err))
        return false;
    (void)printf("%-14s ", name);
    put(personality.title);
    (void)fputc('\n', stdout);
    scenario_release(&personality);
    return true;
}

static bool list_personalities(struct program *program, struct suite *suite, struct err *err)
{
    static const char suffix[] = ".personality";
    const char *const *files = NULL;
    size_t count = 0;
    struct bytes folder = arena_printf(program->arena, "%s/personalities", program->scenarios);
    if (folder.data == NULL)
        return err_memory(err);
    if (!files_find(folder.data, suffix, program->arena, &files, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        const size_t length = strlen(files[i]) - (sizeof suffix - 1);
        const char *name = arena_string(program->arena, (struct bytes){files[i], length});
        if (name == NULL)
            return err_memory(err);
        if (!put_personality(suite, name, program->arena, err))
            return false;
    }
    return true;
}

/* ---- scenarios ------------------------------------------------------------------------------- */

static bool list_tags(struct program *program, const struct suite *suite, struct err *err)
{
    struct tallies *tags = arena_alloc(program->arena, sizeof(*tags));
    if (tags == NULL)
        return err_memory(err);
    for (size_t i = 0; i < suite->count; i++)
        for (size_t j = 0; j < suite->scenarios[i].tag_count; j++)
            tally(tags, suite->scenarios[i].tags[j], COVERAGE_TESTED);
    for (size_t i = 0; i < tags->count; i++)
        (void)printf("%-20.*s %zu scenarios\n", BYTES_FORMAT(tags->rows[i].name),
                     tags->rows[i].kinds[COVERAGE_TESTED]);
    return true;
}

static void list_scenarios(const struct plan *plan, bool instances)
{
    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_entry *entry = &plan->entries[i];
        if (instances) {
            (void)puts(entry->name);
            continue;
        }
        size_t count = 1; /* the instances of a file stand together */
        while (i + 1 < plan->count && plan->entries[i + 1].scenario == entry->scenario) {
            i++;
            count++;
        }
        (void)printf("%-50s %4zu  ", entry->scenario->name, count);
        put(entry->scenario->title);
        (void)fputc('\n', stdout);
    }
}

static bool list_plan(struct program *program, const struct options *options, struct suite *suite,
                      struct err *err)
{
    const char *tags[WORDS_MAX];
    const char *not_tags[WORDS_MAX];
    const char *requirements[WORDS_MAX];
    struct plan plan;
    struct plan_wishes wishes = {
        .words = options->words,
        .word_count = options->word_count,
        .tags = tags,
        .tag_count = options_values(options, "tag", tags, WORDS_MAX),
        .not_tags = not_tags,
        .not_tag_count = options_values(options, "not-tag", not_tags, WORDS_MAX),
        .requirements = requirements,
        .requirement_count = options_values(options, "requirement", requirements, WORDS_MAX),
        .shard_index = 1,
        .shard_count = 1,
        .unshuffled = true,
    };
    if (!program_profile(options, &wishes.profile, err) ||
        !plan_make(suite, &wishes, program->arena, &plan, err))
        return false;
    list_scenarios(&plan, options_value(options, "instances") != NULL);
    return true;
}

static bool list(struct program *program, const struct options *options, struct err *err)
{
    if (options_value(options, "clients") != NULL)
        return list_clients(program, err);
    if (options_value(options, "capabilities") != NULL)
        return list_capabilities();
    if (options_value(options, "profiles") != NULL) {
        list_profiles();
        return true;
    }
    struct suite *suite = suite_new(program->scenarios, 1, err);
    bool only_personalities = options_value(options, "personalities") != NULL;
    bool ok = suite != NULL && (only_personalities || suite_load(suite, err));
    if (ok && only_personalities)
        ok = list_personalities(program, suite, err);
    else if (ok && options_value(options, "requirements") != NULL)
        ok = list_requirements(program, suite, err);
    else if (ok && options_value(options, "tags") != NULL)
        ok = list_tags(program, suite, err);
    else if (ok)
        ok = list_plan(program, options, suite, err);
    suite_free(suite);
    return ok;
}

enum program_status command_list(int argc, const char **argv)
{
    return program_answer(rows, usage, argc, argv, list);
}
