/* smtpsend_report_private.h - what the parts of the report share. */
#ifndef CLIENT_SMTPSEND_REPORT_PRIVATE_H
#define CLIENT_SMTPSEND_REPORT_PRIVATE_H

#include "base/buf.h"
#include "client/smtpsend_report.h"

struct smtpsend_result {
    bool known;
    struct bytes address;
    enum smtp_outcome outcome;
    enum smtp_stage stage;
    unsigned code;
    struct buf text;
    char why[240];
    struct route_name server;
};

struct smtpsend_verified {
    struct bytes name;
    bool exists;
    unsigned code;
    struct buf text;
};

#endif
