#include "base/arena.h"

#include "tests/support/fail_alloc.h"
#include "tests/support/unit.h"

static void what_an_arena_hands_out_is_zeroed_aligned_and_apart(void **state)
{
    struct arena *arena = arena_new(1 << 20);
    char *before = NULL;

    (void)state;
    for (size_t octets = 0; octets < 3000; octets += 7) {
        char *memory = arena_alloc(arena, octets);

        assert_non_null(memory);
        assert_int_equal((uintptr_t)memory % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < octets; i++)
            assert_int_equal(memory[i], 0);
        memset(memory, 'x', octets);
        assert_true(memory != before);
        before = memory;
    }
    arena_free(arena);
    arena_free(NULL);
}

static void an_arena_keeps_to_its_maximum(void **state)
{
    struct arena *arena = arena_new(1000);

    (void)state;
    assert_non_null(arena_alloc(arena, 500));
    assert_null(arena_alloc(arena, 501));
    assert_non_null(arena_alloc(arena, 400));
    assert_true(arena_used(arena) <= 1000);
    assert_null(arena_alloc(arena, SIZE_MAX));
    assert_null(arena_alloc_array(arena, SIZE_MAX / 2, 3));
    arena_free(arena);
}

static void copies_end_in_a_nul_that_does_not_count(void **state)
{
    struct arena *arena = arena_new(1000);
    struct bytes copy = arena_copy(arena, BYTES_LITERAL("a\0b"));
    struct bytes joined = arena_join(arena, copy, BYTES_LITERAL("\0c"));
    struct bytes printed = arena_printf(arena, "%d %s", 250, "ok");
    const char *string = arena_string(arena, BYTES_LITERAL("abc"));

    (void)state;
    assert_bytes(copy, BYTES_LITERAL("a\0b"));
    assert_int_equal(copy.data[3], 0);
    assert_bytes(joined, BYTES_LITERAL("a\0b\0c"));
    assert_int_equal(joined.data[5], 0);
    assert_bytes(arena_join(arena, BYTES_NONE, BYTES_NONE), BYTES_LITERAL(""));
    assert_string(printed, "250 ok");
    assert_string_equal(string, "abc");
    assert_non_null(arena_copy(arena, BYTES_NONE).data);
    assert_null(arena_copy(arena, (struct bytes){"", 5000}).data);
    assert_null(arena_join(arena, copy, (struct bytes){"", 5000}).data);
    assert_null(arena_join(arena, copy, (struct bytes){"", SIZE_MAX - 3}).data);
    assert_null(arena_printf(arena, "%02000d", 1).data);
    arena_free(arena);
}

static void a_list_grows_by_one_and_keeps_what_it_has(void **state)
{
    struct arena *arena = arena_new(1 << 20);
    int *list = NULL;

    (void)state;
    for (size_t count = 0; count < 1000; count++) {
        void *items = list;

        assert_true(arena_grow(arena, &items, count, sizeof(*list)));
        list = items;
        list[count] = (int)count;
    }
    for (int i = 0; i < 1000; i++)
        assert_int_equal(list[i], i);
    arena_free(arena);
}

static bool fill_an_arena(void *context)
{
    static const char zeros[4000];
    struct arena *arena = arena_new(1 << 20);
    void *items = NULL;
    bool made;

    (void)context;
    if (!arena)
        return false;
    made = arena_copy(arena, BYTES_LITERAL("abc")).data && arena_alloc(arena, 5000) &&
           arena_join(arena, (struct bytes){zeros, 4000}, (struct bytes){zeros, 4000}).data &&
           arena_printf(arena, "%09000d", 1).data && arena_grow(arena, &items, 0, 3000) &&
           arena_string(arena, BYTES_LITERAL("x"));
    arena_free(arena);
    return made;
}

static void without_memory_an_arena_says_so(void **state)
{
    (void)state;
    assert_int_equal(fail_alloc_each(fill_an_arena, NULL), 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_an_arena_hands_out_is_zeroed_aligned_and_apart),
        cmocka_unit_test(an_arena_keeps_to_its_maximum),
        cmocka_unit_test(copies_end_in_a_nul_that_does_not_count),
        cmocka_unit_test(a_list_grows_by_one_and_keeps_what_it_has),
        cmocka_unit_test(without_memory_an_arena_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
