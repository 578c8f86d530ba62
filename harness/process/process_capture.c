#include "harness/process/process_capture.h"

enum { MARK_OCTETS_MAX = 100 };

void process_capture_init(struct process_capture *capture)
{
    *capture = (struct process_capture){0};
    buf_init(&capture->text, PROCESS_CAPTURE_FIRST + PROCESS_CAPTURE_LAST + MARK_OCTETS_MAX);
    buf_init(&capture->last, PROCESS_CAPTURE_LAST);
}

void process_capture_release(struct process_capture *capture)
{
    buf_release(&capture->text);
    buf_release(&capture->last);
}

static bool add_to_ring(struct process_capture *capture, struct bytes octets)
{
    struct buf *last = &capture->last;
    size_t grows = bytes_slice(octets, 0, buf_room(last)).size;

    if (octets.size >= PROCESS_CAPTURE_LAST) {
        buf_clear(last);
        capture->last_at = 0;
        return buf_append(last, bytes_after(octets, octets.size - PROCESS_CAPTURE_LAST));
    }
    if (!buf_append(last, bytes_slice(octets, 0, grows)))
        return false;
    octets = bytes_after(octets, grows);
    while (octets.size > 0) {
        struct bytes part = bytes_slice(octets, 0, last->size - capture->last_at);

        memcpy(last->data + capture->last_at, part.data, part.size);
        capture->last_at = (capture->last_at + part.size) % PROCESS_CAPTURE_LAST;
        octets = bytes_after(octets, part.size);
    }
    return true;
}

bool process_capture_add(struct process_capture *capture, struct bytes octets)
{
    size_t room = PROCESS_CAPTURE_FIRST - capture->text.size;
    struct bytes first = bytes_slice(octets, 0, room);

    capture->octets += octets.size;
    if (!buf_append(&capture->text, first))
        return false;
    octets = bytes_after(octets, first.size);
    return octets.size == 0 || add_to_ring(capture, octets);
}

struct bytes process_capture_text(struct process_capture *capture)
{
    struct bytes last = buf_bytes(&capture->last);
    uint64_t left_out = capture->octets - capture->text.size - last.size;
    bool whole = true;

    if (left_out > 0)
        whole =
            buf_printf(&capture->text, "\n[%llu octets left out]\n", (unsigned long long)left_out);
    whole = whole && buf_append(&capture->text, bytes_after(last, capture->last_at)) &&
            buf_append(&capture->text, bytes_slice(last, 0, capture->last_at));
    buf_release(&capture->last);
    (void)whole; /* the first octets are there in any case */
    return buf_bytes(&capture->text);
}
