/*
 * judge_fixture.h - runs written down in the test itself.
 *
 * One line a record, one millisecond apart:
 *   S: text            a reply line of the server, with its CRLF
 *   C: text            a command; `C{early} text`, `C{early,cut} …` with notes
 *   R{user} text       a client response inside AUTH
 *   D: facts           mail data: `ended octets=10 bare_lf=1`; `D{early} …`
 *   K: facts           a chunk of BDAT, behind its command
 *   !client-closed     any other kind of record, by its word; `!{departure line=7} …` likewise
 *   ~5000              so many milliseconds pass
 *   @2                 what follows is on connection 2
 *   +…                 a record in the text form itself
 *
 * Lives:   all of it until judge_fixture_release().
 */
#ifndef TESTS_UNIT_JUDGE_FIXTURE_H
#define TESTS_UNIT_JUDGE_FIXTURE_H

#include "fakeserver/judge.h"
#include "fakeserver/transcript_text.h"

struct judge_fixture {
    struct arena *arena;
    struct transcript *transcript;
    struct transcript_text text;
    struct scenario scenario;
    struct smtp_claim claim;
    struct verdict verdict;
    struct err err;
};

void judge_fixture_init(struct judge_fixture *fixture);
void judge_fixture_release(struct judge_fixture *fixture);

/* The notation above as a text of transcript.5; a test fails when the text cannot be read. */
void judge_fixture_run(struct judge_fixture *fixture, const char *run);
/* A scenario of this text. */
void judge_fixture_scenario(struct judge_fixture *fixture, const char *text);
/* Judges with the fixture's claim when has_claim, else without one. */
void judge_fixture_judge(struct judge_fixture *fixture, bool has_claim);
/* "sent", "binary temporary", "none", "hung", "crashed", "broken-pipe", "odd" */
void judge_fixture_claim(struct judge_fixture *fixture, const char *claim);

/* ---- pieces of runs ---- */
#define GREETING "!connected\nS: 220 mail.example\n"
#define HELLO(keywords)                                                                            \
    GREETING "C: EHLO client.example\nS: 250-mail.example\n" keywords "S: 250 HELP\n"
#define PLAIN HELLO("")
#define PIPELINING HELLO("S: 250-PIPELINING\n")
#define AUTH HELLO("S: 250-AUTH PLAIN LOGIN CRAM-MD5\n")
#define MAIL "C: MAIL FROM:<a@x.example>\nS: 250 ok\n"
#define RCPT "C: RCPT TO:<b@y.example>\nS: 250 ok\n"
#define DATA "C: DATA\nS: 354 go\n"
#define CONTENT "D: ended octets=10 differs_at=-\nS: 250 ok\n"
#define BYE "C: QUIT\nS: 221 bye\n!server-closed\n!client-closed\n"
#define SENT MAIL RCPT DATA CONTENT

#endif
