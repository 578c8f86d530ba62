/*
 * files.h - files and folders, read and written whole.
 *
 * Bounds:  the maximum given.
 * Lives:   octets live in the arena given, with a NUL behind them.
 * Errors:  ERR_IO with the system's words and the path, ERR_LIMIT, ERR_MEMORY.
 */
#ifndef HARNESS_FILES_H
#define HARNESS_FILES_H

#include "base/arena.h"
#include "base/err.h"

/* "-": standard input. */
bool files_read_input(const char *path, size_t octets_max, struct arena *arena, struct bytes *ret,
                      struct err *err);
/* A new file beside it takes its place when it is whole. */
bool files_replace(const char *path, struct bytes octets, struct err *err);

bool files_is_folder(const char *path);
bool files_are_same(const char *a, const char *b); /* one file by two names */
bool files_is_program(const char *path);

/* Every file below the folder whose name ends so, sorted: names relative to it, NUL-terminated. */
#define FILES_FOUND_MAX 100000
#define FILES_DEPTH_MAX 16
bool files_find(const char *folder, const char *suffix, struct arena *arena,
                const char *const **ret, size_t *ret_count, struct err *err);

#endif
