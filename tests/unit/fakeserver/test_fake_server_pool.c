#include "fakeserver/fake_server_pool.h"

#include "tests/support/fail_alloc.h"
#include "tests/support/unit.h"

#include <stdlib.h>

enum { BLOCKS = 3 * FAKE_SERVER_POOL_BLOCKS, OCTETS = 100 };

static void blocks_do_not_overlap_and_come_back(void **state)
{
    struct fake_server_pool *pool = fake_server_pool_new();
    char *blocks[BLOCKS];

    (void)state;
    assert_non_null(pool);
    for (unsigned round = 0; round < 2; round++) {
        for (int i = 0; i < BLOCKS; i++) {
            blocks[i] = fake_server_pool_take(pool, OCTETS);
            assert_non_null(blocks[i]);
            memset(blocks[i], i, OCTETS);
        }
        for (int i = 0; i < BLOCKS; i++) {
            for (int at = 0; at < OCTETS; at++)
                assert_int_equal((char)i, blocks[i][at]);
            fake_server_pool_give(pool, blocks[i]);
        }
    }
    fake_server_pool_free(pool);
}

static void another_size_and_no_pool_are_served_too(void **state)
{
    struct fake_server_pool *pool = fake_server_pool_new();
    void *first = fake_server_pool_take(pool, OCTETS);
    void *other = fake_server_pool_take(pool, 2 * OCTETS);
    void *alone = fake_server_pool_take(NULL, OCTETS);

    (void)state;
    memset(other, 1, (size_t)2 * OCTETS);
    memset(alone, 1, OCTETS);
    fake_server_pool_give(NULL, alone);
    fake_server_pool_give(pool, other);
    fake_server_pool_give(pool, first);
    fake_server_pool_free(pool);
}

static bool make_one(void *context)
{
    struct fake_server_pool *pool = fake_server_pool_new();
    void *block = pool ? fake_server_pool_take(pool, OCTETS) : NULL;

    (void)context;
    fake_server_pool_free(pool);
    return block != NULL;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    assert_int_equal(3, fail_alloc_each(make_one, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_do_not_overlap_and_come_back),
        cmocka_unit_test(another_size_and_no_pool_are_served_too),
        cmocka_unit_test(every_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
