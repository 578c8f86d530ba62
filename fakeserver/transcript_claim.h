/*
 * transcript_claim.h - the lines of a transcript that say what the client said: in this run, and in
 * the one without the cut; for transcript_text.c only.
 *
 * Each call begins behind the word that the line begins with.
 *
 * Errors:  those of transcript_reader.h.
 */
#ifndef FAKESERVER_TRANSCRIPT_CLAIM_H
#define FAKESERVER_TRANSCRIPT_CLAIM_H

#include "fakeserver/transcript_reader.h"
#include "fakeserver/transcript_text.h"

bool transcript_claim_take(struct words *words, struct smtp_claim *claim);
bool transcript_claim_take_recipient(struct words *words, struct smtp_claim *claim);
bool transcript_claim_take_cut(struct words *words, struct transcript_text *text);
bool transcript_claim_take_finding(struct words *words, struct judge_uncut *uncut);

#endif
