#include "harness/command/program.h"
#include "harness/files.h"
#include "harness/report/page.h"
#include "transport/data_path.h"

#include <stdlib.h>

static const struct option_row rows[] = {
    {"output",    'o',  "FILE", "write the page there (default: report.html; - is standard output)"},
    {"scenarios", '\0', "DIR",  "where the scenarios are, for their titles"                        },
    {"help",      '\0', NULL,   "this text"                                                        },
    {NULL,        '\0', NULL,   NULL                                                               },
};

static const char usage[] =
    "usage: smtpdrill report [OPTION...] RESULTS.json...\n"
    "Makes one page of many clients' results (run --report json=FILE), side by side.\n";

static bool read_results(struct program *program, struct matrix *matrix,
                         const struct options *options, struct err *err)
{
    for (size_t i = 0; i < options->word_count; i++) {
        struct bytes text;

        if (!data_path_read_input(options->words[i], MATRIX_FILE_OCTETS_MAX, program->arena, &text,
                                  err) ||
            !matrix_add(matrix, options->words[i], text, err))
            return false;
    }
    return true;
}

/* A page without titles is a page all the same: scenarios may have gone since. */
static bool add_titles(struct program *program, struct matrix *matrix, struct err *err)
{
    struct suite *suite = suite_new(program->scenarios, 1, err);
    bool ok = suite != NULL && suite_load(suite, err) && page_titles(matrix, suite, err);

    suite_free(suite);
    return ok;
}

static bool write_page(const char *path, struct bytes page, struct err *err)
{
    if (strcmp(path, "-") != 0)
        return files_replace(path, page, err);
    if (fwrite(page.data, 1, page.size, stdout) == page.size && fflush(stdout) == 0)
        return true;
    return err_set(err, ERR_IO, "the page could not be written whole");
}

static bool report(struct program *program, const struct options *options, struct err *err)
{
    const char *path = options_value(options, "output");
    struct matrix *matrix;
    struct buf page;
    bool ok;

    if (options->word_count == 0)
        return err_set(err, ERR_SYNTAX, "report of what? files of run --report json=FILE");
    matrix = matrix_new();
    if (matrix == NULL)
        return err_memory(err);
    buf_init(&page, PROGRAM_OCTETS_MAX);
    ok = read_results(program, matrix, options, err) && add_titles(program, matrix, err) &&
         page_make(matrix, program->arena, &page, err) &&
         write_page(path != NULL ? path : "report.html", buf_bytes(&page), err);
    buf_release(&page);
    matrix_free(matrix);
    return ok;
}

enum program_status command_report(int argc, const char **argv)
{
    return program_answer(rows, usage, argc, argv, report);
}
