#include "harness/run/plan.h"

#include "base/require.h"
#include "base/text.h"
#include "harness/files.h"
#include "transport/data_path.h"

struct planning {
    struct suite *suite;
    const struct plan_wishes *wishes;
    struct arena *arena;
    struct plan *plan;
    bool *used;         /* one a word: it selected something */
    const char **names; /* one a word: the scenario that it is the file of; NULL = none */
    struct err *err;
};

/* ---- selection ------------------------------------------------------------------------------- */

static bool is_listed(const struct bytes *list, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++)
        if (bytes_equal_nocase(list[i], bytes_of(word)))
            return true;
    return false;
}

static bool is_any_listed(const struct bytes *list, size_t count, const char *const *words,
                          size_t word_count)
{
    for (size_t i = 0; i < word_count; i++)
        if (is_listed(list, count, words[i]))
            return true;
    return false;
}

/* Only `*` and `?` are special: brackets belong to the names of instances. */
static bool matches_glob(const char *glob, const char *name)
{
    for (; *glob != '\0'; glob++) {
        if (*glob == '*') {
            while (*glob == '*')
                glob++;
            for (; *name != '\0'; name++)
                if (matches_glob(glob, name))
                    return true;
            return *glob == '\0';
        }
        if (*name == '\0' || (*glob != '?' && *glob != *name))
            return false;
        name++;
    }
    return *name == '\0';
}

/* A word without suffix and without a slash at its end. */
static struct bytes bare(const char *word)
{
    struct bytes name = bytes_of(word);
    struct bytes suffix = BYTES_LITERAL(".drill");
    if (bytes_starts_with(name, BYTES_LITERAL("./")))
        name = bytes_after(name, 2);
    if (name.size > suffix.size && bytes_equal(bytes_after(name, name.size - suffix.size), suffix))
        name.size -= suffix.size;
    while (name.size > 1 && name.data[name.size - 1] == '/')
        name.size--;
    return name;
}

static bool word_selects(const struct planning *planning, size_t index,
                         const struct suite_scenario *scenario, const char *name)
{
    const char *word = planning->wishes->words[index];
    struct bytes file = bytes_of(scenario->name);
    struct bytes wanted = bare(word);
    if (planning->names[index] != NULL)
        return strcmp(planning->names[index], scenario->name) == 0;
    if (bytes_equal(wanted, file) || strcmp(word, name) == 0)
        return true;
    if (bytes_starts_with(file, wanted) && wanted.size < file.size && file.data[wanted.size] == '/')
        return true;
    if (is_listed(scenario->cites, scenario->cite_count, word))
        return true;
    return strpbrk(word, "*?") != NULL &&
           (matches_glob(word, name) || matches_glob(word, scenario->name));
}

static bool is_named(const struct planning *planning, const struct suite_scenario *scenario,
                     const char *name)
{
    for (size_t i = 0; i < planning->wishes->word_count; i++) {
        const char *word = planning->wishes->words[i];
        if (planning->names[i] != NULL
                ? strcmp(planning->names[i], scenario->name) == 0
                : strcmp(word, name) == 0 || bytes_equal(bare(word), bytes_of(scenario->name)))
            return true;
    }
    return false;
}

/* Whoever asks for a requirement by its id wants to see it, whatever the profile. */
static bool is_asked_for(const struct planning *planning, const struct suite_scenario *scenario)
{
    const struct plan_wishes *wishes = planning->wishes;
    return is_any_listed(scenario->cites, scenario->cite_count, wishes->words,
                         wishes->word_count) ||
           is_any_listed(scenario->cites, scenario->cite_count, wishes->requirements,
                         wishes->requirement_count);
}

static bool is_selected(struct planning *planning, const struct suite_scenario *scenario,
                        const char *name)
{
    const struct plan_wishes *wishes = planning->wishes;
    bool selected = wishes->word_count == 0;
    for (size_t i = 0; i < wishes->word_count; i++) {
        if (word_selects(planning, i, scenario, name)) {
            planning->used[i] = true;
            selected = true;
        }
    }
    if (wishes->requirement_count > 0)
        selected = selected && is_any_listed(scenario->cites, scenario->cite_count,
                                             wishes->requirements, wishes->requirement_count);
    if (wishes->tag_count > 0)
        selected = selected && is_any_listed(scenario->tags, scenario->tag_count, wishes->tags,
                                             wishes->tag_count);
    bool slow = wishes->no_slow && is_listed(scenario->tags, scenario->tag_count, "slow");
    bool other =
        !profile_takes(wishes->profile, scenario->stands) && !is_asked_for(planning, scenario);
    if ((slow || other) && !is_named(planning, scenario, name))
        return false;
    return selected && !is_any_listed(scenario->tags, scenario->tag_count, wishes->not_tags,
                                      wishes->not_tag_count);
}

static bool add_entry(struct planning *planning, struct plan_entry entry)
{
    void *items = planning->plan->entries;
    if (!arena_grow(planning->arena, &items, planning->plan->count, sizeof(entry)))
        return err_memory(planning->err);
    planning->plan->entries = items;
    planning->plan->entries[planning->plan->count++] = entry;
    return true;
}

static bool select_instances(struct planning *planning, const struct suite_scenario *scenario)
{
    size_t count = scenario_file_instance_count(scenario->file);
    for (size_t i = 0; i < count; i++) {
        struct bytes instance = scenario_file_instance_name(scenario->file, i);
        struct bytes name =
            instance.size > 0
                ? arena_printf(planning->arena, "%s[%.*s]", scenario->name, BYTES_FORMAT(instance))
                : arena_copy(planning->arena, bytes_of(scenario->name));
        struct plan_entry entry = {.scenario = scenario, .instance = i, .name = name.data};
        if (name.data == NULL)
            return err_memory(planning->err);
        if (is_selected(planning, scenario, name.data) && !add_entry(planning, entry))
            return false;
    }
    return true;
}

/* ---- words that select nothing --------------------------------------------------------------- */

static const char *last_part(const char *name)
{
    const char *slash = strrchr(name, '/');
    return slash != NULL ? slash + 1 : name;
}

/* The scenario whose last part is near to that of the word. */
static const char *nearest_scenario(const struct planning *planning, const char *word)
{
    const char **lasts =
        arena_alloc_array(planning->arena, planning->suite->count + 1, sizeof(*lasts));
    if (lasts == NULL)
        return NULL;
    for (size_t i = 0; i < planning->suite->count; i++)
        lasts[i] = last_part(planning->suite->scenarios[i].name);
    const char *near = text_nearest(bytes_of(last_part(word)), lasts, planning->suite->count);
    for (size_t i = 0; near != NULL && i < planning->suite->count; i++)
        if (lasts[i] == near)
            return planning->suite->scenarios[i].name;
    return NULL;
}

static bool check_words(const struct planning *planning)
{
    for (size_t i = 0; i < planning->wishes->word_count; i++) {
        const char *word = planning->wishes->words[i];
        if (planning->used[i])
            continue;
        const char *near = nearest_scenario(planning, word);
        return err_set(planning->err, ERR_SYNTAX,
                       "no scenario, folder or requirement is called %s%s%s%s",
                       text_show(bytes_of(word)).text, near != NULL ? "; did you mean " : "",
                       near != NULL ? near : "", near != NULL ? "?" : "");
    }
    return true;
}

/* A run of nothing would pass: a misspelt tag must not look like success. */
static bool check_wishes(const struct planning *planning)
{
    const struct plan_wishes *wishes = planning->wishes;
    if (planning->plan->count > 0 || wishes->tag_count + wishes->requirement_count == 0)
        return true;
    return err_set(planning->err, ERR_SYNTAX,
                   "no scenario has that %s; `smtpdrill list %s` names them",
                   wishes->requirement_count > 0 ? "requirement" : "tag",
                   wishes->requirement_count > 0 ? "--requirements" : "--tags");
}

/* ---- order ----------------------------------------------------------------------------------- */

/* SplitMix64: small, and the same everywhere. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t value = *state += UINT64_C(0x9E3779B97F4A7C15);
    value = (value ^ (value >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94D049BB133111EB);
    return value ^ (value >> 31);
}

static void shuffle(struct plan *plan, uint64_t seed)
{
    for (size_t i = plan->count; i > 1; i--) {
        size_t other = (size_t)(next_random(&seed) % i);
        struct plan_entry swapped = plan->entries[i - 1];
        plan->entries[i - 1] = plan->entries[other];
        plan->entries[other] = swapped;
    }
}

/* Of the entries from here on that belong to one scenario, so many are left, in their order. */
static size_t keep_some(struct plan_entry *entries, size_t count, size_t wanted, uint64_t *state)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        size_t left = count - i;
        if (next_random(state) % left < wanted - kept)
            entries[kept++] = entries[i];
    }
    return kept;
}

static void keep_sample(struct plan *plan, unsigned sample, uint64_t seed)
{
    size_t kept = 0;
    for (size_t from = 0, to; from < plan->count; from = to) {
        for (to = from + 1;
             to < plan->count && plan->entries[to].scenario == plan->entries[from].scenario;)
            to++;
        size_t some = keep_some(plan->entries + from, to - from,
                                to - from < sample ? to - from : sample, &seed);
        memmove(plan->entries + kept, plan->entries + from, some * sizeof(*plan->entries));
        kept += some;
    }
    plan->count = kept;
}

static void keep_shard(struct plan *plan, unsigned index, unsigned count)
{
    size_t kept = 0;
    for (size_t i = 0; i < plan->count; i++)
        if (i % count == index - 1)
            plan->entries[kept++] = plan->entries[i];
    plan->count = kept;
}

static const char *name_of_file(const struct suite *suite, const char *path)
{
    for (size_t i = 0; i < suite->count; i++)
        if (files_are_same(suite->scenarios[i].path, path))
            return suite->scenarios[i].name;
    return NULL;
}

/* A word that is a file, and that the suite does not know, joins it. */
static bool load_files(struct planning *planning)
{
    for (size_t i = 0; i < planning->wishes->word_count; i++) {
        const char *word = planning->wishes->words[i];
        if (suite_find(planning->suite, bare(word)) != NULL || !data_path_is_file(word))
            continue;
        planning->names[i] = name_of_file(planning->suite, word);
        if (planning->names[i] != NULL)
            continue;
        if (!suite_load_file(planning->suite, word, planning->err))
            return false;
        planning->names[i] = planning->suite->scenarios[planning->suite->count - 1].name;
    }
    return true;
}

bool plan_make(struct suite *suite, const struct plan_wishes *wishes, struct arena *arena,
               struct plan *ret, struct err *err)
{
    struct plan plan = {.entries = NULL};
    struct planning planning = {
        .suite = suite, .wishes = wishes, .arena = arena, .plan = &plan, .err = err};
    REQUIRE(wishes->shard_count > 0);
    planning.used = arena_alloc_array(arena, wishes->word_count + 1, sizeof(bool));
    planning.names = arena_alloc_array(arena, wishes->word_count + 1, sizeof(*planning.names));
    if (planning.used == NULL || planning.names == NULL)
        return err_memory(err);
    if (!load_files(&planning))
        return false;
    for (size_t i = 0; i < suite->count; i++)
        if (!select_instances(&planning, &suite->scenarios[i]))
            return false;
    if (!check_words(&planning) || !check_wishes(&planning))
        return false;
    /* No runs, none failed: that would pass for a success. */
    if (plan.count == 0)
        return err_set(err, ERR_SYNTAX,
                       suite->count == 0 ? "%s: no scenario (.drill) is there"
                                         : "%s: no scenario is left by these options",
                       suite->folder);
    if (wishes->sample > 0)
        keep_sample(&plan, wishes->sample, wishes->seed);
    keep_shard(&plan, wishes->shard_index, wishes->shard_count);
    if (!wishes->unshuffled)
        shuffle(&plan, wishes->seed);
    *ret = plan;
    return true;
}

/* ---- shards ---------------------------------------------------------------------------------- */

static bool shard_number(const char *text, unsigned *ret)
{
    unsigned long long number = 0;
    if (text == NULL || !bytes_to_number(bytes_of(text), 100000, &number))
        return false;
    *ret = (unsigned)number;
    return true;
}

static bool shard_from_environment(const char *(*environment)(const char *name),
                                   unsigned *ret_index, unsigned *ret_count, struct err *err)
{
    static const struct {
        const char *index;
        const char *count;
        unsigned first; /* what the first shard is called */
    } sources[] = {
        {"CI_NODE_INDEX",     "CI_NODE_TOTAL",      1},
        {"GTEST_SHARD_INDEX", "GTEST_TOTAL_SHARDS", 0},
        {"TEST_SHARD_INDEX",  "TEST_TOTAL_SHARDS",  0},
    };
    *ret_index = 1;
    *ret_count = 1;
    for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
        const char *index = environment(sources[i].index);
        const char *count = environment(sources[i].count);
        unsigned number = 0;
        if (index == NULL || count == NULL)
            continue;
        if (!shard_number(index, &number) || !shard_number(count, ret_count) || *ret_count == 0 ||
            number < sources[i].first || number - sources[i].first >= *ret_count)
            return err_set(err, ERR_SYNTAX, "%s=%s and %s=%s name no shard", sources[i].index,
                           text_show(bytes_of(index)).text, sources[i].count,
                           text_show(bytes_of(count)).text);
        *ret_index = number - sources[i].first + 1;
        return true;
    }
    return true;
}

bool plan_shard(const char *option, const char *(*environment)(const char *name),
                unsigned *ret_index, unsigned *ret_count, struct err *err)
{
    unsigned long long index = 0;
    unsigned long long count = 0;
    struct bytes rest = bytes_of(option != NULL ? option : "");
    struct bytes field;
    if (option == NULL)
        return shard_from_environment(environment, ret_index, ret_count, err);
    if (!bytes_next(&rest, '/', &field) || !bytes_to_number(field, 100000, &index) ||
        !bytes_to_number(rest, 100000, &count) || index == 0 || index > count)
        return err_set(err, ERR_SYNTAX, "--shard wants I/N, I from 1 to N; got %s",
                       text_show(bytes_of(option)).text);
    *ret_index = (unsigned)index;
    *ret_count = (unsigned)count;
    return true;
}
