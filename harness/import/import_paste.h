/*
 * import_paste.h - what happened to a log on its way here, undone.
 *
 * Mail programs put "> " before each line and break long ones, forums make HTML of it, terminals
 * colour it, editors change line ends. A line counts as broken when the log is no wider than a
 * mail or a terminal, the first word of the line behind it would not have fitted, and that line
 * begins at the margin without a mark of its own.
 *
 * Bounds:  IMPORT_PASTE_LEVELS_MAX levels of quoting, and of HTML; widths as in the source.
 * Lives:   the result is in the arena.
 * Errors:  false: out of memory.
 * Source:  RFC 3676 4.5 (quoting); ECMA-48 5.4 (control sequences); HTML 4.01 5.3 (entities).
 */
#ifndef HARNESS_IMPORT_IMPORT_PASTE_H
#define HARNESS_IMPORT_IMPORT_PASTE_H

#include "base/arena.h"

#define IMPORT_PASTE_LEVELS_MAX 8

bool import_paste_undo(struct bytes log, struct arena *arena, struct bytes *ret);

#endif
