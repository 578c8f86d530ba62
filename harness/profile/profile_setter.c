#include "harness/profile/profile_setter.h"

/* ---- what a trait's answer was made from ----------------------------------------------------- */

static struct bytes hello_argument(const struct profile_seen *seen)
{
    return seen->hello_argument;
}

static struct bytes mechanism(const struct profile_seen *seen)
{
    return seen->mechanism;
}

static struct bytes server_name(const struct profile_seen *seen)
{
    return seen->tls != NULL ? seen->tls->server_name : BYTES_NONE;
}

static struct bytes protocols(const struct profile_seen *seen)
{
    return seen->tls != NULL ? seen->tls->alpn_offer : BYTES_NONE;
}

static struct bytes own_names(const struct profile_seen *seen)
{
    return seen->content != NULL ? bytes_of(seen->content->own_names) : BYTES_NONE;
}

/* What a recipe can say in words; the rest, such as an order of commands, it says by options that
 * are each client's own. */
static const struct setting {
    const char *trait;
    struct bytes (*values)(const struct profile_seen *seen); /* commas between */
    enum recipe_placeholder fact;                            /* that the run gives for it */
} settings[] = {
    {"hello-argument",  hello_argument, RECIPE_PLACEHOLDER_NONE    },
    {"header-added",    own_names,      RECIPE_PLACEHOLDER_NONE    },
    {"auth-mechanism",  mechanism,      RECIPE_PLACEHOLDER_NONE    },
    {"tls-server-name", server_name,    RECIPE_PLACEHOLDER_TLS_NAME},
    {"tls-alpn",        protocols,      RECIPE_PLACEHOLDER_NONE    },
};

static const struct setting *setting_of(const struct profile_trait *trait)
{
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
        if (strcmp(settings[i].trait, trait->name) == 0)
            return &settings[i];
    return NULL;
}

/* ---- what a recipe says ---------------------------------------------------------------------- */

static bool is_of_word(char octet)
{
    return (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z') ||
           (octet >= '0' && octet <= '9') || (octet != '\0' && strchr(".-_@", octet) != NULL);
}

/* Not as a part of a longer one: `plain` is not in `auth-plain`. */
static bool has_word(struct bytes text, struct bytes word)
{
    for (size_t at = 0; at + word.size <= text.size; at++) {
        size_t end = at + word.size;
        if (bytes_equal_nocase(bytes_slice(text, at, end), word) &&
            (at == 0 || !is_of_word(text.data[at - 1])) &&
            (end == text.size || !is_of_word(text.data[end])))
            return true;
    }
    return false;
}

static bool text_has(const struct recipe_text *text, struct bytes word)
{
    for (size_t i = 0; i < text->count; i++)
        if (text->pieces[i].placeholder == RECIPE_PLACEHOLDER_NONE &&
            has_word(text->pieces[i].text, word))
            return true;
    return false;
}

static bool lines_have(const struct recipe_words *lines, size_t count, struct bytes word)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < lines[i].count; j++)
            if (text_has(&lines[i].words[j], word))
                return true;
    return false;
}

static bool recipe_has(const struct recipe *recipe, struct bytes word)
{
    return lines_have(recipe->args, recipe->arg_count, word) ||
           lines_have(recipe->environment, recipe->environment_count, word) ||
           lines_have(recipe->files, recipe->file_count, word);
}

enum profile_setter profile_setter_of(const struct profile_trait *trait,
                                      const struct profile_seen *seen, const struct recipe *recipe)
{
    const struct setting *setting = setting_of(trait);
    struct bytes values = setting != NULL ? setting->values(seen) : BYTES_NONE;
    struct bytes value;
    if (values.size == 0)
        return PROFILE_SET_BY_CLIENT;
    if (recipe->is_adapter)
        return PROFILE_SET_BY_ADAPTER;
    if (setting->fact != RECIPE_PLACEHOLDER_NONE &&
        (recipe->used & RECIPE_PLACEHOLDER_BIT(setting->fact)) != 0)
        return PROFILE_SET_BY_RECIPE;
    while (bytes_next(&values, ',', &value))
        if (bytes_trim(value).size > 0 && recipe_has(recipe, bytes_trim(value)))
            return PROFILE_SET_BY_RECIPE;
    return PROFILE_SET_BY_CLIENT;
}
