/*
 * report.h - results as text, TAP, JUnit XML, JSON and HTML: five faces of one struct results.
 *
 * Text and TAP are written while the runs go on, a result at a time in the order of the plan; the
 * others at the end. All foreign octets are escaped.
 *
 * Bounds:  what struct results holds.
 * Errors:  ERR_IO when the stream does not take it, ERR_MEMORY.
 * Source:  smtpdrill-results(5); Test Anything Protocol 13.
 */
#ifndef HARNESS_REPORT_REPORT_H
#define HARNESS_REPORT_REPORT_H

#include "base/buf.h"
#include "harness/run/results.h"

#include <stdio.h>

struct report_style {
    bool colour;
    bool verbose; /* text: passes too */
};

/* report_text.c */
bool report_text_result(const struct results *results, size_t index, struct report_style style,
                        FILE *to);
/* The broken rules, each with its dialogue; a part of report_text_end(). */
bool report_text_rules(const struct results *results, struct report_style style, FILE *to);
bool report_text_end(const struct results *results, struct report_style style, FILE *to);
/* `1500 passed (1490 as written, …), 3 failed …`, without a line end. */
bool report_text_counts(const struct results *results, FILE *to);

/* report_tap.c: number is 1-based */
bool report_tap_result(const struct results *results, size_t index, FILE *to);
bool report_tap_end(const struct results *results, FILE *to);

/* report_junit.c, report_json.c */
bool report_junit(const struct results *results, FILE *to, struct err *err);
bool report_json(const struct results *results, FILE *to, struct err *err);

/* report_html.c: the page of one client; the suite gives the titles */
struct suite;
bool report_html(const struct results *results, const struct suite *suite, FILE *to,
                 struct err *err);

/* Words shared by all: `expected …; got …`, in the buffer. */
bool report_sentence(struct buf *to, const struct finding *finding);
/* `known until 2026-11-01, which is over (FILE:LINE): reason`. */
bool report_over(struct buf *to, const struct results *results, const struct known_failure *known);
/* `helo-fallback noop`; empty when there is none. */
bool report_variations(struct buf *to, uint64_t variations);
/* `5321-4.2.1-b (SHOULD)` */
const char *report_level(enum finding_level level);

#endif
