/* A message of any size without its octets (mail_data.h). */
#include "fakeserver/mail_data.h"

struct bytes mail_text_at(const struct mail_text *text, uint64_t offset)
{
    struct bytes piece;
    uint64_t left = offset < text->octets ? text->octets - offset : 0;

    if (left == 0)
        return BYTES_NONE;
    if (offset < text->head.size)
        piece = bytes_after(text->head, (size_t)offset);
    else if (text->cycle.size > 0)
        piece = bytes_after(text->cycle, (size_t)((offset - text->head.size) % text->cycle.size));
    else
        return BYTES_NONE;
    if (piece.size > left)
        piece.size = (size_t)left;
    return piece;
}

size_t mail_text_read(const struct mail_text *text, uint64_t offset, char *to, size_t room)
{
    size_t done = 0;

    while (done < room) {
        struct bytes piece = bytes_slice(mail_text_at(text, offset + done), 0, room - done);

        if (piece.size == 0)
            break;
        memcpy(to + done, piece.data, piece.size);
        done += piece.size;
    }
    return done;
}
