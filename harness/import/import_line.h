/*
 * import_line.h - one line of a pasted debug log, without what the logging program put around it.
 *
 * Marks ("CLIENT -> SERVER:", "S:", "<<<", ">", …) are rows of a table with the direction that they
 * mean; they are a hint and no more, since programs write them from either side of the connection.
 *
 * Shape:   import_line_read() gives the text behind time stamp, syslog tag, mark and name of a
 * host, with the escapes of quoted forms undone; a quoted form may hold several lines, with LF
 *          between them.
 * Lives:   text lives in the arena, or in the line given.
 * Errors:  none: what is no known form is text without a hint.
 * Source:  the logs of the programs that the rows name.
 */
#ifndef HARNESS_IMPORT_IMPORT_LINE_H
#define HARNESS_IMPORT_IMPORT_LINE_H

#include "base/arena.h"
#include "harness/import/import_content.h"

struct import_line {
    enum import_hint hint;
    const char *mark; /* "" = none */
    struct bytes text;
};

/* Nothing stands before the text, and by itself it is of neither side. */
bool import_line_is_bare(struct bytes line);
/* False: out of memory. */
bool import_line_read(struct bytes line, struct arena *arena, struct import_line *ret);

#endif
