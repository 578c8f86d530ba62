#include "harness/import/import_paste.h"

#include "base/buf.h"
#include "harness/import/import_line.h"

#define WIDTH_MIN 40 /* narrower logs are not broken: their lines are short */
#define WIDTH_MAX 80
#define RESPONSE_MIN 16 /* a shorter word of letters is one of prose */

#define ESCAPE '\x1b'

/* ---- HTML ------------------------------------------------------------------------------------ */

struct entity {
    const char *name;
    const char *octets;
};

/* clang-format off */
static const struct entity entities[] = {
    {"&lt;",   "<"},  {"&#60;",    "<"}, {"&#x3c;",   "<"},
    {"&gt;",   ">"},  {"&#62;",    ">"}, {"&#x3e;",   ">"},
    {"&quot;", "\""}, {"&#34;",   "\""}, {"&#x22;",  "\""},
    {"&apos;", "'"},  {"&#39;",    "'"}, {"&#039;",   "'"}, {"&#x27;", "'"},
    {"&nbsp;", " "},  {"&#160;",   " "}, {"\xc2\xa0", " "},
    {"&amp;",  "&"},  {"&#38;",    "&"},
};
/* clang-format on */
#define ENTITY_COUNT (sizeof(entities) / sizeof(entities[0]))

/* Elements that a pasted page has around its text; a path in angle brackets is none of them. */
static const char *const elements[] = {
    "a",  "b", "blockquote", "br",   "code", "dd",     "div",   "dt",    "em", "font", "i",  "li",
    "ol", "p", "pre",        "samp", "span", "strong", "table", "tbody", "td", "tr",   "tt", "ul"};
#define ELEMENT_COUNT (sizeof(elements) / sizeof(elements[0]))

static bool is_html(struct bytes log)
{
    return bytes_find_bytes(log, BYTES_LITERAL("&lt;")) != BYTES_NOT_FOUND ||
           bytes_find_bytes(log, BYTES_LITERAL("&gt;")) != BYTES_NOT_FOUND ||
           bytes_find_bytes(log, BYTES_LITERAL("&#60;")) != BYTES_NOT_FOUND ||
           bytes_find_bytes(log, BYTES_LITERAL("<br")) != BYTES_NOT_FOUND ||
           bytes_find_bytes(log, BYTES_LITERAL("<pre")) != BYTES_NOT_FOUND;
}

static bool is_letter(char octet)
{
    return (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z');
}

/* The octets of a tag that begins here; 0: none. *ret_breaks: a line ends with it. */
static size_t tag_at(struct bytes text, bool *ret_breaks)
{
    static const struct bytes line_break = {"br", 2};
    size_t from = text.size > 1 && text.data[1] == '/' ? 2 : 1;
    size_t to = from;
    size_t end = bytes_find(bytes_slice(text, 0, 200), '>');
    struct bytes name;

    if (text.size < 3 || text.data[0] != '<' || end == BYTES_NOT_FOUND)
        return 0;
    while (to < end && is_letter(text.data[to]))
        to++;
    name = bytes_slice(text, from, to);
    if (to < end && text.data[to] != ' ' && text.data[to] != '/')
        return 0;
    for (size_t i = 0; i < ELEMENT_COUNT; i++) {
        if (!bytes_equal_nocase(name, bytes_of(elements[i])))
            continue;
        *ret_breaks = bytes_equal_nocase(name, line_break);
        return end + 1;
    }
    return 0;
}

static const struct entity *entity_at(struct bytes text)
{
    for (size_t i = 0; i < ENTITY_COUNT; i++)
        if (bytes_starts_with_nocase(text, bytes_of(entities[i].name)))
            return &entities[i];
    return NULL;
}

static size_t count_of(struct bytes text, struct bytes what)
{
    size_t count = 0;
    size_t at;

    while ((at = bytes_find_bytes(text, what)) != BYTES_NOT_FOUND) {
        text = bytes_after(text, at + what.size);
        count++;
    }
    return count;
}

/* Where lines end with <br>, the line ends of the text mean no more than blanks. */
static bool is_by_tags(struct bytes log)
{
    return count_of(log, BYTES_LITERAL("<br")) * 2 >= count_of(log, BYTES_LITERAL("\n"));
}

static bool undo_html(struct bytes log, struct buf *to)
{
    bool by_tags = is_by_tags(log);
    bool breaks = false;
    bool ok = true;

    for (size_t at = 0; ok && at < log.size;) {
        struct bytes rest = bytes_after(log, at);
        const struct entity *entity = entity_at(rest);
        size_t tag;

        breaks = false;
        tag = tag_at(rest, &breaks);
        if (entity != NULL)
            ok = buf_append_string(to, entity->octets);
        else if (tag == 0)
            ok = buf_append_octet(to, by_tags && log.data[at] == '\n' ? ' ' : log.data[at]);
        else if (breaks)
            ok = buf_append_octet(to, '\n');
        /* The line end that most pages write behind it, too. */
        tag += breaks && log.size > at + tag && log.data[at + tag] == '\n';
        at += entity != NULL ? bytes_of(entity->name).size : tag > 0 ? tag : 1;
    }
    return ok;
}

/* ---- colours, line ends ---------------------------------------------------------------------- */

/* CSI, parameters, a final octet (ECMA-48 5.4); also as `cat -v` shows it. 0: none begins here. */
static size_t control_at(struct bytes text)
{
    size_t at;

    if (bytes_starts_with(text, BYTES_LITERAL("^[[")))
        at = 3;
    else if (text.size > 1 && text.data[0] == ESCAPE && text.data[1] == '[')
        at = 2;
    else
        return text.size > 0 && text.data[0] == ESCAPE ? 1 : 0;
    while (at < text.size && text.data[at] >= 0x20 && text.data[at] <= 0x3f)
        at++;
    return at < text.size && text.data[at] >= 0x40 && text.data[at] <= 0x7e ? at + 1 : at;
}

/* Line ends become LF. A CR alone ends a line only where there is no LF at all. What editors put
 * before the first line (RFC 3629 6) goes. */
static bool undo_terminal(struct bytes log, struct buf *to)
{
    static const struct bytes signature = {"\xef\xbb\xbf", 3};
    bool old_ends = bytes_find(log, '\n') == BYTES_NOT_FOUND;
    bool ok = true;

    for (size_t at = bytes_starts_with(log, signature) ? signature.size : 0; ok && at < log.size;) {
        size_t control = control_at(bytes_after(log, at));

        if (control > 0) {
            at += control;
            continue;
        }
        if (log.data[at] != '\r' || old_ends)
            ok = buf_append_octet(to, log.data[at] == '\r' ? '\n' : log.data[at]);
        at++;
    }
    return ok;
}

/* ---- quoting --------------------------------------------------------------------------------- */

static bool is_empty(struct bytes line)
{
    return bytes_trim(line).size == 0;
}

/* All but a few lines (who wrote it, and when) begin with the mark. A log in which it stands for
 * one side has lines of the other. */
static bool is_quoted(struct bytes log)
{
    size_t marked = 0;
    size_t others = 0;
    struct bytes line;

    while (bytes_next(&log, '\n', &line))
        if (line.size > 0 && line.data[0] == '>')
            marked++;
        else
            others += !is_empty(line);
    return marked >= 3 && others <= marked / 10;
}

static bool undo_quotes(struct bytes log, struct buf *to)
{
    struct bytes line;

    while (bytes_next(&log, '\n', &line)) {
        if (line.size > 0 && line.data[0] == '>')
            line = bytes_after(line, line.size > 1 && line.data[1] == ' ' ? 2 : 1);
        if (!buf_append(to, line) || !buf_append_octet(to, '\n'))
            return false;
    }
    return true;
}

/* ---- broken lines ---------------------------------------------------------------------------- */

static struct bytes without_end(struct bytes line)
{
    while (line.size > 0 && (line.data[line.size - 1] == ' ' || line.data[line.size - 1] == '\t'))
        line.size--;
    return line;
}

/* A word that is longer than a line stays whole in some programs: it says nothing of the width. */
static size_t width_of(struct bytes log)
{
    size_t width = 0;
    struct bytes line;

    while (bytes_next(&log, '\n', &line)) {
        struct bytes text = without_end(line);
        struct bytes rest = text;
        struct bytes first;

        if (bytes_next_word(&rest, &first) && bytes_trim(rest).size > 0 && text.size > width)
            width = text.size;
    }
    return width;
}

static struct bytes last_word(struct bytes line)
{
    size_t at = line.size;

    while (at > 0 && line.data[at - 1] != ' ' && line.data[at - 1] != '\t')
        at--;
    return bytes_after(line, at);
}

/* Terminals cut wherever the line is full; mail programs break earlier, and between words. */
static bool is_terminal(size_t width)
{
    return width >= WIDTH_MAX - 1;
}

/* Is `line` what did not fit behind `before`? */
static bool goes_on(struct bytes before, struct bytes line, size_t width)
{
    struct bytes rest = line;
    struct bytes word;

    before = without_end(before);
    if (before.size == 0 || line.size < 2 || line.data[0] == '\t' ||
        (line.data[0] == ' ' && !is_terminal(width)) || !bytes_next_word(&rest, &word) ||
        !import_line_is_bare(bytes_trim(line)))
        return false;
    return is_terminal(width) ? before.size + 1 >= width : before.size + 1 + word.size > width;
}

/* The line was cut inside of a word. Mail programs do that only to what is longer than a line. */
static bool is_cut(struct bytes before, struct bytes line, size_t width)
{
    struct bytes rest = line;
    struct bytes last;
    struct bytes first;

    before = without_end(before);
    last = last_word(before);
    (void)bytes_next_word(&rest, &first);
    return before.size == width &&
           (is_terminal(width) || (import_is_base64(last) && import_is_base64(first) &&
                                   (last.size >= RESPONSE_MIN || first.size >= RESPONSE_MIN)));
}

static bool undo_breaks(struct bytes log, struct buf *to)
{
    size_t width = width_of(log);
    struct bytes before = BYTES_NONE;
    struct bytes line;

    if (width < WIDTH_MIN || width > WIDTH_MAX)
        return buf_append(to, log);
    for (; bytes_next(&log, '\n', &line); before = line) {
        bool more = goes_on(before, line, width);

        if (more && !is_cut(before, line, width) && without_end(before).size == before.size &&
            !buf_append_octet(to, ' '))
            return false;
        if (!more && before.data != NULL && !buf_append_octet(to, '\n'))
            return false;
        if (!buf_append(to, line))
            return false;
    }
    return true;
}

/* ---- one after the other --------------------------------------------------------------------- */

static bool is_any(struct bytes log)
{
    return log.size > 0;
}

struct undoing {
    bool (*is_needed)(struct bytes log);
    bool (*undo)(struct bytes log, struct buf *to);
    bool again; /* as often as it is needed: answers to answers, pages in pages */
};

bool import_paste_undo(struct bytes log, struct arena *arena, struct bytes *ret)
{
    static const struct undoing undoings[] = {
        {is_any,    undo_terminal, false},
        {is_html,   undo_html,     true },
        {is_quoted, undo_quotes,   true },
        {is_any,    undo_breaks,   false},
    };
    struct buf text[2];
    size_t now = 0;
    unsigned levels = 0;
    bool ok;

    buf_init(&text[0], 2 * log.size + 1);
    buf_init(&text[1], 2 * log.size + 1);
    ok = buf_append(&text[0], log);
    for (size_t i = 0; ok && i < sizeof(undoings) / sizeof(undoings[0]);) {
        bool needed = undoings[i].is_needed(buf_bytes(&text[now]));

        if (needed) {
            buf_clear(&text[1 - now]);
            ok = undoings[i].undo(buf_bytes(&text[now]), &text[1 - now]);
            now = 1 - now;
        }
        if (!needed || !undoings[i].again || ++levels == IMPORT_PASTE_LEVELS_MAX) {
            levels = 0;
            i++;
        }
    }
    *ret = ok ? arena_copy(arena, buf_bytes(&text[now])) : BYTES_NONE;
    buf_release_secret(&text[0]);
    buf_release_secret(&text[1]);
    return ret->data != NULL;
}
