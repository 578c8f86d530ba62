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

struct bytes redact_without_padding(struct bytes text)
{
    while (text.size > 0 && text.data[text.size - 1] == '=')
        text.size--;
    return text;
}

static struct bytes encoded(struct bytes octets, struct arena *arena)
{
    struct buf text;
    struct bytes kept = BYTES_NONE;

    buf_init(&text, 2 * octets.size + 8);
    if (octets.data != NULL && base64_encode(&text, octets))
        kept = arena_copy(arena, redact_without_padding(buf_bytes(&text)));
    buf_release_secret(&text);
    return kept;
}

static struct bytes plain_of(struct bytes authzid, struct bytes user, struct bytes password,
                             struct arena *arena)
{
    return arena_printf(arena, "%.*s%c%.*s%c%.*s", BYTES_FORMAT(authzid), '\0', BYTES_FORMAT(user),
                        '\0', BYTES_FORMAT(password));
}

bool redact_forms(struct bytes user, struct bytes password, struct arena *arena,
                  struct bytes ret[REDACT_FORMS])
{
    const struct bytes said[REDACT_FORMS] = {
        password,
        plain_of(BYTES_NONE, user, password, arena),
        plain_of(user, user, password, arena),
        arena_printf(arena, "user=%.*s\1auth=Bearer %.*s\1\1", BYTES_FORMAT(user),
                     BYTES_FORMAT(password)),
    };
    bool ok = true;

    for (size_t i = 0; i < REDACT_FORMS; i++) {
        ret[i] = encoded(said[i], arena);
        ok = ok && ret[i].data != NULL;
    }
    return ok;
}

struct bytes redact(struct bytes text, struct bytes user, struct bytes password,
                    struct arena *arena)
{
    struct bytes forms[REDACT_FORMS];

    if (password.size < REDACT_OCTETS_MIN || text.size == 0)
        return text.data != NULL ? text : bytes_of("");
    if (!redact_forms(user, password, arena, forms))
        return BYTES_NONE;
    /* The longer ones first: the shorter may be a part of them. */
    for (size_t i = REDACT_FORMS; text.data != NULL && i-- > 0;)
        text = replace(text, forms[i], arena);
    return text.data != NULL ? replace(text, password, arena) : text;
}
