#include "harness/run/suite.h"

#include "harness/files.h"
#include "transport/data_path.h"

#include <stdio.h>
#include <stdlib.h>

void suite_name_error(struct err *err, const char *path)
{
    char where[32] = "";
    struct err plain = *err;
    if (plain.line > 0 && plain.column > 0)
        (void)snprintf(where, sizeof(where), ":%u:%u", plain.line, plain.column);
    else if (plain.line > 0)
        (void)snprintf(where, sizeof(where), ":%u", plain.line);
    else if (strncmp(plain.what, path, strlen(path)) == 0)
        return;
    /* The sentence is worth more than the beginning of a long path. */
    size_t taken = strlen(where) + strlen(plain.what) + sizeof(": ");
    size_t room = sizeof(err->what) > taken ? sizeof(err->what) - taken : 0;
    size_t length = strlen(path);
    if (room < 16)
        room = 16;
    const char *shown = length > room ? path + (length - room + 3) : path;
    struct buf text;
    buf_init(&text, length + sizeof(plain.what) + 64);
    if (buf_printf(&text, "%s%s%s: %s", shown == path ? "" : "...", shown, where, plain.what)) {
        size_t kept = text.size < sizeof(err->what) ? text.size : sizeof(err->what) - 1;
        memcpy(err->what, text.data, kept);
        err->what[kept] = '\0';
    }
    buf_release(&text);
}

/* What the scenario being parsed loads belongs to its transcripts. */
static bool note_file(struct suite *suite, const char *path, struct bytes text, struct err *err)
{
    struct suite_scenario *scenario = suite->parsing;
    void *items = scenario != NULL ? scenario->files : NULL;
    if (scenario == NULL)
        return true;
    if (!arena_grow(suite->arena, &items, scenario->file_count, sizeof(*scenario->files)))
        return err_memory(err);
    scenario->files = items;
    scenario->files[scenario->file_count++] =
        (struct transcript_file){arena_copy(suite->arena, bytes_of(path)), text};
    return scenario->files[scenario->file_count - 1].path.data != NULL || err_memory(err);
}

/* Tables stand relative to the folder of the scenarios, as the names do. */
static bool load_table(void *owner, const char *path, struct arena *arena, struct bytes *ret,
                       struct err *err)
{
    struct suite *suite = owner;
    const char *whole = path;
    if (path[0] != '/' && !data_path_is_file(path))
        whole = arena_printf(arena, "%s/%s", suite->folder, path).data;
    if (whole == NULL)
        return err_memory(err);
    return data_path_read(whole, SCENARIO_FILE_OCTETS_MAX, arena, ret, err) &&
           note_file(suite, path, *ret, err);
}

struct suite *suite_new(const char *folder, uint64_t seed, struct err *err)
{
    struct suite *suite = calloc(1, sizeof(*suite));
    if (suite == NULL) {
        err_memory(err);
        return NULL;
    }
    suite->arena = arena_new(SUITE_OCTETS_MAX);
    suite->folder = suite->arena != NULL ? arena_string(suite->arena, bytes_of(folder)) : NULL;
    if (suite->folder == NULL) {
        suite_free(suite);
        err_memory(err);
        return NULL;
    }
    suite->seed = seed;
    suite->loader = (struct scenario_loader){.load = load_table, .owner = suite};
    return suite;
}

void suite_free(struct suite *suite)
{
    if (suite == NULL)
        return;
    arena_free(suite->arena);
    free(suite);
}

/* Title, requirements and tags are the same in every instance but for placeholders. */
static bool read_head(struct suite *suite, struct suite_scenario *to, struct err *err)
{
    struct scenario first;
    if (scenario_file_instance_count(to->file) == 0)
        return true;
    if (!scenario_file_instance(to->file, 0, suite->seed, suite->arena, &first, err))
        return false;
    to->title = first.title;
    to->cites = first.cites;
    to->cite_count = first.cite_count;
    to->tags = first.tags;
    to->tag_count = first.tag_count;
    to->needs = first.needs;
    to->need_count = first.need_count;
    memcpy(to->stands, first.stands, sizeof(to->stands));
    scenario_release(&first);
    return true;
}

/* The text lives in the arena. */
static bool add_text(struct suite *suite, const char *name, const char *path, struct bytes text,
                     struct err *err)
{
    struct suite_scenario scenario = {.name = name, .path = path, .text = text};
    void *items = suite->scenarios;
    suite->parsing = &scenario;
    bool ok = note_file(suite, name, text, err) &&
              scenario_file_parse(name, text, &suite->loader, suite->arena, &scenario.file, err) &&
              read_head(suite, &scenario, err);
    suite->parsing = NULL;
    if (!ok) {
        suite_name_error(err, path);
        return false;
    }
    if (!arena_grow(suite->arena, &items, suite->count, sizeof(*suite->scenarios)))
        return err_memory(err);
    suite->scenarios = items;
    suite->scenarios[suite->count++] = scenario;
    return true;
}

static bool add_file(struct suite *suite, const char *name, const char *path, struct err *err)
{
    struct bytes text;
    return data_path_read(path, SCENARIO_FILE_OCTETS_MAX, suite->arena, &text, err) &&
           add_text(suite, name, path, text, err);
}

static const char *without_suffix(struct suite *suite, const char *path)
{
    struct bytes name = bytes_of(path);
    struct bytes suffix = BYTES_LITERAL(".drill");
    if (name.size > suffix.size && bytes_equal(bytes_after(name, name.size - suffix.size), suffix))
        name.size -= suffix.size;
    return arena_string(suite->arena, name);
}

bool suite_load_named(struct suite *suite, const char *name, struct err *err)
{
    const char *kept = arena_string(suite->arena, bytes_of(name));
    const char *path = arena_printf(suite->arena, "%s/%s.drill", suite->folder, name).data;
    if (kept == NULL || path == NULL)
        return err_memory(err);
    return add_file(suite, kept, path, err);
}

bool suite_load(struct suite *suite, struct err *err)
{
    const char *const *names = NULL;
    size_t count = 0;
    if (!files_find(suite->folder, ".drill", suite->arena, &names, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        const char *name = without_suffix(suite, names[i]);
        if (name == NULL)
            return err_memory(err);
        if (!suite_load_named(suite, name, err))
            return false;
    }
    return true;
}

bool suite_load_file(struct suite *suite, const char *path, struct err *err)
{
    const char *name = without_suffix(suite, path);
    const char *kept = arena_string(suite->arena, bytes_of(path));
    if (name == NULL || kept == NULL)
        return err_memory(err);
    return add_file(suite, name, kept, err);
}

bool suite_load_text(struct suite *suite, const char *name, struct bytes text, struct err *err)
{
    const char *kept = arena_string(suite->arena, bytes_of(name));
    struct bytes copy = arena_copy(suite->arena, text);
    if (kept == NULL || copy.data == NULL)
        return err_memory(err);
    if (text.size > SCENARIO_FILE_OCTETS_MAX)
        return err_set(err, ERR_LIMIT, "%s: more than %d octets", name, SCENARIO_FILE_OCTETS_MAX);
    return add_text(suite, kept, kept, copy, err);
}

const struct suite_scenario *suite_find(const struct suite *suite, struct bytes name)
{
    for (size_t i = 0; i < suite->count; i++)
        if (bytes_equal(bytes_of(suite->scenarios[i].name), name))
            return &suite->scenarios[i];
    return NULL;
}

bool suite_instance(struct suite *suite, const struct suite_scenario *from, size_t index,
                    struct arena *arena, struct scenario *ret, struct err *err)
{
    if (scenario_file_instance(from->file, index, suite->seed, arena, ret, err))
        return true;
    suite_name_error(err, from->path);
    return false;
}

/* ---- personalities --------------------------------------------------------------------------- */

static bool read_personality(struct suite *suite, struct bytes name, struct suite_personality *ret,
                             struct err *err)
{
    struct bytes text;
    ret->name = arena_string(suite->arena, name);
    ret->path = arena_printf(suite->arena, "%s/personalities/%.*s.personality", suite->folder,
                             BYTES_FORMAT(name))
                    .data;
    if (ret->name == NULL || ret->path == NULL)
        return err_memory(err);
    if (memchr(name.data, '/', name.size) != NULL)
        return err_set(err, ERR_SYNTAX, "the name of a personality has no `/`");
    if (!data_path_read(ret->path, SCENARIO_FILE_OCTETS_MAX, suite->arena, &text, err))
        return false;
    if (scenario_file_parse(ret->name, text, &suite->loader, suite->arena, &ret->file, err))
        return true;
    suite_name_error(err, ret->path);
    return false;
}

static const struct suite_personality *find_personality(struct suite *suite, struct bytes name,
                                                        struct err *err)
{
    for (size_t i = 0; i < suite->personality_count; i++)
        if (bytes_equal(bytes_of(suite->personalities[i].name), name))
            return &suite->personalities[i];
    struct suite_personality read;
    void *items = suite->personalities;
    if (suite->personality_count == SUITE_PERSONALITIES_MAX) {
        err_set(err, ERR_LIMIT, "more than %d personalities", SUITE_PERSONALITIES_MAX);
        return NULL;
    }
    if (!read_personality(suite, name, &read, err))
        return NULL;
    if (!arena_grow(suite->arena, &items, suite->personality_count, sizeof(read))) {
        err_memory(err);
        return NULL;
    }
    suite->personalities = items;
    suite->personalities[suite->personality_count] = read;
    return &suite->personalities[suite->personality_count++];
}

bool suite_personality(struct suite *suite, const struct scenario *session, struct arena *arena,
                       struct scenario *ret, bool *ret_there, struct err *err)
{
    *ret_there = false;
    if (session->server.size == 0)
        return true;
    const struct suite_personality *found = find_personality(suite, session->server, err);
    if (found == NULL)
        return false;
    *ret_there = scenario_file_personality(found->file, session, suite->seed, arena, ret, err);
    if (!*ret_there)
        suite_name_error(err, found->path);
    return *ret_there;
}
