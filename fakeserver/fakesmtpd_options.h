/*
 * fakesmtpd_options.h - the command line of fakesmtpd, and the account that it names.
 *
 * Lives:   values point into argv; the password is owned: fakesmtpd_options_release() wipes it.
 * Errors:  ERR_SYNTAX for a wrong command line, ERR_IO and ERR_LIMIT for the password file.
 */
#ifndef FAKESERVER_FAKESMTPD_OPTIONS_H
#define FAKESERVER_FAKESMTPD_OPTIONS_H

#include "base/buf.h"
#include "base/err.h"
#include "fakeserver/scenario.h"

#include <stdint.h>
#include <stdio.h>

#define FAKESMTPD_LISTEN_MAX 16

struct fakesmtpd_address {
    char host[64]; /* numeric */
    unsigned port;
};

struct fakesmtpd_options {
    const char *name; /* SCENARIO|PERSONALITY */
    struct fakesmtpd_address addresses[FAKESMTPD_LISTEN_MAX];
    size_t address_count; /* at least 1 */
    const char *scenarios;
    const char *user; /* NULL: no account */
    struct buf password;
    uint64_t seed;
    bool has_seed;
    bool once;
    bool each;
    bool json;
    bool strict;
    bool verbose;
    bool help;
    bool version;
    enum send_tls tls;      /* NONE: as the scenario says */
    const char *ca_file;    /* path to write the CA's certificate to; NULL: nowhere */
    const char *tls_name;   /* NULL: localhost */
    const char *transcript; /* path of a file */
    const char *keep;       /* path of a folder */
};

bool fakesmtpd_options_read(int argc, char **argv, struct fakesmtpd_options *ret, struct err *err);
void fakesmtpd_options_release(struct fakesmtpd_options *options);
void fakesmtpd_options_help(FILE *to);

#endif
