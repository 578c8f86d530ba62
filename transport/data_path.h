/*
 * data_path.h - where the installed data is, and what the system says of a path.
 *
 * Shape:   scenarios, clients … stand in one folder: SMTPDRILL_DATA of the environment, else
 *          ../share/smtpdrill beside the executable.
 * Bounds:  the maximum given to data_path_read().
 * Lives:   octets that were read live in the arena.
 * Errors:  ERR_IO with the path and the system's words, ERR_LIMIT, ERR_MEMORY.
 */
#ifndef TRANSPORT_DATA_PATH_H
#define TRANSPORT_DATA_PATH_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

/* The folder `kind` ("scenarios") of the data; it exists. */
bool data_path_folder(const char *kind, struct arena *arena, const char **ret, struct err *err);
/* What stands beside this executable, such as "smtpsend". */
bool data_path_beside(const char *name, struct arena *arena, const char **ret, struct err *err);
bool data_path_is_file(const char *path);
bool data_path_is_folder(const char *path);
/* Could a file be written there, as things are? Touches nothing. */
bool data_path_may_write(const char *path, struct err *err);
bool data_path_read(const char *path, size_t octets_max, struct arena *arena, struct bytes *ret,
                    struct err *err);
/* Of an open file or a pipe, to its end; path is what an error calls it. What was read is in
 * *octets in any case. */
bool data_path_read_all(int file, const char *path, struct buf *octets, struct err *err);
/* The same as data_path_read(), and "-" is standard input. */
bool data_path_read_input(const char *path, size_t octets_max, struct arena *arena,
                          struct bytes *ret, struct err *err);

#endif
