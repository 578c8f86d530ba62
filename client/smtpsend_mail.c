#include "client/smtpsend_mail.h"

#include "client/smtpsend_compose.h"
#include "transport/clock.h"

#include <unistd.h>

enum { DRAFT_OCTETS_MAX = 64 * 1024 * 1024 };

static bool compose(struct smtpsend_mail *mail, const struct smtpsend_options *options,
                    struct bytes host, struct err *err)
{
    char date[CLOCK_DATE_OCTETS];
    int64_t now_s = clock_wall_s();
    struct smtpsend_draft draft = {.from = options->from,
                                   .to = options->recipients,
                                   .to_count = options->recipient_count,
                                   .subject = options->subject,
                                   .body = options->body,
                                   .host = host};

    clock_date(now_s, date);
    draft.date = date;
    draft.token = ((unsigned long long)now_s << 24 ^ clock_monotonic_ns()) ^
                  (unsigned long long)getpid() << 48;
    if (!smtpsend_compose(&draft, &mail->draft, err))
        return false;
    mail->message.octets = buf_bytes(&mail->draft);
    return smtp_message_measure(&mail->message, err);
}

bool smtpsend_mail_open(struct smtpsend_mail *mail, const struct smtpsend_options *options,
                        struct bytes host, size_t index, struct err *err)
{
    const char *path = options->file_count > 0 ? options->files[index] : NULL;

    if (mail->is_open && mail->index == index)
        return true;
    smtpsend_mail_close(mail);
    *mail = (struct smtpsend_mail){.is_open = true, .index = index, .source = {.descriptor = -1}};
    mail->message = (struct smtp_message){
        .reverse_path = options->from,
        .forward_paths = options->recipients,
        .forward_path_count = options->recipient_count,
        .request = options->request,
        .rcpt_requests = options->has_rcpt_requests ? options->rcpt_requests : NULL,
        .long_lines = options->long_lines};
    buf_init(&mail->draft, DRAFT_OCTETS_MAX);
    if (!smtpsend_mailboxes_make(&mail->mailboxes, &mail->message, err))
        return false;
    if (options->has_subject || options->has_body)
        return compose(mail, options, host, err);
    return smtpsend_source_open(&mail->source, path, &mail->message, err);
}

void smtpsend_mail_close(struct smtpsend_mail *mail)
{
    if (!mail->is_open)
        return;
    smtpsend_source_close(&mail->source);
    smtpsend_mailboxes_release(&mail->mailboxes);
    buf_release(&mail->draft);
    mail->is_open = false;
}
