/*
 * smtpsend_report.h - what smtpsend tells: the dialogue, the outcome of each recipient, a hint.
 *
 * Shape:   lines for people, or one JSON object: outcome, code, stage, text, why, server, and the
 *          same for each of recipients[], and of several messages[] all that again; name, verified,
 *          code and text for each of verified[]; server and why for each of tried[].
 * Lives:   outcomes are copied as they come.
 */
#ifndef CLIENT_SMTPSEND_REPORT_H
#define CLIENT_SMTPSEND_REPORT_H

#include "client/smtp_client.h"
#include "client/smtpsend_servers.h"
#include "client/smtpsend_tls.h"

#include <stdio.h>

struct smtpsend_verified; /* what VRFY said of one name */
struct smtpsend_result;   /* of one recipient, or of the whole */

struct smtpsend_report {
    struct smtpsend_result *results; /* [0] is the whole */
    size_t room;
    size_t count;
    struct smtpsend_verified *verified;
    size_t verified_room;
    size_t verified_count;
};

bool smtpsend_report_init(struct smtpsend_report *report, size_t recipients, size_t names);
void smtpsend_report_release(struct smtpsend_report *report);

/* A RECIPIENT event; a later one of the same recipient takes its place. server: that decided. */
void smtpsend_report_add(struct smtpsend_report *report, const struct smtp_client_event *event,
                         const char *server);
/* VERIFIED events. */
void smtpsend_report_verified(struct smtpsend_report *report,
                              const struct smtp_client_event *event);
/* SENT, RECEIVED, SENT_DATA, VERIFIED; with states also STATE. Foreign octets are escaped. */
void smtpsend_report_line(FILE *to, const struct smtp_client_event *event, bool states);

/* What became of the whole message; when no event will come any more. */
void smtpsend_report_conclude(struct smtpsend_report *report);

/* One report a message, concluded; files: their names, where there are several. */
enum smtp_outcome smtpsend_report_outcome(const struct smtpsend_report *reports, size_t count);
void smtpsend_report_text(const struct smtpsend_report *report, FILE *to);
/* Which address was used; nothing where only one was tried. */
void smtpsend_report_servers(const struct smtpsend_servers *servers, FILE *to);
struct smtpsend_reports {
    const struct smtpsend_report *list;
    char *const *files;
    size_t count;
    const struct smtpsend_servers *servers;
};
bool smtpsend_report_json(const struct smtpsend_reports *reports, FILE *to);

struct smtpsend_circumstances {
    bool has_user;
    unsigned port;
    enum smtp_client_tls tls;
    const struct smtp_extensions *offered;
    const char *trouble; /* of the connection, "" = none known */
};
/* What a person should look at; may print nothing. */
void smtpsend_report_hint(const struct smtpsend_report *report,
                          const struct smtpsend_circumstances *circumstances, FILE *to);

#endif
