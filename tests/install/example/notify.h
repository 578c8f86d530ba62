/* notify.h - a small SMTP client of an imagined program: it sends one note by mail. */
#ifndef NOTIFY_H
#define NOTIFY_H

#ifdef __cplusplus
extern "C" {
#endif

enum notify_outcome { NOTIFY_SENT, NOTIFY_LATER, NOTIFY_REFUSED };

struct notify_note {
    const char *host;
    unsigned port;
    const char *from, *to;
    const char *text; /* header, empty line, body; each line ended by LF or CRLF */
};

/* *ret_code: the reply code that decided; 0 = none, the connection failed. */
enum notify_outcome notify_send(const struct notify_note *note, int *ret_code);

#ifdef __cplusplus
}
#endif

#endif
