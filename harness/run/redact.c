#include "harness/run/redact.h"

#include "base/base64.h"
#include "base/buf.h"

static struct bytes replace(struct bytes text, struct bytes secret, struct arena *arena)
{
    static const char word[] = "{secret}";
    struct buf kept;
    struct bytes result = BYTES_NONE;
    size_t at = bytes_find_bytes(text, secret);
    if (secret.size < REDACT_OCTETS_MIN || at == BYTES_NOT_FOUND)
        return text;
    buf_init(&kept, text.size * 3 + sizeof(word));
    bool ok = true;
    for (; ok && at != BYTES_NOT_FOUND; at = bytes_find_bytes(text, secret)) {
        ok = buf_append(&kept, bytes_slice(text, 0, at)) && buf_append_string(&kept, word);
        text = bytes_after(text, at + secret.size);
    }
    if (ok && buf_append(&kept, text))
        result = arena_copy(arena, buf_bytes(&kept));
    buf_release_secret(&kept);
    return result;
}

/* Without `=` at its end: what a client prints may be cut there. */
static bool encode(struct buf *to, struct bytes octets)
{
    buf_clear(to);
    if (!base64_encode(to, octets))
        return false;
    while (to->size > 0 && to->data[to->size - 1] == '=')
        to->size--;
    return true;
}

struct bytes redact(struct bytes text, struct bytes user, struct bytes password,
                    struct arena *arena)
{
    struct buf plain;   /* NUL user NUL password */
    struct buf encoded; /* base64 */
    struct bytes clean = BYTES_NONE;
    if (password.size < REDACT_OCTETS_MIN || text.size == 0)
        return text.data != NULL ? text : bytes_of("");
    buf_init(&plain, user.size + password.size + 2);
    buf_init(&encoded, 2 * (user.size + password.size) + 16);
    if (buf_append_octet(&plain, '\0') && buf_append(&plain, user) &&
        buf_append_octet(&plain, '\0') && buf_append(&plain, password) &&
        encode(&encoded, buf_bytes(&plain)))
        clean = replace(text, buf_bytes(&encoded), arena);
    if (clean.data != NULL)
        clean =
            encode(&encoded, password) ? replace(clean, buf_bytes(&encoded), arena) : BYTES_NONE;
    if (clean.data != NULL)
        clean = replace(clean, password, arena);
    buf_release_secret(&plain);
    buf_release_secret(&encoded);
    return clean;
}
