/*
 * scenario_dialogue.h - the walk over the lines of a dialogue, shared by its two files.
 *
 * Lives:   the reader is on the stack of one scenario_parse_dialogue().
 */
#ifndef FAKESERVER_SCENARIO_DIALOGUE_H
#define FAKESERVER_SCENARIO_DIALOGUE_H

#include "fakeserver/scenario_private.h"

/* An either that is not at its end yet. */
struct open_either {
    size_t step;
    size_t *branches;
    size_t branch_count;
    size_t *gotos; /* the STEP_GOTO at the end of each branch */
    size_t goto_count;
};

/* The walk over the lines of the dialogue. */
struct dialogue_reader {
    struct scenario_parser *parser;
    size_t line; /* index */
    bool in_rule;
    bool branch_begins; /* the next line is the first of a branch */
    struct open_either open[SCENARIO_EITHER_DEPTH_MAX];
    unsigned depth;
    size_t last_reply; /* index of the step before, if it is a reply; else SIZE_MAX */
};

/* scenario_dialogue.c */
bool dialogue_fail_room(const struct dialogue_reader *reader, const struct scenario_line *line);
bool dialogue_add_step(struct dialogue_reader *reader, const struct scenario_line *line,
                       struct step step);
size_t dialogue_next_line(const struct scenario_file *file, size_t index);

/* scenario_answer.c: S:, S= and ! lines. */
bool dialogue_parse_reply(struct dialogue_reader *reader, const struct scenario_line *line);
bool dialogue_parse_raw(struct dialogue_reader *reader, const struct scenario_line *line);
bool dialogue_parse_event(struct dialogue_reader *reader, const struct scenario_line *line);

#endif
