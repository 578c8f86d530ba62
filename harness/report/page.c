#include "harness/report/page.h"

#include "transport/data_path.h"

#include <stdlib.h>

#define PAGE_MARK "/*results*/null"

bool page_titles(struct matrix *matrix, const struct suite *suite, struct err *err)
{
    for (size_t i = 0; i < suite->count; i++)
        if (!matrix_title(matrix, suite->scenarios[i].name, suite->scenarios[i].title))
            return err_memory(err);
    return true;
}

bool page_make(const struct matrix *matrix, struct arena *arena, struct buf *to, struct err *err)
{
    struct bytes mark = bytes_of(PAGE_MARK);
    const char *folder;
    struct bytes page;
    if (!data_path_folder("page", arena, &folder, err))
        return false;
    const char *path = arena_printf(arena, "%s/page.html", folder).data;
    if (path == NULL)
        return err_memory(err);
    if (!data_path_read(path, PAGE_OCTETS_MAX, arena, &page, err))
        return false;
    size_t at = bytes_find_bytes(page, mark);
    if (at == BYTES_NOT_FOUND)
        return err_set(err, ERR_SYNTAX, "%s/page.html has no mark for the results", folder);
    char *json = matrix_json(matrix);
    bool ok = json != NULL && buf_append(to, bytes_slice(page, 0, at)) &&
              buf_append_string(to, json) && buf_append(to, bytes_after(page, at + mark.size));
    free(json);
    return ok || err_memory(err);
}
