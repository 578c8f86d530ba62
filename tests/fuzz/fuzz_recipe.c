/*
 * A recipe from a stranger is safe to read: no input crashes, hangs or passes a limit unsaid; what
 * parses can be expanded, and no argument and no variable holds the password then.
 */
#include "base/require.h"
#include "harness/recipe/recipe_claim.h"
#include "harness/recipe/recipe_expand.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

enum { ARENA_OCTETS_MAX = 32 * 1024 * 1024 };

#define PASSWORD "0pen-sesame"

static void hold_no_password(const char *const *words)
{
    for (; *words != NULL; words++)
        REQUIRE(strstr(*words, PASSWORD) == NULL);
}

static void expand(const struct recipe *recipe, struct arena *arena)
{
    static const struct bytes to[] = {
        {"a@x", 3},
        {"b@x", 3}
    };
    struct recipe_facts facts = {.to = to, .to_count = 2};
    struct recipe_command command;
    struct err err;
    for (int i = 0; i < RECIPE_PLACEHOLDER_COUNT; i++)
        facts.values[i] = bytes_of(i == RECIPE_PLACEHOLDER_PASSWORD ? PASSWORD : "a \"b\" C");
    if (!recipe_expand(recipe, &facts, arena, &command, &err))
        return;
    hold_no_password(command.argv);
    hold_no_password(command.environment);
}

static void claim(const struct recipe *recipe, struct arena *arena)
{
    struct err err;
    struct smtp_claim made;
    enum recipe_meaning meaning;
    struct recipe_reader *reader = recipe_reader_new(recipe, &err);
    struct recipe_ending ending = {.status = 1,
                                   .out = bytes_of("{\"outcome\":\"sent\"}"),
                                   .report = bytes_of("said 550 no\n")};
    if (reader == NULL)
        return;
    (void)recipe_claim(reader, &ending, arena, &made, &meaning);
    recipe_reader_free(reader);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct arena *arena = arena_new(ARENA_OCTETS_MAX);
    struct recipe recipe;
    struct err err = {.kind = ERR_NONE};
    if (arena == NULL)
        return 0;
    struct bytes text = {(const char *)data, size};
    if (bytes_find_bytes(text, bytes_of(PASSWORD)) != BYTES_NOT_FOUND) {
        arena_free(arena); /* the fuzzer guessed it and wrote it into the recipe */
        return 0;
    }
    if (recipe_parse("fuzz", text, arena, &recipe, &err)) {
        expand(&recipe, arena);
        claim(&recipe, arena);
    } else {
        REQUIRE(err.kind != ERR_NONE && err.what[0] != '\0');
    }
    arena_free(arena);
    return 0;
}
