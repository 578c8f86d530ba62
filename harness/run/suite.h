/*
 * suite.h - the scenarios that there are, parsed, and the personalities that they name.
 *
 * Shape:   scenarios sorted by name; a name is the path below the folder, without `.drill`.
 * Bounds:  SUITE_OCTETS_MAX for all text and what is made of it.
 * Lives:   until suite_free(). An instance lives in the arena that it is given.
 * Errors:  those of the parser; the message begins with the file, so that line and column are in
 * it.
 */
#ifndef HARNESS_RUN_SUITE_H
#define HARNESS_RUN_SUITE_H

#include "base/arena.h"
#include "base/err.h"
#include "fakeserver/transcript_text.h"

#define SUITE_OCTETS_MAX ((size_t)1024 * 1024 * 1024)
#define SUITE_PERSONALITIES_MAX 256

struct suite_scenario {
    const char *name; /* providers/163.com/mail-before-auth */
    const char *path; /* of the file */
    struct bytes text;
    struct scenario_file *file;
    struct transcript_file *files; /* [0] is the scenario, then what it loads */
    size_t file_count;
    struct bytes title; /* of the first instance, as all that follows */
    const struct bytes *cites;
    size_t cite_count;
    const struct bytes *tags;
    size_t tag_count;
    const struct bytes *needs;
    size_t need_count;
    enum stand_answer stands[STAND_COUNT];
};

struct suite_personality {
    const char *name; /* 163.com */
    const char *path;
    struct scenario_file *file;
};

struct suite {
    struct arena *arena;
    const char *folder; /* of the scenarios */
    struct suite_scenario *scenarios;
    size_t count;
    struct suite_personality *personalities; /* those asked for so far */
    size_t personality_count;
    uint64_t seed;
    struct scenario_loader loader;
    struct suite_scenario *parsing; /* NULL = none */
};

/* Reads nothing yet. */
struct suite *suite_new(const char *folder, uint64_t seed, struct err *err);
void suite_free(struct suite *suite);
/* All below the folder. On failure err names the file: `path:line:column: what`. */
bool suite_load(struct suite *suite, struct err *err);
/* One more file, by its path; its name is the path as given without `.drill`. */
bool suite_load_file(struct suite *suite, const char *path, struct err *err);
/* One that stands below the folder, by its name. */
bool suite_load_named(struct suite *suite, const char *name, struct err *err);
/* The same for a text that stands in no file; name and text are copied. */
bool suite_load_text(struct suite *suite, const char *name, struct bytes text, struct err *err);
const struct suite_scenario *suite_find(const struct suite *suite, struct bytes name);

/* The typed instance; release it with scenario_release(). */
bool suite_instance(struct suite *suite, const struct suite_scenario *from, size_t index,
                    struct arena *arena, struct scenario *ret, struct err *err);
/* The personality that a scenario names, for one session of it; release it. *ret_there false: it
 * names none. */
bool suite_personality(struct suite *suite, const struct scenario *session, struct arena *arena,
                       struct scenario *ret, bool *ret_there, struct err *err);

/* Turns an error of a text into `path:line:column: what`; line and column stay. */
void suite_name_error(struct err *err, const char *path);

#endif
