#include "harness/profile/client_profile.h"

#include "base/text.h"

#include <jansson.h>

#define SCHEMA 1
#define NOT_SEEN "(not seen)"

bool client_profile_add(struct client_profile *profile, const char *run,
                        const struct transcript *transcript, struct arena *arena, struct err *err)
{
    struct profile_seen *seen = arena_alloc(arena, sizeof(*seen));
    if (seen == NULL)
        return err_memory(err);
    if (!profile_seen_gather(transcript, arena, seen, err))
        return false;
    for (size_t i = 0; i < profile_trait_count; i++) {
        struct bytes answer = BYTES_NONE;
        if (strcmp(profile_traits[i].run, run) != 0 || profile->answers[i].data != NULL)
            continue;
        answer = profile_traits[i].answer(seen, arena);
        /* Spans of the transcript go with it. */
        if (answer.data != NULL) {
            profile->answers[i] = arena_copy(arena, answer);
            if (profile->answers[i].data == NULL)
                return err_memory(err);
            profile->setters[i] = profile_setter_of(&profile_traits[i], seen, profile->recipe);
        }
    }
    return true;
}

/* ---- text ------------------------------------------------------------------------------------ */

static struct bytes said(struct bytes answer)
{
    return answer.data != NULL ? answer : BYTES_LITERAL(NOT_SEEN);
}

/* Widths of the first two columns. */
static void measure(const struct client_profile *profile, int *ret_name, int *ret_answer)
{
    *ret_name = 0;
    *ret_answer = 0;
    for (size_t i = 0; i < profile_trait_count; i++) {
        int name = (int)strlen(profile_traits[i].name);
        int answer = (int)said(profile->answers[i]).size;
        *ret_name = name > *ret_name ? name : *ret_name;
        *ret_answer = answer > *ret_answer ? answer : *ret_answer;
    }
}

static bool told(FILE *to, struct err *err)
{
    return (fflush(to) == 0 && ferror(to) == 0) ||
           err_set(err, ERR_IO, "the profile could not be written whole");
}

static const char *const setter_says[] = {[PROFILE_SET_BY_CLIENT] = "",
                                          [PROFILE_SET_BY_RECIPE] = "; its recipe sets it",
                                          [PROFILE_SET_BY_ADAPTER] = "; its adapter may set it"};
static const char *const setter_words[] = {[PROFILE_SET_BY_CLIENT] = NULL,
                                           [PROFILE_SET_BY_RECIPE] = "recipe",
                                           [PROFILE_SET_BY_ADAPTER] = "adapter"};

bool client_profile_print(const struct client_profile *profile, FILE *to, struct err *err)
{
    int name = 0;
    int answer = 0;
    measure(profile, &name, &answer);
    (void)fprintf(to, "%s%s%s\n", profile->client, profile->version[0] != '\0' ? " " : "",
                  profile->version);
    for (size_t i = 0; i < profile_trait_count; i++) {
        const struct bytes text = said(profile->answers[i]);
        (void)fprintf(to, "%-*s  %.*s%*s  %s  (%s%s)\n", name, profile_traits[i].name,
                      BYTES_FORMAT(text), answer - (int)text.size, "", profile_traits[i].question,
                      profile_traits[i].source, setter_says[profile->setters[i]]);
    }
    return told(to, err);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static json_t *json_answer(struct bytes answer)
{
    return answer.data != NULL ? json_stringn(answer.data, answer.size) : json_null();
}

/* set_by is left out where nothing says that it is not the client. */
static json_t *json_trait(const struct client_profile *profile, size_t index)
{
    const struct profile_trait *trait = &profile_traits[index];
    const char *setter = setter_words[profile->setters[index]];
    return json_pack("{s:s, s:s, s:o, s:s*, s:s, s:s}", "name", trait->name, "question",
                     trait->question, "answer", json_answer(profile->answers[index]), "set_by",
                     setter, "run", trait->run, "source", trait->source);
}

bool client_profile_print_json(const struct client_profile *profile, FILE *to, struct err *err)
{
    json_t *traits = json_array();
    for (size_t i = 0; i < profile_trait_count; i++)
        (void)json_array_append_new(traits, json_trait(profile, i));
    json_t *root = json_pack("{s:i, s:{s:s, s:s}, s:o}", "profile", SCHEMA, "client", "name",
                             profile->client, "version", profile->version, "traits", traits);
    if (root == NULL || json_array_size(traits) != profile_trait_count) {
        json_decref(root);
        return err_memory(err);
    }
    bool ok =
        json_dumpf(root, to, JSON_INDENT(1) | JSON_PRESERVE_ORDER) == 0 && fputc('\n', to) != EOF;
    json_decref(root);
    return ok ? told(to, err) : err_set(err, ERR_IO, "the profile could not be written whole");
}

/* ---- changes --------------------------------------------------------------------------------- */

static bool same(json_t *old, struct bytes answer)
{
    struct bytes before = BYTES_NONE;
    if (!json_is_string(old))
        return answer.data == NULL;
    before = (struct bytes){json_string_value(old), json_string_length(old)};
    return answer.data != NULL && bytes_equal(before, answer);
}

/* What stands in a file is a stranger's. */
static void print_change(const struct profile_trait *trait, json_t *old, struct bytes answer,
                         FILE *to)
{
    struct bytes before = BYTES_LITERAL(NOT_SEEN);
    struct buf text;
    if (json_is_string(old))
        before = (struct bytes){json_string_value(old), json_string_length(old)};
    buf_init(&text, PROFILE_FILE_OCTETS_MAX * 4);
    if (text_escape(&text, before))
        (void)fprintf(to, "%s: was %.*s, is %.*s  (%s)\n", trait->name,
                      BYTES_FORMAT(buf_bytes(&text)), BYTES_FORMAT(said(answer)), trait->source);
    buf_release(&text);
}

static bool read_old(struct bytes old, json_t **ret_root, struct err *err)
{
    json_error_t trouble;
    json_t *root = json_loadb(old.data != NULL ? old.data : "", old.size, 0, &trouble);
    if (root == NULL) {
        err_set(err, ERR_SYNTAX, "no JSON: %s", text_show(bytes_of(trouble.text)).text);
        err->line = trouble.line > 0 ? (unsigned)trouble.line : 0;
        err->column = trouble.column > 0 ? (unsigned)trouble.column : 0;
        return false;
    }
    if (json_integer_value(json_object_get(root, "profile")) != SCHEMA ||
        !json_is_array(json_object_get(root, "traits"))) {
        json_decref(root);
        return err_set(err, ERR_SYNTAX, "no profile: expected the output of `profile --json`");
    }
    *ret_root = root;
    return true;
}

bool client_profile_print_changes(const struct client_profile *profile, struct bytes old, FILE *to,
                                  size_t *ret_changes, struct err *err)
{
    json_t *root = NULL;
    json_t *row = NULL;
    size_t at = 0;
    size_t changes = 0;
    if (!read_old(old, &root, err))
        return false;
    json_array_foreach(json_object_get(root, "traits"), at, row)
    {
        const char *name = json_string_value(json_object_get(row, "name"));
        const struct profile_trait *trait =
            name != NULL ? profile_trait_find(bytes_of(name)) : NULL;
        json_t *before = json_object_get(row, "answer");
        if (trait == NULL || same(before, profile->answers[trait - profile_traits]))
            continue;
        print_change(trait, before, profile->answers[trait - profile_traits], to);
        changes++;
    }
    json_decref(root);
    *ret_changes = changes;
    return told(to, err);
}
