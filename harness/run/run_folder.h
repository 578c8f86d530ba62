/*
 * run_folder.h - the folder of one run: what the client is given as files, and may write.
 *
 * Shape:   one folder for the program, `smtpdrill-XXXXXX` below TMPDIR, one below it for each run;
 *          folders have mode 0700, files 0600.
 * Lives:   until run_folder_remove(), which takes away whatever the client left there.
 * Errors:  ERR_IO with the system's words.
 */
#ifndef HARNESS_RUN_RUN_FOLDER_H
#define HARNESS_RUN_RUN_FOLDER_H

#include "base/err.h"
#include "fakeserver/mail_data.h"

#define RUN_FOLDER_PATH_OCTETS 512
#define RUN_FOLDER_DEPTH_MAX 16

struct run_folder {
    char path[RUN_FOLDER_PATH_OCTETS];
};

bool run_folder_make_parent(const char *temporary, struct run_folder *ret, struct err *err);
bool run_folder_make(const struct run_folder *parent, unsigned long long number,
                     struct run_folder *ret, struct err *err);
void run_folder_remove(const struct run_folder *folder);

bool run_folder_write(const struct run_folder *folder, struct bytes name, struct bytes octets,
                      struct err *err);

enum mail_form {
    MAIL_FORM_AS_IS,
    MAIL_FORM_LF,   /* every line ended by LF */
    MAIL_FORM_CRLF, /* … by CRLF */
    MAIL_FORM_OPEN, /* without the last line end */
    MAIL_FORM_BODY  /* what stands behind the first empty line, ended by LF */
};
bool run_folder_write_mail(const struct run_folder *folder, const char *name,
                           const struct mail_text *text, enum mail_form form, struct err *err);

#endif
