#include "base/require.h"

#include <stdio.h>
#include <stdlib.h>

void require_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "%s:%d: required, but not so: %s\n", file, line, condition);
    abort();
}
