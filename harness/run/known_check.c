#include "harness/run/known_check.h"

#include "base/text.h"
#include "fakeserver/rule.h"
#include "transport/data_path.h"

#define NAME_OCTETS_MAX ((size_t)64 * 1024)
#define WARNED_LINES_MAX 8

static size_t last_of(struct bytes text, char octet)
{
    size_t at = text.size;
    while (at > 0 && text.data[at - 1] != octet)
        at--;
    return at > 0 ? at - 1 : text.size;
}

/* A cut stands behind the name of what is cut. */
static bool may_be_run(const struct known_failure *failure, struct bytes name)
{
    struct known_failure uncut = *failure;
    uncut.pattern.size = last_of(failure->pattern, '~');
    return known_fits(failure, name) || known_fits(&uncut, name);
}

static bool fits_an_instance(const struct known_failure *failure, const struct suite_scenario *of,
                             struct buf *name)
{
    size_t count = scenario_file_instance_count(of->file);
    for (size_t i = 0; i < count; i++) {
        struct bytes instance = scenario_file_instance_name(of->file, i);
        buf_clear(name);
        if (!buf_append_string(name, of->name) ||
            (instance.size > 0 && !buf_printf(name, "[%.*s]", BYTES_FORMAT(instance))))
            return true; /* too long to be asked about */
        if (may_be_run(failure, buf_bytes(name)))
            return true;
    }
    return false;
}

/* Another run may be told of that file by its path. */
static bool is_file(const struct known_failure *failure, struct buf *path)
{
    size_t end = bytes_find(failure->pattern, '[');
    struct bytes head = bytes_slice(failure->pattern, 0,
                                    end != BYTES_NOT_FOUND ? end : last_of(failure->pattern, '~'));
    buf_clear(path);
    return buf_append(path, head) && buf_append_string(path, ".drill") &&
           buf_append_octet(path, '\0') && data_path_is_file(path->data);
}

static bool run_exists(const struct known_failure *failure, const struct suite *suite)
{
    struct buf name;
    bool exists = false;
    buf_init(&name, NAME_OCTETS_MAX);
    for (size_t i = 0; !exists && i < suite->count; i++)
        exists = fits_an_instance(failure, &suite->scenarios[i], &name);
    exists = exists || is_file(failure, &name);
    buf_release(&name);
    return exists;
}

static bool rule_exists(const struct known_failure *failure)
{
    for (size_t i = 0; i < rule_count; i++)
        if (known_fits(failure, bytes_of(rules[i].requirement)))
            return true;
    return false;
}

bool known_check(const struct known *known, const struct suite *suite, struct err *err)
{
    for (size_t i = 0; i < known->count; i++) {
        const struct known_failure *failure = &known->failures[i];
        if (failure->matched ||
            (failure->is_rule ? rule_exists(failure) : run_exists(failure, suite)))
            continue;
        return err_set_at(err, ERR_SYNTAX, failure->line, failure->column,
                          "%.60s:%u:%u: no %s is called %.60s", known->path, failure->line,
                          failure->column, failure->is_rule ? "rule" : "scenario or instance",
                          text_show(failure->pattern).text);
    }
    return true;
}

void known_warn(const struct known *known, FILE *to)
{
    size_t runs = 0, idle = 0;
    for (size_t i = 0; i < known->count; i++) {
        runs += known->failures[i].is_rule ? 0 : 1;
        idle += known->failures[i].is_rule || known->failures[i].matched ? 0 : 1;
    }
    if (idle == 0)
        return;
    (void)fprintf(to, "smtpdrill: %s: %zu of %zu line%s matched no run of these: line", known->path,
                  idle, runs, runs == 1 ? "" : "s");
    size_t named = 0;
    for (size_t i = 0; i < known->count && named < WARNED_LINES_MAX; i++)
        if (!known->failures[i].is_rule && !known->failures[i].matched)
            (void)fprintf(to, "%s %u", named++ > 0 ? "," : "", known->failures[i].line);
    (void)fputs(idle > named ? " …\n" : "\n", to);
}
