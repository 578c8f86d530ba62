#include "client/smtp_ehlo.h"

/* ehlo-line = ehlo-keyword *( SP ehlo-param ); SP around it is not in the grammar, but seen. */
void smtp_ehlo_read(const struct smtp_reply *reply, struct smtp_extensions *ret)
{
    struct err ignored;
    size_t i;

    *ret = (struct smtp_extensions){0};
    if (reply->code != 250)
        return;
    for (i = 1; i < reply->line_count; i++)
        (void)smtp_extensions_add(ret, bytes_trim(reply->lines[i]), &ignored);
}
