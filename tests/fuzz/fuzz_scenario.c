/*
 * A scenario from a stranger is safe to read: no input crashes, hangs or passes a limit unsaid, and
 * whatever parses is printed in a form that parses to the same form again.
 *
 * The part behind a line of "===" is the text of every table that the scenario names.
 */
#include "base/require.h"
#include "fakeserver/scenario.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

enum { ARENA_OCTETS_MAX = 64 * 1024 * 1024, INSTANCES_MAX = 3 };

static bool load(void *owner, const char *path, struct arena *arena, struct bytes *ret,
                 struct err *err)
{
    (void)path;
    *ret = arena_copy(arena, *(const struct bytes *)owner);
    return ret->data || err_memory(err);
}

static void try_printing(const struct scenario_file *file, const struct scenario_loader *loader,
                         struct arena *arena)
{
    struct scenario_file *again;
    struct buf first;
    struct buf second;
    struct err err = {0};

    buf_init(&first, 8 * SCENARIO_FILE_OCTETS_MAX);
    buf_init(&second, 8 * SCENARIO_FILE_OCTETS_MAX);
    REQUIRE(scenario_print(file, &first, &err));
    if (scenario_file_parse("x", buf_bytes(&first), loader, arena, &again, &err)) {
        REQUIRE(scenario_print(again, &second, &err));
        REQUIRE(bytes_equal(buf_bytes(&first), buf_bytes(&second)));
    } else {
        /* Indentation may pass the limit of a file; instances may fill the arena. */
        REQUIRE(err.kind == ERR_LIMIT || err.kind == ERR_MEMORY);
    }
    buf_release(&first);
    buf_release(&second);
}

static void try_everything(struct bytes text, const struct scenario_loader *loader,
                           struct arena *arena)
{
    struct scenario_file *file;
    struct lint_remark *remarks;
    size_t count;
    struct err err = {0};
    struct buf shown;

    if (!scenario_file_parse("x", text, loader, arena, &file, &err)) {
        REQUIRE(err.kind == ERR_SYNTAX || err.kind == ERR_LIMIT || err.kind == ERR_MEMORY);
        buf_init(&shown, 8 * SCENARIO_FILE_OCTETS_MAX);
        REQUIRE(scenario_error_print(BYTES_LITERAL("x"), text, &err, &shown));
        buf_release(&shown);
        return;
    }
    for (size_t i = 0; i < scenario_file_instance_count(file) && i < INSTANCES_MAX; i++) {
        struct scenario scenario;

        if (scenario_file_instance(file, i, i, arena, &scenario, &err))
            scenario_release(&scenario);
    }
    try_printing(file, loader, arena);
    if (scenario_file_instance_count(file) <= INSTANCES_MAX)
        (void)scenario_lint(file, NULL, arena, &remarks, &count, &err);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct bytes text = {(const char *)data, size};
    size_t border = bytes_find_bytes(text, BYTES_LITERAL("\n===\n"));
    struct bytes table = border == BYTES_NOT_FOUND ? BYTES_NONE : bytes_after(text, border + 5);
    const struct scenario_loader loader = {load, &table};
    struct arena *arena = arena_new(ARENA_OCTETS_MAX);

    if (border != BYTES_NOT_FOUND)
        text = bytes_slice(text, 0, border + 1);
    if (arena)
        try_everything(text, &loader, arena);
    arena_free(arena);
    return 0;
}
