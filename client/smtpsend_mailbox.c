#include "client/smtpsend_mailbox.h"

#include "base/smtp_limits.h"
#include "client/smtp_idn.h"

#include <stdlib.h>

static bool is_ascii(struct bytes text)
{
    return bytes_find_eight_bit(text) == BYTES_NOT_FOUND;
}

static bool all_are_ascii(const struct smtp_message *message)
{
    size_t i;

    for (i = 0; i < message->forward_path_count; i++)
        if (!is_ascii(message->forward_paths[i]))
            return false;
    return is_ascii(message->reverse_path);
}

/* Empty where there is no such form. */
static struct bytes convert(struct buf *octets, struct bytes mailbox)
{
    size_t before = octets->size;
    struct err err;

    if (is_ascii(mailbox) || smtp_idn_mailbox(mailbox, octets, &err))
        return bytes_after(buf_bytes(octets), before);
    octets->size = before;
    return BYTES_NONE;
}

bool smtpsend_mailboxes_make(struct smtpsend_mailboxes *mailboxes, struct smtp_message *message,
                             struct err *err)
{
    size_t count = message->forward_path_count;
    size_t i;

    *mailboxes = (struct smtpsend_mailboxes){.forward_paths = NULL};
    if (all_are_ascii(message))
        return true;
    mailboxes->forward_paths = calloc(count + 1, sizeof mailboxes->forward_paths[0]);
    if (!mailboxes->forward_paths ||
        !buf_init_whole(&mailboxes->octets, (count + 1) * 2 * SMTP_PATH_OCTETS_MAX))
        return err_memory(err);
    mailboxes->reverse_path = convert(&mailboxes->octets, message->reverse_path);
    for (i = 0; i < count; i++)
        mailboxes->forward_paths[i] = convert(&mailboxes->octets, message->forward_paths[i]);
    message->reverse_path_ascii = mailboxes->reverse_path;
    message->forward_paths_ascii = mailboxes->forward_paths;
    return true;
}

void smtpsend_mailboxes_release(struct smtpsend_mailboxes *mailboxes)
{
    buf_release(&mailboxes->octets);
    free(mailboxes->forward_paths);
    mailboxes->forward_paths = NULL;
}
