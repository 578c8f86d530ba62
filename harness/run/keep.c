#include "harness/run/keep.h"

#include "fakeserver/transcript_text.h"
#include "harness/cut/cut_survey.h"
#include "harness/files.h"

#include <errno.h>
#include <sys/stat.h>

/* Every folder of the path but its last part. */
static bool make_folders(char *path, struct err *err)
{
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        bool ok = mkdir(path, 0777) == 0 || errno == EEXIST;
        if (!ok)
            err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
        *slash = '/';
        if (!ok)
            return false;
    }
    return true;
}

/* A name that came of a path above the folder stays inside it. */
static const char *below(const char *name)
{
    while (name[0] == '/' || strncmp(name, "./", 2) == 0 || strncmp(name, "../", 3) == 0)
        name += name[0] == '/' ? 1 : strncmp(name, "./", 2) == 0 ? 2 : 3;
    return name;
}

static bool write_text(struct buf *path, const struct transcript_text *text,
                       const struct transcript *transcript, struct err *err)
{
    struct buf printed;
    buf_init(&printed, KEEP_OCTETS_MAX);
    bool ok = transcript_text_print(text, transcript, &printed, err) &&
              make_folders(path->data, err) && files_replace(path->data, buf_bytes(&printed), err);
    buf_release(&printed);
    return ok;
}

static void tell_cut(const struct one_run *run, const struct plan_entry *entry,
                     struct transcript_text *ret)
{
    ret->cut = *entry->cut;
    ret->cut_timeout_ms = one_run_scenario(run)->send.timeout_ms;
    ret->cut_hurries = one_run_is_hurried(run);
    ret->has_uncut = entry->survey != NULL;
    if (ret->has_uncut)
        ret->uncut = entry->survey->uncut;
}

bool keep_transcript(const char *folder, const struct one_run *run, const struct plan_entry *entry,
                     unsigned number, const struct results *results, struct err *err)
{
    const struct scenario *scenario = one_run_scenario(run);
    const struct smtp_claim *claim = one_run_claim(run);
    struct buf path;
    if (one_run_transcript(run) == NULL || scenario == NULL)
        return true;
    struct transcript_text text = {.scenario = scenario->path,
                                   .instance = scenario->instance,
                                   .seed = results->seed,
                                   .client = bytes_of(results->client),
                                   .version = bytes_of(results->version),
                                   .has_cut = entry->cut != NULL,
                                   .has_claim = claim != NULL,
                                   .files = entry->scenario->files,
                                   .file_count = entry->scenario->file_count};
    if (entry->cut != NULL)
        tell_cut(run, entry, &text);
    if (claim != NULL)
        text.claim = *claim;
    buf_init(&path, 8192);
    bool ok = buf_printf(&path, "%s/%s", folder, below(entry->name)) &&
              (number == 0 || buf_printf(&path, ".%u", number)) &&
              buf_append_string(&path, ".transcript") && buf_append_octet(&path, '\0');
    ok = ok ? write_text(&path, &text, one_run_transcript(run), err)
            : err_set(err, ERR_LIMIT, "the path of a transcript is too long");
    buf_release(&path);
    return ok;
}
