/*
 * warp_support.h - what the tests of --warp share: scenarios in a folder (scratch.h), and what
 * holds however a client is told its time. $C is waiting_client.
 */
#ifndef TESTS_PROCESS_WARP_SUPPORT_H
#define TESTS_PROCESS_WARP_SUPPORT_H

#include "tests/process/scratch.h"

#include <check.h>

/* Counts the transcripts of which the client says that it waited less than two seconds, or a
 * minute: a machine with much to do wakes it late. */
#define LATE_OR_NOT                                                                                \
    "grep -cE '^report \"waited ([2-9]|[1-5][0-9]) s' kept/short* | grep -vc '[^:]*:1$'"

void warp_set_up(void); /* scratch_tear_down() ends it */
void warp_add_tests(TCase *tests);

#endif
