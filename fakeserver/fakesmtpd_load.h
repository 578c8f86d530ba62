/*
 * fakesmtpd_load.h - what fakesmtpd serves: a scenario, or a personality by itself.
 *
 * Shape:   a name is the path of a file, or stands below the folder of the scenarios:
 *          providers/163.com/mail-before-auth (.drill), 163.com (personalities/….personality). An
 *          instance of a sweep is written behind it: name[code=421,at=MAIL].
 * Lives:   everything until fakesmtpd_load_release(); options are borrowed as long.
 * Errors:  with the file, and with line and column in the sentence.
 */
#ifndef FAKESERVER_FAKESMTPD_LOAD_H
#define FAKESERVER_FAKESMTPD_LOAD_H

#include "fakeserver/fakesmtpd_options.h"
#include "fakeserver/scenario.h"
#include "fakeserver/transcript_text.h"

struct fakesmtpd_load {
    struct arena *arena;
    const char *folder;
    const struct fakesmtpd_options *options;
    bool is_personality; /* no scenario: only the rules are judged */
    struct scenario scenario;
    bool has_scenario;
    struct scenario personality;
    bool has_personality;
    struct account accounts[2];
    struct transcript_file files[TRANSCRIPT_TEXT_FILES_MAX];
    size_t file_count;
};

bool fakesmtpd_load(struct fakesmtpd_load *load, const struct fakesmtpd_options *options,
                    struct err *err);
void fakesmtpd_load_release(struct fakesmtpd_load *load);

#endif
