/*
 * register.h - the register of what the RFCs require of an SMTP client: scenarios/requirements.tsv.
 *
 * Shape:   rows in the order of the file; columns are found by their names in its first line.
 * Bounds:  REGISTER_OCTETS_MAX.
 * Lives:   everything lives in the arena given.
 * Errors:  ERR_SYNTAX with the line, ERR_IO, ERR_MEMORY.
 */
#ifndef HARNESS_REGISTER_H
#define HARNESS_REGISTER_H

#include "base/arena.h"
#include "base/err.h"

#define REGISTER_OCTETS_MAX (8 * 1024 * 1024)

#define REGISTER_COLUMN_TABLE(X) /* enum name, name in the file, must it be there */               \
    X(ID, "id", true)                                                                              \
    X(RFC, "rfc", true)                                                                            \
    X(SECTION, "section", true)                                                                    \
    X(LEVEL, "level", true)                                                                        \
    X(AREA, "area", true)                                                                          \
    X(REQUIREMENT, "requirement", true)                                                            \
    X(PROVOKE, "provoke", false)                                                                   \
    X(OBSERVE, "observe", false)                                                                   \
    X(OBSERVABLE, "observable", false)                                                             \
    X(COVER, "cover", false) /* why nothing covers it, or what else does */                        \
    X(NOTE, "note", false)

enum register_column {
#define X(name, word, required) REGISTER_##name,
    REGISTER_COLUMN_TABLE(X)
#undef X
        REGISTER_COLUMN_COUNT
};

struct requirement {
    struct bytes cells[REGISTER_COLUMN_COUNT]; /* empty: the column is not there */
};

struct requirement_register {
    struct requirement *rows;
    size_t count;
};

bool register_load(const char *path, struct arena *arena, struct requirement_register *ret,
                   struct err *err);
const struct requirement *register_find(const struct requirement_register *list, struct bytes id);

#endif
