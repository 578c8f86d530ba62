#include "client/smtp_message.h"

bool smtp_message_has_eight_bit(const struct smtp_message *message)
{
    return message->header_eight_bit || message->body_eight_bit;
}

static struct smtp_data_policy policy_of(const struct smtp_message *message)
{
    bool binary = message->request.body == SMTP_BODY_BINARYMIME;

    return (struct smtp_data_policy){.eight_bit = true,
                                     .long_lines = message->long_lines || binary};
}

void smtp_measure_init(struct smtp_measure *measure, const struct smtp_message *message)
{
    *measure = (struct smtp_measure){.binary = message->request.body == SMTP_BODY_BINARYMIME,
                                     .is_text = true};
    smtp_data_init(&measure->data, policy_of(message));
    smtp_header_init(&measure->header);
}

bool smtp_measure_take(struct smtp_measure *measure, struct bytes piece, struct err *err)
{
    measure->octets += piece.size;
    smtp_header_read(&measure->header, piece);
    if (measure->is_text && !smtp_data_scan(&measure->data, piece, &measure->err))
        measure->is_text = false;
    if (measure->is_text || measure->binary)
        return true;
    *err = measure->err;
    return false;
}

/* What the header says about octets above 127, where there are any. */
static void note_header(const struct smtp_header *header, struct smtp_message *message)
{
    message->header_eight_bit = header->eight_bit;
    message->body_eight_bit = header->body_eight_bit;
    message->header_ill_formed = header->ill_formed;
    message->is_mime = header->mime;
    message->eight_bit_is_mime = smtp_header_allows_eight_bit(header);
}

/* A binary message is sent as it is. If its lines end in LF, that can only be mended where all of
 * it is text: text must have CRLF, and what is no text must stay as it is (RFC 3030 3). */
static bool end_binary(struct smtp_measure *measure, struct smtp_message *message, struct err *err)
{
    message->verbatim = true;
    message->size_octets = measure->octets;
    if (!measure->header.lf)
        return true;
    if (!measure->header.text)
        return err_set(err, ERR_SYNTAX,
                       "the lines of a binary message end in CRLF where they are text; here they "
                       "end in LF (RFC 3030 3)");
    message->verbatim = false;
    message->size_octets = measure->data.octets;
    return true;
}

bool smtp_measure_end(struct smtp_measure *measure, struct smtp_message *message, struct err *err)
{
    smtp_header_end(&measure->header);
    note_header(&measure->header, message);
    message->verbatim = false;
    if (measure->is_text && !smtp_data_scan_end(&measure->data, &measure->err))
        measure->is_text = false;
    if (!measure->is_text && (!measure->binary || measure->header.lf)) {
        *err = measure->err;
        return false;
    }
    if (measure->binary)
        return end_binary(measure, message, err);
    message->size_octets = measure->data.octets;
    return true;
}

/* The header is read only where something hangs on it. */
static bool measure_text(struct smtp_message *message, struct err *err)
{
    struct smtp_header header;
    struct smtp_data data;

    smtp_data_init(&data, policy_of(message));
    if (!smtp_data_scan(&data, message->octets, err) || !smtp_data_scan_end(&data, err))
        return false;
    message->size_octets = data.octets;
    if (!data.has_eight_bit)
        return true;
    smtp_header_init(&header);
    smtp_header_read(&header, message->octets);
    smtp_header_end(&header);
    note_header(&header, message);
    return true;
}

bool smtp_message_measure(struct smtp_message *message, struct err *err)
{
    struct smtp_measure measure;

    note_header(&(struct smtp_header){.ended = true}, message);
    message->verbatim = false;
    if (message->request.body != SMTP_BODY_BINARYMIME)
        return measure_text(message, err);
    smtp_measure_init(&measure, message);
    return smtp_measure_take(&measure, message->octets, err) &&
           smtp_measure_end(&measure, message, err);
}
