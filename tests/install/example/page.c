/* notify() as the example of fakesmtp(3) calls it. */
#include "notify.h"

int notify(const char *host, unsigned port, const char *from, const char *to, const char *text);

int notify(const char *host, unsigned port, const char *from, const char *to, const char *text)
{
    int code;
    struct notify_note note = {.host = host, .port = port, .from = from, .to = to, .text = text};
    return notify_send(&note, &code) == NOTIFY_SENT ? 0 : 1;
}
