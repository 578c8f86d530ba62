#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>

static void fill(struct err *err, enum err_kind kind, unsigned line, unsigned column)
{
    err->kind = kind;
    err->line = line;
    err->column = column;
}

bool err_set(struct err *err, enum err_kind kind, const char *format, ...)
{
    va_list args;

    if (!err)
        return false;
    fill(err, kind, 0, 0);
    va_start(args, format);
    vsnprintf(err->what, sizeof(err->what), format, args);
    va_end(args);
    return false;
}

bool err_set_at(struct err *err, enum err_kind kind, unsigned line, unsigned column,
                const char *format, ...)
{
    va_list args;

    if (!err)
        return false;
    fill(err, kind, line, column);
    va_start(args, format);
    vsnprintf(err->what, sizeof(err->what), format, args);
    va_end(args);
    return false;
}

bool err_memory(struct err *err)
{
    return err_set(err, ERR_MEMORY, "out of memory");
}
