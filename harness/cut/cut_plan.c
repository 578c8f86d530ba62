#include "harness/cut/cut_plan.h"

/* ---- wishes ---------------------------------------------------------------------------------- */

static bool add_wish(struct cut_wishes *wishes, const struct cut *cut, const char *only,
                     struct err *err)
{
    if (wishes->count == CUT_WISHES_MAX)
        return err_set(err, ERR_LIMIT, "more than %d cuts", CUT_WISHES_MAX);
    wishes->wishes[wishes->count++] = (struct cut_wish){.cut = *cut, .only = only};
    return true;
}

/* Splitting by lines, and then by octets. */
static bool add_all(struct cut_wishes *wishes, struct err *err)
{
    static const char *const all[] = {"close", "half-close", "reset",       "stall",
                                      "split", "join",       "split@octets"};
    struct cut cut;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (!cut_parse_wish(bytes_of(all[i]), &cut, err) || !add_wish(wishes, &cut, NULL, err))
            return false;
    return true;
}

bool cut_wishes_read(struct cut_wishes *wishes, const char *value, struct err *err)
{
    struct bytes rest = bytes_of(value);
    struct bytes word;
    struct cut cut;
    if (rest.size == 0)
        return err_set(err, ERR_SYNTAX, "--cut wants kinds as in close,reset; got nothing");
    while (bytes_next(&rest, ',', &word)) {
        if (bytes_equal(word, BYTES_LITERAL("all"))) {
            if (!add_all(wishes, err))
                return false;
            continue;
        }
        if (!cut_parse_wish(word, &cut, err) || !add_wish(wishes, &cut, NULL, err))
            return false;
    }
    return true;
}

bool cut_wishes_take_word(struct cut_wishes *wishes, const char **word, struct arena *arena,
                          struct err *err)
{
    const char *tilde = strrchr(*word, '~');
    struct err ignored;
    struct cut cut;
    if (tilde == NULL || tilde == *word || !cut_parse(bytes_of(tilde + 1), &cut, &ignored))
        return true;
    const char *name = arena_string(arena, (struct bytes){*word, (size_t)(tilde - *word)});
    if (name == NULL)
        return err_memory(err);
    *word = name;
    return add_wish(wishes, &cut, name, err);
}

/* ---- beginnings that were cut already -------------------------------------------------------- */

struct seen {
    uint64_t *keys; /* open addressing; 0 = free */
    size_t count;
    size_t room; /* a power of two */
};

static bool insert(struct seen *seen, uint64_t key, bool *ret_new)
{
    size_t at = (size_t)(key & (seen->room - 1));
    while (seen->keys[at] != 0 && seen->keys[at] != key)
        at = (at + 1) & (seen->room - 1);
    *ret_new = seen->keys[at] == 0;
    seen->keys[at] = key;
    seen->count += *ret_new;
    return true;
}

static bool grow(struct seen *seen, struct arena *arena)
{
    struct seen larger = {.room = seen->room > 0 ? seen->room * 2 : 4096};
    bool is_new;
    larger.keys = arena_alloc_array(arena, larger.room, sizeof *larger.keys);
    if (larger.keys == NULL)
        return false;
    for (size_t i = 0; i < seen->room; i++)
        if (seen->keys[i] != 0)
            (void)insert(&larger, seen->keys[i], &is_new);
    *seen = larger;
    return true;
}

static bool note(struct seen *seen, uint64_t key, struct arena *arena, bool *ret_new)
{
    if (seen->count * 2 >= seen->room && !grow(seen, arena))
        return false;
    return insert(seen, key | 1, ret_new);
}

/* ---- entries --------------------------------------------------------------------------------- */

struct cut_planning {
    const struct plan_entry *entry;
    const struct cut_survey *survey;
    struct arena *arena;
    struct plan *plan;
    struct seen seen;
    struct err *err;
};

static bool add_entry(struct cut_planning *planning, const struct cut *cut)
{
    struct plan *plan = planning->plan;
    void *items = plan->entries;
    struct plan_entry entry = *planning->entry;
    struct cut *kept = arena_alloc(planning->arena, sizeof *kept);
    if (kept == NULL || !arena_grow(planning->arena, &items, plan->count, sizeof entry))
        return err_memory(planning->err);
    *kept = *cut;
    entry.cut = kept;
    entry.survey = planning->survey;
    entry.name =
        arena_printf(planning->arena, "%s~%s", planning->entry->name, cut_print(cut).text).data;
    if (entry.name == NULL)
        return err_memory(planning->err);
    plan->entries = items;
    plan->entries[plan->count++] = entry;
    return true;
}

/* A beginning that no other entry cuts in this way. */
static bool add_new(struct cut_planning *planning, const struct cut *cut, uint64_t before)
{
    const uint64_t parts[] = {cut->kind, cut->where, cut->connection};
    bool is_new = false;
    before = cut_survey_digest(before, (struct bytes){(const char *)parts, sizeof parts});
    if (!note(&planning->seen, before, planning->arena, &is_new))
        return err_memory(planning->err);
    return !is_new || add_entry(planning, cut);
}

static bool is_at_an_end(size_t at, size_t size)
{
    return at <= CUT_LINE_ENDS || size - at <= CUT_LINE_ENDS;
}

static bool add_octets(struct cut_planning *planning, struct cut *cut, const struct cut_line *line)
{
    uint64_t digest = line->before;
    for (size_t i = 1; i < line->octets.size; i++) {
        digest = cut_survey_digest(digest, bytes_slice(line->octets, i - 1, i));
        cut->octets = i;
        if (is_at_an_end(i, line->octets.size) && !add_new(planning, cut, digest))
            return false;
    }
    cut->octets = 0;
    return true;
}

/* Behind so many lines. The last may end without a line end: behind it is behind its octets. */
static void go_to_line(const struct cut_connection *on, size_t lines, struct cut *ret)
{
    struct bytes last = lines > 0 ? on->lines[lines - 1].octets : BYTES_NONE;
    bool whole = last.size == 0 || last.data[last.size - 1] == '\n';
    ret->lines = whole ? lines : lines - 1;
    ret->octets = whole ? 0 : last.size;
}

static bool add_endings(struct cut_planning *planning, const struct cut *wish)
{
    struct cut cut = {.kind = wish->kind, .where = CUT_AT_POINT};
    for (size_t i = 0; i < planning->survey->connection_count; i++) {
        const struct cut_connection *on = &planning->survey->connections[i];
        cut.connection = (unsigned)i + 1;
        for (size_t lines = 0; on->line_count > 0 && lines <= on->line_count; lines++) {
            const struct cut_line *line = &on->lines[lines];
            go_to_line(on, lines, &cut);
            if (!add_new(planning, &cut, line->before))
                return false;
            if (wish->where == CUT_AT_OCTETS && !add_octets(planning, &cut, line))
                return false;
        }
    }
    return true;
}

static bool has_lines(const struct cut_survey *survey)
{
    for (size_t i = 0; i < survey->connection_count; i++)
        if (survey->connections[i].line_count > 0)
            return true;
    return false;
}

static bool add_cuts(struct cut_planning *planning, const struct cut_wish *wish)
{
    const struct cut *cut = &wish->cut;
    if (cut_is_ending(cut))
        return cut->where == CUT_AT_POINT ? add_entry(planning, cut) : add_endings(planning, cut);
    if (wish->only != NULL)
        return add_entry(planning, cut);
    /* Where the scenario itself says how its octets come, another way is another scenario. */
    if (planning->survey->has_segments || !has_lines(planning->survey) ||
        (cut->kind == CUT_JOIN && !planning->survey->has_joints))
        return true;
    return add_new(planning, cut, planning->survey->whole);
}

static bool is_for(const struct cut_wish *wish, const struct plan_entry *entry)
{
    return wish->only == NULL || strcmp(wish->only, entry->name) == 0 ||
           strcmp(wish->only, entry->scenario->name) == 0;
}

bool cut_plan_make(const struct cut_plan_source *source, struct arena *arena, struct plan *ret,
                   struct err *err)
{
    struct plan plan = {.entries = NULL};
    struct cut_planning planning = {.arena = arena, .plan = &plan, .err = err};
    for (size_t i = 0; i < source->uncut->count; i++) {
        planning.entry = &source->uncut->entries[i];
        planning.survey = &source->surveys[i];
        for (size_t j = 0; planning.survey->fit && j < source->wishes->count; j++)
            if (is_for(&source->wishes->wishes[j], planning.entry) &&
                !add_cuts(&planning, &source->wishes->wishes[j]))
                return false;
    }
    *ret = plan;
    return true;
}
