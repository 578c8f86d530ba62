#include "tests/unit/scenario/fixture.h"

#include "tests/support/unit.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

enum { FIXTURE_OCTETS_MAX = 256 * 1024 * 1024, PATH_OCTETS = 512 };

static bool load(void *owner, const char *path, struct arena *arena, struct bytes *ret,
                 struct err *err)
{
    struct fixture *fixture = owner;
    FILE *file;

    snprintf(fixture->table_path, sizeof(fixture->table_path), "%s", path);
    if (fixture->table) {
        *ret = arena_copy(arena, bytes_of(fixture->table));
        return ret->data || err_memory(err);
    }
    file = fopen(path, "rb");
    if (!file)
        return err_set(err, ERR_IO, "cannot read the file");
    fclose(file);
    *ret = fixture_read(arena, path);
    return true;
}

void fixture_init(struct fixture *fixture)
{
    *fixture = (struct fixture){.arena = arena_new(FIXTURE_OCTETS_MAX)};
    assert_non_null(fixture->arena);
}

void fixture_release(struct fixture *fixture)
{
    scenario_release(&fixture->scenario);
    arena_free(fixture->arena);
}

bool fixture_file(struct fixture *fixture, const char *path, struct bytes text)
{
    const struct scenario_loader loader = {load, fixture};

    return scenario_file_parse(path, text, &loader, fixture->arena, &fixture->file, &fixture->err);
}

bool fixture_instance(struct fixture *fixture, size_t index)
{
    return scenario_file_instance(fixture->file, index, 1, fixture->arena, &fixture->scenario,
                                  &fixture->err);
}

bool fixture_parse(struct fixture *fixture, const char *text)
{
    return fixture_file(fixture, "folder/x.drill", bytes_of(text)) && fixture_instance(fixture, 0);
}

void fixture_must_parse(struct fixture *fixture, const char *text)
{
    if (fixture_parse(fixture, text))
        return;
    print_error("%u:%u: %s\nin:\n%s\n", fixture->err.line, fixture->err.column, fixture->err.what,
                text);
    fail();
}

struct bytes fixture_read(struct arena *arena, const char *path)
{
    FILE *file = fopen(path, "rb");
    char *octets = arena_alloc(arena, SCENARIO_FILE_OCTETS_MAX);
    size_t size;

    if (!file)
        print_error("cannot read %s\n", path);
    assert_non_null(file);
    assert_non_null(octets);
    size = fread(octets, 1, SCENARIO_FILE_OCTETS_MAX, file);
    fclose(file);
    return (struct bytes){octets, size};
}

static bool has_suffix(const char *name, const char *suffix)
{
    size_t size = strlen(name);

    return size > strlen(suffix) && strcmp(name + size - strlen(suffix), suffix) == 0;
}

size_t fixture_each_file(const char *folder, void (*visit)(const char *path))
{
    DIR *directory = opendir(folder);
    struct dirent *entry;
    size_t count = 0;

    while (directory && (entry = readdir(directory))) {
        char path[PATH_OCTETS];

        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        if (has_suffix(entry->d_name, ".drill") || has_suffix(entry->d_name, ".personality")) {
            visit(path);
            count++;
        } else if (!strchr(entry->d_name, '.') || has_suffix(entry->d_name, ".com")) {
            count += fixture_each_file(path, visit);
        }
    }
    if (directory)
        closedir(directory);
    return count;
}
