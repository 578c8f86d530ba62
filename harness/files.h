/*
 * files.h - files and folders, found and written whole.
 *
 * Lives:   names live in the arena given.
 * Errors:  ERR_IO with the system's words and the path, ERR_LIMIT, ERR_MEMORY.
 */
#ifndef HARNESS_FILES_H
#define HARNESS_FILES_H

#include "base/arena.h"
#include "base/err.h"

/* All of it to a descriptor; false: errno says why. */
bool files_write_all(int file, struct bytes octets);
/* A new file beside it takes its place when it is whole. */
bool files_replace(const char *path, struct bytes octets, struct err *err);

bool files_are_same(const char *a, const char *b);           /* one file by two names */
bool files_has_suffix(const char *path, const char *suffix); /* and more before it */
bool files_is_program(const char *path);

/* Every file below the folder whose name ends so, sorted: names relative to it, NUL-terminated. */
#define FILES_FOUND_MAX 100000
#define FILES_DEPTH_MAX 16
bool files_find(const char *folder, const char *suffix, struct arena *arena,
                const char *const **ret, size_t *ret_count, struct err *err);

#endif
