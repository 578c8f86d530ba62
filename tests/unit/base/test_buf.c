#include "base/buf.h"

#include "tests/support/fail_alloc.h"
#include "tests/support/unit.h"

static void a_buffer_takes_all_or_nothing_up_to_its_maximum(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, 5);
    assert_int_equal(buf_room(&buf), 5);
    assert_true(buf_append_string(&buf, "abc"));
    assert_false(buf_append_string(&buf, "def"));
    assert_string(buf_bytes(&buf), "abc");
    assert_true(buf_append_string(&buf, "de"));
    assert_false(buf_append_octet(&buf, 'f'));
    assert_string(buf_bytes(&buf), "abcde");
    assert_int_equal(buf_room(&buf), 0);
    buf_release(&buf);
}

static void a_buffer_grows_as_needed_and_never_beyond(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, 1000);
    for (int i = 0; i < 1000; i++) {
        assert_true(buf_append_octet(&buf, (char)('a' + i % 26)));
        assert_true(buf.capacity <= 1000);
    }
    assert_false(buf_append_octet(&buf, 'x'));
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(buf.data[i], 'a' + i % 26);
    buf_release(&buf);
    assert_int_equal(buf.max, 1000);
}

static void printing_appends_and_keeps_within_the_maximum(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, 12);
    assert_true(buf_printf(&buf, "%d-%s", 250, "ok"));
    assert_true(buf_printf(&buf, "%s", "123456"));
    assert_string(buf_bytes(&buf), "250-ok123456");
    assert_false(buf_printf(&buf, "%s", "7"));
    assert_true(buf_printf(&buf, "%s", ""));
    assert_string(buf_bytes(&buf), "250-ok123456");
    buf_release(&buf);
}

static void a_whole_buffer_never_allocates_again(void **state)
{
    struct buf buf;

    (void)state;
    assert_true(buf_init_whole(&buf, 100));
    fail_alloc_at(0);
    for (int i = 0; i < 10; i++)
        assert_true(buf_printf(&buf, "%010d", i));
    assert_false(buf_append_octet(&buf, 'x'));
    assert_int_equal(fail_alloc_count(), 0);
    buf_release(&buf);
}

static void consuming_keeps_what_is_behind(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, 10);
    assert_true(buf_append_string(&buf, "abcdef"));
    buf_consume(&buf, 0);
    buf_consume(&buf, 2);
    assert_string(buf_bytes(&buf), "cdef");
    buf_consume(&buf, 4);
    assert_string(buf_bytes(&buf), "");
    assert_true(buf_append_string(&buf, "0123456789"));
    buf_clear(&buf);
    assert_int_equal(buf_room(&buf), 10);
    buf_release(&buf);
}

static bool append_twice(void *context)
{
    struct buf buf;
    bool made;

    (void)context;
    buf_init(&buf, 1000);
    made = buf_append_string(&buf, "abc") && buf_printf(&buf, "%0500d", 7);
    buf_release(&buf);
    return made;
}

static bool init_whole(void *context)
{
    struct buf buf;
    bool made = buf_init_whole(&buf, 1000);

    (void)context;
    buf_release(&buf);
    return made;
}

static void without_memory_a_buffer_says_so(void **state)
{
    (void)state;
    assert_int_equal(fail_alloc_each(append_twice, NULL), 2);
    assert_int_equal(fail_alloc_each(init_whole, NULL), 1);
}

static void what_did_not_fit_leaves_the_buffer_as_it_was(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, 1000);
    assert_true(buf_append_string(&buf, "abc"));
    fail_alloc_at(1);
    assert_false(buf_printf(&buf, "%0500d", 7));
    fail_alloc_at(0);
    assert_string(buf_bytes(&buf), "abc");
    buf_release(&buf);
}

static void wiping_leaves_only_zeros(void **state)
{
    char secret[] = "s3cret";

    (void)state;
    wipe(secret, sizeof(secret));
    assert_memory_equal(secret, "\0\0\0\0\0\0", sizeof(secret));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_buffer_takes_all_or_nothing_up_to_its_maximum),
        cmocka_unit_test(a_buffer_grows_as_needed_and_never_beyond),
        cmocka_unit_test(printing_appends_and_keeps_within_the_maximum),
        cmocka_unit_test(a_whole_buffer_never_allocates_again),
        cmocka_unit_test(consuming_keeps_what_is_behind),
        cmocka_unit_test(without_memory_a_buffer_says_so),
        cmocka_unit_test(what_did_not_fit_leaves_the_buffer_as_it_was),
        cmocka_unit_test(wiping_leaves_only_zeros),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
