#include "harness/run/known.h"

#include "base/smtp_date_time.h"

#include <stdio.h>

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
    const struct known *known;
    struct err *err;
    unsigned line;
};

static bool fail(const struct reader *reader, size_t at, const char *what)
{
    unsigned column = (unsigned)at + 1;
    return err_set_at(reader->err, ERR_SYNTAX, reader->line, column, "%.120s:%u:%u: %s",
                      reader->known->path, reader->line, column, what);
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

/* full-date of RFC 3339 5.6; the day ends with the first second of the next one. */
static bool read_day(struct bytes day, int64_t *ret_end_s)
{
    char whole[32];
    int64_t begin_s;
    bool utc;
    if (day.size != strlen("2027-03-01"))
        return false;
    (void)snprintf(whole, sizeof(whole), "%.*sT00:00:00Z", BYTES_FORMAT(day));
    if (!smtp_date_time_parse(bytes_of(whole), &begin_s, &utc))
        return false;
    *ret_end_s = begin_s + 24 * 60 * 60;
    return true;
}

/* `until` and a day, where they stand; *at is behind them. */
static bool read_until(const struct reader *reader, struct bytes line, size_t *at,
                       struct known_failure *ret)
{
    size_t behind = skip_word(line, *at);
    if (!bytes_equal(bytes_slice(line, *at, behind), BYTES_LITERAL("until")))
        return true;
    size_t from = skip_blanks(line, behind);
    int64_t end_s;
    ret->until = bytes_slice(line, from, skip_word(line, from));
    if (!read_day(ret->until, &end_s))
        return fail(reader, from, "expected a day as in 2027-03-01 behind `until`");
    ret->over = reader->known->now_s >= end_s;
    *at = skip_blanks(line, from + ret->until.size);
    return true;
}

static bool read_failure(const struct reader *reader, struct bytes line, struct known_failure *ret)
{
    size_t at = skip_blanks(line, 0);
    bool quoted = line.data[at] == '"';
    *ret = (struct known_failure){.line = reader->line, .column = (unsigned)at + 1};
    if (!read_pattern(reader, line, &at, &ret->pattern))
        return false;
    at = skip_blanks(line, at);
    if (!quoted && bytes_equal(ret->pattern, BYTES_LITERAL("rule"))) {
        ret->is_rule = true;
        ret->column = (unsigned)at + 1;
        if (!read_pattern(reader, line, &at, &ret->pattern))
            return false;
        at = skip_blanks(line, at);
    }
    if (!read_until(reader, line, &at, ret))
        return false;
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

bool known_parse(struct known *known, struct bytes text, struct arena *arena, struct err *err)
{
    struct reader reader = {.known = known, .err = err};
    struct bytes line;
    while (bytes_next(&text, '\n', &line)) {
        struct known_failure failure;
        void *items = known->failures;
        line = bytes_without_line_end(line);
        if (++reader.line > KNOWN_LINES_MAX)
            return err_set(err, ERR_LIMIT, "%.120s: more than %d lines", known->path,
                           KNOWN_LINES_MAX);
        if (is_empty(line))
            continue;
        if (!read_failure(&reader, line, &failure))
            return false;
        if (!arena_grow(arena, &items, known->count, sizeof(failure)))
            return err_memory(err);
        known->failures = items;
        known->failures[known->count++] = failure;
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

bool known_fits(const struct known_failure *failure, struct bytes name)
{
    return fits(failure->pattern, name);
}

static const struct known_failure *find(struct known *known, bool is_rule, struct bytes name)
{
    struct known_failure *found = NULL;
    for (size_t i = 0; known != NULL && i < known->count; i++) {
        struct known_failure *failure = &known->failures[i];
        if (failure->is_rule != is_rule || !known_fits(failure, name))
            continue;
        if (found == NULL || !failure->over)
            found = failure;
        if (!failure->over)
            break;
    }
    if (found != NULL)
        found->matched = true;
    return found;
}

const struct known_failure *known_run(struct known *known, const char *name)
{
    return find(known, false, bytes_of(name));
}

const struct known_failure *known_rule(struct known *known, const char *requirement)
{
    return find(known, true, bytes_of(requirement));
}

bool known_covers(const struct known_failure *failure)
{
    return failure != NULL && !failure->over;
}
