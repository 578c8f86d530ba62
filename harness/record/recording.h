/*
 * recording.h - a session that was recorded, as the text of a scenario.
 *
 * Shape:   the canonical layout (scenario_print()).
 * Bounds:  that of the buffer given.
 * Lives:   made in the arena given, which holds what of the session is secret.
 * Errors:  ERR_MEMORY; what scenario_file_parse() says of a text that is too large for a scenario.
 */
#ifndef HARNESS_RECORD_RECORDING_H
#define HARNESS_RECORD_RECORDING_H

#include "harness/record/recorder.h"

struct recording_origin {
    const char *title; /* NULL: one is made up */
    const char *host;  /* of the server */
    unsigned port;
    const char *day;             /* "27 Nov 2026" */
    struct bytes user, password; /* of a login that the relay made; empty: there was none */
};

bool recording_make(const struct recorder *recorder, const struct recording_origin *origin,
                    struct arena *arena, struct buf *ret, struct err *err);

#endif
