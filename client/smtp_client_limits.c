/*
 * smtp_client_limits.c - no more than a server announces (RFC 9422 4).
 *
 * What one transaction may not hold goes into the next one; what one session may not hold is left
 * to another session, which is the owner's to begin.
 */
#include "client/smtp_client_private.h"

static struct bytes domain_of(struct bytes mailbox)
{
    size_t at = mailbox.size;

    while (at > 0 && mailbox.data[at - 1] != '@')
        at--;
    return bytes_after(mailbox, at > 0 ? at : mailbox.size);
}

static bool was_used(const struct smtp_client *client, struct bytes domain, size_t *ret_count)
{
    struct bytes rest = buf_bytes(&client->domains);
    struct bytes used;

    for (*ret_count = 0; bytes_next(&rest, '\n', &used); ++*ret_count)
        if (bytes_equal_nocase(used, domain))
            return true;
    return false;
}

/* RCPTDOMAINMAX counts the domains of the session, also those of recipients that are refused. What
 * cannot be remembered counts as one domain too many. */
static bool admits_domain(struct smtp_client *client, struct bytes mailbox)
{
    size_t max = client->offered.limits.rcpt_domain_max;
    struct bytes domain;
    size_t count;

    if (max == 0)
        return true;
    domain = domain_of(mailbox);
    if (was_used(client, domain, &count))
        return true;
    return count < max && domain.size < buf_room(&client->domains) &&
           buf_append(&client->domains, domain) && buf_append_octet(&client->domains, '\n');
}

bool smtp_client_admits(struct smtp_client *client, size_t index)
{
    size_t max = client->offered.limits.rcpt_max;

    if (max > 0 && client->group.count >= max)
        return false;
    return admits_domain(client, client->message.forward_paths[index]);
}

void smtp_client_leave_to_next_session(struct smtp_client *client, const char *why)
{
    struct client_verdict verdict = {.outcome = SMTP_OUTCOME_TEMPORARY,
                                     .stage = SMTP_STAGE_MAIL,
                                     .why = why,
                                     .next_session = true};

    smtp_client_decide_rest(client, &verdict);
}

bool smtp_client_session_is_full(const struct smtp_client *client)
{
    size_t max = client->offered.limits.mail_max;

    return max > 0 && client->mails >= max;
}
