/*
 * Any octets as text: what is escaped is printable and comes back as it was, base64 too, and what
 * cannot be read back is refused with its column.
 */
#include "base/base64.h"
#include "base/require.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void hold_printable(struct bytes text)
{
    for (size_t i = 0; i < text.size; i++)
        REQUIRE((unsigned char)text.data[i] >= 32 && (unsigned char)text.data[i] < 127);
}

static void hold_refusal(const struct err *err, struct bytes text)
{
    REQUIRE(err->kind == ERR_SYNTAX);
    REQUIRE(err->what[0] != '\0' && err->column <= text.size + 1);
}

static void try_escape(struct bytes octets, struct buf *made, struct buf *back)
{
    struct err err = {.kind = ERR_NONE};

    REQUIRE(text_escape(made, octets));
    hold_printable(buf_bytes(made));
    REQUIRE(text_unescape(back, buf_bytes(made), &err));
    REQUIRE(bytes_equal(buf_bytes(back), octets));
    buf_clear(back);
    if (!text_unescape(back, octets, &err))
        hold_refusal(&err, octets);
    REQUIRE(strlen(text_show(octets).text) < sizeof(struct text_shown));
    buf_clear(made);
    REQUIRE(text_escape_utf8(made, octets));
}

static void try_base64(struct bytes octets, struct buf *made, struct buf *back)
{
    struct err err = {.kind = ERR_NONE};

    REQUIRE(base64_encode(made, octets));
    REQUIRE(made->size == base64_encoded_octets(octets.size));
    REQUIRE(base64_decode(back, buf_bytes(made), &err));
    REQUIRE(bytes_equal(buf_bytes(back), octets));
    buf_clear(made);
    buf_clear(back);
    if (!base64_decode(back, octets, &err)) {
        hold_refusal(&err, octets);
        REQUIRE(back->size == 0);
        return;
    }
    REQUIRE(base64_encode(made, buf_bytes(back))); /* there is one text for the same octets */
    REQUIRE(bytes_equal(buf_bytes(made), octets));
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct bytes octets = {(const char *)data, size};
    struct buf made;
    struct buf back;

    buf_init(&made, 4 * size + 16);
    buf_init(&back, 4 * size + 16);
    try_escape(octets, &made, &back);
    buf_clear(&made);
    buf_clear(&back);
    try_base64(octets, &made, &back);
    (void)text_utf8_octets(octets);
    buf_release(&made);
    buf_release(&back);
    return 0;
}
