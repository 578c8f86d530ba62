/*
 * process_capture.h - what a process printed: the first and the last of it, however much it was.
 *
 * Bounds:  PROCESS_CAPTURE_FIRST octets from the beginning and PROCESS_CAPTURE_LAST from the end;
 *          what lies between is counted and named in the text.
 * Lives:   process_capture_text() joins both once; its octets live until release.
 */
#ifndef HARNESS_PROCESS_PROCESS_CAPTURE_H
#define HARNESS_PROCESS_PROCESS_CAPTURE_H

#include "base/buf.h"

#include <stdint.h>

#define PROCESS_CAPTURE_FIRST (32 * 1024)
#define PROCESS_CAPTURE_LAST (32 * 1024)

struct process_capture {
    struct buf text; /* the first octets; in the end the whole text */
    struct buf last; /* a ring once it is full */
    size_t last_at;  /* where its next octet goes */
    uint64_t octets; /* all that were printed */
};

void process_capture_init(struct process_capture *capture);
void process_capture_release(struct process_capture *capture);
bool process_capture_add(struct process_capture *capture, struct bytes octets); /* false: memory */
struct bytes process_capture_text(struct process_capture *capture);             /* the last call */

#endif
