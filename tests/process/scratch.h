/*
 * scratch.h - a folder in which a test runs command lines, with a few scenarios in s/.
 *
 * Shape:   in a line $D is smtpdrill and $C the test's client; run() returns the exit status,
 *          scratch_output holds both streams of the last line. The scenarios of scratch_set_up():
 *          plain, refused[code=450], refused[code=550] (tag refusals) and auth; scratch_make()
 *          leaves s/ empty.
 * Bounds:  SCRATCH_OUTPUT_MAX octets of output, lines of 2048.
 * Lives:   the folder from one of these two to scratch_tear_down(), fixtures of a TCase.
 */
#ifndef TESTS_PROCESS_SCRATCH_H
#define TESTS_PROCESS_SCRATCH_H

#define SCRATCH_OUTPUT_MAX (1024 * 1024)

extern const char *scratch_smtpdrill;
extern const char *scratch_client;
extern char scratch_folder[32];
extern char scratch_output[SCRATCH_OUTPUT_MAX];

void scratch_make(void);
void scratch_set_up(void);
void scratch_tear_down(void); /* fails where the folder of a run is left behind */
void put_file(const char *name, const char *text);
/* A shell line, as by printf. */
int run(const char *format, ...);
void has(const char *what); /* the output does */
void has_not(const char *what);
long count(const char *command); /* the number that it prints */
/* Of a report in JSON: a number of its summary. */
long summary_member(const char *path, const char *name);

#endif
