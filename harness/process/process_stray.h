/*
 * process_stray.h - finds the processes that left their group and outlived the program they came
 * of.
 *
 * On Linux this process becomes the parent of such orphans (PR_SET_CHILD_SUBREAPER), and a mark in
 * the environment tells whose they are. Elsewhere nothing is found; the process group is all.
 */
#ifndef HARNESS_PROCESS_PROCESS_STRAY_H
#define HARNESS_PROCESS_PROCESS_STRAY_H

#include <stdbool.h>
#include <stddef.h>

#define PROCESS_STRAY_VARIABLE "SMTPDRILL_PROCESS"

void process_stray_adopt(void); /* from now on, orphans come to this process */

/* Kills (SIGKILL) the children of this process that carry the mark "SMTPDRILL_PROCESS=…" in their
 * environment; a NULL mark: all of them. is_known() says which are no strays. How many it were. */
size_t process_stray_kill(const char *mark, bool (*is_known)(void *owner, int pid), void *owner);

#endif
