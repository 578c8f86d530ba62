/*
 * rule.h - what holds in every scenario without being written there.
 *
 * Each rule is a row of one table (rules.c): the requirement that it rests on, how strong that is,
 * which records it is asked of, and a check. A check sees one record and the state in force before
 * it; rules of the whole run see what became of all messages.
 *
 * Shape:   rules[0..rule_count), names unique; several rules may rest on one requirement.
 * Source:  the section in each row.
 */
#ifndef FAKESERVER_RULE_H
#define FAKESERVER_RULE_H

#include "base/smtp_outcome.h"
#include "fakeserver/finding.h"
#include "fakeserver/scenario.h"
#include "fakeserver/session_view.h"

/* Which records a rule is asked of; a set of bits. */
enum rule_of {
    RULE_OF_COMMAND = 1,
    RULE_OF_RESPONSE = 2,
    RULE_OF_CONTENT = 4, /* mail data, chunks */
    RULE_OF_END = 8,     /* the client closed or reset the connection */
    RULE_OF_RUN = 16,    /* once, after the last record */
    RULE_OF_TLS = 32,    /* a handshake that was done */
    RULE_OF_UNIT = RULE_OF_COMMAND | RULE_OF_RESPONSE | RULE_OF_CONTENT
};

enum rule_flag {
    RULE_PLAIN,
    /* Asked also after the server broke the protocol: loss, duplication, false report, and a secret
     * in the open are the client's fault whatever it heard */
    RULE_ALWAYS
};

/* All that a check may look at. */
struct rule_case {
    const struct scenario *scenario;
    const struct transcript *transcript;
    const struct smtp_claim *claim; /* NULL: nobody knows what the client was told or says */
    const struct session_view *view;
    const struct session *session;          /* NULL in RULE_OF_RUN */
    const struct transcript_record *record; /* the same */
    size_t index;                           /* of the record; SIZE_MAX in RULE_OF_RUN */
    const struct command *command;          /* of a unit; else NULL */
    bool in_flight;                         /* may have been sent before the last reply was seen */
};

enum { RULE_GOT_OCTETS = 320 };

/* What a check found, when the record alone does not say it; got empty: the record is shown. */
struct rule_report {
    size_t record; /* preset to the case's */
    char got[RULE_GOT_OCTETS];
};

struct rule {
    const char *name;
    const char *requirement; /* id of the register */
    enum finding_level level;
    const char *title;   /* what a client does: fits behind "expected" */
    const char *section; /* that says so */
    unsigned of;         /* enum rule_of bits */
    uint32_t verbs;      /* RULE_VERB bits that the command must be one of; 0 = any */
    const char *word;    /* for checks that several rows share; NULL */
    enum rule_flag flag;
    bool (*broken)(const struct rule_case *of, const struct rule *rule, struct rule_report *report);
};

#define RULE_VERB(verb) (UINT32_C(1) << SMTP_VERB_##verb)

extern const struct rule rules[];
extern const size_t rule_count;
const struct rule *rule_find(struct bytes name); /* NULL: no such rule */

/* The bit of enum rule_of that this case is; 0 = no rule is asked of it. */
unsigned rule_kind_of(const struct rule_case *of);
/* Is a rule of that kind to be asked of this case at all? */
bool rule_applies(const struct rule *rule, const struct rule_case *of);

#endif
