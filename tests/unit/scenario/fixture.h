/*
 * fixture.h - scenarios written in the test itself, with the tables that they name.
 *
 * Lives:   all of it until fixture_release().
 */
#ifndef TESTS_UNIT_SCENARIO_FIXTURE_H
#define TESTS_UNIT_SCENARIO_FIXTURE_H

#include "fakeserver/scenario.h"

struct fixture {
    struct arena *arena;
    struct scenario_file *file;
    struct scenario scenario; /* the first instance */
    struct err err;
    const char *table; /* text of every file that `sweep from` names; NULL: there is none */
    char table_path[80];
};

void fixture_init(struct fixture *fixture);
void fixture_release(struct fixture *fixture);
/* File only; file and one instance. False: fixture->err says why. */
bool fixture_file(struct fixture *fixture, const char *path, struct bytes text);
bool fixture_instance(struct fixture *fixture, size_t index);
bool fixture_parse(struct fixture *fixture, const char *text);
/* The same, and a test fails when it does not work. */
void fixture_must_parse(struct fixture *fixture, const char *text);

/* The whole file, in the arena; a test fails when it cannot be read. */
struct bytes fixture_read(struct arena *arena, const char *path);
/* Calls visit for each file below the folder that ends in one of our suffixes. */
size_t fixture_each_file(const char *folder, void (*visit)(const char *path));

#endif
