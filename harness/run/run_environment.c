#include "harness/run/run_environment.h"

#include "harness/warp/warp_page.h"

#define VARIABLE_OCTETS_MAX 64

struct environment {
    const char **lines; /* NAME=VALUE */
    size_t count;
    struct arena *arena;
    struct err *err;
};

static bool add_line(struct environment *to, const char *line)
{
    void *items = to->lines;
    if (!arena_grow(to->arena, &items, to->count, sizeof(*to->lines)))
        return err_memory(to->err);
    to->lines = items;
    to->lines[to->count++] = line;
    return true;
}

static bool add_variable(struct environment *to, const char *name, struct bytes value)
{
    struct bytes line = arena_printf(to->arena, "%s=%.*s", name, BYTES_FORMAT(value));
    return line.data != NULL ? add_line(to, line.data) : err_memory(to->err);
}

/* A recipe's client sees no configuration of the person who runs the tests. */
static bool add_own(struct environment *to, const struct run_setting *setting, struct bytes home)
{
    return add_variable(to, "PATH", bytes_of(setting->path)) && add_variable(to, "HOME", home) &&
           add_variable(to, "TMPDIR", home) && add_line(to, "LC_ALL=C.UTF-8") &&
           add_line(to, "TZ=UTC");
}

static bool add_all_of_ours(struct environment *to, const struct run_setting *setting)
{
    for (const char *const *line = setting->outside; *line != NULL; line++)
        if (!bytes_starts_with(bytes_of(*line), BYTES_LITERAL("SMTPDRILL_")) &&
            !add_line(to, *line))
            return false;
    return true;
}

/* What `inherit` names, where it is set. */
static bool add_inherited(struct environment *to, const struct run_setting *setting)
{
    const struct recipe *recipe = setting->recipe;
    for (const char *const *line = setting->outside; *line != NULL; line++) {
        struct bytes name = bytes_of(*line);
        size_t equals = bytes_find(name, '=');
        if (equals == BYTES_NOT_FOUND)
            continue;
        name.size = equals;
        for (size_t i = 0; i < recipe->inherited_count; i++)
            if (bytes_equal(recipe->inherited[i].name, name) && !add_line(to, *line))
                return false;
    }
    return true;
}

static bool add_facts(struct environment *to, const struct recipe_facts *facts)
{
    for (int i = 0; i < RECIPE_PLACEHOLDER_COUNT; i++) {
        const char *variable = recipe_placeholder_variable((enum recipe_placeholder)i);
        char name[VARIABLE_OCTETS_MAX] = "SMTPDRILL_";
        if (variable == NULL)
            continue;
        memcpy(name + 10, variable, strlen(variable) + 1);
        if (!add_variable(to, name, facts->values[i]))
            return false;
    }
    return true;
}

bool run_environment_make(const struct run_setting *setting, const struct recipe_facts *facts,
                          const char *const *of_recipe, struct arena *arena,
                          const char *const **ret, struct err *err)
{
    struct environment environment = {.arena = arena, .err = err};
    bool ok = setting->is_command
                  ? add_all_of_ours(&environment, setting)
                  : add_own(&environment, setting, facts->values[RECIPE_PLACEHOLDER_DIR]) &&
                        add_inherited(&environment, setting);
    if (ok && setting->recipe->is_adapter)
        ok = add_facts(&environment, facts);
    for (const char *const *line = of_recipe; ok && *line != NULL; line++)
        ok = add_line(&environment, *line);
    ok = ok && add_line(&environment, NULL);
    *ret = environment.lines;
    return ok;
}

bool run_environment_warp(const char *shim, const char *page, struct arena *arena,
                          const char *const **environment, struct err *err)
{
    static const char variable[] = "LD_PRELOAD=";
    struct environment to = {.arena = arena, .err = err};
    const char *others = "";
    bool ok = true;
    for (const char *const *line = *environment; ok && *line != NULL; line++) {
        bool is_it = strncmp(*line, variable, sizeof(variable) - 1) == 0;
        if (is_it)
            others = *line + sizeof(variable) - 1;
        else
            ok = add_line(&to, *line);
    }
    struct bytes all = arena_printf(arena, "%s%s%s", shim, others[0] != '\0' ? ":" : "", others);
    ok = ok && (all.data != NULL || err_memory(err)) && add_variable(&to, "LD_PRELOAD", all) &&
         add_variable(&to, WARP_VARIABLE, bytes_of(page)) && add_line(&to, NULL);
    *environment = to.lines;
    return ok;
}

bool run_environment_once(const struct run_setting *setting, const char *home, struct arena *arena,
                          const char *const **ret, struct err *err)
{
    struct environment environment = {.arena = arena, .err = err};
    bool ok = add_own(&environment, setting, bytes_of(home)) &&
              add_inherited(&environment, setting) && add_line(&environment, NULL);
    *ret = environment.lines;
    return ok;
}
