#include "base/text.h"
#include "harness/command/program.h"
#include "harness/files.h"
#include "harness/report/page.h"
#include "harness/run/known_check.h"
#include "transport/data_path.h"

#include <stdlib.h>

static const struct option_row rows[] = {
    {"output",    'o',  "FILE",          "write the page there (default: report.html; - is standard output)"},
    {"known",     '\0', "[CLIENT=]FILE", "failures that are known, of that client or of each"               },
    {"scenarios", '\0', "DIR",           "where the scenarios are, for their titles"                        },
    {"help",      '\0', NULL,            "this text"                                                        },
    {NULL,        '\0', NULL,            NULL                                                               },
};

static const char usage[] =
    "usage: smtpdrill report [OPTION...] RESULTS.json...\n"
    "Makes one page of many clients' results (run --report json=FILE), side by side.\n";

struct known_list {
    const char *client; /* NULL: each */
    struct known known;
};

struct report_line {
    struct program *program;
    const struct options *options;
    struct matrix *matrix;
    struct suite *suite;
    struct known_list lists[MATRIX_LISTS_MAX];
    size_t list_count;
    struct err *err;
};

/* ---- what is known --------------------------------------------------------------------------- */

/* `curl=FILE`, `FILE`, or `=FILE` for one with a `=` in its name. */
static bool read_known(struct report_line *line, const char *value)
{
    struct known_list *list = &line->lists[line->list_count];
    const char *path = strchr(value, '=');
    size_t word = path != NULL ? (size_t)(path - value) : 0;
    path = path != NULL ? path + 1 : value;
    if (word > 0) {
        list->client = arena_copy(line->program->arena, (struct bytes){value, word}).data;
        if (list->client == NULL)
            return err_memory(line->err);
    }
    line->list_count++;
    return program_known(line->program, path, &list->known, line->err) &&
           matrix_known(line->matrix, list->client, &list->known, line->err);
}

static bool read_all_known(struct report_line *line)
{
    const char *values[MATRIX_LISTS_MAX];
    size_t count = options_values(line->options, "known", values, MATRIX_LISTS_MAX);
    for (size_t i = 0; i < count; i++)
        if (!read_known(line, values[i]))
            return false;
    return true;
}

/* Lists and results are written apart: what of a list meets nothing is told. */
static bool check_known(const struct report_line *line)
{
    for (size_t i = 0; i < line->list_count; i++) {
        const struct known_list *list = &line->lists[i];
        if (list->client != NULL && !matrix_has_client(line->matrix, list->client))
            return err_set(line->err, ERR_SYNTAX, "--known: none of these results is of %s",
                           text_show(bytes_of(list->client)).text);
        if (!known_check(&list->known, line->suite, line->err))
            return false;
    }
    for (size_t i = 0; i < line->list_count; i++)
        known_warn(&line->lists[i].known, stderr);
    return true;
}

/* ---- the page -------------------------------------------------------------------------------- */

static bool read_results(struct report_line *line)
{
    for (size_t i = 0; i < line->options->word_count; i++) {
        const char *path = line->options->words[i];
        struct bytes text;
        if (!data_path_read_input(path, MATRIX_FILE_OCTETS_MAX, line->program->arena, &text,
                                  line->err) ||
            !matrix_add(line->matrix, path, text, line->err))
            return false;
    }
    return true;
}

/* A page without titles is a page all the same: scenarios may have gone since. */
static bool add_titles(struct report_line *line)
{
    return suite_load(line->suite, line->err) && page_titles(line->matrix, line->suite, line->err);
}

static bool write_page(const char *path, struct bytes page, struct err *err)
{
    if (strcmp(path, "-") != 0)
        return files_replace(path, page, err);
    if (fwrite(page.data, 1, page.size, stdout) == page.size && fflush(stdout) == 0)
        return true;
    return err_set(err, ERR_IO, "the page could not be written whole");
}

static bool make_page(struct report_line *line)
{
    const char *path = options_value(line->options, "output");
    struct buf page;
    buf_init(&page, PROGRAM_OCTETS_MAX);
    bool ok = page_make(line->matrix, line->program->arena, &page, line->err) &&
              write_page(path != NULL ? path : "report.html", buf_bytes(&page), line->err);
    buf_release(&page);
    return ok;
}

static bool report(struct program *program, const struct options *options, struct err *err)
{
    if (options->word_count == 0)
        return err_set(err, ERR_SYNTAX, "report of what? files of run --report json=FILE");
    struct report_line *line = arena_alloc(program->arena, sizeof(*line));
    if (line == NULL)
        return err_memory(err);
    *line = (struct report_line){.program = program, .options = options, .err = err};
    line->suite = suite_new(program->scenarios, 1, err);
    line->matrix = line->suite != NULL ? matrix_new() : NULL;
    bool ok = line->matrix != NULL || (line->suite != NULL && err_memory(err));
    ok = ok && read_all_known(line) && read_results(line) && add_titles(line) &&
         check_known(line) && make_page(line);
    matrix_free(line->matrix);
    suite_free(line->suite);
    return ok;
}

enum program_status command_report(int argc, const char **argv)
{
    return program_answer(rows, usage, argc, argv, report);
}
