#include "client/smtp_message.h"

#include "client/smtp_data.h"

bool smtp_message_measure(struct smtp_message *message, struct err *err)
{
    struct smtp_data data;

    smtp_data_init(&data,
                   (struct smtp_data_policy){.eight_bit = true, .long_lines = message->long_lines});
    if (!smtp_data_scan(&data, message->octets, err) || !smtp_data_scan_end(&data, err))
        return false;
    message->size_octets = data.octets;
    message->has_eight_bit = data.has_eight_bit;
    return true;
}
