#include "transport/data_path.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct place {
    struct arena *arena;
    char path[32]; /* of a file with five octets */
};

static int set_up(void **state)
{
    static struct place place;
    int file;

    place.arena = arena_new(1 << 20);
    snprintf(place.path, sizeof(place.path), "/tmp/data-path-XXXXXX");
    file = mkstemp(place.path);
    assert_int_equal(write(file, "hello", 5), 5);
    close(file);
    *state = &place;
    return 0;
}

static int tear_down(void **state)
{
    struct place *place = *state;

    unlink(place->path);
    arena_free(place->arena);
    unsetenv("SMTPDRILL_DATA");
    return 0;
}

static void a_file_is_read_whole_up_to_the_bound(void **state)
{
    struct place *place = *state;
    struct bytes octets;
    struct err err = {0};

    assert_true(data_path_read(place->path, 5, place->arena, &octets, &err));
    assert_true(bytes_equal(octets, BYTES_LITERAL("hello")));
    assert_false(data_path_read(place->path, 4, place->arena, &octets, &err));
    assert_int_equal(err.kind, ERR_LIMIT);
}

static void what_cannot_be_read_is_an_error_with_its_path(void **state)
{
    struct place *place = *state;
    struct bytes octets;
    struct err err = {0};

    assert_false(data_path_read("/nowhere/x", 10, place->arena, &octets, &err));
    assert_int_equal(err.kind, ERR_IO);
    assert_non_null(strstr(err.what, "/nowhere/x: No such file"));
    assert_false(data_path_read("/tmp", 10, place->arena, &octets, &err));
    assert_int_equal(err.kind, ERR_IO);
    assert_false(data_path_is_file("/tmp"));
    assert_true(data_path_is_file(place->path));
}

static void the_environment_says_where_the_data_is(void **state)
{
    struct place *place = *state;
    const char *folder = NULL;
    struct err err = {0};

    setenv("SMTPDRILL_DATA", "/", 1);
    assert_true(data_path_folder("tmp", place->arena, &folder, &err));
    assert_string_equal(folder, "//tmp");
    assert_false(data_path_folder("no-such-folder", place->arena, &folder, &err));
    assert_non_null(strstr(err.what, "no-such-folder"));
}

static void else_it_is_beside_the_executable(void **state)
{
    struct place *place = *state;
    const char *folder = NULL;
    struct err err = {0};

    assert_true(data_path_folder("scenarios", place->arena, &folder, &err));
    assert_non_null(strstr(folder, "/../share/smtpdrill/scenarios"));
    setenv("SMTPDRILL_DATA", "", 1);
    assert_true(data_path_folder("scenarios", place->arena, &folder, &err));
    assert_non_null(strstr(folder, "/../share/smtpdrill/scenarios"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_file_is_read_whole_up_to_the_bound),
        TEST(what_cannot_be_read_is_an_error_with_its_path),
        TEST(the_environment_says_where_the_data_is),
        TEST(else_it_is_beside_the_executable),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
