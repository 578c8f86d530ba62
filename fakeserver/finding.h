/*
 * finding.h - something that a client did wrong, and the verdict that findings add up to.
 *
 * Shape:   findings in the order of the transcript; a verdict for the scenario's own claim, and the
 *          broken rules beside it, on an axis of their own.
 * Bounds:  FINDINGS_MAX; more are counted, not kept.
 * Lives:   spans and strings live as long as the arena that the judge was given.
 */
#ifndef FAKESERVER_FINDING_H
#define FAKESERVER_FINDING_H

#include "base/buf.h"

#include <stdint.h>

#define FINDINGS_MAX 64

enum finding_level { FINDING_INFO, FINDING_SHOULD, FINDING_MUST };
enum finding_axis { FINDING_OF_SCENARIO, FINDING_OF_RULE };

struct finding {
    enum finding_axis axis;
    enum finding_level level;
    const char *requirement; /* id of the register; "" when the scenario cites none */
    unsigned line;           /* of the scenario: the expectation or step; 0 = none (rules) */
    size_t record;           /* index into the transcript; SIZE_MAX = the whole run */
    struct bytes expected;   /* one phrase, escaped, fit for a terminal */
    struct bytes got;        /* the same */
};

enum verdict_result {
    VERDICT_PASS,
    VERDICT_WARN,        /* a SHOULD was broken */
    VERDICT_FAIL,        /* a MUST, or the scenario's own expectation */
    VERDICT_UNSUPPORTED, /* the client lacks what the scenario needs */
    VERDICT_NOT_REACHED, /* the client never came to the point that the scenario tests */
    VERDICT_ERROR        /* ours */
};

struct verdict {
    enum verdict_result scenario; /* the scenario's own claim */
    enum verdict_result rules;    /* PASS, WARN or FAIL */
    struct finding findings[FINDINGS_MAX];
    size_t finding_count;
    size_t finding_lost; /* beyond FINDINGS_MAX */
    uint64_t variations; /* VARIATION_BIT set */
    struct bytes reason; /* UNSUPPORTED, NOT_REACHED, ERROR: why */
};

struct transcript_record;

/* "MAIL FROM:<a@b.example>" with its quotes, "the end of the connection" …; escaped, cut. */
void finding_phrase_record(const struct transcript_record *record, char *ret, size_t room);

struct transcript;

/* The last lines of the dialogue, a caret under the line at fault, and
 * "expected … (line N); got … N ms later". Nothing in it is raw: fit for a terminal. False: buffer
 * full or no memory. (finding_print.c) */
bool finding_print(const struct finding *finding, const struct transcript *transcript,
                   const char *indent, struct buf *to);

const char *verdict_result_word(enum verdict_result result);
const char *finding_level_word(enum finding_level level);

#endif
