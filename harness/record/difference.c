#include "harness/record/difference.h"

#include "base/smtp_code.h"
#include "base/smtp_enhanced.h"
#include "base/text.h"
#include "harness/record/generalise.h"
#include "harness/record/moment.h"

#define LAID_OUT_OCTETS_MAX ((size_t)4 * 1024 * 1024)

struct said {
    struct bytes text; /* with its code */
    struct said *next;
};

/* A command and what the server did: lines, then events. */
struct exchange {
    struct bytes command; /* empty: the connection */
    struct said *lines, *last_line;
    struct said *events, *last_event;
};

struct dialogue {
    struct exchange *exchanges;
    size_t count;
};

struct comparing {
    struct arena *arena;
    struct buf *to;
    size_t count;
    bool failed;
};

/* ---- reading a recording in its canonical layout --------------------------------------------- */

static bool add_said(struct arena *arena, struct bytes text, struct said **first,
                     struct said **last)
{
    struct said *said = arena_alloc(arena, sizeof(*said));

    if (said == NULL)
        return false;
    said->text = text;
    if (*last != NULL)
        (*last)->next = said;
    else
        *first = said;
    *last = said;
    return true;
}

static bool add_exchange(struct dialogue *dialogue, struct arena *arena, struct bytes command)
{
    void *items = dialogue->exchanges;

    if (!arena_grow(arena, &items, dialogue->count, sizeof(*dialogue->exchanges)))
        return false;
    dialogue->exchanges = items;
    dialogue->exchanges[dialogue->count++] = (struct exchange){.command = command};
    return true;
}

static struct bytes without_comment(struct bytes line)
{
    size_t at = bytes_find_bytes(line, BYTES_LITERAL("  #"));

    return bytes_trim(bytes_slice(line, 0, at == BYTES_NOT_FOUND ? line.size : at));
}

/* The time that a server took is the moment's. */
static struct bytes without_delay(struct bytes line)
{
    size_t blank = bytes_find(line, ' ');

    return bytes_starts_with(line, BYTES_LITERAL("+")) && blank != BYTES_NOT_FOUND
               ? bytes_after(line, blank + 1)
               : line;
}

static bool take_line(struct dialogue *dialogue, struct arena *arena, struct bytes line)
{
    struct exchange *exchange = &dialogue->exchanges[dialogue->count - 1];

    line = without_delay(without_comment(line));
    if (bytes_starts_with(line, BYTES_LITERAL("C: ")) ||
        bytes_starts_with(line, BYTES_LITERAL("C= ")))
        return add_exchange(dialogue, arena, bytes_after(line, 3));
    if (bytes_starts_with(line, BYTES_LITERAL("S: ")))
        return add_said(arena, bytes_after(line, 3), &exchange->lines, &exchange->last_line);
    if (bytes_starts_with(line, BYTES_LITERAL("S= \"")))
        return add_said(arena, bytes_after(line, 4), &exchange->lines, &exchange->last_line);
    if (bytes_starts_with(line, BYTES_LITERAL("!")) || bytes_equal(line, BYTES_LITERAL("...")))
        return add_said(arena, line, &exchange->events, &exchange->last_event);
    return true;
}

static bool read_dialogue(struct bytes text, struct arena *arena, struct dialogue *ret,
                          struct err *err)
{
    struct buf laid_out;
    struct bytes rest;
    struct bytes line;
    bool ok;

    *ret = (struct dialogue){.count = 0};
    buf_init(&laid_out, LAID_OUT_OCTETS_MAX);
    ok = generalise_lay_out(text, arena, &laid_out, err);
    rest = ok ? arena_copy(arena, buf_bytes(&laid_out)) : BYTES_NONE;
    buf_release(&laid_out);
    if (!ok)
        return false;
    ok = rest.data != NULL && add_exchange(ret, arena, BYTES_NONE);
    while (ok && bytes_next(&rest, '\n', &line))
        ok = take_line(ret, arena, line);
    return ok || err_memory(err);
}

/* ---- saying ---------------------------------------------------------------------------------- */

static bool put_name(struct comparing *comparing, const struct exchange *exchange)
{
    if (exchange->command.size == 0)
        return buf_append_string(comparing->to, "greeting");
    return text_escape_utf8(comparing->to, exchange->command);
}

static void tell(struct comparing *comparing, bool is_harmless, const struct exchange *exchange,
                 const char *what, struct bytes before, struct bytes now)
{
    struct buf *to = comparing->to;
    bool ok = (!is_harmless || buf_append_string(to, "harmless: ")) &&
              put_name(comparing, exchange) && buf_printf(to, ": %s was \"", what) &&
              text_escape_utf8(to, before) && buf_append_string(to, "\", is \"") &&
              text_escape_utf8(to, now) && buf_append_string(to, "\"\n");

    comparing->failed = comparing->failed || !ok;
    comparing->count += !is_harmless;
}

/* ---- one exchange ---------------------------------------------------------------------------- */

/* As it would be if it had been said at another time. */
static struct bytes lasting(struct comparing *comparing, struct bytes text)
{
    struct buf plain;
    struct bytes kept = BYTES_NONE;

    buf_init(&plain, 4 * text.size + 64);
    if (moment_put(&plain, text))
        kept = arena_copy(comparing->arena, buf_bytes(&plain));
    buf_release(&plain);
    comparing->failed = comparing->failed || kept.data == NULL;
    return kept;
}

static struct bytes code_of(const struct said *said)
{
    unsigned code = 0;

    return said != NULL && smtp_code_from(said->text, &code) ? bytes_slice(said->text, 0, 3)
                                                             : BYTES_NONE;
}

static struct bytes enhanced_of(struct bytes text)
{
    struct smtp_enhanced enhanced;
    size_t used = 0;

    text = bytes_after(text, 4);
    return smtp_enhanced_parse(text, &enhanced, &used) ? bytes_trim(bytes_slice(text, 0, used))
                                                       : BYTES_NONE;
}

static struct bytes keyword_of(const struct said *said)
{
    struct bytes rest = bytes_after(said->text, 4);
    struct bytes word = BYTES_NONE;

    (void)bytes_next_word(&rest, &word);
    return word;
}

static const struct said *offer_of(const struct said *list, struct bytes keyword)
{
    for (; list != NULL; list = list->next)
        if (bytes_equal_nocase(keyword_of(list), keyword))
            return list;
    return NULL;
}

/* Keywords have no order, and their parameters belong to them. */
static void compare_offers(struct comparing *comparing, const struct exchange *before,
                           const struct exchange *now)
{
    const struct said *is = now->lines->next;

    for (const struct said *was = before->lines->next; was != NULL; was = was->next) {
        const struct said *same = offer_of(now->lines->next, keyword_of(was));
        struct bytes text = same != NULL ? bytes_after(same->text, 4) : BYTES_NONE;

        if (same == NULL || !bytes_equal_nocase(bytes_after(was->text, 4), text))
            tell(comparing, false, now, "an extension", bytes_after(was->text, 4), text);
        else if (is != NULL && !bytes_equal_nocase(keyword_of(is), keyword_of(was)))
            tell(comparing, true, now, "a place in the list", keyword_of(was), keyword_of(is));
        is = is != NULL ? is->next : NULL;
    }
    for (const struct said *said = now->lines->next; said != NULL; said = said->next)
        if (offer_of(before->lines->next, keyword_of(said)) == NULL)
            tell(comparing, false, now, "an extension", BYTES_NONE, bytes_after(said->text, 4));
}

static void compare_texts(struct comparing *comparing, const struct exchange *before,
                          const struct exchange *now)
{
    const struct said *was = before->lines;
    const struct said *is = now->lines;
    bool is_greeting = now->command.size == 0;

    for (; was != NULL || is != NULL; was = was ? was->next : NULL, is = is ? is->next : NULL) {
        struct bytes old = was != NULL ? was->text : BYTES_NONE;
        struct bytes new = is != NULL ? is->text : BYTES_NONE;

        if (!bytes_equal(enhanced_of(old), enhanced_of(new)))
            tell(comparing, false, now, "the enhanced status code", enhanced_of(old),
                 enhanced_of(new));
        old = lasting(comparing, bytes_after(old, 4));
        new = lasting(comparing, bytes_after(new, 4));
        if (!bytes_equal(old, new))
            tell(comparing, !is_greeting, now, "the text", old, new);
    }
}

static bool is_list(const struct exchange *exchange)
{
    return exchange->lines != NULL &&
           (bytes_starts_with_nocase(exchange->command, BYTES_LITERAL("EHLO")) ||
            bytes_starts_with_nocase(exchange->command, BYTES_LITERAL("LHLO")));
}

static void compare_events(struct comparing *comparing, const struct exchange *before,
                           const struct exchange *now)
{
    const struct said *was = before->events;
    const struct said *is = now->events;

    for (; was != NULL || is != NULL; was = was ? was->next : NULL, is = is ? is->next : NULL) {
        struct bytes old = was != NULL ? was->text : BYTES_LITERAL("nothing");
        struct bytes new = is != NULL ? is->text : BYTES_LITERAL("nothing");

        if (!bytes_equal(old, new))
            tell(comparing, false, now, "what follows", old, new);
    }
}

static void compare_exchanges(struct comparing *comparing, const struct exchange *before,
                              const struct exchange *now)
{
    if (!bytes_equal(code_of(before->last_line), code_of(now->last_line)))
        tell(comparing, false, now, "the reply code", code_of(before->last_line),
             code_of(now->last_line));
    if (is_list(before) && is_list(now))
        compare_offers(comparing, before, now);
    else
        compare_texts(comparing, before, now);
    compare_events(comparing, before, now);
}

static void compare_all(struct comparing *comparing, const struct dialogue *before,
                        const struct dialogue *now)
{
    static const struct exchange end = {
        .command = {"the end", 7}
    };

    for (size_t i = 0; i < before->count || i < now->count; i++) {
        const struct exchange *was = i < before->count ? &before->exchanges[i] : &end;
        const struct exchange *is = i < now->count ? &now->exchanges[i] : &end;

        if (bytes_equal(was->command, is->command)) {
            compare_exchanges(comparing, was, is);
            continue;
        }
        tell(comparing, false, i < now->count ? is : was, "what the client says there",
             was->command, is->command);
        return;
    }
}

bool difference_find(struct bytes before, struct bytes now, struct arena *arena, struct buf *ret,
                     size_t *ret_count, struct err *err)
{
    struct comparing comparing = {.arena = arena, .to = ret};
    struct dialogue old;
    struct dialogue new;

    if (!read_dialogue(before, arena, &old, err) || !read_dialogue(now, arena, &new, err))
        return false;
    compare_all(&comparing, &old, &new);
    *ret_count = comparing.count;
    return !comparing.failed || err_memory(err);
}
