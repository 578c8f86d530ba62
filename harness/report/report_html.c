#include "harness/report/page.h"
#include "harness/report/report.h"

#include <stdlib.h>

#define HTML_OCTETS_MAX ((size_t)1024 * 1024 * 1024)

/* The same octets that --report json=FILE writes: so the page cannot say anything else. */
static bool add_results(struct matrix *matrix, const struct results *results, struct err *err)
{
    char *json = NULL;
    size_t octets = 0;
    FILE *to = open_memstream(&json, &octets);
    if (to == NULL)
        return err_memory(err);
    bool ok = report_json(results, to, err);
    if (fclose(to) != 0 && ok)
        ok = err_memory(err);
    ok = ok && matrix_add(matrix, "results", (struct bytes){json, octets}, err);
    free(json);
    return ok;
}

static bool print(const struct results *results, const struct suite *suite, struct buf *page,
                  struct err *err)
{
    struct matrix *matrix = matrix_new();
    struct arena *arena = arena_new(2 * PAGE_OCTETS_MAX);
    bool ok = (matrix != NULL && arena != NULL) || err_memory(err);
    ok = ok && add_results(matrix, results, err) && page_titles(matrix, suite, err) &&
         page_make(matrix, arena, page, err);
    matrix_free(matrix);
    arena_free(arena);
    return ok;
}

bool report_html(const struct results *results, const struct suite *suite, FILE *to,
                 struct err *err)
{
    struct buf page;
    buf_init(&page, HTML_OCTETS_MAX);
    bool ok = print(results, suite, &page, err);
    if (ok && (fwrite(page.data, 1, page.size, to) != page.size || fflush(to) != 0))
        ok = err_set(err, ERR_IO, "the HTML page could not be written whole");
    buf_release(&page);
    return ok;
}
