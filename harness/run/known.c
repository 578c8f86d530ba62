#include "harness/run/known.h"

/* ---- a line ---------------------------------------------------------------------------------- */

static bool is_blank(char octet)
{
    return octet == ' ' || octet == '\t';
}

static size_t skip_blanks(struct bytes line, size_t at)
{
    while (at < line.size && is_blank(line.data[at]))
        at++;
    return at;
}

static size_t skip_word(struct bytes line, size_t at)
{
    while (at < line.size && !is_blank(line.data[at]))
        at++;
    return at;
}

struct reader {
    const char *path;
    struct err *err;
    unsigned line;
};

static bool fail(const struct reader *reader, size_t at, const char *what)
{
    unsigned column = (unsigned)at + 1;
    return err_set_at(reader->err, ERR_SYNTAX, reader->line, column, "%.120s:%u:%u: %s",
                      reader->path, reader->line, column, what);
}

/* A word, or what stands between double quotes; *at is behind it. */
static bool read_pattern(const struct reader *reader, struct bytes line, size_t *at,
                         struct bytes *ret)
{
    size_t from = *at;
    if (from < line.size && line.data[from] == '"') {
        const char *end = memchr(line.data + from + 1, '"', line.size - from - 1);
        if (end == NULL)
            return fail(reader, from, "expected a second double quote");
        *at = (size_t)(end - line.data) + 1;
        *ret = bytes_slice(line, from + 1, *at - 1);
    } else {
        *at = skip_word(line, from);
        *ret = bytes_slice(line, from, *at);
    }
    if (ret->size == 0)
        return fail(reader, from, "expected the name of a run, or `rule` and an id");
    if (*at < line.size && !is_blank(line.data[*at]))
        return fail(reader, *at, "expected a blank behind the name");
    return true;
}

static bool read_failure(const struct reader *reader, struct bytes line, struct known_failure *ret)
{
    size_t at = skip_blanks(line, 0);
    bool quoted = line.data[at] == '"';
    *ret = (struct known_failure){.line = reader->line};
    if (!read_pattern(reader, line, &at, &ret->pattern))
        return false;
    at = skip_blanks(line, at);
    if (!quoted && bytes_equal(ret->pattern, BYTES_LITERAL("rule"))) {
        ret->is_rule = true;
        if (!read_pattern(reader, line, &at, &ret->pattern))
            return false;
        at = skip_blanks(line, at);
    }
    ret->reason = bytes_trim(bytes_after(line, at));
    if (ret->reason.size == 0)
        return fail(reader, at, "expected the reason why this failure is known");
    return true;
}

static bool is_empty(struct bytes line)
{
    size_t at = skip_blanks(line, 0);
    return at == line.size || line.data[at] == '#';
}

static struct bytes without_cr(struct bytes line)
{
    if (line.size > 0 && line.data[line.size - 1] == '\r')
        line.size--;
    return line;
}

bool known_parse(const char *path, struct bytes text, struct arena *arena, struct known *ret,
                 struct err *err)
{
    struct reader reader = {.path = path, .err = err};
    struct bytes line;
    *ret = (struct known){.path = path};
    while (bytes_next(&text, '\n', &line)) {
        struct known_failure failure;
        void *items = ret->failures;
        line = without_cr(line);
        if (++reader.line > KNOWN_LINES_MAX)
            return err_set(err, ERR_LIMIT, "%.160s: more than %d lines", path, KNOWN_LINES_MAX);
        if (is_empty(line))
            continue;
        if (!read_failure(&reader, line, &failure))
            return false;
        if (!arena_grow(arena, &items, ret->count, sizeof(failure)))
            return err_memory(err);
        ret->failures = items;
        ret->failures[ret->count++] = failure;
    }
    return true;
}

/* ---- matching -------------------------------------------------------------------------------- */

/* `*` stands for any octets, `/` too; all else for itself. A star that fails is tried one octet
 * further on: the last star alone, so that no pattern takes long. */
static bool fits(struct bytes pattern, struct bytes name)
{
    size_t p = 0, n = 0;
    size_t star = BYTES_NOT_FOUND, behind = 0;
    while (n < name.size) {
        if (p < pattern.size && pattern.data[p] == '*') {
            star = p++;
            behind = n;
        } else if (p < pattern.size && pattern.data[p] == name.data[n]) {
            p++;
            n++;
        } else if (star != BYTES_NOT_FOUND) {
            p = star + 1;
            n = ++behind;
        } else {
            return false;
        }
    }
    while (p < pattern.size && pattern.data[p] == '*')
        p++;
    return p == pattern.size;
}

static const struct known_failure *find(const struct known *known, bool is_rule, const char *name)
{
    for (size_t i = 0; known != NULL && i < known->count; i++)
        if (known->failures[i].is_rule == is_rule &&
            fits(known->failures[i].pattern, bytes_of(name)))
            return &known->failures[i];
    return NULL;
}

const struct known_failure *known_run(const struct known *known, const char *name)
{
    return find(known, false, name);
}

const struct known_failure *known_rule(const struct known *known, const char *requirement)
{
    return find(known, true, requirement);
}
